#include <string.h>

#include "base/buf.h"
#include "base/ids.h"
#include "base/mem.h"
#include "engine/snapshot_p.h"

void put(struct buf *b, uint64_t v, int bytes)
{
	char le[8];

	for (int i = 0; i < bytes; i++)
		le[i] = (char)(v >> (8 * i));
	buf_add(b, le, (size_t)bytes);
}

void put_str(struct buf *b, const char *s)
{
	size_t n = s ? strlen(s) : 0;

	put(b, s ? n + 1 : 0, 4);
	buf_add(b, s ? s : "", n);
}

uint64_t get(struct reader *r, int bytes)
{
	uint64_t v = 0;

	if (r->n < (size_t)bytes) {
		r->bad = 1;
		r->n = 0;
		return 0;
	}
	for (int i = 0; i < bytes; i++)
		v |= (uint64_t)r->p[i] << (8 * i);
	r->p += bytes;
	r->n -= (size_t)bytes;
	return v;
}

const void *get_bytes(struct reader *r, size_t n)
{
	const void *p = r->p;

	if (r->n < n) {
		r->bad = 1;
		return NULL;
	}
	r->p += n;
	r->n -= n;
	return p;
}

/* Owned by the caller; NULL for a NULL that was saved, or on damage. */
char *get_str(struct reader *r)
{
	size_t n = get(r, 4);
	const void *p = n ? get_bytes(r, n - 1) : NULL;

	return p ? mem_strndup(p, n - 1) : NULL;
}

void get_id(struct reader *r, struct id *id)
{
	const void *p = get_bytes(r, sizeof(id->b));

	if (p)
		memcpy(id->b, p, sizeof(id->b));
}

size_t get_count(struct reader *r)
{
	size_t n = get(r, 4);

	return n <= r->n ? n : (r->bad = 1, 0); /* every item takes at least a byte */
}
