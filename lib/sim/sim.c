#include "sim/sim.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "engine/decide.h"
#include "engine/evolve.h"
#include "json/js.h"
#include "model/fact.h"
#include "model/message.h"
#include "sim/sim_p.h"

enum { TAG = 0x51, PROGRESS_EVERY = 4096 };

/* ---- agenda ---- */

void sim_plan(struct sim *s, int64_t at_ms, struct agenda_item item)
{
	uint32_t i = s->free_item;

	if (i == HEAP_NONE) {
		if (s->n_items == s->cap_items) {
			s->cap_items = s->cap_items ? 2 * s->cap_items : 1024;
			s->items = mem_grow(s->items, s->cap_items, sizeof(*s->items));
		}
		i = s->n_items++;
	} else {
		s->free_item = s->items[i].next_free;
	}
	s->items[i] = item;
	heap_add(&s->agenda, at_ms, i);
}

static struct agenda_item agenda_take(struct sim *s)
{
	uint32_t i = heap_top(&s->agenda)->owner;
	struct agenda_item item = s->items[i];

	heap_remove(&s->agenda, 0);
	s->items[i].next_free = s->free_item;
	s->free_item = i;
	return item;
}

/* ---- tasks ---- */

struct sim_lane *sim_lane(const struct sim *s, uint32_t number)
{
	uint32_t place = s->places[number];

	return place & TASK_CLOSED ? &s->report->lanes[place & ~TASK_CLOSED] : s->tasks[place].lane;
}

struct sim_task *sim_new_task(struct sim *s, const struct id *id, struct stream *st)
{
	uint32_t place = s->free_task;

	if (place == HEAP_NONE) {
		if (s->n_places == s->cap_tasks) {
			s->cap_tasks = s->cap_tasks ? 2 * s->cap_tasks : 1024;
			s->tasks = mem_grow(s->tasks, s->cap_tasks, sizeof(*s->tasks));
		}
		place = s->n_places++;
	} else {
		s->free_task = s->tasks[place].next_free;
	}
	if (s->n_tasks == s->cap_places) {
		s->cap_places = s->cap_places ? 2 * s->cap_places : 1024;
		s->places = mem_grow(s->places, s->cap_places, sizeof(*s->places));
	}
	s->places[s->n_tasks] = place;
	s->tasks[place] = (struct sim_task){.stream = st, .at_ms = s->now_ms, .papers = HEAP_NONE};
	if (id)
		s->tasks[place].id = *id;
	else
		id_from_seq(&s->tasks[place].id, s->now_ms, TAG, s->n_tasks);
	s->n_tasks++;
	return &s->tasks[place];
}

void sim_close(struct sim *s, uint32_t number)
{
	uint32_t place = s->places[number];
	struct sim_task *t = &s->tasks[place];

	own_end(s, t);
	s->places[number] = TASK_CLOSED | (uint32_t)(t->lane - s->report->lanes);
	json_decref(t->created);
	t->created = NULL;
	t->next_free = s->free_task;
	s->free_task = place;
}

/* ---- the engine ---- */

/* A task's number lies in its id, but for those that the engine made. */
int sim_number(const struct sim *s, const struct id *id, uint32_t *number)
{
	const uint8_t *b = id->b + ID_BYTES - 4;

	if (s->own && own_number(s, id, number))
		return 1;
	*number = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
	return *number < s->n_tasks;
}

static uint32_t task_number(const struct sim *s, const struct id *id)
{
	uint32_t n = 0;
	int known = sim_number(s, id, &n);

	assert(known);
	return n;
}

/* What a rehearsal without documents keeps of them: answers that are judged beside others. */
static void keep(struct sim *s, const struct draft *dr, struct event *ev)
{
	struct sim_task *t = sim_task(s, task_number(s, &dr->task));

	if (t->lane->verifies)
		ev->pos = papers_keep(s, t, dr->data ? json_incref(dr->data) : fact_json(&dr->fact));
}

/* A task that no client sent. */
static int is_own(const struct sim *s, const struct draft *dr)
{
	return s->verifies && (json_object_get(dr->data, "gold") || json_object_get(dr->data, "reviews"));
}

