/*
 * engine/stages.h -- an answer on its way through the six stages; private to decide*.c.
 *
 * Order      schema, rules, anomaly, gold judge one answer; consensus looks at all answers that are held
 *            for the task, and qa may ask a reviewer.  Each writes its verdict as a check event.  Where
 *            a stage must wait (rule programs, more answers, a reviewer) the answer is held, and
 *            verify_resume goes on when what it waits for has come.
 * Failing    What the lane says for that stage: back to the giver with the reasons, to somebody else, or the
 *            task fails; never more often than the task's attempts allow.
 * Purity     As all of decide: the events are the only effect.
 */
#ifndef ENGINE_STAGES_H
#define ENGINE_STAGES_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/decide.h"
#include "model/verify.h"

struct assign;
struct combine_plan;
struct compiled;
struct crew;
struct drafts;
struct err;
struct fact;
struct lane;
struct lane_stats;
struct skill;
struct standing;
struct task;
struct world;

struct answered {
	struct world *w;
	int64_t now_ms;
	const struct input *in;      /* with created and the answers that are held */
	const struct task *t;
	const struct lane *lane;     /* NULL: its document is gone */
	const struct verify *how;    /* never NULL */
	struct compiled *contract;   /* what its answers must meet (model/contract.h), or NULL */
	struct drafts *d;
	const char *worker;
	const struct crew *crew;         /* the worker; NULL, as the next two: nothing was learned yet */
	const struct lane_stats *stats;
	const struct skill *skill;       /* of the worker in the lane */
	int attempt;
	int held;                    /* it is among the held ones */
	int fresh;                   /* nothing was learned of it yet */
	const json_t *said;          /* what came: answer, confidence and evidence */
	const json_t *answer;
	const json_t *confidence;    /* or NULL */
	const json_t *evidence;      /* or NULL */
	int64_t took_ms;             /* from acceptance to answer; -1: not known */
	int64_t said_ms;             /* when it was sent, as far as that can be: erd may have been away */
};

/* One answer of the task: the one at hand or one that is held. */
struct opinion {
	const char *worker;
	const struct skill *skill; /* or NULL */
	int attempt;
	const json_t *answer;
	const json_t *confidence;
};

enum agreeing { AGREE_ENOUGH, AGREE_MORE, AGREE_NOT };

struct agreement {
	enum agreeing kind;
	int winner;               /* index of the opinion that stands for the result */
	json_t *answer;           /* owned: the result where it is no one's own answer, or NULL */
	int score_micro;          /* posterior, or share of votes */
	int tie;
	uint8_t agrees[OVERLAP_MAX + 1]; /* each opinion with the result */
	json_t *fields;           /* owned: for people, {pointer: {category, posteriorMicro} or {value, spread}}, or NULL */
	json_t *learn;            /* owned: what evolve learns of it (engine/reputation.h), or NULL */
	char note[160];           /* of an approval: how it was counted */
};

/* What the lane of ${t} asks for; never NULL. */
const struct verify *verify_of(const struct world *w, const struct task *t);

/* decide_answer.c: ${v} for an answer that is held. */
void answered_held(struct answered *v, struct world *w, int64_t now_ms, const struct input *in,
                   const struct task *t, const struct assign *a, struct drafts *d);

/* decide_contract.c */
/* The schema of the task's answers; NULL, too: it has none. */
const json_t *answer_schema(const struct answered *v);
/* Finds v->contract.  -1: the schema is none. */
int answer_contract(struct answered *v, struct err *err);
/* Whether ${answer} could be an answer of the task. */
int answer_meets(const struct answered *v, const json_t *answer);
/* How the task's answers are taken apart and put together. */
struct answer_plan {
	struct combine_plan *plan; /* owned */
	json_t *fields;            /* owned: what evolve learns of, [{at, k}] */
};
/* Borrowed from the contract; where there is none it is made, and *${own} is to be freed, else NULL. */
const struct answer_plan *answer_plan(const struct answered *v, struct answer_plan **own);
void answer_plan_free(struct answer_plan *p);
/* A field whose workers are modelled; one of very many categories is a whole. */
enum { CATEGORIES_MAX = 1000 };
int plan_is_category(const struct combine_plan *plan, size_t i);

