/*
 * Stage 5: what the answers of a task say together, field by field (engine/verify/combine.h); whether
 * that is sure enough is for the categories (engine/verify/crowd.h), and where there are none for the
 * share of the answers that agree.
 */
#include <math.h>
#include <string.h>

#include "engine/decide_p.h"
#include "engine/reputation.h"
#include "engine/stages.h"
#include "engine/verify/combine.h"
#include "engine/world.h"
#include "json/js.h"

struct agreeing_on {
	const struct answered *v;
	const struct opinion *all;
	size_t n;
	const struct verify *how;
	const struct book *book;          /* or NULL */
	const struct skill *skill[OVERLAP_MAX + 1]; /* of each opinion, or NULL */
	struct plan plan;
	struct combining in;
	double posterior;                 /* of the least sure category field; -1: there is none */
	int tie;
	json_t *fields;                   /* for people: what of each category field */
};

static const json_t *schema_of(const json_t *created)
{
	const json_t *s = json_object_get(created, "answerSchema");

	return s ? s : js_at(created, "/spec/schema");
}

static const struct skill *skill_of(const struct answered *v, const char *worker)
{
	const struct lane_stats *l = world_lane(v->w, v->t->match->lane, 0);
	const struct crew *c = world_find_crew(v->w, worker);

	return l && c ? reputation_skill(v->w, l, c) : NULL;
}

/* ---- one category field ---- */

struct opinions {
	struct crowd crowd;  /* of the lane's field, or a fresh one */
	struct vote votes[OVERLAP_MAX + 1];
};

static void opinions_on(const struct agreeing_on *k, const struct cell_field *f, struct opinions *out)
{
	int at = k->book ? book_field(k->book, f->pointer) : -1;

	if (at >= 0)
		out->crowd = k->book->ballots[at];
	else
		crowd_init(&out->crowd, (uint32_t)f->k, reputation_floor(k->v->w, k->v->t->match->lane));
	if (out->crowd.k < (uint32_t)f->k)
		crowd_grow(&out->crowd, (uint32_t)f->k);
	for (size_t i = 0; i < k->n; i++) {
		const struct skill *s = at >= 0 ? k->skill[i] : NULL;
		out->votes[i].voter = s && (uint32_t)at < s->n_voters ? &s->voters[at] : NULL;
		out->votes[i].answer = (uint32_t)plan_category(f, k->all[i].answer);
	}
}

/* The share of votes, each as much as ${weight} says; of equals the lowest category. */
static double by_votes(const struct agreeing_on *k, const struct opinions *o, double (*weight)(const struct opinions *, size_t),
                       struct crowd_verdict *out)
{
	double of[PLAN_CATEGORIES + 1] = {0}, all = 0;

	*out = (struct crowd_verdict){.category = 0};
	for (size_t i = 0; i < k->n; i++) {
		double w = weight(o, i);
		of[o->votes[i].answer] += w;
		all += w;
	}
	for (uint32_t c = 1; c < o->crowd.k; c++)
		if (of[c] > of[out->category])
			out->category = c;
	for (uint32_t c = 0; c < o->crowd.k; c++)
		out->tie |= c != out->category && of[c] > 0 && fabs(of[c] - of[out->category]) < 1e-9;
	out->posterior = of[out->category] / all;
	return out->posterior;
}

static double once(const struct opinions *o, size_t i)
{
	(void)o;
	(void)i;
	return 1;
}

/* The logarithm of the odds to be right, which is what a vote is worth where errors are independent. */
static double by_accuracy(const struct opinions *o, size_t i)
{
	double mean, lo, hi;

	voter_accuracy(&o->crowd, o->votes[i].voter, &mean, &lo, &hi);
	double odds = log(mean / (1 - mean) * (o->crowd.k - 1));
	return odds > 0.01 ? odds : 0.01;
}

static void judge_field(struct agreeing_on *k, size_t i)
{
	const struct cell_field *f = &k->plan.f[i];
	const struct crowd_rule rule = {.confidence = k->how->confidence_milli / 1000.0,
	                                .min = (uint32_t)k->v->t->overlap,
	                                .max = (uint32_t)k->how->max_overlap};
	struct opinions o;
	struct crowd_verdict best;

	opinions_on(k, f, &o);
	if (k->how->consensus == CONSENSUS_CROWD)
		crowd_enough(&o.crowd, &rule, o.votes, k->n, &best);
	else
		by_votes(k, &o, k->how->consensus == CONSENSUS_WEIGHTED ? by_accuracy : once, &best);
	k->in.chosen[i] = (int)best.category;
	k->tie |= best.tie;
	if (k->posterior < 0 || best.posterior < k->posterior)
		k->posterior = best.posterior;
	json_t *told = json_object();
	js_set_int(told, "category", best.category);
	js_set_int(told, "posteriorMicro", (json_int_t)lround(best.posterior * 1e6));
	js_set_new(k->fields, f->pointer[0] ? f->pointer : "/", told);
}

