#include "model/dialect/dialect_p.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/safe.h"
#include "base/timefmt.h"
#include "json/js.h"
#include "json/schema/schema.h"
#include "model/config_p.h"
#include "model/traits.h"
#include "model/strings.h"

enum {
	NAME_MAX_BYTES = 128,
	TITLE_CODE_POINTS = 200,
	SKILLS_MAX = 64,
	RETRY_MAX = 100,
	RATING_MAX_MILLI = 5000
};

static const char *const urgencies[] = {"low", "medium", "high", "critical", NULL};

json_t *fields_at(const json_t *body, const char *const *alts, const char **pointer)
{
	if (pointer)
		*pointer = alts[0] ? alts[0] : "";
	for (int i = 0; i < FIELD_ALTS && alts[i]; i++) {
		json_t *v = js_at(body, alts[i]);

		if (v && !json_is_null(v)) {
			if (pointer)
				*pointer = alts[i];
			return v;
		}
	}
	return NULL;
}

const char *fields_text(const json_t *body, const char *const *alts)
{
	return json_string_value(fields_at(body, alts, NULL));
}

/* *out is a copy, untouched when absent. */
static int read_text(const json_t *body, const char *const *alts, size_t max, char **out,
                     struct err *err)
{
	const char *where, *s = NULL;

	if (!fields_at(body, alts, &where))
		return 0;
	if (js_get_str(body, where, &s, max, err) != 0)
		return -1;
	if (s[0] == '\0')
		return err_field(err, FAIL_INVALID, where, "must not be empty");
	*out = mem_strdup(s);
	return 0;
}

static int read_int(const json_t *body, const char *const *alts, const int64_t range[2],
                    int64_t *out, struct err *err)
{
	const char *where;

	if (!fields_at(body, alts, &where))
		return 0;
	return js_get_int(body, where, range[0], range[1], out, err);
}

static int read_strings(const json_t *body, const char *const *alts, struct strings *out,
                        struct err *err)
{
	const char *where;
	json_t *array = NULL;

	if (!fields_at(body, alts, &where))
		return 0;
	if (js_get_arr(body, where, SKILLS_MAX, &array, err) != 0)
		return -1;
	return strings_from_json(array, where, SKILLS_MAX, out, err);
}

static int read_skills(const json_t *body, const char *const *alts, struct traits *out,
                       struct err *err)
{
	const char *where;
	json_t *array = NULL;

	if (!fields_at(body, alts, &where))
		return 0;
	if (js_get_arr(body, where, SKILLS_MAX, &array, err) != 0)
		return -1;
	return traits_from_json(array, where, SKILLS_MAX, &traits_skill, out, err);
}

/* The first line of ${s}, at most 200 code points. */
static char *short_title(const char *s)
{
	size_t n = strcspn(s, "\r\n"), at = 0, count = 0;
	unsigned cp;
	int len;
	char *out;

	while (at < n && (len = utf8_next(s + at, n - at, &cp)) > 0) {
		if (++count == TITLE_CODE_POINTS && at + (size_t)len < n)
			break;
		at += (size_t)len;
	}
	if (at == n)
		return mem_strndup(s, n);
	out = mem_alloc(at + sizeof("…"));
	memcpy(out, s, at);
	memcpy(out + at, "…", sizeof("…"));
	return out;
}

static int read_title(const struct fields *f, const json_t *body, struct spec *spec,
                      struct err *err)
{
	const field_alts *both[] = {&f->title, &f->text};

	for (size_t i = 0; i < NITEMS(both) && !spec->title; i++) {
		const char *where, *s = NULL;

		if (!fields_at(body, *both[i], &where))
			continue;
		if (js_get_str(body, where, &s, JS_MAX_BYTES, err) != 0)
			return -1;
		s += strspn(s, "\r\n\t ");
		if (*s != '\0')
			spec->title = short_title(s);
	}
	return 0;
}

static int read_urgency(const struct fields *f, const json_t *body, struct spec *spec,
                        struct err *err)
{
	const char *where, *word = "medium";

	if (fields_at(body, f->urgency, &where) &&
	    js_get_str(body, where, &word, NAME_MAX_BYTES, err) != 0)
		return -1;
	for (int i = 0; urgencies[i]; i++) {
		if (strcmp(urgencies[i], word) == 0) {
			spec->urgency = mem_strdup(word);
			return 0;
		}
	}
	return err_field(err, FAIL_INVALID, where, "must be low, medium, high or critical");
}

