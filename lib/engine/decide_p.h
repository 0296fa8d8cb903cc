/*
 * engine/decide_p.h -- private to decide*.c: one decider per kind of input.
 *
 * Each proposes events into ${out}, or returns -1 with a refusal in *err.
 */
#ifndef ENGINE_DECIDE_P_H
#define ENGINE_DECIDE_P_H

#include "engine/draft.h"

struct assign;
struct sha256;
struct spec;
struct chain;
struct err;
struct message;
struct task;
struct worker;
struct world;

int decide_submit(struct world *w, int64_t now_ms, const struct input *in, struct decision *out,
                  struct err *err);
/* A task: a client's, or one of our own. */
struct new_task {
	struct id id;
	const char *from, *key;      /* key: or NULL */
	const json_t *body;
	const struct id *reviews;    /* or NULL */
	const char *gold;            /* or NULL */
	const char *only;            /* for this worker alone, or NULL */
	int64_t not_before_ms;       /* 0: at once */
};
int draft_own_task(struct world *w, int64_t now_ms, const struct new_task *n, struct decision *out,
                   struct err *err);
int decide_worker(struct world *w, int64_t now_ms, const struct message *m, struct task *t,
                  struct decision *out, struct err *err);
int decide_answer(struct world *w, int64_t now_ms, const struct input *in, struct task *t,
                  struct decision *out, struct err *err);
int decide_requester(struct world *w, int64_t now_ms, const struct message *m, struct task *t,
                     struct decision *out, struct err *err);
void decide_timer(struct world *w, int64_t now_ms, struct task *t, struct decision *out);
void decide_route(struct world *w, int64_t now_ms, struct task *t, struct decision *out);

/* decide_worker.c: from offered to started, with the events in between. */
void draft_started(struct drafts *d, const struct world *w, int64_t now_ms, const struct task *t,
                   const struct assign *a);

/* decide_route.c */
/* From offered to accepted: the deadline of predictions and reminders with it; offers beyond what
 * the task wants are withdrawn. */
void draft_accepted(struct drafts *d, const struct world *w, int64_t now_ms, const struct task *t,
                    const char *worker, int automatic);
/* ${fact} gets the offer's members. */
void draft_offered(struct drafts *d, const struct world *w, int64_t now_ms, const struct task *t,
                   const struct worker *wk, struct fact *fact);
/* data.dueAt and .expiresAt, put off by the time the task stood blocked, when it will no longer. */
void data_clock(json_t *data, int64_t now_ms, const struct task *t);

/* decide_gold.c: ${worker} was offered ${t}: perhaps a task with a known answer follows. */
void gold_may_follow(struct world *w, int64_t now_ms, const struct task *t, const char *worker,
                     struct decision *out);
/* {"worker":…}; with NULL, not. */
void draft_worker(struct drafts *d, enum event_type type, const char *worker);

/* decide_chain.c: a task that a chain routes (engine/escalation.h). */
json_t *chain_triggered(const struct chain *c, int64_t now_ms); /* data of escalation.triggered */
/* Enter a level.  ${more} (stolen, or NULL) joins the event's data. */
void chain_go(struct drafts *d, const struct task *t, int level, int round, int64_t now_ms,
              const char *reason, json_t *more);
void chain_acknowledge(struct drafts *d, const struct task *t, int64_t now_ms, const char *worker);
void chain_unacknowledge(struct drafts *d, const struct task *t, int64_t now_ms, const char *worker,
                         const char *reason);
/* When ${worker}'s acknowledgement makes enough of them: from those who did not, to them. */
void chain_take(struct drafts *d, const struct task *t, const char *worker);
/* ${worker}, who was asked, says yes: a person's yes is an acknowledgement, a program's is not. */
void chain_accepted(struct drafts *d, const struct world *w, int64_t now_ms, const struct task *t,
                    const char *worker);
/* ${instead_of}: who is away, or NULL. */
void chain_offer(struct drafts *d, const struct world *w, const struct task *t, const char *worker,
                 const char *instead_of);
/* Whether an answer of this confidence is not enough at the task's level, and what comes of it. */
int chain_unsure(const struct world *w, const struct task *t, const char *worker,
                 const json_t *confidence);
void chain_pass_on(struct drafts *d, const struct task *t, int64_t now_ms, const char *worker,
                   const json_t *confidence);
/* 1 when the level or the acknowledgement is over: then nothing else is due. */
int decide_chain_timer(int64_t now_ms, const struct task *t, struct drafts *d);

/* decide_level.c: whom to ask at its level. */
void decide_chain_route(struct world *w, int64_t now_ms, struct task *t, struct drafts *d);
/* The worker that an agent's name means now, or NULL. */
const char *chain_agent_now(const struct world *w, const char *agent, int64_t now_ms);

/* decide_escalation.c */
int decide_escalation(struct world *w, int64_t now_ms, const struct input *in, struct task *t,
                      struct decision *out, struct err *err);

/* decide_operator.c */
int decide_reassign(struct world *w, int64_t now_ms, const struct message *m, struct task *t,
                    struct decision *out, struct err *err);

/* decide_answer.c: ${own} NULL: ${m->from} has the task already by these drafts. */
int draft_answer(struct world *w, int64_t now_ms, const struct input *in, const struct message *m,
                 const struct task *t, const struct assign *own, struct drafts *d, struct err *err);
/* decide_checks.c: what rule programs said. */
int decide_checked(struct world *w, int64_t now_ms, const struct input *in, struct task *t,
                   struct decision *out, struct err *err);

/* The sender's live assignment on ${t}, or NULL with a refusal: no such worker, not yours, held by
 * somebody else. */
struct assign *own_assign(struct world *w, const struct message *m, const struct task *t,
                          struct err *err);
const struct worker *known_worker(const struct world *w, const char *name, struct err *err);
json_t *data_worker(const char *worker); /* {"worker":…} */

#endif
