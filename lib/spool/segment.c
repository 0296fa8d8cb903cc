/* spool/segment.c -- reading a journal segment line by line. */
#include "spool/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "spool/dirlist.h"
#include "spool/layout.h"

enum { CHUNK = 1 << 20, BLOCK = 4 << 20, HEADER_ROOM = 1024 };

char *segment_name(uint32_t number, char out[SEGMENT_NAME_MAX])
{
	snprintf(out, SEGMENT_NAME_MAX, "%08u.ndjson", number);
	return out;
}

int segment_last(const struct spool *s, uint32_t *last, struct err *err)
{
	struct names names = {NULL, 0, 0};
	char want[SEGMENT_NAME_MAX];
	int rc = names_read(&names, s->journal, ".", ".ndjson", err);

	*last = 0;
	for (size_t i = 0; !rc && i < names.n; i++) {
		segment_name(*last + 1, want);
		if (strcmp(names.name[i], want))
			rc = err_set(err, FAIL_FAILURE, "journal/%s: missing, but there is %s", want,
			             names.name[i]);
		else
			++*last;
	}
	names_release(&names);
	return rc;
}

int segment_open(struct segment *g, const struct spool *s, uint32_t number, off_t off,
                 struct err *err)
{
	char name[SEGMENT_NAME_MAX];
	struct stat st;

	*g = (struct segment){.fd = -1, .number = number, .off = off};
	g->fd = io_open(s->journal, segment_name(number, name), O_RDONLY | O_NOFOLLOW, 0);
	if (g->fd < 0)
		return err_errno(err, "cannot open journal/%s", name);
	if (fstat(g->fd, &st))
		return err_errno(err, "cannot stat journal/%s", name);
	if (st.st_size < off)
		return err_set(err, FAIL_FAILURE, "journal/%s: ends at byte %lld, but %lld were committed",
		               name, (long long)st.st_size, (long long)off);
	return 0;
}

void segment_close(struct segment *g)
{
	if (g->fd >= 0)
		close(g->fd); /* opened for reading */
	free(g->data);
	*g = (struct segment){.fd = -1};
}

static int cannot_read(const struct segment *g, struct err *err)
{
	return err_errno(err, "cannot read journal/%08u.ndjson", g->number);
}

