/* Anomaly tests: what is kept of an answer, what is stored, and what is said. */
#include <stdlib.h>

#include "base/err.h"
#include "kit.h"
#include "engine_anomaly_kit.h"
#include "json/js.h"

static void traces_of(const char *json, struct traces *out)
{
	json_t *doc = json_loads(json, JSON_DECODE_ANY, NULL);
	struct anomaly_answer in = {doc, "task_1", 5000, 1770000000000};

	ck_assert_ptr_nonnull(doc);
	anomaly_features(&in, out);
	json_decref(doc);
}

#define PROSE "The seal on the left side is broken and was replaced by hand, see the picture."

START_TEST(order_of_members_is_nothing)
{
	struct traces a, b;

	traces_of("{\"ok\":true,\"n\":1,\"m\":2.5,\"why\":\"" PROSE "\",\"tag\":\"x\"}", &a);
	traces_of("{\"tag\":\"x\",\"why\":\"" PROSE "\",\"m\":2.50,\"ok\":true,\"n\":1.0}", &b);
	ck_assert_mem_eq(&a, &b, sizeof(a));
	ck_assert_uint_eq(a.n_texts, 1);
	ck_assert_uint_eq(a.n_numbers, 2);
	ck_assert_uint_eq(a.text_len[0], strlen(PROSE) - 1); /* ", " is one blank */
}
END_TEST

START_TEST(choices_differ_and_prose_is_none)
{
	struct traces a, b, c;

	traces_of("{\"ok\":true,\"why\":\"" PROSE "\"}", &a);
	traces_of("{\"ok\":false,\"why\":\"" PROSE "\"}", &b);
	traces_of("{\"ok\":true,\"why\":\"Something else, as long as the other text, or nearly.\"}",
	          &c);
	ck_assert_uint_ne(a.choice, b.choice);
	ck_assert_uint_eq(a.choice, c.choice);
	traces_of("[1,2]", &a);
	traces_of("[2,1]", &b);
	ck_assert_uint_ne(a.choice, b.choice);
	traces_of("[null]", &a);
	traces_of("[false]", &b);
	ck_assert_uint_ne(a.choice, b.choice);
}
END_TEST

static int apart(const char *s, const char *t)
{
	uint16_t len;

	return __builtin_popcountll(text_simhash(s, strlen(s), &len) ^
	                            text_simhash(t, strlen(t), &len));
}

START_TEST(near_texts_are_near)
{
	static const char one[] = "The seal on the left side is broken and was replaced by hand, "
	                          "see the second picture; the number below it was not changed "
	                          "and is still the one of the order.";
	static const char shouted[] = "the SEAL on the left side is broken -- and was replaced by "
	                              "hand: see the second picture. The number below it was NOT "
	                              "changed, and is still the one of the order!";
	static const char edited[] = "The seal on the left side is broken and was replaced by "
	                             "hand, see the third picture; the number below it was not "
	                             "changed and is still the one of the order.";
	static const char other[] = "Both pages carry a signature. The date is missing on the "
	                            "first one, therefore the form has to go back to the "
	                            "applicant, who may hand it in again any time.";

	ck_assert_int_eq(apart(one, shouted), 0);
	ck_assert_int_le(apart(one, edited), TEXT_NEAR);
	ck_assert_int_gt(apart(one, other), TEXT_NEAR + 5);
	ck_assert_int_eq(apart("\xc3\x9c" "ber den Flu\xc3\x9f", "\xc3\x9c" "ber, den FLU\xc3\x9f"),
	                 0);
}
END_TEST

/* SimHash with 64 plain sums, of text that is folded already. */
static uint64_t plain_simhash(const char *s, size_t n)
{
	int sum[64] = {0};
	uint64_t window = 0, out = 0;

	for (size_t i = 0; i < n; i++) {
		window = (window << 8 | (unsigned char)s[i]) & 0xffffffffffffu;
		for (int b = 0; i >= 5 && b < 64; b++)
			sum[b] += hash_mix(window, 0) >> b & 1 ? 1 : -1;
	}
	for (int b = 0; b < 64; b++)
		out |= (uint64_t)(sum[b] > 0) << b;
	return out;
}

