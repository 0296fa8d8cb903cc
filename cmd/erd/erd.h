/*
 * cmd/erd/erd.h -- the daemon's parts and the order of one pass.
 *
 *   pick up   copy the message's bytes once; check, parse and hash only that copy (take.c, batch.c)
 *   decide    decide(world, now, input); append and evolve each event (record.c)
 *   commit    ONE fdatasync = the commit point.  It fails: tell nobody, leave with 75
 *   tell      views, inboxes, results, outbox entries; receipts; then remove the messages
 *   send      webhooks, programs; each outcome returns as an input or a message
 *
 * Nothing is told before commit.  After a crash: a torn last line is cut, the journal replayed,
 * views mended, and messages whose effects are already in the journal are dropped by id.
 */
#ifndef ERD_ERD_H
#define ERD_ERD_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "engine/decide.h"
#include "model/event.h"
#include "model/message.h"
#include "spool/journal.h"
#include "spool/layout.h"

struct agents;
struct batch;
struct callers;
struct err;
struct http;
struct journal;
struct notices;
struct pickup_names;
struct pollfd;
struct rulings;
struct run;
struct task;
struct views;
struct webhook_report;
struct webhooks;
struct worker;
struct world;

enum {
	PENDING_MAX = 4096, /* events of one commit, about */
	PENDING_BYTES = 16 << 20, /* the same; their documents wait in memory */
	ROUTE_TRIES = 16,   /* in vain, before other work has its turn */
	TOLD_MAX = 16384    /* messages whose views may lag under load */
};

/* An event that was applied and waits for the commit to be told. */
struct pending {
	struct event ev;            /* actor and msg are owned copies; data is a reference */
	uint64_t prior_seq;
	struct journal_pos created;
};

/* What to do about a message once its events are durable.  The file stays in new/ until the view
 * of its task is written, so that one of the two is always there for a second submitter to see. */
struct told {
	char *file;                 /* owned; name in new/ to remove, or NULL */
	char *reply;                /* owned; FIFO that waits, or NULL */
	json_t *verdict;            /* owned, or NULL */
	struct id task;
	int has_task;
	struct told *prev, *next;   /* in order of arrival (utlist DL) */
	UT_hash_handle hh;          /* by file */
};

struct erd {
	struct spool spool;
	int lock, control, inotify, signals;
	struct world *world;
	struct journal *journal;
	struct views *views;
	struct http *http;
	struct webhooks *hooks;
	struct agents *agents;
	struct callers *callers;
	struct rulings *rulings;
	struct notices *notices;
	struct batch *batch;        /* the batch being taken, or NULL */

	struct pending *pending;    /* owned */
	size_t n_pending, cap_pending;
	struct told *told;          /* owned list */
	struct told *told_by_file;
	size_t n_told;
	struct run *runs, *calls;   /* owned; programs to be run, services to be asked, in order */
	struct run *later;          /* owned; services to be asked again */
	int64_t later_ms;           /* when the first of them is, if there are any */
	int held;                   /* it was said that no program can be started now */

	uint64_t noted_seq;         /* of the last event that notices_note saw */
	uint64_t told_seq; /* up to here notices went out before this start, but for some */

	struct webhook_report *reports; /* owned; outcomes that wait for the commit */
	size_t n_reports, cap_reports;

	int64_t ahead_ms;           /* of the wall clock, before the one that does not jump */
	int clock_seen;             /* ahead_ms is set */
	int64_t at_ms;              /* virtual clock of a rehearsal, or -1 */
	int once, stop;
	int locked_out;             /* another erd holds the spool */
	int routing;                /* there is more to route */
	int tight;                  /* hardly any space: submits wait */
	int blobs_fresh;            /* new/ was searched for blobs in this pass */
	int blobs_waiting;          /* found there, and left for now */
	char stuck[SPOOL_NAME_MAX]; /* the last file that could not be put away */
	uint64_t snapshot_seq;      /* of the last snapshot */
	int snapshot_pid;           /* child writing one, or 0 */
	int64_t next_clean_ms;
	uint64_t refused_total, messages_total;
};

int64_t erd_now(const struct erd *e);

/* start.c: open everything, recover, load configuration. */
struct erd_options {
	const char *spool;
	int once, check;
	int64_t at_ms;
};
int erd_start(struct erd *e, const struct erd_options *o, struct err *err);
int erd_reload(struct erd *e, struct err *err); /* etc/ again; a bad set keeps the old one */
void erd_end(struct erd *e);

/* docs.c: what a decision wants to see of the journal. */
struct docs {
	json_t *line[INPUT_ANSWERS_MAX + 2]; /* owned */
	size_t n;
};
int docs_load(struct erd *e, struct input *in, struct docs *d, struct err *err);
void docs_release(struct docs *d);

