/* base/buf.c -- a growing byte buffer with a maximum and a sticky error. */
#include "base/buf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define MAX_DEFAULT ((size_t)1 << 31)

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf)BUF_INIT;
	b->max = max;
}

void buf_release(struct buf *b)
{
	free(b->data);
	b->data = NULL;
	b->len = b->cap = 0;
	b->bad = 0;
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->bad = 0;
	if (b->data)
		b->data[0] = '\0';
}

int buf_ok(const struct buf *b)
{
	return !b->bad;
}

char *buf_room(struct buf *b, size_t n)
{
	size_t max = b->max ? b->max : MAX_DEFAULT;
	size_t cap;

	if (b->bad)
		return NULL;
	if (n > max || b->len > max - n) {
		b->bad = 1;
		return NULL;
	}
	if (b->len + n < b->cap)
		return b->data + b->len;
	cap = b->cap ? b->cap * 2 : 64;
	if (cap < b->len + n + 1)
		cap = b->len + n + 1;
	if (cap > max + 1)
		cap = max + 1;
	b->data = mem_grow(b->data, cap, 1);
	b->cap = cap;
	return b->data + b->len;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	char *to = buf_room(b, n);

	if (!to)
		return;
	if (n)
		memcpy(to, p, n);
	to[n] = '\0';
	b->len += n;
}

void buf_adds(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(b, fmt, ap);
	va_end(ap);
}

void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	size_t room = b->cap > b->len ? b->cap - b->len : 0;
	va_list again;
	int n;

	if (b->bad)
		return;
	va_copy(again, ap);
	n = vsnprintf(room ? b->data + b->len : NULL, room, fmt, ap);
	if (n < 0) {
		b->bad = 1;
	} else if ((size_t)n < room) {
		b->len += (size_t)n;
	} else if (buf_room(b, (size_t)n)) {
		vsnprintf(b->data + b->len, (size_t)n + 1, fmt, again);
		b->len += (size_t)n;
	} else if (room) {
		b->data[b->len] = '\0';
	}
	va_end(again);
}

const char *buf_str(const struct buf *b)
{
	if (!b->data)
		return "";
	b->data[b->len] = '\0'; /* buf_room's caller need not terminate */
	return b->data;
}

char *buf_detach(struct buf *b)
{
	char *s = b->data ? b->data : mem_strdup("");

	s[b->len] = '\0';
	b->data = NULL;
	buf_release(b);
	return s;
}
