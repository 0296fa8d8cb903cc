/* share/schemas describe the documents there are: each compiles here and takes them. */
#include "model_kit.h"

#include "json/schema/schema.h"
#include "model/message.h"

static struct schema *load(const char *name)
{
	char path[128];
	struct err err = ERR_INIT;
	struct schema *s;
	json_t *doc;

	snprintf(path, sizeof(path), "share/schemas/er.%s.v1.json", name);
	doc = kit_file(path);
	s = schema_compile(doc, &err);
	ck_assert_msg(s != NULL, "%s: %s", path, err.msg);
	json_decref(doc);
	return s;
}

static void assert_valid(const struct schema *s, const json_t *doc, const char *what)
{
	struct schema_errors errors = {.n = 0};

	if (schema_validate(s, doc, &errors) != 0)
		ck_abort_msg("%s: %s: %s", what, errors.e[0].instance, errors.e[0].message);
	schema_errors_release(&errors);
}

static void assert_file(const char *schema, const char *path)
{
	struct schema *s = load(schema);
	json_t *doc = kit_file(path);

	assert_valid(s, doc, path);
	json_decref(doc);
	schema_free(s);
}

static int valid_entry(void *ctx, const char *name, const json_t *doc)
{
	assert_valid(ctx, doc, name);
	return 0;
}

START_TEST(example_documents)
{
	struct config *c = kit_example();

	for (int k = 0; k < CFG_COUNT; k++) {
		struct schema *s;

		if (k == CFG_SCHEMA || k == CFG_ZONE)
			continue;
		s = load(config_words[k]);
		config_each(c, (enum config_kind)k, valid_entry, s);
		schema_free(s);
	}
	config_free(c);
}
END_TEST

START_TEST(every_line)
{
	static const char *const dialects[] = {"er", "expertrouter", "humanrail", "biolayer",
	                                       "chain"};
	struct schema *s = load("event");

	for (size_t i = 0; i < NITEMS(dialects); i++) {
		char path[128], *text, *line, *rest;

		snprintf(path, sizeof(path), "tests/golden/%s/events.ndjson", dialects[i]);
		text = rest = kit_slurp(path);
		ck_assert_ptr_nonnull(text);
		while ((line = strsep(&rest, "\n")) && *line) {
			json_t *ev = kit_parse(line);

			assert_valid(s, ev, path);
			json_decref(ev);
		}
		free(text);
	}
	schema_free(s);
}
END_TEST

START_TEST(evidence)
{
	static const char good[] =
	    "{\"er\":1,\"type\":\"answer\",\"id\":\"msg_01J8QZ5G4X0000000000000000\","
	    "\"task\":\"task_01J8QZ5G4X0000000000000000\",\"from\":\"ana\",\"body\":{\"answer\":1,"
	    "\"evidence\":[\"seen\",{\"url\":\"https://example.com\"},{\"sha256\":\""
	    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}]}}";
	static const char draft[] =
	    "{\"schema\":\"er.draft.v1\",\"task\":\"task_01J8QZ5G4X0000000000000000\","
	    "\"worker\":\"ana\",\"at\":\"2026-11-22T18:44:38.123Z\",\"answer\":{\"a\":1},"
	    "\"texts\":{\"/n\":\"x\"},\"evidence\":[\"/tmp/a\"]}";
	struct schema *s = load("message");
	json_t *doc = kit_parse(good);

	assert_valid(s, doc, "an answer");
	const json_t *list = js_at(doc, "/body/evidence");
	json_object_set_new(json_array_get(list, 2), "sha256", json_string("short"));
	ck_assert_uint_gt(schema_validate(s, doc, NULL), 0);
	json_decref(doc);
	schema_free(s);
	s = load("draft");
	doc = kit_parse(draft);
	assert_valid(s, doc, "a draft");
	json_decref(doc);
	schema_free(s);
	schema_free(load("blob"));
}
END_TEST

