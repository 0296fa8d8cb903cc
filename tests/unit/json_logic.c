/* json: JSONLogic.  The official tests when they are there (ER_DATA, or ../shared/data), coercions
 * as the reference has them, numbers as text, errors of rules, limits, variables. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/logic/logic.h"
#include "kit.h"

enum { OFFICIAL = 277 };

static json_t *parse(const char *text)
{
	json_error_t e;
	json_t *v = json_loads(text, JSON_DECODE_ANY, &e);

	ck_assert_msg(v != NULL, "%s: %s", text, e.text);
	return v;
}

static json_t *run(const json_t *rule, const json_t *data, struct err *err)
{
	struct logic *logic = logic_compile(rule, err);
	json_t *v = logic ? logic_run(logic, data, err) : NULL;

	logic_free(logic);
	return v;
}

/* What ${rule} says about ${data}, as text; released by the caller. */
static void say(const char *rule, const char *data, struct buf *out)
{
	struct err err = ERR_INIT;
	json_t *r = parse(rule), *d = parse(data), *v = run(r, d, &err);

	buf_clear(out);
	if (v)
		js_dump(out, v, JS_COMPACT);
	else
		buf_adds(out, err.msg);
	json_decref(v);
	json_decref(r);
	json_decref(d);
}

static void assert_says(const char *rule, const char *data, const char *want)
{
	struct buf got = BUF_INIT;

	say(rule, data, &got);
	ck_assert_msg(!strcmp(buf_str(&got), want), "%s over %s: %s, not %s", rule, data,
	              buf_str(&got), want);
	buf_release(&got);
}

/* ---- the official tests ---- */

static json_t *official(void)
{
	const char *data = getenv("ER_DATA");
	char path[400];

	snprintf(path, sizeof(path), "%s/jsonlogic/tests.json", data ? data : "../shared/data");
	return json_load_file(path, 0, NULL);
}

START_TEST(official_tests)
{
	json_t *all = official(), *test;
	size_t i;
	int n = 0, passed = 0;

	if (!all) {
		printf("official tests: skipped, they are not there\n");
		return;
	}
	json_array_foreach(all, i, test) {
		struct err err = ERR_INIT;
		json_t *v;

		if (!json_is_array(test)) /* a heading */
			continue;
		n++;
		v = run(json_array_get(test, 0), json_array_get(test, 1), &err);
		/* to the type: 3 is not 3.0 */
		if (v && json_equal(v, json_array_get(test, 2)))
			passed++;
		else
			printf("missed: test %zu: %s\n", i, v ? "another result" : err.msg);
		json_decref(v);
	}
	json_decref(all);
	printf("official tests: %d of %d\n", passed, n);
	ck_assert_int_eq(n, OFFICIAL);
	ck_assert_int_eq(passed, OFFICIAL);
}
END_TEST

/* ---- as the reference does ---- */

#define DATA "{\"a\":1,\"n\":null,\"e\":\"\",\"t\":\"h\\u00e9\\ud83d\\ude00!\"," \
	     "\"l\":[1,2,[3,null]],\"o\":{\"x\":{\"y\":[{\"z\":7}]}}," \
	     "\"big\":9007199254740993,\"one\":1.0,\"w\":\"4 \"}"

static const struct {
	const char *rule, *want;
} cases[] = {
#include "json_logic_cases.h"
};

START_TEST(coercions)
{
	assert_says(cases[_i].rule, DATA, cases[_i].want);
}
END_TEST

/* ---- what is ours ---- */

