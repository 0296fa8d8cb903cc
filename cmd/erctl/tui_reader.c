/* The selected task as text: ours plain, everybody else's behind "| ". */
#include "base/clock.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "json/js.h"
#include "tui_inbox_p.h"

enum { BLOCK_BYTES_MAX = 64 * 1024, FIELDS_MAX = 60, TIMES_MS = 10000 };
static const char quote[] = "| ";

int inbox_reader_wide(void)
{
	return screen_cols() >= INBOX_WIDE;
}

void inbox_reader_forget(struct inbox *in)
{
	json_decref(in->doc);
	in->doc = NULL;
	in->text_id[0] = '\0';
}

const json_t *inbox_reader_doc(struct inbox *in)
{
	if (!in->doc && in->at < in->list.n)
		in->doc = entries_doc(&in->list, in->at);
	return in->doc;
}

/* ---- parts ---- */

static void head(struct area *a, const char *title)
{
	area_addf(a, PAINT_PLAIN, 10, " ");
	area_addf(a, PAINT_BOLD, 200, "%s", title);
}

static void block(struct area *a, const char *title, const char *text, int cols)
{
	char cut[BLOCK_BYTES_MAX + 1];
	size_t n = strlen(text);
	if (n == 0)
		return;
	if (title)
		head(a, title);
	if (n <= BLOCK_BYTES_MAX) {
		area_add_foreign(a, PAINT_PLAIN, quote, text, cols);
		return;
	}
	n = BLOCK_BYTES_MAX;
	while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n--;
	memcpy(cut, text, n);
	cut[n] = '\0';
	area_add_foreign(a, PAINT_PLAIN, quote, cut, cols);
	area_addf(a, PAINT_DIM, cols, "… and %zu bytes more: | less shows all", strlen(text) - n);
}

static void block_json(struct area *a, const char *title, const json_t *v, int cols)
{
	struct buf b = BUF_INIT;
	if (!v || json_is_null(v))
		return;
	out_value_text(&b, v, JS_PRETTY);
	block(a, title, buf_str(&b), cols);
	buf_release(&b);
}

static void field(struct area *a, const char *label, const char *value, int cols)
{
	if (value && *value)
		area_addf(a, PAINT_PLAIN, cols, "%-12s%s", label, value);
}

static void field_time(struct area *a, const char *label, const char *text, int cols)
{
	char span[DURATION_TEXT_MAX], at_text[TIME_TEXT_MAX];
	int64_t at;
	if (time_parse(text, &at, NULL) != 0)
		return;
	int64_t left = at - now_wall_ms();
	duration_format(left < 0 ? -left : left, span);
	area_addf(a, left < 0 ? PAINT_BAD : PAINT_PLAIN, cols, "%-12s%s%s%s, %s", label,
	          left < 0 ? "" : "in ", span, left < 0 ? " ago" : "", time_format_s(at, at_text));
}

static void top_part(struct inbox *in, struct area *a, int cols)
{
	const json_t *d = in->doc;
	area_addf(a, PAINT_BOLD, cols, "%s", js_str_or(d, "/title", ""));
	field(a, "task", js_str_or(d, "/task", ""), cols);
	field(a, "state", js_str_or(d, "/state", ""), cols);
	field(a, "lane", js_str_or(d, "/lane", ""), cols);
	field_time(a, "due", js_str_or(d, "/due", ""), cols);
	field_time(a, "offer ends", js_str_or(d, "/offerExpires", ""), cols);
	field(a, "urgency", js_str_or(d, "/urgency", ""), cols);
	const char *price = js_str_or(d, "/priceUsd", "");
	if (*price)
		area_addf(a, PAINT_PLAIN, cols, "%-12s%s USD", "price", price);
	if (json_is_true(json_object_get(d, "evidenceRequired")))
		field(a, "evidence", "required", cols);
	if (inbox_held(in, in->selected))
		area_addf(a, PAINT_WAIT, cols, "Your answer is about to be sent; u takes it back.");
	else if (names_has(&in->drafts, in->selected))
		area_addf(a, PAINT_WAIT, cols, "You have a draft of it; A goes on with it.");
}

static void rejections(struct area *a, const json_t *list, int cols)
{
	if (json_array_size(list) == 0)
		return;
	head(a, "Your last answer was rejected");
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		if (json_is_string(one))
			block(a, NULL, json_string_value(one), cols);
		else
			block_json(a, NULL, one, cols);
	}
}

