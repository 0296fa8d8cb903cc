#include "waiter.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "json/js.h"
#include "spool/layout.h"

enum { VIEW_MAX_BYTES = 16 << 20, POLL_MS = 30000, BLIND_POLL_MS = 1000 };

static volatile sig_atomic_t stopped;

static int view_dir(const struct spool *s, enum view_kind kind)
{
	return kind == VIEW_TASK ? s->tasks : s->results;
}

json_t *view_read(const struct spool *s, enum view_kind kind, const struct id *task)
{
	char path[SPOOL_NAME_MAX];
	struct buf b = BUF_INIT;
	struct err ignored = ERR_INIT;
	json_t *v = NULL;
	layout_task_path(task, path);
	if (io_read_file(view_dir(s, kind), path, VIEW_MAX_BYTES, &b, &ignored) == 0)
		v = js_parse_trusted(buf_str(&b), b.len, &ignored);
	buf_release(&b);
	return v;
}

static void watch(struct waiter *w)
{
	char path[64], shard[SPOOL_NAME_MAX];
	if (w->fd < 0)
		return;
	snprintf(path, sizeof path, "/proc/self/fd/%d/.", w->dir);
	if (inotify_add_watch(w->fd, path, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR) < 0) {
		close(w->fd);
		w->fd = -1;
		return;
	}
	for (size_t i = 0; i < w->n; i++) {
		snprintf(path, sizeof path, "/proc/self/fd/%d/%.2s", w->dir,
		         layout_shard(&w->ids[i], shard));
		inotify_add_watch(w->fd, path, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
	}
}

void waiter_init(struct waiter *w, const struct spool *s, enum view_kind kind,
                 const struct id *ids, size_t n)
{
	*w = (struct waiter){.dir = view_dir(s, kind), .ids = ids, .n = n};
	w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	watch(w);
}

void waiter_release(struct waiter *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
}

int waiter_sleep(struct waiter *w, int64_t until_mono_ms, struct err *err)
{
	char events[4096];
	int64_t ms = w->fd < 0 ? BLIND_POLL_MS : POLL_MS;
	if (until_mono_ms != INT64_MAX) {
		int64_t left = until_mono_ms - now_mono_ms();
		if (left < ms)
			ms = left > 0 ? left : 0;
	}
	struct pollfd p = {.fd = w->fd, .events = POLLIN};
	if (!stopped && poll(&p, 1, (int)ms) < 0 && errno != EINTR)
		return err_errno(err, "cannot wait");
	if (stopped)
		return err_set(err, FAIL_INTERRUPTED, "interrupted");
	if (w->fd >= 0 && (p.revents & POLLIN)) {
		while (read(w->fd, events, sizeof events) > 0)
			; /* what it says does not matter: the caller looks */
		watch(w); /* a shard may be new */
	}
	return 0;
}

json_t *waiter_view(const struct spool *s, enum view_kind kind, const struct id *task, int64_t ms)
{
	struct waiter w;
	struct err ignored = ERR_INIT;
	int64_t until = now_mono_ms() + ms;
	json_t *v = view_read(s, kind, task);
	if (v || ms == 0)
		return v;
	waiter_init(&w, s, kind, task, 1);
	while (!(v = view_read(s, kind, task)) && now_mono_ms() < until) {
		if (waiter_sleep(&w, until, &ignored) < 0)
			break;
	}
	waiter_release(&w);
	return v;
}

static void on_signal(int sig)
{
	(void)sig;
	stopped = 1;
}

void waiter_catch_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal};
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}
