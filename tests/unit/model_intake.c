/* Intake: every dialect read, every refusal named, specs through JSON and back. */
#include "model_kit.h"

#include "model/dialect.h"
#include "model/intake.h"

static struct config *example;

static void setup(void)
{
	example = kit_example();
}

static void teardown(void)
{
	config_free(example);
}

static struct spec take(const char *text)
{
	struct err err = ERR_INIT;
	struct spec spec;
	json_t *body = kit_parse(text);

	ck_assert_msg(intake(example, body, NULL, &spec, &err) == 0, "%s", err.msg);
	json_decref(body);
	return spec;
}

static struct spec take_file(const char *name)
{
	char path[256];
	char *text;
	struct spec spec;

	snprintf(path, sizeof(path), "spool-example/tasks-to-try/%s.json", name);
	text = kit_slurp(path);
	ck_assert_ptr_nonnull(text);
	spec = take(text);
	free(text);
	return spec;
}

START_TEST(expertrouter)
{
	struct spec s = take_file("expertrouter");

	ck_assert_str_eq(s.dialect->name, "expertrouter");
	ck_assert_str_eq(s.lane, "engineering.code_review");
	ck_assert_str_eq(s.pool, "hybrid");
	ck_assert_str_eq(s.title, "Review release candidate before deploy");
	ck_assert_int_eq(s.sla_ms, 1800000);
	ck_assert_int_eq(s.budget_usd_micro, 350000000);
	ck_assert_int_eq(s.confidentiality, CONF_INTERNAL_FIRST);
	ck_assert_str_eq(s.schema_name, "review_decision.v1");
	ck_assert_str_eq(s.webhook_secret, "whsec_***");
	ck_assert_int_eq(s.retry_max, -1);
	spec_release(&s);
}
END_TEST

START_TEST(humanrail_three_forms)
{
	static const char *const files[] = {"humanrail", "humanrail-python", "humanrail-go"};

	for (size_t i = 0; i < NITEMS(files); i++) {
		struct spec s = take_file(files[i]);

		ck_assert_str_eq(s.dialect->name, "humanrail");
		ck_assert_str_eq(s.lane, "refund_eligibility");
		ck_assert_str_eq(s.urgency, "medium");
		ck_assert_int_eq(s.sla_ms, 300000);
		ck_assert_int_eq(s.budget_usd_micro, 500000);
		ck_assert_ptr_nonnull(s.key);
		ck_assert_int_eq(s.schema != NULL, i < 2);
		spec_release(&s);
	}
}
END_TEST

/* The first sample of the service's own page has neither key nor risk tier. */
START_TEST(humanrail_short)
{
	struct spec s = take("{\"taskType\":\"refund_eligibility\",\"slaSeconds\":300,"
	                     "\"payload\":{\"orderId\":1},\"outputSchema\":{\"type\":\"object\"},"
	                     "\"payout\":{\"currency\":\"USD\",\"maxAmount\":0.50}}");

	ck_assert_ptr_null(s.key);
	ck_assert_str_eq(s.title, "Is this refund within policy?");
	spec_release(&s);
}
END_TEST

START_TEST(biolayer)
{
	struct spec s = take_file("biolayer");

	ck_assert_str_eq(s.dialect->name, "biolayer");
	ck_assert_str_eq(s.lane, "security.verification");
	ck_assert_str_eq(s.pool, "soc");
	ck_assert_str_eq(s.urgency, "high");
	ck_assert_str_eq(s.domain, "security");
	ck_assert_int_eq(s.sla_ms, 600000);
	ck_assert_int_eq(s.deadline_ms, 1770233760000);
	ck_assert_int_eq(s.need.trust_level, 4);
	ck_assert_int_eq(s.need.min_rating_milli, 4800);
	ck_assert(strings_has(&s.need.certifications, "soc-operator"));
	ck_assert_int_eq(s.evidence_required, 1);
	ck_assert_ptr_null(s.schema_name);
	ck_assert_uint_eq(json_array_size(js_at(s.schema, "/required")), 3);
	ck_assert_str_eq(s.webhook_bearer, "redacted");
	ck_assert_int_eq(s.retry_max, 6);
	ck_assert_int_eq(s.retry_backoff_ms, 30000);
	spec_release(&s);
}
END_TEST

