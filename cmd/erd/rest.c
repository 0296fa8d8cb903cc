#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "engine/snapshot.h"
#include "engine/world.h"
#include "erd.h"
#include "log.h"
#include "spool/blob.h"
#include "spool/pickup.h"
#include "spool/snapshot.h"
#include "spool/views.h"

enum {
	SNAPSHOT_EVERY = 100000,         /* events replayed at a restart at most, about */
	CLEAN_EVERY_MS = 60 * 60 * 1000
};

static int sync_views(const struct erd *e)
{
	int rc;

	do
		rc = syncfs(e->spool.root);
	while (rc != 0 && errno == EINTR);
	return rc;
}

static int write_snapshot(struct erd *e, const struct journal_mark *mark, struct err *err)
{
	struct buf state = BUF_INIT;
	int rc;

	world_save(e->world, &state);
	if (!buf_ok(&state))
		rc = err_set(err, FAIL_FAILURE, "the state is too large for a snapshot");
	else if (sync_views(e) != 0) /* which it vouches for */
		rc = err_errno(err, "cannot sync the views");
	else
		rc = snapshot_write(&e->spool, mark, state.data, state.len, err);
	buf_release(&state);
	return rc;
}

/* In a child: it has the state as of now for the price of a fork, and erd goes on. */
static void snapshot_in_child(struct erd *e, const struct journal_mark *mark)
{
	struct err err = ERR_INIT;
	int parent = getpid();
	int pid = fork();

	if (pid == 0) {
		/* It shares the spool's lock: a killed erd must not stay locked in. */
		if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent)
			_exit(1);
		_exit(write_snapshot(e, mark, &err) != 0);
	}
	if (pid < 0) {
		log_event(LOG_WARNING_, "snapshot.fork", NULL);
		return;
	}
	e->snapshot_pid = pid;
	e->snapshot_seq = mark->seq;
}

int rest_snapshot(struct erd *e, int at_exit, struct err *err)
{
	struct journal_mark mark = journal_mark(e->journal);

	if (e->snapshot_pid || views_pending(e->views) || e->n_pending)
		return 0;
	if (at_exit || mark.seq - e->snapshot_seq >= SNAPSHOT_EVERY)
		notices_remember(e, 1); /* a restart looks only at what comes after the snapshot */
	if (at_exit)
		return mark.seq > e->snapshot_seq ? write_snapshot(e, &mark, err) : 0;
	if (mark.seq - e->snapshot_seq >= SNAPSHOT_EVERY)
		snapshot_in_child(e, &mark);
	return 0;
}

void rest_reap(struct erd *e)
{
	int status;

	if (!e->snapshot_pid || waitpid(e->snapshot_pid, &status, WNOHANG) != e->snapshot_pid)
		return;
	e->snapshot_pid = 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		log_event(LOG_WARNING_, "snapshot.failed", NULL);
}

int rest_idle(struct erd *e, struct err *err)
{
	if (views_compact_index(e->views, 1, err) < 0)
		return -1;
	malloc_trim(0); /* what a burst of documents took goes back */
	if (now_mono_ms() < e->next_clean_ms)
		return 0;
	e->next_clean_ms = now_mono_ms() + CLEAN_EVERY_MS;
	if (blob_clean(&e->spool, now_wall_ms(), err) != 0)
		return -1;
	return pickup_clean(&e->spool, now_wall_ms(), err);
}
