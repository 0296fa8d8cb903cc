/*
 * engine_opinion.h -- a second opinion on who may be asked: by the documents themselves and by what
 * was seen to happen, without rosters, bits or orders.
 */
#ifndef ENGINE_OPINION_H
#define ENGINE_OPINION_H

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/timefmt.h"
#include "engine/world.h"
#include "json/js.h"
#include "kit.h"

enum { WORKERS = 24, TASKS = 64, MINUTE = 60000 };

/* What the oracle knows: the documents, and what it saw happen. */
struct seen {
	struct id id;
	int open;
	json_t *spec;          /* owned */
	char from[16];
	char state[WORKERS];   /* 'o' asked or at work, 'd' said no */
	int asked[WORKERS];
};

struct desk {
	struct world *w;
	uint64_t rng, seq, msgs;
	int64_t now;
	json_t *workers, *pools, *lanes; /* owned: name -> document */
	struct seen tasks[TASKS];
	int live[WORKERS];
	uint64_t offers, silent, given;
};

static inline int number(const char *name)
{
	return (int)strtol(name + 1, NULL, 10);
}

static inline const char *named(char kind, int i, char out[16])
{
	snprintf(out, 16, "%c%02d", kind, i);
	return out;
}

/* Of an entry that may be a bare name. */
static inline const char *name_of(const json_t *v)
{
	return json_is_string(v) ? json_string_value(v) : js_str_or(v, "/name", "");
}

static inline const json_t *entry(const json_t *list, const char *name)
{
	const json_t *v;
	size_t i;

	json_array_foreach((json_t *)list, i, v) {
		const char *n = name_of(v);
		if (strcmp(n, name) == 0)
			return v;
	}
	return NULL;
}

static inline int skilled(const json_t *need, const json_t *wk)
{
	const json_t *v;
	size_t i;

	json_array_foreach(json_object_get(need, "skills"), i, v) {
		const char *n = name_of(v);
		int64_t level = json_is_string(v) ? 1 : js_int_or(v, "/level", 1);
		const json_t *have = entry(json_object_get(wk, "skills"), n);
		if (!have || (json_is_string(have) ? 1 : js_int_or(have, "/level", 1)) < level)
			return 0;
	}
	return 1;
}

static inline int certified(const json_t *need, const json_t *wk, int64_t now)
{
	const json_t *v;
	size_t i;

	json_array_foreach(json_object_get(need, "certifications"), i, v) {
		const json_t *have = entry(json_object_get(wk, "certifications"),
		                           json_string_value(v));
		int64_t ends = INT64_MAX;
		if (!have)
			return 0;
		if (json_is_object(have))
			time_parse(js_str_or(have, "/expires", ""), &ends, NULL);
		if (ends <= now)
			return 0;
	}
	return 1;
}

static inline int64_t milli(const json_t *doc, const char *pointer, double dflt)
{
	const char *s = js_str_or(doc, pointer, NULL);

	return (int64_t)((s ? strtod(s, NULL) : dflt) * 1000 + 0.5);
}

/* All hours here are one window every day, an hour ahead of UTC. */
static inline int on_duty(const json_t *wk, int64_t now)
{
	const char *win = js_str_or(wk, "/hours/weekly/mon/0", NULL);
	int fh, fm, th, tm, at = (int)((now / MINUTE + 60) % 1440);

	if (!win)
		return 1;
	ck_assert_int_eq(sscanf(win, "%d:%d-%d:%d", &fh, &fm, &th, &tm), 4);
	int from = fh * 60 + fm, to = th * 60 + tm;
	return from < to ? at >= from && at < to : at >= from || at < to;
}

static inline const json_t *absence(const json_t *wk, int64_t now)
{
	const json_t *a;
	size_t i;
	int64_t from = 0, until = 0;

	json_array_foreach(json_object_get(wk, "away"), i, a) {
		time_parse(js_str_or(a, "/from", ""), &from, NULL);
		time_parse(js_str_or(a, "/until", ""), &until, NULL);
		if (from <= now && now < until)
			return a;
	}
	return NULL;
}

/* Whether ${member} leads to ${name} now. */
static inline int leads_to(const struct desk *d, const char *member, const char *name)
{
	for (int hops = 0; hops <= 4; hops++) {
		const json_t *wk = json_object_get(d->workers, member), *a = absence(wk, d->now);
		if (!wk)
			return 0;
		if (!a)
			return strcmp(member, name) == 0;
		member = js_str_or(a, "/delegate", "");
	}
	return 0;
}

static inline int is_external(const json_t *pool, const json_t *member)
{
	const char *kind = js_str_or(pool, "/kind", "internal");

	return strcmp(kind, "external") == 0 ||
	       (strcmp(kind, "hybrid") == 0 && json_is_true(json_object_get(member, "external")));
}

