/* erctl/draft.c -- files of drafts: er.draft.v1, one for each task, worker and spool. */
#include "draft.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "draft_p.h"
#include "json/js.h"
#include "spool/dirlist.h"

enum { DRAFT_MAX = 4 << 20, PREFIX_DIGITS = 10 };

static const char suffix_draft[] = ".json", suffix_editor[] = ".jsonc";

void draft_init(struct draft *d, const struct id *task, const char *worker)
{
	memset(d, 0, sizeof *d);
	d->task = *task;
	snprintf(d->worker, sizeof d->worker, "%s", worker);
}

static void forget(struct draft *d)
{
	json_decref(d->answer);
	json_decref(d->texts);
	json_decref(d->confidence);
	json_decref(d->evidence);
	d->answer = d->texts = d->confidence = d->evidence = NULL;
}

void draft_release(struct draft *d)
{
	forget(d);
	draft_unlock(d);
}

/* ---- where ---- */

static char *folder_path(void)
{
	const char *dir = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct buf path = BUF_INIT;
	if (dir && *dir == '/') {
		buf_addf(&path, "%s/er/drafts", dir);
		return buf_detach(&path);
	}
	char scratch[1024];
	struct passwd entry, *found = NULL;
	if ((!home || !*home) &&
	    getpwuid_r(getuid(), &entry, scratch, sizeof scratch, &found) == 0 && found)
		home = found->pw_dir;
	buf_addf(&path, "%s/.local/state/er/drafts", home ? home : "");
	return buf_detach(&path);
}

static int make_folders(const char *path, struct err *err)
{
	char *part = mem_strdup(path);
	int rc = 0;
	for (char *at = part + 1; rc == 0 && (at = strchr(at, '/')); at++) {
		*at = '\0';
		if (access(part, F_OK) != 0)
			rc = io_mkdir(AT_FDCWD, part, 0700, err);
		*at = '/';
	}
	if (rc == 0)
		rc = io_mkdir(AT_FDCWD, part, 0700, err);
	free(part);
	return rc;
}

int draft_folder(int make, struct err *err)
{
	struct err why = ERR_INIT;
	char *path = folder_path();
	int fd = io_open_dir(AT_FDCWD, path, &why);
	if (fd < 0 && make && why.code == FAIL_NOT_FOUND) {
		err_clear(&why);
		if (make_folders(path, &why) == 0)
			fd = io_open_dir(AT_FDCWD, path, &why);
	}
	if (fd < 0)
		err_set(err, why.code, "the folder of drafts: %s", why.msg);
	free(path);
	return fd;
}

static void spool_prefix(const struct run *r, char out[PREFIX_DIGITS + 2])
{
	snprintf(out, PREFIX_DIGITS + 2, "%010llx-",
	         (unsigned long long)r->spool.tag & 0xffffffffffULL);
}

char *draft_file_name(const struct draft *d, const struct run *r, const char *suffix,
                      char out[DRAFT_NAME])
{
	char prefix[PREFIX_DIGITS + 2], id[ID_TEXT_MAX];
	spool_prefix(r, prefix);
	snprintf(out, DRAFT_NAME, "%s%s-%s%s", prefix, id_format(&d->task, "task_", id), d->worker,
	         suffix);
	return out;
}

char *draft_editor_path(const struct draft *d, const struct run *r, struct err *err)
{
	char name[DRAFT_NAME];
	int fd = draft_folder(1, err);
	if (fd < 0)
		return NULL;
	close(fd);
	char *folder = folder_path();
	struct buf path = BUF_INIT;
	buf_addf(&path, "%s/%s", folder, draft_file_name(d, r, suffix_editor, name));
	free(folder);
	return buf_detach(&path);
}

/* ---- reading ---- */

static json_t *take(const json_t *doc, const char *key)
{
	return json_incref(json_object_get(doc, key));
}

