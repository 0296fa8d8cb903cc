/*
 * model/traits.h -- sets of names with a number each: skills with levels, certifications with an end.
 *
 * Format     An array of strings and objects: ["law", {"name": "tax", "level": 3}].  A bare name
 *            has the default number: level 1 of a skill, no end of a certification.
 * Method     struct strings, and a number beside each name.
 * Limits     As model/strings.h.
 * Errors     FAIL_INVALID with the pointer of the member.
 * Ownership  The set owns everything; traits_release frees it and leaves it empty.
 */
#ifndef MODEL_TRAITS_H
#define MODEL_TRAITS_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "model/config.h"

struct err;

enum { SKILL_LEVEL_MAX = 5 };

struct traits_kind {
	const char *key;   /* of the number: "level" */
	int is_time;       /* it is an RFC 3339 time, in milliseconds here */
	int64_t lo, hi, dflt;
};
extern const struct traits_kind traits_skill;         /* level 1..5 */
extern const struct traits_kind traits_certification; /* expires; INT64_MAX: never */

/* ${array} is borrowed and may be NULL; ${pointer} is where it stands. */
int traits_from_json(const json_t *array, const char *pointer, size_t max,
                    const struct traits_kind *kind, struct traits *out, struct err *err);
json_t *traits_to_json(const struct traits *set, const struct traits_kind *kind);
/* The number of ${name}, or ${absent}. */
int64_t traits_of(const struct traits *set, const char *name, int64_t absent);
/* Every name of ${need} is in ${have} with at least its number. */
int traits_meet(const struct traits *need, const struct traits *have);
void traits_release(struct traits *set);

/* model/config.h's struct requirements: both; of the workers named, those of ${a} if it names any. */
void requirements_union(const struct requirements *a, const struct requirements *b,
                        struct requirements *out);
void requirements_release(struct requirements *need);

#endif
