/*
 * engine/decide.h -- decide(state, now, input) -> events.
 *
 * Purpose    The only place where anything is decided.  An input is a message from the drop, a
 *            timer, a waiting task to route, a changed configuration document, or what became of
 *            a webhook.  The answer is a list of events to journal, or a refusal.
 * Order      For each input: decide, then journal_append + evolve each event, before the next
 *            decide.  After messages, run engine_next until it returns 0.
 * Refusals   -1 and *err (code, field, text): nothing happened.  The shell files the message.
 *            An answer that fails a check is not refused: it is stored, rejected by events, and
 *            decision.errors says why.
 * Purity     Same world, same now, same input: same events.  Compiling a schema fills a cache of
 *            the configuration and changes nothing else.
 */
#ifndef ENGINE_DECIDE_H
#define ENGINE_DECIDE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "model/config.h"
#include "model/created.h"
#include "model/event.h"
#include "model/fact.h"

struct err;
struct message;
struct moves;
struct submission;
struct world;

enum input_kind { IN_MESSAGE, IN_TIMER, IN_ROUTE, IN_CONFIG, IN_WEBHOOK, IN_CLOCK, IN_SUSPECT };

enum { INPUT_ANSWERS_MAX = 16 };

struct input {
	enum input_kind kind;
	const struct message *msg;   /* IN_MESSAGE */
	/* When input_needs said so: data of the task's task.created, of the task.submitted of the answers that
	 * are held, and of the reviewer's */
	const json_t *created;
	const json_t *answers[INPUT_ANSWERS_MAX];
	const json_t *verdict;
	struct id task;              /* IN_TIMER, IN_ROUTE, IN_WEBHOOK */
	enum config_kind config_kind; /* IN_CONFIG */
	const char *config_name;
	const json_t *config_doc;    /* NULL: removed */
	enum event_type webhook;     /* IN_WEBHOOK: EV_WEBHOOK_DELIVERED, _RETRY or _DEAD */
	json_t *webhook_data;        /* borrowed */
	int64_t step_ms;             /* IN_CLOCK */
	/* Rehearsals: nobody reads the events, so those that have a fact come without data. */
	int brief;
	const struct submission *prepared; /* of msg->body, or NULL: decide makes it */
};

enum { DECISION_EVENTS_MAX = 64 };

struct draft {
	enum event_type type;
	int has_task;
	struct id task;
	enum state state; /* after it */
	const char *actor; /* borrowed from the input */
	json_t *data;      /* owned; NULL in brief: only ${fact} and ${terms} */
	int typed;         /* ${fact} is all that evolve reads of ${data} */
	struct fact fact;
	const struct terms *terms; /* in the decision, or NULL */
};

struct decision {
	struct draft events[DECISION_EVENTS_MAX]; /* undefined from ${n} on */
	size_t n;
	int brief;         /* the input's */
	const struct moves *moves; /* the world's */
	struct terms terms;
	int replayed;      /* a submit that had been accepted before: no events */
	json_t *errors;    /* owned; why an answer was rejected, or NULL */
	int class_full;    /* IN_ROUTE without events: nobody of this kind is free */
};

/* Where the documents lie that decide wants to see for this input. */
struct input_docs {
	struct id task;
	struct journal_pos created;
	struct journal_pos answers[INPUT_ANSWERS_MAX];
	size_t n;
	struct journal_pos verdict; /* length 0: none */
};
/* 1 when decide wants documents beside this message or timer: *out says which. */
int input_needs(const struct world *w, const struct input *in, struct input_docs *out);
/* What is made of a body that is submitted: the same for each task with it while the configuration
 * stays.  NULL: not valid, *err says why.  ${body} is kept (a reference). */
struct submission *submission_new(const struct world *w, const json_t *body, struct err *err);
void submission_free(struct submission *s);


int decide(struct world *w, int64_t now_ms, const struct input *in, struct decision *out,
           struct err *err);
void decision_release(struct decision *d);

/* What the engine itself wants to decide at ${now_ms}: 1 and *in (a timer or a task to route), or 0. */
int engine_next(struct world *w, int64_t now_ms, struct input *in);
/* The routing asked for by engine_next gave no events. */
void engine_route_failed(struct world *w, const struct id *task, int class_full);
/*
 * A clock that was set.  Instants in the journal are by the wall clock, and waits are meant as time
 * that passes: so when the wall clock is found to have moved by ${step_ms} more (or less) than the
 * time that passed, clock.stepped is journalled and whatever is waited for moves along: nothing fires
 * early, nothing waits longer.  A deadline that the requester named as an instant stays.  While erd
 * was away nobody measured: then time passed as the clock says, except that it cannot have gone back behind
 * the last event (${step_ms} 0: look for that only).  Below CLOCK_SLACK_MS nothing is done.
 * 1 and *in, or 0.
 */
enum { CLOCK_SLACK_MS = 5000 };
int engine_clock(const struct world *w, int64_t now_ms, int64_t step_ms, struct input *in);
/* When engine_next will next have a timer; INT64_MAX: never. */
int64_t engine_next_ms(const struct world *w);

#endif
