/*
 * model/form/form_draft.h -- the editor's draft; private to this folder.
 *
 * Format     Lines whose first visible characters are "//" are comments.  The rest is JSON with two
 *            liberties, so that lines can be taken in and out: the comma at the end of a line may be
 *            missing, and one may stand before a closing bracket.  "..." stands for a value that
 *            is still to be written, and is an error.
 *              // -- LABEL (required)          one per field: required, optional, required if …
 *              //    | DESCRIPTION             foreign text behind "| "
 *              //    only if: CONDITION
 *              //    * VALUE: TITLE            a choice
 *              //    (HINT)
 *              // "key": ...,                  what is not filled in is behind "// "
 *            A section that is not there is commented out as a whole; inside it, one more "// "
 *            marks what is optional.
 */
#ifndef MODEL_FORM_FORM_DRAFT_H
#define MODEL_FORM_FORM_DRAFT_H

#include "base/buf.h"
#include "json/js.h"
#include "model/form/form_rows.h"

enum { DRAFT_MAX_BYTES = 4 << 20, DRAFT_FULL_ITEMS = 5, DRAFT_CONTEXT_LINES = 200 };

#define DRAFT_ERROR "// error: "
#define DRAFT_HOLE "..."

struct err;

struct draft_writer {
	const struct form *form;
	struct judge judge;
	struct buf *out;
	struct buf prefix; /* indentation and "// " of the block */
	size_t off;        /* "// " in it */
	json_t *done;      /* keys of the object that were written */
};

/* form_draft_field.c: the comments of one field; ${extra} goes behind the mark. */
void draft_comment(struct draft_writer *w, const struct form_field *f, const char *extra);
/* "required", "optional", "required if …"; the conditions in one line.  Both safe. */
void draft_mark(struct buf *out, const struct form_field *f);
void draft_whens(struct buf *out, const struct form_when *when);
void draft_push(struct draft_writer *w, const char *more);
void draft_pop(struct draft_writer *w, const char *more);
void draft_line(struct draft_writer *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Foreign text, one comment line for each of its lines, behind ${mark}. */
void draft_foreign(struct draft_writer *w, const char *mark, const char *text);
/* A value as JSON without anything that could mislead an editor. */
void draft_value(struct buf *out, const json_t *v, enum js_style style);

/* The line on which the value at ${pointer} stands, or where it would; 0: not found. */
size_t draft_locate(const char *text, size_t n, const char *pointer);

#endif