START_TEST(biolayer_lane_without_domain)
{
	struct spec s = take("{\"task_type\":\"general\",\"domain\":\"health\",\"title\":\"t\"}");

	ck_assert_str_eq(s.lane, "general");
	ck_assert_str_eq(s.domain, "health");
	spec_release(&s);
}
END_TEST

START_TEST(chain_trigger)
{
	struct spec s = take_file("chain-trigger");

	ck_assert_str_eq(s.dialect->name, "chain");
	ck_assert_str_eq(s.lane, "general");
	ck_assert_str_eq(s.title, "Customer cannot access their account after password reset");
	spec_release(&s);
}
END_TEST

START_TEST(native)
{
	struct spec s = take_file("native");

	ck_assert_str_eq(s.dialect->name, "er");
	ck_assert_str_eq(s.key, "goodwill-20931");
	ck_assert_int_eq(s.confidentiality, CONF_INTERNAL_ONLY);
	ck_assert_int_eq(s.budget_usd_micro, 1000000);
	ck_assert_int_eq(s.need.min_rating_milli, 4500);
	ck_assert_int_eq(s.sla_ms, 900000);
	ck_assert_str_eq(s.urgency, "high");
	ck_assert_uint_eq(json_array_size(js_at(s.schema, "/required")), 1);
	spec_release(&s);
	s = take("{\"question\":\"\\n  Ship it?\\nAll of it?\"}");
	ck_assert_str_eq(s.lane, "general");
	ck_assert_str_eq(s.title, "Ship it?");
	ck_assert_str_eq(s.urgency, "medium");
	ck_assert_int_eq(s.sla_ms, 3600000);
	ck_assert_int_eq(s.budget_usd_micro, -1);
	spec_release(&s);
}
END_TEST

START_TEST(long_title_is_cut_at_a_character)
{
	struct buf b;
	struct spec s;

	buf_init(&b, 0);
	buf_adds(&b, "{\"title\":\"");
	for (int i = 0; i < 300; i++)
		buf_adds(&b, "ü");
	buf_adds(&b, "\"}");
	s = take(buf_str(&b));
	ck_assert_uint_eq(strlen(s.title), 199 * 2 + strlen("…"));
	ck_assert_str_eq(s.title + 199 * 2, "…");
	spec_release(&s);
	buf_release(&b);
}
END_TEST

static const struct {
	const char *text, *dialect;
} shapes[] = {
	{"{\"er\":1,\"taskType\":\"x\",\"lane\":\"y\",\"policy\":{}}", "er"},
	{"{}", "er"},
	{"{\"title\":\"x\"}", "er"},
	{"{\"lane\":\"x\",\"title\":\"t\",\"policy\":{}}", "er"},
	{"{\"lane\":\"x\",\"policy\":{}}", "expertrouter"},
	{"{\"lane\":\"x\",\"task\":{}}", "expertrouter"},
	{"{\"taskType\":\"x\"}", "humanrail"},
	{"{\"task_type\":\"x\",\"idempotency_key\":\"k\"}", "humanrail"},
	{"{\"task_type\":\"x\",\"output_schema\":{}}", "humanrail"},
	{"{\"task_type\":\"x\",\"origin\":{}}", "biolayer"},
	{"{\"task_type\":\"x\",\"domain\":\"d\",\"idempotency_key\":\"k\"}", "biolayer"},
	{"{\"task_type\":\"x\",\"handoff\":{}}", "biolayer"},
	{"{\"levels\":[]}", "chain"},
	{"{\"reason\":\"r\",\"context\":{}}", "chain"},
	{"{\"reason\":\"r\",\"chain\":\"c\"}", "chain"},
	{"{\"reason\":\"r\",\"title\":\"t\"}", "er"},
};

START_TEST(recognised)
{
	json_t *body = kit_parse(shapes[_i].text);

	ck_assert_str_eq(dialect_recognise(body)->name, shapes[_i].dialect);
	json_decref(body);
}
END_TEST

