/*
 * model/form/form_html.h -- the page; private to this folder.
 *
 * Method     Every field is an element of class "field" with data-kind, data-path (of the model),
 *            data-at (where its value is in the answer; also the name of its inputs) and data-key.
 *            Conditions are numbers into the page's data block.  The script reads only these.
 * Names      Form-encoded names are JSON pointers, values are what form_parse reads.
 * Safety     Text passes html_text (visible escapes of base/safe.h, then entities), what must stay
 *            exact passes html_exact or html_json.  A policy in the page allows its own script and
 *            style by their hashes, and nothing else.
 * Changing   The script and the style are in share/form; make.py there writes form_html_data.c.
 */
#ifndef MODEL_FORM_FORM_HTML_H
#define MODEL_FORM_FORM_HTML_H

#include "base/buf.h"
#include "model/form/form_p.h"

enum { HTML_RADIOS_MAX = 6, HTML_ITEMS_MAX = 3, HTML_PLAIN_CHOICES = 100 };

extern const char form_html_script[], form_html_style[];

struct page {
	const struct form *form;
	struct buf *out;
	size_t ids;
	struct buf at;   /* of the field that is being written */
	int in_template; /* its path goes through an item that is not there yet */
};

/* One field on its way. */
struct html_field {
	const struct form_field *f;
	size_t id;
	int firm; /* nothing above it is optional: the browser may insist on it */
};

/* ---- form_html_text.c ---- */

void html_text(struct buf *out, const char *s);  /* one line of foreign text */
void html_lines(struct buf *out, const char *s); /* several */
void html_exact(struct buf *out, const char *s); /* for a quoted attribute, unchanged */
void html_json(struct buf *out, const json_t *v);   /* for a quoted attribute */
void html_script_json(struct buf *out, const json_t *v); /* inside <script> */
int html_is_plain(const char *s);                /* nothing in it would be escaped visibly */

/* ---- form_html_input.c ---- */

/* What takes the value of a scalar, without label. */
void html_input(struct page *p, const struct html_field *h);
/* 1 when it is a group of inputs: a fieldset then, not a label. */
int html_is_group(const struct form_field *f);
void html_described_by(struct page *p, const struct html_field *h);

/* ---- form_html_field.c ---- */

void html_field(struct page *p, const struct form_field *f, int firm);

#endif
