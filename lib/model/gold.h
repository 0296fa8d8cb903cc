/*
 * model/gold.h -- a task whose answer is known: etc/gold/NAME.json.
 *
 * Format     {title?, lane, body (a request like any other of that lane), answer (what is right: members
 *            that an answer has beside these do not count), tolerance "0".."1" ("0": of numbers, relative)}
 * Ownership  Everything is borrowed from the document.
 */
#ifndef MODEL_GOLD_H
#define MODEL_GOLD_H

#include <jansson.h>

struct err;

/* From whom such tasks come: nobody else may submit under this name, and no result, list or
 * statistic for requesters has them. */
#define GOLD_FROM "er/gold"

struct gold {
	const char *name;
	const char *lane;
	const json_t *body;
	const json_t *answer;
	int tolerance_micro;
};

int gold_from_json(const char *name, const json_t *doc, struct gold *out, struct err *err);
/* Is it right?  Objects by the members that ${g} has, arrays and texts as they are. */
int gold_right(const struct gold *g, const json_t *answer);

#endif
