/*
 * erctl/fill.h -- a form being filled in: what the line prompts and the full screen share.
 *
 * Purpose    Which lines there are now, what each holds, what is wrong with it, and a draft that
 *            always has all of it.  Knows no terminal.
 * Lines      The rows of model/form, then one for each piece of evidence and one for confidence.
 *            An index is good until the next change; fill_find finds a line again by its pointer.
 * Draft      draft->answer has the values of lines that are shown.  draft->texts has
 *              POINTER      typed, and not (yet) a value of that field
 *              "#evidence/N", "#confidence"   the same for these two
 *              "#editor"    the pointer of the text that is in an editor (fill_edit.h)
 *              "=POINTER"   JSON of a value whose field a condition hides now; it comes back
 *                           with the field
 *              "?POINTER"   typed into a field that is hidden now
 * Loss       Every change marks the draft dirty; the views call fill_save before they wait for the
 *            next key (tui_form) or the next line (line_form).  So what a killed terminal showed as
 *            typed is in the draft.
 * Errors     FAIL_INVALID with a sentence for the user; foreign text inside.
 * Complexity A change costs form_rows and form_check once, typing only a save.
 */
#ifndef ERCTL_FILL_H
#define ERCTL_FILL_H

#include "model/form/form.h"
#include "tui.h"

struct buf;
struct draft;
struct err;
struct run;

enum { FILL_TEXT_MAX = 256 * 1024 };

enum fill_what {
	FILL_FIELD,
	FILL_SECTION,
	FILL_ADD,          /* one more item; .at is where it will be, .field what it will be */
	FILL_EVIDENCE,     /* .index: which; one beyond the last is empty */
	FILL_CONFIDENCE
};

struct fill_line {
	enum fill_what what;
	const struct form_field *field; /* NULL: evidence, confidence */
	const char *at;                 /* owned by struct fill; the key in draft->texts */
	int depth, required;
	int item;                       /* may be removed and moved in its list */
	size_t index;                   /* in its list */
};

struct fill {
	struct run *r;
	const struct form *form;
	const struct form_about *about;
	struct draft *draft;
	struct fill_line *line;
	size_t n;
	struct schema_errors errors; /* of draft->answer as it is */
	int dirty;
	int strict;        /* what lacks is an error too: somebody tried to hand in */
	int with_evidence;
};

/* ${form}, ${about} and ${draft} are borrowed until fill_end. */
void fill_begin(struct fill *f, struct run *r, const struct form *form,
                const struct form_about *about, struct draft *draft);
void fill_end(struct fill *f);
/* The draft, if it changed since the last time.  0 or -1. */
int fill_save(struct fill *f, struct err *err);
/* The last save, durable.  What is handed in at once goes on without one: the answer has it all. */
int fill_leave(struct fill *f, enum form_end end, struct err *err);

/* The line with that pointer and what; f->n when there is none. */
size_t fill_find(const struct fill *f, enum fill_what what, const char *at);
/* 1 when the user may put something in: a field that is not fixed, or an item to add. */
int fill_asks(const struct fill_line *l);
/* 1 when it takes a text (not one of a few, yes or no). */
int fill_is_text(const struct fill_line *l);
int fill_is_choice(const struct fill_line *l);
/* 1 when its text is one of several lines: not where each line may be an item of its own. */
int fill_is_long(const struct fill_line *l);
/* Filled in, of all that may be. */
void fill_progress(const struct fill *f, size_t *done, size_t *all);

/* From now on there are lines for evidence, though nobody demands any; the first of them. */
size_t fill_show_evidence(struct fill *f);

/* ---- what a line holds ---- */

const json_t *fill_value(const struct fill *f, const struct fill_line *l); /* borrowed or NULL */
const char *fill_pending(const struct fill *f, const struct fill_line *l); /* typed, or NULL */
/* For an input line and for reading; not made safe; the caller frees. */
char *fill_text(const struct fill *f, const struct fill_line *l);
char *fill_words(const struct fill *f, const struct fill_line *l);
/* The name of a line, foreign; appended. */
void fill_label(const struct fill_line *l, struct buf *out);

/* ---- changes ---- */

/* Typed so far (valid UTF-8); NULL: forget it. */
void fill_type(struct fill *f, const char *at, const char *text);
/* It is finished: as a value into the answer.  "" empties.  -1 with the reason; the text stays. */
int fill_take(struct fill *f, size_t i, const char *text, struct err *err);
/* Take all that was typed and left; 0, or -1: some of it is none of a value. */
int fill_settle(struct fill *f);
void fill_set_new(struct fill *f, size_t i, json_t *value); /* NULL: empty */
/* Choice ${k} of the line: sets it; of several adds or removes it; a variant becomes that one. */
void fill_choose(struct fill *f, size_t i, size_t k);
size_t fill_nchoices(const struct fill_line *l);
const char *fill_choice_title(const struct fill_line *l, size_t k); /* foreign */
int fill_chosen(const struct fill *f, const struct fill_line *l, size_t k);

/* FILL_ADD whose items are no plain texts: an empty one more. */
void fill_add_item(struct fill *f, size_t i);
void fill_remove_item(struct fill *f, size_t i);
/* One place up (-1) or down (1); the item's new line, or ${i} when it is at the end. */
size_t fill_move_item(struct fill *f, size_t i, int step);

/* ---- what is wrong ---- */

/* Append what is wrong with this line now, safe, one line; 0: nothing. */
int fill_error(const struct fill *f, const struct fill_line *l, struct buf *out);
/* The first line that is wrong; f->n: none is.  *other: an error no line shows (safe), or "". */
size_t fill_first_wrong(const struct fill *f, struct buf *other);

#endif