static void count_event(struct sim *s, const struct event *ev)
{
	s->report->events++;
	if (ev->has_task)
		tally_event(s, ev, task_number(s, &ev->task));
	else if (ev->type == EV_WORKER_SUSPENDED)
		tally_suspended(s, ev);
}

static int apply(struct sim *s, struct decision *d, struct err *err)
{
	struct event ev = {.at_ms = s->now_ms};

	for (size_t i = 0; i < d->n; i++) {
		struct draft *dr = &d->events[i];
		ev.type = dr->type;
		ev.seq = ++s->seq;
		ev.has_task = dr->has_task;
		ev.task = dr->task;
		ev.state = dr->state;
		ev.actor = dr->actor;
		ev.data = dr->data;
		ev.fact = &dr->fact;
		ev.terms = s->documents ? NULL : dr->terms;
		ev.pos = (struct journal_pos){0, 0, 0};
		if (s->documents || !dr->typed)
			fact_read(&dr->fact, dr->data);
		if (s->verifies && ev.type == EV_SUBMITTED)
			keep(s, dr, &ev);
		if (evolve(s->w, &ev, err) != 0)
			return -1;
		if (ev.type == EV_CREATED && is_own(s, dr))
			own_begin(s, &ev);
		count_event(s, &ev);
	}
	return 0;
}

static int settle(struct sim *s, struct err *err)
{
	struct input in;
	struct decision d;

	while (engine_next(s->w, s->now_ms, &in)) {
		in.brief = !s->documents;
		papers_show(s, &in);
		if (decide(s->w, s->now_ms, &in, &d, err) != 0)
			return -1;
		int rc = apply(s, &d, err);
		if (d.n == 0 && in.kind == IN_ROUTE)
			engine_route_failed(s->w, &in.task, d.class_full);
		decision_release(&d);
		if (rc != 0)
			return -1;
	}
	return 0;
}

/* 0; 1: decide refused; -1: the engine failed. */
static int send(struct sim *s, struct input *in, struct err *err)
{
	struct decision d;

	if (decide(s->w, s->now_ms, in, &d, err) != 0) {
		decision_release(&d);
		return 1;
	}
	int rc = apply(s, &d, err);
	decision_release(&d);
	return rc != 0 ? -1 : settle(s, err);
}

/* 0 taken, 1 refused because things had changed meanwhile, -1. */
int sim_say(struct sim *s, enum message_type type, uint32_t task, const char *from, json_t *body,
            struct err *err)
{
	const struct sim_task *t = sim_task(s, task);
	if (!t)
		return 1;
	struct message m = {.type = type, .id = "msg", .task = t->id, .from = from,
	                    .at_ms = s->now_ms, .body = body ? body : s->nothing};
	struct input in = {.kind = IN_MESSAGE, .msg = &m, .created = t->created,
	                   .brief = !s->documents};
	papers_show(s, &in);
	int rc = send(s, &in, err);

	if (rc <= 0 || (err->code != FAIL_CONFLICT && err->code != FAIL_DENIED &&
	                err->code != FAIL_NOT_FOUND))
		return rc == 0 ? 0 : -1;
	err_clear(err); /* it held nothing before: an error ends the run */
	return 1;
}

/* ---- arrivals ---- */

static void plan_arrival(struct sim *s, uint32_t stream)
{
	struct stream *st = &s->streams[stream];
	const struct arrivals *a = st->plan;
	struct agenda_item item = {.what = DO_ARRIVE, .who = stream};
	int64_t at = s->now_ms;

	if (a->n_at) {
		if (st->moment < a->n_at)
			sim_plan(s, s->plan->start_ms + a->at[st->moment++], item);
		return;
	}
	double rate = a->per_hour * a->busiest;
	while (rate > 0 && at < s->end_ms) { /* thinning: Lewis and Shedler, 1979 */
		double gap = draw_exponential(&st->draw) / rate * 3600000;
		if (gap >= (double)(s->end_ms - at))
			return;
		at += (int64_t)gap + 1;
		double factor = a->profile[at / 3600000 % 24];
		if (draw_unit(&st->draw) * a->busiest < factor && at < s->end_ms) {
			sim_plan(s, at, item);
			return;
		}
	}
}

