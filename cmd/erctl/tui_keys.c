/* Waiting: keys, pasted text, signals, and the descriptors of others. */
#include <assert.h>
#include <curses.h>
#include <limits.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "tui_p.h"
#include "tui_screen.h"

static_assert(PASTE_BEGIN > KEY_MAX, "ours must not be a key of curses");

struct watch {
	int fd;
	screen_fn *fn;
	void *ctx;
};
static struct watch watches[SCREEN_WATCHES];
static size_t nwatches;
static screen_background_fn *background;
static void *background_ctx;
static int pasting, pasted, dead;

int screen_watch(int fd, screen_fn *fn, void *ctx)
{
	if (nwatches == SCREEN_WATCHES)
		return -1;
	watches[nwatches++] = (struct watch){fd, fn, ctx};
	return 0;
}

void screen_unwatch(int fd)
{
	for (size_t i = 0; i < nwatches; i++) {
		if (watches[i].fd == fd) {
			watches[i] = watches[--nwatches];
			return;
		}
	}
}

void screen_background(screen_background_fn *fn, void *ctx)
{
	background = fn;
	background_ctx = ctx;
}

int screen_pasted(void)
{
	return pasted;
}

static int special(wint_t code)
{
	static const struct {
		int curses, key;
	} keys[] = {{KEY_UP, SK_UP},       {KEY_DOWN, SK_DOWN},   {KEY_LEFT, SK_LEFT},
	            {KEY_RIGHT, SK_RIGHT}, {KEY_PPAGE, SK_PGUP},  {KEY_NPAGE, SK_PGDN},
	            {KEY_HOME, SK_HOME},   {KEY_END, SK_END_LINE}, {KEY_DC, SK_DELETE},
	            {KEY_BACKSPACE, SK_BACKSPACE}, {KEY_BTAB, SK_BACKTAB}, {KEY_F(1), SK_F1},
	            {KEY_ENTER, SK_ENTER}, {KEY_RESIZE, SK_RESIZE}};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		if ((wint_t)keys[i].curses == code)
			return keys[i].key;
	}
	return SK_OTHER;
}

/* The next key that is there already, or -1. */
static int key_ready(void)
{
	wint_t c;
	int rc;
	while ((rc = get_wch(&c)) != ERR) {
		if (rc == KEY_CODE_YES && (c == PASTE_BEGIN || c == PASTE_END)) {
			pasting = c == PASTE_BEGIN;
			continue;
		}
		pasted = pasting;
		if (rc == KEY_CODE_YES)
			return special(c);
		if (c == '\r')
			return SK_ENTER;
		return c == 127 || c == 8 ? SK_BACKSPACE : (int)c;
	}
	return -1;
}

/* What signals left, or -1. */
static int signalled(void)
{
	char bytes[64];
	while (read(tui_pipe[0], bytes, sizeof bytes) > 0)
		;
	if (dead || tui_signals.end || tui_signals.interrupt)
		return SK_END;
	if (tui_signals.stop) {
		tui_signals.stop = 0;
		tui_stop_now();
		tui_signals.continued = 0;
		return SK_RESIZE;
	}
	if (tui_signals.resized || tui_signals.continued) {
		if (tui_signals.continued) /* after SIGSTOP the shell had the terminal */
			screen_resume();
		tui_signals.resized = tui_signals.continued = 0;
		tui_fit();
		return SK_RESIZE;
	}
	return -1;
}

/* A readable terminal with nothing to read has ended. */
static int at_end(const struct pollfd *p)
{
	int n = 0;
	if (p->revents & (POLLHUP | POLLERR | POLLNVAL))
		return 1;
	return (p->revents & POLLIN) && ioctl(p->fd, FIONREAD, &n) == 0 && n == 0;
}

/* Poll up to ${ms}; 1 when a watched descriptor was served. */
static int wait_once(int ms)
{
	struct pollfd p[SCREEN_WATCHES + 2] = {{STDIN_FILENO, POLLIN, 0}, {tui_pipe[0], POLLIN, 0}};
	struct watch now[SCREEN_WATCHES]; /* a served one may take itself off the list */
	size_t n = nwatches;
	int served = 0;
	for (size_t i = 0; i < n; i++) {
		now[i] = watches[i];
		p[i + 2] = (struct pollfd){now[i].fd, POLLIN, 0};
	}
	if (poll(p, n + 2, ms) <= 0)
		return 0;
	if (at_end(&p[0]))
		dead = 1;
	for (size_t i = 0; i < n; i++) {
		if (p[i + 2].revents) {
			now[i].fn(now[i].ctx);
			served = 1;
		}
	}
	return served;
}

int screen_key(int ms)
{
	int64_t until = ms < 0 ? INT64_MAX : now_mono_ms() + ms;
	pasted = 0;
	for (;;) {
		int changed = 0, key = signalled();
		if (key < 0)
			key = key_ready();
		if (key >= 0)
			return key;
		int again = background ? background(background_ctx, &changed) : -1;
		if (changed)
			return SK_WATCH;
		int64_t left = until == INT64_MAX ? INT_MAX : until - now_mono_ms();
		if (left <= 0)
			return SK_TICK;
		if (again >= 0 && again < left)
			left = again;
		if (wait_once(left > INT_MAX || (ms < 0 && again < 0) ? -1 : (int)left))
			return SK_WATCH;
	}
}

char *screen_key_name(int key, char *out)
{
	static const struct {
		int key;
		const char *name;
	} names[] = {{SK_ENTER, "Enter"}, {SK_ESC, "Esc"}, {' ', "space"}, {'\t', "Tab"},
	             {SK_UP, "Up"}, {SK_DOWN, "Down"}, {SK_PGUP, "PgUp"}, {SK_PGDN, "PgDn"},
	             {SK_HOME, "Home"}, {SK_END_LINE, "End"}, {SK_LEFT, "Left"},
	             {SK_RIGHT, "Right"}, {SK_F1, "F1"}, {SK_BACKSPACE, "Backspace"},
	             {SK_DELETE, "Delete"}, {SK_BACKTAB, "Shift-Tab"}};
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (names[i].key == key)
			return memcpy(out, names[i].name, strlen(names[i].name) + 1);
	}
	if (key >= SK_BASE)
		snprintf(out, 16, "this key");
	else
		snprintf(out, 16, key < 32 ? "^%c" : "%c",
		         key < 32 ? key + 64 : key < 127 ? key : '?');
	return out;
}
