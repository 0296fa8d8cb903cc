/* spool/dirlist.c -- the names in a folder. */
#include "spool/dirlist.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"

static int list(int dirfd, const char *path, int dots, dirlist_fn *fn, void *ctx, struct err *err)
{
	int fd = io_open(dirfd, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0), rc = 0;
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		err_errno(err, "cannot list %s", path);
		if (fd >= 0)
			close(fd);
		return -1;
	}
	while (!rc) {
		errno = 0;
		entry = readdir(dir);
		if (!entry && errno)
			rc = err_errno(err, "cannot list %s", path);
		if (!entry)
			break;
		if (entry->d_name[0] != '.' ||
		    (dots && strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")))
			rc = fn(ctx, entry->d_name, err);
	}
	closedir(dir);
	return rc < 0 ? -1 : 0;
}

int dirlist_each(int dirfd, const char *path, dirlist_fn *fn, void *ctx, struct err *err)
{
	return list(dirfd, path, 0, fn, ctx, err);
}

int dirlist_all(int dirfd, const char *path, dirlist_fn *fn, void *ctx, struct err *err)
{
	return list(dirfd, path, 1, fn, ctx, err);
}

void names_add(struct names *l, const char *name)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? l->cap * 2 : 32;
		l->name = mem_grow(l->name, l->cap, sizeof(*l->name));
	}
	l->name[l->n++] = mem_strdup(name);
}

struct filter {
	struct names *list;
	const char *suffix;
};

static int keep(void *ctx, const char *name, struct err *err)
{
	const struct filter *f = ctx;
	size_t n = strlen(name), end = strlen(f->suffix);

	(void)err;
	if (n >= end && !strcmp(name + n - end, f->suffix))
		names_add(f->list, name);
	return 0;
}

int names_read(struct names *l, int dirfd, const char *path, const char *suffix, struct err *err)
{
	struct filter f = {l, suffix};
	struct err why = ERR_INIT;

	if (dirlist_each(dirfd, path, keep, &f, &why) && why.code != FAIL_NOT_FOUND)
		return err_set(err, why.code, "%s", why.msg);
	names_sort(l);
	return 0;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void names_sort(struct names *l)
{
	if (l->n > 1)
		qsort(l->name, l->n, sizeof(*l->name), by_bytes);
}

int names_has(const struct names *l, const char *name)
{
	return l->n && bsearch(&name, l->name, l->n, sizeof(*l->name), by_bytes) != NULL;
}

void names_release(struct names *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->name[i]);
	free(l->name);
	*l = (struct names){NULL, 0, 0};
}
