#include "spool/fsck.h"

#include "args.h"
#include "base/clock.h"
#include "base/err.h"
#include "cmd.h"
#include "json/js.h"
#include "replay.h"
#include "spool/lock.h"
#include "spool/views.h"
#include "verbs.h"

struct saying {
	struct run *r;
	json_t *list; /* of findings, NULL in text */
};

static void say(void *ctx, enum fsck_severity sev, const char *path, const char *what)
{
	struct saying *s = ctx;
	const char *word = sev == FSCK_ERROR ? "error" : "note";
	if (!s->list) {
		out_line(&s->r->out, "%s: %s: %s", word, path, what);
		return;
	}
	json_t *f = json_object();
	js_set_str(f, "severity", word);
	out_set_safe(f, "path", path);
	out_set_safe(f, "what", what);
	json_array_append_new(s->list, f);
}

static int rebuild(struct run *r, struct rebuild_report *rep, struct err *err)
{
	struct undelivered due = {.seq = NULL};
	int lock = lock_take(&r->spool, err);
	if (lock < 0)
		return err_wrap(err, "the views can be rebuilt only while no erd runs");
	int rc = replay_undelivered(&r->spool, &due, err);
	if (rc == 0)
		rc = views_rebuild(&r->spool, undelivered_has, &due, args_has(r, "dry-run"), rep,
		                   err);
	undelivered_release(&due);
	lock_release(lock);
	return rc;
}

static void print_report(struct run *r, const struct saying *s, const struct fsck_report *rep,
                         const struct rebuild_report *made)
{
	if (!s->list) {
		if (args_has(r, "rebuild"))
			out_note(&r->out, "%zu tasks: %zu view files %s, %zu removed", made->tasks,
			         made->written,
			         args_has(r, "dry-run") ? "would be written" : "written",
			         made->removed);
		out_note(&r->out,
		         "%llu events, %zu open and %zu closed tasks, %zu errors, %zu notes",
		         (unsigned long long)rep->events, rep->tasks_open, rep->tasks_closed,
		         rep->errors, rep->notes);
		return;
	}
	json_t *doc = json_object();
	js_set_str(doc, "schema", "er.fsck.v1");
	js_set_new(doc, "clean", json_boolean(rep->errors == 0));
	js_set_int(doc, "errors", (int64_t)rep->errors);
	js_set_int(doc, "notes", (int64_t)rep->notes);
	js_set_int(doc, "events", (int64_t)rep->events);
	js_set_int(doc, "tasksOpen", (int64_t)rep->tasks_open);
	js_set_int(doc, "tasksClosed", (int64_t)rep->tasks_closed);
	if (args_has(r, "rebuild")) {
		js_set_int(doc, "filesWritten", (int64_t)made->written);
		js_set_int(doc, "filesRemoved", (int64_t)made->removed);
	}
	js_set_copy(doc, "findings", s->list);
	out_doc(&r->out, doc);
	json_decref(doc);
}

static int run(struct run *r, struct err *err)
{
	struct saying s = {.r = r, .list = r->out.format == FMT_TEXT ? NULL : json_array()};
	struct fsck_report rep = {.errors = 0};
	struct rebuild_report made = {.tasks = 0};
	int rc = args_has(r, "rebuild") ? rebuild(r, &made, err) : 0;
	if (rc == 0)
		rc = fsck_check(&r->spool, lock_held(&r->spool), now_wall_ms(), say, &s, &rep, err);
	if (rc == 0)
		print_report(r, &s, &rep, &made);
	json_decref(s.list);
	if (rc < 0)
		return -1;
	return rep.errors ? fail_exit(FAIL_FAILURE) : 0;
}

static const struct opt opts[] = {
	{0, "rebuild", OPT_FLAG, NULL, "make all views anew from the journal, then check"},
	{'n', "dry-run", OPT_FLAG, NULL, "with --rebuild: only say what would be written"},
	OPT_END};

const struct cmd cmd_fsck = {
	.name = "fsck",
	.args = "",
	.summary = "check that the spool is in one of its legal states",
	.about = "The journal's hash chain is verified, every message must be in exactly one "
	         "place, and every view must agree with the journal; each blob is read and must "
	         "have the SHA-256 of its name. Each finding is named. Exit status 1 means that "
	         "there are errors.\n\n"
	         "Everything but journal, etc, new, refused and blobs may be deleted: --rebuild "
	         "makes it again, byte for byte. erd must not run meanwhile.",
	.opts = opts,
	.needs = NEED_SPOOL,
	.group = GROUP_SPOOL,
	.max_args = 0,
	.exits = "0 1 2 3 75",
	.examples = "erctl fsck\nrm -r tasks inbox results && erctl -C . fsck --rebuild",
	.run = run,
};
