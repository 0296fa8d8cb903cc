#include "model/config_p.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/bundle.h"
#include "json/schema/schema.h"
#include "model/dialect.h"
#include "model/strings.h"

enum {
	TITLE_MAX = 200,
	TEXT_MAX = 4096,
	URL_MAX = 2048,
	DAY_S = 86400,
	ARGV_MAX = 64,
	FIELDS_MAX = 16
};
#define USD_MAX INT64_C(1000000000000) /* micro-USD: a million dollars */

enum kind_of_field {
	F_NONE,    /* known, read by nobody or by hand */
	F_TEXT,    /* const char *, at most hi bytes */
	F_STRINGS, /* struct strings, lo..hi members */
	F_SECONDS, /* int64_t milliseconds, lo..hi seconds */
	F_INT,     /* int */
	F_USD,     /* int64_t micro-USD */
	F_MILLI,   /* int, thousandths */
	F_WORD,    /* int: index into words */
	F_BOOL     /* int */
};

/* One member of a document.  Absent members take ${dflt}, in the document's own unit. */
struct field {
	const char *pointer;
	enum kind_of_field kind;
	size_t at;
	int64_t lo, hi, dflt;
	const char *const *words;
};

#define AT(type, member) offsetof(struct type, member)

static const char *const pool_words[] = {"internal", "external", "hybrid", NULL};
static const char *const worker_words[] = {"human", "exec", "http", NULL};

static const struct field lane_fields[] = {
	{"/title", F_TEXT, AT(lane, title), 0, TITLE_MAX, 0, NULL},
	{"/description", F_NONE, 0, 0, 0, 0, NULL},
	{"/pools", F_STRINGS, AT(lane, pools), 1, 100, 0, NULL},
	{"/schema", F_NONE, 0, 0, 0, 0, NULL},
	{"/slaSeconds", F_SECONDS, AT(lane, sla_ms), 30, 30 * DAY_S, 3600, NULL},
	{"/expireSeconds", F_SECONDS, AT(lane, expire_ms), 30, 120 * DAY_S, 0, NULL},
	{"/offerSeconds", F_SECONDS, AT(lane, offer_ms), 5, 7 * DAY_S, 300, NULL},
	{"/maxAttempts", F_INT, AT(lane, max_attempts), 1, 20, 3, NULL},
	{"/priceUsd", F_USD, AT(lane, price_usd_micro), 0, USD_MAX, 0, NULL},
	{"/evidenceMaxBytes", F_INT, AT(lane, evidence_max), 1, 256 << 20, 10 << 20, NULL},
	{"/assertFormat", F_BOOL, AT(lane, assert_formats), 0, 0, 0, NULL},
	{"/requirements", F_NONE, 0, 0, 0, 0, NULL},
};

static const struct field need_fields[] = {
	{"/requirements/skills", F_STRINGS, AT(lane, need.skills), 0, 64, 0, NULL},
	{"/requirements/certifications", F_STRINGS, AT(lane, need.certifications), 0, 64, 0, NULL},
	{"/requirements/trustLevel", F_INT, AT(lane, need.trust_level), 0, 10, 0, NULL},
	{"/requirements/minRating", F_MILLI, AT(lane, need.min_rating_milli), 0, 5000, 0, NULL},
};

static const struct field pool_fields[] = {
	{"/title", F_NONE, 0, 0, 0, 0, NULL},
	{"/description", F_NONE, 0, 0, 0, 0, NULL},
	{"/kind", F_WORD, AT(pool, kind), 0, 0, POOL_INTERNAL, pool_words},
	{"/members", F_STRINGS, AT(pool, members), 0, 10000, 0, NULL},
	{"/aliases", F_STRINGS, AT(pool, aliases), 0, 64, 0, NULL},
};

