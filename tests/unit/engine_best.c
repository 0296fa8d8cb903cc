/*
 * The choice is the best one: desks with more workers than explain shows, under load, where each
 * decision is compared with all scores computed one by one, and with that of a roster made anew.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "engine/bounds.h"
#include "engine/decide.h"
#include "engine/evolve.h"
#include "engine/outlook.h"
#include "engine/roster.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/message.h"
#include "kit.h"

enum { MINUTE = 60000, LANES = 4, TASKS = 400, STEPS = 1500 };

struct desk {
	struct world *w;
	uint64_t rng, seq;
	int64_t now;
	int n_workers, checked, many;
	struct id ids[TASKS];
	int n_tasks;
};

static uint64_t draw(struct desk *d, uint64_t n)
{
	d->rng ^= d->rng << 13;
	d->rng ^= d->rng >> 7;
	d->rng ^= d->rng << 17;
	return d->rng % n;
}

/* ---- the second opinion ---- */

struct ranked {
	const struct seat *seat;
	double score;
	unsigned offers;
};

static int by_rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	if (x->offers != y->offers)
		return x->offers < y->offers ? -1 : 1;
	if (x->seat->external != y->seat->external)
		return x->seat->external < y->seat->external ? -1 : 1;
	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return strcmp(x->seat->wk->name, y->seat->wk->name);
}

static double log_left(const struct task *t, int64_t now)
{
	int64_t left = (t->breached ? t->expire_ms : t->due_ms) - now;

	return log((double)(left > 1000 ? left : 1000));
}

static int at_capacity(const struct seat *s)
{
	return s->wk->capacity && s->crew->live >= (uint32_t)s->wk->capacity;
}

/* What the documents and the records say, without a roster's copies. */
static void check_seat(const struct desk *d, const struct roster *r, const struct seat *s,
                       double score, double left)
{
	const struct weights *wt = &r->lane->weights;
	struct outlook o;

	outlook_of(d->w, r->stats, s->crew, s->wk, r->lane, &o);
	double cost = (double)s->wk->cost_usd_micro / 1e6 / r->price;
	double load = (double)s->crew->live / (s->wk->capacity ? s->wk->capacity : 10);
	double x = s->crew->live ? log1p(s->crew->live) : 0;
	double chance = o.take * o.pass * outlook_within(&o, left, x);
	double own = (wt->success * chance - wt->cost * cost - wt->load * load) / 1000;
	ck_assert_msg(fabs(own - score) < 1e-4, "%s: %f, by its records %f", s->wk->name, score,
	              own);
}

static struct ranked *rank_all(struct desk *d, const struct task *t, uint32_t *n)
{
	const struct roster *r = roster_of(d->w, t->match, d->now);
	struct ranked *all = calloc(r->n + 1, sizeof(*all));
	double left = log_left(t, d->now);

	*n = 0;
	for (uint32_t i = 0; i < r->n; i++) {
		const struct seat *s = &r->seats[i];
		const struct assign *a = task_assign_of(t, s->wk->name);
		if (strcmp(t->from->name, s->wk->name) == 0 || at_capacity(s) ||
		    (a && (a->state != AS_ENDED || a->declined)))
			continue;
		double score = roster_score(s, left, s->crew->live);
		check_seat(d, r, s, score, left);
		all[(*n)++] = (struct ranked){s, score, a ? a->offers : 0};
	}
	qsort(all, *n, sizeof(*all), by_rank);
	return all;
}

/* The n-th candidate's line begins so. */
static void check_line(const json_t *why, uint32_t at, const struct ranked *c)
{
	const char *line =
	    json_string_value(json_array_get(json_object_get(why, "candidates"), at));
	char want[64];

	snprintf(want, sizeof(want), "%s eligible %lld ", c->seat->wk->name,
	         (long long)(c->score * 1000 + (c->score < 0 ? -0.5 : 0.5)));
	ck_assert_msg(line && strncmp(line, want, strlen(want)) == 0, "%s, not %s", line, want);
}

