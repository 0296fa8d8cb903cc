/*
 * model/dialect/dialect_p.h -- private to lib/model: where each dialect keeps what er needs.
 *
 * Purpose    One field table per dialect drives reading (fields_read), the names a
 *            loader needs (intake_names), error pointers (fields_where), what no
 *            worker may see, and the text a worker reads.  Nothing about a field
 *            is written twice.
 * Format     Each entry is up to FIELD_ALTS pointers into the body (other spellings
 *            of one thing); the first that is present and not null counts.
 * Rule       A member of a body that no table names is kept and shown, never read.
 */
#ifndef MODEL_DIALECT_P_H
#define MODEL_DIALECT_P_H

#include "base/err.h"
#include "model/dialect.h"
#include "model/intake.h"

enum { FIELD_ALTS = 5, FIELD_KEY_MAX = 256, FIELD_URL_MAX = 2048 };

typedef const char *field_alts[FIELD_ALTS]; /* NULL-padded */

struct fields {
	const struct dialect *dialect;
	field_alts lane, pool, title, text, key, urgency, domain;
	field_alts sla_seconds, sla_minutes, deadline;
	int64_t sla_min_s, sla_max_s;
	field_alts budget; /* USD */
	field_alts payout; /* in a currency that the dialect's own read knows */
	field_alts confidentiality, risk;
	field_alts skills, certifications, trust, rating, workers;
	field_alts schema, evidence;
	field_alts url, secret, bearer, retry_max, retry_backoff;
	int lane_in_domain; /* a lane DOMAIN.LANE goes before LANE */
	const char *const *objects; /* must be objects where present; NULL-ended */
	const char *const *hidden;  /* from workers; NULL-ended */
};

extern const struct dialect dialect_er, dialect_expertrouter, dialect_humanrail,
    dialect_biolayer, dialect_chain;
extern const struct fields fields_er, fields_expertrouter, fields_humanrail, fields_biolayer,
    fields_chain;

const struct fields *fields_of(const struct dialect *d);

/* The value of a field and where it stands; NULL and the field's first name when absent. */
json_t *fields_at(const json_t *body, const char *const *alts, const char **pointer);
/* Its text, or NULL when it is absent or no string. */
const char *fields_text(const json_t *body, const char *const *alts);
/* Everything the table names, into ${spec}; read functions add what is special. */
int fields_read(const struct fields *f, const json_t *body, struct spec *spec, struct err *err);
/* All texts that say what is to be done, joined by an empty line; NULL when none. Caller frees. */
char *fields_instructions(const struct fields *f, const json_t *body);

int confidentiality_by_name(const char *word); /* enum confidentiality, or -1 */
int risk_by_name(const char *word);            /* enum risk, or -1 */

/* ---- for renderers; all take views made by taskview.c ---- */

const char *view_text(const json_t *view, const char *key); /* or NULL */
json_t *view_body(const json_t *view);
/* A time of the view in whole seconds, as the dialects write it: obj.KEY. */
void set_seconds(json_t *obj, const char *key, const char *rfc3339_ms);
void set_seconds_ms(json_t *obj, const char *key, int64_t ms);
/* The answer that stands, borrowed, or NULL. */
json_t *view_answer(const json_t *view);
/* Why it failed or was cancelled, or NULL. */
const char *view_reason(const json_t *view);
/* ${value}'s copy when there is one, else null. */
void set_or_null(json_t *obj, const char *key, const json_t *value);
/* data.KEY of an event as text, or NULL. */
const char *event_text(const struct event *ev, const char *key);
/* The estimate that task.created carried, else the time to the SLA; whole minutes, >= 1. */
int64_t view_estimate_minutes(const json_t *view);

#endif