/* record.c */
int record_input(struct erd *e, const struct input *in, const char *msg_id, struct decision *out,
                 struct err *err); /* decide, append, evolve; out must be released.  -1 with
                                      FAIL_TEMPORARY/FAIL_FAILURE: the daemon must stop;
                                      other codes: refused */
int record_refusal(struct erd *e, const char *file, const struct message *m, const struct err *why,
                   struct err *err); /* put it into refused/ and journal that */
int record_refused(struct erd *e, const char *shown, const struct message *m,
                   const struct err *why, struct err *err); /* it is there: journal that */
int record_full(const struct erd *e); /* time to commit */
/* Timers due and routing, until quiet, record_full or ROUTE_TRIES (then e->routing). */
int record_engine(struct erd *e, struct err *err);
int record_commit(struct erd *e, struct err *err);   /* journal_commit, then views_note */
struct told *told_new(struct erd *e, const char *file, const struct message *m);
/* Views of these, receipts, unlink: oldest first, for ${budget_us} at least (-1: all). */
int told_flush(struct erd *e, int64_t budget_us, struct err *err);
int told_claims(const struct erd *e, const char *file);
void told_release(struct erd *e);
int err_fatal(const struct err *err);                /* the journal or the disk is gone */

/* take.c */
int take_file(struct erd *e, const char *file, struct err *err);
int take_all(struct erd *e, size_t *taken, struct err *err); /* one scan of new/ */

/* evidence.c: blobs, and the answers that name them. */
int evidence_take(struct erd *e, const char *file, int fd, struct err *err); /* closes fd */
/* Before an answer is decided: 1 all its blobs are here, and its references say what they are; 0
 * some may come: leave it; -1: refuse it, or err_fatal. */
int evidence_ready(struct erd *e, const struct message *m, const json_t *created, struct err *why);
/* Before an answer is committed: its blobs stay. */
int evidence_keep(struct erd *e, const struct message *m, struct err *err);

/* batch.c */
int batch_begin(struct erd *e, const char *file, int fd, struct err *err);
/* A few lines; ends it when done. */
int batch_step(struct erd *e, int64_t budget_us, struct err *err);
int batch_claims(const struct erd *e, const char *file);
void batch_free(struct batch *b);

/* experts.c: workers that are programs or services. */
void experts_want(struct erd *e, const struct id *task, const struct worker *wk);
int experts_start(struct erd *e, struct err *err);   /* and resume what a restart cut off */
int experts_run(struct erd *e, struct err *err);     /* start what was wanted */
int64_t experts_next_ms(const struct erd *e);        /* of now_mono_ms: there is more to do */
void experts_release(struct erd *e);

/* experts_end.c: what they said, through the drop.  What cannot be stored stops the daemon. */
void experts_answered(struct erd *e, const struct id *task, const char *worker, const char *bytes,
                      size_t n);
int64_t experts_time_left(const struct erd *e, const struct task *t);
void experts_gave_up(struct erd *e, const struct id *task, const char *worker, const char *reason);

/* rulings.c: programs that judge answers. */
int rulings_start(struct erd *e, struct err *err);   /* and resume what a restart cut off */
void rulings_want(struct erd *e, const struct id *task, const char *worker, int attempt);
/* Start what was wanted; 1: a verdict was dropped. */
int rulings_run(struct erd *e, struct err *err);
size_t rulings_pollfds(const struct erd *e, struct pollfd *fds); /* room for AGENTS_POLLFDS */
void rulings_handle(struct erd *e, const struct pollfd *fds, size_t n);
int64_t rulings_next_ms(const struct erd *e);        /* of now_mono_ms */
/* Some run; those that wait for a retry do not count. */
int rulings_active(const struct erd *e);
void rulings_free(struct rulings *r);

/* say.c: a message in the name of ${from}, through the drop; erd reads it on its next scan.
 * ${body} is stolen.  FAIL_INVALID: it would be refused. */
int say(struct erd *e, const struct id *task, const char *from, const char *type, json_t *body,
        struct err *err);
/* It cannot be stored: stop, and ask again after the restart. */
void say_lost(struct erd *e, const char *whose, const struct err *why);

/* hooks.c */
int hooks_start(struct erd *e, struct err *err);
int hooks_run(struct erd *e, struct err *err);
int hooks_settle(struct erd *e, struct err *err); /* after the commit */
int hooks_mend(struct erd *e, const struct event *ev, struct err *err); /* a restart's tail */

/* notices.c: workers are told what waits for them. */
int notices_start(struct erd *e, struct err *err);
void notices_note(struct erd *e, const struct pending *p); /* a committed event */
void notices_again(struct erd *e, const struct event *ev); /* one of a restart's tail */
void notices_remember(struct erd *e, int all);             /* for the next start */

/* rest.c: snapshot, index compaction, cleaning. */
int rest_snapshot(struct erd *e, int at_exit, struct err *err);
void rest_reap(struct erd *e);
int rest_idle(struct erd *e, struct err *err);

/* loop.c */
int erd_loop(struct erd *e, struct err *err);

#endif
