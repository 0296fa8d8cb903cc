/*
 * Stage 5: what the answers of a task say together, field by field (engine/verify/combine.h); whether
 * that is sure enough is for the categories (engine/verify/crowd.h), and where there are none for the
 * share of the answers that agree.
 */
#include <math.h>
#include <stdio.h>
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
	const struct combine_plan *plan;
	const json_t *learned;            /* its fields that evolve learns of */
	struct combine_cell (*cells)[COMBINE_FIELDS]; /* of each opinion */
	struct combine_vote votes[OVERLAP_MAX + 1];
	uint32_t chosen[COMBINE_FIELDS];  /* of category fields */
	double posterior;                 /* of the least sure category field; -1: there is none */
	double right[OVERLAP_MAX + 1];    /* each opinion, by the others alone; -1: not known */
	int tie;
	json_t *fields;                   /* for people: what of each category field */
};

/* ---- one category field ---- */

/* What is none of them counts as "not there". */
static uint32_t category_of(const struct combine_field *f, const struct combine_cell *cell)
{
	return cell->category == COMBINE_NONE ? combine_categories(f) - 1 : cell->category;
}

struct opinions {
	const struct crowd *crowd;
	struct crowd fresh;  /* where the lane has none, or of fewer categories */
	struct vote votes[OVERLAP_MAX + 1];
};

static void opinions_on(const struct agreeing_on *k, size_t i, struct opinions *out)
{
	const struct combine_field *f = &k->plan->field[i];
	uint32_t categories = combine_categories(f);
	int at = k->book ? book_field(k->book, f->pointer) : -1;

	out->crowd = at >= 0 ? &k->book->ballots[at] : &out->fresh;
	if (at < 0)
		crowd_init(&out->fresh, categories, reputation_floor(k->v->w, k->v->t->match->lane));
	if (out->crowd->k < categories) {
		out->fresh = *out->crowd;
		crowd_grow(&out->fresh, categories);
		out->crowd = &out->fresh;
	}
	for (size_t who = 0; who < k->n; who++) {
		const struct skill *s = at >= 0 ? k->all[who].skill : NULL;
		out->votes[who].voter = s && (uint32_t)at < s->n_voters ? &s->voters[at] : NULL;
		out->votes[who].answer = category_of(f, &k->cells[who][i]);
	}
}

/* The share of votes, each as much as ${weight} says; of equals the lowest category. */
static double by_votes(const struct agreeing_on *k, const struct opinions *o, double (*weight)(const struct opinions *, size_t),
                       struct crowd_verdict *out)
{
	double of[CATEGORIES_MAX], all = 0;

	memset(of, 0, o->crowd->k * sizeof(of[0]));
	*out = (struct crowd_verdict){.category = 0};
	for (size_t i = 0; i < k->n; i++) {
		double w = weight(o, i);
		of[o->votes[i].answer] += w;
		all += w;
	}
	for (uint32_t c = 1; c < o->crowd->k; c++)
		if (of[c] > of[out->category])
			out->category = c;
	for (uint32_t c = 0; c < o->crowd->k; c++)
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
	double mean = voter_mean(o->crowd, o->votes[i].voter);
	double odds = log(mean / (1 - mean) * (o->crowd->k - 1));

	return odds > 0.01 ? odds : 0.01;
}

/* Of what was answered the likeliest: that workers are thought to err does not make an answer that
 * nobody gave. */
static void among_given(const struct agreeing_on *k, const struct opinions *o, struct crowd_verdict *best)
{
	double p[CATEGORIES_MAX], most = -1;

	for (size_t i = 0; i < k->n; i++)
		if (o->votes[i].answer == best->category)
			return;
	crowd_posterior(o->crowd, o->votes, k->n, p);
	for (size_t i = 0; i < k->n; i++) {
		uint32_t c = o->votes[i].answer;
		if (p[c] > most || (p[c] == most && c < best->category)) {
			most = p[c];
			best->category = c;
		}
	}
	best->posterior = most;
}

