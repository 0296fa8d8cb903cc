#include "editor.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"

enum { STATUS_NOT_FOUND = 127 };

static const char fallback[] =
    "if command -v sensible-editor >/dev/null 2>&1; then exec sensible-editor \"$@\"; fi; "
    "exec vi \"$@\"";

static const char *from_env(const char *name)
{
	const char *v = getenv(name);
	return v && *v ? v : NULL;
}

static const char *command(void)
{
	const char *term = getenv("TERM");
	int dumb = !term || strcmp(term, "dumb") == 0;
	const char *words = from_env("ER_EDITOR");
	if (!words && !dumb)
		words = from_env("VISUAL");
	return words ? words : from_env("EDITOR");
}

static void become(const char *script, const char *path)
{
	static const int ours[] = {SIGINT, SIGQUIT, SIGPIPE, SIGHUP, SIGTERM, SIGTSTP, SIGWINCH};
	sigset_t none;
	for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
		signal(ours[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl("/bin/sh", "sh", "-c", script, "editor", path, (char *)NULL);
	_exit(STATUS_NOT_FOUND);
}

static int wait_for(pid_t child)
{
	int status = 0;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int editor_run(const char *path, struct err *err)
{
	const char *words = command();
	struct buf script = BUF_INIT;
	struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt, quit;
	if (words)
		buf_addf(&script, "%s \"$@\"", words);
	else
		buf_adds(&script, fallback);
	sigaction(SIGINT, &ignore, &interrupt);
	sigaction(SIGQUIT, &ignore, &quit);
	pid_t child = fork();
	if (child == 0)
		become(buf_str(&script), path);
	int status = child > 0 ? wait_for(child) : -1;
	sigaction(SIGINT, &interrupt, NULL);
	sigaction(SIGQUIT, &quit, NULL);
	buf_release(&script);
	if (status == 0)
		return 0;
	if (status < 0)
		return err_errno(err, "cannot start the editor");
	return err_set(err, FAIL_FAILURE, status == STATUS_NOT_FOUND
	                                      ? "the editor %s could not be started (status %d)"
	                                      : "the editor %s ended with status %d",
	               words ? words : "vi", status);
}