/* The first task of a stream has a document: it stands for those of all when answers come. */
static int submit(struct sim *s, struct stream *st, const struct id *id, struct err *err)
{
	struct message m = {.type = MSG_SUBMIT, .id = "msg", .task = *id, .from = st->plan->from,
	                    .at_ms = s->now_ms, .body = st->plan->body};
	struct input in = {.kind = IN_MESSAGE, .msg = &m, .brief = st->created && !s->documents};

	if (!s->documents && !st->prepared && !(st->prepared = submission_new(s->w, m.body, err)))
		return -1;
	in.prepared = st->prepared;
	return send(s, &in, err) == 0 ? 0 : -1;
}

/* The documents have changed since it came in: counted, with the reason of the first. */
static int refused(struct sim *s, struct stream *st)
{
	struct err why = ERR_INIT;

	if (!s->plan->lenient || st->prepared)
		return 0;
	struct submission *p = submission_new(s->w, st->plan->body, &why);
	if (p && !s->documents) {
		st->prepared = p;
		return 0;
	}
	submission_free(p);
	if (p)
		return 0;
	if (!s->report->refused++)
		s->report->why_refused = mem_strdup(why.msg);
	return 1;
}

static int arrive(struct sim *s, uint32_t stream, struct err *err)
{
	struct stream *st = &s->streams[stream];

	if (refused(s, st)) {
		plan_arrival(s, stream);
		return 0;
	}

	if (s->n_open >= SIM_OPEN_MAX || s->n_tasks >= SIM_TASKS_MAX)
		return err_set(err, FAIL_INVALID, "/arrivals: too much: more than %d tasks, or %d of them "
		                                  "open at once", SIM_TASKS_MAX, SIM_OPEN_MAX);
	struct id id = sim_new_task(s, NULL, st)->id;

	plan_arrival(s, stream);
	if (submit(s, st, &id, err) == 0)
		return 0;
	return err_wrap(err, "/arrivals/%u", stream);
}

/* ---- the clock ---- */

static int64_t next_moment(const struct sim *s)
{
	const struct heap_item *top = heap_top(&s->agenda);
	int64_t engine = engine_next_ms(s->w);

	return top && top->at_ms < engine ? top->at_ms : engine;
}

static int act(struct sim *s, const struct agenda_item *it, struct err *err)
{
	switch (it->what) {
	case DO_ARRIVE:
		return arrive(s, it->who, err);
	case DO_REACT:
		return people_react(s, it, err);
	case DO_CHECK:
		return people_check(s, it, err);
	default:
		return people_finish(s, it, err);
	}
}

static int step(struct sim *s, struct err *err)
{
	const struct heap_item *top = heap_top(&s->agenda);

	if (top && top->at_ms <= s->now_ms) {
		struct agenda_item it = agenda_take(s);
		return act(s, &it, err) < 0 ? -1 : 0;
	}
	return settle(s, err);
}

static int run(struct sim *s, const struct sim_options *o, struct err *err)
{
	uint64_t steps = 0;

	for (uint32_t i = 0; i < s->plan->n_streams; i++)
		plan_arrival(s, i);
	for (;;) {
		int64_t at = next_moment(s);
		if (at > s->stop_ms || (!s->n_open && at == INT64_MAX))
			return 0;
		if (at > s->now_ms)
			s->now_ms = at;
		if (step(s, err) != 0)
			return -1;
		if (o->progress && ++steps % PROGRESS_EVERY == 0)
			o->progress(o->arg, (double)(s->now_ms - s->plan->start_ms) /
			                        (double)(s->stop_ms - s->plan->start_ms + 1));
	}
}

int sim_run(const struct scenario *plan, const struct sim_options *o, struct sim_report *out,
            struct err *err)
{
	struct sim s = {.plan = plan, .report = out, .free_item = HEAP_NONE, .free_task = HEAP_NONE,
	                .free_paper = HEAP_NONE};

	*out = (struct sim_report){.seed = o->seed, .from_ms = plan->start_ms};
	s.now_ms = plan->start_ms;
	s.end_ms = plan->start_ms + plan->length_ms;
	s.stop_ms = s.end_ms + plan->drain_ms;
	int rc = sim_set_up(&s, o, err);
	if (rc == 0)
		rc = run(&s, o, err);
	out->until_ms = s.stop_ms;
	if (rc == 0)
		tally_finish(&s);
	sim_tear_down(&s);
	if (rc != 0)
		sim_report_release(out);
	return rc;
}
