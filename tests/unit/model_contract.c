/* Contracts: what a task stores of a schema, the registry, and the cache that changes nothing. */
#include "model_kit.h"

#include "json/schema/schema.h"
#include "model/contract.h"
#include "model/intake.h"

static void assert_contract(const struct config *c, const char *schema, int formats,
                            const char *want, const char *names)
{
	struct contract contract;
	struct err err = ERR_INIT;
	struct sha256 sha;
	struct buf list = BUF_INIT;
	json_t *doc = kit_parse(schema);
	char *text;

	ck_assert_msg(contract_make(c, doc, formats, &contract, &err) == 0, "%s", err.msg);
	text = kit_text(contract.doc);
	ck_assert_str_eq(text, want);
	js_hash(contract.doc, &sha);
	ck_assert_mem_eq(sha.b, contract.sha.b, sizeof(sha.b));
	for (size_t i = 0; i < contract.names.n; i++)
		buf_addf(&list, "%s ", contract.names.s[i]);
	ck_assert_str_eq(buf_str(&list), names);
	buf_release(&list);
	free(text);
	contract_release(&contract);
	json_decref(doc);
}

static struct config *registry(void)
{
	struct config *c = config_new();

	kit_set(c, CFG_SCHEMA, "a.v1", "{\"$ref\":\"b.v1\"}"); /* before what it refers to */
	kit_set(c, CFG_SCHEMA, "b.v1", "{\"$id\":\"https://x.example/b\",\"type\":\"string\"}");
	kit_set(c, CFG_SCHEMA, "short.v1", "{\"ok\":\"boolean\"}");
	return c;
}

START_TEST(made)
{
	struct config *c = registry();

	for (int twice = 0; twice < 2; twice++) {
		assert_contract(c, "{\"type\":\"null\"}", 0, "{\"type\":\"null\"}", "");
		assert_contract(c, "{\"type\":\"null\"}", 1, "{\"type\":\"null\",\"x-assertFormat"
		"\":true}", "");
		assert_contract(c, "{\"$ref\":\"a.v1\"}", 0,
		                "{\"$ref\":\"#/$defs/a.v1\",\"$defs\":{\"a.v1\":{\"$ref\":\"#/$def"
		                "s/b.v1\"},"
		                "\"b.v1\":{\"type\":\"string\"}}}", "a.v1 b.v1 ");
		assert_contract(c, "{\"$ref\":\"https://x.example/b\"}", 0,
		                "{\"$ref\":\"#/$defs/b\",\"$defs\":{\"b\":{\"type\":\"string\"}}}",
		                "b.v1 ");
		/* the order of members is the order of a form */
		assert_contract(c, "{\"minimum\":1,\"maximum\":2}", 0, "{\"minimum\":1,\"maximum\""
		":2}", "");
		assert_contract(c, "{\"maximum\":2,\"minimum\":1}", 0, "{\"maximum\":2,\"minimum\""
		":1}", "");
	}
	kit_set(c, CFG_SCHEMA, "b.v1", "{\"type\":\"array\"}");
	assert_contract(c, "{\"$ref\":\"a.v1\"}", 0,
	                "{\"$ref\":\"#/$defs/a.v1\",\"$defs\":{\"a.v1\":{\"$ref\":\"#/$defs/b.v1\""
	                "},"
	                "\"b.v1\":{\"type\":\"array\"}}}", "a.v1 b.v1 ");
	config_free(c);
}
END_TEST

static const struct {
	const char *schema, *text;
} refused[] = {
    {"{\"$ref\":\"a.v2\"}", "did you mean a.v1"},
    {"{\"$ref\":\"https://x.example/none\"}", "neither in this document nor in the registry"},
    {"{\"$ref\":\"https://x.example/twice\"}", "several registered schemas claim to be"},
    {"{\"type\":\"text\"}", "/type: "},
};

START_TEST(not_made)
{
	struct config *c = registry();
	struct contract contract;
	struct err err = ERR_INIT;
	json_t *doc = kit_parse(refused[_i].schema);

	kit_set(c, CFG_SCHEMA, "t.v1", "{\"$id\":\"https://x.example/twice\",\"type\":\"null\"}");
	kit_set(c, CFG_SCHEMA, "t.v2", "{\"$id\":\"https://x.example/twice\",\"type\":\"null\"}");
	ck_assert_int_eq(contract_make(c, doc, 0, &contract, &err), -1);
	ck_assert_int_eq(err.code, FAIL_INVALID);
	ck_assert_msg(strstr(err.msg, refused[_i].text) != NULL, "%s", err.msg);
	json_decref(doc);
	config_free(c);
}
END_TEST

static int dropped;

static void drop(void *beside)
{
	dropped += *(int *)beside;
}

/* What is made of a contract is found again with any copy of it, and goes when it goes. */
START_TEST(beside)
{
	struct config *c = config_new();
	struct err err = ERR_INIT;
	json_t *doc = kit_parse("{\"minimum\":1,\"maximum\":2}"), *copy = json_deep_copy(doc);
	json_t *turned = kit_parse("{\"maximum\":2,\"minimum\":1}");
	static int one = 1;

	struct compiled *found = contract_compiled(c, doc, &err);
	ck_assert_ptr_null(found->beside);
	found->beside = &one;
	found->drop = drop;
	ck_assert_ptr_null(contract_compiled(c, turned, &err)->beside);
	ck_assert_ptr_eq(contract_compiled(c, copy, &err)->beside, &one);
	ck_assert_int_eq(dropped, 0);
	config_free(c);
	ck_assert_int_eq(dropped, 1);
	json_decref(doc);
	json_decref(copy);
	json_decref(turned);
}
END_TEST

