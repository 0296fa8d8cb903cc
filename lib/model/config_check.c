#include "model/config_p.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/near.h"
#include "base/safe.h"
#include "json/js.h"
#include "model/contract.h"

enum { EXISTING_SHOWN = 5, QUOTE_MAX = 72 };

/* ${s} cut to what an error text may quote, at a code point: at most 64 bytes. */
static const char *config_quote(const char *s, char out[QUOTE_MAX])
{
	size_t n = strlen(s), at = 0;
	unsigned cp;
	int len;

	while (at < 64 && (len = utf8_next(s + at, n - at, &cp)) > 0 && at + (size_t)len <= 64) {
		memcpy(out + at, s + at, (size_t)len);
		at += (size_t)len;
	}
	snprintf(out + at, QUOTE_MAX - at, "%s", at < n ? "…" : "");
	return out;
}

char *config_next_version(const struct config *c, const char *name, char out[CONFIG_NAME_MAX])
{
	const char *dot = strrchr(name, '.');
	unsigned long v = dot && config_versioned(name) ? strtoul(dot + 2, NULL, 10) : 0;
	int base = (int)(dot && v ? dot - name : (long)strlen(name));

	do
		snprintf(out, CONFIG_NAME_MAX, "%.*s.v%lu", base < 60 ? base : 60, name, ++v);
	while (config_doc(c, CFG_SCHEMA, out));
	return out;
}

struct listing {
	struct buf *out;
	int n;
};

static int list_name(void *ctx, const char *name, const json_t *doc)
{
	struct listing *l = ctx;

	(void)doc;
	if (l->n == EXISTING_SHOWN) {
		buf_adds(l->out, ", …");
		return 1;
	}
	buf_addf(l->out, "%s%s", l->n ? ", " : "; there are ", name);
	l->n++;
	return 0;
}

int config_no_such(const struct config *c, enum config_kind kind, enum fail code,
                   const char *field, const char *name, const char *also, struct err *err)
{
	char shown[QUOTE_MAX], other[QUOTE_MAX];
	struct buf hint = BUF_INIT;
	struct listing l = {&hint, 0};
	struct near near;

	near_init(&near, name);
	config_near(c, kind, &near);
	near_add(&near, &hint);
	if (hint.len == 0)
		config_each(c, kind, list_name, &l);
	if (hint.len == 0)
		buf_addf(&hint, "; there are no %s yet", config_dirs[kind]);
	if (also)
		err_field(err, code, field, "no such %s \"%s\" (nor \"%s\")%s", config_words[kind],
		          config_quote(name, shown), config_quote(also, other), buf_str(&hint));
	else
		err_field(err, code, field, "no such %s \"%s\"%s", config_words[kind],
		          config_quote(name, shown), buf_str(&hint));
	buf_release(&hint);
	return -1;
}

struct check {
	const struct config *c;
	struct err *err;
	const char *name;
};

static int fail_in(const struct check *k, enum config_kind kind)
{
	return err_wrap(k->err, "%s/%s.json", config_dirs[kind], k->name);
}

/* Every name in the array at ${pointer} must be one of ${kind}. */
static int refs(const struct check *k, const json_t *doc, const char *pointer,
                enum config_kind kind)
{
	const json_t *array = js_at(doc, pointer);
	char field[64];

	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *name = json_string_value(json_array_get(array, i));
		int found = kind == CFG_POOL ? config_pool(k->c, name) != NULL
		                             : config_worker(k->c, name) != NULL;

		if (found)
			continue;
		snprintf(field, sizeof(field), "%s/%zu", pointer, i);
		return config_no_such(k->c, kind, FAIL_CONFIG, field, name, NULL, k->err);
	}
	return 0;
}

/* Do the references of a schema lead somewhere? */
static int check_contract(const struct check *k, const json_t *schema, const char *field)
{
	struct err inner = ERR_INIT;
	struct contract contract;

	if (contract_make(k->c, schema, 0, &contract, &inner) != 0)
		return config_schema_error(field, &inner, k->err);
	contract_release(&contract);
	return 0;
}

static int check_schema(void *ctx, const char *name, const json_t *doc)
{
	struct check *k = ctx;
	const struct schema_entry *s = config_schema(k->c, name);

	(void)doc;
	k->name = name;
	return s->refers && check_contract(k, s->doc, "") != 0 ? fail_in(k, CFG_SCHEMA) : 0;
}