static const struct {
	const char *rule, *want;
} ours[] = {
    /* integers are exact, and stay integers */
    {"{\"+\":[{\"var\":\"big\"},1]}", "9007199254740994"},
    {"{\"===\":[{\"var\":\"big\"},9007199254740992]}", "false"},
    {"{\"<\":[9007199254740992.0,{\"var\":\"big\"}]}", "true"},
    {"{\"+\":[9223372036854775807,1]}", "9223372036854776000.0"},
    {"{\"-\":[-9223372036854775807,2]}", "-9223372036854776000.0"},
    {"{\"*\":[4294967296,4294967296]}", "18446744073709552000.0"},
    {"{\"/\":[6,3]}", "2"},
    {"{\"/\":[-9223372036854775808,-1]}", "9223372036854776000.0"},
    {"{\"%\":[-9223372036854775808,-1]}", "0"},
    {"{\"-\":[-9223372036854775808]}", "9223372036854776000.0"},
    {"{\"+\":[0.5,0.5]}", "1"},
    {"{\"max\":[1.0]}", "1"},
    {"{\"var\":\"one\"}", "1.0"},
    {"{\"filter\":[[{\"var\":\"one\"}],true]}", "[1.0]"},
    {"{\"-\":[0]}", "0"},
    {"{\"*\":[-1,0.0]}", "0"},
    {"{\"cat\":{\"var\":\"big\"}}", "\"9007199254740993\""},
    /* what is no number of JSON is null at last */
    {"{\"/\":[1,0]}", "null"},
    {"{\"+\":[\"x\"]}", "null"},
    {"[{\"/\":[-1,0]},1]", "[null,1]"},
    {"{\"max\":[1,\"x\"]}", "null"},
    {"{\"cat\":[{\"/\":[1,0]},{\"/\":[-1,0]},{\"+\":[\"x\"]}]}", "\"Infinity-InfinityNaN\""},
    {"{\"<\":[5,{\"/\":[1,0]}]}", "true"},
    {"{\"cat\":[[{\"/\":[1,0]}]]}", "\"\""},
    /* data is never a rule */
    {"{\"missing\":[{\"merge\":[{\"var\":\"o.x\"}]}]}", "[{\"y\":[{\"z\":7}]}]"},
    /* no character of a text has a name */
    {"{\"var\":\"t.0\"}", "null"},
    /* a negative length that is a text */
    {"{\"substr\":[\"abc\",0,\"-1\"]}", "\"ab\""},
    /* half a pair */
    {"{\"substr\":[{\"var\":\"t\"},0,3]}", "\"h\xc3\xa9\xef\xbf\xbd\""},
    {"{\"substr\":[{\"var\":\"t\"},3]}", "\"\xef\xbf\xbd!\""},
    {"{\"substr\":[{\"var\":\"t\"},3,1]}", "\"\xef\xbf\xbd\""},
    {"{\"substr\":[{\"var\":\"t\"},3,0]}", "\"\""},
    /* log keeps quiet */
    {"{\"log\":[{\"var\":\"a\"}]}", "1"},
};

START_TEST(differences)
{
	assert_says(ours[_i].rule, DATA, ours[_i].want);
}
END_TEST

/* ---- errors of a rule ---- */

static const struct {
	const char *rule, *field, *message;
} faults[] = {
    {"{\"fitler\":[1,2]}", "/fitler", "unknown operator; did you mean filter?"},
    {"{\"and\":[true,{\"cta\":[\"a\"]}]}", "/and/1/cta", "did you mean cat"},
    {"{\"if\":[{\"not\":[true]},1,2]}", "/if/0/not", "did you mean !?"},
    {"[1,[{\"zzzzzzzzzz\":1}]]", "/1/0/zzzzzzzzzz", "unknown operator"},
    {"{\"method\":[1]}", "/method", "unknown operator"},
    {"{\"a/b~\":[1]}", "/a~1b~0", "unknown operator"},
    {"{\"==\":[1]}", "/==", "needs 2 arguments, not 1"},
    {"{\"!\":{\"==\":{\"var\":\"x\"}}}", "/!/==", "needs 2 arguments, not 1"},
    {"{\"==\":[1,2,3]}", "/==", "takes 2 arguments, not 3"},
    {"{\"<\":[1,2,3,4]}", "/<", "takes at most 3 arguments, not 4"},
    {"{\"!\":[]}", "/!", "needs 1 argument, not 0"},
    {"{\"and\":[]}", "/and", "needs at least 1 argument, not 0"},
    {"{\"max\":[]}", "/max", "needs at least 1 argument"},
    {"{\"map\":[[1]]}", "/map", "needs 2 arguments"},
    {"{\"reduce\":[[1],1,2,3]}", "/reduce", "takes at most 3"},
    {"{\"var\":[\"a\",1,2]}", "/var", "takes at most 2"},
    {"{\"substr\":\"abc\"}", "/substr", "needs at least 2"},
    {"{\"log\":[1,2]}", "/log", "takes 1 argument"},
    {"{\"missing_some\":[1]}", "/missing_some", "needs 2"},
};

START_TEST(rule_errors)
{
	struct err err = ERR_INIT;
	json_t *rule = parse(faults[_i].rule);

	ck_assert_ptr_null(logic_compile(rule, &err));
	ck_assert_int_eq(err.code, FAIL_INVALID);
	ck_assert_str_eq(err.field, faults[_i].field);
	ck_assert_msg(strstr(err.msg, faults[_i].message) != NULL, "%s", err.msg);
	json_decref(rule);
}
END_TEST

