/*
 * model/config.h -- what the router knows: lanes, pools, workers, schemas, endpoints.
 *
 * Purpose    The documents under etc/ as structs.  The same code reads them for
 *            erctl (from etc/) and for the engine (from the journal).
 * Format     One JSON object per file etc/KIND/NAME.json; the file's name is the
 *            id.  Unknown keys are errors naming the pointer and near keys;
 *            "$schema" and "$comment" are allowed.  Amounts are decimal strings
 *            or integers; units are in the key.  share/schemas/er.KIND.v1.json
 *            documents each.
 *
 *   lanes/     title, description, pools [names, >= 1], schema (name in schemas/, or
 *              inline; optional), slaSeconds 30..30d (3600), expireSeconds (4 x SLA),
 *              offerSeconds 5..7d (300), maxAttempts 1..20 (3), priceUsd "0.00", assertFormat bool,
 *              evidenceMaxBytes 1..256 MiB of each piece of evidence (10 MiB),
 *              requirements {skills[], certifications[], trustLevel 0..10, minRating "0".."5"}
 *   pools/     title, kind internal|external|hybrid (internal), members [workers], aliases [other
 *              names or ids under which requests may name it]
 *   workers/   title, kind human|exec|http, user (Unix account), capacity 0 = no limit (10),
 *              skills[], certifications[], trustLevel (0), rating "0".."5" ("5" when absent),
 *              exec {command[argv], timeoutSeconds (300)}: only for kind exec; paused bool
 *   schemas/   a JSON Schema; the name ends in .vN; what it refers to in the registry may come
 *              later, config_check looks
 *   endpoints/ webhook rules of the operator: match (URL prefix) or dialect (default callback of
 *              a dialect), url (where to send instead of, or for want of, the task's own),
 *              secretFile, allowPrivate bool, events [names]
 * Ownership  struct config owns everything; lookups return borrowed pointers valid
 *            until the next config_set of that kind and name.
 * Limits     10,000 documents of each kind; document 256 KiB (schema 1 MiB).
 */
#ifndef MODEL_CONFIG_H
#define MODEL_CONFIG_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"

struct err;
struct near;
struct schema;

enum config_kind { CFG_LANE, CFG_POOL, CFG_WORKER, CFG_SCHEMA, CFG_ENDPOINT, CFG_COUNT };
extern const char *const config_dirs[CFG_COUNT];  /* "lanes", … */
extern const char *const config_words[CFG_COUNT]; /* "lane", … */

enum pool_kind { POOL_INTERNAL, POOL_EXTERNAL, POOL_HYBRID };
enum worker_kind { WORKER_HUMAN, WORKER_EXEC, WORKER_HTTP };

struct strings { /* sorted, unique */
	char **s;
	size_t n;
};
int strings_has(const struct strings *set, const char *s);
int strings_subset(const struct strings *sub, const struct strings *set);

struct requirements {
	struct strings skills;
	struct strings certifications;
	int trust_level;
	int min_rating_milli; /* 4.8 = 4800 */
};

struct lane {
	const char *name;
	const char *title;       /* or NULL */
	struct strings pools;
	const char *schema_name; /* or NULL */
	json_t *schema_inline;   /* or NULL */
	int schema_refers;       /* it may refer to registered ones */
	int assert_formats;      /* formats are asserted in the answers of its tasks */
	int64_t sla_ms, expire_ms /* 0: 4 x the task's SLA */, offer_ms;
	int max_attempts;
	int64_t price_usd_micro;
	int evidence_max;        /* bytes of each piece */
	struct requirements need;
	const json_t *doc;
};

struct pool {
	const char *name;
	enum pool_kind kind;
	struct strings members;
	struct strings aliases;
	const json_t *doc;
};

struct worker {
	const char *name;
	enum worker_kind kind;
	const char *user;        /* or NULL */
	int capacity;            /* 0: no limit */
	int paused;
	struct strings skills, certifications;
	int trust_level, rating_milli;
	const json_t *exec_argv; /* array of strings, or NULL */
	int64_t exec_timeout_ms;
	const json_t *doc;
};

struct schema_entry {
	const char *name;
	struct sha256 sha;       /* of the canonical document */
	int refers;              /* it may refer to others: the contract is more than this document */
	const json_t *doc;       /* without shorthand */
};

struct endpoint {
	const char *name;
	const char *match;       /* URL prefix or NULL */
	const char *dialect;     /* or NULL */
	const char *url;         /* or NULL */
	const char *secret_file; /* or NULL */
	int allow_private;
	struct strings events;   /* empty: all */
	const json_t *doc;
};

struct config; /* opaque */
struct config *config_new(void);
void config_free(struct config *c);

/* Parse and store (replacing) a document; ${doc} NULL removes.  On error the old one
 * stays.  The error's field pointer is inside the document. */
int config_set(struct config *c, enum config_kind kind, const char *name, const json_t *doc,
               struct err *err);
/* References between documents: lanes to pools and schemas, pools to workers, schemas to
 * schemas.  The first dangling one is reported as "lanes/x.json: /pools/0: no such pool …". */
int config_check(const struct config *c, struct err *err);

const struct lane *config_lane(const struct config *c, const char *name);
const struct pool *config_pool(const struct config *c, const char *name_or_alias);
const struct worker *config_worker(const struct config *c, const char *name);
const struct worker *config_worker_of_user(const struct config *c, const char *user);
const struct schema_entry *config_schema(const struct config *c, const char *name);
const struct endpoint *config_endpoint(const struct config *c, const char *name);
const json_t *config_doc(const struct config *c, enum config_kind kind, const char *name);

/* "review_decision.v2": the first version of this schema's name that is free; returns ${out}. */
enum { CONFIG_NAME_MAX = 80 };
char *config_next_version(const struct config *c, const char *name, char out[CONFIG_NAME_MAX]);
/* Does the name of a schema end in .vN? */
int config_versioned(const char *name);

/* Visit the names of one kind in byte order; stops when ${fn} returns non-zero. */
int config_each(const struct config *c, enum config_kind kind,
                int (*fn)(void *ctx, const char *name, const json_t *doc), void *ctx);
void config_near(const struct config *c, enum config_kind kind, struct near *near);

#endif
