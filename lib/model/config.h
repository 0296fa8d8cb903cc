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
 *              chain (name of a chain that routes its tasks), blind (false: its levels see what
 *              earlier ones answered),
 *              requirements {skills[], certifications[], workers[], trustLevel 0..10, minRating
 *              "0".."5"}; a skill is a name or {name, level 1..5},
 *              risk {low|medium|high|critical {trustLevel, minRating}} raises them,
 *              risk may also have {minOverlap, qaRate}; verify {…}: model/verify.h,
 *              offers {mode one|fanOut|claim (one), atOnce 2..12 (3), autoAssignTrust 0..10,
 *              releaseFreeSeconds (300)},
 *              sla {backup (true), predictive (true), onBreach reroute|escalate|expire (reroute),
 *              escalateTo (a pool), remindSeconds 0 = never (0)},
 *              scoring {successWeight "1", costWeight "0.4", loadWeight "1", explore "0".."0.5"
 *              ("0.03"), halfLifeDays 1..3650 (30)}
 *   pools/     title, kind internal|external|hybrid (internal), members [workers], aliases [other
 *              names or ids under which requests may name it]
 *   workers/   title, kind human|exec|http, user (Unix account), capacity 0 = no limit (10),
 *              skills[] (a name or {name, level 1..5}), certifications[] (a name or {name,
 *              expires}), trustLevel (0), rating "0".."5" ("5" when absent), external bool,
 *              costUsd of one task ("0"), hours (model/calendar.h), away [{from, until, delegate}],
 *              notify (out/notice.h),
 *              exec {command[argv], timeoutSeconds (300)}: only for kind exec; http {url,
 *              secretFile, bearerFile, timeoutSeconds 1..600 (60), allowPrivate bool}: only for
 *              kind http, https unless allowPrivate
 *   lanes/ and workers/ also: paused bool, and with it pausedUntil (RFC 3339, then it is over by
 *              itself), pausedBy, pausedReason
 *   schemas/   a JSON Schema; the name ends in .vN; what it refers to in the registry may come
 *              later, config_check looks
 *   endpoints/ webhook rules of the operator: match (URL prefix) or dialect (default callback of
 *              a dialect), url (where to send instead of, or for want of, the task's own),
 *              secretFile, allowPrivate bool, events [names]; or smtp, the mail server (out/notice.h)
 *   schedules/ model/schedule.h      chains/ model/chain.h      gold/ model/gold.h
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
#include "model/names.h"
#include "model/verify.h"

struct err;
struct near;
struct schema;

enum config_kind {
	CFG_LANE,
	CFG_POOL,
	CFG_WORKER,
	CFG_SCHEMA,
	CFG_ENDPOINT,
	CFG_SCHEDULE,
	CFG_CHAIN,
	CFG_GOLD,
	CFG_ZONE, /* made from tzdata, not from etc/ (model/zone.h) */
	CFG_COUNT
};
extern const char *const config_dirs[CFG_COUNT];  /* "lanes", … */
extern const char *const config_words[CFG_COUNT]; /* "lane", … */

enum pool_kind { POOL_INTERNAL, POOL_EXTERNAL, POOL_HYBRID };
enum worker_kind { WORKER_HUMAN, WORKER_EXEC, WORKER_HTTP };

int pool_kind_by_name(const char *word); /* enum pool_kind, or -1 */

int strings_has(const struct strings *set, const char *s);

struct traits { /* names with a number each; model/traits.h */
	struct strings names;
	int64_t *value;
};

struct requirements {
	struct traits skills;     /* with the level that is needed */
	struct strings certifications;
	struct strings workers;  /* only these; empty: any */
	int trust_level;
	int min_rating_milli; /* 4.8 = 4800 */
};

enum risk { RISK_LOW, RISK_MEDIUM, RISK_HIGH, RISK_CRITICAL, RISK_COUNT };
extern const char *const risk_names[RISK_COUNT + 1]; /* NULL-ended */

enum offer_mode {
	OFFER_ONE,     /* one worker after the other */
	OFFER_FAN_OUT, /* several at once, the first to accept has it */
	OFFER_CLAIM    /* the same, and whoever could be asked may take it unasked */
};
enum on_breach { BREACH_REROUTE, BREACH_ESCALATE, BREACH_EXPIRE };

/* What one more unit of each is worth beside the chance of a good answer in time, in thousandths. */
struct weights {
	int success; /* chance 1.0 */
	int cost;    /* a worker's cost of once the lane's price */
	int load;    /* a worker's whole capacity in use */
};

struct lane {
	const char *name;
	const char *title;       /* or NULL */
	struct strings pools;
	const char *chain;       /* its tasks are routed by, or NULL */
	int blind;               /* a level of it does not see what others answered */
	const char *schema_name; /* or NULL */
	json_t *schema_inline;   /* or NULL */
	int schema_refers;       /* it may refer to registered ones */
	int assert_formats;      /* formats are asserted in the answers of its tasks */
	int64_t sla_ms, expire_ms /* 0: 4 x the task's SLA */, offer_ms;
	int max_attempts;
	int64_t price_usd_micro;
	int evidence_max;        /* bytes of each piece */
	struct requirements need;
	struct {
		int trust_level, min_rating_milli;
		int min_overlap;     /* 0: by default */
		int qa_milli;        /* -1: by default */
	} risk[RISK_COUNT];      /* at least this for tasks of that risk */
	struct verify verify;
	enum offer_mode offer_mode;
	int offers_at_once;
	int auto_trust;          /* from this trust level on assigned without asking; -1: never */
	int64_t release_free_ms; /* after acceptance: giving it back counts for nothing */
	int backup, predictive;  /* a second worker at 80 % of the SLA; earlier when late is likely */
	enum on_breach on_breach;
	const char *escalate_to; /* a pool, or NULL */
	int64_t remind_ms;       /* first reminder after so long; 0: none */
	int explore_milli;       /* share of choices that go to those who are little known */
	int64_t half_life_ms;    /* of evidence */
	struct weights weights;
	int paused;              /* as written */
	int64_t pause_ends_ms;   /* nobody is asked before; INT64_MIN: not paused, INT64_MAX: no end */
	const json_t *doc;
};

struct pool {
	const char *name;
	enum pool_kind kind;
	struct strings members;
	struct strings aliases;
	const json_t *doc;
};

/* Not there, in or out of hours; what would be theirs goes to the delegate. */
struct away {
	int64_t from_ms, until_ms;
	const char *delegate; /* or NULL: to nobody */
};

struct worker {
	const char *name;
	enum worker_kind kind;
	const char *user;        /* or NULL */
	int capacity;            /* 0: no limit */
	int paused;              /* as written */
	int64_t pause_ends_ms;   /* as a lane's */
	struct traits skills;         /* with levels */
	struct traits certifications; /* with the time they expire */
	int trust_level, rating_milli;
	int external;            /* in a hybrid pool: not one of our own */
	int64_t cost_usd_micro;  /* of one task */
	struct hours *hours;     /* model/calendar.h; NULL: always there */
	struct away *away;       /* owned, by time */
	size_t n_away;
	const json_t *exec_argv; /* array of strings, or NULL */
	int64_t exec_timeout_ms;
	struct {
		const char *url;
		const char *secret_file, *bearer_file; /* or NULL */
		int allow_private;
		int64_t timeout_ms;
	} http;                  /* of kind http */
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

struct chain;    /* model/chain.h */
struct gold;     /* model/gold.h */
struct schedule; /* model/schedule.h */
struct zone;     /* model/zone.h */
struct config; /* opaque */
struct config *config_new(void);
void config_free(struct config *c);

/* Parse and store (replacing) a document; ${doc} NULL removes.  On error the old one
 * stays.  The error's field pointer is inside the document. */
int config_set(struct config *c, enum config_kind kind, const char *name, const json_t *doc,
               struct err *err);
/* References between documents: lanes to pools, workers and schemas, pools to workers, workers to those
 * who stand for them (not in circles), schemas to schemas.  The first dangling one is reported as
 * "lanes/x.json: /pools/0: no such pool …". */
int config_check(const struct config *c, struct err *err);

const struct lane *config_lane(const struct config *c, const char *name);
const struct pool *config_pool(const struct config *c, const char *name_or_alias);
const struct worker *config_worker(const struct config *c, const char *name);
const struct worker *config_worker_of_user(const struct config *c, const char *user);
const struct schema_entry *config_schema(const struct config *c, const char *name);
const struct endpoint *config_endpoint(const struct config *c, const char *name);
const struct schedule *config_schedule(const struct config *c, const char *name);
const struct chain *config_chain(const struct config *c, const char *name);
const struct gold *config_gold(const struct config *c, const char *name);
/* Those of a lane, by name: how many, and the one at ${i} below that. */
size_t config_golds(const struct config *c, const char *lane);
const struct gold *config_gold_at(const struct config *c, const char *lane, size_t i);
const struct zone *config_zone(const struct config *c, const char *name);
const json_t *config_doc(const struct config *c, enum config_kind kind, const char *name);
/* What the members count as that the document of a lane, pool or worker does not have: a new object,
 * nested as the document is. */
json_t *config_defaults(enum config_kind kind, const json_t *doc);

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
