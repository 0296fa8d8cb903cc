/*
 * model/dialect.h -- the seeds' documents: recognised, read, answered in kind.
 *
 * Purpose    One value per dialect: how a body is recognised, where its fields lie,
 *            and how replies, tasks, results and webhooks for that task look
 *            (DESIGN.md section 6, WIRE.md 5 and 6).
 * Names      "er", "expertrouter", "humanrail", "biolayer"; "chain" is reserved for
 *            the escalation issue: its trigger body {reason, context} is taken as a
 *            task of the lane named by its "chain" member; a chain definition
 *            ({name, levels}) is refused with a sentence saying where it goes.
 * Rule       Renderers are functions of a task view (model/taskview.h) and, for
 *            webhooks, one event.  They never fail on a view that taskview made.
 * Ownership  Results are new references.
 */
#ifndef MODEL_DIALECT_H
#define MODEL_DIALECT_H

#include <jansson.h>

#include "model/event.h"

struct err;
struct spec;

enum sign_style {
	SIGN_STANDARD,  /* Standard Webhooks headers only */
	SIGN_HUMANRAIL  /* those, and X-Escalation-Signature + X-HumanRail-Signature */
};

struct dialect {
	const char *name;
	enum sign_style sign;
	int (*recognise)(const json_t *body);
	/* fill lane, title, key, … from body; configuration is applied by intake() */
	int (*read)(const json_t *body, struct spec *spec, struct err *err);
	json_t *(*reply)(const json_t *view);   /* what the create call answers */
	json_t *(*task)(const json_t *view);    /* the task as this dialect shows it */
	json_t *(*result)(const json_t *view);  /* what `wait` prints; view is closed */
	/* body of the webhook for ${ev}, NULL when this dialect has none for it */
	json_t *(*webhook)(const json_t *view, const struct event *ev);
	/* 1 when webhook() would not be NULL: decides delivery without a view */
	int (*wants)(enum event_type type);
	const char *const *secrets; /* pointers in body that no view may show, NULL-ended */
};

const struct dialect *dialect_by_name(const char *name); /* NULL when unknown */
const struct dialect *dialect_recognise(const json_t *body); /* never NULL: falls to "er" */

#endif
