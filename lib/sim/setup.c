/* From a scenario to a world with people in it. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "engine/decide.h"
#include "engine/evolve.h"
#include "json/js.h"
#include "sim/scenario_p.h"
#include "sim/sim_p.h"

enum {
	STREAM_PEOPLE = 1,
	STREAM_ARRIVALS = 1000000,
	STREAM_TRUTHS = 2000000,
	STREAM_HABITS = 3000000
};

static const double sloppy_work = 0.5;

/* ---- documents ---- */

/* Documents of ${under} and over them those of ${over}: {"lanes":{…},…}. */
static json_t *documents(const json_t *under, const json_t *over)
{
	json_t *all = json_object();

	for (int k = 0; k < CFG_COUNT; k++) {
		json_t *kind = json_object();
		const json_t *a = json_object_get(under, config_dirs[k]);
		const json_t *b = json_object_get(over, config_dirs[k]);
		if (a)
			json_object_update(kind, (json_t *)a);
		if (b)
			json_object_update(kind, (json_t *)b);
		js_set_new(all, config_dirs[k], kind);
	}
	return all;
}

static void join_pools(json_t *pools, const struct crew_plan *c, const char *member)
{
	size_t i;
	json_t *name;

	json_array_foreach(c->pools, i, name) {
		const char *pool = json_string_value(name);
		if (!pool)
			continue;
		json_t *doc = json_object_get(pools, pool);
		if (!doc) {
			doc = json_object();
			js_set_new(pools, pool, doc);
		}
		json_t *members = json_object_get(doc, "members");
		if (!members) {
			members = json_array();
			js_set_new(doc, "members", members);
		}
		json_array_append_new(members, json_string(member));
	}
}

static void own_pools(json_t *all)
{
	json_t *pools = json_deep_copy(json_object_get(all, config_dirs[CFG_POOL]));

	js_set_new(all, config_dirs[CFG_POOL], pools);
}

static void add_crews(json_t *all, const struct scenario *plan)
{
	json_t *pools, *workers = json_object_get(all, config_dirs[CFG_WORKER]);
	char name[80];

	own_pools(all);
	pools = json_object_get(all, config_dirs[CFG_POOL]);
	for (size_t i = 0; i < plan->n_crews; i++) {
		const struct crew_plan *c = &plan->crews[i];
		for (size_t k = 1; k <= c->count; k++) {
			snprintf(name, sizeof(name), c->count > 1 ? "%s-%zu" : "%s", c->name, k);
			js_set_copy(workers, name, c->worker);
			join_pools(pools, c, name);
		}
	}
}

static int set_document(struct sim *s, int kind, const char *name, const json_t *doc, struct err *err)
{
	struct decision d;
	struct input in = {.kind = IN_CONFIG, .config_kind = (enum config_kind)kind,
	                   .config_name = name, .config_doc = doc};
	int rc = decide(s->w, s->now_ms, &in, &d, err);

	for (size_t i = 0; rc == 0 && i < d.n; i++) {
		struct draft *dr = &d.events[i];
		struct event ev = {.type = dr->type, .seq = ++s->seq, .at_ms = s->now_ms,
		                   .actor = dr->actor, .data = dr->data};
		rc = evolve(s->w, &ev, err);
	}
	decision_release(&d);
	return rc == 0 ? 0 : err_wrap(err, "%s/%s", config_dirs[kind], name);
}

static int set_documents(struct sim *s, json_t *all, struct err *err)
{
	static const enum config_kind first = CFG_SCHEMA; /* lanes are compiled against them */
	const char *name;
	json_t *doc;

	for (int i = -1; i < CFG_COUNT; i++) {
		int kind = i < 0 ? (int)first : i;
		if (i == (int)first)
			continue;
		json_object_foreach(json_object_get(all, config_dirs[kind]), name, doc) {
			if (set_document(s, kind, name, doc, err) != 0)
				return -1;
		}
	}
	return config_check(s->w->config, err);
}

/* ---- people ---- */

/* What an answer of this worker costs, in micro-USD. */
static int64_t cost_of(const struct worker *wk)
{
	int64_t micro = 0;
	struct err none = ERR_INIT;

	js_get_amount(wk->doc, "/costUsd", 1000000, &micro, &none);
	return micro;
}

static struct behaviour *behaviour_of(const struct scenario *plan, const char *name,
                                      struct behaviour *usual)
{
	for (size_t i = 0; i < plan->n_people; i++)
		if (strcmp(plan->people[i].name, name) == 0)
			return &plan->people[i].how;
	for (size_t i = 0; i < plan->n_crews; i++) {
		size_t n = strlen(plan->crews[i].name);
		if (strncmp(plan->crews[i].name, name, n) == 0 &&
		    (!name[n] || (name[n] == '-' && strspn(name + n + 1, "0123456789") == strlen(name + n + 1))))
			return &plan->crews[i].how;
	}
	return usual;
}

static double clamp(double v, double low, double high)
{
	return v < low ? low : v > high ? high : v;
}

