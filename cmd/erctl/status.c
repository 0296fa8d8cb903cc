#include <fcntl.h>
#include <sys/stat.h>

#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "cmd.h"
#include "json/js.h"
#include "model/state.h"
#include "spool/dirlist.h"
#include "spool/index.h"
#include "spool/journal.h"
#include "spool/lock.h"
#include "spool/snapshot.h"
#include "verbs.h"

enum { WHY_MAX_BYTES = 64 * 1024, OLD_MESSAGE_MS = 60 * 1000 };
enum { CHECK_OK, CHECK_WARNING, CHECK_CRITICAL, CHECK_UNKNOWN }; /* as monitoring plugins do */

struct status {
	size_t tasks[ST_COUNT], open;
	size_t waiting, refused;
	int64_t oldest_ms; /* age of the oldest message in new/ */
	uint64_t seq;
	int running;
};

static int count_row(void *ctx, const struct index_row *row)
{
	struct status *st = ctx;
	char name[32];
	snprintf(name, sizeof name, "%.*s", (int)(row->len[IX_STATE] < 31 ? row->len[IX_STATE] : 31),
	         row->col[IX_STATE]);
	int s = state_by_name(name);
	if (s > ST_NONE) {
		st->tasks[s]++;
		st->open += !state_final((enum state)s);
	}
	return 0;
}

static int count_event(void *ctx, const struct event *ev, struct err *err)
{
	(void)err;
	*(uint64_t *)ctx = ev->seq;
	return 0;
}

/* From the newest snapshot on, not from the beginning. */
static int read_seq(const struct spool *s, uint64_t *seq, struct err *err)
{
	struct journal_mark mark = {.seq = 0};
	struct buf state = BUF_INIT;
	int found = snapshot_load(s, &mark, &state, err);
	buf_release(&state);
	if (found < 0)
		return -1;
	*seq = found ? mark.seq : 0;
	return journal_walk(s, found ? &mark : NULL, 0, count_event, seq, NULL, err) < 0 ? -1 : 0;
}