static int read_time(const struct fields *f, const json_t *body, struct spec *spec,
                     struct err *err)
{
	int64_t seconds = 0, minutes = 0;
	const int64_t in_seconds[] = {f->sla_min_s, f->sla_max_s};
	const int64_t in_minutes[] = {(f->sla_min_s + 59) / 60, f->sla_max_s / 60};
	const char *where, *text = NULL;

	if (read_int(body, f->sla_seconds, in_seconds, &seconds, err) != 0 ||
	    read_int(body, f->sla_minutes, in_minutes, &minutes, err) != 0)
		return -1;
	spec->sla_ms = (seconds ? seconds : minutes * 60) * 1000;
	if (!fields_at(body, f->deadline, &where))
		return 0;
	if (js_get_str(body, where, &text, 64, err) != 0)
		return -1;
	if (time_parse(text, &spec->deadline_ms, NULL) != 0)
		return err_field(err, FAIL_INVALID, where,
		                 "must be a time like 2026-11-22T18:44:38Z");
	return 0;
}

static int read_risk(const struct fields *f, const json_t *body, struct spec *spec, struct err *err)
{
	const char *where, *word = NULL;

	if (!fields_at(body, f->risk, &where))
		return 0;
	if (js_get_str(body, where, &word, NAME_MAX_BYTES, err) != 0)
		return -1;
	spec->risk = risk_by_name(word);
	return spec->risk >= 0 ? 0
	                       : err_field(err, FAIL_INVALID, where,
	                                   "must be low, medium, high or critical");
}

static int read_policy(const struct fields *f, const json_t *body, struct spec *spec,
                       struct err *err)
{
	const char *where, *word = NULL;
	int known;

	spec->budget_usd_micro = -1;
	if (fields_at(body, f->budget, &where)) {
		if (js_get_amount(body, where, 1000000, &spec->budget_usd_micro, err) != 0)
			return -1;
		if (spec->budget_usd_micro < 0)
			return err_field(err, FAIL_INVALID, where, "must not be negative");
	}
	if (!fields_at(body, f->confidentiality, &where))
		return 0;
	if (js_get_str(body, where, &word, NAME_MAX_BYTES, err) != 0)
		return -1;
	known = confidentiality_by_name(word);
	if (known >= 0) {
		spec->confidentiality = (enum confidentiality)known;
		return 0;
	}
	return err_field(err, FAIL_INVALID, where,
	                 "must be public, internal_first, internal_only or restricted");
}

static int read_need(const struct fields *f, const json_t *body, struct spec *spec,
                     struct err *err)
{
	static const int64_t trust_range[] = {0, 10};
	int64_t trust = 0, rating = 0;
	const char *where;

	if (read_skills(body, f->skills, &spec->need.skills, err) != 0 ||
	    read_strings(body, f->workers, &spec->need.workers, err) != 0 ||
	    read_strings(body, f->certifications, &spec->need.certifications, err) != 0 ||
	    read_int(body, f->trust, trust_range, &trust, err) != 0)
		return -1;
	spec->need.trust_level = (int)trust;
	if (!fields_at(body, f->rating, &where))
		return 0;
	if (js_get_amount(body, where, 1000, &rating, err) != 0)
		return -1;
	if (rating < 0 || rating > RATING_MAX_MILLI)
		return err_field(err, FAIL_INVALID, where, "must be from 0 to 5");
	spec->need.min_rating_milli = (int)rating;
	return 0;
}

/* A name, a schema, or shorthand; an empty object says nothing and counts as absent. */
static int read_schema(const struct fields *f, const json_t *body, struct spec *spec,
                       struct err *err)
{
	struct err inner = ERR_INIT;
	const char *where;
	json_t *v = fields_at(body, f->schema, &where);

	if (!v || (json_is_object(v) && json_object_size(v) == 0))
		return 0;
	if (json_is_string(v))
		return read_text(body, f->schema, NAME_MAX_BYTES, &spec->schema_name, err);
	if (!json_is_object(v))
		return err_field(err, FAIL_INVALID, where, "must be a schema's name or a schema");
	spec->schema = schema_expand(v, &inner);
	return spec->schema ? 0 : config_schema_error(where, &inner, err);
}

