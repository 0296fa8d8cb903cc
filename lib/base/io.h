/*
 * base/io.h -- reading and writing whole files by directory descriptor.
 *
 * Rules      Every descriptor is O_CLOEXEC.  EINTR and short transfers are
 *            retried.  Paths are relative to a directory descriptor and come
 *            from code, never from outside.
 * Errors     0 or -1 with *err set by err_errno.
 */
#ifndef BASE_IO_H
#define BASE_IO_H

#include <stddef.h>
#include <sys/types.h>

struct buf;
struct err;

/* openat with O_CLOEXEC, again when a signal came between.  The descriptor, or -1 and errno. */
int io_open(int dirfd, const char *name, int flags, mode_t mode);

int io_write_all(int fd, const void *p, size_t n, struct err *err);
int io_pread_all(int fd, void *p, size_t n, off_t off, struct err *err);

/* Append what is left in ${fd} to ${out}.  FAIL_INVALID above ${max} bytes. */
int io_read_fd(int fd, size_t max, struct buf *out, struct err *err);

/* A file of our own making (view, configuration): regular, not a symlink,
 * opened O_NONBLOCK so that a FIFO cannot hold us. FAIL_NOT_FOUND when absent. */
int io_read_file(int dirfd, const char *name, size_t max, struct buf *out, struct err *err);

/* Replace ${name} by ${data} so that a reader sees the old or the new whole file
 * (tmp name in the same directory, rename).  No fsync: for views only. */
int io_replace(int dirfd, const char *name, const void *p, size_t n, struct err *err);

int io_open_dir(int dirfd, const char *name, struct err *err); /* fd or -1 */
int io_mkdir(int dirfd, const char *name, mode_t mode, struct err *err); /* existing is fine */
int io_fsync(int fd, const char *what, struct err *err);
int io_close(int fd, const char *what, struct err *err); /* EINTR counts as closed */

#endif
