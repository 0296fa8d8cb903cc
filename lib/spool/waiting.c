/* spool/waiting.c -- is a key waiting in new/ already? */
#include "spool/waiting.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/publish.h"
#include "json/js.h"
#include "spool/dirlist.h"
#include "spool/drop.h"
#include "spool/layout.h"

enum { VIEW_MAX = 64 << 20, CHUNK = 1 << 20, SMALL_FOLDER = 256, LIST_PASSES = 16 };

static const char id_prefix[] = "task_";

static const struct js_limits view_limits = {VIEW_MAX, VIEW_MAX, 80};

static int same(const struct sha256 *a, const struct sha256 *b)
{
	return memcmp(a->b, b->b, SHA256_BYTES) == 0;
}

/* Does this submit carry ${key}, and with what? */
static enum waiting_found compare(const json_t *doc, const struct waiting_key *key)
{
	struct sha256 sha;
	struct id id;

	if (strcmp(js_str_or(doc, "/type", ""), "submit") ||
	    id_parse(js_str_or(doc, "/id", ""), id_prefix, &id) || id_cmp(&id, &key->id))
		return WAITING_NONE;
	if (!js_at(doc, "/body"))
		return WAITING_OTHER;
	js_hash(js_at(doc, "/body"), &sha);
	return same(&sha, &key->content) ? WAITING_SAME : WAITING_OTHER;
}

/* Regular and our own: 1, or 0. */
static int ours(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid();
}

int waiting_single(const struct spool *s, const struct waiting_key *key, int confirm,
                   struct err *err)
{
	char name[ID_TEXT_MAX];
	struct buf text = BUF_INIT;
	json_t *doc;
	int found = WAITING_OTHER, fd;