static int read_drop(const struct spool *s, struct status *st, struct err *err)
{
	struct names names = {.n = 0};
	int64_t now = now_wall_ms();
	if (names_read(&names, s->new_, ".", "", err) < 0)
		return -1;
	st->waiting = names.n;
	for (size_t i = 0; i < names.n; i++) {
		struct stat sb;
		if (fstatat(s->new_, names.name[i], &sb, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		int64_t age = now - ((int64_t)sb.st_mtim.tv_sec * 1000 + sb.st_mtim.tv_nsec / 1000000);
		if (age > st->oldest_ms)
			st->oldest_ms = age;
	}
	names_release(&names);
	if (names_read(&names, s->refused, ".", ".why.json", err) < 0)
		return -1;
	st->refused = names.n;
	names_release(&names);
	return 0;
}

static int read_status(const struct spool *s, struct status *st, struct err *err)
{
	st->running = lock_held(s);
	return index_read_open(s, count_row, st, err) < 0 ||
	               index_read_closed(s, count_row, st, err) < 0 ||
	               read_drop(s, st, err) < 0 || read_seq(s, &st->seq, err) < 0
	           ? -1
	           : 0;
}

static void print_text(struct run *r, const struct status *st)
{
	struct buf b = BUF_INIT;
	buf_addf(&b, "%s (chosen by %s)", r->spool_path, r->spool_why);
	out_field(&r->out, "spool", buf_str(&b));
	out_field_styled(&r->out, "erd", st->running ? "running" : "not running",
	                 st->running ? STYLE_GOOD : STYLE_WAIT);
	buf_clear(&b);
	for (int s = ST_QUEUED; s < ST_COUNT; s++) {
		if (st->tasks[s])
			buf_addf(&b, "%s%zu %s", b.len ? ", " : "", st->tasks[s], state_name((enum state)s));
	}
	out_field(&r->out, "tasks", b.len ? buf_str(&b) : "none");
	buf_clear(&b);
	buf_addf(&b, "%zu waiting, %zu refused", st->waiting, st->refused);
	out_field(&r->out, "messages", buf_str(&b));
	buf_clear(&b);
	buf_addf(&b, "%llu events", (unsigned long long)st->seq);
	out_field(&r->out, "journal", buf_str(&b));
	buf_release(&b);
}

static void print_json(struct run *r, const struct status *st)
{
	json_t *doc = json_object(), *tasks = json_object();
	js_set_str(doc, "schema", "er.status.v1");
	out_set_safe(doc, "spool", r->spool_path);
	out_set_safe(doc, "chosenBy", r->spool_why);
	out_set_safe(doc, "organisation", r->spool.organisation);
	js_set_new(doc, "erdRunning", json_boolean(st->running));
	for (int s = ST_QUEUED; s < ST_COUNT; s++)
		js_set_int(tasks, state_name((enum state)s), (int64_t)st->tasks[s]);
	js_set_new(doc, "tasks", tasks);
	js_set_int(doc, "messagesWaiting", (int64_t)st->waiting);
	js_set_int(doc, "messagesRefused", (int64_t)st->refused);
	js_set_int(doc, "seq", (int64_t)st->seq);
	out_doc(&r->out, doc);
	json_decref(doc);
}

static int check(struct run *r, const struct status *st)
{
	const char *word = "OK", *what = "";
	int level = CHECK_OK;
	if (!st->running && st->oldest_ms > OLD_MESSAGE_MS) {
		level = CHECK_CRITICAL;
		word = "CRITICAL";
		what = ", messages wait and erd is not running";
	} else if (!st->running || st->oldest_ms > OLD_MESSAGE_MS) {
		level = CHECK_WARNING;
		word = "WARNING";
		what = st->running ? ", messages wait for more than a minute" : ", erd is not running";
	}
	out_line(&r->out, "ER %s: %zu open, %zu waiting, %zu refused%s", word, st->open, st->waiting,
	         st->refused, what);
	return level;
}

static json_t *read_why(const struct spool *s, const char *name)
{
	struct buf b = BUF_INIT;
	struct err bad = ERR_INIT;
	json_t *doc = NULL;
	if (io_read_file(s->refused, name, WHY_MAX_BYTES, &b, &bad) == 0)
		doc = js_parse(buf_str(&b), b.len, &js_limits_doc, &bad);
	buf_release(&b);
	return doc;
}

static int list_refused(struct run *r, struct err *err)
{
	struct names names = {.n = 0};
	if (names_read(&names, r->spool.refused, ".", ".why.json", err) < 0)
		return -1;
	out_items_begin(&r->out);
	for (size_t i = 0; i < names.n; i++) {
		json_t *why = read_why(&r->spool, names.name[i]);
		if (r->out.format == FMT_TEXT)
			out_line(&r->out, "%.*s: %s", (int)(strlen(names.name[i]) - strlen(".why.json")),
			         names.name[i], js_str_or(why, "/message", "no reason was left"));
		else if (why)
			out_item(&r->out, why);
		json_decref(why);
	}
	out_items_end(&r->out);
	names_release(&names);
	return 0;
}

static int run(struct run *r, struct err *err)
{
	struct status st = {.running = 0};
	int checking = args_has(r, "check");
	if (run_open_spool(r, err) < 0 ||
	    (!args_has(r, "refused") && read_status(&r->spool, &st, err) < 0)) {
		if (!checking)
			return -1;
		out_line(&r->out, "ER UNKNOWN: %s", err->msg);
		return CHECK_UNKNOWN;
	}
	if (args_has(r, "refused"))
		return list_refused(r, err);
	if (checking)
		return check(r, &st);
	if (r->out.format == FMT_TEXT)
		print_text(r, &st);
	else
		print_json(r, &st);
	return 0;
}

static const struct opt opts[] = {
	{0, "check", OPT_FLAG, NULL, "one line and an exit status for monitoring"},
	{0, "refused", OPT_FLAG, NULL, "list the messages that erd refused, with the reasons"},
	OPT_END};

const struct cmd cmd_status = {
	.name = "status",
	.args = "",
	.summary = "which spool this is, and how it is doing",
	.about = "Names the spool and why it was chosen, whether erd runs, the tasks by state, messages "
	         "that wait or were refused, and how far the journal is.\n\n"
	         "With --check the exit status is the one of monitoring plugins, not that of the "
	         "table: 0 well, 1 warning (erd is not running), 2 critical (and messages wait for "
	         "more than a minute), 3 unknown.",
	.opts = opts,
	.group = GROUP_LOOK,
	.max_args = 0,
	.exits = "0 2 3",
	.examples = "erctl status\nerctl status --refused",
	.run = run,
};