static int read_doc(struct draft *d, const json_t *doc, struct err *err)
{
	const json_t *evidence = json_object_get(doc, "evidence");
	const json_t *texts = json_object_get(doc, "texts");
	int64_t at = 0;
	if (strcmp(js_str_or(doc, "/schema", ""), "er.draft.v1") != 0 ||
	    (evidence && !json_is_array(evidence)) || (texts && !json_is_object(texts)))
		return err_set(err, FAIL_INVALID, "not a draft (er.draft.v1)");
	if (time_parse(js_str_or(doc, "/at", ""), &at, NULL) != 0 || at <= 0)
		at = 1; /* there is one, whenever it was saved */
	forget(d);
	d->at_ms = at;
	d->answer = take(doc, "answer");
	d->texts = take(doc, "texts");
	d->confidence = take(doc, "confidence");
	d->evidence = take(doc, "evidence");
	return 0;
}

static int load_file(struct draft *d, int folder, const char *name, struct err *err)
{
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;
	json_t *doc = NULL;
	int rc = io_read_file(folder, name, DRAFT_MAX, &text, &why);
	if (rc < 0 && why.code == FAIL_NOT_FOUND) {
		buf_release(&text);
		return 0;
	}
	if (rc == 0)
		doc = js_parse(buf_str(&text), text.len, &js_limits_own, &why);
	rc = doc ? read_doc(d, doc, &why) : -1;
	json_decref(doc);
	buf_release(&text);
	if (rc < 0)
		return err_set(err, why.code, "draft %s: %s", name, why.msg);
	return 1;
}

int draft_load(struct draft *d, const struct run *r, struct err *err)
{
	char name[DRAFT_NAME];
	struct err why = ERR_INIT;
	if (draft_lock(d, r, err) < 0)
		return -1;
	int fd = draft_folder(0, &why);
	if (fd < 0)
		return why.code == FAIL_NOT_FOUND ? 0 : err_set(err, why.code, "%s", why.msg);
	int rc = load_file(d, fd, draft_file_name(d, r, suffix_draft, name), err);
	close(fd);
	return rc;
}

int draft_set_aside(const struct draft *d, const struct run *r, struct buf *where, struct err *err)
{
	char name[DRAFT_NAME];
	int fd = draft_folder(0, err);
	if (fd < 0)
		return -1;
	char *folder = folder_path();
	draft_file_name(d, r, suffix_draft, name);
	size_t n = where->len;
	buf_addf(where, "%s/%s~", folder, name);
	int rc = renameat(fd, name, AT_FDCWD, buf_str(where) + n);
	if (rc < 0)
		err_errno(err, "cannot rename the draft %s", name);
	free(folder);
	close(fd);
	return rc;
}

/* ---- writing ---- */

json_t *draft_doc(const struct draft *d)
{
	char id[ID_TEXT_MAX];
	json_t *doc = json_object();
	js_set_str(doc, "schema", "er.draft.v1");
	js_set_str(doc, "task", id_format(&d->task, "task_", id));
	js_set_str(doc, "worker", d->worker);
	js_set_time(doc, "at", d->at_ms);
	js_set_copy(doc, "answer", d->answer);
	js_set_copy(doc, "texts", d->texts);
	js_set_copy(doc, "confidence", d->confidence);
	js_set_copy(doc, "evidence", d->evidence);
	return doc;
}

static void render(const struct draft *d, struct buf *out)
{
	json_t *doc = draft_doc(d);
	js_dump(out, doc, JS_PRETTY);
	buf_addc(out, '\n');
	json_decref(doc);
}