	fd = io_open(s->new_, id_format(&key->id, id_prefix, name),
	             O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
	if (fd < 0 && errno == ENOENT)
		return WAITING_GONE;
	if (fd < 0 && (errno == ELOOP || errno == EACCES || errno == ENXIO))
		return WAITING_OTHER; /* somebody else put it there */
	if (fd < 0)
		return err_errno(err, "cannot open new/%s", name);
	if (ours(fd) && !io_read_fd(fd, DROP_MESSAGE_MAX, &text, NULL)) {
		doc = js_parse(text.data, text.len, &js_limits_message, NULL);
		if (doc && compare(doc, key) == WAITING_SAME)
			found = WAITING_SAME;
		json_decref(doc);
	}
	if (found == WAITING_SAME && confirm && publish_confirm(s->new_, fd, err))
		found = -1;
	close(fd);
	buf_release(&text);
	return found;
}

int waiting_view(const struct spool *s, const struct waiting_key *key, struct err *err)
{
	char path[SPOOL_NAME_MAX];
	struct buf text = BUF_INIT;
	struct err why = ERR_INIT;
	struct sha256 sha;
	json_t *doc;
	int found;

	if (faccessat(s->tasks, layout_task_path(&key->id, path), F_OK, 0) && errno == ENOENT)
		return WAITING_NONE;
	if (io_read_file(s->tasks, path, VIEW_MAX, &text, &why)) {
		buf_release(&text);
		if (why.code == FAIL_NOT_FOUND)
			return WAITING_NONE;
		return err_set(err, FAIL_TEMPORARY, "tasks/%s: %s", path, why.msg);
	}
	doc = js_parse(text.data, text.len, &view_limits, &why);
	buf_release(&text);
	if (!doc || sha256_parse(js_str_or(doc, "/contentSha256", ""), &sha))
		found = err_set(err, FAIL_TEMPORARY, "tasks/%s: damaged; erctl fsck --rebuild mends it",
		                path);
	else
		found = same(&sha, &key->content) ? WAITING_SAME : WAITING_OTHER;
	json_decref(doc);
	return found;
}

/* ---- batches ---- */

struct scan {
	const struct spool *s;
	const struct waiting_key *keys;
	size_t n;
	int confirm;
	waiting_hit *hit;
	void *ctx;
	int said; /* what the callback stopped with */
	int ours; /* the batch at hand */
	int hits; /* in it */
};

static int by_id(const void *a, const void *b)
{
	return id_cmp(&((const struct waiting_key *)a)->id, &((const struct waiting_key *)b)->id);
}

/* The key whose id begins at ${p}, if any. */
static const struct waiting_key *key_at(const struct scan *sc, const char *p, size_t n)
{
	char text[ID_TEXT_MAX];
	struct waiting_key want;
	size_t len = strlen(id_prefix) + ID_DIGITS;

	if (n < len)
		return NULL;
	memcpy(text, p, len);
	text[len] = '\0';
	if (id_parse(text, id_prefix, &want.id))
		return NULL;
	if (sc->n == 1) /* a single submit: no search */
		return id_cmp(&sc->keys->id, &want.id) ? NULL : sc->keys;
	return bsearch(&want, sc->keys, sc->n, sizeof(*sc->keys), by_id);
}

static void check_line(struct scan *sc, const char *line, size_t n, const struct waiting_key *key)
{
	json_t *doc = js_parse(line, n, &js_limits_message, NULL);
	enum waiting_found found = doc ? compare(doc, key) : WAITING_NONE;

	json_decref(doc);
	if (found == WAITING_NONE)
		return; /* the id stood in some text */
	if (found == WAITING_SAME && !sc->ours)
		found = WAITING_OTHER;
	sc->hits++;
	sc->said = sc->hit(sc->ctx, key, found);
}

/* Look for ids in whole lines. */
static void scan_lines(struct scan *sc, const char *p, const char *end)
{
	const char *at = p;

	while (!sc->said && (at = memmem(at, (size_t)(end - at), id_prefix, strlen(id_prefix)))) {
		const struct waiting_key *key = key_at(sc, at, (size_t)(end - at));

		if (key) {
			const char *before = memrchr(p, '\n', (size_t)(at - p));
			const char *line = before ? before + 1 : p;
			const char *lf = memchr(at, '\n', (size_t)(end - at));

			check_line(sc, line, (size_t)((lf ? lf : end) - line), key);
		}
		at += strlen(id_prefix);
	}
}

static int scan_fd(struct scan *sc, int fd, struct err *err)
{
	size_t cap = CHUNK + DROP_MESSAGE_MAX, len = 0;
	char *data = mem_alloc(cap);
	ssize_t got = 1;

	while (got > 0 && !sc->said) {
		char *end;

		got = read(fd, data + len, cap - len);
		if (got < 0 && errno == EINTR) {
			got = 1;
			continue;
		}
		if (got < 0)
			break;
		len += (size_t)got;
		end = len ? memrchr(data, '\n', len) : NULL;
		if (got && !end && len < cap)
			continue;
		/* The rest at the end, or a line longer than any that we would have written. */
		end = got && end ? end + 1 : data + len;
		scan_lines(sc, data, end);
		len -= (size_t)(end - data);
		memmove(data, end, len);
	}
	free(data);
	return got < 0 ? err_errno(err, "cannot read a pending batch") : 0;
}

static int scan_batch(struct scan *sc, const char *name, struct err *err)
{
	int fd = io_open(sc->s->new_, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
	struct stat st;
	int rc = 0;

	if (fd < 0)
		return errno == ENOENT || errno == ELOOP || errno == EACCES || errno == ENXIO
		           ? 0 : err_errno(err, "cannot open new/%s", name);
	sc->ours = ours(fd);
	sc->hits = 0;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		rc = scan_fd(sc, fd, err);
	if (!rc && sc->confirm && sc->hits && sc->ours)
		rc = publish_confirm(sc->s->new_, fd, err);
	close(fd);
	return rc;
}

struct listing {
	struct names batches;
	size_t seen; /* names of any kind in this pass */
};

static int keep_batch(void *ctx, const char *name, struct err *err)
{
	struct listing *l = ctx;

	(void)err;
	l->seen++;
	if (!strncmp(name, "batch_", strlen("batch_")))
		names_add(&l->batches, name);
	return 0;
}

/* The batches of several passes, doubles and all. */
static int list_batches(const struct spool *s, struct names *out, struct err *err)
{
	int more = 1;

	for (int pass = 0; more && pass < LIST_PASSES; pass++) {
		struct listing l = {.seen = 0};
		size_t fresh = 0;

		if (dirlist_each(s->new_, ".", keep_batch, &l, err)) {
			names_release(&l.batches);
			return -1;
		}
		for (size_t i = 0; i < l.batches.n; i++)
			if (!names_has(out, l.batches.name[i])) {
				names_add(out, l.batches.name[i]);
				names_sort(out);
				fresh++;
			}
		names_release(&l.batches);
		/* One small folder is one read of the kernel: nothing can slip through. */
		more = l.seen > SMALL_FOLDER && (pass == 0 || fresh);
	}
	return 0;
}

int waiting_batches(const struct spool *s, const struct waiting_key *keys, size_t n, int confirm,
                    waiting_hit *hit, void *ctx, struct err *err)
{
	struct scan sc = {.s = s, .keys = keys, .n = n, .confirm = confirm, .hit = hit, .ctx = ctx};
	struct names batches = {NULL, 0, 0};
	int rc = list_batches(s, &batches, err);

	for (size_t i = 0; !rc && !sc.said && i < batches.n; i++)
		rc = scan_batch(&sc, batches.name[i], err);
	names_release(&batches);
	return rc ? -1 : sc.said;
}