#define PAYOUT ",\"payout\":{\"currency\":\"USD\",\"maxAmount\":1}}"
#define HR "{\"taskType\":\"refund_eligibility\""

static const struct {
	const char *text, *field, *says;
} bad[] = {
	{"[]", "", "JSON object"},
	{"{}", "/title", "needs a title"},
	{"{\"er\":2,\"title\":\"x\"}", "/er", ""},
	{"{\"title\":7}", "/title", "must be a string"},
	{"{\"lane\":\"generl\",\"title\":\"x\"}", "/lane",
	 "no such lane \"generl\"; did you mean general?"},
	{"{\"lane\":\"zzzzzzzzzzzzzzzzzzzzzzzz\",\"title\":\"x\"}", "/lane", "; there are "},
	{"{\"lane\":\"engineering.code_reviw\",\"task\":{}}", "/lane", "engineering.code_review"},
	{"{\"lane\":\"engineering.code_review\",\"pool\":\"hybird\",\"task\":{}}", "/pool",
	 "did you mean hybrid?"},
	{"{\"lane\":\"engineering.code_review\",\"pool\":\"soc\",\"task\":{}}", "/pool",
	 "does not serve the lane"},
	{"{\"lane\":\"engineering.code_review\",\"responseSchema\":\"review_decision.v2\","
	 "\"task\":{}}",
	 "/responseSchema", "did you mean review_decision.v1?"},
	{"{\"lane\":\"engineering.code_review\",\"policy\":{\"maxBudgetUsd\":10}}",
	 "/policy/maxBudgetUsd", "10 is under the lane's price of 120.00 USD"},
	{"{\"lane\":\"engineering.code_review\",\"policy\":{\"confidentiality\":\"secret\"}}",
	 "/policy/confidentiality", "internal_first"},
	{"{\"lane\":\"engineering.code_review\",\"policy\":{\"targetSlaMinutes\":0}}",
	 "/policy/targetSlaMinutes", ""},
	{"{\"task\":{},\"lane\":7}", "/lane", "must be a string"},
	{HR ",\"slaSeconds\":29" PAYOUT, "/slaSeconds", "30"},
	{HR ",\"slaSeconds\":300.0" PAYOUT, "/slaSeconds", "integer"},
	{HR ",\"riskTier\":\"huge\"" PAYOUT, "/riskTier", "critical"},
	{HR ",\"idempotencyKey\":\"\"" PAYOUT, "/idempotencyKey", "empty"},
	{HR ",\"outputSchema\":7" PAYOUT, "/outputSchema", ""},
	{HR ",\"outputSchema\":{\"type\":\"objekt\"}" PAYOUT, "/outputSchema/type", ""},
	{HR ",\"payload\":[]" PAYOUT, "/payload", "object"},
	{HR "}", "/payout", "required"},
	{HR ",\"payout\":{\"currency\":\"EUR\",\"maxAmount\":1}}", "/payout/currency", "SATS"},
	{HR ",\"payout\":{\"currency\":\"USD\"}}", "/payout/maxAmount", "required"},
	{HR ",\"payout\":{\"currency\":\"USD\",\"max_amount\":0.1}}", "/payout/max_amount",
	 "0.1 is under the lane's price of 0.40 USD"},
	{HR ",\"callbackUrl\":\"ftp://x\"" PAYOUT, "/callbackUrl", "https://"},
	{HR ",\"callbackUrl\":\"https://u:p@x/\"" PAYOUT, "/callbackUrl", "password"},
	{HR ",\"callbackUrl\":\"https:///x\"" PAYOUT, "/callbackUrl", "host"},
	{HR ",\"callbackUrl\":\"https://x/a b\"" PAYOUT, "/callbackUrl", "blanks"},
	{"{\"task_type\":\"verificaton\",\"domain\":\"security\"}", "/task_type",
	 "no such lane \"security.verificaton\" (nor \"verificaton\"); did you mean security.v"},
	{"{\"task_type\":\"general\",\"domain\":\"x\","
	 "\"output\":{\"schema\":{\"notes\":\"text\"}}}",
	 "/output/schema/notes", ""},
	{"{\"task_type\":\"general\",\"domain\":\"x\",\"sla\":{\"deadline\":\"soon\"}}",
	 "/sla/deadline", "2026"},
	{"{\"task_type\":\"general\",\"domain\":\"x\",\"handoff\":{\"callback_auth\":"
	 "{\"type\":\"basic\"}}}", "/handoff/callback_auth/type", "bearer"},
	{"{\"task_type\":\"general\",\"domain\":\"x\",\"handoff\":{\"callback_auth\":"
	 "{\"type\":\"bearer\"}}}", "/handoff/callback_auth/token", "required"},
	{"{\"task_type\":\"general\",\"domain\":\"x\",\"requirements\":{\"min_rating\":9}}",
	 "/requirements/min_rating", "0 to 5"},
	{"{\"task_type\":\"general\",\"domain\":\"x\",\"requirements\":{\"skills\":[\"\"]}}",
	 "/requirements/skills/0", ""},
	{"{\"name\":\"support\",\"levels\":[{\"agentId\":\"a\"}]}", "/levels",
	 "erctl chain create"},
	{"{\"title\":\"x\",\"sla\":{\"urgency\":\"asap\"}}", "/sla/urgency", "critical"},
	{"{\"title\":\"x\",\"webhook\":\"https://x\"}", "/webhook", "object"},
	{"{\"title\":\"x\",\"webhook\":{\"url\":\"http://x\","
	 "\"retryPolicy\":{\"maxRetries\":101}}}",
	 "/webhook/retryPolicy/maxRetries", "100"},
};

