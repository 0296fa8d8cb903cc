/*
 * out/notice.h -- tell workers that something waits for them: a program, mail, ntfy, Slack.
 *
 * Format     "notify" in a worker's document:
 *   on            which: offered assigned reminder backup breach (all)
 *   minSeconds    0..86400 (60): no more than one notice in that time; what comes meanwhile goes
 *                 into the next one
 *   exec          {command [argv], timeoutSeconds 1..600 (30)}: er.notice.v1 on its stdin
 *   mail          {to}: by the first document in endpoints/ that has "smtp"
 *   ntfy          {url, tokenFile}: the topic's URL
 *   slack         {url | urlFile}: an incoming webhook
 *   allowPrivate  of ntfy and slack: addresses in private networks
 *            "smtp" in an endpoint's document: {url smtp[s]://host:port, from, user, passwordFile,
 *            plain}
 * Rules      Never in the way: nothing here waits, and what fails is tried again after 5 s, 30 s,
 *            2 m, 10 m, 1 h and then given up, channel by channel.  A notice is a help, not a fact: it is in
 *            no journal; inbox/ has all that waits.
 * Restart    outbox/notices.json has the number of the last event of which all was said, those before
 *            it of which not all was, and who is not to be told again before when:
 *              {"er":1,"seq":N,"open":[{"seq","segment","offset","length"}],"next":{WORKER:TIME}}
 *            It is replaced after a notice went out, without being synced.  So each is told at least
 *            once, and twice when the crash comes between the two, or when one of several channels
 *            had it; a notice names its events' numbers ("seq").
 * Limits     20 tasks are named in one notice, the rest counted; 10,000 notices under way; the last
 *            NOTICE_KEPT_MAX events of which something is still to be said.
 * Errors     Told by ${told}, for the log; nothing else fails.
 * Units      Wall clock.
 */
#ifndef OUT_NOTICE_H
#define OUT_NOTICE_H

#include <stddef.h>
#include <stdint.h>

#include "base/ids.h"
#include "model/event.h"

struct config;
struct err;
struct http;
struct notices; /* opaque */
struct pollfd;
struct spool;

enum notice_kind { NOTICE_OFFERED, NOTICE_ASSIGNED, NOTICE_REMINDER, NOTICE_BACKUP, NOTICE_BREACH,
	           NOTICE_KINDS };

enum { NOTICE_SHOWN = 20, NOTICE_KEPT_MAX = 1000 };

struct notice {
	enum notice_kind kind;
	const char *worker;
	struct id task;
	const char *title, *lane; /* foreign text */
	int64_t due_ms;           /* 0: none */
	uint64_t seq;             /* the event that is told */
	struct journal_pos pos;
};

struct notice_ref {
	uint64_t seq;
	struct journal_pos pos;
};

struct notice_refs {
	struct notice_ref *v; /* owned */
	size_t n, cap;
};
void refs_release(struct notice_refs *r);

/* ${channel} "mail", ${error} one safe line or NULL when it went out, ${last}: given up. */
typedef void notice_told(void *ctx, const char *worker, const char *channel, const char *error,
                         int last);

struct notices *notices_new(const struct spool *s, struct http *h, const struct config *config,
                            notice_told *told, void *ctx, struct err *err);
void notices_free(struct notices *n); /* what was not sent is dropped */
void notices_add(struct notices *n, const struct notice *what, int64_t now_ms);

/* notice_kept.c: note in outbox/ what is still to be said of the events up to ${seq}, when something was
 * said since; ${all}: also when not.  Nothing depends on it but the next start. */
int notices_keep(struct notices *n, uint64_t seq, int all, struct err *err);
/* At the start: what was noted.  0 and *seq 0 when nothing was; -1: it cannot be read. */
int notices_kept(struct notices *n, int64_t now_ms, uint64_t *seq, struct notice_refs *open,
                 struct err *err);

/* In the loop: run what is due, wait with the descriptors until notices_next_ms, handle. */
void notices_run(struct notices *n, int64_t now_ms);
int64_t notices_next_ms(const struct notices *n); /* INT64_MAX: nothing planned */
size_t notices_pollfds(const struct notices *n, struct pollfd *fds); /* room for AGENTS_POLLFDS */
void notices_handle(struct notices *n, const struct pollfd *fds, size_t count);
int64_t notices_program_ms(const struct notices *n); /* monotonic, as agents_next_ms */
size_t notices_active(const struct notices *n);      /* under way now */

#endif