static void check_choice(struct desk *d, struct task *t)
{
	json_t *why = json_object(), *again = json_object();
	struct choice c, same;
	uint32_t n;
	struct ranked *all = rank_all(d, t, &n);
	uint32_t shown =
	    t->match->roster->n <= ROUTE_ALL_SHOWN ? ROUTE_ALL_SHOWN : ROUTE_BEST_SHOWN;

	route_choose(d->w, t, d->now, why, &c);
	ck_assert_int_eq(c.worker != NULL, n > 0);
	if (n && !json_object_get(why, "explored"))
		ck_assert_str_eq(c.worker->name, all[0].seat->wk->name);
	for (uint32_t i = 0; i < n && i < shown && !all[i].offers; i++)
		check_line(why, i, &all[i]);
	d->checked++;
	d->many += n > shown;
	free(all);
	if (n) { /* else it would wake all that wait, again and again */
		roster_drop(d->w, t->match);
		route_choose(d->w, t, d->now, again, &same);
		ck_assert_ptr_eq(same.worker, c.worker);
		ck_assert(json_equal(why, again));
	}
	json_decref(why);
	json_decref(again);
}

/* ---- the desk ---- */

static void apply(struct desk *d, const struct decision *dec)
{
	struct err err = ERR_INIT;

	for (size_t i = 0; i < dec->n; i++) {
		const struct draft *dr = &dec->events[i];
		struct event ev = {.type = dr->type, .seq = ++d->seq, .at_ms = d->now,
		                   .has_task = dr->has_task, .task = dr->task, .state = dr->state,
		                   .actor = dr->actor, .data = dr->data};
		ck_assert_msg(evolve(d->w, &ev, &err) == 0, "%s", err.msg);
	}
}

static void feed(struct desk *d, const struct input *in)
{
	struct err err = ERR_INIT;
	struct decision dec;

	if (decide(d->w, d->now, in, &dec, &err) == 0) {
		apply(d, &dec);
		if (in->kind == IN_ROUTE && !dec.n)
			engine_route_failed(d->w, &in->task, dec.class_full);
	} else {
		ck_assert_msg(in->kind == IN_MESSAGE, "%s", err.msg);
	}
	decision_release(&dec);
}

static void settle(struct desk *d)
{
	struct input in;

	while (engine_next(d->w, d->now, &in)) {
		struct task *t = in.kind == IN_ROUTE ? world_task(d->w, &in.task) : NULL;
		if (t && draw(d, 4) == 0)
			check_choice(d, t);
		feed(d, &in);
	}
}

static void say(struct desk *d, enum message_type type, const struct id *task, const char *from,
                json_t *body)
{
	char id[40];

	snprintf(id, sizeof(id), "msg_%llu", (unsigned long long)d->seq);
	struct message m = {.type = type, .id = id, .task = *task, .from = from, .body = body};
	struct input in = {.kind = IN_MESSAGE, .msg = &m};
	feed(d, &in);
	json_decref(body);
	settle(d);
}

static void set(struct desk *d, enum config_kind kind, const char *name, json_t *doc)
{
	struct input in = {.kind = IN_CONFIG, .config_kind = kind, .config_name = name,
	                   .config_doc = doc};

	feed(d, &in);
	json_decref(doc);
}

static const char *worker_name(int i, char out[16])
{
	snprintf(out, 16, "w%03d", i);
	return out;
}

static void set_workers(struct desk *d)
{
	static const char *const ratings[] = {"3.5", "4.2", "4.2", "5"};
	static const char *const costs[] = {"0", "0.1", "0.5", "2"};
	json_t *own = json_array(), *others = json_array();
	char name[16];

	for (int i = 0; i < d->n_workers; i++) {
		json_t *doc = json_object();
		js_set_int(doc, "capacity", (int64_t)draw(d, 7));
		js_set_str(doc, "rating", ratings[draw(d, 4)]);
		js_set_str(doc, "costUsd", costs[draw(d, 4)]);
		set(d, CFG_WORKER, worker_name(i, name), doc);
		json_array_append_new(draw(d, 3) ? own : others, json_string(name));
	}
	set(d, CFG_POOL, "own", json_pack("{s:o}", "members", own));
	set(d, CFG_POOL, "others", json_pack("{s:s,s:o}", "kind", "external", "members", others));
}

static void set_lanes(struct desk *d)
{
	static const char *const loads[] = {"0", "0.2", "1", "5"};
	char name[16];

	for (int i = 0; i < LANES; i++) {
		snprintf(name, sizeof(name), "l%d", i);
		json_t *doc = json_pack("{s:[s,s],s:i,s:i,s:{s:s,s:s}}", "pools", "own", "others",
		                        "slaSeconds",
		                        600 << i, "offerSeconds", 300, "scoring", "explore",
		                        i ? "0" : "0.2", "loadWeight", loads[draw(d, 4)]);
		set(d, CFG_LANE, name, doc);
	}
}

