#include "engine/reputation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "engine/verify/beta.h"
#include "engine/decide_p.h"
#include "engine/world.h"
#include "json/js.h"

/* Of the unknown: as if six of seven answers had been right. */
static const double prior_right = 6, prior_wrong = 1;
static const double worse[DOUBTS] = {0.35, 0.55, 0.75, 0.9}; /* shares of the floor */
static const double doubt_max = 1e12, doubt_share = 0.1;

/* ---- what is known ---- */

struct book *reputation_book_make(struct lane_stats *l)
{
	if (!l->book)
		l->book = mem_alloc(sizeof(*l->book));
	return l->book;
}

struct book *reputation_book(const struct world *w, const char *lane)
{
	const struct lane_stats *l = world_lane((struct world *)w, lane, 0);

	return l ? l->book : NULL;
}

struct skill *reputation_skill(const struct world *w, const struct lane_stats *l, const struct crew *c)
{
	const struct pair *p = stats_pair_find(w, l, c);

	return p ? p->skill : NULL;
}

struct skill *reputation_skill_make(struct world *w, struct lane_stats *l, struct crew *c)
{
	struct pair *p = stats_pair_make(w, l->id, c->id);

	if (!p->skill) {
		p->skill = mem_alloc(sizeof(*p->skill));
		anomaly_worker_init(&p->skill->anomaly, c->name);
	}
	return p->skill;
}

static const struct skill *find(const struct world *w, const char *lane, const char *worker)
{
	const struct lane_stats *l = world_lane((struct world *)w, lane, 0);
	const struct crew *c = world_find_crew(w, worker);

	return l && c ? reputation_skill(w, l, c) : NULL;
}

int reputation_suspended(const struct world *w, const char *lane, const struct crew *c)
{
	const struct skill *s = find(w, lane, c->name);

	return s && s->suspended_ms;
}

/* Where fields are modelled they know all that .doubt knows, and what the others say. */
static double suspicion(const struct book *b, const struct skill *s)
{
	double doubt = 0, fields = 0;

	for (int i = 0; i < DOUBTS; i++)
		doubt += s->doubt.e[i] / DOUBTS;
	if (!b || !s->n_voters)
		return doubt;
	for (uint32_t k = 0; k < s->n_voters; k++)
		fields += voter_evidence(&b->ballots[k], &s->voters[k]) / s->n_voters;
	return doubt_share * doubt + (1 - doubt_share) * fields;
}

int reputation_doubted(const struct world *w, const char *lane, const char *worker)
{
	const struct skill *s = find(w, lane, worker);

	return s && suspicion(reputation_book(w, lane), s) >= 1;
}

/* The prior and what was seen, as the two parameters of a Beta distribution. */
static void beta_of(const struct skill *s, double *a, double *b)
{
	*a = s->gold.right + s->peers.right + s->qa.right + prior_right;
	*b = s->gold.wrong + s->peers.wrong + s->qa.wrong + prior_wrong;
}

static const struct skill nothing;

void reputation_of_fast(const struct skill *s, struct standing *out)
{
	double a, b;

	if (!s)
		s = &nothing;
	beta_of(s, &a, &b);
	*out = (struct standing){.known = (int)lround(a + b - prior_right - prior_wrong),
	                         .mean_micro = (int)lround(a / (a + b) * 1e6),
	                         .suspended_ms = s->suspended_ms,
	                         .gold = s->gold, .peers = s->peers, .qa = s->qa,
	                         .answers = s->answers, .golds = s->golds};
}

void reputation_mean(const struct world *w, const char *lane, const char *worker, struct standing *out)
{
	reputation_of_fast(find(w, lane, worker), out);
}

void reputation_low(const struct skill *s, struct standing *out)
{
	double a, b;

	reputation_of_fast(s, out);
	beta_of(s ? s : &nothing, &a, &b);
	out->low_micro = (int)lround(beta_quantile(a, b, 0.05) * 1e6);
}

void reputation_of(const struct world *w, const char *lane, const char *worker, struct standing *out)
{
	const struct skill *s = find(w, lane, worker);
	double a, b;

	if (!s)
		s = &nothing;
	reputation_low(s, out);
	beta_of(s, &a, &b);
	double way = log(suspicion(reputation_book(w, lane), s) + 1e-300) / log(1 / VOTER_ALPHA);
	out->high_micro = (int)lround(beta_quantile(a, b, 0.95) * 1e6);
	out->suspicion_micro = way <= 0 ? 0 : way >= 1 ? 1000000 : (int)(way * 1e6);
}