START_TEST(sums_are_as_if_one_by_one)
{
	char text[3000];
	uint64_t x = 7;
	uint16_t len;

	for (size_t n = 0; n < sizeof(text); n += n < 40 ? 1 : 97) {
		for (size_t i = 0; i < n; i++) {
			x = x * 6364136223846793005u + 1442695040888963407u;
			int gap = (x >> 40) % 11 == 0 && i && text[i - 1] != ' ';
			text[i] = (char)(gap ? ' ' : 'a' + (x >> 33) % 26);
		}
		size_t seen = n < 2048 ? n : 2048;
		ck_assert_uint_eq(text_simhash(text, n, &len), plain_simhash(text, seen));
		ck_assert_uint_eq(len, seen);
	}
	ck_assert_uint_eq(text_simhash("Say:  \"It's\tCLOSED\" (12)!", 26, &len),
	                  plain_simhash("say it s closed 12 ", 19));
}
END_TEST

START_TEST(points_are_counted_not_bytes)
{
	struct traces t;

	char json[64] = "{\"s\":\"";

	for (int i = 0; i < 22; i++)
		memcpy(json + 6 + 2 * i, "\xd0\xb4", 2);
	memcpy(json + 50, "\"}", 3);
	traces_of(json, &t);
	ck_assert_uint_eq(t.n_texts, 0); /* 22 letters in 44 bytes */
	traces_of("{\"s\":\"........................................................\"}", &t);
	ck_assert_uint_eq(t.n_texts, 0); /* nothing to compare */
}
END_TEST

static json_t *huge(void)
{
	json_t *doc = json_object(), *inner = doc;
	char key[32], *text = malloc(200001);

	memset(text, 'a', 200000);
	text[200000] = '\0';
	for (int i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		json_object_set_new(doc, key, i % 2 ? json_integer(i) : json_real(i + 0.5));
	}
	for (int i = 0; i < 5; i++) {
		snprintf(key, sizeof(key), "t%d", i);
		json_object_set_new(doc, key, json_string(text));
	}
	for (int i = 0; i < 200; i++) {
		json_t *next = json_array();
		json_object_set_new(inner, "deep", json_object());
		inner = json_object_get(inner, "deep");
		json_object_set_new(inner, "list", next);
		json_array_append_new(next, json_integer(i));
	}
	free(text);
	return doc;
}

START_TEST(hostile_answers_are_bounded)
{
	json_t *doc = huge();
	struct anomaly_answer in = {doc, "task_1", 5000, 1770000000000};
	struct traces t;

	anomaly_features(&in, &t);
	ck_assert_uint_le(t.n_texts, TRACE_TEXTS);
	ck_assert_uint_eq(t.n_numbers, TRACE_NUMBERS);
	json_decref(doc);
	in.answer = NULL;
	anomaly_features(&in, &t);
	ck_assert_uint_eq(t.choice, 0);
	traces_of("{\"a\":1e300,\"b\":-1e300}", &t);
	ck_assert(isfinite(t.number[0]) && isfinite(t.number[1]));
}
END_TEST

START_TEST(traces_come_back)
{
	struct err err = ERR_INIT;
	struct traces a, b;

	memset(&a, 0xff, sizeof(a));
	a.at_ms = a.took_ms = ANOMALY_MS_MAX;
	a.n_texts = TRACE_TEXTS;
	a.n_numbers = TRACE_NUMBERS;
	for (int i = 0; i < TRACE_NUMBERS; i++)
		a.number[i] = -3.25e-7f * (float)i;
	json_t *doc = anomaly_traces_json_new(&a);
	char *text = json_dumps(doc, JSON_COMPACT);
	ck_assert_uint_lt(strlen(text), TRACES_JSON_MAX);
	ck_assert_int_eq(anomaly_traces_read(doc, &b, &err), 0);
	json_t *again = anomaly_traces_json_new(&b);
	ck_assert(json_equal(doc, again));
	ck_assert_mem_eq(a.number, b.number, sizeof(a.number));
	ck_assert_mem_eq(a.text, b.text, sizeof(a.text));
	free(text);
	json_decref(doc);
	json_decref(again);
}
END_TEST

START_TEST(numbers_are_finite)
{
	struct err err = ERR_INIT;
	struct traces t;

	traces_of("[1]", &t);
	t.number[0] = (float)INFINITY;
	json_t *doc = anomaly_traces_json_new(&t);
	ck_assert_int_eq(anomaly_traces_read(doc, &t, &err), -1);
	json_decref(doc);
}
END_TEST

