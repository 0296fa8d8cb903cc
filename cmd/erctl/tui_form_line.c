#include "tui_form_p.h"

#include <strings.h>

#include "base/err.h"
#include "base/mem.h"

/* ---- focus ---- */

static enum form_editor editor_for(const struct fill_line *l, const char *text)
{
	if (!fill_is_text(l))
		return EDITOR_NONE;
	return fill_is_long(l) || strchr(text, '\n') ? EDITOR_TEXT : EDITOR_LINE;
}

static void drop_editor(struct tui_form *t)
{
	if (t->editor == EDITOR_LINE)
		line_edit_release(&t->line);
	else if (t->editor == EDITOR_TEXT)
		text_edit_release(&t->text);
	t->editor = EDITOR_NONE;
}

void tui_form_focus(struct tui_form *t, size_t i)
{
	drop_editor(t);
	t->at = i > t->f.n ? t->f.n : i;
	t->mark = 0;
	t->typed[0] = '\0';
	if (t->at == t->f.n)
		return;
	const struct fill_line *l = &t->f.line[t->at];
	char *text = fill_is_text(l) ? fill_text(&t->f, l) : mem_strdup("");
	t->editor = editor_for(l, text);
	if (t->editor == EDITOR_LINE)
		line_edit_init(&t->line, text, FILL_TEXT_MAX);
	else if (t->editor == EDITOR_TEXT)
		text_edit_init(&t->text, text, FILL_TEXT_MAX);
	for (size_t k = fill_nchoices(l); k-- > 0;) {
		if (fill_chosen(&t->f, l, k))
			t->mark = k;
	}
	free(text);
}

void tui_form_follow(struct tui_form *t, enum fill_what what, const char *at)
{
	size_t i = fill_find(&t->f, what, at);
	if (i == t->f.n && what == FILL_ADD) {
		i = fill_find(&t->f, FILL_FIELD, at);
		if (i == t->f.n)
			i = fill_find(&t->f, FILL_SECTION, at);
	}
	if (i < t->f.n)
		t->at = i;
	else if (t->at > t->f.n)
		t->at = t->f.n;
}

void tui_form_leave_line(struct tui_form *t)
{
	const struct fill_line *l = t->at < t->f.n ? &t->f.line[t->at] : NULL;
	const char *typed = l && fill_is_text(l) ? fill_pending(&t->f, l) : NULL;
	struct err why = ERR_INIT;
	if (!typed)
		return;
	char *text = mem_strdup(typed), *at = mem_strdup(l->at);
	enum fill_what what = l->what;
	if (fill_take(&t->f, t->at, text, &why) < 0)
		screen_status(PAINT_BAD, "%s", why.msg);
	tui_form_follow(t, what, at);
	free(text);
	free(at);
}

void tui_form_go(struct tui_form *t, int step)
{
	tui_form_leave_line(t);
	size_t i = t->at;
	do {
		if (step < 0 && i == 0) {
			i = t->at;
			break;
		}
		i = step < 0 ? i - 1 : i + 1;
	} while (i < t->f.n && !fill_asks(&t->f.line[i]));
	tui_form_focus(t, i);
}

/* ---- choices ---- */

/* Choose, and keep the focus on the line. */
static void choose(struct tui_form *t, size_t k)
{
	enum fill_what what = t->f.line[t->at].what;
	char *at = mem_strdup(t->f.line[t->at].at);
	fill_choose(&t->f, t->at, k);
	tui_form_follow(t, what, at);
	t->mark = k;
	free(at);
}

static void empty(struct tui_form *t)
{
	enum fill_what what = t->f.line[t->at].what;
	char *at = mem_strdup(t->f.line[t->at].at);
	fill_set_new(&t->f, t->at, NULL);
	tui_form_follow(t, what, at);
	free(at);
	tui_form_focus(t, t->at);
}

/* The only choice that begins like this, or the one of that number; SIZE_MAX: none or several. */
static size_t match(const struct fill_line *l, const char *typed, size_t *first)
{
	size_t n = strlen(typed), found = SIZE_MAX, count = 0;
	unsigned long number = strtoul(typed, NULL, 10);
	*first = SIZE_MAX;
	if (strspn(typed, "0123456789") == n && number >= 1 && number <= fill_nchoices(l))
		return *first = number - 1;
	for (size_t k = 0; k < fill_nchoices(l); k++) {
		if (strncasecmp(fill_choice_title(l, k), typed, n) != 0)
			continue;
		if (!fill_choice_title(l, k)[n])
			return *first = k; /* a whole name, though another may begin with it */
		if (*first == SIZE_MAX)
			*first = k;
		found = k;
		count++;
	}
	return count == 1 ? found : SIZE_MAX;
}

