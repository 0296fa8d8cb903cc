/* spool/rebuild_files.c -- comparing and writing files, finding strays. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "model/taskview.h"
#include "spool/index_p.h"
#include "spool/layout.h"
#include "spool/put.h"
#include "spool/rebuild_p.h"
#include "spool/views_p.h"

enum { PATH_BYTES = 1024 };
#define INDEX_MAX ((size_t)1 << 31)

static void report(struct rebuild *r, enum rebuild_what what, const char *dir, const char *path)
{
	char full[PATH_BYTES + 32];

	if (what == REBUILD_STRAY)
		r->counts->files.removed++;
	else
		r->counts->files.written++;
	if (!r->how->differs)
		return;
	snprintf(full, sizeof(full), "%s/%s", dir, path);
	r->how->differs(r->how->differs_ctx, what, full);
}

int rebuild_file(struct rebuild *r, int dirfd, const char *dir, const char *path,
                 const struct buf *text, int private, struct err *err)
{
	enum put_state state = put_compare(dirfd, path, text);

	if (state == PUT_SAME)
		return 0;
	report(r, state == PUT_MISSING ? REBUILD_MISSING : REBUILD_DIFFERS, dir, path);
	if (r->how->dry_run)
		return 0;
	return private ? put_private(dirfd, path, text, err) : put_file(dirfd, path, text, err);
}

static int emit_doc(struct rebuild *r, int dirfd, const char *dir, const char *path,
                    const json_t *doc, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc;

	put_render(&text, doc);
	rc = rebuild_file(r, dirfd, dir, path, &text, 0, err);
	buf_release(&text);
	return rc;
}

static int emit_inbox(struct rebuild *r, const json_t *view, struct err *err)
{
	struct inbox_entry e[INBOX_ENTRIES_MAX];
	size_t n = taskview_inbox(view, 1, e);
	char path[SPOOL_NAME_MAX];
	int rc = 0;

	for (size_t i = 0; !rc && i < n; i++) {
		if (views_inbox_path(&e[i], path))
			continue;
		names_add(&r->inbox, path);
		rc = emit_doc(r, r->s->inbox, "inbox", path, e[i].doc, err);
	}
	taskview_inbox_release(e, n);
	return rc;
}

int rebuild_view(struct rebuild *r, const struct kept *k, const json_t *view, struct err *err)
{
	json_t *result = taskview_result(view);
	char path[SPOOL_NAME_MAX];
	int rc;

	layout_task_path(&k->id, path);
	rc = emit_inbox(r, view, err);
	if (!rc)
		rc = emit_doc(r, r->s->tasks, "tasks", path, view, err);
	if (!rc && result)
		rc = emit_doc(r, r->s->results, "results", path, result, err);
	json_decref(result);
	return rc;
}

/* A running index holds old rows too, and the order of closing within one moment may differ:
 * what counts for a check is which rows it means. */
static int same_rows(struct rebuild *r, const char *name, const struct buf *want,
                     void (*normal)(const char *p, size_t n, struct buf *out))
{
	struct buf now = BUF_INIT, a = BUF_INIT, b = BUF_INIT;
	int same = 0;

	if (!io_read_file(r->s->index, name, INDEX_MAX, &now, NULL)) {
		normal(now.data, now.len, &a);
		normal(want->data, want->len, &b);
		same = a.len == b.len && (!a.len || !memcmp(a.data, b.data, a.len));
	}
	buf_release(&now);
	buf_release(&a);
	buf_release(&b);
	return same;
}

static void canonical(const char *p, size_t n, struct buf *out)
{
	index_canonical(p, n, out);
}

int rebuild_index(struct rebuild *r, struct err *err)
{
	struct buf open_rows = BUF_INIT;
	int rc = 0;

	index_canonical(r->open_rows.data, r->open_rows.len, &open_rows);
	if (!r->how->dry_run || !same_rows(r, "open.tsv", &open_rows, canonical))
		rc = rebuild_file(r, r->s->index, "index", "open.tsv", &open_rows, 0, err);
	if (!rc && (!r->how->dry_run || !same_rows(r, "closed.tsv", &r->closed_rows, index_sorted)))
		rc = rebuild_file(r, r->s->index, "index", "closed.tsv", &r->closed_rows, 0, err);
	buf_release(&open_rows);
	return rc;
}

/* ---- strays ---- */

struct sweep {
	struct rebuild *r;
	int dirfd;
	const char *dir;    /* "tasks" */
	const char *folder; /* in it, or "" */
	int (*wanted)(const struct sweep *sw, const char *name);
};

static int remove_tree(int dirfd, const char *path, struct err *err);