START_TEST(refused)
{
	struct err err = ERR_INIT;
	struct spec spec;
	json_t *body = kit_parse(bad[_i].text);

	ck_assert_int_eq(intake(example, body, NULL, &spec, &err), -1);
	ck_assert_int_eq(err.code, FAIL_INVALID);
	ck_assert_str_eq(err.field, bad[_i].field);
	ck_assert_msg(strstr(err.msg, bad[_i].says) != NULL, "%s", err.msg);
	json_decref(body);
}
END_TEST

START_TEST(named_dialect)
{
	struct err err = ERR_INIT;
	struct spec spec;
	json_t *body = kit_parse("{\"title\":\"x\",\"taskType\":\"y\"}");

	ck_assert_int_eq(intake(example, body, "er", &spec, &err), 0);
	spec_release(&spec);
	ck_assert_int_eq(intake(example, body, "klingon", &spec, &err), -1);
	json_decref(body);
}
END_TEST

static const char *const files[] = {"expertrouter", "humanrail",     "humanrail-python",
                                    "humanrail-go", "biolayer",      "chain-trigger",
                                    "native",       "echo"};

START_TEST(spec_round_trip)
{
	struct spec first = take_file(files[_i]), second;
	struct err err = ERR_INIT;
	json_t *a = spec_to_json(&first), *b;
	char *x = kit_text(a), *y;

	ck_assert_msg(spec_from_json(a, &second, &err) == 0, "%s", err.msg);
	b = spec_to_json(&second);
	if (first.schema_name) /* found again by its hash, not carried along */
		ck_assert_ptr_null(json_object_get(a, "schema"));
	else if (first.schema)
		ck_assert(json_equal(first.schema, second.schema));
	if (first.schema && first.schema_name) {
		second.schema = json_incref(first.schema);
		json_decref(b);
		b = spec_to_json(&second);
	}
	y = kit_text(b);
	ck_assert_str_eq(x, y);
	free(x);
	free(y);
	json_decref(a);
	json_decref(b);
	spec_release(&first);
	spec_release(&second);
}
END_TEST

