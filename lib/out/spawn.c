/* out/spawn.c -- start a program as a child with nothing of ours but three descriptors. */
#include "out/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"

enum { NICE = 5, EXIT_CANNOT_RUN = 126 };

static int is_program(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

static char *find_in_path(const char *name, const char *path)
{
	struct buf b = BUF_INIT;

	while (*path) {
		size_t n = strcspn(path, ":");

		buf_clear(&b);
		if (n && path[0] == '/') { /* "" and "." would mean wherever erd was started */
			buf_add(&b, path, n);
			buf_addc(&b, '/');
			buf_adds(&b, name);
			if (is_program(buf_str(&b)))
				return buf_detach(&b);
		}
		path += n;
		path += *path == ':';
	}
	buf_release(&b);
	return NULL;
}

char *spawn_find(const char *name, const char *dir, const char *path, struct err *err)
{
	struct buf b = BUF_INIT;
	char *found;

	if (!strchr(name, '/')) {
		found = find_in_path(name, path);
		if (!found)
			err_set(err, FAIL_NOT_FOUND, "no program %s in PATH", name);
		return found;
	}
	if (name[0] != '/') {
		buf_adds(&b, dir);
		buf_addc(&b, '/');
	}
	buf_adds(&b, name);
	if (is_program(buf_str(&b)))
		return buf_detach(&b);
	if (access(buf_str(&b), F_OK))
		err_set(err, FAIL_NOT_FOUND, "no program %s", buf_str(&b));
	else
		err_set(err, FAIL_DENIED, "%s is not an executable file", buf_str(&b));
	buf_release(&b);
	return NULL;
}

/* ---- in the child: nothing but system calls, for we may have had threads ---- */

static void child_fail(const char *what) __attribute__((noreturn));
static void child_fail(const char *what)
{
	if (write(2, what, strlen(what)) < 0)
		_exit(EXIT_CANNOT_RUN + 1);
	_exit(EXIT_CANNOT_RUN);
}

static void default_signals(void)
{
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL); /* KILL, STOP and the C library's own refuse: fine */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Out of the way of 0..2 first, if one of the three lies there: a number more may not be had. */
static void place_descriptors(const int fd[3])
{
	int high[3];

	for (int i = 0; i < 3; i++)
		high[i] = fd[i] < 3 ? fcntl(fd[i], F_DUPFD, 3) : fd[i];
	for (int i = 0; i < 3; i++)
		if (high[i] < 0 || dup2(high[i], i) < 0)
			_exit(EXIT_CANNOT_RUN);
	close_range(3, ~0U, 0); /* all of ours are O_CLOEXEC: this is the second lock */
}

static void run_child(const struct spawn *s, pid_t parent) __attribute__((noreturn));
static void run_child(const struct spawn *s, pid_t parent)
{
	const struct rlimit no_core = {0, 0};

	setpgid(0, 0);
	place_descriptors(s->fd);
	default_signals();
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		child_fail("erd is gone\n");
	setrlimit(RLIMIT_CORE, &no_core); /* courtesies: a service's filter may refuse them */
	setpriority(PRIO_PROCESS, 0, NICE);
	umask(077);
	if (chdir(s->dir))
		child_fail("cannot enter the spool\n");
	if (limits_apply(&s->limits))
		child_fail("cannot limit what it may take\n");
	execve(s->program, s->argv, s->envp);
	child_fail(errno == ENOEXEC ? "no program this system can run\n" : "cannot run it\n");
}

pid_t spawn_child(const struct spawn *s, int *pidfd, struct err *err)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0) {
		err_errno(err, "cannot fork");
		return -1;
	}
	if (!pid)
		run_child(s, parent);
	setpgid(pid, pid); /* both sides, so that neither has to wait for the other */
	*pidfd = pidfd_open(pid, 0);
	return pid;
}
