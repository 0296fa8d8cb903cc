/* out/child.c -- one program that works on a task. */
#include "out/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/safe.h"
#include "base/timefmt.h"
#include "out/spawn.h"

enum {
	CHUNK = 16384,
	READS_MAX = 16 /* per pipe and turn: a child that floods does not hold the loop */
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void child_free(struct child *c)
{
	close_fd(&c->pidfd);
	close_fd(&c->out);
	close_fd(&c->err);
	for (size_t i = 0; c->argv[i]; i++)
		free(c->argv[i]);
	free(c->argv);
	free((char *)c->job.worker);
	free((char *)c->job.lane);
	free(c->input);
	free(c->log);
	buf_release(&c->answer);
	free(c);
}

static void kill_group(const struct child *c, int sig)
{
	if (c->pid > 0)
		kill(-c->pid, sig);
}

/* The group is killed before the child is reaped: until then nobody else can get its number. */
int child_reap(struct child *c)
{
	int status = 0;
	pid_t got;

	kill_group(c, SIGKILL);
	do
		got = waitpid(c->pid, &status, 0);
	while (got < 0 && errno == EINTR);
	c->pid = 0;
	return status;
}

/* ---- starting ---- */

/* A file, not a pipe: nothing to feed, no SIGPIPE when the child does not read it. */
static int stdin_file(const struct child *c, struct err *err)
{
	int fd = memfd_create("er-inbox", MFD_CLOEXEC);

	if (fd < 0)
		return err_errno(err, "cannot make a file for stdin");
	if (!io_write_all(fd, c->input, c->job.stdin_len, err)) {
		if (lseek(fd, 0, SEEK_SET) == 0)
			return fd;
		err_errno(err, "cannot rewind stdin");
	}
	close(fd);
	return -1;
}

/* Our end does not block; the child's does. */
static int pipe_from(int *ours, int *theirs, struct err *err)
{
	int fd[2];

	if (pipe2(fd, O_CLOEXEC))
		return err_errno(err, "cannot make a pipe");
	*ours = fd[0];
	*theirs = fd[1];
	if (fcntl(fd[0], F_SETFL, O_NONBLOCK))
		return err_errno(err, "cannot set up a pipe");
	return 0;
}

enum { ENV_MAX = 9 };

/* ${text} holds what ${envp} points to. */
static void fill_env(const struct child *c, const struct child_place *at, struct buf *text,
                     char *envp[ENV_MAX])
{
	static const char *const always[] = {"HOME=/nonexistent", "LANG=C.UTF-8"};
	char task[ID_TEXT_MAX];
	size_t start[ENV_MAX], n = 0;

	for (size_t i = 0; i < NITEMS(always); i++) {
		start[n++] = text->len;
		buf_add(text, always[i], strlen(always[i]) + 1);
	}
	start[n++] = text->len;
	buf_addf(text, "ER_TASK=%s%c", id_format(&c->job.task, "task_", task), '\0');
	start[n++] = text->len;
	buf_addf(text, "ER_WORKER=%s%c", c->job.worker, '\0');
	start[n++] = text->len;
	buf_addf(text, "ER_SPOOL=%s%c", at->spool, '\0');
	if (c->job.judge) {
		start[n++] = text->len;
		buf_addf(text, "ER_LANE=%s%c", c->job.lane ? c->job.lane : "", '\0');
		start[n++] = text->len;
		buf_addf(text, "TZ=UTC%c", '\0');
	}
	for (size_t i = 0; i < n; i++)
		envp[i] = text->data + start[i];
	envp[n++] = at->env_path;
	envp[n] = NULL;
}

static int spawn_with(struct child *c, const struct child_place *at, const char *program,
                      struct spawn *s, struct err *err)
{
	struct buf text = BUF_INIT;
	char *envp[ENV_MAX];

