/* Counting: what the events of a simulation add up to. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/js.h"
#include "model/created.h"
#include "model/fact.h"
#include "sim/sim_p.h"

struct sim_lane *tally_lane(struct sim *s, const char *name)
{
	struct sim_report *r = s->report;

	for (size_t i = 0; i < r->n_lanes; i++)
		if (strcmp(r->lanes[i].name, name) == 0)
			return &r->lanes[i];
	return NULL;
}

/* Every lane has its row before the first task comes: rows must not move. */
static struct sim_lane *add_row(struct sim_report *r, const char *name)
{
	r->lanes = mem_grow(r->lanes, r->n_lanes + 1, sizeof(*r->lanes));
	r->lanes[r->n_lanes] = (struct sim_lane){.name = mem_strdup(name)};
	return &r->lanes[r->n_lanes++];
}

static int add_lane(void *ctx, const char *name, const json_t *doc)
{
	const struct sim *s = ctx;
	const struct verify *v = &config_lane(s->w->config, name)->verify;
	struct sim_lane *l = add_row(s->report, name);

	(void)doc;
	l->verifies = v->asked;
	l->confidence_milli = v->confidence_milli;
	s->report->verifies |= v->asked;
	return 0;
}

/* What is triggered by a chain without a lane counts under the chain's name. */
static int add_chain(void *ctx, const char *name, const json_t *doc)
{
	struct sim *s = ctx;

	(void)doc;
	if (!tally_lane(s, name))
		add_row(s->report, name)->chain = 1;
	return 0;
}

/* Chains that nothing came to are not told of. */
static void drop_idle_chains(struct sim_report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->n_lanes; i++) {
		struct sim_lane *l = &r->lanes[i];
		if (!l->chain || l->submitted)
			r->lanes[n++] = *l;
		else
			free(l->name);
	}
	r->n_lanes = n;
}

void tally_begin(struct sim *s)
{
	s->report->all.name = mem_strdup("all");
	config_each(s->w->config, CFG_LANE, add_lane, s);
	config_each(s->w->config, CFG_CHAIN, add_chain, s);
	s->verifies = s->report->verifies;
}

static struct sim_slice *slice_now(struct sim *s)
{
	int64_t whole = s->stop_ms - s->plan->start_ms + 1;
	int64_t at = s->now_ms - s->plan->start_ms;

	return &s->report->slices[at * SIM_SLICES / whole];
}

static void draw_truth(struct stream *st, struct sim_task *t)
{
	const struct arrivals *a = st->plan;
	double sum = 0;

	for (size_t i = 0; i < a->n_answers; i++)
		sum += a->weight[i];
	sum *= draw_unit(&st->truths);
	while (t->truth + 1 < a->n_answers && sum >= a->weight[t->truth])
		sum -= a->weight[t->truth++];
}

static void created(struct sim *s, const struct event *ev, struct sim_task *t)
{
	s->n_open++;
	if (t->role != ROLE_ASKED)
		return;
	if (t->stream->plan->drawn)
		draw_truth(t->stream, t);
	if (!t->stream->created)
		t->stream->created = json_incref(ev->data);
	t->created = json_incref(s->documents ? ev->data : t->stream->created);
	if (!t->stream->lane)
		t->stream->lane = tally_lane(s, js_str_or(t->created, "/spec/lane", ""));
	t->lane = t->stream->lane;
	t->due_ms = fact_at(ev->fact, FACT_DUE, INT64_MAX);
	if (ev->terms)
		t->due_ms = ev->terms->due_ms;
	t->lane->submitted++;
	slice_now(s)->arrived++;
}

static void keep_time(struct sim_lane *l, int64_t ms)
{
	if (l->n_took == l->cap_took) {
		l->cap_took = l->cap_took ? 2 * l->cap_took : 256;
		l->took_ms = mem_grow(l->took_ms, l->cap_took, sizeof(*l->took_ms));
	}
	l->took_ms[l->n_took++] = ms;
}

