/* spool/index.c -- reading the index. */
#include "spool/index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "model/state.h"
#include "spool/idmap.h"
#include "spool/index_p.h"
#include "spool/layout.h"

/* erd only appends to these files and replaces them by rename, so a map stays valid. */
struct map {
	const char *p;
	size_t n; /* up to and with the last LF */
	size_t mapped;
};

static int map_open(struct map *m, int dirfd, const char *name, struct err *err)
{
	int fd = io_open(dirfd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK, 0);
	struct stat st;
	const char *end;

	*m = (struct map){NULL, 0, 0};
	if (fd < 0)
		return errno == ENOENT ? 0 : err_errno(err, "cannot open index/%s", name);
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		close(fd);
		return err_set(err, FAIL_FAILURE, "index/%s: not a file", name);
	}
	if (st.st_size > 0) {
		m->p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
		if (m->p == MAP_FAILED) {
			close(fd);
			return err_errno(err, "cannot map index/%s", name);
		}
		m->mapped = (size_t)st.st_size;
		end = memrchr(m->p, '\n', m->mapped);
		m->n = end ? (size_t)(end - m->p) + 1 : 0;
	}
	close(fd);
	return 0;
}

static void map_close(struct map *m)
{
	if (m->mapped)
		munmap((void *)m->p, m->mapped);
}

/* Split a line without its LF; 0 unless it has exactly IX_COUNT columns. */
static int split(const char *line, size_t n, struct index_row *row)
{
	const char *end = line + n;

	for (int i = 0; i < IX_COUNT; i++) {
		const char *tab = memchr(line, '\t', (size_t)(end - line));

		if ((tab == NULL) != (i == IX_COUNT - 1))
			return 0;
		row->col[i] = line;
		row->len[i] = (size_t)((tab ? tab : end) - line);
		line = tab ? tab + 1 : end;
	}
	return 1;
}

static int row_id(const struct index_row *row, struct id *id)
{
	char text[ID_TEXT_MAX];

	if (row->len[IX_ID] >= sizeof(text))
		return -1;
	memcpy(text, row->col[IX_ID], row->len[IX_ID]);
	text[row->len[IX_ID]] = '\0';
	return id_parse(text, "task_", id);
}

static int row_final(const struct index_row *row)
{
	char text[16];

	if (row->len[IX_STATE] >= sizeof(text))
		return 0;
	memcpy(text, row->col[IX_STATE], row->len[IX_STATE]);
	text[row->len[IX_STATE]] = '\0';
	for (int st = 0; st < ST_COUNT; st++)
		if (!strcmp(state_name((enum state)st), text))
			return state_final((enum state)st);
	return 0;
}

/* The live rows: the last one of each task, in the order of first rows. */
struct live {
	struct idmap ids; /* -> slot in rows */
	struct row {
		const char *line; /* NULL: closed */
		size_t n;
		size_t created;   /* offset of that column in line */
	} *rows;
	size_t n, cap;
};

static void live_add(struct live *l, const char *line, size_t n)
{
	struct index_row row;
	struct id id;
	uint32_t *slot;
	int added;

	if (!split(line, n, &row) || row_id(&row, &id))
		return;
	slot = idmap_add(&l->ids, &id, &added);
	if (added) {
		if (l->n == l->cap) {
			l->cap = l->cap ? l->cap * 2 : 1024;
			l->rows = mem_grow(l->rows, l->cap, sizeof(*l->rows));
		}
		*slot = (uint32_t)l->n++;
	}
	l->rows[*slot] = (struct row){row_final(&row) ? NULL : line, n,
	                              (size_t)(row.col[IX_CREATED] - line)};
}

static int by_creation(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = memcmp(x->line + x->created, y->line + y->created,
	               strlen("2026-11-22T18:44:38.123Z"));

	/* Whole lines begin with the id, which is of fixed length. */
	return c ? c : memcmp(x->line, y->line, strlen("task_") + ID_DIGITS);
}

/* Drop closed rows and put the rest in order; mostly it is already. */
static void live_finish(struct live *l)
{
	size_t n = 0;
	int sorted = 1;

	for (size_t i = 0; i < l->n; i++) {
		if (!l->rows[i].line || l->rows[i].n - l->rows[i].created < 24)
			continue;
		l->rows[n++] = l->rows[i];
		if (n > 1 && by_creation(&l->rows[n - 2], &l->rows[n - 1]) > 0)
			sorted = 0;
	}
	l->n = n;
	if (!sorted)
		qsort(l->rows, l->n, sizeof(*l->rows), by_creation);
}

static void live_read(struct live *l, const char *p, size_t n)
{
	const char *end = n ? p + n : p, *lf;

	*l = (struct live){.ids = {NULL, 0, 0}};
	for (; n && p < end && (lf = memchr(p, '\n', (size_t)(end - p))); p = lf + 1)
		live_add(l, p, (size_t)(lf - p));
	live_finish(l);
}

static void live_release(struct live *l)
{
	idmap_release(&l->ids);
	free(l->rows);
}

int index_read_open(const struct spool *s, index_visit *fn, void *ctx, struct err *err)
{
	struct live live;
	struct map m;
	struct index_row row;

	if (map_open(&m, s->index, "open.tsv", err))
		return -1;
	live_read(&live, m.p, m.n);
	for (size_t i = 0; i < live.n; i++)
		if (split(live.rows[i].line, live.rows[i].n, &row) && fn(ctx, &row))
			break;
	live_release(&live);
	map_close(&m);
	return 0;
}

size_t index_canonical(const char *p, size_t n, struct buf *out)
{
	struct live live;
	size_t rows;

	live_read(&live, p, n);
	for (size_t i = 0; i < live.n; i++) {
		buf_add(out, live.rows[i].line, live.rows[i].n);
		buf_addc(out, '\n');
	}
	rows = live.n;
	live_release(&live);
	return rows;
}

static int by_line(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int c = memcmp(x->line, y->line, x->n < y->n ? x->n : y->n);

	return c ? c : (x->n > y->n) - (x->n < y->n);
}

void index_sorted(const char *p, size_t n, struct buf *out)
{
	const char *end = n ? p + n : p, *lf;
	struct live l = {.n = 0};

	for (; n && p < end && (lf = memchr(p, '\n', (size_t)(end - p))); p = lf + 1) {
		if (l.n == l.cap) {
			l.cap = l.cap ? l.cap * 2 : 1024;
			l.rows = mem_grow(l.rows, l.cap, sizeof(*l.rows));
		}
		l.rows[l.n++] = (struct row){p, (size_t)(lf - p), 0};
	}
	if (l.n > 1)
		qsort(l.rows, l.n, sizeof(*l.rows), by_line);
	for (size_t i = 0; i < l.n; i++) {
		buf_add(out, l.rows[i].line, l.rows[i].n);
		buf_addc(out, '\n');
	}
	free(l.rows);
}

int index_read_closed(const struct spool *s, index_visit *fn, void *ctx, struct err *err)
{
	struct map m;
	struct index_row row;
	size_t end;

	if (map_open(&m, s->index, "closed.tsv", err))
		return -1;
	for (end = m.n; end > 0;) {
		const char *lf = end > 1 ? memrchr(m.p, '\n', end - 1) : NULL;
		const char *line = lf ? lf + 1 : m.p;
		size_t n = (size_t)(m.p + end - line) - 1;

		if (split(line, n, &row) && fn(ctx, &row))
			break;
		end = (size_t)(line - m.p);
	}
	map_close(&m);
	return 0;
}
