#include "engine/snapshot.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "engine/escalation.h"
#include "engine/snapshot_p.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/dialect.h"
#include "model/strings.h"

enum { SNAPSHOT_VERSION = 5 };

/* ---- configuration ---- */

struct saving {
	struct buf *out;
	int kind;
	uint32_t n;
};

static int save_doc(void *ctx, const char *name, const json_t *doc)
{
	struct saving *s = ctx;
	struct buf text = BUF_INIT;

	js_dump(&text, doc, JS_COMPACT);
	put(s->out, 1, 1);
	put(s->out, (uint64_t)s->kind, 1);
	put_str(s->out, name);
	put_str(s->out, buf_str(&text));
	buf_release(&text);
	return 0;
}

static void save_config(const struct world *w, struct buf *out)
{
	struct saving s = {.out = out};

	for (s.kind = 0; s.kind < CFG_COUNT; s.kind++)
		config_each(w->config, (enum config_kind)s.kind, save_doc, &s);
	put(out, 0, 1);
}

static int load_config(struct world *w, struct reader *r, struct err *err)
{
	while (get(r, 1) && !r->bad) {
		int kind = (int)get(r, 1);
		char *name = get_str(r), *text = get_str(r);
		json_t *doc = text ? js_parse_any(text, strlen(text), &js_limits_own, err) : NULL;
		int rc = name && doc && kind < CFG_COUNT
		             ? config_set(w->config, (enum config_kind)kind, name, doc, err)
		             : -1;
		json_decref(doc);
		free(name);
		free(text);
		if (rc != 0)
			return -1;
	}
	return 0;
}

/* ---- matches ---- */

static void save_strings(struct buf *out, const struct strings *s)
{
	put(out, s->n, 4);
	for (size_t i = 0; i < s->n; i++)
		put_str(out, s->s[i]);
}

static void load_strings(struct reader *r, struct strings *out)
{
	size_t n = get_count(r);
	json_t *list = json_array();

	for (; n && !r->bad; n--) {
		char *one = get_str(r);
		if (!one || json_array_append_new(list, json_string(one)) != 0)
			r->bad = 1;
		free(one);
	}
	if (!r->bad && strings_from_json(list, "", json_array_size(list), out, NULL) != 0)
		r->bad = 1;
	json_decref(list);
}

/* Numbers the matches in table order: tasks refer to them by it. */
static void save_matches(const struct world *w, struct buf *out)
{
	put(out, HASH_COUNT(w->matches) - w->n_idle, 4);
	for (const struct match *m = w->matches; m; m = m->hh.next) {
		if (!m->tasks)
			continue;
		put(out, (uint64_t)(uintptr_t)m, 8);
		put_str(out, m->lane);
		put_str(out, m->pool);
		put(out, m->confidentiality, 1);
		put(out, (uint64_t)m->need.trust_level, 4);
		put(out, (uint64_t)m->need.min_rating_milli, 4);
		save_strings(out, &m->need.skills.names);
		for (size_t i = 0; i < m->need.skills.names.n; i++)
			put(out, (uint64_t)m->need.skills.value[i], 1);
		save_strings(out, &m->need.certifications);
		save_strings(out, &m->need.workers);
	}
}

static void load_matches(struct world *w, struct reader *r, struct match_names **names)
{
	size_t n = get_count(r);

	for (size_t i = 0; i < n && !r->bad; i++) {
		struct match_names *mn = mem_alloc(sizeof(*mn));
		struct spec spec = {.dialect = NULL};
		mn->name = get(r, 8);
		spec.lane = get_str(r);
		spec.pool = get_str(r);
		spec.confidentiality = (enum confidentiality)get(r, 1);
		spec.need.trust_level = (int)get(r, 4);
		spec.need.min_rating_milli = (int)get(r, 4);
		load_strings(r, &spec.need.skills.names);
		spec.need.skills.value = mem_alloc((spec.need.skills.names.n + 1) * sizeof(int64_t));
		for (size_t k = 0; k < spec.need.skills.names.n; k++)
			spec.need.skills.value[k] = (int64_t)get(r, 1);
		load_strings(r, &spec.need.certifications);
		load_strings(r, &spec.need.workers);
		if (!spec.lane)
			r->bad = 1;
		else
			mn->match = world_match(w, &spec);
		spec_release(&spec);
		HASH_ADD(hh, *names, name, sizeof(mn->name), mn);
	}
}

/* ---- tables ---- */

static void save_table(const struct idtable *t, struct buf *out)
{
	put(out, t->n, 4);
	for (size_t i = 0; i < t->cap; i++) {
		if (!t->slots[i].value)
			continue;
		buf_add(out, t->slots[i].id.b, ID_BYTES);
		put(out, t->slots[i].value, 8);
	}
}

static void load_table(struct reader *r, struct idtable *t)
{
	for (size_t n = get_count(r); n && !r->bad; n--) {
		struct id id = {{0}};
		get_id(r, &id);
		uint64_t v = get(r, 8);
		if (v)
			idtable_put(t, &id, v);
	}
}

static void save_deliveries(const struct world *w, struct buf *out)
{
	put(out, HASH_COUNT(w->deliveries), 4);
	for (const struct delivery *d = w->deliveries; d; d = d->hh.next) {
		put(out, d->seq, 8);
		buf_add(out, d->task.b, ID_BYTES);
		put(out, (uint64_t)d->event_ms, 8);
		put(out, (uint64_t)d->next_ms, 8);
		put(out, d->attempts, 4);
	}
}

static void load_deliveries(struct world *w, struct reader *r)
{
	for (size_t n = get_count(r); n && !r->bad; n--) {
		struct delivery *d = mem_alloc(sizeof(*d));
		d->seq = get(r, 8);
		get_id(r, &d->task);
		d->event_ms = (int64_t)get(r, 8);
		d->next_ms = (int64_t)get(r, 8);
		d->attempts = (uint32_t)get(r, 4);
		HASH_ADD(hh, w->deliveries, seq, sizeof(d->seq), d);
	}
}

/* ---- the whole ---- */

void world_save(const struct world *w, struct buf *out)
{
	put(out, SNAPSHOT_VERSION, 4);
	put(out, w->seq, 8);
	put(out, (uint64_t)w->at_ms, 8);
	save_config(w, out);
	save_stats(w, out);
	save_matches(w, out);
	save_chains(w, out);
	save_tasks(w, out);
	save_table(&w->closed, out);
	save_table(&w->seen, out);
	save_table(&w->seen_before, out);
	save_deliveries(w, out);
}

int world_load(struct world *w, const void *p, size_t n, struct err *err)
{
	struct reader r = {.p = p, .n = n};
	struct match_names *names = NULL, *mn, *next;

	if (get(&r, 4) != SNAPSHOT_VERSION)
		return err_set(err, FAIL_INVALID, "snapshot: not of this version");
	w->seq = get(&r, 8);
	w->at_ms = (int64_t)get(&r, 8);
	if (load_config(w, &r, err) != 0)
		return err_set(err, FAIL_INVALID, "snapshot: configuration is damaged");
	load_stats(w, &r);
	load_matches(w, &r, &names);
	load_chains(w, &r);
	load_tasks(w, &r, names);
	HASH_ITER(hh, names, mn, next) {
		HASH_DEL(names, mn);
		free(mn);
	}
	if (!r.bad) {
		queue_waiting(w);
		load_table(&r, &w->closed);
		load_table(&r, &w->seen);
		load_table(&r, &w->seen_before);
		load_deliveries(w, &r);
	}
	return r.bad ? err_set(err, FAIL_INVALID, "snapshot: damaged") : 0;
}
