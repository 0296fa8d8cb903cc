/*
 * model/verify.h -- how a lane checks the answers of its tasks: the member "verify" of its document.
 *
 * Format     verify {
 *              minOverlap 1..12 (1), maxOverlap 1..12 (minOverlap): blind answers of a task,
 *              confidence "0.5".."0.9999" ("0.95"): below it one more is asked for,
 *              consensus crowd|majority|weighted (crowd): engine/verify/,
 *              approval {field (pointer), approve [values], quorum 1..12 (1), veto bool,
 *                groups [{pool, quorum}]}: instead of consensus, so many who approve,
 *              rules [{name, logic (JSONLogic over task, answer, worker, now), message, field}],
 *              programs [{name, command [argv], timeoutSeconds 1..600 (10), memoryMiB 16..4096
 *                (256)}]: the answer on stdin, the verdict on exit status and stdout,
 *              anomaly {alpha "0".."0.1" ("0.001"; 0: off), off [names of tests]},
 *              gold {rate "0".."0.5" ("0"), newRate ("0": as rate), newTasks (20),
 *                floor "0".."1" ("0.6"), acceptIfAtLeast, askMoreIfLess, rejectIfLess "0".."1"
 *                (none): what the accuracy of its giver makes of an answer},
 *              qa {lane, rate "0".."1"}: a lane whose workers review; without one nobody does,
 *              onFail {rules (return), anomaly, gold, qa (reroute): return|reroute|fail: what a failed
 *                stage does with the answer; consensus accept|review|fail: what becomes of answers
 *                that do not agree enough, with as many as maxOverlap allows; where it is not said,
 *                review with a qa.lane, else fail where a confidence is stated, else accept}
 *            }
 *            A lane's risk {TIER {minOverlap, qaRate}} raises them for tasks of that risk; by default
 *            high wants 2 and critical 3 answers where maxOverlap allows, and 1, 5, 20 and 100 % of
 *            answers are reviewed.
 * Ownership  Strings are borrowed from the document; rules, strings own the rest: verify_release.
 * Errors     FAIL_INVALID with the pointer inside the lane's document.
 */
#ifndef MODEL_VERIFY_H
#define MODEL_VERIFY_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "model/names.h"

struct err;
struct logic;

enum stage {
	STAGE_SCHEMA,
	STAGE_RULES,
	STAGE_ANOMALY,
	STAGE_GOLD,
	STAGE_CONSENSUS,
	STAGE_QA,
	STAGE_COUNT
};
extern const char *const stage_names[STAGE_COUNT + 1]; /* NULL-ended */
int stage_by_name(const char *name); /* or -1 */

enum on_fail {
	ON_FAIL_RETURN,  /* back to who gave it, with the reasons */
	ON_FAIL_REROUTE, /* to somebody else */
	ON_FAIL_END      /* the task fails */
};

/* When all the answers that are allowed do not agree enough. */
enum on_unsure { UNSURE_ACCEPT, UNSURE_REVIEW, UNSURE_FAIL };

enum consensus { CONSENSUS_CROWD, CONSENSUS_MAJORITY, CONSENSUS_WEIGHTED };

enum {
	OVERLAP_MAX = 12,
	RULES_MAX = 64,
	PROGRAMS_MAX = 8,
	GROUPS_MAX = 8
};

struct rule {
	const char *name;
	struct logic *logic;   /* owned */
	const char *message;   /* or NULL */
	const char *field;     /* pointer into the answer, "" when it is about all of it */
};

struct rule_program {
	const char *name;
	const json_t *argv;
	int64_t timeout_ms;
	int memory_mib;
};

struct approval_group {
	const char *pool;
	int quorum;
};

struct verify {
	int asked;                /* the lane has the member "verify" */
	int min_overlap, max_overlap;
	int confidence_milli;
	int consensus;            /* enum consensus */
	struct {
		const char *field;    /* NULL: no approval */
		const json_t *approve;
		int quorum, veto;
		struct approval_group group[GROUPS_MAX];
		size_t n_groups;
	} approval;
	struct rule *rules;       /* owned */
	size_t n_rules;
	struct rule_program program[PROGRAMS_MAX];
	size_t n_programs;
	int alpha_micro;          /* of anomaly tests; 0: off */
	struct strings anomaly_off;
	struct {
		int rate_milli, new_rate_milli, new_tasks, floor_milli;
		int accept_milli, more_milli, reject_milli; /* -1: not said */
	} gold;
	struct {
		const char *lane;     /* or NULL */
		int rate_milli;       /* -1: by risk */
	} qa;
	int on_fail[STAGE_COUNT]; /* enum on_fail; of STAGE_CONSENSUS enum on_unsure */
};

/* ${doc}: the lane's document. */
int verify_read(const json_t *doc, struct verify *out, struct err *err);
void verify_release(struct verify *v);
void verify_defaults(const json_t *doc, json_t *out);
/* What of it runs for a task of this risk (-1: not said).  ${risk_*} are the lane's own for that tier, or -1. */
int verify_overlap(const struct verify *v, int risk, int risk_overlap);
int verify_qa_milli(const struct verify *v, int risk, int risk_rate);

#endif
