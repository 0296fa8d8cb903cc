/*
 * bench/route -- what one decision of the router costs, and what a timer costs.
 *
 *   route [WORKERS LANES TASKS]      default: 500 workers and 50 lanes, then 10,000 and 1,000
 *
 * A busy desk under a virtual clock: tasks come in at a steady rate to lanes drawn at random, are
 * offered, accepted and answered a while later, so that rosters age, workers fill up and what was
 * learned changes all the time.  Only decide() of a task to route is timed (processor time, also of
 * those in vain), with the events it makes, in the second half: in the first nothing is known yet.
 * One lane in two hundred may ask everybody.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "base/heap.h"
#include "base/mem.h"
#include "engine/decide.h"
#include "engine/evolve.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/message.h"

enum { SKILLS = 40, POOL_MAX = 250, TIMERS = 1000000 };

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

static double clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static void die(const char *what, const struct err *err)
{
	fprintf(stderr, "route: %s: %s\n", what, err->msg);
	exit(1);
}

static void apply(const struct decision *d)
{
	struct err err = ERR_INIT;

	for (size_t i = 0; i < d->n; i++) {
		const struct draft *dr = &d->events[i];
		struct event ev = {.type = dr->type, .seq = ++seq, .at_ms = now, .has_task = dr->has_task,
		                   .task = dr->task, .state = dr->state, .actor = dr->actor,
		                   .data = dr->data};
		if (evolve(w, &ev, &err) != 0)
			die("evolve", &err);
	}
}

static int made; /* events by the last decision */

static double feed(const struct input *in)
{
	struct err err = ERR_INIT;
	struct decision d;
	double from = clock_us();

	if (decide(w, now, in, &d, &err) != 0)
		die("decide", &err);
	double took = clock_us() - from;
	made = (int)d.n;
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
	char name[32];

	for (int i = 0; i < n_workers; i++) {
		json_t *doc = json_object(), *skills = json_array();
		snprintf(name, sizeof(name), "w%05d", i);
		json_array_append_new(all, json_string(name));
		add_skills(skills, 8);
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

static void submit(struct id *id, uint64_t n)
{
	char lane[16], mid[40];

	id_from_seq(id, now, 2, n);
	snprintf(lane, sizeof(lane), "l%04d", (int)draw((uint64_t)n_lanes));
	snprintf(mid, sizeof(mid), "msg_%llu", (unsigned long long)n);
	json_t *body = json_pack("{s:i,s:s,s:s}", "er", 1, "lane", lane, "title", "t");
	struct message m = {.type = MSG_SUBMIT, .id = mid, .task = *id, .from = "somebody", .body = body};
	struct input in = {.kind = IN_MESSAGE, .msg = &m};
	feed(&in);
	json_decref(body);
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

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void run(int workers, int lanes, int tasks)
{
	int n_pools = lanes / 5 + 1, behind = workers * 2, step_ms = 100;
	struct id *ids = mem_alloc((size_t)tasks * sizeof(*ids));
	double *us = mem_alloc((size_t)tasks * 4 * sizeof(*us)), all = 0;
	size_t n = 0, vain = 0;
	struct input in;

	n_workers = workers;
	n_lanes = lanes;
	w = world_new("bench");
	seq = 0;
	make_pools(n_pools);
	make_lanes(n_pools);
	double began = clock_us();
	for (int i = 0; i < tasks; i++) {
		now += step_ms;
		submit(&ids[i], (uint64_t)i);
		if (i >= 100) {
			accept(&ids[i - 20]);
			accept(&ids[i - 100]);
		}
		if (i >= behind) {
			answer(&ids[i - (int)draw((uint64_t)behind)]);
			answer(&ids[i - behind]);
		}
		while (engine_next(w, now, &in)) {
			double took = feed(&in);
			vain += in.kind == IN_ROUTE && !made && i >= tasks / 2;
			if (in.kind == IN_ROUTE && i >= tasks / 2 && n < (size_t)tasks * 4) {
				us[n++] = took;
				all += took;
			}
		}
	}
	double total = clock_us() - began;
	qsort(us, n, sizeof(*us), by_value);
	printf("route.decide workers=%d lanes=%d decisions=%zu in_vain=%zu mean=%.1fus p50=%.1fus p99=%.1fus "
	       "p999=%.1fus max=%.0fus tasks_per_s=%.0f\n",
	       workers, lanes, n, vain, all / (double)n, us[n / 2], us[n * 99 / 100], us[n * 999 / 1000],
	       us[n - 1], tasks / total * 1e6);
	world_free(w);
	free(ids);
	free(us);
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
	double from = clock_us();
	for (uint32_t i = 0; i < TIMERS; i++)
		heap_add(&h, (int64_t)draw(1u << 30), i);
	double added = clock_us();
	while (h.n)
		heap_remove(&h, 0);
	double fired = clock_us();
	printf("route.timers pending=%d add=%.2fus fire=%.2fus both=%.2fus\n", TIMERS,
	       (added - from) / TIMERS, (fired - added) / TIMERS, (fired - from) / TIMERS);
	heap_release(&h);
	free(slots);
}

int main(int argc, char **argv)
{
	if (argc == 4) {
		run((int)strtol(argv[1], NULL, 10), (int)strtol(argv[2], NULL, 10), (int)strtol(argv[3], NULL, 10));
	} else {
		run(500, 50, 100000);
		run(10000, 1000, 200000);
	}
	run_timers();
	return 0;
}
