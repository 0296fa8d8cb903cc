/*
 * bench/route -- what one decision of the router costs, and what a timer costs.
 *
 *   route [WORKERS LANES TASKS]      default: 500 workers and 50 lanes, then 10,000 and 1,000
 *
 * A busy desk under a virtual clock: tasks come in at a steady rate to lanes drawn at random, are
 * offered, accepted and answered a while later, so that nearly all workers have something in hand,
 * fill up, and what was learned changes all the time.  One lane in two hundred may ask everybody.
 *
 * route.decide   decide() of each task to route in the second half (in the first nothing is
 *                known yet), with the events it makes and why; processor time, also of those in
 *                vain.
 * route.scan     the baseline: the same score for each of all workers, without lists, for one
 *                decision in a hundred of those; stops when it finds a better one.
 * route.first    of tasks that need skills in a combination not seen before, by one lane each time
 *                that may ask everybody and one that may not: decide() of the submission, which
 *                makes the list for its estimate, and of the first choice together.
 * route.again    both for the next task of that kind.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "base/heap.h"
#include "base/mem.h"
#include "engine/decide.h"
#include "engine/evolve.h"
#include "engine/outlook.h"
#include "engine/route.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/message.h"
#include "model/traits.h"
#include "figures.h"

enum { SKILLS = 40, RARE = 200, POOL_MAX = 250, TIMERS = 1000000, FIRSTS = 2000 };

static struct world *w;
static uint64_t seq, rng = 88172645463325252u;
static int64_t now = 1770000000000;
static int n_workers, n_lanes;

static uint64_t draw(uint64_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng % n;
}

static void apply(const struct decision *d)
{
	struct err err = ERR_INIT;

	for (size_t i = 0; i < d->n; i++) {
		const struct draft *dr = &d->events[i];
		struct event ev = {.type = dr->type, .seq = ++seq, .at_ms = now,
		                   .has_task = dr->has_task,
		                   .task = dr->task, .state = dr->state, .actor = dr->actor,
		                   .data = dr->data};
		if (evolve(w, &ev, &err) != 0)
			die("evolve", err.msg);
	}
}

static double feed(const struct input *in)
{
	struct err err = ERR_INIT;
	struct decision d;
	double from = now_us();

	if (decide(w, now, in, &d, &err) != 0)
		die("decide", err.msg);
	double took = now_us() - from;
	apply(&d);
	if (in->kind == IN_ROUTE && !d.n)
		engine_route_failed(w, &in->task, d.class_full);
	decision_release(&d);
	return took;
}

static void config(enum config_kind kind, const char *name, json_t *doc)
{
	struct input in = {.kind = IN_CONFIG, .config_kind = kind, .config_name = name,
	                   .config_doc = doc};

	feed(&in);
	json_decref(doc);
}

static void add_skills(json_t *list, int n)
{
	for (int i = 0; i < n; i++) {
		char skill[16];
		snprintf(skill, sizeof(skill), "s%d", (int)draw(SKILLS));
		json_array_append_new(list, json_string(skill));
	}
}

static void make_pools(int n_pools)
{
	json_t *all = json_array();
	char name[32], rare[16];

	for (int i = 0; i < n_workers; i++) {
		json_t *doc = json_object(), *skills = json_array();
		snprintf(name, sizeof(name), "w%05d", i);
		json_array_append_new(all, json_string(name));
		add_skills(skills, 8);
		snprintf(rare, sizeof(rare), "r%d", (int)draw(RARE));
		json_array_append_new(skills, json_string(rare));
		js_set_new(doc, "skills", skills);
		js_set_int(doc, "capacity", 1 + (int64_t)draw(6));
		js_set_int(doc, "trustLevel", (int64_t)draw(6));
		config(CFG_WORKER, name, doc);
	}
	config(CFG_POOL, "everyone", json_pack("{s:o}", "members", all));
	for (int p = 0; p < n_pools; p++) {
		json_t *members = json_array();
		int size = n_workers < 2 * POOL_MAX ? n_workers / 4 : POOL_MAX;
		for (int i = 0; i < size; i++) {
			snprintf(name, sizeof(name), "w%05d", (int)draw((uint64_t)n_workers));
			json_array_append_new(members, json_string(name));
		}
		snprintf(name, sizeof(name), "p%03d", p);
		config(CFG_POOL, name, json_pack("{s:o}", "members", members));
	}
}

static void make_lanes(int n_pools)
{
	for (int l = 0; l < n_lanes; l++) {
		char name[32], pool[32], other[32];
		json_t *doc = json_object(), *pools = json_array(), *need = json_object();

		snprintf(name, sizeof(name), "l%04d", l);
		snprintf(pool, sizeof(pool), "p%03d", (int)draw((uint64_t)n_pools));
		snprintf(other, sizeof(other), "p%03d", (int)draw((uint64_t)n_pools));
		json_array_append_new(pools, json_string(l % 200 ? pool : "everyone"));
		if (l % 200 && l % 2)
			json_array_append_new(pools, json_string(other));
		js_set_new(doc, "pools", pools);
		if (l % 3 && l % 200) {
			json_t *skills = json_array();
			add_skills(skills, 1);
			js_set_new(need, "skills", skills);
			js_set_new(doc, "requirements", need);
		} else {
			json_decref(need);
		}
		js_set_int(doc, "slaSeconds", 600 + 600 * (int64_t)draw(6));
		config(CFG_LANE, name, doc);
	}
}

static double send(struct id *id, uint64_t n, int lane_at, json_t *need)
{
	char lane[16], mid[40];

	id_from_seq(id, now, 2, n);
	snprintf(lane, sizeof(lane), "l%04d", lane_at);
	snprintf(mid, sizeof(mid), "msg_%llu", (unsigned long long)n);
	json_t *body = json_pack("{s:i,s:s,s:s}", "er", 1, "lane", lane, "title", "t");
	if (need)
		js_set_new(body, "requirements", need);
	struct message m = {.type = MSG_SUBMIT, .id = mid, .task = *id, .from = "somebody",
	                    .body = body};
	struct input in = {.kind = IN_MESSAGE, .msg = &m};
	double took = feed(&in);
	json_decref(body);
	return took;
}

/* One in ten declines. */
static void accept(const struct id *id)
{
	const struct task *t = world_task(w, id);
	const struct assign *a = t ? task_live_assign(t, NULL) : NULL;

	if (!a || a->state != AS_OFFERED)
		return;
	struct message m = {.type = draw(10) ? MSG_ACCEPT : MSG_DECLINE, .id = "m", .task = *id,
	                    .from = a->worker->name};
	struct input in = {.kind = IN_MESSAGE, .msg = &m};
	feed(&in);
}