/* What the category means, as somebody answered it; short ones only. */
static const json_t *value_of(const struct agreeing_on *k, const struct combine_field *f,
                              const struct opinions *o, uint32_t category)
{
	for (size_t i = 0; i < k->n; i++) {
		const json_t *v = o->votes[i].answer == category ? js_at(k->all[i].answer, f->pointer) : NULL;
		if (v)
			return json_is_object(v) || json_is_array(v) || json_string_length(v) > 64 ? NULL : v;
	}
	return NULL;
}

/* Of all fields the least. */
static void judge_each(struct agreeing_on *k, const struct opinions *o)
{
	double right[OVERLAP_MAX + 1];

	if (k->n < 2 || k->v->t->gold)
		return;
	crowd_by_others(o->crowd, o->votes, k->n, right);
	for (size_t i = 0; i < k->n; i++)
		if (k->right[i] < 0 || right[i] < k->right[i])
			k->right[i] = right[i];
}

static void judge_field(struct agreeing_on *k, size_t i)
{
	const struct combine_field *f = &k->plan->field[i];
	const struct crowd_rule rule = {.confidence = k->how->confidence_milli / 1000.0,
	                                .min = (uint32_t)k->v->t->overlap,
	                                .max = (uint32_t)k->how->max_overlap};
	struct opinions o;
	struct crowd_verdict best;

	opinions_on(k, i, &o);
	if (k->how->consensus == CONSENSUS_CROWD)
		crowd_enough(o.crowd, &rule, o.votes, k->n, &best);
	else
		by_votes(k, &o, k->how->consensus == CONSENSUS_WEIGHTED ? by_accuracy : once, &best);
	among_given(k, &o, &best);
	judge_each(k, &o);
	k->chosen[i] = best.category;
	k->tie |= best.tie;
	if (k->posterior < 0 || best.posterior < k->posterior)
		k->posterior = best.posterior;
	json_t *told = json_object();
	js_set_int(told, "category", best.category);
	js_set_copy(told, "value", value_of(k, f, &o, best.category));
	js_set_int(told, "posteriorMicro", (json_int_t)lround(best.posterior * 1e6));
	js_set_new(k->fields, f->pointer[0] ? f->pointer : "/", told);
}

/* ---- what evolve learns ---- */

/* The categories of an answer as numbers.  Of what is known to be right ${open}: a field that it leaves
 * open is -1. */
static json_t *categories_json(const struct combine_plan *plan, const struct combine_cell *cells, int open)
{
	json_t *out = json_array();

	for (size_t i = 0; i < plan->n && json_array_size(out) < BALLOTS_MAX; i++) {
		if (!plan_is_category(plan, i))
			continue;
		uint32_t c = category_of(&plan->field[i], &cells[i]);
		int none = open && !cells[i].there;
		json_array_append_new(out, json_integer(none ? -1 : (json_int_t)c));
	}
	return out;
}

static json_t *cells_of(const struct combine_plan *plan, const json_t *answer, int open)
{
	struct combine_cell cells[COMBINE_FIELDS];

	combine_cells(plan, answer, cells);
	return categories_json(plan, cells, open);
}

static json_t *vote_json(const struct agreeing_on *k, size_t who, const uint8_t agrees[])
{
	json_t *vote = json_object();
	double right = k->right[who];

	js_set_int(vote, "attempt", k->all[who].attempt);
	js_set_new(vote, "cells", categories_json(k->plan, k->cells[who], 0));
	if (right < 0 && k->n > 1)
		right = agrees[who] ? 0.9 : 0.1; /* no categories: all that can be said */
	if (right >= 0)
		js_set_int(vote, "rightMicro", (json_int_t)lround(right * 1e6));
	return vote;
}

static json_t *learn_json(const struct agreeing_on *k, const uint8_t agrees[])
{
	json_t *learn = json_object(), *votes = json_array();

	js_set_copy(learn, "fields", k->learned);
	for (size_t i = 0; i < k->n; i++)
		json_array_append_new(votes, vote_json(k, i, agrees));
	js_set_new(learn, "votes", votes);
	if (k->v->fresh) /* the last one */
		js_set_new(learn, "fresh", json_true());
	return learn;
}

json_t *learn_truth(const struct answered *v, const json_t *answer)
{
	struct answer_plan *own;
	json_t *truth = cells_of(answer_plan(v, &own)->plan, answer, 1);

	answer_plan_free(own);
	return truth;
}