/* The beginning of a name grows as long as there is such a name, then a new one begins. */
static void type_name(struct tui_form *t, int key)
{
	const struct fill_line *l = &t->f.line[t->at];
	size_t n = strlen(t->typed), first, k;
	char longer[sizeof t->typed + 1], anew[2] = {(char)key, '\0'};
	snprintf(longer, sizeof longer, "%s%c", t->typed, key);
	k = match(l, longer, &first);
	if (first == SIZE_MAX && n > 0) {
		snprintf(longer, sizeof longer, "%s", anew);
		k = match(l, longer, &first);
	}
	if (first == SIZE_MAX || strlen(longer) >= sizeof t->typed) {
		screen_bell();
		return;
	}
	memcpy(t->typed, longer, strlen(longer) + 1);
	t->mark = first;
	if (k != SIZE_MAX && l->field->kind != FORM_CHOICES)
		choose(t, k);
}

static int turn(struct tui_form *t, int step)
{
	const struct fill_line *l = &t->f.line[t->at];
	size_t n = fill_nchoices(l), k = t->mark;
	const json_t *v = fill_value(&t->f, l);
	int has = v && (l->field->kind != FORM_VARIANT || form_variant_at(l->field, v) >= 0);
	t->typed[0] = '\0';
	if (n == 0)
		return 1;
	if (l->field->kind == FORM_CHOICES || has)
		k = step < 0 ? (k + n - 1) % n : (k + 1) % n;
	if (l->field->kind == FORM_CHOICES)
		t->mark = k;
	else
		choose(t, k);
	return 1;
}

static int choice_key(struct tui_form *t, int key)
{
	const struct fill_line *l = &t->f.line[t->at];
	size_t n = fill_nchoices(l);
	if (key == SK_LEFT || key == SK_RIGHT)
		return turn(t, key == SK_LEFT ? -1 : 1);
	if (key == SK_BACKSPACE && t->typed[0]) {
		t->typed[strlen(t->typed) - 1] = '\0';
		return 1;
	}
	if (key == SK_BACKSPACE || key == SK_DELETE) {
		empty(t);
		return 1;
	}
	if (key == ' ' && !t->typed[0]) {
		if (l->field->kind == FORM_CHOICES)
			choose(t, t->mark);
		else
			turn(t, 1);
		return 1;
	}
	if (n <= FORM_SHOWN_CHOICES && !t->typed[0] && key >= '1' && key < '1' + (int)n) {
		choose(t, (size_t)(key - '1'));
		return 1;
	}
	if (key < ' ' || key > '~' || (key == '?' && !t->typed[0]))
		return 0;
	type_name(t, key);
	return 1;
}

/* ---- texts ---- */

static int text_key(struct tui_form *t, int key)
{
	enum key_use use = t->editor == EDITOR_LINE ? line_edit_key(&t->line, key)
	                                            : text_edit_key(&t->text, key);
	if (use == KEY_CHANGED) {
		const struct buf *b = t->editor == EDITOR_LINE ? &t->line.text : &t->text.text;
		fill_type(&t->f, t->f.line[t->at].at, buf_str(b));
	}
	return use != KEY_NOT_MINE;
}

static int enter(struct tui_form *t)
{
	const struct fill_line *l = &t->f.line[t->at];
	if (l->what == FILL_ADD && !fill_is_text(l) && !fill_is_choice(l)) {
		char *at = mem_strdup(l->at);
		fill_add_item(&t->f, t->at);
		tui_form_follow(t, FILL_ADD, at);
		free(at);
		tui_form_go(t, 1);
		return 1;
	}
	if (l->field && l->required && l->field->nullable && !fill_value(&t->f, l) &&
	    !fill_pending(&t->f, l))
		empty(t); /* nothing, said on purpose: null */
	tui_form_go(t, 1);
	return 1;
}

int tui_form_line_key(struct tui_form *t, int key)
{
	if (t->at >= t->f.n)
		return 0;
	if (t->editor != EDITOR_NONE && text_key(t, key))
		return 1;
	if (screen_pasted())
		return 1; /* not typed, so no choice and no command */
	if (key == SK_ENTER)
		return enter(t);
	return fill_is_choice(&t->f.line[t->at]) && choice_key(t, key);
}
