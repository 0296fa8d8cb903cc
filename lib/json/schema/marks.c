/* json/schema/marks.c -- which members or items were evaluated: a bit for each. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/schema/run.h"

static size_t words(const struct marks *m)
{
	return (m->n + 63) / 64;
}

void marks_init(struct run *run, struct marks *m, const json_t *v)
{
	memset(m, 0, sizeof(*m));
	m->n = json_is_array(v) ? json_array_size(v) : json_object_size(v);
	m->bits = m->few;
	if (words(m) > MARKS_FEW)
		m->bits = mem_alloc(words(m) * sizeof(*m->bits));
	run->steps += words(m) / 8;
}

void marks_release(struct marks *m)
{
	if (m->bits != m->few)
		free(m->bits);
}

void marks_all(struct marks *m)
{
	if (m)
		memset(m->bits, 0xff, words(m) * sizeof(*m->bits));
}

void marks_or(struct run *run, struct marks *m, const struct marks *more)
{
	size_t i;

	for (i = 0; i < words(m); i++)
		m->bits[i] |= more->bits[i];
	run->steps += words(m) / 8;
}