/* Move what is left to the front and read on until ${want} bytes are there or the file ends. */
static int fill(struct segment *g, size_t want, struct err *err)
{
	if (g->pos) {
		g->len -= g->pos;
		memmove(g->data, g->data + g->pos, g->len);
		g->pos = 0;
	}
	if (g->cap < want) {
		g->cap = want;
		g->data = mem_grow(g->data, g->cap, 1);
	}
	while (g->len < want && !g->eof) {
		ssize_t n = pread(g->fd, g->data + g->len, g->cap - g->len, g->off + (off_t)g->len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return cannot_read(g, err);
		g->eof = n == 0;
		g->len += (size_t)n;
	}
	return 0;
}

static void consume(struct segment *g, size_t n)
{
	g->pos += n;
	g->off += (off_t)n;
}

int segment_line(struct segment *g, const char **line, size_t *n, struct err *err)
{
	size_t seen = 0;

	for (;;) {
		size_t left = g->len - g->pos;
		const char *from = left ? g->data + g->pos : NULL;
		const char *lf = left > seen ? memchr(from + seen, '\n', left - seen) : NULL;

		if (left && *from == '\0')
			return SEGMENT_END;
		if (lf) {
			*line = from;
			*n = (size_t)(lf - from);
			consume(g, *n + 1);
			return SEGMENT_LINE;
		}
		if (g->eof)
			return left ? SEGMENT_TORN : SEGMENT_END;
		if (left > JOURNAL_LINE_MAX + HEADER_ROOM)
			return SEGMENT_TORN;
		seen = left;
		if (fill(g, left + CHUNK, err))
			return -1;
	}
}

int segment_block(struct segment *g, const char **block, size_t *n, struct err *err)
{
	const char *end;

	if (fill(g, BLOCK + JOURNAL_LINE_MAX + HEADER_ROOM, err))
		return -1;
	end = g->len ? memrchr(g->data, '\n', g->len) : NULL;
	if (!end)
		return SEGMENT_END;
	*block = g->data;
	*n = (size_t)(end + 1 - g->data);
	consume(g, *n);
	return SEGMENT_LINE;
}

/* Visit the bytes from ${at} to ${end} or the end of the file. */
static int each_chunk(const struct segment *g, off_t at, off_t end,
                      void (*fn)(void *ctx, off_t at, const char *p, size_t n), void *ctx,
                      struct err *err)
{
	char chunk[65536];

	while (at < end) {
		size_t want = end - at < (off_t)sizeof(chunk) ? (size_t)(end - at) : sizeof(chunk);
		ssize_t got = pread(g->fd, chunk, want, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return cannot_read(g, err);
		if (got == 0)
			break;
		fn(ctx, at, chunk, (size_t)got);
		at += got;
	}
	return 0;
}

static void count_lf(void *ctx, off_t at, const char *p, size_t n)
{
	uint64_t *lines = ctx;

	(void)at;
	for (size_t i = 0; i < n; i++)
		*lines += p[i] == '\n';
}

int segment_count_lines(const struct segment *g, off_t off, uint64_t *lines, struct err *err)
{
	*lines = 0;
	return each_chunk(g, 0, off, count_lf, lines, err);
}

static void last_byte(void *ctx, off_t at, const char *p, size_t n)
{
	off_t *end = ctx;

	for (; n > 0; n--)
		if (p[n - 1]) {
			*end = at + (off_t)n;
			return;
		}
}

int segment_rest(const struct segment *g, off_t off, size_t *n, struct err *err)
{
	struct stat st;
	off_t end = off;

	if (fstat(g->fd, &st))
		return cannot_read(g, err);
	if (each_chunk(g, off, st.st_size, last_byte, &end, err))
		return -1;
	*n = (size_t)(end - off);
	return 0;
}

static int looks_whole(const char *line, size_t n)
{
	static const char head[] = "{\"seq\":", tail[] = ",\"hash\":\"";
	const size_t end = sizeof(tail) - 1 + SHA256_HEX - 1 + 2;
	int last;

	n = chain_line(line, n, &last);
	return n > end && !memcmp(line, head, sizeof(head) - 1) && !memcmp(line + n - 2, "\"}", 2) &&
	       !memcmp(line + n - end, tail, sizeof(tail) - 1);
}

int segment_torn_from(const struct segment *g, off_t off, int *torn, struct err *err)
{
	struct segment rest = {.fd = g->fd, .number = g->number, .off = off};
	const char *line;
	size_t n;
	int got, first = 1;

	*torn = 1;
	while ((got = segment_line(&rest, &line, &n, err)) == SEGMENT_LINE) {
		if (memchr(line, '\0', n))
			break;
		if (!first && looks_whole(line, n)) {
			*torn = 0;
			break;
		}
		first = 0;
	}
	free(rest.data);
	return got < 0 ? -1 : 0;
}

int segment_commit_end(const struct segment *g, off_t *end, struct err *err)
{
	static const char mark[] = {'"', '}', ' ', '\n'};
	char chunk[65536 + sizeof(mark)];
	struct stat st;
	off_t to;

	*end = 0;
	if (fstat(g->fd, &st))
		return cannot_read(g, err);
	for (to = st.st_size; to > 0 && !*end;) {
		off_t from = to > 65536 ? to - 65536 : 0;
		size_t n = (size_t)(to - from) + (to < st.st_size ? sizeof(mark) - 1 : 0);

		if (to + (off_t)sizeof(mark) > st.st_size)
			n = (size_t)(st.st_size - from);
		if (io_pread_all(g->fd, chunk, n, from, err))
			return -1;
		for (size_t i = n; i >= sizeof(mark) && !*end; i--)
			if (!memcmp(chunk + i - sizeof(mark), mark, sizeof(mark)))
				*end = from + (off_t)i;
		to = from;
	}
	return 0;
}
