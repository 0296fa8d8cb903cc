#include "model/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "json/js.h"
#include "model/dialect/dialect_p.h"
#include "model/traits.h"
#include "model/strings.h"

enum { TEXT_MAX = 4096, NEED_MAX = 512 };

static const char *const confidentialities[] = {
	[CONF_PUBLIC] = "public",
	[CONF_INTERNAL_FIRST] = "internal_first",
	[CONF_INTERNAL_ONLY] = "internal_only",
	[CONF_RESTRICTED] = "restricted",
};

int risk_by_name(const char *word)
{
	for (int i = 0; i < RISK_COUNT; i++)
		if (strcmp(risk_names[i], word) == 0)
			return i;
	return -1;
}

int confidentiality_by_name(const char *word)
{
	for (size_t i = 0; i < NITEMS(confidentialities); i++)
		if (strcmp(confidentialities[i], word) == 0)
			return (int)i;
	return -1;
}

/* The members of a spec that are plain text: one table for release, writing and reading. */
struct text_member {
	const char *pointer;
	size_t at;
};

static const struct text_member texts[] = {
	{"/lane", offsetof(struct spec, lane)},
	{"/chain", offsetof(struct spec, chain)},
	{"/pool", offsetof(struct spec, pool)},
	{"/title", offsetof(struct spec, title)},
	{"/key", offsetof(struct spec, key)},
	{"/urgency", offsetof(struct spec, urgency)},
	{"/domain", offsetof(struct spec, domain)},
	{"/schemaName", offsetof(struct spec, schema_name)},
	{"/webhook/url", offsetof(struct spec, webhook_url)},
	{"/webhook/secret", offsetof(struct spec, webhook_secret)},
	{"/webhook/bearer", offsetof(struct spec, webhook_bearer)},
};

static char **text_at(struct spec *spec, const struct text_member *m)
{
	return (char **)((char *)spec + m->at);
}

void spec_release(struct spec *spec)
{
	for (size_t i = 0; i < NITEMS(texts); i++)
		free(*text_at(spec, &texts[i]));
	requirements_release(&spec->need);
	strings_release(&spec->schema_refs);
	json_decref(spec->schema);
	memset(spec, 0, sizeof(*spec));
}

static json_t *need_to_json(const struct requirements *need)
{
	json_t *out = json_object();

	if (need->skills.names.n)
		js_set_new(out, "skills", traits_to_json(&need->skills, &traits_skill));
	if (need->certifications.n)
		js_set_new(out, "certifications", strings_to_json(&need->certifications));
	if (need->workers.n)
		js_set_new(out, "workers", strings_to_json(&need->workers));
	if (need->trust_level)
		js_set_int(out, "trustLevel", need->trust_level);
	if (need->min_rating_milli)
		js_set_int(out, "minRatingMilli", need->min_rating_milli);
	return out;
}

static json_t *webhook_to_json(const struct spec *spec)
{
	json_t *out = json_object();

	js_set_str(out, "url", spec->webhook_url);
	js_set_str(out, "secret", spec->webhook_secret);
	js_set_str(out, "bearer", spec->webhook_bearer);
	if (spec->retry_max >= 0)
		js_set_int(out, "retryMax", spec->retry_max);
	if (spec->retry_backoff_ms)
		js_set_int(out, "retryBackoffMs", spec->retry_backoff_ms);
	return out;
}

/* Objects without members are left out. */
static void set_object(json_t *out, const char *key, json_t *obj)
{
	if (json_object_size(obj) > 0)
		js_set_new(out, key, obj);
	else
		json_decref(obj);
}

static void set_schema(json_t *out, const struct spec *spec)
{
	char hex[SHA256_HEX];

	if (!spec->schema)
		return;
	js_set_str(out, "schemaName", spec->schema_name);
	js_set_str(out, "schemaSha256", sha256_hex(&spec->schema_sha, hex));
	if (spec->schema_refs.n)
		js_set_new(out, "schemaRefs", strings_to_json(&spec->schema_refs));
	if (!spec->schema_name)
		js_set_copy(out, "schema", spec->schema);
}

json_t *spec_to_json(const struct spec *spec)
{
	json_t *out = json_object();

	js_set_str(out, "dialect", spec->dialect->name);
	js_set_str(out, "lane", spec->lane);
	js_set_str(out, "chain", spec->chain);
	js_set_str(out, "pool", spec->pool);
	js_set_str(out, "title", spec->title);
	js_set_str(out, "key", spec->key);
	js_set_str(out, "urgency", spec->urgency);
	js_set_str(out, "domain", spec->domain);
	js_set_int(out, "slaMs", spec->sla_ms);
	if (spec->deadline_ms)
		js_set_time(out, "deadline", spec->deadline_ms);
	if (spec->budget_usd_micro >= 0)
		js_set_int(out, "budgetUsdMicro", spec->budget_usd_micro);
	if (spec->confidentiality != CONF_PUBLIC)
		js_set_str(out, "confidentiality", confidentialities[spec->confidentiality]);
	if (spec->risk >= 0)
		js_set_str(out, "risk", risk_names[spec->risk]);
	set_object(out, "need", need_to_json(&spec->need));
	if (spec->evidence_required)
		js_set_new(out, "evidenceRequired", json_true());
	set_schema(out, spec);
	set_object(out, "webhook", webhook_to_json(spec));
	return out;
}

