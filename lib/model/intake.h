/*
 * model/intake.h -- from a request body in any dialect to what the engine needs.
 *
 * Purpose    The one check of a task document, run by erctl before it publishes and
 *            by erd before it decides: same code, same errors.
 * Method     dialect_recognise -> the dialect's field table -> struct spec.  The body
 *            itself is kept verbatim beside the spec; a field that er does not
 *            understand stays in it.
 * Errors     FAIL_INVALID with the body's own field pointer ("/sla/urgency"): wrong
 *            type, unknown lane, schema or pool (with near names), schema that does
 *            not compile, a pool that does not serve the lane, budget under the
 *            lane's price ("/policy/maxBudgetUsd: 10 is under the lane's price of
 *            25.00 USD"), deadline that is no time.
 * Units      Milliseconds; money in micro-USD.
 * Ownership  struct spec owns what it points to; spec_release.
 */
#ifndef MODEL_INTAKE_H
#define MODEL_INTAKE_H

#include <jansson.h>
#include <stdint.h>

#include "base/sha256.h"
#include "model/config.h"

struct err;
struct config;
struct dialect;

enum confidentiality { CONF_PUBLIC, CONF_INTERNAL_FIRST, CONF_INTERNAL_ONLY, CONF_RESTRICTED };

struct spec {
	const struct dialect *dialect; /* borrowed, static */
	char *lane;           /* resolved name */
	char *chain;          /* that routes the task, or NULL */
	char *pool;           /* asked for, resolved through aliases; or NULL: the lane's */
	char *title;          /* <= 200 code points */
	char *key;            /* idempotency key in the body, or NULL */
	char *urgency;        /* "low" "medium" "high" "critical" */
	char *domain;         /* or NULL; biolayer */
	int64_t sla_ms;       /* wish of the task, else the lane's */
	int64_t deadline_ms;  /* absolute, or 0; the earlier of both counts */
	int64_t budget_usd_micro; /* or -1: none named */
	enum confidentiality confidentiality;
	int risk;             /* enum risk, or -1: not said */
	struct requirements need; /* lane's and task's together */
	int evidence_required;
	char *schema_name;    /* or NULL */
	json_t *schema;       /* what answers must meet (model/contract.h); NULL: nothing */
	struct sha256 schema_sha; /* of its canonical form; zeros when none */
	struct strings schema_refs; /* registered schemas that it was made of, beside schema_name */
	char *webhook_url;    /* or NULL */
	char *webhook_secret; /* or NULL */
	char *webhook_bearer; /* or NULL */
	int retry_max;        /* -1: the standard schedule */
	int64_t retry_backoff_ms;
};

/* ${dialect_name} NULL: recognise by shape.  ${config} may hold only what the body
 * names (erctl loads just those documents). */
int intake(const struct config *config, const json_t *body, const char *dialect_name,
           struct spec *spec, struct err *err);
/* The lane of a spec, or, for an escalation that has none, one that stands for it. */
const struct lane *intake_lane(const struct config *config, const struct spec *spec);
void spec_release(struct spec *spec);

/* The document that task.created carries as "spec": everything above.  from_json is
 * for our own documents (journal). The schema is written inline only when it has no name:
 * that of a named one is "answerSchema" beside the spec (model/created.h). */
json_t *spec_to_json(const struct spec *spec);
int spec_from_json(const json_t *doc, struct spec *spec, struct err *err);

/* The names of lane, pool and schema that ${body} refers to, for a loader that wants to
 * read only those; each NULL when it names none.  Borrowed from body or from ${scratch}
 * (at least 160 bytes). The lane may have two candidates ("security.verification", then
 * "verification"). */
struct intake_names {
	const char *lane[2];
	const char *pool;
	const char *schema;
	const char *chain; /* tried before the lanes */
	const json_t *own_schema; /* the body's own schema, or NULL */
};
void intake_names(const json_t *body, struct intake_names *out, char *scratch, size_t n);

#endif