static const struct field worker_fields[] = {
	{"/title", F_NONE, 0, 0, 0, 0, NULL},
	{"/description", F_NONE, 0, 0, 0, 0, NULL},
	{"/kind", F_WORD, AT(worker, kind), 0, 0, WORKER_HUMAN, worker_words},
	{"/user", F_TEXT, AT(worker, user), 0, 64, 0, NULL},
	{"/capacity", F_INT, AT(worker, capacity), 0, 1000000, 10, NULL},
	{"/skills", F_STRINGS, AT(worker, skills), 0, 256, 0, NULL},
	{"/certifications", F_STRINGS, AT(worker, certifications), 0, 256, 0, NULL},
	{"/trustLevel", F_INT, AT(worker, trust_level), 0, 10, 0, NULL},
	{"/rating", F_MILLI, AT(worker, rating_milli), 0, 5000, 5000, NULL},
	{"/exec", F_NONE, 0, 0, 0, 0, NULL},
	{"/paused", F_BOOL, AT(worker, paused), 0, 0, 0, NULL},
};

static const struct field exec_fields[] = {
	{"/exec/command", F_NONE, 0, 0, 0, 0, NULL},
	{"/exec/timeoutSeconds", F_SECONDS, AT(worker, exec_timeout_ms), 1, DAY_S, 300, NULL},
};

static const struct field endpoint_fields[] = {
	{"/title", F_NONE, 0, 0, 0, 0, NULL},
	{"/description", F_NONE, 0, 0, 0, 0, NULL},
	{"/match", F_TEXT, AT(endpoint, match), 0, URL_MAX, 0, NULL},
	{"/dialect", F_TEXT, AT(endpoint, dialect), 0, 64, 0, NULL},
	{"/url", F_TEXT, AT(endpoint, url), 0, URL_MAX, 0, NULL},
	{"/secretFile", F_TEXT, AT(endpoint, secret_file), 0, 255, 0, NULL},
	{"/allowPrivate", F_BOOL, AT(endpoint, allow_private), 0, 0, 0, NULL},
	{"/events", F_STRINGS, AT(endpoint, events), 0, 64, 0, NULL},
};

static int read_word(const json_t *doc, const struct field *f, int *out, struct err *err)
{
	const char *word = NULL;

	*out = (int)f->dflt;
	if (js_get_str(doc, f->pointer, &word, 64, err) != 0)
		return -1;
	if (!word)
		return 0;
	for (int i = 0; f->words[i]; i++) {
		if (strcmp(f->words[i], word) == 0) {
			*out = i;
			return 0;
		}
	}
	return err_field(err, FAIL_INVALID, f->pointer, "must be one of %s, %s, %s", f->words[0],
	                 f->words[1], f->words[2]);
}

static int read_strings(const json_t *doc, const struct field *f, struct strings *out,
                        struct err *err)
{
	json_t *array = NULL;

	if (js_get_arr(doc, f->pointer, (size_t)f->hi, &array, err) != 0)
		return -1;
	if (json_array_size(array) < (size_t)f->lo)
		return err_field(err, FAIL_INVALID, f->pointer, "needs at least one name");
	return strings_from_json(array, f->pointer, (size_t)f->hi, out, err);
}

static int read_amount(const json_t *doc, const struct field *f, int64_t scale, int64_t *out,
                       struct err *err)
{
	*out = f->dflt;
	if (js_get_amount(doc, f->pointer, scale, out, err) != 0)
		return -1;
	if (*out < f->lo || *out > f->hi)
		return err_field(err, FAIL_INVALID, f->pointer, "must be from 0 to %lld",
		                 (long long)(f->hi / scale));
	return 0;
}

static int read_int(const json_t *doc, const struct field *f, int *out, struct err *err)
{
	int64_t v = f->dflt;

	if (js_get_int(doc, f->pointer, f->lo, f->hi, &v, err) != 0)
		return -1;
	*out = (int)v;
	return 0;
}

static int read_milli(const json_t *doc, const struct field *f, int *out, struct err *err)
{
	int64_t v;

	if (read_amount(doc, f, 1000, &v, err) != 0)
		return -1;
	*out = (int)v;
	return 0;
}

static int read_seconds(const json_t *doc, const struct field *f, int64_t *out, struct err *err)
{
	int64_t v = f->dflt;

	if (js_get_int(doc, f->pointer, f->lo, f->hi, &v, err) != 0)
		return -1;
	*out = v * 1000;
	return 0;
}

static int read_bool(const json_t *doc, const struct field *f, int *out, struct err *err)
{
	*out = 0;
	return js_get_bool(doc, f->pointer, out, err);
}

