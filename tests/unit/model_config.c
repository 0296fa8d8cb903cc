/* Configuration documents: limits, references, near names. */
#include "model_kit.h"

#include "json/schema/schema.h"
#include "model/contract.h"
#include "model/gold.h"

START_TEST(example_is_whole)
{
	struct config *c = kit_example();
	struct err err = ERR_INIT;

	ck_assert_msg(config_check(c, &err) == 0, "%s", err.msg);
	ck_assert_ptr_nonnull(config_lane(c, "general"));
	ck_assert_ptr_eq(config_pool(c, "pool-uuid"), config_pool(c, "soc"));
	ck_assert_int_eq(config_worker(c, "echo-bot")->kind, WORKER_EXEC);
	ck_assert_int_eq(config_worker(c, "cora")->rating_milli, 4800);
	ck_assert_int_eq(config_lane(c, "engineering.code_review")->price_usd_micro, 120000000);
	ck_assert_ptr_nonnull(config_lane(c, "example.echo")->schema_inline);
	config_free(c);
}
END_TEST

START_TEST(defaults)
{
	struct config *c = config_new();
	const struct lane *l;
	const struct worker *w;

	kit_set(c, CFG_LANE, "x", "{\"pools\":[\"b\",\"a\",\"b\"],\"$comment\":\"hi\"}");
	l = config_lane(c, "x");
	ck_assert_int_eq(l->sla_ms, 3600000);
	ck_assert_int_eq(l->expire_ms, 0);
	ck_assert_int_eq(l->offer_ms, 300000);
	ck_assert_int_eq(l->max_attempts, 3);
	ck_assert_uint_eq(l->pools.n, 2);
	ck_assert_str_eq(l->pools.s[0], "a");
	kit_set(c, CFG_WORKER, "w", "{\"user\":\"unix\"}");
	w = config_worker_of_user(c, "unix");
	ck_assert_str_eq(w->name, "w");
	ck_assert_int_eq(w->capacity, 10);
	ck_assert_int_eq(w->rating_milli, 5000);
	ck_assert_int_eq(w->exec_timeout_ms, 300000);
	config_free(c);
}
END_TEST

