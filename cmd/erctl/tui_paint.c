/* Drawing: marked text in columns, the last two rows, and the only calls that put text on the
 * screen. */
#include <curses.h>
#include <stdarg.h>

#include "base/buf.h"
#include "tui_p.h"
#include "tui_screen.h"

enum { MARK_ON = 1, MARK_OFF = 2, TAB_COLS = 4, STATUS_BYTES = 400 };

static attr_t attributes[PAINT_COUNT];
static struct screen_view view;
static char status_text[STATUS_BYTES]; /* marked */
static enum paint status_paint;
static int cursor_y = -1, cursor_x;

static void set_pair(short pair, short colour, enum paint p, attr_t more)
{
	init_pair(pair, colour, -1);
	attributes[p] = (attr_t)COLOR_PAIR(pair) | more;
}

void tui_colours(int colour)
{
	static const attr_t plain[PAINT_COUNT] = {
		[PAINT_DIM] = A_DIM,       [PAINT_BOLD] = A_BOLD, [PAINT_TITLE] = A_REVERSE,
		[PAINT_SELECTED] = A_REVERSE, [PAINT_KEY] = A_BOLD, [PAINT_BAD] = A_BOLD,
		[PAINT_WAIT] = A_BOLD,     [PAINT_INPUT] = A_UNDERLINE};
	memcpy(attributes, plain, sizeof plain);
	if (!colour || !has_colors())
		return;
	start_color();
	use_default_colors();
	set_pair(1, COLOR_GREEN, PAINT_GOOD, 0);
	set_pair(2, COLOR_RED, PAINT_BAD, A_BOLD);
	set_pair(3, COLOR_YELLOW, PAINT_WAIT, 0);
	set_pair(4, COLOR_CYAN, PAINT_BUSY, 0);
	attributes[PAINT_KEY] = (attr_t)COLOR_PAIR(4) | A_BOLD;
}

int screen_rows(void)
{
	return LINES;
}

int screen_cols(void)
{
	return COLS;
}

int screen_body_rows(void)
{
	return LINES > 2 ? LINES - 2 : 0;
}

/* ---- marked text ---- */

/* Foreign text has no control characters once it is safe, so these two are ours alone. */
static void put_escape(struct buf *out, const char *escape, size_t n)
{
	buf_addc(out, MARK_ON);
	buf_add(out, escape, n);
	buf_addc(out, MARK_OFF);
}

void mark_bytes(struct buf *out, const char *text, size_t n, enum safe_flags flags)
{
	struct buf safe = BUF_INIT;
	unsigned cp;
	safe_add(&safe, text, n, flags);
	const char *s = buf_str(&safe);
	for (size_t i = 0; i < n && *s;) {
		int len = utf8_next(text + i, n - i, &cp);
		if (*s == '<' && text[i] != '<') { /* an escape stands for it */
			size_t span = strcspn(s, ">") + 1;
			put_escape(out, s, span);
			s += span;
		} else if (*s == '\t') {
			buf_addf(out, "%*s", TAB_COLS, "");
			s++;
		} else {
			buf_add(out, s, (size_t)(len ? len : 1));
			s += len ? len : 1;
		}
		i += (size_t)(len ? len : 1);
	}
	buf_release(&safe);
}

void mark_adds(struct buf *out, const char *text, enum safe_flags flags)
{
	mark_bytes(out, text, strlen(text), flags);
}

/* The bytes of one character and its columns; marks are none wide. */
static size_t step(const char *s, int *cols)
{
	char one[8];
	unsigned cp;
	if (*s == MARK_ON || *s == MARK_OFF) {
		*cols = 0;
		return 1;
	}
	if ((unsigned char)*s < 0x80) {
		*cols = 1;
		return 1;
	}
	int n = utf8_next(s, strnlen(s, 4), &cp);
	if (n <= 0) { /* cut in the middle: not ours to show */
		*cols = 0;
		return 1;
	}
	memcpy(one, s, (size_t)n);
	one[n] = '\0';
	*cols = safe_width(one);
	return (size_t)n;
}

int mark_width(const char *marked)
{
	int total = 0, cols;
	for (const char *s = marked; *s; s += step(s, &cols), total += cols)
		;
	return total;
}

/* An escape is one unit. */
static size_t unit(const char *s, int *cols)
{
	if (*s != MARK_ON)
		return step(s, cols);
	size_t n = 0;
	int sum = 0, w;
	while (s[n] && s[n] != MARK_OFF) {
		n += step(s + n, &w);
		sum += w;
	}
	*cols = sum;
	return n + (s[n] == MARK_OFF);
}

size_t mark_wrap(const char *marked, int cols, size_t *skip)
{
	size_t at = 0, blank = 0;
	int col = 0, w;
	*skip = 0;
	while (marked[at] && marked[at] != '\n') {
		size_t n = unit(marked + at, &w);
		if (col + w > cols && marked[at] == ' ') { /* the blank itself is where to break */
			*skip = 1;
			return at;
		}
		if (col + w > cols && at > 0) {
			*skip = blank > 0;
			return blank > 0 ? blank : at;
		}
		if (marked[at] == ' ' && col > 0)
			blank = at;
		col += w;
		at += n;
	}
	*skip = marked[at] == '\n';
	return at;
}

