/* spool/fifo.c -- writing to a FIFO that may have lost its reader. */
#include "spool/fifo.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"

int fifo_open(int dirfd, const char *name)
{
	struct stat st;
	int fd = io_open(dirfd, name, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY, 0);

	if (fd >= 0 && (fstat(fd, &st) || !S_ISFIFO(st.st_mode))) {
		close(fd);
		return -1;
	}
	return fd;
}

int fifo_write(int fd, const void *p, size_t n)
{
	const struct timespec at_once = {0, 0};
	sigset_t pipe_only, before, pending;
	int was_pending, broken;
	ssize_t put;

	sigemptyset(&pipe_only);
	sigaddset(&pipe_only, SIGPIPE);
	sigpending(&pending);
	was_pending = sigismember(&pending, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
	do
		put = write(fd, p, n);
	while (put < 0 && errno == EINTR);
	broken = put < 0 && errno == EPIPE;
	if (broken && !was_pending)
		while (sigtimedwait(&pipe_only, NULL, &at_once) < 0 && errno == EINTR)
			;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return put >= 0 && (size_t)put == n;
}
