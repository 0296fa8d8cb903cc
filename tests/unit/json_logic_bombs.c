/* json: rules made to cost time or memory.  Each must end at a limit; what it took is printed, and
 * asserted only as far as a slow machine allows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/logic/logic.h"
#include "kit.h"

/* The sanitizers cost a factor of about twenty, and memory of their own. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define SLOWER 20
#else
#define SLOWER 1
#endif

enum { ALLOWED_MS = 50 * 10, /* ten times what is promised: other work shares the machine */
       LONG = 1 << 20 };

static json_t *parse(const char *text)
{
	json_error_t e;
	json_t *v = json_loads(text, JSON_DECODE_ANY, &e);

	ck_assert_msg(v != NULL, "%s: %s", text, e.text);
	return v;
}

static double cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* The error that ends it, or "ok"; borrowed until the next call. */
static const char *explode(const char *what, const json_t *rule, const json_t *data)
{
	static struct err err;
	struct logic *logic;
	struct rusage before, after;
	double start, compiled, took;
	json_t *v;

	err_clear(&err);
	getrusage(RUSAGE_SELF, &before);
	start = cpu_ms();
	logic = logic_compile(rule, &err);
	ck_assert_msg(logic != NULL, "%s", err.msg);
	compiled = cpu_ms() - start;
	start = cpu_ms();
	v = logic_run(logic, data, &err);
	took = cpu_ms() - start;
	getrusage(RUSAGE_SELF, &after);
	printf("# %-34s %5.1f ms to compile, %5.1f ms, %ld kB: %s\n", what, compiled, took,
	       after.ru_maxrss - before.ru_maxrss, v ? "ok" : err.msg);
	ck_assert(took < ALLOWED_MS * SLOWER);
	ck_assert(SLOWER > 1 || after.ru_maxrss - before.ru_maxrss < 64 * 1024);
	ck_assert_int_eq(v == NULL, err.code == FAIL_INVALID);
	json_decref(v);
	logic_free(logic);
	return err.msg[0] ? err.msg : "ok";
}

static json_t *long_text(char c, size_t n, const char *end)
{
	struct buf b = BUF_INIT;
	json_t *v;

	memset(buf_room(&b, n), c, n);
	b.len = n;
	buf_adds(&b, end);
	v = json_stringn(buf_str(&b), b.len);
	buf_release(&b);
	return v;
}

/* The rule with each "@A" and "@B" replaced. */
static json_t *fill(json_t *v, json_t *a, json_t *b)
{
	const char *s = json_string_value(v), *key;
	json_t *child;
	size_t i;
	void *next;

	if (s && !strcmp(s, "@A"))
		return a;
	if (s && !strcmp(s, "@B"))
		return b;
	json_array_foreach(v, i, child)
		json_array_set(v, i, fill(child, a, b));
	json_object_foreach_safe(v, next, key, child)
		json_object_set(v, key, fill(child, a, b));
	return v;
}

#define STEPS "took more than 100000 steps"
#define MADE "made more than 4194304 bytes"
#define RESULT "has more than 1048576 bytes"
#define NESTED "more than 64 lists into each other"

/* Over {"n": [0 … 999], "deep": 60 of them}. */
static const struct {
	const char *what, *rule, *end;
} small[] = {
    {"map in map in map", "{\"map\":[{\"var\":\"n\"},{\"map\":[@N,{\"map\":[@N,1]}]}]}", STEPS},
    {"reduce in map",
     "{\"map\":[{\"var\":\"n\"},{\"reduce\":[@N,{\"+\":[{\"var\":\"current\"},"
     "{\"var\":\"accumulator\"}]},0]}]}", STEPS},
    {"cat doubles", "{\"reduce\":[{\"var\":\"n\"},{\"cat\":[{\"var\":\"accumulator\"},"
     "{\"var\":\"accumulator\"}]},\"x\"]}", MADE},
    {"merge doubles", "{\"reduce\":[{\"var\":\"n\"},{\"merge\":[{\"var\":\"accumulator\"},"
     "{\"var\":\"accumulator\"}]},[1]]}", STEPS},
    {"merge grows", "{\"reduce\":[{\"var\":\"n\"},{\"merge\":[{\"var\":\"accumulator\"},"
     "{\"var\":\"current\"}]},[]]}", STEPS},
    {"lists double, and are the result",
     "{\"reduce\":[{\"var\":\"deep\"},[{\"var\":\"accumulator\"},{\"var\":\"accumulator\"}],1]}",
     RESULT},
    {"lists double, and are text",
     "{\"cat\":{\"reduce\":[{\"var\":\"deep\"},[{\"var\":\"accumulator\"},"
     "{\"var\":\"accumulator\"}],1]}}", STEPS},
    {"lists double, and are compared",
     "{\"==\":[\"x\",{\"reduce\":[{\"var\":\"deep\"},[{\"var\":\"accumulator\"},"
     "{\"var\":\"accumulator\"}],1]}]}", STEPS},
    {"lists double, and are a number",
     "{\"<\":[1,{\"reduce\":[{\"var\":\"deep\"},[{\"var\":\"accumulator\"},"
     "{\"var\":\"accumulator\"}],1]}]}", STEPS},
    {"a list in a list in a list",
     "{\"reduce\":[{\"var\":\"n\"},[{\"var\":\"accumulator\"}],1]}", NESTED},
    {"maps in each other", "{\"reduce\":[{\"var\":\"n\"},{\"map\":[[1],{\"var\":\"\"}]},1]}", "ok"},
    {"scopes in each other", "{\"reduce\":[{\"var\":\"n\"},{\"var\":\"\"},1]}", NESTED},
    {"merged, then nested",
     "{\"reduce\":[{\"var\":\"n\"},{\"merge\":[[[{\"var\":\"accumulator\"}]]]},1]}", NESTED},
    {"filtered, then nested",
     "{\"reduce\":[{\"var\":\"n\"},{\"filter\":[[{\"var\":\"accumulator\"}],true]},1]}", NESTED},
    {"missing keeps lists", "{\"reduce\":[{\"var\":\"n\"},{\"missing\":[[{\"var\":"
     "\"accumulator\"}]]},1]}", NESTED},
};

