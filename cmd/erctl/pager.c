#include "pager.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program(void)
{
	const char *p = getenv("ER_PAGER");
	if (!p)
		p = getenv("PAGER");
	if (!p)
		p = "less";
	return *p && strcmp(p, "cat") != 0 ? p : NULL;
}

static void run_pager(const char *command, const int fd[2])
{
	dup2(fd[0], STDIN_FILENO);
	close(fd[0]);
	close(fd[1]);
	setenv("LESS", "FRX", 0);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

long pager_start(void)
{
	const char *command = program();
	int fd[2];
	if (!command || pipe2(fd, O_CLOEXEC) < 0)
		return 0;
	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		run_pager(command, fd);
	close(fd[0]);
	if (pid > 0)
		dup2(fd[1], STDOUT_FILENO);
	close(fd[1]);
	return pid > 0 ? pid : 0;
}

void pager_end(long pid)
{
	fclose(stdout);
	waitpid((pid_t)pid, NULL, 0);
}
