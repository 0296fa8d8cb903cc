/*
 * model/chain.h -- chains: who is asked next when nobody answers in time, or not surely enough.  Pure.
 *
 * Format     etc/chains/NAME.json, the body of Agent Teams' "create chain" and what er adds:
 *              {"name":"support-escalation",
 *               "levels":[{"agentId":"support-agent","timeoutSeconds":300},
 *                         {"agentId":"senior-agent","timeoutSeconds":600,"confidenceThreshold":0.5},
 *                         {"agentId":"human-escalation","timeoutSeconds":3600}],
 *               "repeat":0,              rounds after the first, 0..9
 *               "skipEmpty":true,        a level at which nobody can be asked is passed over at once
 *               "acknowledgers":1,       how many must acknowledge, 1..8; a level may say so itself
 *               "acknowledgeSeconds":0,  an acknowledgement holds so long; 0: until it is withdrawn
 *               "lane":"support",        the lane of its escalations; absent: none
 *               "title":…, "description":…}
 *            An agent is a worker, a pool or its alias, or a schedule (who is on call at that
 *            moment); what has the name first in this order is meant.
 *            "name" may be absent: then it is the file's.  "id", when it is there, is ignored:
 *            what `erctl chain show` prints can be given back.
 * Limits     20 levels; timeouts 1 s .. 30 d.
 * Units      Confidence in millionths.
 * Ownership  Texts are borrowed from the document.
 */
#ifndef MODEL_CHAIN_H
#define MODEL_CHAIN_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum { CHAIN_LEVELS_MAX = 20, CHAIN_ACKS_MAX = 8, CHAIN_REPEAT_MAX = 9, CONFIDENCE_ONE = 1000000 };

struct chain_level {
	const char *agent;
	int64_t timeout_ms;
	int threshold;      /* millionths; 0: none */
	int acknowledgers;
};

struct chain {
	const char *name;   /* the file's */
	const char *shown;  /* as the document has it */
	const char *lane;   /* or NULL */
	struct chain_level level[CHAIN_LEVELS_MAX];
	size_t n;
	int repeat;
	int skip_empty;
	int64_t ack_ms;     /* 0: for ever */
	const json_t *doc;
};

/* FAIL_INVALID with the member's pointer. */
int chain_from_json(const char *name, const json_t *doc, struct chain *out, struct err *err);
/* All levels and rounds in a row: what stands for the SLA of an escalation. */
int64_t chain_total_ms(const struct chain *c);
/* A name for the file from a name of any shape: "Support Team 2" is support-team-2.  ${out} has
 * 65 bytes; 0 when nothing is left. */
int chain_file_name(const char *shown, char *out);
/* Confidence of an answer in millionths, or -1 when it says none. */
int confidence_of(const json_t *number);

#endif
