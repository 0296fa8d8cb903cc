/* The first line is a pattern of a schema, the rest a string: never a crash, never long. */
#include <stdint.h>
#include <string.h>

#include "base/err.h"
#include "base/safe.h"
#include "json/schema/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err err = ERR_INIT;
	const uint8_t *lf = n ? memchr(data, '\n', n) : NULL;

	/* as a JSON document hands them over */
	if (!lf || !utf8_valid((const char *)data, n))
		return 0;
	struct pattern *p = pattern_compile((const char *)data, (size_t)(lf - data), &err);
	if (!p) {
		if (err.code != FAIL_INVALID)
			__builtin_trap();
		return 0;
	}
	unsigned long steps = 0;
	int once = pattern_match(p, (const char *)lf + 1, n - 1 - (size_t)(lf - data));
	int twice = pattern_match_steps(p, (const char *)lf + 1, n - 1 - (size_t)(lf - data), &steps);
	if (once != twice || once < -1 || once > 1)
		__builtin_trap();
	pattern_free(p);
	return 0;
}
