#include <errno.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "args.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "idargs.h"
#include "json/js.h"
#include "model/event.h"
#include "model/taskview.h"
#include "spool/journal.h"
#include "verbs.h"

enum { TAIL = 10, POLL_MS = 30000 };

struct watching {
	struct run *r;
	const struct id *task; /* or NULL: all */
	int64_t since_ms;
	const char *type;      /* or NULL */
	char **ring;           /* owned: the last ${size} lines, while only they are wanted */
	size_t size, seen;
};

/* The event as one compact document, without the chain hash. */
static void add_json(struct buf *b, const struct event *ev)
{
	event_encode(ev, b);
	buf_addc(b, '}');
}

static void print_text(struct run *r, const struct event *ev)
{
	char at[TIME_TEXT_MAX], id[ID_TEXT_MAX];
	struct buf data = BUF_INIT;
	if (ev->data)
		js_dump(&data, ev->data, JS_COMPACT);
	if (data.len > 300) {
		data.len = 300;
		data.data[300] = '\0';
		buf_adds(&data, " …");
	}
	out_line(&r->out, "%s %6llu %-22s %s %s %s", time_format_ms(ev->at_ms, at),
	         (unsigned long long)ev->seq, event_name(ev->type),
	         ev->has_task ? id_format(&ev->task, "task_", id) : "-",
	         ev->actor ? ev->actor : "-", buf_str(&data));
	buf_release(&data);
}

static void print_line(struct watching *w, const char *line)
{
	struct event ev = {.seq = 0};
	struct err ignored = ERR_INIT;
	if (w->r->out.format != FMT_TEXT) {
		out_item_text(&w->r->out, line);
		return;
	}
	json_t *doc = js_parse_trusted(line, strlen(line), &ignored);
	if (doc && event_parse(doc, &ev, &ignored) == 0)
		print_text(w->r, &ev);
	json_decref(doc);
}

static int wanted(const struct watching *w, const struct event *ev)
{
	if (w->task && (!ev->has_task || id_cmp(w->task, &ev->task) != 0))
		return 0;
	if (ev->at_ms < w->since_ms)
		return 0;
	return !w->type || strcmp(w->type, event_name(ev->type)) == 0;
}

static void show(struct watching *w, const struct event *ev)
{
	struct buf b = BUF_INIT;
	if (!w->ring && w->r->out.format == FMT_TEXT) {
		print_text(w->r, ev);
		return;
	}
	add_json(&b, ev);
	if (w->ring) {
		char **slot = &w->ring[w->seen++ % w->size];
		free(*slot);
		*slot = buf_detach(&b);
	} else {
		out_item_text(&w->r->out, buf_str(&b));
	}
	buf_release(&b);
}

/* The journal keeps the secrets of webhooks; nothing shows them. */
static int visit(void *ctx, const struct event *ev, struct err *err)
{
	struct watching *w = ctx;
	(void)err;
	if (!wanted(w, ev))
		return 0;
	json_t *data = taskview_public(ev);
	struct event safe = *ev;
	safe.data = data;
	show(w, &safe);
	json_decref(data);
	return 0;
}

static void print_ring(struct watching *w)
{
	size_t from = w->seen > w->size ? w->seen - w->size : 0;
	for (size_t i = from; w->ring && i < w->seen; i++)
		print_line(w, w->ring[i % w->size]);
	for (size_t i = 0; w->ring && i < w->size; i++)
		free(w->ring[i]);
	free(w->ring);
	w->ring = NULL;
}

static int follow(struct watching *w, struct journal_mark *mark, struct err *err)
{
	char path[64], drain[4096];
	struct pollfd p = {.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC), .events = POLLIN};
	int rc;
	snprintf(path, sizeof path, "/proc/self/fd/%d/.", w->r->spool.journal);
	inotify_add_watch(p.fd, path, IN_MODIFY | IN_CREATE | IN_MOVED_TO);
	do {
		struct journal_mark end = *mark;
		rc = journal_walk(&w->r->spool, mark, 0, visit, w, &end, err);
		*mark = end;
		out_flush(&w->r->out);
		if (ferror(stdout))
			break; /* out_finish says why */
		if (rc >= 0 && poll(&p, 1, POLL_MS) < 0 && errno != EINTR)
			rc = err_errno(err, "cannot wait for events");
		while (read(p.fd, drain, sizeof drain) > 0)
			; /* a hint: the walk above looks */
	} while (rc >= 0);
	close(p.fd);
	return rc < 0 ? -1 : 0;
}

static int check_type(const char *type, struct err *err)
{
	if (!type || event_by_name(type) >= 0)
		return 0;
	return err_set(err, FAIL_USAGE, "events: no event is called %s; they are like task.created",
	               type);
}

static int run(struct run *r, struct err *err)
{
	struct id task;
	struct journal_mark mark = {.seq = 0};
	int following = args_has(r, "follow");
	struct watching w = {.r = r, .type = args_str(r, "type", NULL),
	                     .since_ms = args_num(r, "since", INT64_MIN)};
	if (check_type(w.type, err) < 0 || (r->argc && idarg_any(r, r->argv[0], &task, err) < 0))
		return -1;
	if (following && r->out.format == FMT_JSON)
		r->out.format = FMT_NDJSON; /* an array that never ends is no document */
	w.task = r->argc ? &task : NULL;
	int tail = following && !w.task && !args_has(r, "since") ? TAIL : 0;
	w.size = (size_t)args_num(r, "last", tail);
	if (w.size > 0 || args_has(r, "last"))
		w.ring = mem_alloc((w.size ? w.size : 1) * sizeof *w.ring);
	if (w.size == 0 && w.ring)
		w.since_ms = INT64_MAX;
	out_items_begin(&r->out);
	int rc = w.task && !following
	             ? journal_walk_task(&r->spool, w.task, visit, &w, err)
	             : journal_walk(&r->spool, NULL, 0, visit, &w, &mark, err);
	print_ring(&w);
	if (rc >= 0 && following) {
		w.since_ms = args_num(r, "since", INT64_MIN);
		return follow(&w, &mark, err);
	}
	out_items_end(&r->out);
	return rc < 0 ? -1 : 0;
}

static const struct opt opts[] = {
	{'f', "follow", OPT_FLAG, NULL, "print events as they happen, until interrupted"},
	{0, "since", OPT_TIME, "TIME", "only from then on: RFC 3339, or 15m (ago)"},
	{0, "type", OPT_STRING, "EVENT", "only this event, like task.completed"},
	{0, "last", OPT_INT, "N", "only the last N (with --follow and no ID: 10)"},
	OPT_END};

const struct cmd cmd_events = {
	.name = "events",
	.args = "[ID]",
	.summary = "print what happened, from the journal",
	.about = "The journal is the truth: an event in it happened, one not in it did not. Each "
	         "event has a sequence number without a gap, a type, a time, an actor and data. "
	         "--ndjson prints one object a line and suits --follow.",
	.opts = opts,
	.needs = NEED_SPOOL,
	.group = GROUP_LOOK,
	.first = ARG_ID,
	.states = ~0u,
	.max_args = 1,
	.exits = "0 1 2 3",
	.examples = "erctl events --follow --ndjson --type task.completed\nerctl events 01J8",
	.run = run,
};
