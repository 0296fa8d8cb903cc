/*
 * model/ruling.h -- what a rule program is told, and what it says.
 *
 * Purpose    The two texts between erd and the programs of a lane (model/verify.h).  Pure.
 * Format     Told: {task {id, lane, title, urgency, domain, from, payload, context, artifacts, body,
 *            attempt}, answer, confidence?, evidence?, worker {name}, attempt, now}: the task as a rule
 *            sees it, without the requester's secrets.
 *            Said: {"reasons":[…]}, or that list alone, of {"field"?: pointer into the answer,
 *            "message": text} or texts; anything else is text, each line that is not empty a reason;
 *            nothing at all is one reason, too.
 * Limits     RULING_REASONS_MAX reasons, the last of which says so when more were given; of a message the
 *            first RULING_TEXT_MAX bytes.
 * Ownership  New references.
 */
#ifndef MODEL_RULING_H
#define MODEL_RULING_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct id;

enum { RULING_REASONS_MAX = 16, RULING_TEXT_MAX = 400 };

struct ruled {
	const struct id *task;
	const json_t *created;   /* data of its task.created */
	const json_t *submitted; /* of the task.submitted of the answer */
	const char *worker;      /* who gave it */
	int attempt;
	int64_t now_ms;
};
json_t *ruling_told(const struct ruled *r);

/* Why ${program} turned the answer down, as [{instance, keyword, message}].  ${cut}: it said more. */
json_t *ruling_reasons(const char *program, const char *said, size_t n, int cut);

#endif
