/*
 * inbox STARTS KEYS COMMAND... -- how fast a full-screen program is, seen from its terminal.
 *
 * Method     A pseudo-terminal of 80x24 (forkpty).  A screen is complete with the last byte before
 *            QUIET_MS without any; the first one must hold the word "all keys" of the footer.  For
 *            each key the time from writing it to the last byte of what it changed.  The keys move
 *            about the list: by lines, pages, to both ends.
 * Output     First screen: median, 99th percentile and most in microseconds; then the same for
 *            keys.
 */
#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "timing.h"

enum { QUIET_MS = 40, LIMIT_MS = 10000, SEEN_MAX = 1 << 16, SAMPLES_MAX = 10000 };

static const char keys[] = "jjjj\x04\x04kGkk\x15gj\x04\x15jGg";

static void die(const char *what)
{
	fprintf(stderr, "inbox: %s\n", what);
	exit(1);
}

/* Read until it is quiet; when the last byte came, or 0: none did.  ${word} must have been seen. */
static int64_t settle(int fd, const char *word)
{
	static char seen[SEEN_MAX + 1];
	size_t n = 0;
	int64_t last = 0, limit = now_us() + LIMIT_MS * 1000;

	while (now_us() < limit) {
		struct pollfd p = {fd, POLLIN, 0};
		int there = !word || (n > 0 && strstr(seen, word) != NULL);

		if (poll(&p, 1, there ? QUIET_MS : LIMIT_MS) == 0)
			return last;
		ssize_t got = read(fd, seen + n, SEEN_MAX - n);
		last = now_us();
		if (got <= 0 && errno != EINTR)
			die("the program ended");
		n = n + (size_t)got < SEEN_MAX ? n + (size_t)got : 0;
		seen[n] = '\0';
	}
	die("the screen does not come to rest");
	return 0;
}

static pid_t start(char **argv, int *fd, int64_t *took_us)
{
	struct winsize size = {.ws_row = 24, .ws_col = 80};
	int64_t begin = now_us();
	pid_t pid = forkpty(fd, NULL, NULL, &size);

	if (pid < 0)
		die("no pseudo-terminal");
	if (pid == 0) {
		setenv("TERM", "xterm-256color", 1);
		unsetenv("ER_NO_INPUT");
		execvp(argv[0], argv);
		_exit(127);
	}
	*took_us = settle(*fd, "all keys") - begin;
	return pid;
}

static void stop(pid_t pid, int fd)
{
	kill(pid, SIGTERM);
	close(fd);
	waitpid(pid, NULL, 0);
}

static void report(int64_t *us, size_t n)
{
	qsort(us, n, sizeof(*us), by_size);
	printf("%lld %lld %lld\n", (long long)us[n / 2], (long long)us[n * 99 / 100],
	       (long long)us[n - 1]);
}

int main(int argc, char **argv)
{
	static int64_t took[SAMPLES_MAX];
	size_t starts = argc > 3 ? strtoul(argv[1], NULL, 10) : 0;
	size_t presses = argc > 3 ? strtoul(argv[2], NULL, 10) : 0;
	pid_t pid;
	int fd;

	if (starts < 1 || starts > SAMPLES_MAX || presses < 1 || presses > SAMPLES_MAX)
		return 2;
	for (size_t i = 0; i < starts; i++) {
		pid = start(argv + 3, &fd, &took[i]);
		stop(pid, fd);
	}
	report(took, starts);
	pid = start(argv + 3, &fd, &took[0]);
	for (size_t i = 0; i < presses; i++) {
		char key = keys[i % (sizeof(keys) - 1)];
		int64_t begin = now_us(), end;

		if (write(fd, &key, 1) != 1)
			die("cannot write");
		end = settle(fd, NULL);
		took[i] = end > begin ? end - begin : 0;
	}
	stop(pid, fd);
	report(took, presses);
	return 0;
}