static int read_evidence(const struct fields *f, const json_t *body, struct spec *spec,
                         struct err *err)
{
	const char *where;

	if (!fields_at(body, f->evidence, &where))
		return 0;
	return js_get_bool(body, where, &spec->evidence_required, err);
}

static int check_url(const char *url, const char *where, struct err *err)
{
	const char *host;

	if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
		return err_field(err, FAIL_INVALID, where, "must begin with https:// or http://");
	for (const char *p = url; *p; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return err_field(err, FAIL_INVALID, where,
			                 "must not contain blanks or control characters");
	host = strchr(url, ':') + 3;
	if (host[strcspn(host, "/?#@")] == '@')
		return err_field(err, FAIL_INVALID, where,
		                 "must not contain a password: it would be shown");
	if (strcspn(host, "/?#:") == 0)
		return err_field(err, FAIL_INVALID, where, "names no host");
	return 0;
}

/* What no receiver could be told by is refused here, not at each attempt. */
static int check_secrets(const struct fields *f, const json_t *body, const struct spec *spec,
                         struct err *err)
{
	const char *where;

	fields_at(body, f->bearer, &where);
	for (const char *p = spec->webhook_bearer; p && *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_field(err, FAIL_INVALID, where,
			                 "must not contain control characters");
	fields_at(body, f->secret, &where);
	if (spec->webhook_secret && strcmp(spec->webhook_secret, "whsec_") == 0)
		return err_field(err, FAIL_INVALID, where, "ends after whsec_");
	return 0;
}

static int read_webhook(const struct fields *f, const json_t *body, struct spec *spec,
                        struct err *err)
{
	static const int64_t retries[] = {0, RETRY_MAX}, backoff[] = {0, 86400};
	int64_t max = -1, seconds = 0;
	const char *where;

	if (read_text(body, f->url, FIELD_URL_MAX, &spec->webhook_url, err) != 0 ||
	    read_text(body, f->secret, FIELD_KEY_MAX, &spec->webhook_secret, err) != 0 ||
	    read_text(body, f->bearer, FIELD_URL_MAX, &spec->webhook_bearer, err) != 0 ||
	    read_int(body, f->retry_max, retries, &max, err) != 0 ||
	    read_int(body, f->retry_backoff, backoff, &seconds, err) != 0 ||
	    check_secrets(f, body, spec, err) != 0)
		return -1;
	spec->retry_max = (int)max;
	spec->retry_backoff_ms = seconds * 1000;
	if (!spec->webhook_url)
		return 0;
	fields_at(body, f->url, &where);
	return check_url(spec->webhook_url, where, err);
}

int fields_read(const struct fields *f, const json_t *body, struct spec *spec, struct err *err)
{
	json_t *obj = NULL;

	for (size_t i = 0; f->objects[i]; i++)
		if (js_get_obj(body, f->objects[i], &obj, err) != 0)
			return -1;
	if (read_text(body, f->lane, NAME_MAX_BYTES, &spec->lane, err) != 0 ||
	    read_text(body, f->pool, NAME_MAX_BYTES, &spec->pool, err) != 0 ||
	    read_text(body, f->key, FIELD_KEY_MAX, &spec->key, err) != 0 ||
	    read_text(body, f->domain, NAME_MAX_BYTES, &spec->domain, err) != 0 ||
	    read_title(f, body, spec, err) != 0 || read_urgency(f, body, spec, err) != 0 ||
	    read_time(f, body, spec, err) != 0 || read_policy(f, body, spec, err) != 0 ||
	    read_risk(f, body, spec, err) != 0 || read_need(f, body, spec, err) != 0 || read_schema(f, body, spec, err) != 0 ||
	    read_evidence(f, body, spec, err) != 0)
		return -1;
	return read_webhook(f, body, spec, err);
}

char *fields_instructions(const struct fields *f, const json_t *body)
{
	struct buf out;

	buf_init(&out, 0);
	for (int i = 0; i < FIELD_ALTS && f->text[i]; i++) {
		const json_t *v = js_at(body, f->text[i]);

		if (!json_is_string(v) || json_string_length(v) == 0)
			continue;
		if (out.len > 0)
			buf_adds(&out, "\n\n");
		buf_add(&out, json_string_value(v), json_string_length(v));
	}
	return out.len > 0 ? buf_detach(&out) : NULL;
}