START_TEST(malformed_traces_are_refused)
{
	static const char *const bad[] = {
	    "{}", "[]", "{\"at\":1,\"took\":2,\"task\":\"00\",\"choice\":\"0000000000000000\"}",
	    "{\"at\":1,\"took\":2,\"task\":\"0000\",\"choice\":\"000000000000000g\"}",
	    "{\"at\":1,\"took\":2,\"task\":\"0000\",\"choice\":\"0000000000000000\",\"texts\":7}",
	    "{\"at\":1,\"took\":2,\"task\":\"0000\",\"choice\":\"0000000000000000\","
	    "\"texts\":\"0\"}",
	    "{\"at\":1,\"took\":2,\"task\":\"0000\",\"choice\":\"0000000000000000\","
	    "\"numbers\":\"0\"}",
	    "{\"at\":-1,\"took\":2,\"task\":\"0000\",\"choice\":\"0000000000000000\"}",
	    "{\"at\":1,\"took\":9223372036854775807,\"task\":\"0000\","
	    "\"choice\":\"0000000000000000\"}",
	    "{\"at\":1.5,\"took\":2,\"task\":\"0000\",\"choice\":\"0000000000000000\"}"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err err = ERR_INIT;
		struct traces t;
		json_t *doc = json_loads(bad[i], 0, NULL);
		ck_assert_msg(anomaly_traces_read(doc, &t, &err) == -1, "%s", bad[i]);
		ck_assert_int_eq(err.code, FAIL_INVALID);
		json_decref(doc);
	}
}
END_TEST

/* A state that was copied goes on as the original does, to the bit. */
START_TEST(states_are_their_bytes)
{
	struct kind k = {TIMES_LOGNORMAL, 3, 0, 0.3, 10, 60, 0.3, HONEST, 0, 0, 0};
	struct scene *c = malloc(sizeof(*c));
	struct anomaly_lane *l = malloc(sizeof(*l));
	struct one *o;
	int agreed;

	scene_begin(c, &k, 4);
	while ((o = scene_next(c))) {
		struct traces t, again;
		struct err err = ERR_INIT;
		scene_answer(c, o, &t, &agreed);
		json_t *doc = anomaly_traces_json_new(&t);
		ck_assert_int_eq(anomaly_traces_read(doc, &again, &err), 0);
		json_decref(doc);
		struct anomaly_worker w = o->state;
		memcpy(l, &c->lane, sizeof(*l));
		anomaly_learn(&c->lane, &o->state, &t, &anomaly_defaults);
		anomaly_learn(l, &w, &again, &anomaly_defaults);
		ck_assert_mem_eq(l, &c->lane, sizeof(*l));
		ck_assert_mem_eq(&w, &o->state, sizeof(w));
		ck_assert(anomaly_lane_ok(l));
		ck_assert(anomaly_worker_ok(&w));
	}
	l->n_texts = LANE_TEXTS + 1;
	ck_assert(!anomaly_lane_ok(l));
	c->one[0].state.rate_bin[2] = RATE_BINS + 1;
	ck_assert(!anomaly_worker_ok(&c->one[0].state));
	scene_end(c);
	free(c);
	free(l);
}
END_TEST

static void random_traces(struct scene *c, struct traces *t)
{
	static const float numbers[] = {0, 1, -1, 3e38f, -3e38f, 1e-38f};
	static const int64_t times[] = {0, 1, -1, 1000, 1770000000000, ANOMALY_MS_MAX};

	memset(t, 0, sizeof(*t));
	t->at_ms = times[2 * below(c, 3)] + (int64_t)(unit(c) * 1000) + 1;
	t->took_ms = times[below(c, 6)];
	t->choice = (uint64_t)below(c, 3);
	t->task = (uint16_t)below(c, 9);
	t->n_texts = (uint8_t)below(c, TRACE_TEXTS + 1);
	t->n_numbers = (uint8_t)below(c, TRACE_NUMBERS + 1);
	for (int i = 0; i < TRACE_TEXTS; i++) {
		t->text[i] = unit(c) < 0.5 ? 0 : bits(c);
		t->text_len[i] = (uint16_t)bits(c);
	}
	for (int i = 0; i < TRACE_NUMBERS; i++) {
		t->key[i] = (uint16_t)below(c, 30);
		t->number[i] = numbers[below(c, 6)];
	}
}

