/*
 * spool/rebuild_p.h -- private to lib/spool: the parts of a rebuild.
 *
 * rebuild.c        the walk: tasks in memory
 * rebuild_files.c  comparing and writing files, finding strays
 */
#ifndef SPOOL_REBUILD_P_H
#define SPOOL_REBUILD_P_H

#include <jansson.h>

#include "base/buf.h"
#include "spool/dirlist.h"
#include "spool/idmap.h"
#include "spool/rebuild.h"

enum { THAWED_MAX = 4096 };

struct kept {
	struct id id;
	json_t *view;            /* owned; NULL: frozen or closed */
	char *frozen;            /* owned; the view as text */
	json_t *created;         /* owned; data of task.created while it sends webhooks */
	int deliver, closed;
};

struct rebuild {
	const struct spool *s;
	const struct rebuild_options *how;
	struct rebuild_counts *counts;
	struct idmap ids;        /* -> index in tasks */
	struct kept *tasks;      /* owned */
	size_t n, cap;
	uint32_t ring[THAWED_MAX]; /* lately used, 1 + index */
	size_t ring_at;
	struct names inbox, due; /* paths that should be there */
	struct buf open_rows, closed_rows;
	uint64_t *told;          /* owned, sorted: webhooks delivered or given up */
	size_t n_told, cap_told;
};

/* ${dir}: "tasks", …; ${path} inside it. */
int rebuild_file(struct rebuild *r, int dirfd, const char *dir, const char *path,
                 const struct buf *text, int private, struct err *err);
int rebuild_view(struct rebuild *r, const struct kept *k, const json_t *view, struct err *err);
int rebuild_index(struct rebuild *r, struct err *err);
int rebuild_strays(struct rebuild *r, struct err *err);

#endif
