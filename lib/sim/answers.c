/* What simulated people answer. */
#include "json/js.h"
#include "sim/sim_p.h"

enum { STREAM_GANGS = 4000000 };

/* An answer that is not ${truth}; of more than one the person draws. */
static uint32_t other(uint32_t truth, uint32_t n, struct draw *draw)
{
	uint32_t of = truth < n ? n - 1 : n;
	uint32_t at = of > 1 ? (uint32_t)draw_below(draw, of) : 0;

	return at + (truth < n && at >= truth);
}

/* The wrong answer that a gang has agreed on. */
static uint32_t agreed(const struct sim *s, const struct actor *a, uint32_t number, uint32_t truth,
                       uint32_t n)
{
	struct draw draw;

	draw_seed(&draw, s->report->seed, STREAM_GANGS + a->how->gang);
	draw_seed(&draw, draw.state, number);
	return other(truth, n, &draw);
}

static int turned(const struct actor *a)
{
	return a->how->kind == KIND_ADVERSARY && a->tally.answers >= a->how->trust_tasks;
}

/* Which of the stream's answers; ${right}: what an honest one would have been. */
static uint32_t choose(struct sim *s, struct actor *a, uint32_t number, uint32_t truth, uint32_t n,
                       int right)
{
	switch (a->how->kind) {
	case KIND_SPAMMER:
		return (uint32_t)draw_below(&a->draw, n);
	case KIND_CONSTANT:
		return a->habit % n;
	case KIND_COLLUDING:
		return agreed(s, a, number, truth, n);
	default:
		return right && !turned(a) ? truth : other(truth, n, &a->draw);
	}
}

/* Whether a reviewer says what is true of it. */
static int review_well(struct actor *a, const struct sim_task *t, int right)
{
	switch (a->how->kind) {
	case KIND_SPAMMER:
		return draw_unit(&a->draw) < 0.5;
	case KIND_CONSTANT:
		return t->fine;
	case KIND_COLLUDING:
		return 0;
	default:
		return right && !turned(a);
	}
}

static json_t *review(struct sim *s, const struct sim_task *t, int well)
{
	const struct sim_task *about = sim_task(s, t->parent);
	json_t *body = json_object(), *answer = json_object();

	if ((well && t->fine) || (!well && !t->fine)) {
		js_set_str(answer, "verdict", "confirm");
	} else if (well && about && about->stream) {
		js_set_str(answer, "verdict", "correct");
		js_set_copy(answer, "answer", about->stream->plan->answer[about->truth]);
	} else {
		js_set_str(answer, "verdict", "reject");
	}
	js_set_new(body, "answer", answer);
	return body;
}

static json_t *body_of(const struct sim_task *t, uint32_t answer)
{
	return json_incref(t->known && answer == t->truth ? t->known : t->stream->bodies[answer]);
}

static json_t *valid_answer(struct sim *s, struct actor *a, uint32_t number, struct sim_task *t,
                            int right)
{
	if (t->role == ROLE_REVIEW) {
		t->right = (uint8_t)review_well(a, t, right);
		return review(s, t, t->right);
	}
	uint32_t answer = choose(s, a, number, t->truth, (uint32_t)t->stream->plan->n_answers, right);
	t->right = answer == t->truth;
	return body_of(t, answer);
}

json_t *answer_of(struct sim *s, struct actor *a, uint32_t number, struct sim_task *t)
{
	int invalid = draw_unit(&a->draw) < a->how->invalid;
	int right = draw_unit(&a->draw) < a->right;
	json_t *body = t ? valid_answer(s, a, number, t, right) : json_incref(s->invalid);

	a->tally.answers++;
	a->tally.right += (t ? t->right : right) && !invalid;
	a->tally.cost_micro += a->cost_micro;
	sim_lane(s, number)->cost_micro += a->cost_micro;
	if (!invalid)
		return body;
	json_decref(body);
	return json_incref(s->invalid);
}