static int check_lane(void *ctx, const char *name, const json_t *doc)
{
	struct check *k = ctx;
	const struct lane *lane = config_lane(k->c, name);

	k->name = name;
	if (refs(k, doc, "/pools", CFG_POOL) != 0)
		return fail_in(k, CFG_LANE);
	if (refs(k, doc, "/requirements/workers", CFG_WORKER) != 0)
		return fail_in(k, CFG_LANE);
	if (lane->escalate_to && !config_pool(k->c, lane->escalate_to)) {
		config_no_such(k->c, CFG_POOL, FAIL_CONFIG, "/sla/escalateTo", lane->escalate_to, NULL,
		               k->err);
		return fail_in(k, CFG_LANE);
	}
	if (lane->chain && !config_chain(k->c, lane->chain)) {
		config_no_such(k->c, CFG_CHAIN, FAIL_CONFIG, "/chain", lane->chain, NULL, k->err);
		return fail_in(k, CFG_LANE);
	}
	if (lane->schema_name && !config_schema(k->c, lane->schema_name)) {
		config_no_such(k->c, CFG_SCHEMA, FAIL_CONFIG, "/schema", lane->schema_name, NULL,
		               k->err);
		return fail_in(k, CFG_LANE);
	}
	if (lane->verify.qa.lane && !config_lane(k->c, lane->verify.qa.lane)) {
		config_no_such(k->c, CFG_LANE, FAIL_CONFIG, "/verify/qa/lane", lane->verify.qa.lane, NULL,
		               k->err);
		return fail_in(k, CFG_LANE);
	}
	for (size_t i = 0; i < lane->verify.approval.n_groups; i++) {
		const char *pool = lane->verify.approval.group[i].pool;
		if (config_pool(k->c, pool))
			continue;
		config_no_such(k->c, CFG_POOL, FAIL_CONFIG, "/verify/approval/groups", pool, NULL, k->err);
		return fail_in(k, CFG_LANE);
	}
	if (lane->schema_refers && check_contract(k, lane->schema_inline, "/schema") != 0)
		return fail_in(k, CFG_LANE);
	return 0;
}

static int check_gold(void *ctx, const char *name, const json_t *doc)
{
	struct check *k = ctx;
	const struct gold *g = config_gold(k->c, name);

	(void)doc;
	k->name = name;
	if (config_lane(k->c, g->lane))
		return 0;
	config_no_such(k->c, CFG_LANE, FAIL_CONFIG, "/lane", g->lane, NULL, k->err);
	return fail_in(k, CFG_GOLD);
}

/* ---- workers ---- */

/* How many take over from one another; more is never looked at (engine/roster_fill.c). */
enum { DELEGATES_LOOKED_AT = 64 };

static const struct away *away_at(const struct worker *w, int64_t at_ms)
{
	for (size_t i = 0; i < w->n_away; i++)
		if (w->away[i].from_ms <= at_ms && at_ms < w->away[i].until_ms)
			return &w->away[i];
	return NULL;
}

/* From the beginning of one absence, does the work come back to ${w}?  Of those who are away at the
 * same time and stand for each other, one is the last to go: it is seen from there. */
static int in_circles(const struct config *c, const struct worker *w, int64_t at_ms)
{
	const struct worker *who = w;

	for (int i = 0; who && i < DELEGATES_LOOKED_AT; i++) {
		const struct away *a = away_at(who, at_ms);
		who = a && a->delegate ? config_worker(c, a->delegate) : NULL;
		if (who == w)
			return 1;
	}
	return 0;
}

static int check_worker(void *ctx, const char *name, const json_t *doc)
{
	struct check *k = ctx;
	const struct worker *w = config_worker(k->c, name);
	char field[64];

	(void)doc;
	k->name = name;
	for (size_t i = 0; i < w->n_away; i++) {
		const char *delegate = w->away[i].delegate;

		snprintf(field, sizeof(field), "/away/%zu/delegate", i);
		if (delegate && !config_worker(k->c, delegate)) {
			config_no_such(k->c, CFG_WORKER, FAIL_CONFIG, field, delegate, NULL, k->err);
			return fail_in(k, CFG_WORKER);
		}
		if (delegate && in_circles(k->c, w, w->away[i].from_ms)) {
			err_field(k->err, FAIL_CONFIG, field, "leads back to %s, who is away then", name);
			return fail_in(k, CFG_WORKER);
		}
	}
	return 0;
}

