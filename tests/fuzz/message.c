/* message_parse, and for submits intake: what is accepted survives the way into the journal and
   back. */
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "json/js.h"
#include "model/config.h"
#include "model/intake.h"
#include "model/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct config *config;

static void set(enum config_kind kind, const char *name, const char *text)
{
	struct err err = ERR_INIT;
	json_t *doc = js_parse(text, strlen(text), &js_limits_own, &err);

	if (!doc || config_set(config, kind, name, doc, &err) != 0)
		__builtin_trap();
	json_decref(doc);
}

static void configure(void)
{
	config = config_new();
	set(CFG_SCHEMA, "review_decision.v1", "{\"type\":\"object\",\"required\":[\"decision\"]}");
	set(CFG_WORKER, "ana", "{\"kind\":\"human\"}");
	set(CFG_POOL, "hybrid", "{\"members\":[\"ana\"],\"aliases\":[\"pool-uuid\"]}");
	set(CFG_LANE, "general", "{\"pools\":[\"hybrid\"]}");
	set(CFG_LANE, "engineering.code_review",
	    "{\"pools\":[\"hybrid\"],\"schema\":\"review_decision.v1\",\"priceUsd\":\"120.00\"}");
	set(CFG_LANE, "refund_eligibility", "{\"pools\":[\"hybrid\"],\"priceUsd\":\"0.40\"}");
	set(CFG_LANE, "security.verification", "{\"pools\":[\"hybrid\"]}");
}

static void round_trip(const struct spec *spec)
{
	struct err err = ERR_INIT;
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct spec again;
	json_t *doc = spec_to_json(spec), *back;

	js_dump(&a, doc, JS_COMPACT);
	if (spec_from_json(doc, &again, &err) != 0)
		__builtin_trap();
	if (!again.schema) /* a named one is not written inline */
		again.schema = json_incref(spec->schema);
	back = spec_to_json(&again);
	js_dump(&b, back, JS_COMPACT);
	if (a.len != b.len || memcmp(a.data, b.data, a.len))
		__builtin_trap();
	json_decref(doc);
	json_decref(back);
	spec_release(&again);
	buf_release(&a);
	buf_release(&b);
}

static void take(const json_t *body)
{
	struct err err = ERR_INIT;
	struct spec spec;
	struct intake_names names;
	char scratch[160];

	intake_names(body, &names, scratch, sizeof(scratch));
	if (intake(config, body, NULL, &spec, &err) == 0) {
		round_trip(&spec);
		spec_release(&spec);
	} else if (err.code == FAIL_NONE) {
		__builtin_trap();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err err = ERR_INIT;
	struct message m;
	json_t *doc;

	if (!config)
		configure();
	doc = js_parse((const char *)data, n, &js_limits_message, &err);
	if (!doc)
		return 0;
	if (json_is_object(doc))
		take(doc); /* the body alone, as erctl meets it */
	if (message_parse(doc, &m, &err) == 0) {
		if (m.type == MSG_SUBMIT)
			take(m.body);
		message_release(&m);
	} else {
		json_decref(doc);
	}
	return 0;
}
