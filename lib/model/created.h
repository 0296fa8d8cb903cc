/*
 * model/created.h -- what a task.created says: a spec and its lane, made into facts.
 *
 * Purpose    The engine journals it; erctl renders the reply of a submit from it when no erd is there to
 *            decide.  One place, so that both say the same.
 * Format     dialect, key?, from, contentSha256, spec, answerSchema (of a named schema: the document as it
 *            is now), dueAt (the earlier of SLA and deadline), expiresAt, maxAttempts, priceUsd,
 *            estimatedCompletionMinutes, offersAtOnce? (more than one), claim?, deliver? (true: events go out as webhooks), body (verbatim).
 *            chain? {name, doc, blind?}: what routes it, as it is now.  overlap? (more than one): blind
 *            answers wanted at first.  reviews?: the task whose answer it judges.  gold?, notBefore?: a
 *            task with a known answer; no view shows them.
 * Ownership  A new reference; everything passed in is borrowed.
 */
#ifndef MODEL_CREATED_H
#define MODEL_CREATED_H

#include <jansson.h>
#include <stdint.h>

struct chain;
struct id;
struct lane;
struct sha256;
struct spec;

struct created {
	const struct spec *spec;
	const struct lane *lane;
	const char *from;
	const char *key;              /* or NULL */
	const struct sha256 *content; /* of the body's canonical form */
	const json_t *body;
	int64_t at_ms;
	int64_t typical_ms;           /* the lane's record; 0: none yet, 90 % of the SLA is promised */
	int deliver;
	const struct chain *chain;    /* that routes it, or NULL */
	const struct id *reviews;     /* the task whose answer it judges, or NULL */
	const char *gold;             /* a task with a known answer: its name, or NULL */
	int64_t not_before_ms;        /* not offered earlier; 0 */
};

/* The same for the engine: what a task.created makes of a task.  Borrowed. */
struct terms {
	const struct spec *spec;
	const char *kind;             /* of the spec: engine/world.h, world_match; NULL: to be found */
	const char *from;
	const struct sha256 *content;
	int64_t due_ms, expire_ms;
	int64_t not_before_ms;        /* 0: at once */
	const struct id *reviews;     /* or NULL */
	int max_attempts, offers_at_once, overlap, gold;
	int claim, deliver;
};

json_t *created_data(const struct created *c);
void created_terms(const struct created *c, struct terms *out);

#endif