static int read_field(const json_t *doc, const struct field *f, void *base, struct err *err)
{
	void *at = (char *)base + f->at;

	switch (f->kind) {
	case F_NONE:
		return 0;
	case F_TEXT:
		return js_get_str(doc, f->pointer, at, (size_t)f->hi, err);
	case F_STRINGS:
		return read_strings(doc, f, at, err);
	case F_SECONDS:
		return read_seconds(doc, f, at, err);
	case F_INT:
		return read_int(doc, f, at, err);
	case F_USD:
		return read_amount(doc, f, 1000000, at, err);
	case F_MILLI:
		return read_milli(doc, f, at, err);
	case F_WORD:
		return read_word(doc, f, at, err);
	case F_BOOL:
		return read_bool(doc, f, at, err);
	}
	return 0;
}

/* Read all of ${fields}; ${parent} ("" or "/exec") is the object they are the only keys of. */
static int read_fields(const json_t *doc, const char *parent, const struct field *fields,
                       size_t n, void *base, struct err *err)
{
	const char *known[FIELDS_MAX + 1];
	json_t *obj = NULL;

	for (size_t i = 0; i < n; i++)
		known[i] = fields[i].pointer + strlen(parent) + 1;
	known[n] = NULL;
	if (parent[0] && js_get_obj(doc, parent, &obj, err) != 0)
		return -1;
	if (!parent[0] || obj)
		if (js_only_keys(parent[0] ? obj : doc, parent, known, err) != 0)
			return -1;
	for (size_t i = 0; i < n; i++)
		if (read_field(doc, &fields[i], base, err) != 0)
			return -1;
	return 0;
}

int config_schema_error(const char *field, const struct err *inner, struct err *err)
{
	char where[ERR_FIELD_MAX];
	const char *text = inner->msg;
	size_t n = strlen(inner->field);

	if (n > 0 && strncmp(text, inner->field, n) == 0 && strncmp(text + n, ": ", 2) == 0)
		text += n + 2;
	snprintf(where, sizeof(where), "%s", field);
	if (strlen(field) + n < sizeof(where))
		snprintf(where, sizeof(where), "%s%s", field, inner->field);
	return err_field(err, inner->code, where, "%s", text);
}

/* ${doc} as an ordinary schema, a new reference.  What it refers to in the registry may not be there
 * yet: config_check looks for that. */
static json_t *expand(const json_t *doc, const char *field, struct err *err)
{
	static const struct schema_options alone = {.partial = 1};
	struct err inner = ERR_INIT;
	json_t *expanded = schema_expand(doc, &inner);
	struct schema *s = expanded ? schema_compile_with(expanded, &alone, &inner) : NULL;

	if (!s) {
		config_schema_error(field, &inner, err);
		json_decref(expanded);
		return NULL;
	}
	schema_free(s);
	return expanded;
}

static int read_lane_schema(struct entry *e, struct err *err)
{
	const json_t *v = json_object_get(e->doc, "schema");
	struct lane *l = &e->u.lane;

	if (!v || json_is_null(v))
		return 0;
	if (json_is_string(v)) {
		l->schema_name = json_string_value(v);
		return 0;
	}
	if (!json_is_object(v))
		return err_field(err, FAIL_INVALID, "/schema", "must be a name or a schema");
	l->schema_inline = expand(v, "/schema", err);
	l->schema_refers = l->schema_inline && schema_refers(l->schema_inline);
	return l->schema_inline ? 0 : -1;
}

static int read_lane(struct entry *e, struct err *err)
{
	struct lane *l = &e->u.lane;

	l->name = e->name;
	l->doc = e->doc;
	if (read_fields(e->doc, "", lane_fields, NITEMS(lane_fields), l, err) != 0 ||
	    read_fields(e->doc, "/requirements", need_fields, NITEMS(need_fields), l, err) != 0)
		return -1;
	return read_lane_schema(e, err);
}

static int read_pool(struct entry *e, struct err *err)
{
	struct pool *p = &e->u.pool;

	p->name = e->name;
	p->doc = e->doc;
	return read_fields(e->doc, "", pool_fields, NITEMS(pool_fields), p, err);
}