/* decide_verify.c: all stages from ${first}; -1: the schema or a rule could not be judged. */
int verify_answer(struct answered *v, enum stage first, struct err *err);
/* A stage's verdict as an event. */
void stage_note(const struct answered *v, enum stage stage, const char *note); /* passed, with a word */
/* {stage, attempt}: what the data of a verdict begins with. */
json_t *check_data(enum stage stage, int attempt);
void stage_passed(const struct answered *v, json_t *data); /* ${data} is stolen */
/* ${reasons} [{instance, keyword, message}] is borrowed.  Drafts what the lane says becomes of it. */
void stage_failed(const struct answered *v, enum stage stage, const json_t *reasons);
/* The same, with ${data} (stolen) of the check event. */
void stage_failed_with(const struct answered *v, enum stage stage, const json_t *reasons, json_t *data);
/* The answers that are held, with the one at hand; a fresh one is the last. */
size_t opinions_of(const struct answered *v, struct opinion all[OVERLAP_MAX + 1]);
/* task.held. */
void draft_held(const struct answered *v, const struct agreement *a, const struct fact *fact);
/* The consensus verdict of each answer that took part. */
void tell_agreement(const struct answered *v, const struct opinion *all, size_t n,
                    const struct agreement *a);
/* Data of task.verified. */
json_t *verified_data(const struct agreement *a, size_t n);
/* Verified and completed, with ${o} as the one whose answer it is; ${verified} is stolen. */
void draft_good(const struct answered *v, const struct opinion *o, json_t *verified);
json_t *reason_of(const char *instance, const char *keyword, const char *message);
json_t *data_attempt(const char *worker, int attempt);

/* decide_checks.c: the stages of one answer.  1: go on, 0: it waits or has failed, -1: cannot be judged. */
int stage_schema(struct answered *v, struct err *err);
int stage_rules(struct answered *v, struct err *err);
int stage_anomaly(struct answered *v, struct err *err);
int stage_gold(struct answered *v, struct err *err);

/* decide_trust.c: what the lane does with answers of somebody whose accuracy is known to be so (verify.gold) */
enum trust { TRUST_AS_USUAL, TRUST_ACCEPT, TRUST_ASK_MORE, TRUST_REJECT };
enum trust trust_in(const struct answered *v, const struct standing *s);
void trust_note(const struct answered *v, enum trust trust, json_t *data); /* adds action and note */
json_t *trust_reasons(const struct answered *v);
/* The result is the answer of somebody who is trusted: nobody else is needed, but for the task's risk. */
int trusted_alone(const struct answered *v, const struct opinion *all, size_t n,
                  const struct agreement *a);
/* The answers that count are fewer than the task asks for, and it may have more. */
int doubts_want_more(const struct answered *v, const struct opinion *all, size_t n);
int answered_risk(const struct answered *v); /* enum risk, or -1 */

/* decide_agree.c: do the answers agree enough? */
void agreement_of(const struct answered *v, const struct opinion *all, size_t n,
                  struct agreement *out);
void agreement_release(struct agreement *a);
/* What is learned of one answer whose truth is known: {fields, votes, truth}. */
json_t *learn_known(const struct answered *v, const struct opinion *o, const json_t *truth);
/* The categories of ${answer}, for the member "truth" beside what agreement_of said. */
json_t *learn_truth(const struct answered *v, const json_t *answer);

/* decide_dispute.c: ${answer} ends a task; if that is a dispute, its worker's record follows. */
void dispute_decided(const struct answered *v, const json_t *answer);

/* decide_review.c: stage 6.  1: nobody needs to look. */
int review_wanted(const struct answered *v, const struct agreement *a, json_t **why);
void review_ask(const struct answered *v, const struct opinion *o, const struct agreement *a);
/* The ${n}-th review of an answer; one that ended without a verdict is followed by another. */
enum { REVIEWS_MAX = 3 };
struct id review_id(const struct world *w, const struct id *task, int attempt, int n);
/* Whether a recheck would find something to do. */
int recheck_due(const struct world *w, const struct task *t);
/* The task's recheck: a reviewer is done, or a worker was suspended. */
int decide_recheck(struct world *w, int64_t now_ms, const struct input *in, struct task *t,
                   struct decision *out, struct err *err);

#endif