/* ---- what evolve learns ---- */

/* How probably each answer is right, by the others alone; -1: nobody else answered. */
static double right_by_others(const struct agreeing_on *k, size_t who)
{
	double least = -1;

	for (size_t i = 0; k->n > 1 && i < k->plan.n; i++) {
		const struct cell_field *f = &k->plan.f[i];
		struct opinions o;
		double p[PLAN_CATEGORIES + 1];
		if (f->kind != CELL_CATEGORY)
			continue;
		opinions_on(k, f, &o);
		struct vote own = o.votes[who];
		o.votes[who] = o.votes[k->n - 1];
		crowd_posterior(&o.crowd, o.votes, k->n - 1, p);
		if (least < 0 || p[own.answer] < least)
			least = p[own.answer];
	}
	return least;
}

static json_t *cells_of(const struct plan *plan, const json_t *answer)
{
	json_t *cells = json_array();

	for (size_t i = 0; i < plan->n && json_array_size(cells) < BALLOTS_MAX; i++)
		if (plan->f[i].kind == CELL_CATEGORY)
			json_array_append_new(cells, json_integer(plan_category(&plan->f[i], answer)));
	return cells;
}

/* Of what is known to be right: a field that it leaves open is -1. */
static json_t *truth_of(const struct plan *plan, const json_t *truth)
{
	json_t *cells = json_array();

	for (size_t i = 0; i < plan->n && json_array_size(cells) < BALLOTS_MAX; i++) {
		int c = plan_category(&plan->f[i], truth);
		if (plan->f[i].kind == CELL_CATEGORY)
			json_array_append_new(cells, json_integer(c < plan->f[i].k - 1 ? c : -1));
	}
	return cells;
}

static json_t *vote_json(const struct agreeing_on *k, size_t who, const struct combined *c)
{
	json_t *vote = json_object();
	double right = right_by_others(k, who);

	js_set_int(vote, "attempt", k->all[who].attempt);
	js_set_new(vote, "cells", cells_of(&k->plan, k->all[who].answer));
	if (right < 0 && k->n > 1)
		right = c->agrees[who] ? 0.9 : 0.1; /* no categories: all that can be said */
	if (right >= 0)
		js_set_int(vote, "rightMicro", (json_int_t)lround(right * 1e6));
	return vote;
}

static json_t *learn_fields(const struct plan *plan)
{
	json_t *fields = json_array();

	for (size_t i = 0; i < plan->n && json_array_size(fields) < BALLOTS_MAX; i++) {
		if (plan->f[i].kind != CELL_CATEGORY)
			continue;
		json_t *one = json_object();
		js_set_str(one, "at", plan->f[i].pointer);
		js_set_int(one, "k", plan->f[i].k);
		json_array_append_new(fields, one);
	}
	return fields;
}

static json_t *learn_json(const struct agreeing_on *k, const struct combined *c)
{
	json_t *learn = json_object(), *votes = json_array();

	js_set_new(learn, "fields", learn_fields(&k->plan));
	for (size_t i = 0; i < k->n; i++)
		json_array_append_new(votes, vote_json(k, i, c));
	js_set_new(learn, "votes", votes);
	return learn;
}

json_t *learn_truth(const json_t *created, const json_t *answer)
{
	struct plan plan;

	plan_make(&plan, schema_of(created));
	return truth_of(&plan, answer);
}

json_t *learn_known(const json_t *created, const struct opinion *o, const json_t *truth)
{
	json_t *learn = json_object(), *votes = json_array(), *vote = json_object();
	struct plan plan;

	plan_make(&plan, schema_of(created));
	js_set_new(learn, "fields", learn_fields(&plan));
	js_set_int(vote, "attempt", o->attempt);
	js_set_new(vote, "cells", cells_of(&plan, o->answer));
	json_array_append_new(votes, vote);
	js_set_new(learn, "votes", votes);
	js_set_new(learn, "truth", truth_of(&plan, truth));
	return learn;
}

/* ---- approvals ---- */