static uint64_t pointer_hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return h;
}

static struct assign *by_attempt(const struct task *t, int64_t attempt)
{
	for (int i = 0; attempt && i < t->n_assigns; i++)
		if (t->assigns[i].attempt == attempt)
			return &t->assigns[i];
	return NULL;
}

/* ---- learning ---- */

static void doubt_add(struct doubt *d, double floor, double right)
{
	double begun = 1.0 / ((double)(d->n + 1) * (d->n + 2));

	d->n++;
	for (int i = 0; i < DOUBTS; i++) {
		double q = worse[i] * floor;
		double ratio = right * q / floor + (1 - right) * (1 - q) / (1 - floor);
		d->e[i] = (d->e[i] + begun) * ratio;
		if (d->e[i] > doubt_max)
			d->e[i] = doubt_max;
	}
}

double reputation_floor(const struct world *w, const char *lane)
{
	const struct lane *l = config_lane(w->config, lane);
	double f = (l ? l->verify.gold.floor_milli : 600) / 1000.0;

	return f < 0.05 ? 0.05 : f > 0.99 ? 0.99 : f;
}

static void fade(const struct world *w, const char *lane, struct skill *s, int64_t at_ms)
{
	const struct lane *l = config_lane(w->config, lane);
	double half = l ? (double)l->half_life_ms : 30.0 * 24 * HOUR_MS, f = 1;
	struct counts *const all[] = {&s->gold, &s->peers, &s->qa};

	if (s->at_ms && at_ms > s->at_ms)
		f = exp2(-(double)(at_ms - s->at_ms) / half);
	if (at_ms > s->at_ms)
		s->at_ms = at_ms;
	for (size_t i = 0; i < NITEMS(all); i++) {
		all[i]->right *= f;
		all[i]->wrong *= f;
	}
	for (uint32_t i = 0; i < s->n_voters; i++)
		crowd_fade(&s->voters[i], f);
}

static void count(struct counts *c, double right)
{
	c->right += right;
	c->wrong += 1 - right;
}

/* Whoever passes the bound is to be suspended: by a decision of its own. */
static void look(struct world *w, struct lane_stats *l, struct crew *c, const struct skill *s,
                 int habit)
{
	if (s->suspended_ms || (!habit && suspicion(l->book, s) < 1 / VOTER_ALPHA))
		return;
	for (size_t i = 0; i < w->n_suspects; i++)
		if (w->suspects[i].lane == l->id && w->suspects[i].crew == c->id)
			return;
	w->suspects = mem_grow(w->suspects, w->n_suspects + 1, sizeof(*w->suspects));
	w->suspects[w->n_suspects++] = (struct suspect){l->id, c->id, habit};
}

static void saw(struct world *w, struct lane_stats *l, struct crew *c, struct counts *of,
                struct skill *s, double right, int64_t at_ms)
{
	fade(w, l->name, s, at_ms);
	count(of, right);
	doubt_add(&s->doubt, reputation_floor(w, l->name), right);
	look(w, l, c, s, 0);
}

static void saw_traces(struct world *w, struct lane_stats *l, struct skill *s,
                       const struct event *ev)
{
	struct anomaly_limits lim = anomaly_defaults;
	const struct lane *lane = config_lane(w->config, l->name);
	struct traces t;

	if (anomaly_traces_read(json_object_get(ev->data, "traces"), &t, NULL) != 0)
		return;
	if (lane)
		lim.half_life_ms = lane->half_life_ms;
	anomaly_learn(&reputation_book_make(l)->anomaly, &s->anomaly, &t, &lim);
}

/* ---- categories ---- */

int book_field(const struct book *b, const char *pointer)
{
	uint64_t h = pointer_hash(pointer);

	for (uint32_t i = 0; i < b->n_fields; i++)
		if (b->field[i] == h)
			return (int)i;
	return -1;
}