START_TEST(nonsense_is_learned_without_harm)
{
	struct scene *c = calloc(1, sizeof(*c));
	struct anomaly_worker w[5];
	struct anomaly_verdict v;
	struct traces t;
	char name[8];

	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof(name), "w%d", i);
		anomaly_worker_init(&w[i], name);
	}
	for (int i = 0; i < 6000; i++) {
		struct anomaly_worker *one = &w[below(c, 5)];
		random_traces(c, &t);
		anomaly_judge(&c->lane, one, &t, &anomaly_defaults, &v);
		anomaly_learn(&c->lane, one, &t, &anomaly_defaults);
		anomaly_agreed(&c->lane, one, i % 2, below(c, 1200000) - 100000);
		ck_assert(anomaly_lane_ok(&c->lane));
		ck_assert(anomaly_worker_ok(one));
		ck_assert(v.answer_ppm >= 1 && v.answer_ppm <= 1000000 && v.life_ppm >= 1);
	}
	free(c);
}
END_TEST

/* Two answers in five bring places of their own making: what the others bring stays known. */
START_TEST(made_up_places_push_nothing_out)
{
	struct scene *c = calloc(1, sizeof(*c));
	struct anomaly_worker w[10];
	struct traces t;
	char name[8];
	int known = 0;

	for (int i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "w%d", i);
		anomaly_worker_init(&w[i], name);
	}
	for (int i = 0; i < 4000; i++) {
		random_traces(c, &t);
		t.n_numbers = i % 5 < 2 ? TRACE_NUMBERS : 1;
		for (int j = 0; j < TRACE_NUMBERS; j++)
			t.key[j] = i % 5 < 2 ? (uint16_t)(100 + below(c, 60000)) : 7;
		anomaly_learn(&c->lane, &w[i % 10], &t, &anomaly_defaults);
	}
	for (int i = 0; i < TRACE_NUMBERS; i++)
		known |= c->lane.field[i].key == 7 && c->lane.field[i].n >= FIELD_MIN;
	ck_assert(known);
	free(c);
}
END_TEST

static double workers_in(const struct scene *c)
{
	return peers_pace(&c->lane, &c->one[0].state).size;
}

START_TEST(old_evidence_fades)
{
	struct kind k = {TIMES_LOGNORMAL, 3, 0, 0, 10, 60, 0, HONEST, 0, 0, 0};
	struct scene *c = malloc(sizeof(*c));
	struct traces t;
	struct one *o;
	int agreed;

	scene_begin(c, &k, 5);
	while ((o = scene_next(c))) {
		scene_answer(c, o, &t, &agreed);
		anomaly_learn(&c->lane, &o->state, &t, &anomaly_defaults);
	}
	double before = workers_in(c);
	ck_assert_double_gt(before, 9);
	t.at_ms += anomaly_defaults.half_life_ms;
	anomaly_learn(&c->lane, &c->one[0].state, &t, &anomaly_defaults);
	ck_assert_double_eq_tol(workers_in(c), 1 + (before - 1) / 2, 0.3);
	t.at_ms += 100 * anomaly_defaults.half_life_ms;
	anomaly_learn(&c->lane, &c->one[0].state, &t, &anomaly_defaults);
	ck_assert_double_eq_tol(workers_in(c), 1, 1e-6);
	ck_assert(anomaly_lane_ok(&c->lane));
	scene_end(c);
	free(c);
}
END_TEST

START_TEST(who_begins_again_leaves_the_peers)
{
	struct kind k = {TIMES_LOGNORMAL, 3, 0, 0, 10, 60, 0, HONEST, 0, 0, 0};
	struct scene *c = malloc(sizeof(*c));
	struct traces t;
	struct one *o;
	int agreed;

	scene_begin(c, &k, 6);
	while ((o = scene_next(c))) {
		scene_answer(c, o, &t, &agreed);
		anomaly_learn(&c->lane, &o->state, &t, &anomaly_defaults);
	}
	double before = workers_in(c);
	for (int i = 0; i < 2; i++) { /* the second time there is nothing to take back */
		anomaly_worker_again(&c->lane, &c->one[3].state, "three");
		ck_assert_double_eq_tol(workers_in(c), before - 1, 0.1);
		ck_assert_uint_eq(c->one[3].state.answers, 0);
	}
	ck_assert(anomaly_lane_ok(&c->lane) && anomaly_worker_ok(&c->one[3].state));
	scene_end(c);
	free(c);
}
END_TEST