/* 0: not by its pools; 1: as one of our own; 2: as an external one. */
static inline int by_pools(const struct desk *d, const struct seen *t, const char *name)
{
	const json_t *lane = json_object_get(d->lanes, js_str_or(t->spec, "/lane", ""));
	const char *conf = js_str_or(t->spec, "/confidentiality", "public");
	const char *asked = js_str_or(t->spec, "/pool", NULL);
	const json_t *wk = json_object_get(d->workers, name), *p, *m;
	int best = 0;
	size_t i, k;

	json_array_foreach(json_object_get(lane, "pools"), i, p) {
		const json_t *pool = json_object_get(d->pools, json_string_value(p));
		if (asked && strcmp(asked, json_string_value(p)) != 0)
			continue;
		json_array_foreach(json_object_get(pool, "members"), k, m) {
			const char *member = json_string_value(m);
			if (!leads_to(d, member, name))
				continue;
			int ext = is_external(pool, json_object_get(d->workers, member));
			if (strcmp(member, name) != 0 && is_external(pool, wk))
				ext = 1;
			if (ext && (strcmp(conf, "internal_only") == 0 ||
			            (strcmp(conf, "restricted") == 0 &&
			             !js_at(t->spec, "/need/workers"))))
				continue;
			int as = ext && strcmp(conf, "internal_first") == 0 ? 2 : 1;
			best = !best || as < best ? as : best;
		}
	}
	return best;
}

enum { BY_ROUTING, BY_OPERATOR /* who may ask again those who declined */, BY_FORCE };

/* As by_pools, for what all requirements together say. */
static inline int eligible_for(const struct desk *d, const struct seen *t, const char *name, int by)
{
	const json_t *lane = json_object_get(d->lanes, js_str_or(t->spec, "/lane", ""));
	const json_t *wk = json_object_get(d->workers, name);
	const json_t *need = json_object_get(t->spec, "need");
	const json_t *only = json_object_get(need, "workers");
	int64_t capacity = js_int_or(wk, "/capacity", 10);
	int i = number(name);

	if (!wk || json_is_true(json_object_get(wk, "paused")) ||
	    json_is_true(json_object_get(lane, "paused")))
		return 0;
	if (strcmp(t->from, name) == 0 || t->state[i] == 'o' || (t->state[i] && by == BY_ROUTING))
		return 0;
	if (by != BY_FORCE && ((capacity && d->live[i] >= capacity) || !on_duty(wk, d->now)))
		return 0;
	if (!skilled(need, wk) || !certified(need, wk, d->now))
		return 0;
	if (js_int_or(wk, "/trustLevel", 0) < js_int_or(need, "/trustLevel", 0) ||
	    milli(wk, "/rating", 5) < js_int_or(need, "/minRatingMilli", 0))
		return 0;
	if (only && !entry(only, name))
		return 0;
	return by_pools(d, t, name);
}

static inline int eligible(const struct desk *d, const struct seen *t, const char *name)
{
	return eligible_for(d, t, name, BY_ROUTING);
}

static inline struct seen *seen_of(struct desk *d, const struct id *id)
{
	for (int i = 0; i < TASKS; i++)
		if (d->tasks[i].open && id_cmp(&d->tasks[i].id, id) == 0)
			return &d->tasks[i];
	ck_abort_msg("no such task");
	return NULL;
}

static inline void check_offer(struct desk *d, const struct seen *t, const struct event *ev)
{
	const char *name = js_str_or(ev->data, "/worker", "");
	const char *instead = js_str_or(ev->data, "/for", NULL);
	int by = json_object_get(ev->data, "although") ? BY_FORCE
	         : json_object_get(ev->data, "by")     ? BY_OPERATOR : BY_ROUTING;
	int as = eligible_for(d, t, name, by);
	char other[16], id[ID_TEXT_MAX];

	d->offers++;
	ck_assert_msg(as, "seq %llu: %s was offered to %s, who may not have it",
	              (unsigned long long)ev->seq, id_format(&t->id, "task_", id), name);
	ck_assert_msg(!instead || absence(json_object_get(d->workers, instead), d->now),
	              "for %s, who is there", instead ? instead : "");
	if (as != 2 || by != BY_ROUTING || t->asked[number(name)])
		return;
	for (int i = 0; i < WORKERS; i++) /* nobody of our own who was not asked yet */
		ck_assert_msg(t->asked[i] || eligible(d, t, named('w', i, other)) != 1,
		              "an external one was asked before %s", other);
}

static inline void forget(struct desk *d, struct seen *t)
{
	for (int i = 0; i < WORKERS; i++)
		d->live[i] -= t->state[i] == 'o';
	json_decref(t->spec);
	memset(t, 0, sizeof(*t));
}

static inline void watch(struct desk *d, const struct event *ev)
{
	const char *name = js_str_or(ev->data, "/worker", NULL);
	int i = name && name[0] == 'w' ? number(name) : -1;
	struct seen *t = ev->has_task ? seen_of(d, &ev->task) : NULL;

	switch (ev->type) {
	case EV_CREATED:
		t->spec = json_deep_copy(json_object_get(ev->data, "spec"));
		snprintf(t->from, sizeof(t->from), "%s", js_str_or(ev->data, "/from", ""));
		break;
	case EV_OFFERED:
		check_offer(d, t, ev);
		t->state[i] = 'o';
		t->asked[i]++;
		d->live[i]++;
		break;
	case EV_DECLINED:
		t->state[i] = 'd';
		d->live[i]--;
		break;
	case EV_OFFER_EXPIRED:
	case EV_RELEASED:
	case EV_REASSIGNED:
		t->state[i] = json_is_true(json_object_get(ev->data, "declined")) ? 'd' : 0;
		d->live[i]--;
		break;
	default:
		break;
	}
	if (t && state_final(ev->state))
		forget(d, t);
}

#endif