/* Under a name of this process's own: two forms of one task must not write into one file. */
static int replace(int folder, const char *name, const struct buf *text, struct err *err)
{
	char tmp[DRAFT_NAME + 32];
	snprintf(tmp, sizeof tmp, ".%s.%ld", name, (long)getpid());
	int fd = io_open(folder, tmp, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_errno(err, "cannot write a draft");
	int rc = io_write_all(fd, text->data, text->len, err);
	if (io_close(fd, tmp, err) < 0)
		rc = -1;
	if (rc == 0 && renameat(folder, tmp, folder, name) != 0)
		rc = err_errno(err, "cannot rename a draft");
	if (rc < 0)
		unlinkat(folder, tmp, 0);
	return rc;
}

int draft_save(struct draft *d, const struct run *r, struct err *err)
{
	char name[DRAFT_NAME];
	struct buf text = BUF_INIT;
	int fd = draft_folder(1, err);
	if (fd < 0)
		return -1;
	int64_t before = d->at_ms;
	d->at_ms = now_wall_ms();
	render(d, &text);
	int rc = replace(fd, draft_file_name(d, r, suffix_draft, name), &text, err);
	close(fd);
	buf_release(&text);
	if (rc < 0)
		d->at_ms = before;
	if (rc < 0 && err->code != FAIL_DENIED)
		err->code = FAIL_TEMPORARY;
	return rc;
}

struct syncing {
	int folder;
	char prefix[PREFIX_DIGITS + 2];
};

/* Nothing to do for most of them: they lie on the disk. */
static int sync_file(void *ctx, const char *name, struct err *err)
{
	const struct syncing *s = ctx;
	if (strncmp(name, s->prefix, strlen(s->prefix)) != 0)
		return 0;
	int fd = io_open(s->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_errno(err, "cannot open the draft %s", name);
	int rc = io_fsync(fd, "a draft", err);
	close(fd);
	return rc;
}

int draft_sync(const struct run *r, struct err *err)
{
	struct err why = ERR_INIT;
	struct syncing s;
	spool_prefix(r, s.prefix);
	s.folder = draft_folder(0, &why);
	if (s.folder < 0)
		return why.code == FAIL_NOT_FOUND ? 0 : err_set(err, why.code, "%s", why.msg);
	int rc = dirlist_each(s.folder, ".", sync_file, &s, err);
	if (rc == 0)
		rc = io_fsync(s.folder, "the folder of drafts", err);
	close(s.folder);
	return rc;
}

static int remove_file(int folder, const char *name, struct err *err)
{
	if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
		return 0;
	return err_errno(err, "cannot remove the draft %s", name);
}

struct leftover {
	int folder;
	const char *start;
};

/* What a save that was killed left. */
static int drop_leftover(void *ctx, const char *name, struct err *err)
{
	const struct leftover *l = ctx;
	size_t n = strlen(l->start);
	(void)err;
	if (name[0] == '.' && strncmp(name + 1, l->start, n) == 0)
		unlinkat(l->folder, name, 0);
	return 0;
}

int draft_drop(const struct draft *d, const struct run *r, struct err *err)
{
	char name[DRAFT_NAME];
	struct err why = ERR_INIT;
	int fd = draft_folder(0, &why);
	if (fd < 0)
		return why.code == FAIL_NOT_FOUND ? 0 : err_set(err, why.code, "%s", why.msg);
	struct leftover l = {fd, name};
	draft_file_name(d, r, suffix_draft, name);
	int rc = dirlist_all(fd, ".", drop_leftover, &l, err);
	if (rc == 0)
		rc = remove_file(fd, name, err);
	if (rc == 0)
		rc = remove_file(fd, draft_file_name(d, r, suffix_editor, name), err);
	close(fd);
	return rc;
}

/* ---- the editor's text ---- */

int draft_editor_write(const struct draft *d, const struct run *r, const struct buf *text,
                       struct err *err)
{
	char name[DRAFT_NAME];
	int fd = draft_folder(1, err);
	if (fd < 0)
		return -1;
	draft_file_name(d, r, suffix_editor, name);
	int rc = text ? replace(fd, name, text, err) : remove_file(fd, name, err);
	close(fd);
	return rc;
}

/* By what the file system says of both: one clock. */
int draft_editor_newer(const struct draft *d, const struct run *r)
{
	char name[DRAFT_NAME];
	struct err absent = ERR_INIT;
	struct stat text, json;
	int fd = draft_folder(0, &absent);
	if (fd < 0)
		return 0;
	int has_text = fstatat(fd, draft_file_name(d, r, suffix_editor, name), &text,
	                       AT_SYMLINK_NOFOLLOW) == 0;
	int has_json = fstatat(fd, draft_file_name(d, r, suffix_draft, name), &json,
	                       AT_SYMLINK_NOFOLLOW) == 0;
	close(fd);
	if (!has_text || !has_json)
		return has_text;
	return text.st_mtim.tv_sec != json.st_mtim.tv_sec
	           ? text.st_mtim.tv_sec > json.st_mtim.tv_sec
	           : text.st_mtim.tv_nsec >= json.st_mtim.tv_nsec;
}

/* ---- all of them ---- */

static int ends_with(const char *name, size_t n, const char *suffix)
{
	size_t k = strlen(suffix);
	return n > k && strcmp(name + n - k, suffix) == 0;
}

/* SPOOLID-task_26DIGITS-WORKER.json or .jsonc; 0 when it is one of this spool's. */
static int parse_name(const char *name, const char *prefix, struct draft *d)
{
	enum { ID_TEXT = 5 + ID_DIGITS };
	size_t at = strlen(prefix), n = strlen(name);
	char id[ID_TEXT_MAX], worker[65];
	struct id task;
	size_t end = ends_with(name, n, suffix_draft)    ? strlen(suffix_draft)
	             : ends_with(name, n, suffix_editor) ? strlen(suffix_editor)
	                                                 : 0;
	if (!end || n < at + ID_TEXT + 2 + end || n - at - ID_TEXT - 1 - end >= sizeof worker ||
	    strncmp(name, prefix, at) != 0 || name[at + ID_TEXT] != '-')
		return -1;
	snprintf(id, sizeof id, "%.*s", ID_TEXT, name + at);
	snprintf(worker, sizeof worker, "%.*s", (int)(n - at - ID_TEXT - 1 - end),
	         name + at + ID_TEXT + 1);
	if (id_parse(id, "task_", &task) != 0 || !name_valid(worker))
		return -1;
	draft_init(d, &task, worker);
	return 0;
}

static int64_t age_of(int folder, const char *name)
{
	struct stat st;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return 0;
	return (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
}

struct listing {
	int folder;
	char prefix[PREFIX_DIGITS + 2];
	struct draft *list; /* owned */
	size_t n, cap;
};

static struct draft *same(const struct listing *l, const struct draft *d)
{
	for (size_t i = 0; i < l->n; i++) {
		if (id_cmp(&l->list[i].task, &d->task) == 0 &&
		    strcmp(l->list[i].worker, d->worker) == 0)
			return &l->list[i];
	}
	return NULL;
}

/* A file that cannot be read is a draft all the same: somebody's text is in it. */
static int add(void *ctx, const char *name, struct err *err)
{
	struct listing *l = ctx;
	struct draft d;
	struct err unread = ERR_INIT;
	(void)err;
	if (parse_name(name, l->prefix, &d) != 0)
		return 0;
	struct draft *known = same(l, &d);
	if (!known) {
		if (l->n == l->cap) {
			l->cap = l->cap ? l->cap * 2 : 16;
			l->list = mem_grow(l->list, l->cap, sizeof *l->list);
		}
		known = &l->list[l->n++];
		*known = d;
	}
	int64_t at = age_of(l->folder, name);
	if (ends_with(name, strlen(name), suffix_draft))
		load_file(known, l->folder, name, &unread);
	if (at > known->at_ms)
		known->at_ms = at;
	return 0;
}

static int newer(const void *a, const void *b)
{
	const struct draft *x = a, *y = b;
	return (x->at_ms < y->at_ms) - (x->at_ms > y->at_ms);
}

int draft_each(const struct run *r, int (*fn)(void *ctx, const struct draft *d), void *ctx,
               struct err *err)
{
	struct listing l = {.n = 0};
	struct err why = ERR_INIT;
	spool_prefix(r, l.prefix);
	l.folder = draft_folder(0, &why);
	if (l.folder < 0)
		return why.code == FAIL_NOT_FOUND ? 0 : err_set(err, why.code, "%s", why.msg);
	int rc = dirlist_each(l.folder, ".", add, &l, err);
	if (l.n > 1)
		qsort(l.list, l.n, sizeof *l.list, newer);
	for (size_t i = 0; i < l.n; i++) {
		if (rc == 0 && fn(ctx, &l.list[i]) != 0)
			rc = 1;
		draft_release(&l.list[i]);
	}
	free(l.list);
	close(l.folder);
	return rc < 0 ? -1 : 0;
}
