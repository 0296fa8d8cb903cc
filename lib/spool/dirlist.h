/*
 * spool/dirlist.h -- the names in a folder.
 *
 * Method     Each listing opens the folder anew, so no read position is shared.  Dot files are
 *            left out.  One listing of a folder in which others rename may miss or double
 *            entries (RELIABILITY): it is never proof that a name is absent.
 * Errors     0 or -1.
 * Ownership  struct names owns its strings; names_release.
 */
#ifndef SPOOL_DIRLIST_H
#define SPOOL_DIRLIST_H

#include <stddef.h>

struct err;

struct names {
	char **name; /* owned */
	size_t n, cap;
};

/* Call ${fn} per name; it returns 0 to go on, > 0 to stop (no error), -1 with *err set. */
typedef int dirlist_fn(void *ctx, const char *name, struct err *err);
int dirlist_each(int dirfd, const char *path, dirlist_fn *fn, void *ctx, struct err *err);

/* Dot files too, all but "." and "..". */
int dirlist_all(int dirfd, const char *path, dirlist_fn *fn, void *ctx, struct err *err);

void names_add(struct names *l, const char *name);
/* All names of ${path} ending in ${suffix} ("" for all), in byte order; an absent folder is
 * empty. */
int names_read(struct names *l, int dirfd, const char *path, const char *suffix, struct err *err);
void names_sort(struct names *l);
int names_has(const struct names *l, const char *name); /* of a sorted list */
void names_release(struct names *l);

#endif
