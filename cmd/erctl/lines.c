#include "lines.h"

#include <errno.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

enum { READ_SIZE = 1 << 18 };

void lines_init(struct lines *l, int fd, size_t max)
{
	*l = (struct lines){.fd = fd, .max = max};
}

static int more(struct lines *l, struct err *err)
{
	ssize_t got;
	if (l->begin > 0) {
		memmove(l->data, l->data + l->begin, l->end - l->begin);
		l->end -= l->begin;
		l->begin = 0;
	}
	if (l->end > l->max)
		return err_set(err, FAIL_INVALID, "line %zu: longer than %zu bytes", l->number + 1,
		               l->max);
	if (l->cap - l->end < READ_SIZE) {
		l->cap = l->end + 2 * (size_t)READ_SIZE;
		l->data = mem_grow(l->data, l->cap, 1);
	}
	do
		got = read(l->fd, l->data + l->end, READ_SIZE);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_errno(err, "cannot read line %zu", l->number + 1);
	l->end += (size_t)got;
	l->eof = got == 0;
	return 0;
}

int lines_next(struct lines *l, const char **text, size_t *n, struct err *err)
{
	size_t seen = 0;
	for (;;) {
		char *at = l->data ? l->data + l->begin : NULL;
		size_t have = l->end - l->begin;
		char *lf = have > seen ? memchr(at + seen, '\n', have - seen) : NULL;
		if (lf || (l->eof && have > 0)) {
			*text = at;
			*n = lf ? (size_t)(lf - at) : have;
			l->begin += *n + (lf != NULL);
			l->number++;
			return 1;
		}
		if (l->eof)
			return 0;
		seen = have;
		if (more(l, err) < 0)
			return -1;
	}
}

void lines_release(struct lines *l)
{
	free(l->data);
	l->data = NULL;
}
