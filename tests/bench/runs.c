/*
 * runs N COMMAND... [-- COMMAND...]... -- wall time of processes, measured side by side.
 *
 * Method     Round by round, each command once, so that a slow moment of the disk meets all of
 *            them. posix_spawn to exit; output goes to /dev/null.  One round before does not count.
 * Output     Per command: median, 99th percentile and least in microseconds.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "timing.h"

enum { COMMANDS_MAX = 8 };

extern char **environ;

static int64_t run(char **argv, posix_spawn_file_actions_t *quiet)
{
	int64_t start = now_us();
	pid_t pid;
	int status;

	if (posix_spawnp(&pid, argv[0], quiet, NULL, argv, environ) != 0 ||
	    waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "runs: %s failed\n", argv[0]);
		exit(1);
	}
	return now_us() - start;
}

int main(int argc, char **argv)
{
	long n = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	char **command[COMMANDS_MAX];
	int64_t *took[COMMANDS_MAX];
	posix_spawn_file_actions_t quiet;
	int commands = 0;

	if (n < 1)
		return 2;
	for (int i = 2; i < argc && commands < COMMANDS_MAX; i++) {
		if (i == 2 || argv[i - 1] == NULL) {
			took[commands] = calloc((size_t)n, sizeof(int64_t));
			command[commands++] = argv + i;
		}
		if (strcmp(argv[i], "--") == 0)
			argv[i] = NULL;
	}
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	for (long round = -1; round < n; round++)
		for (int c = 0; c < commands; c++) {
			int64_t us = run(command[c], &quiet);
			if (round >= 0)
				took[c][round] = us;
		}
	for (int c = 0; c < commands; c++) {
		qsort(took[c], (size_t)n, sizeof(int64_t), by_size);
		printf("%lld %lld %lld\n", (long long)took[c][n / 2],
		       (long long)took[c][n * 99 / 100], (long long)took[c][0]);
	}
	return 0;
}