static const struct {
	enum config_kind kind;
	const char *name, *doc, *field;
} bad[] = {
	{CFG_LANE, "x", "{}", "/pools"},
	{CFG_LANE, "x", "{\"pools\":[]}", "/pools"},
	{CFG_LANE, "x", "{\"pools\":[7]}", "/pools/0"},
	{CFG_LANE, "x", "{\"pools\":[\"a\"],\"slaSecond\":60}", "/slaSecond"},
	{CFG_LANE, "x", "{\"pools\":[\"a\"],\"slaSeconds\":29}", "/slaSeconds"},
	{CFG_LANE, "x", "{\"pools\":[\"a\"],\"maxAttempts\":21}", "/maxAttempts"},
	{CFG_LANE, "x", "{\"pools\":[\"a\"],\"priceUsd\":\"-1\"}", "/priceUsd"},
	{CFG_LANE, "x", "{\"pools\":[\"a\"],\"schema\":{\"notes\":\"text\"}}", "/schema/notes"},
	{CFG_LANE, "x", "{\"pools\":[\"a\"],\"requirements\":{\"skill\":[]}}",
	 "/requirements/skill"},
	{CFG_LANE, "x", "{\"pools\":[\"a\"],\"requirements\":{\"minRating\":6}}",
	 "/requirements/minRating"},
	{CFG_LANE, "X", "{\"pools\":[\"a\"]}", ""},
	{CFG_LANE, "x", "[]", ""},
	{CFG_POOL, "x", "{\"kind\":\"odd\"}", "/kind"},
	{CFG_WORKER, "x", "{\"kind\":\"human\",\"exec\":{\"command\":[\"a\"]}}", "/exec"},
	{CFG_WORKER, "x", "{\"kind\":\"exec\"}", "/exec/command"},
	{CFG_WORKER, "x", "{\"kind\":\"http\"}", "/http/url"},
	{CFG_WORKER, "x", "{\"http\":{\"url\":\"https://x\"}}", "/http"},
	{CFG_WORKER, "x", "{\"kind\":\"http\",\"http\":{\"url\":\"http://x\"}}", "/http/url"},
	{CFG_WORKER, "x", "{\"kind\":\"http\",\"http\":{\"url\":\"https:///x\"}}", "/http/url"},
	{CFG_WORKER, "x", "{\"kind\":\"http\",\"http\":{\"url\":\"https://a:b@x/\"}}", "/http/url"},
	{CFG_WORKER, "x",
	 "{\"kind\":\"http\",\"http\":{\"url\":\"https://x\",\"timeoutSeconds\":0}}",
	 "/http/timeoutSeconds"},
	{CFG_WORKER, "x", "{\"kind\":\"http\",\"http\":{\"url\":\"https://x\",\"secret\":\"s\"}}",
	 "/http/secret"},
	{CFG_WORKER, "x", "{\"rating\":\"5.01\"}", "/rating"},
	{CFG_WORKER, "x", "{\"paused\":1}", "/paused"},
	{CFG_WORKER, "x", "{\"skills\":[\"a\",{\"name\":\"b\",\"level\":6}]}", "/skills/1/level"},
	{CFG_WORKER, "x", "{\"skills\":[{\"level\":2}]}", "/skills/0/name"},
	{CFG_WORKER, "x", "{\"certifications\":[{\"name\":\"b\",\"expires\":\"soon\"}]}",
	 "/certifications/0/expires"},
	{CFG_WORKER, "x", "{\"certifications\":[{\"name\":\"b\",\"level\":1}]}",
	 "/certifications/0/level"},
	{CFG_WORKER, "x", "{\"hours\":{\"weekly\":{}}}", "/hours/zone"},
	{CFG_WORKER, "x",
	 "{\"away\":[{\"from\":\"2026-01-02T00:00:00Z\",\"until\":\"2026-01-01T00:00:00Z\"}]}",
	 "/away/0/until"},
	{CFG_WORKER, "x", "{\"away\":[7]}", "/away/0"},
	{CFG_WORKER, "x", "{\"costUsd\":\"-1\"}", "/costUsd"},
	{CFG_LANE, "x", "{\"pools\":[\"a\"],\"offers\":{\"mode\":\"auction\"}}", "/offers/mode"},
	{CFG_LANE, "x", "{\"pools\":[\"a\"],\"offers\":{\"atOnce\":13}}", "/offers/atOnce"},
	{CFG_LANE, "x", "{\"pools\":[\"a\"],\"sla\":{\"onBreach\":\"escalate\"}}",
	 "/sla/escalateTo"},
	{CFG_LANE, "x", "{\"pools\":[\"a\"],\"scoring\":{\"explore\":\"0.6\"}}",
	 "/scoring/explore"},
	{CFG_LANE, "x", "{\"pools\":[\"a\"],\"risk\":{\"odd\":{}}}", "/risk/odd"},
	{CFG_LANE, "x", "{\"pools\":[\"a\"],\"risk\":{\"high\":{\"trustLevel\":11}}}",
	 "/risk/high/trustLevel"},
	{CFG_SCHEMA, "x", "{\"type\":\"object\"}", ""},
	{CFG_SCHEMA, "x.v1", "{\"type\":\"objekt\"}", "/type"},
	{CFG_ENDPOINT, "x", "{\"url\":\"https://x\"}", "/match"},
	{CFG_ENDPOINT, "x", "{\"dialect\":\"klingon\",\"url\":\"https://x\"}", "/dialect"},
};

START_TEST(refused)
{
	struct config *c = config_new();
	struct err err = ERR_INIT;
	json_t *doc = kit_parse(bad[_i].doc);

	ck_assert_int_eq(config_set(c, bad[_i].kind, bad[_i].name, doc, &err), -1);
	ck_assert_int_eq(err.code, FAIL_INVALID);
	ck_assert_str_eq(err.field, bad[_i].field);
	ck_assert_ptr_null(config_doc(c, bad[_i].kind, bad[_i].name));
	json_decref(doc);
	config_free(c);
}
END_TEST

START_TEST(old_stays_on_error)
{
	struct config *c = config_new();
	struct err err = ERR_INIT;
	json_t *doc = kit_parse("{\"pools\":7}");

	kit_set(c, CFG_LANE, "x", "{\"pools\":[\"a\"],\"maxAttempts\":9}");
	ck_assert_int_eq(config_set(c, CFG_LANE, "x", doc, &err), -1);
	ck_assert_int_eq(config_lane(c, "x")->max_attempts, 9);
	ck_assert_int_eq(config_set(c, CFG_LANE, "x", NULL, NULL), 0);
	ck_assert_ptr_null(config_lane(c, "x"));
	ck_assert_int_eq(config_set(c, CFG_LANE, "x", NULL, NULL), 0);
	json_decref(doc);
	config_free(c);
}
END_TEST

