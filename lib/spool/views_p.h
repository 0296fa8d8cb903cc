/*
 * spool/views_p.h -- private to lib/spool: the parts of the views' writer.
 *
 * views.c        the queue of tasks with events that do not show yet
 * views_fold.c   one task: its view brought up to date in memory
 * views_write.c  one task: its files
 * views_index.c  index rows, appended and compacted
 */
#ifndef SPOOL_VIEWS_P_H
#define SPOOL_VIEWS_P_H

#include "base/buf.h"
#include "spool/idmap.h"
#include "spool/views.h"

enum { PLAIN_SLOTS = 4096 };

struct queued {
	struct event ev; /* only pos and seq when not kept */
	int kept;        /* then actor, msg and data are owned */
};

/* A task with events that its files do not show yet. */
struct job {
	struct id task;
	uint64_t prior_seq; /* of the task's event before the first queued one */
	struct journal_pos created;
	int recovering;
	int plain;          /* known to send no webhooks */
	struct queued *events; /* owned */
	size_t n, cap;
	struct job *prev, *next;
};

struct closed_row {
	uint64_t seq; /* of the closing event */
	char *line;   /* owned */
};

struct index_writer {
	int open_fd, closed_fd;
	struct buf rows;             /* for open.tsv */
	struct closed_row *closed;   /* owned; for closed.tsv */
	size_t n_closed, cap_closed;
	size_t appended, live;       /* since the last compaction, rows then */
	struct idmap tail;           /* recovery: tasks that stand in closed.tsv */
	int tail_read;
};

struct views {
	const struct spool *s;     /* borrowed */
	const struct journal *j;   /* borrowed */
	struct idmap ids;          /* task -> index of jobs */
	struct job **jobs;         /* owned; NULL where free */
	size_t n_jobs, cap_jobs;
	struct job *first, *last;
	size_t pending, kept, kept_bytes, recovering;
	struct index_writer index;
	views_due_fn *due;
	void *due_ctx;
	int (*undelivered)(void *ctx, uint64_t seq);
	void *undelivered_ctx;
	/* Tasks lately created that send no webhooks: saves reading task.created again. */
	struct id plain[PLAIN_SLOTS];
};

/* Workers whose inbox may hold an entry of the task under an older view. */
struct touched {
	struct {
		char worker[65], name[64];
	} *at; /* owned */
	size_t n, cap;
};

struct fold {
	struct views *v;
	const struct job *job;
	json_t *view;            /* owned */
	json_t *created;         /* owned: the line of task.created, read when needed */
	uint64_t shown;          /* seq that the files show */
	uint64_t closing;        /* seq of the queued event that ended the task, or 0 */
	struct touched touched;
	struct id *due;          /* owned: events whose outbox file was written */
	size_t n_due, cap_due;
};

/* Bring the view up to date; writes outbox files on the way. */
int views_fold(struct fold *f, struct err *err);
void views_fold_release(struct fold *f);
/* Write what the folded view implies and queue its index rows. */
int views_write(struct fold *f, struct err *err);
/* "WORKER/NAME" of an inbox entry; -1 when the worker's name cannot be a folder. */
struct inbox_entry;
int views_inbox_path(const struct inbox_entry *e, char *out);

void views_note_plain(struct views *v, const struct event *created);
int views_is_plain(const struct views *v, const struct id *task);

int views_index_open(struct index_writer *w, const struct spool *s, struct err *err);
void views_index_close(struct index_writer *w);
int views_index_add(struct index_writer *w, const json_t *view, const struct id *task,
                    uint64_t closing, int recovering, struct err *err);
int views_index_flush(struct index_writer *w, struct err *err);
int views_index_compact(struct index_writer *w, const struct spool *s, int idle, struct err *err);
void views_index_recovered(struct index_writer *w); /* the recovery is over */

#endif