static void comments(struct area *a, const json_t *list, int cols)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *c = json_array_get(list, i);
		char span[DURATION_TEXT_MAX] = "";
		int64_t at, gone = 0;
		if (i == 0)
			head(a, "Comments");
		if (time_parse(js_str_or(c, "/at", ""), &at, NULL) == 0)
			gone = now_wall_ms() - at;
		area_addf(a, PAINT_DIM, cols, "%s, %s ago", js_str_or(c, "/from", "?"),
		          duration_format(gone > 0 ? gone : 0, span));
		block(a, NULL, js_str_or(c, "/text", ""), cols);
	}
}

static void answer_row(struct area *a, const struct form_row *row, int cols)
{
	const struct form_field *f = row->field;
	struct buf b = BUF_INIT;
	buf_addf(&b, "%*s%s%s", 2 * row->depth, "", f->label, row->required ? " *" : "");
	if (row->kind != ROW_SECTION) {
		buf_addf(&b, "  (%s%s%s)", form_kind_names[f->kind], f->hint ? ": " : "",
		         f->hint ? f->hint : "");
		for (size_t i = 0; i < f->nchoices && i < 8; i++)
			buf_addf(&b, "%s%s", i ? ", " : "  ", f->choices[i].title);
	}
	area_add_foreign(a, PAINT_PLAIN, quote, buf_str(&b), cols);
	buf_release(&b);
}

/* What the form will ask. */
static void answer_part(struct inbox *in, struct area *a, int cols)
{
	struct answering ans;
	struct form_rows rows = {.n = 0};
	struct err bad = ERR_INIT;
	if (answering_begin(&ans, in->r, in->doc, &bad) < 0) {
		head(a, "The answer");
		area_addf(a, PAINT_BAD, cols, "%s", bad.msg);
		answering_end(&ans);
		return;
	}
	head(a, ans.form ? "The answer's fields (* required)" : "The answer is any JSON");
	if (ans.form)
		form_rows(ans.form, NULL, &rows);
	for (size_t i = 0; i < rows.n && i < FIELDS_MAX; i++) {
		if (rows.row[i].kind != ROW_ADD && rows.row[i].field->parent)
			answer_row(a, &rows.row[i], cols);
	}
	form_rows_release(&rows);
	answering_end(&ans);
}

static void make(struct inbox *in, int cols)
{
	struct area *a = &in->text;
	size_t top = a->top;
	const json_t *d = in->doc;
	area_release(a);
	a->top = top;
	top_part(in, a, cols);
	rejections(a, json_object_get(d, "rejections"), cols);
	if (json_object_get(d, "question"))
		block(a, "Asked, and not answered yet",
		      js_str_or(d, "/question/text", ""), cols);
	block(a, "Instructions", js_str_or(d, "/instructions", ""), cols);
	block_json(a, "Payload", json_object_get(d, "payload"), cols);
	block_json(a, "Artifacts", json_object_get(d, "artifacts"), cols);
	block_json(a, "Context", json_object_get(d, "context"), cols);
	comments(a, json_object_get(d, "comments"), cols);
	answer_part(in, a, cols);
	memcpy(in->text_id, in->selected, sizeof in->text_id);
	in->text_cols = cols;
	in->text_made_ms = now_mono_ms();
}

void inbox_reader_draw(struct inbox *in, int y, int x, int rows, int cols)
{
	if (!inbox_reader_doc(in)) {
		for (int i = 0; i < rows; i++)
			paint_fill(y + i, x, cols, PAINT_PLAIN);
		return;
	}
	if (strcmp(in->text_id, in->selected) != 0 || in->text_cols != cols ||
	    now_mono_ms() - in->text_made_ms > TIMES_MS)
		make(in, cols);
	area_draw(&in->text, y, x, rows, cols);
}

/* ---- links ---- */

static const char *nth_link(const json_t *v, size_t *i)
{
	const char *key, *hit;
	json_t *child;
	size_t at;
	if (json_is_string(v)) {
		const char *s = json_string_value(v);
		int link = strncmp(s, "https://", 8) == 0 || strncmp(s, "http://", 7) == 0;
		return link && (*i)-- == 0 ? s : NULL;
	}
	json_object_foreach((json_t *)v, key, child) {
		if ((hit = nth_link(child, i)))
			return hit;
	}
	json_array_foreach(v, at, child) {
		if ((hit = nth_link(child, i)))
			return hit;
	}
	return NULL;
}

const char *inbox_link(const struct inbox *in, size_t i)
{
	static const char *const places[] = {"artifacts", "payload", "context"};
	for (size_t p = 0; p < sizeof places / sizeof places[0]; p++) {
		const json_t *part = json_object_get(in->doc, places[p]);
		const char *hit = in->doc ? nth_link(part, &i) : NULL;
		if (hit)
			return hit;
	}
	return NULL;
}