/* Who is first meets nobody to be compared with. */
START_TEST(nothing_is_said_of_the_first)
{
	struct kind k = {TIMES_LOGNORMAL, 3, 0, 0, 3, 200, 1, SPAMMER, 0, 0, 0};
	struct tallies s;

	memset(&s, 0, sizeof(s));
	scene_run(&k, 6, &s);
	ck_assert_int_eq(s.caught[SPAMMER], 0);
	ck_assert_int_eq(s.bad_answer_alarms, 0);
}
END_TEST

static void accused(struct anomaly_verdict *v, const struct anomaly_limits *lim)
{
	struct kind k = {TIMES_LOGNORMAL, 3, 0, 0, 20, 80, 0.1, SPAMMER, 0, 172800000, 0};
	struct scene *c = malloc(sizeof(*c));
	struct one *o;
	struct traces t;
	int agreed;

	scene_begin(c, &k, 7);
	while ((o = scene_next(c))) {
		scene_answer(c, o, &t, &agreed);
		anomaly_judge(&c->lane, &o->state, &t, lim, v);
		anomaly_learn(&c->lane, &o->state, &t, lim);
	}
	scene_end(c);
	free(c);
}

START_TEST(reasons_have_numbers)
{
	struct anomaly_verdict v;
	char text[400], cut[20];

	accused(&v, &anomaly_defaults); /* the last answers are a spammer's */
	ck_assert_uint_eq(v.fired & FIRED_LIFE, FIRED_LIFE);
	for (int a = 0; a < ANOMALY_COUNT; a++) {
		anomaly_reason(&v, a, text, sizeof(text));
		ck_assert_int_eq(strncmp(text, anomaly_name(a), strlen(anomaly_name(a))), 0);
		ck_assert_uint_lt(strlen(text), sizeof(text) - 1);
		anomaly_reason(&v, a, cut, sizeof(cut));
		ck_assert_uint_lt(strlen(cut), sizeof(cut));
	}
	anomaly_reason(&v, ANOMALY_COPIED_TEXT, text, sizeof(text));
	ck_assert_ptr_nonnull(strstr(text, " of 64 bits differ"));
	json_t *doc = json_object();
	anomaly_verdict_json(&v, doc);
	ck_assert(json_is_true(js_at(doc, "/alarm")));
	ck_assert(json_is_true(js_at(doc, "/tests/copied_text/fired")));
	ck_assert_int_gt(js_int_or(doc, "/tests/copied_text/habit", 0), 900000);
	ck_assert_int_lt(js_int_or(doc, "/tests/copied_text/peers", 0), 100000);
	json_decref(doc);
}
END_TEST

START_TEST(tests_can_be_off)
{
	struct anomaly_limits lim = anomaly_defaults;
	struct anomaly_verdict v;

	lim.off = (1u << ANOMALY_COUNT) - 1;
	accused(&v, &lim);
	ck_assert_uint_eq(v.fired, 0);
	lim.off &= ~(1u << ANOMALY_SAME_ANSWER);
	accused(&v, &lim);
	ck_assert_uint_eq(v.fired, FIRED_LIFE);
	ck_assert_uint_eq(v.of[ANOMALY_SAME_ANSWER].fired, FIRED_LIFE);
	ck_assert_uint_eq(v.of[ANOMALY_COPIED_TEXT].fired, 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_anomaly");
	TCase *t = tcase_create("traces");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, order_of_members_is_nothing);
	tcase_add_test(t, choices_differ_and_prose_is_none);
	tcase_add_test(t, near_texts_are_near);
	tcase_add_test(t, sums_are_as_if_one_by_one);
	tcase_add_test(t, points_are_counted_not_bytes);
	tcase_add_test(t, hostile_answers_are_bounded);
	tcase_add_test(t, traces_come_back);
	tcase_add_test(t, malformed_traces_are_refused);
	tcase_add_test(t, numbers_are_finite);
	tcase_add_test(t, states_are_their_bytes);
	tcase_add_test(t, nonsense_is_learned_without_harm);
	tcase_add_test(t, made_up_places_push_nothing_out);
	tcase_add_test(t, old_evidence_fades);
	tcase_add_test(t, who_begins_again_leaves_the_peers);
	tcase_add_test(t, nothing_is_said_of_the_first);
	tcase_add_test(t, reasons_have_numbers);
	tcase_add_test(t, tests_can_be_off);
	suite_add_tcase(s, t);
	return kit_run(s);
}