	fill_env(c, at, &text, envp);
	s->program = program;
	s->argv = c->argv;
	s->envp = envp;
	s->dir = at->spool;
	s->limits = c->job.limits;
	c->pid = spawn_child(s, &c->pidfd, err);
	buf_release(&text);
	return c->pid < 0 ? -1 : 0;
}

static void not_launched(struct child *c)
{
	close_fd(&c->out);
	close_fd(&c->err);
	free(c->log);
	c->log = NULL;
	c->pid = 0;
}

int child_launch(struct child *c, const struct child_place *at, struct err *err)
{
	char *program = spawn_find(c->argv[0], at->spool, at->env_path + strlen("PATH="), err);
	struct spawn s = {.fd = {-1, -1, -1}};
	int rc = -1;

	if (!program)
		return -1;
	c->log = mem_alloc(AGENT_LOG_MAX);
	s.fd[0] = stdin_file(c, err);
	if (s.fd[0] >= 0 && !pipe_from(&c->out, &s.fd[1], err) &&
	    !pipe_from(&c->err, &s.fd[2], err))
		rc = spawn_with(c, at, program, &s, err);
	for (int i = 0; i < 3; i++)
		close_fd(&s.fd[i]);
	free(program);
	if (rc) {
		not_launched(c);
		return -1;
	}
	free(c->input);
	c->input = NULL;
	c->deadline_ms = now_mono_ms() + c->job.timeout_ms;
	return 0;
}

/* ---- ending ---- */

void child_fail(struct child *c, const char *text)
{
	struct buf safe = BUF_INIT;
	size_t n;

	if (c->why[0])
		return; /* the first reason is the cause */
	safe_adds(&safe, text, SAFE_LINE);
	n = safe.len < sizeof(c->why) ? safe.len : sizeof(c->why) - 1;
	while (n && !utf8_valid(buf_str(&safe), n))
		n--;
	memcpy(c->why, buf_str(&safe), n);
	c->why[n] = '\0';
	buf_release(&safe);
}

/* The last line of stderr that says something: where programs put the reason. */
static void add_last_line(const struct child *c, struct buf *out)
{
	size_t end = c->nlog, start;

	while (end && (c->log[end - 1] == '\n' || c->log[end - 1] == ' '))
		end--;
	for (start = end; start && c->log[start - 1] != '\n';)
		start--;
	if (start < end) {
		buf_adds(out, ": ");
		safe_add(out, c->log + start, end - start, SAFE_LINE);
	}
}

static const char *signal_word(int sig)
{
	const char *word = sigdescr_np(sig);

	return word ? word : "unknown";
}

static void judge_exit(struct child *c, int status)
{
	struct buf text = BUF_INIT;

	c->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	if (WIFSIGNALED(status))
		buf_addf(&text, "ended by signal %d (%s)", WTERMSIG(status), signal_word(WTERMSIG(status)));
	else if (c->job.judge && WEXITSTATUS(status) <= 1)
		; /* its verdict */
	else if (WEXITSTATUS(status))
		buf_addf(&text, "exit status %d", WEXITSTATUS(status));
	else if (!c->answer.len && !c->job.silent)
		buf_adds(&text, "no output");
	if (text.len) {
		add_last_line(c, &text);
		child_fail(c, buf_str(&text));
	}
	buf_release(&text);
}

/* ---- reading ---- */

static void keep_answer(struct child *c, const char *p, size_t n)
{
	size_t most = c->job.judge ? AGENT_VERDICT_MAX : AGENT_OUTPUT_MAX, room = most - c->answer.len;
	char text[64];

	c->said += n;
	if (c->said <= AGENT_OUTPUT_MAX) {
		buf_add(&c->answer, p, n < room ? n : room);
		return;
	}
	snprintf(text, sizeof(text), "more than %d bytes of output", AGENT_OUTPUT_MAX);
	child_fail(c, text);
	close_fd(&c->out);
	kill_group(c, SIGKILL);
	c->phase = CHILD_KILLED;
}

/* Keep the last AGENT_LOG_MAX bytes. */
static void keep_log(struct child *c, const char *p, size_t n)
{
	size_t keep;

	if (n > AGENT_LOG_MAX) {
		p += n - AGENT_LOG_MAX;
		n = AGENT_LOG_MAX;
	}
	keep = c->nlog < AGENT_LOG_MAX - n ? c->nlog : AGENT_LOG_MAX - n;
	memmove(c->log, c->log + c->nlog - keep, keep);
	memcpy(c->log + keep, p, n);
	c->nlog = keep + n;
}

static void read_pipe(struct child *c, int *fd, void (*keep)(struct child *, const char *, size_t),
                      int reads)
{
	char chunk[CHUNK];

	while (*fd >= 0 && reads-- > 0) {
		ssize_t n = read(*fd, chunk, sizeof(chunk));

		if (n > 0)
			keep(c, chunk, (size_t)n);
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			close_fd(fd);
		else if (errno == EAGAIN)
			return;
	}
}

/* ---- one turn ---- */

static int is_ready(const struct pollfd *fds, size_t n, int fd)
{
	for (size_t i = 0; fd >= 0 && i < n; i++)
		if (fds[i].fd == fd)
			return fds[i].revents != 0;
	return 0;
}

static int has_ended(const struct child *c)
{
	siginfo_t si = {.si_pid = 0};

	return !waitid(P_PID, (id_t)c->pid, &si, WEXITED | WNOHANG | WNOWAIT) && si.si_pid;
}

static void check_deadline(struct child *c, int64_t now)
{
	char text[64], span[DURATION_TEXT_MAX];

	if (now < c->deadline_ms || c->phase == CHILD_KILLED)
		return;
	if (c->phase == CHILD_TERMED) {
		kill_group(c, SIGKILL);
		c->phase = CHILD_KILLED;
		return;
	}
	duration_format(c->job.timeout_ms, span);
	snprintf(text, sizeof(text), "no answer within %s", span);
	child_fail(c, text);
	kill_group(c, SIGTERM);
	c->phase = CHILD_TERMED;
	c->deadline_ms = now + AGENT_GRACE_MS;
}

int child_handle(struct child *c, const struct pollfd *fds, size_t n, int64_t now_ms)
{
	if (is_ready(fds, n, c->out))
		read_pipe(c, &c->out, keep_answer, READS_MAX);
	if (is_ready(fds, n, c->err))
		read_pipe(c, &c->err, keep_log, READS_MAX);
	if ((c->pidfd < 0 || is_ready(fds, n, c->pidfd)) && has_ended(c)) {
		int status = child_reap(c);

		/* what is in the pipes now is all of it: nobody of the group is left */
		read_pipe(c, &c->out, keep_answer, AGENT_OUTPUT_MAX / CHUNK + 2);
		read_pipe(c, &c->err, keep_log, READS_MAX);
		judge_exit(c, status);
		return 1;
	}
	check_deadline(c, now_ms);
	return 0;
}
