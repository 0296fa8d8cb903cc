/*
 * spool/walk.h -- one way through the journal, for recovery and for tools.
 *
 * Method     Events are visited when the end of their commit was read, not before.
 * Order      walk_open, walk_run, then read ${mark}, ${torn}; walk_close.
 * Errors     -1: FAIL_FAILURE naming segment and line, or what the visitor set.
 */
#ifndef SPOOL_WALK_H
#define SPOOL_WALK_H

#include "base/buf.h"
#include "spool/journal.h"
#include "spool/segment.h"

/* A line of a commit whose end was not seen yet. */
struct held {
	size_t at; /* in the walk's buffer */
	struct journal_pos pos;
};

struct walk {
	const struct spool *s; /* borrowed */
	struct segment seg;
	struct chain chain;
	struct journal_mark mark; /* behind the last whole commit, or where the visitor stopped */
	struct buf lines;         /* held lines */
	struct held *held;        /* owned */
	size_t n_held, cap_held;
	uint32_t last;            /* segment */
	int verify;
	int torn;                 /* out: the last segment has bytes (or no header) behind mark */
	off_t torn_at;            /* out: where they begin */
	int stopped;              /* out: the visitor said so */
};

int walk_open(struct walk *w, const struct spool *s, const struct journal_mark *from, int verify,
              struct err *err);
int walk_run(struct walk *w, journal_visit *visit, void *ctx, struct err *err);
void walk_close(struct walk *w);

/* Parse one line (without LF) that lies at ${pos} and hand it to ${visit}. */
int walk_visit(const char *line, size_t n, int trusted, struct journal_pos pos,
               journal_visit *visit, void *ctx, struct err *err);

/* The events whose line contains ${needle}, found by search before parsing. */
int walk_matching(const struct spool *s, struct journal_pos from, const char *needle,
                  journal_visit *visit, void *ctx, struct err *err);
/* The events of ${task} from ${from} (segment 0: the beginning) up to seq ${to}. */
int walk_task_from(const struct spool *s, const struct id *task, struct journal_pos from,
                   uint64_t to, journal_visit *visit, void *ctx, struct err *err);

#endif
