/* The terminal: on and off, and what signals do to it. */
#include "tui_screen.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <term.h>
#include <termios.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "tui_p.h"

enum { ESCAPE_MS = 50 };

static const int fatal[] = {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL};
static const int caught[] = {SIGHUP, SIGTERM, SIGINT, SIGTSTP, SIGWINCH, SIGCONT};
enum { NFATAL = sizeof fatal / sizeof fatal[0], NCAUGHT = sizeof caught / sizeof caught[0] };

struct tui_signals tui_signals;
int tui_pipe[2] = {-1, -1};
static SCREEN *terminal;
static int on;
static struct sigaction before_fatal[NFATAL], before_caught[NCAUGHT];
static struct termios cooked;
static char undo_text[128]; /* what ends full-screen mode, for a handler */
static size_t undo_len;

/* ---- signals ---- */

static void on_signal(int sig)
{
	int saved = errno;
	if (sig == SIGINT)
		tui_signals.interrupt = 1;
	else if (sig == SIGTSTP)
		tui_signals.stop = 1;
	else if (sig == SIGWINCH)
		tui_signals.resized = 1;
	else if (sig == SIGCONT)
		tui_signals.continued = 1;
	else
		tui_signals.end = 1;
	if (write(tui_pipe[1], "s", 1) < 0)
		errno = saved; /* full: poll ends anyway */
	errno = saved;
}

/* The process ends here; only what a handler may call. */
static void on_fatal(int sig)
{
	tcsetattr(STDIN_FILENO, TCSANOW, &cooked);
	if (write(STDOUT_FILENO, undo_text, undo_len) >= 0)
		raise(sig); /* SA_RESETHAND: the default now */
	raise(sig);
}

/* All signals while the screen is on. */
static void catch_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal};
	struct sigaction last = {.sa_handler = on_fatal, .sa_flags = SA_RESETHAND | SA_NODEFER};
	for (int i = 0; i < NCAUGHT; i++)
		sigaction(caught[i], &sa, &before_caught[i]);
	for (int i = 0; i < NFATAL; i++) {
		sigaction(fatal[i], NULL, &before_fatal[i]);
		if (before_fatal[i].sa_handler == SIG_DFL) /* a sanitizer has its own */
			sigaction(fatal[i], &last, NULL);
	}
}

/* As they were. */
static void restore_signals(void)
{
	for (int i = 0; i < NCAUGHT; i++)
		sigaction(caught[i], &before_caught[i], NULL);
	for (int i = 0; i < NFATAL; i++)
		sigaction(fatal[i], &before_fatal[i], NULL);
}

/* SIGTSTP alone: an editor of ours is stopped with us. */
static void catch_stop(int catch)
{
	struct sigaction sa = {.sa_handler = catch ? on_signal : SIG_DFL};
	sigaction(SIGTSTP, &sa, NULL);
}

void tui_stop_now(void)
{
	screen_suspend(); /* SIGTSTP has its default now */
	raise(SIGTSTP);
	screen_resume();
}

void tui_fit(void)
{
	struct winsize ws;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_row > 0 && ws.ws_col > 0)
		resize_term(ws.ws_row, ws.ws_col);
	clearok(curscr, TRUE);
}

/* ---- on and off ---- */

static void remember_undo(void)
{
	static const char *const names[] = {"rmcup", "cnorm", "sgr0", "rmkx"};
	undo_len = 0;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *s = tigetstr(names[i]);
		size_t n = s && s != (char *)-1 ? strlen(s) : 0;
		if (undo_len + n < sizeof undo_text) {
			memcpy(undo_text + undo_len, s ? s : "", n);
			undo_len += n;
		}
	}
}

/* Pasted text must not act as keys; terminals that do not know the mode ignore it. */
static void bracketed_paste(int want)
{
	const char *cup = tigetstr("cup");
	if (!cup || cup == (char *)-1 || strncmp(cup, "\033[", 2) != 0)
		return;
	fputs(want ? "\033[?2004h" : "\033[?2004l", stdout);
	fflush(stdout);
}

static void modes(void)
{
	cbreak();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	intrflush(stdscr, FALSE);
	meta(stdscr, TRUE);
	if (!getenv("ESCDELAY"))
		set_escdelay(ESCAPE_MS);
	define_key("\033[200~", PASTE_BEGIN);
	define_key("\033[201~", PASTE_END);
	bracketed_paste(1);
}

int screen_start(int colour, struct err *err)
{
	if (on)
		return 0;
	setlocale(LC_CTYPE, "");
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
	if (tui_pipe[0] < 0 && pipe2(tui_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
		return err_errno(err, "cannot make a pipe");
	tcgetattr(STDIN_FILENO, &cooked);
	fflush(stdout);
	catch_signals(); /* before ncurses looks which are free */
	if (!terminal)
		terminal = newterm(NULL, stdout, stdin);
	if (!terminal) {
		restore_signals();
		return err_set(err, FAIL_USAGE, "the terminal %s cannot show a full screen",
		               getenv("TERM") ? getenv("TERM") : "(no TERM)");
	}
	on = 1;
	atexit(screen_stop);
	remember_undo();
	tui_colours(colour);
	modes();
	tui_signals = (struct tui_signals){.interrupt = 0};
	tui_fit();
	return 0;
}

void screen_stop(void)
{
	if (!on)
		return;
	on = 0;
	bracketed_paste(0);
	endwin();
	fflush(stdout);
	restore_signals();
}

int screen_on(void)
{
	return on;
}

void screen_suspend(void)
{
	bracketed_paste(0);
	def_prog_mode();
	endwin();
	fflush(stdout);
	catch_stop(0);
}

void screen_resume(void)
{
	catch_stop(1);
	tui_signals.interrupt = 0; /* Ctrl-C was meant for the editor */
	tui_signals.stop = 0;
	reset_prog_mode();
	refresh();
	bracketed_paste(1);
	tui_fit();
}

/* ---- children ---- */

static void feed(int fd, const char *input, size_t n)
{
	struct err gone = ERR_INIT; /* a program need not read all */
	io_write_all(fd, input, n, &gone);
	close(fd);
}

static void child(const struct screen_child *c, const int fd[2])
{
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	if (c->input)
		dup2(fd[0], STDIN_FILENO);
	execvp(c->argv[0], c->argv);
	_exit(127);
}

static void wait_for_enter(void)
{
	static const char text[] = "\n-- Enter goes back --";
	char byte = 0;
	if (write(STDOUT_FILENO, text, sizeof text - 1) < 0)
		return;
	while (byte != '\n' && read(STDIN_FILENO, &byte, 1) == 1)
		;
}

int screen_run(const struct screen_child *c, struct err *err)
{
	int fd[2] = {-1, -1}, status = 0;
	struct sigaction quiet = {.sa_handler = SIG_IGN}, old;
	if (c->input && pipe2(fd, O_CLOEXEC) < 0)
		return err_errno(err, "cannot make a pipe");
	screen_suspend();
	sigaction(SIGINT, &quiet, &old);
	pid_t pid = fork();
	if (pid == 0)
		child(c, fd);
	int failed = errno;
	if (fd[0] >= 0)
		close(fd[0]);
	if (pid > 0 && fd[1] >= 0)
		feed(fd[1], c->input, c->n);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid > 0 && c->pause)
		wait_for_enter();
	sigaction(SIGINT, &old, NULL);
	screen_resume();
	errno = failed;
	if (pid < 0)
		return err_errno(err, "cannot start %s", c->argv[0]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