/* Every member that the readers know, in the forms that they take. */
START_TEST(whole_documents)
{
	static const struct {
		enum config_kind kind;
		const char *doc;
	} all[] = {
	    {CFG_LANE,
	     "{\"pools\":[\"p\"],\"requirements\":{\"skills\":[\"a\",{\"name\":\"b\",\"level\":5}],"
	     "\"workers\":[\"ana\"],\"minRating\":\"4.5\"},\"risk\":{\"high\":{\"trustLevel\":3}},"
	     "\"offers\":{\"mode\":\"claim\",\"atOnce\":12,\"autoAssignTrust\":0,"
	     "\"releaseFreeSeconds\":0},\"sla\":{\"backup\":false,\"predictive\":false,"
	     "\"onBreach\":\"escalate\",\"escalateTo\":\"q\",\"remindSeconds\":60},"
	     "\"scoring\":{\"successWeight\":\"2\",\"costWeight\":0.5,\"loadWeight\":0,"
	     "\"explore\":\"0.1\",\"halfLifeDays\":7},\"assertFormat\":true}"},
	    {CFG_LANE,
	     "{\"pools\":[\"p\"],\"risk\":{\"high\":{\"minOverlap\":2,\"qaRate\":\"0.5\"}},"
	     "\"verify\":{\"minOverlap\":1,\"maxOverlap\":5,\"confidence\":\"0.99\","
	     "\"consensus\":\"weighted\",\"approval\":{\"field\":\"/ok\",\"approve\":[true],"
	     "\"quorum\":2,\"veto\":true,\"groups\":[{\"pool\":\"p\",\"quorum\":1}]},"
	     "\"rules\":[{\"name\":\"r\",\"logic\":{\"var\":\"answer.ok\"},\"message\":\"m\","
	     "\"field\":\"/ok\"}],\"programs\":[{\"name\":\"p\",\"command\":[\"/bin/true\"],"
	     "\"timeoutSeconds\":5,\"memoryMiB\":64}],\"anomaly\":{\"alpha\":\"0.01\","
	     "\"off\":[\"burst\"]},\"gold\":{\"rate\":\"0.1\",\"newRate\":0.2,\"newTasks\":5,"
	     "\"floor\":\"0.7\"},\"qa\":{\"lane\":\"q\",\"rate\":\"0.1\"},"
	     "\"onFail\":{\"rules\":\"reroute\",\"anomaly\":\"fail\",\"consensus\":\"review\","
	     "\"qa\":\"return\"}}}"},
	    {CFG_GOLD,
	     "{\"title\":\"t\",\"lane\":\"l\",\"body\":{\"er\":1},\"answer\":1.5,"
	     "\"tolerance\":\"0.1\"}"},
	    {CFG_WORKER,
	     "{\"skills\":[{\"name\":\"b\",\"level\":2}],\"certifications\":[\"c\","
	     "{\"name\":\"d\",\"expires\":\"2030-01-01T00:00:00Z\"}],\"external\":true,"
	     "\"costUsd\":\"1.50\",\"hours\":{\"zone\":\"UTC\",\"weekly\":{\"mon\":["
	     "\"22:00-06:00\"]},\"except\":[\"2030-12-25\"]},\"away\":[{\"from\":"
	     "\"2030-01-01T00:00:00Z\",\"until\":\"2030-01-02T00:00:00Z\",\"delegate\":\"bo\"}]}"},
	};

	for (size_t i = 0; i < NITEMS(all); i++) {
		struct schema *s = load(config_words[all[i].kind]);
		struct config *c = config_new();
		json_t *doc = kit_parse(all[i].doc);

		kit_set(c, all[i].kind, "x", all[i].doc);
		assert_valid(s, doc, all[i].doc);
		json_decref(doc);
		config_free(c);
		schema_free(s);
	}
}
END_TEST

/* What both the reader and the schema take. */
START_TEST(messages)
{
	static const char *const all[] = {
	    "{\"er\":1,\"type\":\"checked\",\"id\":\"msg_01J8QZ5G4X0000000000000000\","
	    "\"task\":\"task_01J8QZ5G4X0000000000000000\",\"from\":\"erd\","
	    "\"body\":{\"worker\":\"ana\",\"attempt\":1,\"passed\":false,"
	    "\"reasons\":[{\"instance\":\"\",\"keyword\":\"/programs/p\",\"message\":\"no\"}]}}",
	    "{\"er\":1,\"type\":\"reinstate\",\"id\":\"msg_01J8QZ5G4X0000000000000000\","
	    "\"from\":\"op\",\"body\":{\"worker\":\"ana\",\"lane\":\"l\",\"reason\":\"r\"}}"};
	struct schema *s = load("message");

	for (size_t i = 0; i < NITEMS(all); i++) {
		struct err err = ERR_INIT;
		struct message m;
		json_t *doc = kit_parse(all[i]);

		assert_valid(s, doc, all[i]);
		ck_assert_msg(message_parse(doc, &m, &err) == 0, "%s %s", err.field, err.msg);
		message_release(&m);
	}
	schema_free(s);
}
END_TEST

START_TEST(documents)
{
	assert_file("submit", "spool-example/tasks-to-try/native.json");
	assert_file("submit", "spool-example/tasks-to-try/echo.json");
	assert_file("task", "tests/golden/er/task.json");
	assert_file("result", "tests/golden/er/result.json");
	schema_free(load("inbox"));
	schema_free(load("message"));
	assert_file("scenario", "spool-example/scenarios/busy-desk.json");
	assert_file("scenario", "spool-example/scenarios/verification.json");
	schema_free(load("notice"));
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model_schemas");
	TCase *t = tcase_create("schemas");

	tcase_add_test(t, example_documents);
	tcase_add_test(t, every_line);
	tcase_add_test(t, evidence);
	tcase_add_test(t, whole_documents);
	tcase_add_test(t, messages);
	tcase_add_test(t, documents);
	suite_add_tcase(s, t);
	return kit_run(s);
}
