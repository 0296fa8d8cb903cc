/*
 * base/publish.h -- the one way a file becomes durable under a new name.
 *
 * Purpose    Publish bytes in a directory so that success means: the file is
 *            whole, under this name, after kill -9 and after power loss.
 * Method     O_EXCL in tmp/ -> write all -> fchmod -> fsync file -> close (checked)
 *            -> rename without replacing (RENAME_NOREPLACE) -> fsync directory.
 *            Renaming before the file's fsync would save a journal commit and
 *            survives too, but a power cut could leave a cut file under the
 *            name, which would then block that name: not worth it here.
 * Errors     -1 and:
 *            FAIL_CONFLICT   the name exists; nothing was changed.
 *            FAIL_TEMPORARY  anything else.  When *visible is 1 the name may
 *                            exist (outcome unknown): repeat with the same name.
 *            A failed fsync is final: it is never tried again on that descriptor.
 * Residue    On a handled error before the rename the tmp file is removed; after
 *            a crash it stays in tmp/ for the cleaner.
 */
#ifndef BASE_PUBLISH_H
#define BASE_PUBLISH_H

#include <stddef.h>
#include <sys/types.h>

struct err;

struct publish {
	int tmpdir;   /* borrowed */
	int newdir;   /* borrowed; same file system */
	const char *tmpname;
	const char *name;
	mode_t mode;  /* set by fchmod, whatever the umask */
	int visible;  /* out: 1 once the rename succeeded */
};

int publish_bytes(struct publish *p, const void *data, size_t n, struct err *err);

/* As publish_bytes, for a file the caller has filled: ${fd} is open on
 * tmpdir/tmpname and is closed in every case. */
int publish_fd(struct publish *p, int fd, struct err *err);

/* Create tmpdir/tmpname for publish_fd. The descriptor, or -1. */
int publish_open(struct publish *p, struct err *err);

/* Make sure that a file somebody else published is durable: fsync it and the
 * directory.  ${fd} is open on it and stays open. */
int publish_confirm(int newdir, int fd, struct err *err);

#endif