static void completed(struct sim *s, struct sim_task *t)
{
	struct sim_lane *l = t->lane;
	int64_t took = s->now_ms - t->at_ms;

	l->completed++;
	l->in_time += s->now_ms <= t->due_ms;
	l->right += t->right;
	l->answers += t->n_answers;
	keep_time(l, took);
	if (t->bound_ms) {
		l->predicted++;
		l->within += s->now_ms <= t->bound_ms;
	}
	slice_now(s)->completed++;
}

static void count_end(struct sim *s, enum event_type type, struct sim_task *t)
{
	slice_now(s)->left++;
	switch (type) {
	case EV_COMPLETED:
		completed(s, t);
		break;
	case EV_FAILED:
		t->lane->failed++;
		break;
	case EV_CANCELLED:
		t->lane->cancelled++;
		break;
	default:
		t->lane->expired++;
	}
}

static void ended(struct sim *s, enum event_type type, uint32_t number)
{
	struct sim_task *t = sim_task(s, number);

	if (t->role == ROLE_ASKED)
		count_end(s, type, t);
	s->n_open--;
	while (t->n_holders)
		people_drop(s, t->holders[t->n_holders - 1], number);
	sim_close(s, number);
}

/* The first prediction counts: later ones know more. */
static void predicted(struct sim_task *t, const struct fact *fact)
{
	if (!t->bound_ms)
		t->bound_ms = fact_at(fact, FACT_P90, 0);
}

/* Out of hand, until something is to be done at it again. */
static void held(struct sim *s, const struct event *ev, uint32_t who, uint32_t number)
{
	const char *awaits = ev->fact->awaits ? ev->fact->awaits : "";

	people_drop(s, who, number);
	if (strcmp(awaits, awaits_names[AWAITS_PROGRAMS]) == 0)
		sim_plan(s, s->now_ms, (struct agenda_item){.what = DO_CHECK, .who = who, .task = number,
		                                            .turn = (uint32_t)ev->fact->attempt});
}

/* What is told of who had the task. */
static void of_worker(struct sim *s, const struct event *ev, struct sim_task *t, uint32_t number)
{
	uint32_t who = 0;
	struct actor *a = ev->fact->worker ? sim_actor(s, ev->fact->worker, &who) : NULL;

	if (!a)
		return;
	switch (ev->type) {
	case EV_OFFERED:
		people_offered(s, a, who, number);
		break;
	case EV_ACCEPTED:
		a->tally.accepted++;
		people_took(s, who, number);
		break;
	case EV_OFFER_EXPIRED:
		a->tally.missed++;
		break;
	case EV_HELD:
		held(s, ev, who, number);
		break;
	case EV_REJECTED:
		if (t->lane->verifies) /* one that was held is to be done again */
			people_took(s, who, number);
		break;
	default: /* released, reassigned */
		people_drop(s, who, number);
	}
}

void tally_event(struct sim *s, const struct event *ev, uint32_t number)
{
	struct sim_task *t = sim_task(s, number);

	switch (ev->type) {
	case EV_CREATED:
		created(s, ev, t);
		break;
	case EV_MATCHED:
		predicted(t, ev->fact);
		break;
	case EV_REJECTED:
		t->lane->rejected += t->role == ROLE_ASKED;
		of_worker(s, ev, t, number);
		break;
	case EV_OFFERED:
	case EV_ACCEPTED:
	case EV_OFFER_EXPIRED:
	case EV_RELEASED:
	case EV_REASSIGNED:
	case EV_HELD:
		of_worker(s, ev, t, number);
		break;
	case EV_SUBMITTED:
		tally_answer(s, ev, t);
		break;
	case EV_VERIFIED:
		tally_verified(t, ev);
		break;
	case EV_SLA_BREACHED:
		t->lane->breached += t->role == ROLE_ASKED;
		slice_now(s)->breached += t->role == ROLE_ASKED;
		break;
	case EV_COMPLETED:
	case EV_FAILED:
	case EV_CANCELLED:
	case EV_EXPIRED:
		ended(s, ev->type, number);
		break;
	default:
		break;
	}
}

/* ---- the end ---- */