static int approves(const struct verify *how, const struct opinion *o)
{
	const json_t *v = js_at(o->answer, how->approval.field);

	for (size_t i = 0; v && i < json_array_size(how->approval.approve); i++)
		if (json_equal(json_array_get(how->approval.approve, i), v))
			return 1;
	return 0;
}

/* So many of a pool approve as the lane asks for. */
static int group_has(const struct agreeing_on *k, const struct approval_group *g)
{
	const struct pool *pool = config_pool(k->v->w->config, g->pool);
	int n = 0;

	for (size_t i = 0; pool && i < k->n; i++)
		n += approves(k->how, &k->all[i]) && strings_has(&pool->members, k->all[i].worker);
	return n >= g->quorum;
}

/* M of N, with a quorum of each group; a veto ends it at once. */
static void judge_approval(const struct agreeing_on *k, struct agreement *out)
{
	int yes = 0, no = 0, groups = 1, left;

	for (size_t i = 0; i < k->n; i++) {
		int y = approves(k->how, &k->all[i]);
		yes += y;
		no += !y;
	}
	for (size_t i = 0; i < k->how->approval.n_groups; i++)
		groups &= group_has(k, &k->how->approval.group[i]);
	left = k->how->max_overlap - (int)k->n;
	int approved = yes >= k->how->approval.quorum && groups;
	int refused = (no && k->how->approval.veto) || (!approved && left <= 0) ||
	              yes + left < k->how->approval.quorum;
	out->kind = refused || approved ? AGREE_ENOUGH : AGREE_MORE;
	out->score_micro = (int)(yes * INT64_C(1000000) / (int64_t)k->n);
	for (size_t i = k->n; i-- > 0;)
		if (approves(k->how, &k->all[i]) == (refused ? 0 : 1))
			out->winner = (int)i;
	for (size_t i = 0; i < k->n; i++) /* a vote is no mistake, whichever way */
		out->agrees[i] = 1;
}

/* ---- together ---- */

static void judge_categories(struct agreeing_on *k)
{
	k->posterior = -1;
	for (size_t i = 0; i < k->plan.n; i++)
		if (k->plan.f[i].kind == CELL_CATEGORY)
			judge_field(k, i);
}

static double share_agreeing(const struct agreeing_on *k, const struct combined *c)
{
	int n = 0;

	for (size_t i = 0; i < k->n; i++)
		n += c->agrees[i];
	return (double)n / (double)k->n;
}

static enum agreeing enough(const struct agreeing_on *k, double score)
{
	if ((int)k->n < k->v->t->overlap)
		return AGREE_MORE;
	if (score * 1000 >= k->how->confidence_milli - 1e-6)
		return AGREE_ENOUGH;
	if ((int)k->n < k->how->max_overlap)
		return AGREE_MORE;
	return k->n > 1 ? AGREE_NOT : AGREE_ENOUGH; /* one answer cannot disagree */
}

static void weigh(struct agreeing_on *k)
{
	k->in.plan = &k->plan;
	k->in.n = k->n;
	for (size_t i = 0; i < k->n; i++) {
		struct standing s;
		reputation_of_fast(k->skill[i], &s);
		k->in.answers[i] = k->all[i].answer;
		k->in.weight[i] = s.mean_micro / 1e6;
	}
}

void agreement_of(const struct answered *v, const struct opinion *all, size_t n,
                  struct agreement *out)
{
	struct agreeing_on k = {.v = v, .all = all, .n = n, .how = v->how,
	                        .book = reputation_book(v->w, v->t->match->lane)};
	struct combined c;

	*out = (struct agreement){.kind = AGREE_ENOUGH};
	for (size_t i = 0; i < n; i++)
		k.skill[i] = skill_of(v, all[i].worker);
	if (v->how->approval.field) {
		judge_approval(&k, out);
		return;
	}
	plan_make(&k.plan, schema_of(v->in->created));
	k.fields = json_object();
	judge_categories(&k);
	weigh(&k);
	combine_answers(&k.in, &c);
	double share = share_agreeing(&k, &c), score = k.posterior < 0 ? share : k.posterior;
	out->kind = enough(&k, score);
	out->winner = (int)c.winner;
	out->answer = c.answer;
	out->score_micro = (int)lround(score * 1e6);
	out->tie = k.tie;
	for (size_t i = 0; i < n; i++)
		out->agrees[i] = c.agrees[i];
	out->fields = k.fields;
	if (out->kind != AGREE_MORE)
		out->learn = learn_json(&k, &c);
}

void agreement_release(struct agreement *a)
{
	json_decref(a->answer);
	json_decref(a->fields);
	json_decref(a->learn);
}
