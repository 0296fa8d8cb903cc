/*
 * spool/layout.h -- the only place that knows the names inside a spool.
 *
 * Format     SPOOL/
 *              spool.json        {"er":1,"format":1,"id":"10 hex digits","organisation":…,
 *                                 "createdAt":…,"rehearsal"?:true}
 *              lock              flock of the one erd
 *              control           FIFO: one byte wakes erd; ENXIO means none is running
 *              etc/KIND/NAME.json
 *              tmp/ new/         the drop (spool/drop.h)
 *              refused/NAME      with NAME.why.json beside it
 *              journal/00000001.ndjson …  and snapshot-SEQ.bin (spool/journal.h, snapshot.h)
 *              tasks/XX/ID.json  XX: the last two digits of the id
 *              inbox/WORKER/DUE-ID.json
 *              results/XX/ID.json
 *              outbox/due/EVT.json outbox/dead/EVT.json outbox/delivered.ndjson
 *              index/open.tsv index/closed.tsv   one row per task, for `list` and completion
 *              blobs/XX/SHA256   evidence that answers in the journal name (spool/blob.h); XX: the
 *                                first two digits.  No view: it cannot be made again.
 *              blobs/waiting/SHA256   evidence that no answer names yet
 * Rules      Everything opens by directory descriptor; directories under tasks/, inbox/ and
 *            results/ are made when first needed.
 * Ownership  spool_close closes every descriptor.
 */
#ifndef SPOOL_LAYOUT_H
#define SPOOL_LAYOUT_H

#include <stdint.h>

#include "base/ids.h"

struct err;

enum { SPOOL_FORMAT = 1, SPOOL_NAME_MAX = 256 };

struct spool {
	char *path;          /* owned; for messages */
	int root, etc, tmp, new_, refused, journal, tasks, inbox, results, outbox, index,
	    blobs; /* dir fds */
	char organisation[129];
	uint64_t tag;        /* 40 bits from spool.json "id": makes event ids unique across spools */
	int rehearsal;
	uint32_t segment_max; /* of the journal; 0: SEGMENT_MAX (tests make it small) */
};

/* FAIL_NOT_FOUND "no spool at PATH: …" when there is none; FAIL_CONFIG for another format. */
int spool_open(struct spool *s, const char *path, struct err *err);
void spool_close(struct spool *s);
/* Make and open again the folders of views that were deleted meanwhile: 1 some were, 0 none, -1. */
int spool_mend(struct spool *s, struct err *err);

/* 1 while at least 5 % of the file system's blocks and inodes are free: below that nothing new
 * is taken, so that the journal can still record the end of what there is. */
int spool_space_ok(const struct spool *s);

/* Where the spool is: ${option} (-C) > $ER_SPOOL > /var/spool/er if usable >
 * $XDG_STATE_HOME/er/spool (~/.local/state).  ${why} is set to which rule chose it.
 * The caller frees the path. */
char *spool_find(const char *option, const char **why);

/* Make a spool (directories 0750, tmp and new 2770), with files of ${from}/etc copied when not NULL.
 * FAIL_CONFLICT when PATH holds one.  Durable on return. */
struct spool_init {
	const char *path;
	const char *from;         /* a spool to copy etc/ from, or NULL */
	const char *organisation; /* or NULL: from ${from}, else "local" */
	int rehearsal;
};
int spool_init(const struct spool_init *how, struct err *err);

/* "XX/task_….json"; ${out} has SPOOL_NAME_MAX bytes; returns out. */
char *layout_task_path(const struct id *task, char *out);
/* The directory part, "XX". */
char *layout_shard(const struct id *task, char *out);

/* Load every document of etc/ (config_set each; all errors are collected into ${report},
 * one line each, may be NULL).  -1 when any is bad. */
struct config;
struct buf;
int spool_load_config(const struct spool *s, struct config *c, struct buf *report, struct err *err);
/* The same for one folder, without a look at what it refers to. ${kind} is enum config_kind. */
int spool_load_kind(const struct spool *s, struct config *c, int kind, struct buf *report,
                    struct err *err);
/* Load one document if it exists: 1 loaded, 0 absent, -1 bad. ${kind} is enum config_kind. */
int spool_load_document(const struct spool *s, struct config *c, int kind, const char *name,
                        struct err *err);
/* Load just what ${body} names (lane, its pools and schema, pool, schema): the fast path of
 * submit.  When one of these schemas refers to others, all of them; when the named lane or pool is absent everything of that kind is loaded, so that
 * near names can be told. */
int spool_load_for(const struct spool *s, struct config *c, const void *body_json_t, struct err *err);

/* Raise the id by unique abbreviation (>= 4 characters after "task_", or a whole id): looks in index/,
 * then tasks/ and new/.  FAIL_NOT_FOUND: none, or ambiguous (the text lists up to 5). */
int spool_resolve(const struct spool *s, const char *abbrev, struct id *out, struct err *err);

#endif