static int read_exec(struct worker *w, struct err *err)
{
	json_t *argv = NULL;

	if (read_fields(w->doc, "/exec", exec_fields, NITEMS(exec_fields), w, err) != 0 ||
	    js_get_arr(w->doc, "/exec/command", ARGV_MAX, &argv, err) != 0)
		return -1;
	if (w->kind != WORKER_EXEC)
		return json_object_get(w->doc, "exec")
		           ? err_field(err, FAIL_INVALID, "/exec", "only for a worker of kind exec")
		           : 0;
	if (json_array_size(argv) == 0)
		return err_field(err, FAIL_INVALID, "/exec/command",
		                 "required: the program and its arguments");
	for (size_t i = 0; i < json_array_size(argv); i++)
		if (!json_is_string(json_array_get(argv, i)))
			return err_field(err, FAIL_INVALID, "/exec/command", "must be strings only");
	w->exec_argv = argv;
	return 0;
}

static int read_worker(struct entry *e, struct err *err)
{
	struct worker *w = &e->u.worker;

	w->name = e->name;
	w->doc = e->doc;
	if (read_fields(e->doc, "", worker_fields, NITEMS(worker_fields), w, err) != 0)
		return -1;
	return read_exec(w, err);
}

/* "review_decision.v1": what answers mean may not change under one name. */
int config_versioned(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && dot[1] == 'v' && dot[2] != '\0' &&
	       dot[2 + strspn(dot + 2, "0123456789")] == '\0';
}

static int read_schema(struct entry *e, struct err *err)
{
	struct schema_entry *s = &e->u.schema;

	s->name = e->name;
	if (!config_versioned(e->name))
		return err_set(err, FAIL_INVALID, "the name of a schema ends in its version: %s.v1",
		               e->name);
	e->expanded = expand(e->doc, "", err);
	if (!e->expanded)
		return -1;
	s->doc = e->expanded;
	s->refers = schema_refers(s->doc);
	js_hash(s->doc, &s->sha);
	return 0;
}

static int read_endpoint(struct entry *e, struct err *err)
{
	struct endpoint *p = &e->u.endpoint;

	p->name = e->name;
	p->doc = e->doc;
	if (read_fields(e->doc, "", endpoint_fields, NITEMS(endpoint_fields), p, err) != 0)
		return -1;
	if (!p->match && !p->dialect)
		return err_field(err, FAIL_INVALID, "/match",
		                 "an endpoint needs match (start of a URL) or dialect");
	if (p->dialect && !dialect_by_name(p->dialect))
		return err_field(err, FAIL_INVALID, "/dialect", "no such dialect");
	if (p->dialect && !p->url)
		return err_field(err, FAIL_INVALID, "/url", "required beside dialect");
	return 0;
}

int config_read(struct entry *e, struct err *err)
{
	static int (*const readers[CFG_COUNT])(struct entry *, struct err *) = {
		[CFG_LANE] = read_lane,     [CFG_POOL] = read_pool,         [CFG_WORKER] = read_worker,
		[CFG_SCHEMA] = read_schema, [CFG_ENDPOINT] = read_endpoint,
	};

	if (!json_is_object(e->doc))
		return err_set(err, FAIL_INVALID, "must be a JSON object");
	return readers[e->kind](e, err);
}

void config_entry_free(struct entry *e)
{
	switch (e->kind) {
	case CFG_LANE:
		strings_release(&e->u.lane.pools);
		strings_release(&e->u.lane.need.skills);
		strings_release(&e->u.lane.need.certifications);
		json_decref(e->u.lane.schema_inline);
		break;
	case CFG_POOL:
		strings_release(&e->u.pool.members);
		strings_release(&e->u.pool.aliases);
		break;
	case CFG_WORKER:
		strings_release(&e->u.worker.skills);
		strings_release(&e->u.worker.certifications);
		break;
	case CFG_ENDPOINT:
		strings_release(&e->u.endpoint.events);
		break;
	case CFG_SCHEMA:
	case CFG_COUNT:
		break;
	}
	json_decref(e->expanded);
	json_decref(e->doc);
	free(e->name);
	free(e);
}
