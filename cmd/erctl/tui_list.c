/* The list: what is selected, and how rows, title and footer look. */
#include "base/clock.h"
#include "tui_inbox_p.h"

enum { COL_FLAGS = 4, COL_LEFT = 13, COL_STATE = 10, COL_USD = 9, COL_LANE = 18, COL_LANE_WIDE = 26,
       FOOTER_VERBS = 5, TEXT_ROWS_MIN = 6 };

/* The text stands below when half of the screen is enough for the list, or the screen is tall. */
static int text_below(const struct inbox *in)
{
	size_t half = (size_t)(screen_body_rows() - 2) / 2;
	return !inbox_reader_wide() && half > TEXT_ROWS_MIN &&
	       (in->list.n <= half || screen_rows() >= INBOX_TALL);
}

int inbox_list_rows(const struct inbox *in)
{
	int rows = screen_body_rows() - 2; /* title, headings */
	if (text_below(in))
		rows = in->list.n < (size_t)rows / 2 ? (int)in->list.n : rows / 2;
	return rows > 1 ? rows : 1;
}

static void scroll_to_selected(struct inbox *in)
{
	size_t rows = (size_t)inbox_list_rows(in);
	if (in->at < in->top)
		in->top = in->at;
	if (in->at >= in->top + rows)
		in->top = in->at - rows + 1;
	if (in->top + rows > in->list.n)
		in->top = in->list.n > rows ? in->list.n - rows : 0;
}

void inbox_select(struct inbox *in, size_t i)
{
	char id[ID_TEXT_MAX] = "";
	if (i >= in->list.n)
		i = in->list.n ? in->list.n - 1 : 0;
	if (in->list.n)
		entry_id(&in->list.e[i], id);
	in->at = i;
	if (strcmp(id, in->selected) != 0) {
		memcpy(in->selected, id, sizeof id);
		inbox_reader_forget(in);
		in->text.top = 0;
	}
	if (in->list.n == 0)
		in->reading = 0;
}

void inbox_keep_selection(struct inbox *in)
{
	size_t i = in->selected[0] ? entries_find(&in->list, in->selected) : SIZE_MAX;
	size_t row = in->at - in->top;
	if (i == SIZE_MAX) {
		if (in->selected[0])
			in->reading = 0; /* the task that was read has left */
		inbox_select(in, in->at);
		return;
	}
	in->at = i;
	in->top = i > row ? i - row : 0; /* it stays where the eye is */
	if (!in->list.e[i].loaded)
		inbox_reader_forget(in); /* its file changed */
}

void inbox_now(struct inbox *in, struct inbox_now *now)
{
	*now = (struct inbox_now){.any_held = in->held != NULL, .drafts = (int)in->drafts.n,
	                          .searched = in->search[0] != '\0'};
	if (in->list.n == 0)
		return;
	now->has_task = 1;
	now->loaded = entries_load(&in->list, in->at);
	now->state = in->list.e[in->at].state;
	now->held = inbox_held(in, in->selected) != NULL;
	now->link = inbox_reader_doc(in) && inbox_link(in, 0);
}

/* ---- rows ---- */

static enum paint paint_of_left(enum entry_left left)
{
	return left == LEFT_LATE ? PAINT_BAD : left == LEFT_SOON ? PAINT_WAIT : PAINT_PLAIN;
}

static enum paint paint_of_state(enum state s)
{
	switch (style_of_state(state_name(s))) {
	case STYLE_GOOD: return PAINT_GOOD;
	case STYLE_BAD: return PAINT_BAD;
	case STYLE_WAIT: return PAINT_WAIT;
	case STYLE_BUSY: return PAINT_BUSY;
	default: return PAINT_PLAIN;
	}
}

/* Where each column begins; a narrow list drops the lane, then the price. */
struct columns {
	int left, state, usd, lane, title; /* -1: not there */
};

static struct columns columns_of(int cols)
{
	struct columns c = {.left = COL_FLAGS, .state = COL_FLAGS + COL_LEFT, .usd = -1,
	                    .lane = -1};
	int x = c.state + COL_STATE;
	if (cols >= 60) {
		c.usd = x;
		x += COL_USD;
	}
	if (cols >= 80) {
		c.lane = x;
		x += cols >= 100 ? COL_LANE_WIDE : COL_LANE;
	}
	c.title = x;
	return c;
}

static void draw_cells(const struct entry *e, int y, int cols, const char *flags, int selected)
{
	struct columns c = columns_of(cols);
	char left[ENTRY_LEFT_BYTES];
	enum paint p = paint_of_left(entry_left(e, now_wall_ms(), left));
	enum paint base = selected ? PAINT_SELECTED : PAINT_PLAIN;
	paint_fill(y, 0, cols, base);
	paint_text(y, 0, COL_FLAGS, base, flags);
	paint_format(y, c.left, COL_LEFT - 1, selected ? base : p, "%*s", COL_LEFT - 2, left);
	if (!e->title) {
		paint_text(y, c.title, cols - c.title, base, "…");
		return;
	}
	paint_text(y, c.state, COL_STATE - 1, selected ? base : paint_of_state(e->state),
	           state_name(e->state));
	if (c.usd >= 0)
		paint_format(y, c.usd, COL_USD - 1, base, "%*s", COL_USD - 2, e->price);
	if (c.lane >= 0)
		paint_foreign(y, c.lane, c.title - c.lane - 1, base, e->lane);
	paint_foreign(y, c.title, cols - c.title, base, e->title);
}