static json_t *nested(unsigned depth)
{
	json_t *v = json_pack("{s:s}", "var", "x"); /* the first level */

	while (--depth > 0)
		v = json_pack("[o]", v);
	return v;
}

START_TEST(rule_limits)
{
	struct err err = ERR_INIT;
	json_t *rule = nested(LOGIC_MAX_DEPTH), *list = json_array();
	struct logic *logic = logic_compile(rule, &err);
	size_t i;

	ck_assert_msg(logic != NULL, "%s", err.msg);
	logic_free(logic);
	json_decref(rule);
	rule = nested(LOGIC_MAX_DEPTH + 1);
	ck_assert_ptr_null(logic_compile(rule, &err));
	ck_assert_ptr_nonnull(strstr(err.msg, "at most 64 lists and objects deep"));
	json_decref(rule);
	err_clear(&err);
	/* as a value it has the same limit */
	rule = json_array();
	for (i = 1; i < LOGIC_MAX_DEPTH + 1; i++)
		rule = json_pack("[o]", rule);
	ck_assert_ptr_null(logic_compile(rule, &err));
	json_decref(rule);
	err_clear(&err);
	for (i = 0; i < LOGIC_MAX_NODES / 2; i++)
		json_array_append_new(list, json_pack("{s:s}", "var", "x"));
	rule = json_pack("{s:o}", "or", list);
	ck_assert_ptr_null(logic_compile(rule, &err));
	ck_assert_ptr_nonnull(strstr(err.msg, "at most 10000 parts"));
	json_decref(rule);
	err_clear(&err);
	/* a list of constants is one part */
	list = json_array();
	for (i = 0; i < 50000; i++)
		json_array_append_new(list, json_integer((json_int_t)i));
	rule = json_pack("{s:[i,o]}", "in", 7, list);
	logic = logic_compile(rule, &err);
	ck_assert_ptr_nonnull(logic);
	logic_free(logic);
	json_decref(rule);
}
END_TEST

/* Only what is needed is evaluated. */
START_TEST(is_lazy)
{
	static const char *const rules[] = {
	    "{\"if\":[true,1,@]}", "{\"if\":[false,@,1]}", "{\"or\":[1,@]}", "{\"and\":[0,@]}",
	    "{\"if\":[0,@,1,2,@]}", "{\"var\":[\"a\",@]}", "{\"some\":[[1,2],{\"or\":[1,@]}]}",
	};
	/* this alone takes more steps than there are */
	const char *bomb = "{\"reduce\":[[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17],{\"merge\":"
	                   "[{\"var\":\"accumulator\"},{\"var\":\"accumulator\"}]},[1]]}";
	struct buf rule = BUF_INIT, got = BUF_INIT;
	size_t i;

	say(bomb, DATA, &got);
	ck_assert_ptr_nonnull(strstr(buf_str(&got), "took more than 100000 steps"));
	for (i = 0; i < NITEMS(rules); i++) {
		const char *p, *at;

		buf_clear(&rule);
		for (p = rules[i]; (at = strchr(p, '@')); p = at + 1) {
			buf_add(&rule, p, (size_t)(at - p));
			buf_adds(&rule, bomb);
		}
		buf_adds(&rule, p);
		say(buf_str(&rule), DATA, &got);
		ck_assert_msg(!strstr(buf_str(&got), "steps"), "%s", rules[i]);
	}
	buf_release(&rule);
	buf_release(&got);
}
END_TEST

/* The same rule, again and again, in any order of data: nothing is remembered. */
START_TEST(runs_share_a_rule)
{
	json_t *rule = parse("{\"merge\":[[1],{\"var\":\"l\"},[\"x\",{\"var\":\"a\"}]]}");
	json_t *one = parse("{\"l\":[2,3],\"a\":0}"), *two = parse("{\"l\":{\"k\":1}}");
	struct err err = ERR_INIT;
	struct logic *logic = logic_compile(rule, &err);
	json_t *want = json_deep_copy(rule), *first, *v;
	int i;

	first = logic_run(logic, one, &err);
	for (i = 0; i < 3; i++) {
		v = logic_run(logic, two, &err);
		ck_assert_uint_eq(json_array_size(v), 4);
		json_decref(v);
		v = logic_run(logic, one, &err);
		ck_assert(json_equal(v, first));
		json_decref(v);
	}
	ck_assert(json_equal(rule, want));
	v = logic_run(logic, NULL, &err);
	ck_assert_uint_eq(json_array_size(v), 4);
	json_decref(v);
	json_decref(rule);
	/* the rule's document may go, what is compiled stays */
	v = logic_run(logic, one, &err);
	ck_assert(json_equal(v, first));
	json_decref(v);
	logic_free(logic);
	json_decref(first);
	json_decref(want);
	json_decref(one);
	json_decref(two);
}
END_TEST