static void answer(const struct id *id)
{
	const struct task *t = world_task(w, id);
	const struct assign *a = t ? task_live_assign(t, NULL) : NULL;

	if (!a)
		return;
	json_t *body = json_pack("{s:{s:b}}", "answer", "ok", 1);
	struct message m = {.type = MSG_ANSWER, .id = "m", .task = *id, .from = a->worker->name,
	                    .body = body};
	struct input in = {.kind = IN_MESSAGE, .msg = &m};
	feed(&in);
	json_decref(body);
}

static void print(const char *name, struct figures *f)
{
	if (!f->n)
		return;
	printf("route.%s workers=%d lanes=%d", name, n_workers, n_lanes);
	figures_print(f);
}

/* ---- the baseline ---- */

static const struct worker **staff; /* all; owned */
static const struct crew **crews;   /* owned */
static uint8_t *member;             /* owned; by pool and worker */

static int pool_at(const char *name)
{
	return name[0] == 'e' ? 0 : 1 + (int)strtol(name + 1, NULL, 10);
}

static void know_all(int n_pools)
{
	char name[32];

	staff = mem_alloc((size_t)n_workers * sizeof(*staff));
	crews = mem_alloc((size_t)n_workers * sizeof(*crews));
	member = mem_alloc((size_t)(n_pools + 1) * (size_t)n_workers);
	for (int i = 0; i < n_workers; i++) {
		snprintf(name, sizeof(name), "w%05d", i);
		staff[i] = config_worker(w->config, name);
		crews[i] = world_crew(w, name);
		member[i] = 1;
	}
	for (int p = 0; p < n_pools; p++) {
		snprintf(name, sizeof(name), "p%03d", p);
		const struct pool *pool = config_pool(w->config, name);
		for (size_t k = 0; k < pool->members.n; k++)
			member[(p + 1) * n_workers + (int)strtol(pool->members.s[k] + 1, NULL,
			                                         10)] = 1;
	}
}

static double score_of(const struct task *t, const struct lane_stats *l, const struct lane *lane,
                       int i)
{
	int64_t left = (t->breached ? t->expire_ms : t->due_ms) - now;
	const struct worker *wk = staff[i];
	struct outlook o;

	outlook_of(w, l, crews[i], wk, lane, &o);
	double in_time = outlook_within(&o, log(left > 1000 ? (double)left : 1000),
	                                log1p(crews[i]->live));
	return (lane->weights.success * o.take * o.pass * in_time -
	        lane->weights.load * (double)crews[i]->live / wk->capacity) / 1000;
}

/* Who would be chosen among those not asked before; with the score. */
static double scan(const struct task *t, const struct worker **best)
{
	const struct lane *lane = config_lane(w->config, t->match->lane);
	const struct lane_stats *l = world_lane(w, t->match->lane, 1);
	double most = -INFINITY;

	*best = NULL;
	for (int i = 0; i < n_workers; i++) {
		int in = 0;
		for (size_t k = 0; k < lane->pools.n; k++)
			in |= member[pool_at(lane->pools.s[k]) * n_workers + i];
		if (!in || crews[i]->live >= (uint32_t)staff[i]->capacity ||
		    !traits_meet(&t->match->need.skills, &staff[i]->skills) ||
		    task_assign_of(t, staff[i]->name))
			continue;
		double score = score_of(t, l, lane, i);
		if (score > most) {
			most = score;
			*best = staff[i];
		}
	}
	return most;
}

