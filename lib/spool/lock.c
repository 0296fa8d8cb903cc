/* spool/lock.c -- one erd per spool. */
#include "spool/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "spool/backoff.h"
#include "spool/layout.h"

/* lock_held takes the lock for an instant, so one refusal does not prove another erd. */
enum { TAKE_WAIT_MS = 200 };

int lock_try(int fd, int how, int64_t wait_ms)
{
	int64_t until = now_mono_ms() + wait_ms;
	struct timespec pause = {0, 100000};

	while (flock(fd, how | LOCK_NB)) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -1;
		if (now_mono_ms() >= until) {
			errno = EWOULDBLOCK;
			return -1;
		}
		nanosleep(&pause, NULL);
		if (pause.tv_nsec < 10000000)
			pause.tv_nsec *= 2;
	}
	return 0;
}

static long holder(int fd)
{
	char text[32] = "";
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	return n > 0 ? strtol(text, NULL, 10) : 0;
}

static void sign(int fd)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	/* Only for messages: an error here changes nothing. */
	if (ftruncate(fd, 0) || pwrite(fd, text, (size_t)n, 0) != n)
		return;
}

int lock_take(const struct spool *s, struct err *err)
{
	int fd = io_open(s->root, "lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0640);

	if (fd < 0)
		return err_errno(err, "cannot open %s/lock", s->path);
	if (lock_try(fd, LOCK_EX, TAKE_WAIT_MS)) {
		if (errno == EWOULDBLOCK)
			err_set(err, FAIL_TEMPORARY, "another erd (pid %ld) runs on %s", holder(fd), s->path);
		else
			err_errno(err, "cannot lock %s/lock", s->path);
		close(fd);
		return -1;
	}
	sign(fd);
	return fd;
}

void lock_release(int fd)
{
	if (fd >= 0)
		close(fd); /* the lock goes with its last descriptor */
}

int lock_held(const struct spool *s)
{
	int fd = io_open(s->root, "lock", O_RDONLY | O_NOFOLLOW, 0);
	int held;

	if (fd < 0)
		return 0; /* no erd ever ran here */
	held = flock(fd, LOCK_SH | LOCK_NB) && errno == EWOULDBLOCK;
	close(fd);
	return held;
}

int control_open(const struct spool *s, struct err *err)
{
	struct stat st;
	int fd;

	if (mkfifoat(s->root, "control", 0620) && errno != EEXIST)
		return err_errno(err, "cannot make %s/control", s->path);
	fd = io_open(s->root, "control", O_RDWR | O_NONBLOCK | O_NOFOLLOW, 0);
	if (fd < 0)
		return err_errno(err, "cannot open %s/control", s->path);
	if (fstat(fd, &st) || !S_ISFIFO(st.st_mode)) {
		close(fd);
		return err_set(err, FAIL_FAILURE, "%s/control: not a FIFO", s->path);
	}
	if (fchmod(fd, 0620)) { /* whatever the umask: the group may nudge */
		err_errno(err, "cannot set the mode of %s/control", s->path);
		close(fd);
		return -1;
	}
	return fd;
}

void control_read(int fd, struct buf *out)
{
	char bytes[512];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			buf_add(out, bytes, (size_t)n);
}

void control_drain(int fd)
{
	struct buf nothing;

	buf_init(&nothing, 1);
	control_read(fd, &nothing);
	buf_release(&nothing);
}