START_TEST(names_for_a_loader)
{
	struct intake_names n;
	char scratch[160];
	json_t *body = kit_file("spool-example/tasks-to-try/biolayer.json");

	intake_names(body, &n, scratch, sizeof(scratch));
	ck_assert_str_eq(n.lane[0], "security.verification");
	ck_assert_str_eq(n.lane[1], "verification");
	ck_assert_str_eq(n.pool, "pool-uuid");
	ck_assert_ptr_null(n.schema);
	json_decref(body);
	body = kit_file("spool-example/tasks-to-try/expertrouter.json");
	intake_names(body, &n, scratch, sizeof(scratch));
	ck_assert_str_eq(n.lane[0], "engineering.code_review");
	ck_assert_ptr_null(n.lane[1]);
	ck_assert_str_eq(n.schema, "review_decision.v1");
	json_decref(body);
	body = kit_parse("{\"title\":\"x\"}");
	intake_names(body, &n, scratch, sizeof(scratch));
	ck_assert_str_eq(n.lane[0], "general");
	json_decref(body);
}
END_TEST

/* ---- the documents as their authors published them ---- */

static char *seed(const char *begins)
{
	const char *dir = getenv("ER_SEEDS");
	char path[600];
	struct dirent *e;
	DIR *d;

	if (!dir)
		dir = "../shared/seeds";
	d = opendir(dir);
	while (d && (e = readdir(d))) {
		if (strncmp(e->d_name, begins, strlen(begins)) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		closedir(d);
		return kit_slurp(path);
	}
	if (d)
		closedir(d);
	printf("no seed %s: skipped (set ER_SEEDS)\n", begins);
	return NULL;
}

static size_t braces(const char *s)
{
	int depth = 0, quoted = 0;

	for (size_t i = 0; s[i]; i++) {
		if (s[i] == '"' && (i == 0 || s[i - 1] != '\\'))
			quoted = !quoted;
		if (quoted)
			continue;
		depth += (s[i] == '{') - (s[i] == '}');
		if (depth == 0)
			return i + 1;
	}
	return 0;
}

/* The ${nth} JSON object in a text, or NULL. */
static json_t *object_in(const char *text, int nth)
{
	for (const char *p = text; (p = strchr(p, '{')); p++) {
		size_t n = braces(p);
		json_t *v = n ? js_parse(p, n, &js_limits_doc, NULL) : NULL;

		if (!v)
			continue;
		if (nth-- == 0)
			return v;
		json_decref(v);
		p += n - 1;
	}
	return NULL;
}

static const struct {
	const char *file;
	int nth;
	const char *dialect; /* NULL: refused */
} seeds[] = {
	{"000_", 0, "expertrouter"}, {"002_", 0, "biolayer"}, {"003_", 0, NULL},
	{"003_", 1, "chain"},        {"003_", 2, NULL},       {"003_", 3, NULL},
};

START_TEST(seed_bodies)
{
	char *text = seed(seeds[_i].file);
	struct err err = ERR_INIT;
	struct spec spec;
	json_t *body;
	int rc;

	if (!text)
		return;
	body = object_in(text, seeds[_i].nth);
	ck_assert_ptr_nonnull(body);
	rc = intake(example, body, NULL, &spec, &err);
	if (seeds[_i].dialect) {
		ck_assert_msg(rc == 0, "%s", err.msg);
		ck_assert_str_eq(spec.dialect->name, seeds[_i].dialect);
		spec_release(&spec);
	} else {
		ck_assert_int_eq(rc, -1);
		ck_assert_str_ne(err.field, "");
	}
	json_decref(body);
	free(text);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model_intake");
	TCase *t = tcase_create("intake");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, expertrouter);
	tcase_add_test(t, humanrail_three_forms);
	tcase_add_test(t, humanrail_short);
	tcase_add_test(t, biolayer);
	tcase_add_test(t, biolayer_lane_without_domain);
	tcase_add_test(t, chain_trigger);
	tcase_add_test(t, native);
	tcase_add_test(t, long_title_is_cut_at_a_character);
	tcase_add_loop_test(t, recognised, 0, (int)NITEMS(shapes));
	tcase_add_loop_test(t, refused, 0, (int)NITEMS(bad));
	tcase_add_test(t, named_dialect);
	tcase_add_loop_test(t, spec_round_trip, 0, (int)NITEMS(files));
	tcase_add_test(t, names_for_a_loader);
	tcase_add_loop_test(t, seed_bodies, 0, (int)NITEMS(seeds));
	suite_add_tcase(s, t);
	return kit_run(s);
}
