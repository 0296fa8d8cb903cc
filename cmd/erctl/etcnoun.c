#include "etcnoun.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "cells.h"
#include "etcverbs.h"
#include "json/js.h"
#include "model/calendar.h"
#include "model/config.h"
#include "out.h"
#include "standing.h"
#include "table.h"

const struct opt etcnoun_change_opts[] = {
	{'n', "dry-run", OPT_FLAG, NULL, "check, write nothing"},
	OPT_END};
const char *const etcnoun_list_aliases[] = {"ls", NULL};
const char *const etcnoun_rm_aliases[] = {"delete", NULL};
const char *const etcnoun_list_fields[] = {"name", "document", NULL};
const char *const etcnoun_show_fields[] = {"name", "document", "defaults", NULL};

static enum config_kind kind_of(const struct run *r)
{
	size_t n = strcspn(r->cmd->name, " ");

	for (int k = 0; k < CFG_COUNT; k++)
		if (strncmp(config_words[k], r->cmd->name, n) == 0 && config_words[k][n] == '\0')
			return (enum config_kind)k;
	return CFG_LANE;
}

/* ---- list ---- */

struct listing {
	struct run *r;
	const struct config *c;
	enum config_kind kind;
	struct table table;
	int64_t now_ms;
};

/* "a, b, c and 7 more" */
static void cell_names(struct table *t, const struct strings *names)
{
	enum { SHOWN = 4 };
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < names->n && i < SHOWN; i++)
		buf_addf(&b, "%s%s", i ? ", " : "", names->s[i]);
	if (names->n > SHOWN)
		buf_addf(&b, " and %zu more", names->n - SHOWN);
	cell_text(t, names->n ? buf_str(&b) : "-");
	buf_release(&b);
}

static void lane_row(struct listing *l, const char *name)
{
	const struct lane *lane = config_lane(l->c, name);

	if (l->now_ms < lane->pause_ends_ms)
		cell_text(&l->table, "nobody (paused)");
	else if (lane->chain)
		cell_text(&l->table, lane->chain);
	else
		cell_names(&l->table, &lane->pools);
	cell_time(&l->table, lane->sla_ms);
	cell_usd(&l->table, lane->price_usd_micro, 1);
}

static void pool_row(struct listing *l, const char *name)
{
	const struct pool *pool = config_pool(l->c, name);

	cell_text(&l->table, js_str_or(pool->doc, "/kind", "internal"));
	cell_names(&l->table, &pool->members);
}

/* Whether somebody would be asked now, load and all else aside. */
static void cell_presence(struct listing *l, const struct worker *w)
{
	const char *zone = w->hours ? w->hours->zone : NULL;
	const struct zone *z = zone ? config_zone(l->c, zone) : NULL;
	char text[96];

	for (size_t i = 0; i < w->n_away && l->now_ms >= w->pause_ends_ms; i++) {
		const struct away *a = &w->away[i];
		if (l->now_ms < a->from_ms || l->now_ms >= a->until_ms)
			continue;
		snprintf(text, sizeof text, "away%s%s", a->delegate ? ", for them " : "",
			 a->delegate ? a->delegate : "");
		cell_text(&l->table, text);
		return;
	}
	cell_text(&l->table, l->now_ms < w->pause_ends_ms		    ? "paused"
			     : z && !hours_open(w->hours, z, l->now_ms) ? "out of hours"
									: "here");
}

static void worker_row(struct listing *l, const char *name)
{
	const struct worker *w = config_worker(l->c, name);

	cell_text(&l->table, js_str_or(w->doc, "/kind", "human"));
	cell_presence(l, w);
	cell_count(&l->table, (uint64_t)w->trust_level);
	if (w->capacity)
		cell_count(&l->table, (uint64_t)w->capacity);
	else
		cell_text(&l->table, "-");
}

static json_t *named_doc(const char *name, const json_t *doc)
{
	json_t *out = json_object();

	js_set_str(out, "name", name);
	js_set_copy(out, "document", doc);
	return out;
}

static int list_one(void *ctx, const char *name, const json_t *doc)
{
	struct listing *l = ctx;

	if (l->r->out.format != FMT_TEXT) {
		json_t *item = named_doc(name, doc);
		out_item(&l->r->out, item);
		json_decref(item);
		return 0;
	}
	cell_text(&l->table, name);
	if (l->kind == CFG_LANE)
		lane_row(l, name);
	else if (l->kind == CFG_POOL)
		pool_row(l, name);
	else
		worker_row(l, name);
	cell_text(&l->table, js_str_or(doc, "/title", "-"));
	return 0;
}