/* -1: no room for one more. */
static int book_field_make(struct book *b, const char *pointer, int k, double floor)
{
	int at = book_field(b, pointer);

	if (at < 0 && b->n_fields == BALLOTS_MAX)
		return -1;
	if (at < 0) {
		at = (int)b->n_fields++;
		b->field[at] = pointer_hash(pointer);
		crowd_init(&b->ballots[at], (uint32_t)k, floor);
	}
	if (b->ballots[at].k < (uint32_t)k)
		crowd_grow(&b->ballots[at], (uint32_t)k);
	return at;
}

static struct voter *voter_of(struct skill *s, int at)
{
	if ((uint32_t)at >= s->n_voters) {
		s->voters = mem_grow(s->voters, (size_t)at + 1, sizeof(*s->voters));
		while (s->n_voters <= (uint32_t)at)
			voter_init(&s->voters[s->n_voters++]);
	}
	return &s->voters[at];
}

/* One field of the task's answers, of which the last may be new; ${truth} below 0: not known. */
static void learn_field(struct world *w, struct lane_stats *l, const struct task *t,
                        const json_t *learn, size_t field, int at, int truth)
{
	const json_t *votes = json_object_get(learn, "votes");
	int fresh = json_is_true(json_object_get(learn, "fresh")), gold = t->gold;
	struct crowd *c = &l->book->ballots[at];
	struct ballot ballots[OVERLAP_MAX + 1];
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(votes) && n <= OVERLAP_MAX; i++) {
		const json_t *vote = json_array_get(votes, i);
		struct assign *a = by_attempt(t, js_int_or(vote, "/attempt", 0));
		const json_t *cell = json_array_get(json_object_get(vote, "cells"), field);
		if (!a || !json_is_integer(cell) || json_integer_value(cell) < 0 ||
		    json_integer_value(cell) >= c->k)
			continue;
		ballots[n].voter = voter_of(reputation_skill_make(w, l, a->worker), at);
		ballots[n++].answer = (uint32_t)json_integer_value(cell);
	}
	if (fresh && n)
		crowd_answer(c, ballots, n, 1);
	if (truth >= 0 && (uint32_t)truth < c->k)
		crowd_anchor(c, ballots, n, (uint32_t)truth, !gold, 1);
}

static void learn_fields_of(struct world *w, struct lane_stats *l, const struct task *t,
                            const json_t *learn)
{
	const json_t *fields = json_object_get(learn, "fields");
	const json_t *truth = json_object_get(learn, "truth");
	double floor = reputation_floor(w, l->name);

	for (size_t i = 0; i < json_array_size(fields) && i < BALLOTS_MAX; i++) {
		const json_t *f = json_array_get(fields, i), *known = json_array_get(truth, i);
		int k = (int)js_int_or(f, "/k", 2);
		int at = k < 2 || k > 1000 ? -1
		                           : book_field_make(reputation_book_make(l), js_str_or(f, "/at", ""), k, floor);
		if (at >= 0)
			learn_field(w, l, t, learn, i, at, known ? (int)json_integer_value(known) : -1);
	}
}

/* One more answer, to a task that goes on. */
void reputation_held(struct world *w, struct task *t, const struct event *ev)
{
	const json_t *learn = ev->data ? json_object_get(ev->data, "learn") : NULL;

	if (learn)
		learn_fields_of(w, world_lane(w, t->match->lane, 1), t, learn);
}

/* What the others make of each answer. */
void reputation_verified(struct world *w, struct task *t, const struct event *ev)
{
	const json_t *learn = ev->data ? json_object_get(ev->data, "learn") : NULL;
	const json_t *votes = json_object_get(learn, "votes");
	struct lane_stats *l = learn ? world_lane(w, t->match->lane, 1) : NULL;

	if (!learn)
		return;
	learn_fields_of(w, l, t, learn);
	for (size_t i = 0; i < json_array_size(votes); i++) {
		const json_t *vote = json_array_get(votes, i), *right = json_object_get(vote, "rightMicro");
		struct assign *a = by_attempt(t, js_int_or(vote, "/attempt", 0));
		if (!a)
			continue;
		struct skill *s = reputation_skill_make(w, l, a->worker);
		s->answers++;
		fade(w, l->name, s, ev->at_ms);
		if (right)
			count(&s->peers, (double)json_integer_value(right) / 1e6);
		if (right)
			anomaly_agreed(&reputation_book_make(l)->anomaly, &s->anomaly,
			               json_integer_value(right) >= 500000, -1);
		look(w, l, a->worker, s, 0);
	}
}