static json_t *numbers(size_t n)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < n; i++)
		json_array_append_new(list, json_integer((json_int_t)i));
	return list;
}

START_TEST(small_bombs)
{
	struct buf text = BUF_INIT;
	const char *p, *n;
	json_t *rule, *data = json_object(), *list = numbers(1000);
	char *dump = json_dumps(list, JSON_COMPACT);

	for (p = small[_i].rule; (n = strstr(p, "@N")); p = n + 2) {
		buf_add(&text, p, (size_t)(n - p));
		buf_adds(&text, dump);
	}
	buf_adds(&text, p);
	rule = parse(buf_str(&text));
	json_object_set_new(data, "n", list);
	json_object_set_new(data, "deep", numbers(60));
	ck_assert_ptr_nonnull(strstr(explode(small[_i].what, rule, data), small[_i].end));
	json_decref(rule);
	json_decref(data);
	buf_release(&text);
	free(dump);
}
END_TEST

/* @A and @B are long texts; each is run for 100000 elements. */
static const struct {
	const char *what, *body;
	char a;
	size_t na;
	const char *end_a;
	char b;
	size_t nb;
	const char *end_b;
	const char *end;
} longs[] = {
    {"substr of a long text", "{\"substr\":[\"@A\",-1]}", 'x', LONG, "", 'x', 0, "", STEPS},
    {"substr, wide characters", "{\"substr\":[\"@A\",9,9]}", 'x', LONG, "\xf0\x9f\x98\x80", 'x', 0,
     "", STEPS},
    {"in, short needle", "{\"in\":[\"@B\",\"@A\"]}", 'a', LONG, "", 'a', 100, "b", STEPS},
    {"in, needle of 256", "{\"in\":[\"@B\",\"@A\"]}", 'a', LONG, "", 'a', 255, "b", STEPS},
    {"in, needle of 250, other end", "{\"in\":[\"@B\",\"@A\"]}", 'a', LONG, "b", 'a', 250, "bb",
     STEPS},
    {"in, long needle", "{\"in\":[\"@B\",\"@A\"]}", 'a', LONG, "", 'a', LONG / 2, "b", STEPS},
    {"in, needle of two", "{\"in\":[\"@B\",\"@A\"]}", 'a', LONG, "", 'a', 1, "b", STEPS},
    {"equal texts", "{\"==\":[\"@A\",\"@B\"]}", 'a', LONG, "", 'a', LONG, "", STEPS},
    {"almost equal texts", "{\"<\":[\"@A\",\"@B\"]}", 'a', LONG, "", 'a', LONG, "", STEPS},
    {"a number of many digits", "{\"<\":[1,\"@A\"]}", '7', LONG, "e-9999", 'a', 0, "", STEPS},
    {"a number of 2000 digits", "{\"<\":[1,\"@A\"]}", '7', 2000, "e-2000", 'a', 0, "", STEPS},
    {"a number of 800 digits", "{\"<\":[1,\"@A\"]}", '7', 800, "e-1100", 'a', 0, "", STEPS},
    {"a number of 20 digits", "{\"<\":[1,\"@A\"]}", '7', 20, "e-310", 'a', 0, "", STEPS},
    {"blanks before a number", "{\"-\":[\"@A\",1]}", ' ', LONG, "1", 'a', 0, "", STEPS},
    {"cat of long texts", "{\"cat\":[\"@A\",\"@B\"]}", 'x', LONG, "", 'y', LONG, "", MADE},
    {"a path of many names", "{\"var\":{\"cat\":[\"@A\"]}}", '.', LONG, "", 'y', 0, "", MADE},
    {"a known path of many names", "{\"var\":\"@A\"}", '.', LONG, "", 'y', 0, "", STEPS},
    {"a long name", "{\"var\":\"@A\"}", 'x', LONG, "", 'y', 0, "", STEPS},
    {"the length of a long text", "{\"reduce\":[[1],{\"var\":\"accumulator.length\"},\"@A\"]}", 'x',
     LONG, "", 'y', 0, "", STEPS},
    {"reals as text", "{\"cat\":[2.2250738585072011e-308]}", 'x', 0, "", 'y', 0, "", STEPS},
    {"small reals as text", "{\"cat\":[4.9e-322]}", 'x', 0, "", 'y', 0, "", STEPS},
    {"large reals as text", "{\"cat\":[1.7976931348623157e308]}", 'x', 0, "", 'y', 0, "", STEPS},
    {"reals in order with text", "{\"<\":[[1.2345678901234567e-300],[9.87654321e-300]]}", 'x', 0,
     "", 'y', 0, "", STEPS},
    {"remainders", "{\"%\":[1.7976931348623157e308,4.9e-322]}", 'x', 0, "", 'y', 0, "", STEPS},
    {"lists made and dropped", "{\"merge\":[[1,2],[{\"var\":\"\"}],{\"var\":\"\"}]}", 'x', 0, "",
     'y', 0, "", "more than"},
    {"nothing", "1", 'x', 0, "", 'y', 0, "", "more than"},
};