int etcnoun_list(struct run *r, struct err *err)
{
	static const char *const lanes[] = {"LANE", "ASKS", "SLA", "USD", "TITLE"};
	static const char *const pools[] = {"POOL", "KIND", "MEMBERS", "TITLE"};
	static const char *const workers[] = {"WORKER", "KIND", "NOW", "TRUST", "CAPACITY",
	                                      "TITLE"};
	struct listing l = {.r = r, .c = etc_load(r, err), .kind = kind_of(r),
	                    .now_ms = now_wall_ms()};

	if (!l.c)
		return -1;
	if (l.kind == CFG_LANE)
		table_init(&l.table, lanes, NITEMS(lanes), -1);
	else if (l.kind == CFG_POOL)
		table_init(&l.table, pools, NITEMS(pools), -1);
	else
		table_init(&l.table, workers, NITEMS(workers), -1);
	out_items_begin(&r->out);
	config_each(l.c, l.kind, list_one, &l);
	out_items_end(&r->out);
	if (r->out.format == FMT_TEXT)
		table_print(&l.table, &r->out);
	table_release(&l.table);
	config_free((struct config *)l.c);
	return 0;
}

/* ---- show ---- */

static void add_member(struct table *t, const char *name, const char *by, const json_t *v)
{
	struct buf b = BUF_INIT;

	cell_text(t, name);
	cell_text(t, by);
	out_value_text(&b, v, JS_COMPACT);
	cell_text(t, buf_str(&b));
	buf_release(&b);
}

/* One level down, as far as there are defaults: /sla/backup is sla.backup. */
static void add_members(struct table *t, const char *prefix, const json_t *doc,
			const json_t *defaults)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)doc, key, v) {
		char name[160];
		const json_t *below = json_object_get(defaults, key);
		int group = json_is_object(v) && json_is_object(below);
		snprintf(name, sizeof name, "%.80s%.70s%s", prefix, key, group ? "." : "");
		if (group)
			add_members(t, name, v, below);
		else
			add_member(t, name, "document", v);
	}
	json_object_foreach((json_t *)defaults, key, v) {
		char name[160];
		const json_t *own = json_object_get(doc, key);
		snprintf(name, sizeof name, "%.80s%.70s%s", prefix, key,
		         json_is_object(v) ? "." : "");
		if (json_is_object(v) && !json_is_object(own))
			add_members(t, name, NULL, v);
		else if (!json_is_object(v))
			add_member(t, name, "default", v);
	}
}

static void show_text(struct run *r, const json_t *doc, const json_t *defaults)
{
	static const char *const head[] = {"MEMBER", "BY", "VALUE"};
	struct table t;

	table_init(&t, head, NITEMS(head), -1);
	add_members(&t, "", doc, defaults);
	table_print(&t, &r->out);
	table_release(&t);
}

/* What cannot be read is for fsck to say: the document is what was asked for. */
static void add_reputation(struct run *r, json_t *out)
{
	struct err unread = ERR_INIT;
	json_t *lanes = standing_of(r, r->argv[0], &unread);

	if (lanes)
		js_set_new(out, "reputation", lanes);
	else
		out_warn(&r->out, "reputation: %s", unread.msg);
}

int etcnoun_show(struct run *r, struct err *err)
{
	enum config_kind kind = kind_of(r);
	struct config *c = etc_load(r, err);
	const json_t *doc = c ? etc_doc(c, kind, r->argv[0], err) : NULL;

	if (doc) {
		json_t *defaults = config_defaults(kind, doc);
		json_t *out = named_doc(r->argv[0], doc);
		js_set_copy(out, "defaults", defaults);
		if (kind == CFG_WORKER)
			add_reputation(r, out);
		if (r->out.format == FMT_TEXT)
			show_text(r, doc, defaults);
		else
			out_doc(&r->out, out);
		if (r->out.format == FMT_TEXT)
			standing_print(r, json_object_get(out, "reputation"));
		json_decref(out);
		json_decref(defaults);
	}
	config_free(c);
	return doc ? 0 : -1;
}

/* ---- change ---- */

int etcnoun_set(struct run *r, struct err *err)
{
	json_t *doc = etc_input(r, 1, err);
	int rc = doc ? etc_set(r, kind_of(r), r->argv[0], doc, 0, err) : -1;

	if (rc >= 0 && r->out.format == FMT_TEXT) {
		out_line(&r->out, "%s", r->argv[0]);
	} else if (rc >= 0) {
		json_t *out = named_doc(r->argv[0], doc);
		out_doc(&r->out, out);
		json_decref(out);
	}
	json_decref(doc);
	return rc < 0 ? -1 : 0;
}

int etcnoun_rm(struct run *r, struct err *err)
{
	return etc_rm(r, kind_of(r), r->argv[0], err);
}

int etcnoun_check(struct run *r, struct err *err)
{
	return etc_check(r, kind_of(r), err);
}