START_TEST(aliases_follow_their_pool)
{
	struct config *c = config_new();
	struct err err = ERR_INIT;

	kit_set(c, CFG_POOL, "a", "{\"aliases\":[\"one\",\"two\"]}");
	kit_set(c, CFG_POOL, "b", "{\"aliases\":[\"two\"]}");
	ck_assert_int_eq(config_check(c, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "pools/b.json: /aliases/0"));
	ck_assert_int_eq(err.code, FAIL_CONFIG);
	kit_set(c, CFG_POOL, "a", "{\"aliases\":[\"one\"]}");
	ck_assert_str_eq(config_pool(c, "two")->name, "b");
	ck_assert_int_eq(config_check(c, NULL), 0);
	ck_assert_int_eq(config_set(c, CFG_POOL, "a", NULL, NULL), 0);
	ck_assert_ptr_null(config_pool(c, "one"));
	config_free(c);
}
END_TEST

/* Names that lead nowhere, in what routing reads. */
START_TEST(dangling_names_of_routing)
{
	static const struct {
		enum config_kind kind;
		const char *doc, *where;
	} cases[] = {
		{CFG_LANE,
		 "{\"pools\":[\"p\"],\"sla\":{\"onBreach\":\"escalate\",\"escalateTo\":\"q\"}}",
		 "lanes/x.json: /sla/escalateTo"},
		{CFG_LANE, "{\"pools\":[\"p\"],\"requirements\":{\"workers\":[\"bo\"]}}",
		 "lanes/x.json: /requirements/workers/0"},
		{CFG_WORKER,
		 "{\"away\":[{\"from\":\"2026-01-01T00:00:00Z\",\"until\":\"2026-01-02T00:00:00Z\","
		 "\"delegate\":\"bo\"}]}",
		 "workers/x.json: /away/0/delegate"},
		{CFG_WORKER,
		 "{\"away\":[{\"from\":\"2026-01-01T00:00:00Z\",\"until\":\"2026-01-02T00:00:00Z\","
		 "\"delegate\":\"x\"}]}",
		 "workers/x.json: /away/0/delegate"},
	};

	for (size_t i = 0; i < NITEMS(cases); i++) {
		struct config *c = config_new();
		struct err err = ERR_INIT;
		kit_set(c, CFG_POOL, "p", "{}");
		kit_set(c, cases[i].kind, "x", cases[i].doc);
		ck_assert_int_eq(config_check(c, &err), -1);
		ck_assert_msg(strstr(err.msg, cases[i].where) != NULL, "%s", err.msg);
		config_free(c);
	}
}
END_TEST

START_TEST(dangling)
{
	struct config *c = config_new();
	struct err err = ERR_INIT;

	kit_set(c, CFG_POOL, "support", "{}");
	kit_set(c, CFG_LANE, "x", "{\"pools\":[\"suport\"]}");
	ck_assert_int_eq(config_check(c, &err), -1);
	ck_assert_str_eq(err.msg,
	                 "lanes/x.json: /pools/0: no such pool \"suport\"; did you mean support?");
	kit_set(c, CFG_LANE, "x", "{\"pools\":[\"support\"],\"schema\":\"a.v1\"}");
	err_clear(&err);
	ck_assert_int_eq(config_check(c, &err), -1);
	ck_assert_str_eq(err.field, "/schema");
	kit_set(c, CFG_SCHEMA, "a.v1", "{\"ok\":\"boolean\"}");
	kit_set(c, CFG_POOL, "support", "{\"members\":[\"zed\"]}");
	err_clear(&err);
	ck_assert_int_eq(config_check(c, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "pools/support.json: /members/0: no such worker"));
	config_free(c);
}
END_TEST

static int count(void *ctx, const char *name, const json_t *doc)
{
	char **last = ctx;

	ck_assert_ptr_nonnull(doc);
	ck_assert(*last == NULL || strcmp(*last, name) < 0);
	free(*last);
	*last = mem_strdup(name);
	return 0;
}

START_TEST(many_in_order)
{
	struct config *c = config_new();
	char name[32], *last = NULL;

	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "w%d", (i * 7919) % 2000);
		kit_set(c, CFG_WORKER, name, "{}");
	}
	ck_assert_int_eq(config_each(c, CFG_WORKER, count, &last), 0);
	ck_assert_str_eq(last, "w999");
	free(last);
	config_free(c);
}
END_TEST