/* The same decision by a scan; the router's must not be worse. */
static double scan_instead(const struct id *id)
{
	struct task *t = world_task(w, id);
	const struct worker *best;
	json_t *why = json_object();
	struct choice c;

	route_choose(w, t, now, why, &c);
	double from = now_us(), most = scan(t, &best);
	double took = now_us() - from;
	if (best && !json_object_get(why, "explored") &&
	    most > 1e-5 + score_of(t, world_lane(w, t->match->lane, 1),
	                           config_lane(w->config, t->match->lane),
	                           (int)strtol(c.worker->name + 1, NULL, 10))) {
		fprintf(stderr, "route: %s was chosen, but %s is better\n", c.worker->name,
		        best->name);
		exit(1);
	}
	json_decref(why);
	return took;
}

static void forget_all(void)
{
	free(staff);
	free(crews);
	free(member);
}

/* ---- the desk at work ---- */

/* What is to be routed now; figures only where they are asked for. */
static void settle(struct figures *f, struct figures *scans)
{
	struct input in;

	while (engine_next(w, now, &in)) {
		int scanned = in.kind == IN_ROUTE && scans && draw(100) == 0;
		if (scanned)
			figures_add(scans, scan_instead(&in.task));
		double took = feed(&in);
		if (in.kind == IN_ROUTE && f && !scanned) /* those were warmed up */
			figures_add(f, took);
	}
}

/* Processor time of a submission and of its routing. */
static double whole(uint64_t n, int lane, json_t *need)
{
	struct figures f = {.n = 0};
	struct id id;
	double took = send(&id, n, lane, need);

	settle(&f, NULL);
	took += f.all;
	free(f.us);
	return took;
}

static void run_first(uint64_t n)
{
	struct figures first = {.n = 0}, again = {.n = 0};
	char skill[3][16];

	for (int i = 0; i < FIRSTS; i++) {
		int lane =
		    i % 2 ? (int)draw((uint64_t)n_lanes) : (int)draw((uint64_t)n_lanes) / 200 * 200;
		now += 1000;
		settle(NULL, NULL);
		snprintf(skill[0], sizeof(skill[0]), "r%d", (int)draw(RARE));
		snprintf(skill[1], sizeof(skill[1]), "s%d", i % SKILLS);
		snprintf(skill[2], sizeof(skill[2]), "s%d", i / SKILLS % SKILLS);
		json_t *need = json_pack("{s:[s,s,s]}", "skills", skill[0], skill[1], skill[2]);
		json_t *same = json_deep_copy(need);
		figures_add(&first, whole(n++, lane, need));
		figures_add(&again, whole(n++, lane, same));
	}
	print("first", &first);
	print("again", &again);
}

static void run(int workers, int lanes, int tasks)
{
	int n_pools = lanes / 5 + 1, behind = workers * 2, step_ms = 100;
	struct id *ids = mem_alloc((size_t)tasks * sizeof(*ids));
	struct figures f = {.n = 0}, scans = {.n = 0};

	n_workers = workers;
	n_lanes = lanes;
	w = world_new("bench");
	seq = 0;
	make_pools(n_pools);
	make_lanes(n_pools);
	know_all(n_pools);
	for (int i = 0; i < tasks; i++) {
		int late = i >= tasks / 2;
		now += step_ms;
		send(&ids[i], (uint64_t)i, (int)draw((uint64_t)n_lanes), NULL);
		if (i >= 100) {
			accept(&ids[i - 20]);
			accept(&ids[i - 100]);
		}
		if (i >= behind) {
			answer(&ids[i - (int)draw((uint64_t)behind)]);
			answer(&ids[i - behind]);
		}
		settle(late ? &f : NULL, late ? &scans : NULL);
	}
	print("decide", &f);
	print("scan", &scans);
	run_first((uint64_t)tasks);
	forget_all();
	world_free(w);
	free(ids);
}

static void no_move(void *ctx, uint32_t owner, uint32_t slot)
{
	uint32_t *slots = ctx;

	slots[owner] = slot;
}

static void run_timers(void)
{
	uint32_t *slots = mem_alloc(TIMERS * sizeof(*slots));
	struct heap h;

	heap_init(&h, no_move, slots);
	double from = now_us();
	for (uint32_t i = 0; i < TIMERS; i++)
		heap_add(&h, (int64_t)draw(1u << 30), i);
	double added = now_us();
	while (h.n)
		heap_remove(&h, 0);
	double fired = now_us();
	printf("route.timers pending=%d add=%.2f fire=%.2f us\n", TIMERS, (added - from) / TIMERS,
	       (fired - added) / TIMERS);
	heap_release(&h);
	free(slots);
}

int main(int argc, char **argv)
{
	if (argc == 4) {
		run((int)strtol(argv[1], NULL, 10), (int)strtol(argv[2], NULL, 10),
		    (int)strtol(argv[3], NULL, 10));
	} else {
		run(500, 50, 100000);
		run(10000, 1000, 200000);
	}
	run_timers();
	return 0;
}
