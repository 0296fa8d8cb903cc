/* js_parse: whatever the bytes; what it accepts comes back the same after dumping and parsing
   again. */
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/sha256.h"
#include "json/js.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err err = ERR_INIT;
	struct buf once = BUF_INIT, twice = BUF_INIT;
	struct sha256 a, b;
	json_t *v = js_parse_any((const char *)data, n, &js_limits_doc, &err);

	if (!v) {
		if (err.code == FAIL_NONE || !err.msg[0])
			__builtin_trap();
		return 0;
	}
	js_dump(&once, v, JS_COMPACT);
	js_hash(v, &a);
	json_t *w = js_parse_any(once.data, once.len, &js_limits_own, &err);
	if (!w)
		__builtin_trap();
	js_dump(&twice, w, JS_COMPACT);
	js_hash(w, &b);
	if (once.len != twice.len || memcmp(once.data, twice.data, once.len) ||
	    memcmp(&a, &b, sizeof(a)))
		__builtin_trap();
	json_decref(v);
	json_decref(w);
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