json_t *learn_known(const struct answered *v, const struct opinion *o, const json_t *truth)
{
	json_t *learn = json_object(), *votes = json_array(), *vote = json_object();
	struct answer_plan *own;
	const struct answer_plan *p = answer_plan(v, &own);

	js_set_copy(learn, "fields", p->fields);
	js_set_int(vote, "attempt", o->attempt);
	js_set_new(vote, "cells", cells_of(p->plan, o->answer, 0));
	json_array_append_new(votes, vote);
	js_set_new(learn, "votes", votes);
	js_set_new(learn, "truth", cells_of(p->plan, truth, 1));
	answer_plan_free(own);
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

/* The first group without its quorum, or NULL. */
static const struct approval_group *group_missing(const struct agreeing_on *k)
{
	for (size_t i = 0; i < k->how->approval.n_groups; i++)
		if (!group_has(k, &k->how->approval.group[i]))
			return &k->how->approval.group[i];
	return NULL;
}

static void note_approval(const struct agreeing_on *k, int yes, int refused,
                          const struct approval_group *missing, char *out, size_t size)
{
	int n = snprintf(out, size, "%s: %d of %zu approve, %d must", refused ? "refused" : "approved", yes,
	                 k->n, k->how->approval.quorum);

	if (refused && k->how->approval.veto && yes < (int)k->n)
		snprintf(out + n, size - (size_t)n, "; each has a veto");
	else if (refused && missing)
		snprintf(out + n, size - (size_t)n, "; %d of %.64s must", missing->quorum, missing->pool);
}

/* M of N, with a quorum of each group; a veto ends it at once. */
static void judge_approval(const struct agreeing_on *k, struct agreement *out)
{
	int yes = 0, no = 0, left;
	const struct approval_group *missing = group_missing(k);

	for (size_t i = 0; i < k->n; i++) {
		int y = approves(k->how, &k->all[i]);
		yes += y;
		no += !y;
	}
	left = k->how->max_overlap - (int)k->n;
	int approved = yes >= k->how->approval.quorum && !missing;
	int refused = (no && k->how->approval.veto) || (!approved && left <= 0) ||
	              yes + left < k->how->approval.quorum;
	int found = 0;
	out->score_micro = (int)((refused ? no : yes) * INT64_C(1000000) / (int64_t)k->n);
	note_approval(k, yes, refused, missing, out->note, sizeof(out->note));
	for (size_t i = k->n; i-- > 0;)
		if (approves(k->how, &k->all[i]) == !refused) {
			out->winner = (int)i;
			found = 1;
		}
	/* refused though nobody said no: some group is missing, and no answer says that */
	out->kind = !refused && !approved ? AGREE_MORE : found ? AGREE_ENOUGH : AGREE_NOT;
	for (size_t i = 0; i < k->n; i++) /* a vote is no mistake, whichever way */
		out->agrees[i] = 1;
}

/* ---- together ---- */

static void judge_categories(struct agreeing_on *k)
{
	k->posterior = -1;
	for (size_t i = 0; i < k->n; i++)
		k->right[i] = -1;
	for (size_t i = 0; i < k->plan->n; i++) {
		k->chosen[i] = COMBINE_NONE;
		if (plan_is_category(k->plan, i))
			judge_field(k, i);
	}
}

/* Near enough: numbers within three deviations of the median, texts whatever they say. */
static int cell_agrees(const struct combine_field *f, const struct combine_cell *own,
                       const struct combine_cell *result, double spread)
{
	if (f->kind == COMBINE_TEXT)
		return 1;
	if (f->kind == COMBINE_NUMBER && own->there && result->there)
		return fabs(own->number - result->number) <= 3 * spread + 1e-9 * fabs(result->number);
	return own->there == result->there && (!own->there || own->hash == result->hash);
}

static int agreeing(const struct agreeing_on *k, const struct combine_cell *cells,
                    const struct combine_result *results, uint8_t agrees[])
{
	int n = 0;

	for (size_t who = 0; who < k->n; who++) {
		agrees[who] = 1;
		for (size_t i = 0; i < k->plan->n; i++)
			agrees[who] &= (uint8_t)cell_agrees(&k->plan->field[i], &k->cells[who][i], &cells[i],
			                                    results[i].spread);
		n += agrees[who];
	}
	return n;
}

static enum agreeing enough(const struct agreeing_on *k, double score)
{
	if (k->v->t->gold) /* one worker's, and the answer is known */
		return AGREE_ENOUGH;
	if ((int)k->n < k->v->t->overlap)
		return AGREE_MORE;
	if (score * 1000 >= k->how->confidence_milli - 1e-6)
		return AGREE_ENOUGH;
	if ((int)k->n < k->how->max_overlap)
		return AGREE_MORE;
	return k->n > 1 ? AGREE_NOT : AGREE_ENOUGH; /* one answer cannot disagree */
}

/* A worker's answer weighs as much as it is expected to be right. */
static void weigh(struct agreeing_on *k)
{
	for (size_t i = 0; i < k->n; i++) {
		struct standing s;
		reputation_of_fast(k->all[i].skill, &s);
		k->votes[i] = (struct combine_vote){k->all[i].answer, s.mean_micro / 1e6, k->cells[i]};
		combine_cells(k->plan, k->all[i].answer, k->cells[i]);
	}
}

/* Of numbers where they are and how far they spread; the categories are told already. */
static void tell_numbers(const struct combine_plan *plan, const json_t *answer,
                         const struct combine_result *results, json_t *fields)
{
	for (size_t i = 0; i < plan->n; i++) {
		const json_t *v = js_at(answer, plan->field[i].pointer);
		if (plan->field[i].kind != COMBINE_NUMBER || !json_is_number(v))
			continue;
		json_t *told = json_object();
		js_set_copy(told, "value", v);
		js_set_new(told, "spread", json_real(results[i].spread));
		js_set_new(fields, plan->field[i].pointer[0] ? plan->field[i].pointer : "/", told);
	}
}

static void put_together(struct agreeing_on *k, struct agreement *out)
{
	struct combine_result results[COMBINE_FIELDS];
	struct combine_cell cells[COMBINE_FIELDS];
	json_t *all = combine_answers(k->plan, k->votes, k->n, k->chosen, results);

	combine_cells(k->plan, all, cells);
	out->winner = (int)combine_nearest(k->plan, k->votes, k->n, cells);
	/* what the schema says of fields together may rule out what was put together of several */
	if (!json_equal(all, k->all[out->winner].answer) && answer_meets(k->v, all))
		out->answer = json_incref(all);
	double share = (double)agreeing(k, out->answer ? cells : k->cells[out->winner], results,
	                                out->agrees) / (double)k->n;
	if (k->n > 1)
		tell_numbers(k->plan, out->answer ? all : k->all[out->winner].answer, results, k->fields);
	double score = k->posterior < 0 ? share : k->posterior;
	out->kind = enough(k, score);
	out->score_micro = (int)lround(score * 1e6);
	json_decref(all);
}

void agreement_of(const struct answered *v, const struct opinion *all, size_t n,
                  struct agreement *out)
{
	struct agreeing_on k = {.v = v, .all = all, .n = n, .how = v->how,
	                        .book = v->stats ? v->stats->book : NULL};

	*out = (struct agreement){.kind = AGREE_ENOUGH};
	if (v->how->approval.field) {
		judge_approval(&k, out);
		return;
	}
	struct answer_plan *own;
	const struct answer_plan *p = answer_plan(v, &own);
	struct combine_cell cells[OVERLAP_MAX + 1][COMBINE_FIELDS];
	k.plan = p->plan;
	k.learned = p->fields;
	k.cells = cells;
	k.fields = json_object();
	weigh(&k);
	judge_categories(&k);
	put_together(&k, out);
	out->tie = k.tie;
	out->fields = k.fields;
	if (!v->t->gold) /* that is learned by what is known */
		out->learn = learn_json(&k, out->agrees);
	answer_plan_free(own);
}

void agreement_release(struct agreement *a)
{
	json_decref(a->answer);
	json_decref(a->fields);
	json_decref(a->learn);
}