static void draw_head(int y, int cols)
{
	struct columns c = columns_of(cols);
	paint_fill(y, 0, cols, PAINT_DIM);
	paint_format(y, c.left, COL_LEFT - 1, PAINT_DIM, "%*s", COL_LEFT - 2, "DUE");
	paint_text(y, c.state, COL_STATE - 1, PAINT_DIM, "STATE");
	if (c.usd >= 0)
		paint_format(y, c.usd, COL_USD - 1, PAINT_DIM, "%*s", COL_USD - 2, "USD");
	if (c.lane >= 0)
		paint_text(y, c.lane, c.title - c.lane - 1, PAINT_DIM, "LANE");
	paint_text(y, c.title, cols - c.title, PAINT_DIM, "TITLE");
}

static void draw_rows(struct inbox *in, int y, int cols)
{
	int rows = inbox_list_rows(in);
	scroll_to_selected(in);
	for (int i = 0; i < rows; i++) {
		char id[ID_TEXT_MAX], flags[COL_FLAGS + 1] = "    ";
		size_t at = in->top + (size_t)i;
		if (at >= in->list.n) {
			paint_fill(y + i, 0, cols, PAINT_PLAIN);
			continue;
		}
		entries_load(&in->list, at);
		entry_id(&in->list.e[at], id);
		flags[0] = at == in->at ? '>' : ' ';
		flags[1] = names_has(&in->marks, id) ? '*' : ' ';
		flags[2] = inbox_held(in, id) ? 'S' : names_has(&in->drafts, id) ? 'D' : ' ';
		draw_cells(&in->list.e[at], y + i, cols, flags, at == in->at);
	}
	if (in->list.n == 0)
		paint_format(y + 1, COL_FLAGS, cols - COL_FLAGS, PAINT_PLAIN,
		             "nothing waits for %s", in->r->worker);
}

/* ---- title and footer ---- */

/* The list is sorted by deadline. */
static size_t late(const struct inbox *in)
{
	int64_t now = now_wall_ms();
	size_t lo = 0, hi = in->list.n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (entry_due_ms(&in->list.e[mid]) < now)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void draw_title(struct inbox *in)
{
	struct buf b = BUF_INIT;
	size_t n_late = late(in);
	int waits = inbox_act_count(in);
	buf_addf(&b, "er inbox  %s  %zu task%s", in->r->worker, in->list.n,
	         in->list.n == 1 ? "" : "s");
	if (n_late)
		buf_addf(&b, ", %zu late", n_late);
	if (in->marks.n)
		buf_addf(&b, ", %zu marked", in->marks.n);
	if (in->drafts.n)
		buf_addf(&b, ", %zu draft%s", in->drafts.n, in->drafts.n == 1 ? "" : "s");
	if (waits)
		buf_addf(&b, ", waiting for erd");
	if (in->held) {
		int64_t left = inbox_answer_next(in) - now_mono_ms();
		buf_addf(&b, ", answer sent in %llds: u takes it back",
		         (long long)(left > 0 ? (left + 999) / 1000 : 0));
	}
	paint_fill(0, 0, screen_cols(), PAINT_TITLE);
	paint_foreign(0, 1, screen_cols() - 1, PAINT_TITLE, buf_str(&b));
	buf_release(&b);
}

static void draw_footer(struct inbox *in)
{
	struct footer_key keys[FOOTER_VERBS + 2];
	char names[FOOTER_VERBS][16], why[160];
	struct inbox_now now;
	size_t n = 0;
	inbox_now(in, &now);
	for (const struct inbox_verb *v = inbox_verbs; v->name && n < FOOTER_VERBS; v++) {
		if (!v->brief || v->what == DO_HELP || (v->what == DO_READ && in->reading) ||
		    !inbox_verb_valid(v, &now, why, sizeof why))
			continue;
		keys[n] = (struct footer_key){screen_key_name(v->key, names[n]), v->brief};
		n++;
	}
	if (in->reading)
		keys[n++] = (struct footer_key){"q", "list"};
	keys[n++] = (struct footer_key){"?", "all keys"};
	screen_footer(keys, n);
}

static void draw_rule(int y)
{
	struct buf b = BUF_INIT;
	for (int i = 0; i < screen_cols(); i++)
		buf_adds(&b, "─");
	paint_text(y, 0, screen_cols(), PAINT_DIM, buf_str(&b));
	buf_release(&b);
}

void inbox_draw(void *ctx)
{
	struct inbox *in = ctx;
	int cols = screen_cols(), body = screen_body_rows(), rows = inbox_list_rows(in);
	screen_clear();
	draw_title(in);
	if (in->reading && !inbox_reader_wide()) {
		inbox_reader_draw(in, 1, 0, body - 1, cols);
	} else if (inbox_reader_wide()) {
		int list_cols = cols * 11 / 20;
		draw_head(1, list_cols);
		draw_rows(in, 2, list_cols);
		paint_vline(1, list_cols, body - 1);
		inbox_reader_draw(in, 1, list_cols + 2, body - 1, cols - list_cols - 2);
	} else {
		draw_head(1, cols);
		draw_rows(in, 2, cols);
		if (text_below(in) && in->list.n) {
			draw_rule(2 + rows);
			inbox_reader_draw(in, 3 + rows, 1, body - rows - 3, cols - 1);
		}
	}
	draw_footer(in);
}