/* More schemas than the cache keeps: still each is judged by its own. */
START_TEST(many)
{
	struct config *c = config_new();
	struct err err = ERR_INIT;

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < CONTRACTS_MAX + 200; i++) {
			json_t *doc = json_pack("{s:i}", "const", i), *v = json_integer(i);
			const struct schema *s = contract_schema(c, doc, &err);

			ck_assert(s && !schema_validate(s, v, NULL));
			json_integer_set(v, i + 1);
			ck_assert(schema_validate(s, v, NULL));
			json_decref(doc);
			json_decref(v);
		}
	}
	config_free(c);
}
END_TEST

/* Large ones do not stay. */
START_TEST(large)
{
	struct config *c = config_new();
	struct err err = ERR_INIT;

	for (int i = 0; i < 12; i++) {
		json_t *doc = json_object(), *props = json_object();

		json_object_set_new(doc, "properties", props);
		for (int k = 0; k < 9000; k++) {
			char name[24];

			snprintf(name, sizeof(name), "p%d.%d", i, k);
			json_object_set_new(props, name, json_pack("{s:i}", "minLength", k));
		}
		ck_assert_msg(contract_schema(c, doc, &err) != NULL, "%s", err.msg);
		json_decref(doc);
	}
	config_free(c);
}
END_TEST

START_TEST(too_large)
{
	struct config *c = config_new();
	struct contract contract;
	struct err err = ERR_INIT;
	json_t *doc = kit_parse("{\"allOf\":[{\"$ref\":\"a.v1\"},{\"$ref\":\"b.v1\"}]}");
	char *text = mem_alloc(600001);
	json_t *big;

	memset(text, 'x', 600000);
	big = json_pack("{s:s, s:s}", "type", "string", "$comment", text);
	ck_assert_int_eq(config_set(c, CFG_SCHEMA, "a.v1", big, &err), 0);
	ck_assert_int_eq(config_set(c, CFG_SCHEMA, "b.v1", big, &err), 0);
	ck_assert_int_eq(contract_make(c, doc, 0, &contract, &err), -1);
	ck_assert_ptr_nonnull(strstr(err.msg, "with all that it refers to"));
	free(text);
	json_decref(big);
	json_decref(doc);
	config_free(c);
}
END_TEST

START_TEST(in_a_spec)
{
	struct config *c = registry();
	struct err err = ERR_INIT;
	struct spec spec, again;
	json_t *body = kit_parse("{\"er\":1,\"lane\":\"l\",\"title\":\"t\",\"schema\":{\"$ref\":\""
	"a.v1\"}}");
	json_t *doc;

	kit_set(c, CFG_POOL, "p", "{\"members\":[]}");
	kit_set(c, CFG_LANE, "l", "{\"pools\":[\"p\"],\"assertFormat\":true}");
	ck_assert_msg(intake(c, body, NULL, &spec, &err) == 0, "%s", err.msg);
	ck_assert(json_is_true(json_object_get(spec.schema, "x-assertFormat")));
	doc = spec_to_json(&spec);
	ck_assert_uint_eq(json_array_size(js_at(doc, "/schemaRefs")), 2);
	ck_assert_msg(spec_from_json(doc, &again, &err) == 0, "%s", err.msg);
	ck_assert(strings_has(&again.schema_refs, "a.v1") &&
	          strings_has(&again.schema_refs, "b.v1"));
	ck_assert(json_equal(again.schema, spec.schema));
	spec_release(&spec);
	spec_release(&again);
	json_decref(doc);
	json_decref(body);
	config_free(c);
}
END_TEST

START_TEST(checked)
{
	struct config *c = registry();
	struct err err = ERR_INIT;

	ck_assert_msg(config_check(c, &err) == 0, "%s", err.msg);
	kit_set(c, CFG_SCHEMA, "d.v1", "{\"items\":{\"$ref\":\"c.v1#/x\"}}");
	ck_assert_int_eq(config_check(c, &err), -1);
	ck_assert_str_eq(err.field, "/items/$ref");
	ck_assert_ptr_nonnull(strstr(err.msg, "schemas/d.v1.json: /items/$ref: refers to c.v1"));
	config_free(c);
}
END_TEST

START_TEST(versions)
{
	struct config *c = registry();
	char next[CONFIG_NAME_MAX];

	ck_assert_str_eq(config_next_version(c, "a.v1", next), "a.v2");
	kit_set(c, CFG_SCHEMA, "a.v2", "{\"type\":\"null\"}");
	ck_assert_str_eq(config_next_version(c, "a.v1", next), "a.v3");
	ck_assert(config_versioned("a.b.v12") && !config_versioned("a.v") &&
	          !config_versioned("a"));
	config_free(c);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model_contract");
	TCase *t = tcase_create("contract");

	tcase_add_test(t, made);
	tcase_add_loop_test(t, not_made, 0, NITEMS(refused));
	tcase_add_test(t, beside);
	tcase_add_test(t, many);
	tcase_add_test(t, large);
	tcase_add_test(t, too_large);
	tcase_add_test(t, in_a_spec);
	tcase_add_test(t, checked);
	tcase_add_test(t, versions);
	tcase_set_timeout(t, 60);
	suite_add_tcase(s, t);
	return kit_run(s);
}
