/*
 * erctl/waiter.h -- wait for a view of a task to appear.
 *
 * Method     inotify on the shards of tasks/ or results/ and on their parent (shards are
 *            made when first needed).  It is a hint: waiter_sleep returns at least every
 *            30 s (every second where there is no inotify), and the caller looks itself.
 * Errors     FAIL_INTERRUPTED after Ctrl-C or SIGTERM.
 */
#ifndef ERCTL_WAITER_H
#define ERCTL_WAITER_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct id;
struct spool;

enum view_kind { VIEW_TASK, VIEW_RESULT };

/* The view as it is now, or NULL.  Parsed as our own document. */
json_t *view_read(const struct spool *s, enum view_kind kind, const struct id *task);

struct waiter {
	int dir; /* borrowed */
	int fd;  /* -1: no inotify */
	const struct id *ids; /* borrowed */
	size_t n;
};

void waiter_init(struct waiter *w, const struct spool *s, enum view_kind kind,
                 const struct id *ids, size_t n);
/* Sleep until something may have changed or ${until_mono_ms} (INT64_MAX: no limit) is reached. */
int waiter_sleep(struct waiter *w, int64_t until_mono_ms, struct err *err);
void waiter_release(struct waiter *w);

/* Wait up to ${ms} for one view; NULL when it did not come. */
json_t *waiter_view(const struct spool *s, enum view_kind kind, const struct id *task, int64_t ms);

/* Ctrl-C ends waits instead of the process: call before the first waiter_sleep. */
void waiter_catch_signals(void);

#endif
