/* The first line is a rule, the rest the data: compile, run twice and say the same, agree with its
 * own truth value, keep every limit, and name only places that are JSON Pointers. */
#include <jansson.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "json/js.h"
#include "json/logic/logic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The sanitizers cost a factor of about twenty; without them 50 ms are allowed. */
enum { MOST_MS = 1000 };

static long cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int check_pointer(void *ctx, const char *pointer)
{
	const char *p;

	(void)ctx;
	if (*pointer && *pointer != '/')
		__builtin_trap();
	for (p = pointer; (p = strchr(p, '~')); p++)
		if (p[1] != '0' && p[1] != '1')
			__builtin_trap();
	return 0;
}

/* What it says, or NULL with the error checked. */
static json_t *say(const struct logic *logic, const json_t *data)
{
	struct err err = ERR_INIT;
	long start = cpu_ms();
	json_t *v = logic_run(logic, data, &err);

	if (cpu_ms() - start > MOST_MS)
		__builtin_trap();
	if (v ? err.code != FAIL_NONE : err.code != FAIL_INVALID || !err.msg[0])
		__builtin_trap();
	return v;
}

/* {"!!": [rule]} is the truth value of what the rule says, unless a limit ends it, or it says
 * infinity: that is true, and null as a result. */
static void check_truth(json_t *rule, const json_t *data, const json_t *said)
{
	json_t *wrapped = json_pack("{s:[O]}", "!!", rule), *v = NULL;
	struct err err = ERR_INIT;
	struct logic *logic = logic_compile(wrapped, &err);

	if (logic)
		v = say(logic, data);
	if (v && !json_is_null(said) && json_is_true(v) != logic_truthy(said))
		__builtin_trap();
	json_decref(v);
	logic_free(logic);
	json_decref(wrapped);
}

static void judge(json_t *rule, const json_t *data)
{
	struct err err = ERR_INIT;
	struct logic *logic = logic_compile(rule, &err);
	struct buf first = BUF_INIT, again = BUF_INIT;
	json_t *v, *w;

	if (!logic) {
		if (err.code != FAIL_INVALID || !err.msg[0])
			__builtin_trap();
		return;
	}
	logic_each_var(logic, check_pointer, NULL);
	v = say(logic, data);
	w = say(logic, data);
	if (!v != !w)
		__builtin_trap();
	if (v) {
		js_dump(&first, v, JS_COMPACT);
		js_dump(&again, w, JS_COMPACT);
		/* escapes make six bytes of one */
		if (strcmp(buf_str(&first), buf_str(&again)) || first.len > 8 * LOGIC_MAX_RESULT)
			__builtin_trap();
		check_truth(rule, data, v);
	}
	buf_release(&first);
	buf_release(&again);
	json_decref(v);
	json_decref(w);
	logic_free(logic);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct err err = ERR_INIT;
	const uint8_t *lf = n ? memchr(bytes, '\n', n) : NULL;
	json_t *rule, *data;

	if (!lf)
		return 0;
	rule = js_parse_any((const char *)bytes, (size_t)(lf - bytes), &js_limits_schema, &err);
	err_clear(&err);
	data = js_parse_any((const char *)lf + 1, n - 1 - (size_t)(lf - bytes), &js_limits_doc,
	                    &err);
	if (rule)
		judge(rule, data);
	json_decref(rule);
	json_decref(data);
	return 0;
}