START_TEST(truth)
{
	static const struct {
		const char *value;
		int is;
	} table[] = {{"false", 0}, {"null", 0}, {"0", 0},       {"0.0", 0},   {"-0.0", 0},
	             {"\"\"", 0},  {"[]", 0},   {"true", 1},    {"1", 1},     {"-0.5", 1},
	             {"\"0\"", 1}, {"[0]", 1},  {"[false]", 1}, {"{}", 1},    {"{\"a\":0}", 1}};
	size_t i;

	for (i = 0; i < NITEMS(table); i++) {
		json_t *v = parse(table[i].value);

		ck_assert_int_eq(logic_truthy(v), table[i].is);
		json_decref(v);
	}
	ck_assert_int_eq(logic_truthy(NULL), 0);
}
END_TEST

/* ---- variables ---- */

static int note(void *ctx, const char *pointer)
{
	buf_addf(ctx, "%s;", *pointer ? pointer : "(all)");
	return strcmp(pointer, "/stop") ? 0 : 7;
}

static const struct {
	const char *rule, *want;
	int rc;
} variables[] = {
    {"{\"<\":[{\"var\":\"answer.n\"},{\"var\":[\"task.max\",5]}]}", "/answer/n;/task/max;", 0},
    {"{\"var\":\"\"}", "(all);", 0},
    {"{\"var\":[]}", "(all);", 0},
    {"{\"var\":3}", "/3;", 0},
    {"{\"var\":\"a~b.c/d\"}", "/a~0b/c~1d;", 0},
    {"{\"var\":[\"a\",{\"var\":\"b\"}]}", "/a;/b;", 0},
    {"{\"var\":{\"cat\":[\"a\",{\"var\":\"b\"}]}}", "/b;", 0},
    {"{\"map\":[{\"var\":\"a.l\"},{\"+\":[{\"var\":\"n\"},1]}]}", "/a/l;/a/l/-/n;", 0},
    {"{\"all\":[{\"filter\":[{\"var\":\"l\"},{\"var\":\"on\"}]},{\"some\":[{\"var\":\"m\"},"
     "{\"var\":\"\"}]}]}", "/l;/l/-/on;/l/-/m;/l/-/m/-;", 0},
    {"{\"map\":[{\"merge\":[{\"var\":\"l\"}]},{\"var\":\"x\"}]}", "/l;", 0},
    {"{\"reduce\":[{\"var\":\"l\"},{\"+\":[{\"var\":\"current.n\"},{\"var\":\"accumulator\"},"
     "{\"var\":\"current\"}]},{\"var\":\"start\"}]}", "/l;/l/-/n;/l/-;/start;", 0},
    {"{\"missing\":[\"a\",\"b.c\",{\"var\":\"d\"}]}", "/a;/b/c;/d;", 0},
    {"{\"missing\":[[\"a\",1]]}", "/a;/1;", 0},
    {"{\"missing_some\":[1,[\"a\",\"b\"]]}", "/a;/b;", 0},
    {"{\"none\":[{\"var\":\"l\"},{\"missing\":[\"k\"]}]}", "/l;/l/-/k;", 0},
    {"[{\"var\":\"a\"},{\"var\":\"stop\"},{\"var\":\"b\"}]", "/a;/stop;", 7},
    {"{\"x\":{\"var\":\"a\"},\"y\":1}", "", 0},
};

START_TEST(each_var)
{
	struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	json_t *rule = parse(variables[_i].rule);
	struct logic *logic = logic_compile(rule, &err);

	ck_assert_msg(logic != NULL, "%s", err.msg);
	ck_assert_int_eq(logic_each_var(logic, note, &got), variables[_i].rc);
	ck_assert_str_eq(buf_str(&got), variables[_i].want);
	buf_release(&got);
	logic_free(logic);
	json_decref(rule);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json_logic");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, official_tests);
	tcase_add_loop_test(tc, coercions, 0, NITEMS(cases));
	tcase_add_loop_test(tc, differences, 0, NITEMS(ours));
	tcase_add_loop_test(tc, rule_errors, 0, NITEMS(faults));
	tcase_add_test(tc, rule_limits);
	tcase_add_test(tc, is_lazy);
	tcase_add_test(tc, runs_share_a_rule);
	tcase_add_test(tc, truth);
	tcase_add_loop_test(tc, each_var, 0, NITEMS(variables));
	suite_add_tcase(s, tc);
	return kit_run(s);
}