static int remove_inner(void *ctx, const char *name, struct err *err)
{
	const struct sweep *sw = ctx;
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/%s", sw->folder, name);
	return remove_tree(sw->dirfd, path, err);
}

static int remove_tree(int dirfd, const char *path, struct err *err)
{
	struct sweep inner = {.dirfd = dirfd, .folder = path};

	if (!unlinkat(dirfd, path, 0) || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return err_errno(err, "cannot remove %s", path);
	if (strlen(path) > PATH_BYTES - SPOOL_NAME_MAX)
		return err_set(err, FAIL_FAILURE, "folders in folders in a view");
	if (dirlist_all(dirfd, path, remove_inner, &inner, err))
		return -1;
	return unlinkat(dirfd, path, AT_REMOVEDIR) ? err_errno(err, "cannot remove %s", path) : 0;
}

static int check_name(void *ctx, const char *name, struct err *err)
{
	const struct sweep *sw = ctx;
	char path[PATH_BYTES];

	if (sw->wanted(sw, name))
		return 0;
	snprintf(path, sizeof(path), "%s%s%s", sw->folder, *sw->folder ? "/" : "", name);
	report(sw->r, REBUILD_STRAY, sw->dir, path);
	return sw->r->how->dry_run ? 0 : remove_tree(sw->dirfd, path, err);
}

/* "task_….json" in the folder of its last two digits, of a task that we know. */
static const struct kept *task_named(const struct sweep *sw, const char *name)
{
	char text[ID_TEXT_MAX], path[SPOOL_NAME_MAX], is[PATH_BYTES];
	size_t n = strlen(name), end = strlen(".json");
	struct id id;
	uint32_t *at;

	if (n <= end || n - end >= sizeof(text))
		return NULL;
	memcpy(text, name, n - end);
	text[n - end] = '\0';
	if (id_parse(text, "task_", &id))
		return NULL;
	snprintf(is, sizeof(is), "%s/%s", sw->folder, name);
	at = strcmp(is, layout_task_path(&id, path)) ? NULL : idmap_find(&sw->r->ids, &id);
	return at ? &sw->r->tasks[*at] : NULL;
}

static int wanted_task(const struct sweep *sw, const char *name)
{
	return task_named(sw, name) != NULL;
}

static int wanted_result(const struct sweep *sw, const char *name)
{
	const struct kept *k = task_named(sw, name);

	return k && k->closed;
}

static int wanted_inbox(const struct sweep *sw, const char *name)
{
	char path[PATH_BYTES];

	snprintf(path, sizeof(path), "%s/%s", sw->folder, name);
	return names_has(&sw->r->inbox, path);
}

static int wanted_due(const struct sweep *sw, const char *name)
{
	char event[SPOOL_NAME_MAX];

	snprintf(event, sizeof(event), "%s", name);
	return names_has(&sw->r->due, event);
}

static int wanted_index(const struct sweep *sw, const char *name)
{
	(void)sw;
	return !strcmp(name, "open.tsv") || !strcmp(name, "closed.tsv");
}

/* A folder of a view: its files are judged; a file among the folders is a stray. */
static int check_folder(void *ctx, const char *name, struct err *err)
{
	struct sweep sw = *(const struct sweep *)ctx;
	struct stat st;

	if (name[0] == '.' || fstatat(sw.dirfd, name, &st, AT_SYMLINK_NOFOLLOW) ||
	    !S_ISDIR(st.st_mode)) {
		report(sw.r, REBUILD_STRAY, sw.dir, name);
		return sw.r->how->dry_run ? 0 : remove_tree(sw.dirfd, name, err);
	}
	sw.folder = name;
	return dirlist_all(sw.dirfd, name, check_name, &sw, err);
}

int rebuild_strays(struct rebuild *r, struct err *err)
{
	struct sweep sharded[] = {
		{r, r->s->tasks, "tasks", "", wanted_task},
		{r, r->s->results, "results", "", wanted_result},
		{r, r->s->inbox, "inbox", "", wanted_inbox},
	};
	struct sweep due = {r, r->s->outbox, "outbox", "due", wanted_due};
	struct sweep index = {r, r->s->index, "index", "", wanted_index};
	struct err why = ERR_INIT;

	names_sort(&r->inbox);
	names_sort(&r->due);
	for (size_t i = 0; i < sizeof(sharded) / sizeof(sharded[0]); i++)
		if (dirlist_all(sharded[i].dirfd, ".", check_folder, &sharded[i], err))
			return -1;
	if (dirlist_all(r->s->outbox, "due", check_name, &due, &why) && why.code != FAIL_NOT_FOUND)
		return err_set(err, why.code, "%s", why.msg);
	return dirlist_all(r->s->index, ".", check_name, &index, err);
}
