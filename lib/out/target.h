/*
 * out/target.h -- one delivery file and the operator's rules: where to send what, signed how.
 *
 * Purpose    Turn outbox/due/EVT.json (er.delivery.v1, spool/views.h) into a request.
 * Rules      The endpoint rule whose match is the longest prefix of the task's URL, at a boundary
 *            (end, '/', '?', '#'); else the one for the task's dialect.  A match rule's url and
 *            secretFile replace the task's own; a dialect rule's serve where the task named none.
 *            Private addresses are allowed by a match rule, or where a dialect rule's own url is
 *            used: never for an address of the requester's choice that no operator named.
 *            secretFile is relative to etc/ or absolute, owned by us or root, and closed to group
 *            and others; its first line is the secret.
 * Errors     FAIL_INVALID: the file is damaged or has no target; nothing but a new file helps.
 *            Others: may be better next time.
 * Ownership  struct target owns everything; target_release wipes secrets.
 */
#ifndef OUT_TARGET_H
#define OUT_TARGET_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "out/retry.h"

struct config;
struct endpoint;
struct err;
struct spool;

enum { TARGET_HEADERS_MAX = 9 };

struct target {
	json_t *doc;
	const char *event, *type, *dialect, *url; /* borrowed from doc or config */
	const char *body;
	size_t n;
	struct retry_policy retry;
	const struct endpoint *rule; /* or NULL */
	int allow_private;
	int unwanted;      /* the rule names events and this is none of them */
	int raw_key;       /* the secret was no base 64: its own bytes are the key */
	char host[256];    /* "host:port" in lower case: the unit of the limits */
	struct buf secret; /* empty: unsigned */
	struct buf headers[TARGET_HEADERS_MAX];
	const char *header[TARGET_HEADERS_MAX + 1]; /* NULL-ended, into headers */
};

/* ${name}: "due/EVT.json" in the outbox. */
int target_load(struct target *t, const struct spool *s, const struct config *config,
                const char *name, struct err *err);
/* Fill header[] for an attempt at ${now_s}. */
int target_sign(struct target *t, int64_t now_s, struct err *err);
void target_release(struct target *t);

#endif