static int read_need(const json_t *doc, struct requirements *need, struct err *err)
{
	json_t *skills = NULL, *certs = NULL, *workers = NULL;
	int64_t trust = 0, rating = 0;

	if (js_get_arr(doc, "/need/skills", NEED_MAX, &skills, err) != 0 ||
	    js_get_arr(doc, "/need/certifications", NEED_MAX, &certs, err) != 0 ||
	    js_get_arr(doc, "/need/workers", NEED_MAX, &workers, err) != 0 ||
	    js_get_int(doc, "/need/trustLevel", 0, 10, &trust, err) != 0 ||
	    js_get_int(doc, "/need/minRatingMilli", 0, 5000, &rating, err) != 0 ||
	    traits_from_json(skills, "/need/skills", NEED_MAX, &traits_skill, &need->skills, err) != 0 ||
	    strings_from_json(workers, "/need/workers", NEED_MAX, &need->workers, err) != 0 ||
	    strings_from_json(certs, "/need/certifications", NEED_MAX, &need->certifications,
	                      err) != 0)
		return -1;
	need->trust_level = (int)trust;
	need->min_rating_milli = (int)rating;
	return 0;
}

static int read_words(const json_t *doc, struct spec *spec, struct err *err)
{
	const char *dialect = NULL, *word = "public", *risk = NULL;
	int known;

	if (js_get_str(doc, "/dialect", &dialect, 64, err) != 0 ||
	    js_get_str(doc, "/confidentiality", &word, 64, err) != 0 ||
	    js_get_str(doc, "/risk", &risk, 64, err) != 0)
		return -1;
	spec->dialect = dialect ? dialect_by_name(dialect) : NULL;
	if (!spec->dialect)
		return err_field(err, FAIL_INVALID, "/dialect", "no such dialect");
	known = confidentiality_by_name(word);
	if (known < 0)
		return err_field(err, FAIL_INVALID, "/confidentiality", "no such word");
	spec->confidentiality = (enum confidentiality)known;
	spec->risk = risk ? risk_by_name(risk) : -1;
	return 0;
}

static int read_schema(const json_t *doc, struct spec *spec, struct err *err)
{
	const char *sha = NULL;
	json_t *refs = NULL;

	if (js_get_str(doc, "/schemaSha256", &sha, SHA256_HEX, err) != 0 ||
	    js_get_arr(doc, "/schemaRefs", NEED_MAX, &refs, err) != 0 ||
	    strings_from_json(refs, "/schemaRefs", NEED_MAX, &spec->schema_refs, err) != 0 ||
	    js_get_obj(doc, "/schema", &spec->schema, err) != 0)
		return -1;
	json_incref(spec->schema);
	if (sha && sha256_parse(sha, &spec->schema_sha) != 0)
		return err_field(err, FAIL_INVALID, "/schemaSha256", "must be 64 hex digits");
	return 0;
}

static int read_numbers(const json_t *doc, struct spec *spec, struct err *err)
{
	const char *deadline = NULL;
	int64_t retry_max = -1;

	spec->budget_usd_micro = -1;
	if (js_get_int(doc, "/slaMs", 0, INT64_MAX, &spec->sla_ms, err) != 0 ||
	    js_get_int(doc, "/budgetUsdMicro", 0, INT64_MAX, &spec->budget_usd_micro, err) != 0 ||
	    js_get_int(doc, "/webhook/retryMax", 0, 1000, &retry_max, err) != 0 ||
	    js_get_int(doc, "/webhook/retryBackoffMs", 0, INT64_MAX, &spec->retry_backoff_ms,
	               err) != 0 ||
	    js_get_bool(doc, "/evidenceRequired", &spec->evidence_required, err) != 0 ||
	    js_get_str(doc, "/deadline", &deadline, TIME_TEXT_MAX, err) != 0)
		return -1;
	spec->retry_max = (int)retry_max;
	if (deadline && time_parse(deadline, &spec->deadline_ms, NULL) != 0)
		return err_field(err, FAIL_INVALID, "/deadline", "must be an RFC 3339 time");
	return 0;
}

static int read_texts(const json_t *doc, struct spec *spec, struct err *err)
{
	for (size_t i = 0; i < NITEMS(texts); i++) {
		const char *s = NULL;

		if (js_get_str(doc, texts[i].pointer, &s, TEXT_MAX, err) != 0)
			return -1;
		if (s)
			*text_at(spec, &texts[i]) = mem_strdup(s);
	}
	if (!spec->lane || !spec->title || !spec->urgency)
		return err_field(err, FAIL_INVALID, "/lane", "lane, title and urgency are required");
	return 0;
}

int spec_from_json(const json_t *doc, struct spec *spec, struct err *err)
{
	memset(spec, 0, sizeof(*spec));
	if (read_words(doc, spec, err) == 0 && read_texts(doc, spec, err) == 0 &&
	    read_numbers(doc, spec, err) == 0 && read_need(doc, &spec->need, err) == 0 &&
	    read_schema(doc, spec, err) == 0)
		return 0;
	spec_release(spec);
	return -1;
}