/* ---- painting ---- */

void paint_fill(int y, int x, int cols, enum paint p)
{
	if (y < 0 || y >= LINES || x < 0 || x >= COLS || cols <= 0)
		return;
	attrset((attr_t)attributes[p]);
	mvhline(y, x, ' ' | attributes[p], x + cols > COLS ? COLS - x : cols);
	attrset(A_NORMAL);
}

/* The bytes that fit, leaving a column for "…" when not all do. */
static size_t fits(const char *s, int cols, int *used)
{
	size_t at = 0, kept = 0;
	int col = 0, kept_col = 0, w;
	while (s[at]) {
		size_t n = step(s + at, &w);
		if (col + w > cols) {
			*used = kept_col;
			return kept;
		}
		at += n;
		col += w;
		if (col < cols) {
			kept = at;
			kept_col = col;
		}
	}
	*used = col;
	return at;
}

void paint_text(int y, int x, int cols, enum paint p, const char *marked)
{
	int used;
	if (y < 0 || y >= LINES || x < 0 || x >= COLS || cols <= 0)
		return;
	if (x + cols > COLS)
		cols = COLS - x;
	paint_fill(y, x, cols, p);
	size_t n = fits(marked, cols, &used), from = 0;
	attr_t now = attributes[p];
	attrset(now);
	wmove(stdscr, y, x);
	for (size_t i = 0; i <= n; i++) {
		if (i < n && marked[i] != MARK_ON && marked[i] != MARK_OFF)
			continue;
		if (i > from)
			addnstr(marked + from, (int)(i - from));
		if (i < n) {
			now = marked[i] == MARK_ON ? attributes[p] ^ A_REVERSE : attributes[p];
			attrset(now);
		}
		from = i + 1;
	}
	if (marked[n]) {
		attrset(attributes[p]);
		mvaddstr(y, x + used, "…");
	}
	attrset(A_NORMAL);
}

void paint_foreign(int y, int x, int cols, enum paint p, const char *text)
{
	struct buf b = BUF_INIT;
	mark_adds(&b, text, SAFE_LINE);
	paint_text(y, x, cols, p, buf_str(&b));
	buf_release(&b);
}

void paint_format(int y, int x, int cols, enum paint p, const char *fmt, ...)
{
	struct buf raw = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	buf_vaddf(&raw, fmt, ap);
	va_end(ap);
	paint_foreign(y, x, cols, p, buf_str(&raw));
	buf_release(&raw);
}

void paint_vline(int y, int x, int rows)
{
	for (int i = 0; i < rows; i++)
		paint_text(y + i, x, 1, PAINT_DIM, "│");
}

/* ---- the whole ---- */

struct screen_view screen_view(struct screen_view v)
{
	struct screen_view old = view;
	view = v;
	return old;
}

void screen_clear(void)
{
	erase();
	cursor_y = -1;
}

static void too_small(void)
{
	erase();
	cursor_y = -1;
	paint_format(0, 0, COLS, PAINT_BOLD, "terminal too small");
	paint_format(1, 0, COLS, PAINT_PLAIN, "needs %dx%d", SCREEN_MIN_COLS, SCREEN_MIN_ROWS);
}

void screen_show(void)
{
	if (LINES < SCREEN_MIN_ROWS || COLS < SCREEN_MIN_COLS)
		too_small();
	if (cursor_y >= 0 && cursor_y < LINES && cursor_x < COLS) {
		wmove(stdscr, cursor_y, cursor_x);
		curs_set(1);
	} else {
		curs_set(0);
	}
	refresh();
}

void screen_redraw(void)
{
	if (view.draw)
		view.draw(view.ctx);
	screen_show();
}

void screen_cursor(int y, int x)
{
	cursor_y = y;
	cursor_x = x;
}

void screen_bell(void)
{
	beep();
}

void screen_status(enum paint p, const char *fmt, ...)
{
	struct buf raw = BUF_INIT, marked = BUF_INIT;
	va_list ap;
	va_start(ap, fmt);
	buf_vaddf(&raw, fmt, ap);
	va_end(ap);
	mark_adds(&marked, buf_str(&raw), SAFE_LINE);
	snprintf(status_text, sizeof status_text, "%s", buf_str(&marked));
	status_paint = p;
	buf_release(&marked);
	buf_release(&raw);
}

void screen_footer(const struct footer_key *keys, size_t n)
{
	int x = 1, y = LINES - 1;
	paint_text(y - 1, 0, COLS, status_paint, "");
	paint_text(y - 1, 1, COLS - 1, status_paint, status_text);
	paint_fill(y, 0, COLS, PAINT_PLAIN);
	for (size_t i = 0; i < n; i++) {
		int k = safe_width(keys[i].key), w = safe_width(keys[i].what);
		if (x + k + 1 + w > COLS)
			break;
		paint_text(y, x, k, PAINT_KEY, keys[i].key);
		paint_text(y, x + k + 1, w, PAINT_PLAIN, keys[i].what);
		x += k + 1 + w + 2;
	}
}
