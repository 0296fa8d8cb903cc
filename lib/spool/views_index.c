/* spool/views_index.c -- index rows, appended and compacted. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "model/taskview.h"
#include "spool/index_p.h"
#include "spool/layout.h"
#include "spool/put.h"
#include "spool/views_p.h"

/* What a restart looks back over for rows that were written before the crash: far more than
 * the events between two snapshots close. */
enum { TAIL_BYTES = 64 << 20, COMPACT_MIN = 1024, IDLE_SHARE = 8, IDLE_MIN = 64, CHUNK = 65536 };
#define INDEX_MAX ((size_t)1 << 31)

/* A crash may have cut the last row: cut the rest of it, so that the next is not glued to it. */
static int trim(int fd, const char *name, struct err *err)
{
	char chunk[CHUNK];
	struct stat st;
	off_t end;

	if (fstat(fd, &st))
		return err_errno(err, "cannot stat index/%s", name);
	for (end = st.st_size; end > 0;) {
		size_t n = end < (off_t)sizeof(chunk) ? (size_t)end : sizeof(chunk);
		const char *lf;

		if (io_pread_all(fd, chunk, n, end - (off_t)n, err))
			return -1;
		lf = memrchr(chunk, '\n', n);
		end -= (off_t)n;
		if (lf) {
			end += lf + 1 - chunk;
			break;
		}
	}
	if (end != st.st_size && ftruncate(fd, end))
		return err_errno(err, "cannot cut index/%s", name);
	return 0;
}

static int open_rows(const struct spool *s, const char *name, struct err *err)
{
	int fd = io_open(s->index, name, O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW, 0644);

	if (fd < 0)
		return err_errno(err, "cannot open index/%s", name);
	if (trim(fd, name, err)) {
		close(fd);
		return -1;
	}
	return fd;
}

int views_index_open(struct index_writer *w, const struct spool *s, struct err *err)
{
	w->open_fd = w->closed_fd = -1;
	w->open_fd = open_rows(s, "open.tsv", err);
	if (w->open_fd < 0)
		return -1;
	w->closed_fd = open_rows(s, "closed.tsv", err);
	w->appended = COMPACT_MIN; /* unknown: look once */
	return w->closed_fd < 0 ? -1 : 0;
}

void views_index_close(struct index_writer *w)
{
	if (w->open_fd > 0)
		close(w->open_fd);
	if (w->closed_fd > 0)
		close(w->closed_fd);
	for (size_t i = 0; i < w->n_closed; i++)
		free(w->closed[i].line);
	free(w->closed);
	buf_release(&w->rows);
	idmap_release(&w->tail);
}

/* ---- recovery: which closed tasks have their row already ---- */

static void note_lines(struct index_writer *w, const char *p, size_t n)
{
	const char *end = p + n, *lf;
	char text[ID_TEXT_MAX];
	struct id id;

	for (; p < end && (lf = memchr(p, '\n', (size_t)(end - p))); p = lf + 1) {
		const char *tab = memchr(p, '\t', (size_t)(lf - p));

		if (!tab || (size_t)(tab - p) >= sizeof(text))
			continue;
		memcpy(text, p, (size_t)(tab - p));
		text[tab - p] = '\0';
		if (!id_parse(text, "task_", &id))
			idmap_add(&w->tail, &id, NULL);
	}
}

static int read_tail(struct index_writer *w, struct err *err)
{
	struct stat st;
	off_t from;
	size_t n;
	char *text;
	int rc;

	if (fstat(w->closed_fd, &st))
		return err_errno(err, "cannot stat index/closed.tsv");
	from = st.st_size > TAIL_BYTES ? st.st_size - TAIL_BYTES : 0;
	n = (size_t)(st.st_size - from);
	text = mem_alloc(n + 1);
	rc = io_pread_all(w->closed_fd, text, n, from, err);
	if (!rc)
		note_lines(w, text, n);
	free(text);
	w->tail_read = !rc;
	return rc;
}

void views_index_recovered(struct index_writer *w)
{
	idmap_release(&w->tail);
	w->tail_read = 0;
}

/* ---- adding ---- */

static void add_closed(struct index_writer *w, uint64_t seq, const char *line, size_t n)
{
	if (w->n_closed == w->cap_closed) {
		w->cap_closed = w->cap_closed ? w->cap_closed * 2 : 64;
		w->closed = mem_grow(w->closed, w->cap_closed, sizeof(*w->closed));
	}
	w->closed[w->n_closed++] = (struct closed_row){seq, mem_strndup(line, n)};
}

int views_index_add(struct index_writer *w, const json_t *view, const struct id *task,
                    uint64_t closing, int recovering, struct err *err)
{
	size_t from = w->rows.len;

	taskview_index_row(view, &w->rows);
	w->appended++;
	if (!closing)
		return 0;
	if (recovering && !w->tail_read && read_tail(w, err))
		return -1;
	if (!recovering || !idmap_find(&w->tail, task))
		add_closed(w, closing, w->rows.data + from, w->rows.len - from);
	return 0;
}

static int by_seq(const void *a, const void *b)
{
	const struct closed_row *x = a, *y = b;

	return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static int flush_closed(struct index_writer *w, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc;

	if (w->n_closed > 1)
		qsort(w->closed, w->n_closed, sizeof(*w->closed), by_seq);
	for (size_t i = 0; i < w->n_closed; i++)
		buf_adds(&text, w->closed[i].line);
	rc = io_write_all(w->closed_fd, text.data, text.len, err);
	buf_release(&text);
	for (size_t i = 0; !rc && i < w->n_closed; i++)
		free(w->closed[i].line);
	if (rc)
		return err_wrap(err, "index/closed.tsv");
	w->n_closed = 0;
	return 0;
}

int views_index_flush(struct index_writer *w, struct err *err)
{
	if (w->rows.len) {
		if (io_write_all(w->open_fd, w->rows.data, w->rows.len, err))
			return err_wrap(err, "index/open.tsv");
		buf_clear(&w->rows);
	}
	return w->n_closed ? flush_closed(w, err) : 0;
}

/* ---- compacting ---- */

static int worth_it(const struct index_writer *w, int idle)
{
	if (idle)
		return w->appended > w->live / IDLE_SHARE + IDLE_MIN;
	return w->appended > w->live && w->appended > COMPACT_MIN;
}

int views_index_compact(struct index_writer *w, const struct spool *s, int idle, struct err *err)
{
	struct buf now = BUF_INIT, text = BUF_INIT;
	struct err why = ERR_INIT;
	int rc, fd;

	if (!worth_it(w, idle))
		return 0;
	rc = io_read_file(s->index, "open.tsv", INDEX_MAX, &now, &why);
	if (rc && why.code == FAIL_NOT_FOUND) /* deleted: it fills again */
		rc = 0;
	else if (rc)
		err_set(err, why.code, "%s", why.msg);
	if (!rc) {
		w->live = index_canonical(now.data, now.len, &text);
		w->appended = 0;
		if (now.len != text.len || (now.len && memcmp(now.data, text.data, now.len)))
			rc = put_file(s->index, "open.tsv", &text, err);
	}
	fd = rc ? -1 : open_rows(s, "open.tsv", err);
	if (fd >= 0) {
		close(w->open_fd);
		w->open_fd = fd;
	}
	buf_release(&now);
	buf_release(&text);
	return fd < 0 ? -1 : 1;
}