/* By digits of eight bits; times are never negative. */
void tally_sort(int64_t *v, size_t n)
{
	enum { DIGIT = 8, VALUES = 1 << DIGIT };
	int64_t *from = v, *to = mem_alloc((n + 1) * sizeof(*to));
	size_t at[VALUES];
	uint64_t all = 0;

	for (size_t i = 0; i < n; i++)
		all |= (uint64_t)v[i];
	for (int shift = 0; shift < 64 && all >> shift; shift += DIGIT) {
		size_t sum = 0;
		memset(at, 0, sizeof(at));
		for (size_t i = 0; i < n; i++)
			at[(uint64_t)from[i] >> shift & (VALUES - 1)]++;
		for (size_t d = 0; d < VALUES; d++) {
			size_t here = at[d];
			at[d] = sum;
			sum += here;
		}
		for (size_t i = 0; i < n; i++)
			to[at[(uint64_t)from[i] >> shift & (VALUES - 1)]++] = from[i];
		int64_t *swap = from;
		from = to;
		to = swap;
	}
	if (from != v)
		memcpy(v, from, n * sizeof(*v));
	free(from == v ? to : from);
}

static void sum_lanes(struct sim_report *r)
{
	struct sim_lane *all = &r->all;

	for (size_t i = 0; i < r->n_lanes; i++) {
		struct sim_lane *l = &r->lanes[i];
		l->open = l->submitted - l->completed - l->failed - l->expired - l->cancelled;
		all->submitted += l->submitted;
		all->completed += l->completed;
		all->failed += l->failed;
		all->expired += l->expired;
		all->cancelled += l->cancelled;
		all->open += l->open;
		all->in_time += l->in_time;
		all->breached += l->breached;
		all->right += l->right;
		all->predicted += l->predicted;
		all->within += l->within;
		all->cost_micro += l->cost_micro;
		all->answers += l->answers;
		all->rejected += l->rejected;
		all->reviews += l->reviews;
		all->golds += l->golds;
		for (size_t k = 0; k < l->n_took; k++)
			keep_time(all, l->took_ms[k]);
		tally_sort(l->took_ms, l->n_took);
	}
	tally_sort(all->took_ms, all->n_took);
}

static void list_people(struct sim *s)
{
	struct sim_report *r = s->report;

	r->people = mem_alloc((s->n_actors + 1) * sizeof(*r->people));
	for (size_t i = 0; i < s->n_actors; i++) {
		struct actor *a = s->actors[i];
		if (a->working && s->stop_ms > a->since_ms)
			a->tally.busy_ms += present_between(s, a->how, a->since_ms, s->stop_ms);
		a->tally.present_ms = present_between(s, a->how, s->plan->start_ms, s->stop_ms);
		r->people[r->n_people] = a->tally;
		r->people[r->n_people++].name = mem_strdup(a->tally.name);
	}
}

void tally_finish(struct sim *s)
{
	struct sim_report *r = s->report;
	uint64_t open = 0;

	for (size_t i = 0; i < SIM_SLICES; i++) {
		struct sim_slice *sl = &r->slices[i];
		open += sl->arrived - sl->left;
		sl->open = open;
	}
	drop_idle_chains(r);
	sum_lanes(r);
	tally_kinds(s);
	list_people(s);
}

void sim_report_release(struct sim_report *r)
{
	for (size_t i = 0; i < r->n_lanes; i++) {
		free(r->lanes[i].name);
		free(r->lanes[i].took_ms);
	}
	for (size_t i = 0; i < r->n_people; i++)
		free(r->people[i].name);
	for (int k = 0; k < KIND_COUNT; k++)
		free(r->kinds[k].after);
	free(r->why_refused);
	free(r->all.name);
	free(r->all.took_ms);
	free(r->lanes);
	free(r->people);
	memset(r, 0, sizeof(*r));
}

static int64_t quantile(const int64_t *v, size_t n, double q)
{
	return n ? v[(size_t)(q * (double)(n - 1) + 0.5)] : 0;
}

int64_t sim_quantile(const struct sim_lane *l, double q)
{
	return quantile(l->took_ms, l->n_took, q);
}

int64_t sim_found_after(const struct sim_kind *k, double q)
{
	return quantile(k->after, k->n, q);
}
