/*
 * engine/decide_p.h -- private to decide*.c: one decider per kind of input.
 *
 * Each proposes events into ${out}, or returns -1 with a refusal in *err.
 */
#ifndef ENGINE_DECIDE_P_H
#define ENGINE_DECIDE_P_H

#include "engine/draft.h"

struct err;
struct message;
struct task;
struct world;

int decide_submit(struct world *w, int64_t now_ms, const struct message *m, struct decision *out,
                  struct err *err);
int decide_worker(struct world *w, int64_t now_ms, const struct message *m, struct task *t,
                  struct decision *out, struct err *err);
int decide_answer(struct world *w, int64_t now_ms, const struct input *in, struct task *t,
                  struct decision *out, struct err *err);
int decide_requester(struct world *w, int64_t now_ms, const struct message *m, struct task *t,
                     struct decision *out, struct err *err);
void decide_timer(struct world *w, int64_t now_ms, struct task *t, struct decision *out);
void decide_route(struct world *w, int64_t now_ms, struct task *t, struct decision *out);

/* The sender's live assignment on ${t}, or NULL with a refusal: no such worker, not yours, held by
 * somebody else. */
struct assign *own_assign(struct world *w, const struct message *m, const struct task *t,
                          struct err *err);
json_t *data_worker(const char *worker); /* {"worker":…} */

#endif
