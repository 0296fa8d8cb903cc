/*
 * The one loop.  It sleeps in http_poll, which watches transfers, new/ (inotify), the control FIFO,
 * signals and the pipes of programs, until the engine's, the webhooks' or a program's next
 * deadline. A notification is only a hint: new/ is scanned until a scan finds nothing.
 */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "engine/world.h"
#include "erd.h"
#include "json/js.h"
#include "log.h"
#include "notify.h"
#include "out/agent.h"
#include "out/caller.h"
#include "out/http.h"
#include "out/notice.h"
#include "out/webhook.h"
#include "spool/lock.h"
#include "spool/receipt.h"
#include "spool/views.h"

enum {
	SCAN_PERIOD_MS = 5000,   /* a lost notification costs at most this */
	BUSY_TAKEN = 256,        /* messages in one scan that mean load */
	IDLE_AFTER_MS = 500,
	BATCH_SLICE_US = 40000,  /* of a batch between two looks at new/ */
	VIEW_SLICE_US = 2000,    /* of views while there is more to decide */
	VIEW_CALM_US = 50000,    /* of views otherwise, before new/ is looked at again */
	CONTROL_MAX = 64 << 10,
	DRAIN_MS = 10000,        /* for deliveries under way at the end */
	FDS_MAX = 4 + 3 * AGENTS_POLLFDS
};

int64_t erd_now(const struct erd *e)
{
	return e->at_ms >= 0 ? e->at_ms : now_wall_ms();
}

/* The wall clock against one that does not jump: see engine_clock. */
static int watch_clock(struct erd *e, struct err *err)
{
	int64_t ahead = now_wall_ms() - now_boot_ms();
	struct input in;
	struct decision d;
	int rc;

	if (e->at_ms >= 0)
		return 0;
	if (!engine_clock(e->world, erd_now(e), e->clock_seen ? ahead - e->ahead_ms : 0, &in)) {
		e->ahead_ms = e->clock_seen ? e->ahead_ms : ahead;
		e->clock_seen = 1;
		return 0;
	}
	e->ahead_ms = ahead;
	e->clock_seen = 1;
	log_event(LOG_WARNING_, "clock.stepped", NULL);
	rc = record_input(e, &in, NULL, &d, err);
	decision_release(&d);
	return rc;
}

/* Take, decide, commit, tell, send.  While there is more to take, views get a slice only: they are
 * written behind, and many events of a task cost one write.  *busy: there may be more right
 * away. */
static int pass(struct erd *e, int *busy, struct err *err)
{
	size_t taken = 0;

	if (watch_clock(e, err) != 0)
		return -1;
	if (take_all(e, &taken, err) != 0)
		return -1;
	int batch = e->batch != NULL; /* when it ends here the next may wait */
	if (batch && batch_step(e, BATCH_SLICE_US, err) != 0)
		return -1;
	if (record_engine(e, err) != 0)
		return -1;
	int more = taken >= BUSY_TAKEN || batch || e->routing || record_full(e);
	if (record_commit(e, err) != 0 || hooks_settle(e, err) != 0)
		return -1;
	int64_t slice = more ? VIEW_SLICE_US : VIEW_CALM_US;
	if (told_flush(e, slice, err) != 0 || experts_run(e, err) != 0 ||
	    views_flush(e->views, slice, err) != 0)
		return -1;
	int ruled = rulings_run(e, err);
	if (ruled < 0 || hooks_run(e, err) != 0)
		return -1;
	notices_run(e->notices, erd_now(e));
	notices_remember(e, 0);
	*busy = taken > 0 || more || ruled || e->n_pending || e->told || views_pending(e->views);
	return 0;
}

static void reload(struct erd *e, struct err *why)
{
	if (erd_reload(e, why) != 0)
		log_event(LOG_ERR_, "config.kept", "reason", why->msg, NULL);
}

static void read_signals(struct erd *e)
{
	struct signalfd_siginfo si;
	struct err why = ERR_INIT;

	while (read(e->signals, &si, sizeof(si)) == sizeof(si)) {
		switch (si.ssi_signo) {
		case SIGTERM:
		case SIGINT:
			e->stop = -1; /* in good order */
			break;
		case SIGHUP:
			reload(e, &why);
			err_clear(&why);
			break;
		case SIGCHLD:
			rest_reap(e);
			break;
		default:
			log_event(LOG_INFO_, "status", NULL);
		}
	}
}

static int64_t sleep_ms(const struct erd *e, int busy, int idle)
{
	int64_t now = erd_now(e), ms = idle ? SCAN_PERIOD_MS : IDLE_AFTER_MS, at;

	if (busy || e->stop)
		return 0;
	at = engine_next_ms(e->world);
	if (at - now < ms)
		ms = at - now;
	at = webhooks_next_ms(e->hooks);
	if (at - now < ms)
		ms = at - now;
	at = notices_next_ms(e->notices);
	if (at - now < ms)
		ms = at - now;
	at = experts_next_ms(e) - now_mono_ms();
	if (at < ms)
		ms = at;
	at = rulings_next_ms(e) - now_mono_ms();
	if (at < ms)
		ms = at;
	at = notices_program_ms(e->notices) - now_mono_ms();
	if (at < ms)
		ms = at;
	if (notify_wait_ms() < ms)
		ms = notify_wait_ms();
	return ms > 0 ? ms : 0;
}

