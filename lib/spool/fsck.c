/* spool/fsck.c -- is the spool in one of its legal states? */
#include "spool/fsck.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/safe.h"
#include "json/js.h"
#include "spool/blob.h"
#include "spool/dirlist.h"
#include "spool/drop.h"
#include "spool/fsck_p.h"
#include "spool/idmap.h"
#include "spool/layout.h"
#include "spool/rebuild.h"

enum { TMP_MAX_MS = 36 * 3600 * 1000, SHOWN_MAX = 600 };
#define SAID UINT32_MAX

struct fsck {
	const struct spool *s;
	int erd_running;
	int64_t now_ms;
	fsck_say *say;
	void *ctx;
	struct fsck_report *rep;
	struct idmap waiting;  /* id of a single message in new/ -> index in names, or SAID */
	struct names names;
	struct names refused;
	struct fsck_blobs blobs;
};

static void find(struct fsck *f, enum fsck_severity sev, const char *path, const char *what)
{
	struct buf shown = BUF_INIT;

	if (sev == FSCK_ERROR)
		f->rep->errors++;
	else
		f->rep->notes++;
	safe_adds(&shown, path, SAFE_LINE);
	f->say(f->ctx, sev, buf_str(&shown), what);
	buf_release(&shown);
}

static void find_in(struct fsck *f, enum fsck_severity sev, const char *dir, const char *name,
                    const char *what)
{
	char path[SHOWN_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	find(f, sev, path, what);
}

static void find_blob(void *ctx, enum fsck_severity sev, const char *path, const char *what)
{
	find(ctx, sev, path, what);
}

/* ---- the drop ---- */

/* The id of a message: a submit's is its task's, all others are msg_…. */
static int message_id(const char *text, struct id *id)
{
	return id_parse(text, "task_", id) && id_parse(text, "msg_", id) ? -1 : 0;
}

static int look_at_new(void *ctx, const char *name, struct err *err)
{
	struct fsck *f = ctx;
	struct buf text = BUF_INIT;
	struct stat st;
	struct id id;
	json_t *doc;

	(void)err;
	if (fstatat(f->s->new_, name, &st, AT_SYMLINK_NOFOLLOW))
		return 0; /* erd was faster */
	if (!S_ISREG(st.st_mode)) {
		find_in(f, FSCK_NOTE, "new", name, "not a regular file: erd will refuse it");
		return 0;
	}
	if (!strncmp(name, "batch_", strlen("batch_")) || blob_is_name(name))
		return 0; /* its lines are messages of their own; no message */
	if (io_read_file(f->s->new_, name, DROP_MESSAGE_MAX, &text, NULL) ||
	    !(doc = js_parse(text.data ? text.data : "", text.len, &js_limits_message, NULL))) {
		find_in(f, FSCK_NOTE, "new", name, "not a message, or still being written");
	} else {
		if (!message_id(js_str_or(doc, "/id", ""), &id)) {
			*idmap_add(&f->waiting, &id, NULL) = (uint32_t)f->names.n;
			names_add(&f->names, name);
		}
		json_decref(doc);
	}
	buf_release(&text);
	return 0;
}

static int look_at_tmp(void *ctx, const char *name, struct err *err)
{
	struct fsck *f = ctx;
	struct stat st;

	(void)err;
	if (!fstatat(f->s->tmp, name, &st, AT_SYMLINK_NOFOLLOW) &&
	    (int64_t)st.st_mtim.tv_sec * 1000 < f->now_ms - TMP_MAX_MS &&
	    (int64_t)st.st_ctim.tv_sec * 1000 < f->now_ms - TMP_MAX_MS)
		find_in(f, FSCK_NOTE, "tmp", name, "left by a writer that died; erd removes it");
	return 0;
}

static void check_refused(struct fsck *f)
{
	static const char suffix[] = ".why.json";

	for (size_t i = 0; i < f->refused.n; i++) {
		const char *name = f->refused.name[i];
		size_t n = strlen(name), end = strlen(suffix);
		char other[SHOWN_MAX];

		if (n > end && !strcmp(name + n - end, suffix)) {
			snprintf(other, sizeof(other), "%.*s", (int)(n - end), name);
			if (!names_has(&f->refused, other))
				find_in(f, FSCK_NOTE, "refused", name, "a reason without its message");
		} else {
			snprintf(other, sizeof(other), "%s%s", name, suffix);
			if (!names_has(&f->refused, other))
				find_in(f, FSCK_ERROR, "refused", name, "a message without the reason");
		}
	}
}

static int look_at_journal(void *ctx, const char *name, struct err *err)
{
	struct fsck *f = ctx;

	(void)err;
	if (!strncmp(name, "torn-", strlen("torn-")))
		find_in(f, FSCK_NOTE, "journal", name,
		        "cut off the journal after a crash and never acknowledged; may be removed");
	else if (strncmp(name, "snapshot-", strlen("snapshot-")) &&
	         (strlen(name) < 7 || strcmp(name + strlen(name) - 7, ".ndjson")))
		find_in(f, FSCK_NOTE, "journal", name, "does not belong here");
	return 0;
}

/* ---- history ---- */

static int each_event(void *ctx, const struct event *ev, struct err *err)
{
	struct fsck *f = ctx;
	struct id id;
	uint32_t *at;

	(void)err;
	f->rep->events++;
	blobs_named(&f->blobs, ev);
	at = ev->msg && !message_id(ev->msg, &id) ? idmap_find(&f->waiting, &id) : NULL;
	if (at && *at != SAID) {
		find_in(f, FSCK_NOTE, "new", f->names.name[*at],
		        "in the journal already; erd removes it and acts once");
		*at = SAID;
	}
	return 0;
}

static void view_differs(void *ctx, enum rebuild_what what, const char *path)
{
	static const char *const words[] = {
		[REBUILD_MISSING] = "missing",
		[REBUILD_DIFFERS] = "is not what the journal says",
		[REBUILD_STRAY] = "should not be there",
	};
	struct fsck *f = ctx;
	char what_to_do[SHOWN_MAX];

	snprintf(what_to_do, sizeof(what_to_do), "%s; %s", words[what],
	         f->erd_running ? "erd may be about to write it"
	                        : "run erd, or erctl fsck --rebuild");
	find(f, f->erd_running ? FSCK_NOTE : FSCK_ERROR, path, what_to_do);
}

static void check_history(struct fsck *f)
{
	struct rebuild_options how = {
		.dry_run = 1,
		.each = each_event,
		.each_ctx = f,
		.differs = view_differs,
		.differs_ctx = f,
	};
	struct rebuild_counts counts;
	struct err why = ERR_INIT;

	if (rebuild_run(f->s, &how, &counts, &why))
		find(f, FSCK_ERROR, "journal", why.msg);
	f->rep->tasks_open = counts.open;
	f->rep->tasks_closed = counts.closed;
}

int fsck_check(const struct spool *s, int erd_running, int64_t now_ms, fsck_say *say, void *ctx,
               struct fsck_report *rep, struct err *err)
{
	struct fsck f = {.s = s, .erd_running = erd_running, .now_ms = now_ms, .say = say, .ctx = ctx,
	                 .rep = rep};
	int rc;

	f.blobs = (struct fsck_blobs){.s = s, .now_ms = now_ms, .erd_running = erd_running,
	                              .find = find_blob, .ctx = &f};
	memset(rep, 0, sizeof(*rep));
	/* new/ first: what erd takes meanwhile is then in the journal that we read after. */
	rc = dirlist_each(s->new_, ".", look_at_new, &f, err);
	if (!rc)
		rc = dirlist_all(s->tmp, ".", look_at_tmp, &f, err);
	if (!rc)
		rc = names_read(&f.refused, s->refused, ".", "", err);
	if (!rc)
		rc = dirlist_each(s->journal, ".", look_at_journal, &f, err);
	if (!rc) {
		check_refused(&f);
		check_history(&f);
		rc = blobs_check(&f.blobs, err);
	}
	blobs_release(&f.blobs);
	idmap_release(&f.waiting);
	names_release(&f.names);
	names_release(&f.refused);
	return rc;
}