START_TEST(gold_of_a_lane)
{
	static const char in_a[] = "{\"lane\":\"a\",\"body\":{},\"answer\":1}";
	static const char in_b[] = "{\"lane\":\"b\",\"body\":{},\"answer\":1}";
	struct config *c = config_new();
	struct err err = ERR_INIT;

	ck_assert_uint_eq(config_golds(c, "a"), 0);
	kit_set(c, CFG_GOLD, "z", in_a);
	kit_set(c, CFG_GOLD, "m", in_b);
	kit_set(c, CFG_GOLD, "b", in_a);
	kit_set(c, CFG_GOLD, "k", in_a);
	ck_assert_uint_eq(config_golds(c, "a"), 3);
	ck_assert_uint_eq(config_golds(c, "b"), 1);
	ck_assert_uint_eq(config_golds(c, "ab"), 0);
	ck_assert_str_eq(config_gold_at(c, "a", 0)->name, "b");
	ck_assert_str_eq(config_gold_at(c, "a", 2)->name, "z");
	ck_assert_str_eq(config_gold_at(c, "b", 0)->name, "m");
	kit_set(c, CFG_GOLD, "k", in_b); /* it moves */
	ck_assert_uint_eq(config_golds(c, "a"), 2);
	ck_assert_str_eq(config_gold_at(c, "b", 0)->name, "k");
	ck_assert_int_eq(config_set(c, CFG_GOLD, "z", NULL, &err), 0);
	ck_assert_uint_eq(config_golds(c, "a"), 1);
	config_free(c);
}
END_TEST

START_TEST(shorthand_schema_document)
{
	struct config *c = config_new();
	const struct schema_entry *s;
	const struct schema *compiled;
	json_t *answer = kit_parse("{\"ok\":true}");
	struct err err = ERR_INIT;

	kit_set(c, CFG_SCHEMA, "a.v1", "{\"ok\":\"boolean\"}");
	s = config_schema(c, "a.v1");
	ck_assert_str_eq(js_str_or(s->doc, "/type", ""), "object");
	compiled = contract_schema(c, s->doc, &err);
	ck_assert_uint_eq(schema_validate(compiled, answer, NULL), 0);
	json_decref(answer);
	config_free(c);
}
END_TEST

static void assert_refused(struct config *c, const char *text)
{
	struct err err = ERR_INIT;

	ck_assert_int_eq(config_check(c, &err), -1);
	ck_assert_msg(strstr(err.msg, text) != NULL, "%s", err.msg);
}

START_TEST(who_stands_in_and_who_takes_over)
{
	struct config *c = config_new();

#define AWAY(from, until, delegate) \
	"{\"away\":[{\"from\":\"2030-01-" from "T00:00:00Z\",\"until\":\"2030-01-" until \
	"T00:00:00Z\",\"delegate\":\"" delegate "\"}]}"
	kit_set(c, CFG_WORKER, "ana", AWAY("01", "09", "ben"));
	assert_refused(c, "workers/ana.json: /away/0/delegate: no such worker \"ben\"");
	kit_set(c, CFG_WORKER, "ben", AWAY("09", "12", "ana")); /* one after the other is fine */
	ck_assert_int_eq(config_check(c, NULL), 0);
	kit_set(c, CFG_WORKER, "ben", AWAY("08", "12", "ana"));
	assert_refused(c, "workers/ben.json: /away/0/delegate: leads back to ben");
	kit_set(c, CFG_WORKER, "ben", AWAY("08", "12", "ben"));
	assert_refused(c, "leads back to ben");
	kit_set(c, CFG_WORKER, "ben", "{}");
#undef AWAY
	kit_set(c, CFG_POOL, "p", "{}");
	kit_set(c, CFG_LANE, "x", "{\"pools\":[\"p\"],\"sla\":{\"escalateTo\":\"q\"}}");
	assert_refused(c, "lanes/x.json: /sla/escalateTo: no such pool \"q\"");
	kit_set(c, CFG_LANE, "x", "{\"pools\":[\"p\"],\"requirements\":{\"workers\":[\"bem\"]}}");
	assert_refused(c, "lanes/x.json: /requirements/workers/0: no such worker \"bem\"");
	config_free(c);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model_config");
	TCase *t = tcase_create("config");

	tcase_add_test(t, example_is_whole);
	tcase_add_test(t, defaults);
	tcase_add_loop_test(t, refused, 0, (int)NITEMS(bad));
	tcase_add_test(t, old_stays_on_error);
	tcase_add_test(t, aliases_follow_their_pool);
	tcase_add_test(t, dangling);
	tcase_add_test(t, dangling_names_of_routing);
	tcase_add_test(t, many_in_order);
	tcase_add_test(t, gold_of_a_lane);
	tcase_add_test(t, shorthand_schema_document);
	tcase_add_test(t, who_stands_in_and_who_takes_over);
	suite_add_tcase(s, t);
	return kit_run(s);
}