static int check_alias(const struct check *k, const char *alias, size_t i)
{
	const struct pool *pool = config_pool(k->c, alias);
	char field[64], shown[QUOTE_MAX];

	if (strcmp(pool->name, k->name) == 0)
		return 0;
	snprintf(field, sizeof(field), "/aliases/%zu", i);
	return err_field(k->err, FAIL_CONFIG, field, "\"%s\" already names the pool %s",
	                 config_quote(alias, shown), pool->name);
}

static int check_pool(void *ctx, const char *name, const json_t *doc)
{
	struct check *k = ctx;
	const json_t *aliases = js_at(doc, "/aliases");

	k->name = name;
	if (refs(k, doc, "/members", CFG_WORKER) != 0)
		return fail_in(k, CFG_POOL);
	for (size_t i = 0; i < json_array_size(aliases); i++)
		if (check_alias(k, json_string_value(json_array_get(aliases, i)), i) != 0)
			return fail_in(k, CFG_POOL);
	return 0;
}

/* ---- schedules and chains ---- */

static int check_person(const struct check *k, const char *field, const char *name)
{
	return config_worker(k->c, name) ? 0
	                                 : config_no_such(k->c, CFG_WORKER, FAIL_CONFIG, field, name,
	                                                  NULL, k->err);
}

static int check_schedule(void *ctx, const char *name, const json_t *doc)
{
	struct check *k = ctx;
	const struct schedule *s = config_schedule(k->c, name);
	int layered = json_object_get(doc, "layers") != NULL, bad = 0;
	char field[64];

	k->name = name;
	for (size_t i = 0; i < s->n_layers && !bad; i++) {
		for (size_t m = 0; m < s->layer[i].n && !bad; m++) {
			if (layered)
				snprintf(field, sizeof(field), "/layers/%zu/members/%zu", i, m);
			else
				snprintf(field, sizeof(field), "/members/%zu", m);
			bad = check_person(k, field, s->layer[i].member[m]);
		}
	}
	for (size_t i = 0; i < s->n_overrides && !bad; i++) {
		snprintf(field, sizeof(field), "/overrides/%zu/worker", i);
		bad = check_person(k, field, s->overrides[i].worker);
	}
	return bad ? fail_in(k, CFG_SCHEDULE) : 0;
}

static int check_chain(void *ctx, const char *name, const json_t *doc)
{
	struct check *k = ctx;
	const struct chain *chain = config_chain(k->c, name);
	char field[64], shown[QUOTE_MAX];

	(void)doc;
	k->name = name;
	for (size_t i = 0; i < chain->n; i++) {
		const char *agent = chain->level[i].agent;

		if (config_worker(k->c, agent) || config_pool(k->c, agent) ||
		    config_schedule(k->c, agent))
			continue;
		snprintf(field, sizeof(field), "/levels/%zu/agentId", i);
		err_field(k->err, FAIL_CONFIG, field, "no such worker, pool or schedule \"%s\"",
		          config_quote(agent, shown));
		return fail_in(k, CFG_CHAIN);
	}
	if (chain->lane && !config_lane(k->c, chain->lane)) {
		config_no_such(k->c, CFG_LANE, FAIL_CONFIG, "/lane", chain->lane, NULL, k->err);
		return fail_in(k, CFG_CHAIN);
	}
	return 0;
}

int config_check(const struct config *c, struct err *err)
{
	struct check k = {c, err, NULL};

	if (config_each(c, CFG_SCHEMA, check_schema, &k) != 0 ||
	    config_each(c, CFG_LANE, check_lane, &k) != 0 ||
	    config_each(c, CFG_GOLD, check_gold, &k) != 0 ||
	    config_each(c, CFG_POOL, check_pool, &k) != 0 ||
	    config_each(c, CFG_WORKER, check_worker, &k) != 0 ||
	    config_each(c, CFG_SCHEDULE, check_schedule, &k) != 0 ||
	    config_each(c, CFG_CHAIN, check_chain, &k) != 0)
		return -1;
	return 0;
}
