#include "model/config_p.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/js.h"
#include "json/schema/bundle.h"
#include "json/schema/schema.h"
#include "model/config_fields.h"
#include "model/dialect.h"
#include "model/traits.h"
#include "model/strings.h"

static const char *const pool_words[] = {"internal", "external", "hybrid", NULL};

static const struct field pool_fields[] = {
	{"/title", F_NONE, 0, 0, 0, 0, NULL},
	{"/description", F_NONE, 0, 0, 0, 0, NULL},
	{"/kind", F_WORD, AT(pool, kind), 0, 0, POOL_INTERNAL, pool_words},
	{"/members", F_STRINGS, AT(pool, members), 0, 10000, 0, NULL},
	{"/aliases", F_STRINGS, AT(pool, aliases), 0, 64, 0, NULL},
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
	{"/smtp", F_OBJECT, 0, 0, 0, 0, NULL},
};

int pool_kind_by_name(const char *word)
{
	for (int i = 0; pool_words[i]; i++)
		if (strcmp(pool_words[i], word) == 0)
			return i;
	return -1;
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

json_t *config_expand(const json_t *doc, const char *field, struct err *err)
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

static int read_pool(struct entry *e, struct err *err)
{
	struct pool *p = &e->u.pool;

	p->name = e->name;
	p->doc = e->doc;
	return config_read_fields(e->doc, "", pool_fields, NITEMS(pool_fields), p, err);
}

void config_pool_defaults(const json_t *doc, json_t *out)
{
	config_add_defaults(doc, "", pool_fields, NITEMS(pool_fields), out);
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
	e->expanded = config_expand(e->doc, "", err);
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
	if (config_read_fields(e->doc, "", endpoint_fields, NITEMS(endpoint_fields), p, err) != 0)
		return -1;
	if (json_object_get(e->doc, "smtp"))
		return config_check_smtp(e->doc, err);
	if (!p->match && !p->dialect)
		return err_field(err, FAIL_INVALID, "/match",
		                 "an endpoint needs match (start of a URL), dialect or smtp");
	if (p->dialect && !dialect_by_name(p->dialect))
		return err_field(err, FAIL_INVALID, "/dialect", "no such dialect");
	if (p->dialect && !p->url)
		return err_field(err, FAIL_INVALID, "/url", "required beside dialect");
	return 0;
}

static int read_schedule(struct entry *e, struct err *err)
{
	return schedule_from_json(e->name, e->doc, &e->u.schedule, err);
}

static int read_chain(struct entry *e, struct err *err)
{
	return chain_from_json(e->name, e->doc, &e->u.chain, err);
}

static int read_gold(struct entry *e, struct err *err)
{
	return gold_from_json(e->name, e->doc, &e->u.gold, err);
}

static int read_zone(struct entry *e, struct err *err)
{
	return zone_from_json(e->doc, &e->u.zone, err);
}

int config_read(struct entry *e, struct err *err)
{
	static int (*const readers[CFG_COUNT])(struct entry *, struct err *) = {
		[CFG_LANE] = config_read_lane,     [CFG_POOL] = read_pool,         [CFG_WORKER] = config_read_worker,
		[CFG_SCHEMA] = read_schema, [CFG_ENDPOINT] = read_endpoint,
		[CFG_SCHEDULE] = read_schedule, [CFG_CHAIN] = read_chain, [CFG_GOLD] = read_gold, [CFG_ZONE] = read_zone,
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
		requirements_release(&e->u.lane.need);
		verify_release(&e->u.lane.verify);
		json_decref(e->u.lane.schema_inline);
		break;
	case CFG_POOL:
		strings_release(&e->u.pool.members);
		strings_release(&e->u.pool.aliases);
		break;
	case CFG_WORKER:
		config_free_worker(&e->u.worker);
		break;
	case CFG_ENDPOINT:
		strings_release(&e->u.endpoint.events);
		break;
	case CFG_SCHEDULE:
		schedule_release(&e->u.schedule);
		break;
	case CFG_ZONE:
		zone_release(&e->u.zone);
		break;
	case CFG_CHAIN:
	case CFG_GOLD:
	case CFG_SCHEMA:
	case CFG_COUNT:
		break;
	}
	json_decref(e->expanded);
	json_decref(e->doc);
	free(e->name);
	free(e);
}