START_TEST(long_bombs)
{
	json_t *rule = json_object(), *body = parse(longs[_i].body), *list = numbers(100000);
	json_t *a = long_text(longs[_i].a, longs[_i].na, longs[_i].end_a);
	json_t *b = long_text(longs[_i].b, longs[_i].nb, longs[_i].end_b);
	json_t *filled = fill(body, a, b);

	json_object_set_new(rule, "filter", json_pack("[{s:[]}, O]", "var", filled));
	ck_assert_ptr_nonnull(strstr(explode(longs[_i].what, rule, list), longs[_i].end));
	json_decref(rule);
	json_decref(body);
	json_decref(list);
	json_decref(a);
	json_decref(b);
}
END_TEST

/* Long lists beside each other: every text of the same length, equal up to the last byte. */
START_TEST(a_list_of_long_texts)
{
	json_t *texts = json_array(), *rule, *data = json_object();
	size_t i;

	for (i = 0; i < 200; i++)
		json_array_append_new(texts, long_text('x', 5000, i % 2 ? "a" : "b"));
	json_object_set_new(data, "texts", texts);
	rule = json_pack("{s:[{s:s}, {s:[{s:s}, O]}]}", "filter", "var", "texts", "in", "var", "",
	                 texts);
	ck_assert_str_eq(explode("in a list of long texts", rule, data), "ok");
	json_decref(rule);
	rule = json_pack("{s:[{s:s}, {s:[o, O]}]}", "filter", "var", "texts", "in",
	                 long_text('x', 5000, "c"), texts);
	ck_assert_ptr_nonnull(strstr(explode("in a list, never found", rule, data), STEPS));
	json_decref(rule);
	json_decref(data);
}
END_TEST

/* 9999 arguments, each the longest way through. */
START_TEST(wide_rules)
{
	static const char *const ops[] = {"or", "max", "+", "cat", "merge", "if"};
	json_t *rule, *list, *data = numbers(100000);
	size_t i, k;

	for (k = 0; k < NITEMS(ops); k++) {
		list = json_array();
		for (i = 0; i < 4990; i++)
			json_array_append_new(list, json_pack("{s:s}", "var", "5"));
		rule = json_pack("{s:[{s:s}, {s:o}]}", "filter", "var", "", ops[k], list);
		explode(ops[k], rule, data);
		json_decref(rule);
	}
	json_decref(data);
}
END_TEST

/* The deepest rule there may be, each level twice as much work as the one inside. */
START_TEST(deep_rules)
{
	json_t *rule = json_integer(1), *one = parse("[1,2]");
	int i;

	for (i = 0; i < LOGIC_MAX_DEPTH / 2 - 1; i++)
		rule = json_pack("{s:[O, o]}", "map", one, rule);
	ck_assert_ptr_nonnull(strstr(explode("maps inside maps", rule, NULL), STEPS));
	json_decref(rule);
	json_decref(one);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json_logic_bombs");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, small_bombs, 0, NITEMS(small));
	tcase_add_loop_test(tc, long_bombs, 0, NITEMS(longs));
	tcase_add_test(tc, a_list_of_long_texts);
	tcase_add_test(tc, wide_rules);
	tcase_add_test(tc, deep_rules);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