void reputation_check(struct world *w, struct task *t, const struct event *ev)
{
	struct assign *a = by_attempt(t, ev->fact->attempt);
	const json_t *right = json_object_get(ev->data, "right");
	int stage = stage_by_name(js_str_or(ev->data, "/stage", ""));
	const char *verdict = js_str_or(ev->data, "/verdict", NULL);

	if (!a || (!right && !verdict && !json_object_get(ev->data, "traces")))
		return;
	struct lane_stats *l = world_lane(w, t->match->lane, 1);
	struct skill *s = reputation_skill_make(w, l, a->worker);
	if (stage == STAGE_ANOMALY) {
		saw_traces(w, l, s, ev);
		if (json_is_true(json_object_get(ev->data, "habit")))
			look(w, l, a->worker, s, 1);
	}
	if (stage == STAGE_GOLD && right) {
		learn_fields_of(w, l, t, json_object_get(ev->data, "learn"));
		saw(w, l, a->worker, &s->gold, s, json_is_true(right), ev->at_ms);
	}
	if (stage == STAGE_QA && verdict) /* that nobody could review it is no verdict */
		saw(w, l, a->worker, &s->qa, s,
		    ev->type == EV_CHECK_PASSED && strcmp(verdict, "confirmed") == 0, ev->at_ms);
}

void gold_given(struct world *w, const struct task *t, const char *worker)
{
	reputation_skill_make(w, world_lane(w, t->match->lane, 1), world_crew(w, worker))->golds++;
}

/* ---- suspension ---- */

int reputation_next(struct world *w, struct input *in)
{
	if (!w->n_suspects)
		return 0;
	*in = (struct input){.kind = IN_SUSPECT};
	return 1;
}

/* A reviewer's word once more, the other way. */
void reputation_corrected(struct world *w, const struct event *ev)
{
	struct lane_stats *l = world_lane(w, js_str_or(ev->data, "/lane", ""), 1);
	struct crew *c = world_crew(w, js_str_or(ev->data, "/worker", ""));
	struct skill *s = reputation_skill_make(w, l, c);

	saw(w, l, c, &s->qa, s, json_is_true(json_object_get(ev->data, "right")), ev->at_ms);
}

/* What the suspended have in hand, or have answered and is not settled, is looked at again. */
static void recheck_tasks(struct world *w, const struct lane_stats *l, const struct crew *c)
{
	for (uint32_t i = 0; i < w->n_tasks; i++) {
		struct task *t = world_at(w, i);
		const struct assign *a =
			t && strcmp(t->match->lane, l->name) == 0 ? task_assign_of(t, c->name) : NULL;
		if (!a || a->state == AS_ENDED)
			continue;
		t->recheck = 1;
		world_set_timer(w, t);
	}
}

void reputation_worker_event(struct world *w, const struct event *ev)
{
	struct lane_stats *l = world_lane(w, js_str_or(ev->data, "/lane", ""), 1);
	struct crew *c = world_crew(w, js_str_or(ev->data, "/worker", ""));
	struct skill *s = reputation_skill_make(w, l, c);

	memset(&s->doubt, 0, sizeof(s->doubt));
	anomaly_worker_init(&s->anomaly, c->name);
	for (uint32_t i = 0; i < s->n_voters; i++)
		voter_init(&s->voters[i]);
	reputation_book_make(l)->suspended += (ev->type == EV_WORKER_SUSPENDED) - (s->suspended_ms != 0);
	s->suspended_ms = ev->type == EV_WORKER_SUSPENDED ? ev->at_ms : 0;
	for (size_t i = 0; i < w->n_suspects; i++)
		if (w->suspects[i].lane == l->id && w->suspects[i].crew == c->id)
			w->suspects[i--] = w->suspects[--w->n_suspects];
	w->config_gen++; /* rosters are made anew */
	world_wake_all(w, NULL);
	if (s->suspended_ms)
		recheck_tasks(w, l, c);
}

void reputation_release(struct world *w)
{
	free(w->suspects);
	for (size_t i = 0; i < w->pairs.cap; i++) {
		struct skill *s = w->pairs.v[i].lane ? w->pairs.v[i].skill : NULL;
		if (s)
			free(s->voters);
		free(s);
	}
	for (struct lane_stats *l = w->lanes; l; l = l->hh.next)
		free(l->book);
}