/* Tell who asked for etc/ to be read again what came of it. */
static void tell_reload(struct erd *e, char *asked, const struct err *why)
{
	json_t *verdict = json_object();
	char *at = NULL;

	js_set_new(verdict, "ok", json_boolean(why->code == FAIL_NONE));
	if (why->code != FAIL_NONE) {
		js_set_str(verdict, "code", fail_name(why->code));
		js_set_str(verdict, "message", why->msg);
	}
	for (char *l = strtok_r(asked, "\n", &at); l; l = strtok_r(NULL, "\n", &at))
		if (strncmp(l, "r ", 2) == 0)
			receipt_send(&e->spool, l + 2, verdict);
	json_decref(verdict);
}

/* Nudges are empty lines; "r NAME" asks for etc/ to be read again. */
static int read_control(struct erd *e, struct err *err)
{
	struct err why = ERR_INIT;
	struct buf asked;
	int rc = 0;

	buf_init(&asked, CONTROL_MAX);
	control_read(e->control, &asked);
	if (asked.len && strchr(buf_str(&asked), 'r')) {
		reload(e, &why);
		rc = record_commit(e, err);
		if (rc == 0)
			tell_reload(e, asked.data, &why);
	}
	buf_release(&asked);
	return rc;
}

static int sleep_until_work(struct erd *e, int64_t ms, struct err *err)
{
	struct pollfd fds[FDS_MAX];
	size_t n = 0;
	char drop[4096];

	fds[n++] = (struct pollfd){.fd = e->signals, .events = POLLIN};
	if (e->control >= 0)
		fds[n++] = (struct pollfd){.fd = e->control, .events = POLLIN};
	if (e->inotify >= 0)
		fds[n++] = (struct pollfd){.fd = e->inotify, .events = POLLIN};
	size_t own = n;
	n += agents_pollfds(e->agents, fds + n);
	size_t telling = n;
	n += notices_pollfds(e->notices, fds + n);
	size_t judging = n;
	n += rulings_pollfds(e, fds + n);
	if (http_poll(e->http, fds, n, ms, err) != 0)
		return -1;
	agents_handle(e->agents, fds + own, telling - own);
	notices_handle(e->notices, fds + telling, judging - telling);
	rulings_handle(e, fds + judging, n - judging);
	if (e->control >= 0 && read_control(e, err) != 0)
		return -1;
	while (e->inotify >= 0 && read(e->inotify, drop, sizeof(drop)) > 0)
		; /* which file it was does not matter: new/ is scanned */
	read_signals(e);
	return 0;
}

/* --once ends when nothing moves any more. */
static int quiet(const struct erd *e, int busy)
{
	return !busy && !agents_running(e->agents) && !agents_waiting(e->agents) &&
	       !callers_active(e->callers) && !rulings_active(e) &&
	       !webhooks_active(e->hooks) && !notices_active(e->notices);
}

static int drain(struct erd *e, struct err *err)
{
	int64_t until = now_mono_ms() + DRAIN_MS;
	int busy;

	notify_stopping();
	while (webhooks_active(e->hooks) && now_mono_ms() < until)
		if (http_poll(e->http, NULL, 0, until - now_mono_ms(), err) != 0)
			return -1;
	if (pass(e, &busy, err) != 0 || told_flush(e, -1, err) != 0 ||
	    views_flush(e->views, -1, err) != 0 || rest_idle(e, err) != 0)
		return -1;
	rest_reap(e);
	return rest_snapshot(e, 1, err);
}

/* Views may be deleted at any time, also under a running erd.  What they lack comes with the next
 * event of its task, or with fsck --rebuild. */
static int pass_or_mend(struct erd *e, int *busy, struct err *err)
{
	struct err why = ERR_INIT;

	if (pass(e, busy, &why) == 0)
		return 0;
	if (why.code == FAIL_NOT_FOUND && spool_mend(&e->spool, err) > 0) {
		log_event(LOG_WARNING_, "views.deleted", "reason", why.msg, NULL);
		*busy = 1;
		return 0;
	}
	*err = why;
	if (err->code == FAIL_NOT_FOUND || err->code == FAIL_DENIED)
		err->code = FAIL_TEMPORARY;
	return -1;
}

int erd_loop(struct erd *e, struct err *err)
{
	int busy = 1, idle = 0;

	notify_ready();
	while (!e->stop) {
		if (pass_or_mend(e, &busy, err) != 0)
			return -1;
		if (e->once && quiet(e, busy))
			break;
		if (rest_snapshot(e, 0, err) != 0)
			return -1;
		if (!busy && idle && rest_idle(e, err) != 0)
			return -1;
		int64_t ms = sleep_ms(e, busy, idle);
		int64_t before = now_mono_ms();
		if (sleep_until_work(e, ms, err) != 0)
			return -1;
		idle = !busy && now_mono_ms() - before >= IDLE_AFTER_MS;
		notify_alive();
	}
	if (e->stop > 0)
		return err_set(err, FAIL_TEMPORARY, "stopped; see the log");
	return drain(e, err);
}