static void submit(struct desk *d)
{
	char lane[16], from[16];

	if (d->n_tasks == TASKS)
		return;
	struct id *id = &d->ids[d->n_tasks++];
	id_from_seq(id, d->now, 3, d->seq);
	snprintf(lane, sizeof(lane), "l%d", (int)draw(d, LANES));
	json_t *body = json_pack("{s:i,s:s,s:s,s:{s:s}}", "er", 1, "title", "t", "lane", lane,
	                         "policy",
	                         "confidentiality", draw(d, 2) ? "public" : "internal_first");
	say(d, MSG_SUBMIT, id, worker_name((int)draw(d, (uint64_t)d->n_workers), from), body);
}

static void act(struct desk *d)
{
	static const enum message_type types[] = {MSG_ACCEPT, MSG_ACCEPT, MSG_DECLINE, MSG_ANSWER,
	                                          MSG_RELEASE};
	const struct id *id = &d->ids[draw(d, (uint64_t)d->n_tasks)];
	const struct task *t = world_task(d->w, id);
	const struct assign *a = t ? task_live_assign(t, NULL) : NULL;
	enum message_type type = types[draw(d, 5)];

	if (a)
		say(d, type, id, a->worker->name,
		    type == MSG_ANSWER ? json_pack("{s:b}", "answer", 1) : json_object());
}

static void run(struct desk *d, uint64_t seed, int workers)
{
	memset(d, 0, sizeof(*d));
	d->rng = seed * 0x9e3779b97f4a7c15u | 1;
	d->now = 1770000000000;
	d->w = world_new("test");
	d->n_workers = workers;
	set_workers(d);
	set_lanes(d);
	for (int i = 0; i < STEPS; i++) {
		d->now += (int64_t)draw(d, MINUTE / 4);
		settle(d);
		if (draw(d, 4) == 0 || !d->n_tasks)
			submit(d);
		else
			act(d);
	}
	world_free(d->w);
}

/* From desks where all are shown, or all are busy, to large ones. */
START_TEST(best_of_all)
{
	static const int sizes[] = {3, 12, 16, 17, 40, 100, 300};
	int checked = 0, many = 0;
	struct desk d;

	for (int i = 0; i < 7; i++) {
		run(&d, (uint64_t)i + 1, sizes[i]);
		checked += d.checked;
		many += d.many;
	}
	ck_assert_int_gt(checked, 1000);
	ck_assert_int_gt(many, 300);
}
END_TEST

/* ---- bounds ---- */

static double unit(struct desk *d)
{
	return (double)draw(d, 1000001) / 1e6;
}

static struct seat some_seat(struct desk *d, struct crew *c)
{
	return (struct seat){.crew = c, .chance = (float)unit(d), .mu = (float)(20 * unit(d)),
	                     .sd = (float)exp(8 * unit(d) - 6), .nu = (float)(7 + exp(8 * unit(d))),
	                     .slope = draw(d, 3) ? (float)(1.2 * unit(d)) : 0,
	                     .base = (float)-exp(8 * unit(d) - 6), .share = (float)(2 * unit(d))};
}

START_TEST(bounds_bound)
{
	struct desk d = {.rng = 4711};
	struct crew c = {.id = 0};

	for (int k = 0; k < 300000; k++) {
		struct seat s = some_seat(&d, &c);
		struct block b = {.n = 1};
		uint32_t lives[BLOCK] = {(uint32_t)draw(&d, draw(&d, 10) ? 16 : 10000)};
		float out[BLOCK];
		double left = s.mu + (28 * unit(&d) - 14) * s.sd;
		block_set(&b, 0, &s);
		block_bounds(&b, left, lives, out);
		double score = roster_score(&s, left, lives[0]);
		ck_assert_msg(out[0] >= score, "%.9f is no bound of %.9f", out[0], score);
		float least = block_least(&b, 0, lives[0], out[0]);
		ck_assert_msg(least <= score, "%.9f is not below %.9f", least, score);
		if (lives[0] < 16)
			ck_assert_msg(least >= score - 2 * (BOUND_LOOSE + 1e-5 / s.sd) * s.chance -
			              1e-3,
			              "%.9f is far below %.9f", least, score);
		ck_assert(block_top(&b) >= roster_score(&s, left, 0));
		ck_assert(block_reaches(&b, lives, (float)(score - 1e-6 * (1 + fabs(score))),
		                        INFINITY));
		ck_assert(block_reaches(&b, lives, INFINITY, (float)(s.chance + s.base)));
	}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_best");
	TCase *t = tcase_create("best");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, best_of_all);
	tcase_add_test(t, bounds_bound);
	suite_add_tcase(s, t);
	return kit_run(s);
}