static void add_actor(struct sim *s, const char *name, struct behaviour *how, uint64_t seed)
{
	struct actor *a = mem_alloc(sizeof(*a));
	struct draw habits;

	a->how = how;
	a->tally.kind = how->kind;
	a->tally.name = mem_strdup(name);
	draw_seed(&a->draw, seed, STREAM_PEOPLE + s->n_actors);
	a->work_factor = exp(log(how->vary_work) * draw_normal(&a->draw));
	a->right = clamp(how->right + how->vary_right * (2 * draw_unit(&a->draw) - 1), 0, 1);
	if (how->kind == KIND_SLOPPY)
		a->work_factor *= sloppy_work;
	draw_seed(&habits, seed, STREAM_HABITS + s->n_actors);
	a->habit = (uint32_t)draw_bits(&habits);
	a->number = (uint32_t)s->n_actors;
	s->actors[s->n_actors++] = a;
	HASH_ADD_KEYPTR(hh, s->by_name, a->tally.name, strlen(a->tally.name), a);
}

struct people_walk {
	struct sim *s;
	uint64_t seed;
};

static int count_worker(void *ctx, const char *name, const json_t *doc)
{
	(void)name;
	(void)doc;
	++*(size_t *)ctx;
	return 0;
}

static int add_worker(void *ctx, const char *name, const json_t *doc)
{
	struct people_walk *walk = ctx;

	(void)doc;
	add_actor(walk->s, name, behaviour_of(walk->s->plan, name, &walk->s->usual), walk->seed);
	return 0;
}

static void add_people(struct sim *s, uint64_t seed)
{
	struct people_walk walk = {s, seed};
	size_t n = 0;

	behaviour_default(&s->usual);
	config_each(s->w->config, CFG_WORKER, count_worker, &n);
	s->actors = mem_alloc((n + 1) * sizeof(struct actor *));
	config_each(s->w->config, CFG_WORKER, add_worker, &walk);
	for (size_t i = 0; i < s->n_actors; i++)
		s->actors[i]->cost_micro = cost_of(config_worker(s->w->config, s->actors[i]->tally.name));
}

/* ---- arrivals ---- */

static json_t *answer_body(json_t *answer)
{
	json_t *body = json_object();

	js_set_new(body, "answer", answer);
	return body;
}

static void add_streams(struct sim *s, uint64_t seed)
{
	s->streams = mem_alloc((s->plan->n_streams + 1) * sizeof(*s->streams));
	for (size_t i = 0; i < s->plan->n_streams; i++) {
		struct stream *st = &s->streams[i];
		st->plan = &s->plan->streams[i];
		for (size_t k = 0; k < st->plan->n_answers; k++)
			st->bodies[k] = answer_body(json_incref(st->plan->answer[k]));
		draw_seed(&st->draw, seed, STREAM_ARRIVALS + i);
		draw_seed(&st->truths, seed, STREAM_TRUTHS + i);
	}
}

static void drop_streams(struct sim *s)
{
	for (size_t i = 0; s->streams && i < s->plan->n_streams; i++) {
		submission_free(s->streams[i].prepared);
		json_decref(s->streams[i].created);
		for (size_t k = 0; k < TRUTHS_MAX; k++)
			json_decref(s->streams[i].bodies[k]);
	}
	free(s->streams);
}

/* ---- the whole ---- */

int sim_set_up(struct sim *s, const struct sim_options *o, struct err *err)
{
	const json_t *own = json_object_get(s->plan->doc, "etc");
	json_t *all = documents(o->etc, own);

	s->w = world_new("simulation");
	s->w->rule = o->rule;
	s->w->forgets = 1;
	s->nothing = json_object();
	s->invalid = answer_body(json_null());
	heap_init(&s->agenda, NULL, NULL);
	s->documents = o->documents;
	add_streams(s, o->seed);
	add_crews(all, s->plan);
	int rc = set_documents(s, all, err);
	json_decref(all);
	if (rc != 0)
		return -1;
	add_people(s, o->seed);
	tally_begin(s);
	return 0;
}

void sim_tear_down(struct sim *s)
{
	HASH_CLEAR(hh, s->by_name);
	for (size_t i = 0; i < s->n_actors; i++) {
		free(s->actors[i]->tally.name);
		free(s->actors[i]->queue);
		free(s->actors[i]);
	}
	for (uint32_t i = 0; i < s->n_tasks; i++) {
		struct sim_task *t = sim_task(s, i);
		if (!t)
			continue;
		own_end(s, t);
		json_decref(t->created);
	}
	free(s->actors);
	free(s->tasks);
	free(s->places);
	free(s->items);
	drop_streams(s);
	heap_release(&s->agenda);
	for (uint32_t i = 0; i < s->n_papers; i++)
		json_decref(s->papers[i].data);
	free(s->papers);
	json_decref(s->nothing);
	json_decref(s->invalid);
	world_free(s->w);
}
