/*
 * erctl/out.h -- the one printer: text, JSON and NDJSON, and the only place that makes
 * text safe for a terminal.
 *
 * Rules      Results go to stdout, everything else to stderr.  The same bytes on a
 *            terminal and in a pipe, except colour, width and relative times.  Every
 *            string passes base/safe.h; in JSON, what a terminal must not see is
 *            written as \uXXXX, which is the same document.
 * Selection  With --json=a,b.c an object is cut to these dotted paths, nested as before.
 * Errors     Write errors are remembered; out_finish reports them (a full disk is never
 *            a silent success).  A reader that left ends the process quietly by SIGPIPE.
 */
#ifndef ERCTL_OUT_H
#define ERCTL_OUT_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "json/js.h"

struct buf;
struct err;

enum format { FMT_TEXT, FMT_JSON, FMT_NDJSON };

enum style { STYLE_NONE, STYLE_BOLD, STYLE_DIM, STYLE_GOOD, STYLE_BAD, STYLE_WAIT, STYLE_BUSY };

struct out {
	enum format format;
	const char *select; /* the fields of --json=…, or NULL */
	int quiet, verbose;
	int tty_out, tty_err;
	int colour_out, colour_err;
	int no_pager;
	size_t items; /* printed by out_item so far */
	long pager;   /* process id, 0: none */
};

/* ${colour} is --color's word or NULL. */
void out_init(struct out *o, const char *colour);

void out_line(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Text of our own, several lines, as it is. */
void out_plain(struct out *o, const char *text);
void out_bytes(struct out *o, const void *p, size_t n); /* made safe by the caller */
/* "label:  value" with an aligned value; nothing when value is NULL or "". */
void out_field(struct out *o, const char *label, const char *value);
void out_field_styled(struct out *o, const char *label, const char *value, enum style style);
/* Foreign text: the label, then each line behind "| ", so that nothing can be forged. */
void out_block(struct out *o, const char *label, const char *text);
/* The same for a JSON value: strings as text, the rest as indented JSON. */
void out_block_json(struct out *o, const char *label, const json_t *v);

/* A string as it is, any other value as JSON. */
void out_value_text(struct buf *b, const json_t *v, enum js_style style);

/* One document: JSON pretty, NDJSON compact. */
void out_doc(struct out *o, const json_t *doc);
/* The same text, appended to ${b}: for a program that reads it. */
void out_add_doc(struct buf *b, const json_t *doc);
/* Many: an array, or one a line. */
void out_items_begin(struct out *o);
void out_item(struct out *o, const json_t *doc);
void out_item_text(struct out *o, const char *json); /* a compact document already made */
void out_items_end(struct out *o);

/* A sentence on stderr, not with -q. */
void out_note(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same, but only where a person looks or -v was given: cron stays silent. */
void out_remark(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Always. */
void out_warn(struct out *o, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void out_error_json(const struct err *err, const char *hint, const json_t *details);
void out_error(struct out *o, const struct err *err, const char *hint, const json_t *details);

/* obj.KEY = text with what is not fit for a terminal, or not UTF-8, escaped; NULL: not set. */
void out_set_safe(json_t *obj, const char *key, const char *text);

void out_page(struct out *o);  /* what follows goes through a pager, on a terminal */
void out_flush(struct out *o);
int out_finish(struct out *o, struct err *err); /* FAIL_TEMPORARY when stdout lost something */

/* Times for people: relative on a terminal, RFC 3339 elsewhere; ${out} has 32 bytes. */
char *out_when(const struct out *o, int64_t at_ms, int64_t now_ms, char *out);

/* For table.c and format.c, which build their own lines: escape sequences around already safe
 * text, nothing without colour. */
const char *style_on(const struct out *o, enum style style);
const char *style_off(const struct out *o, enum style style);
enum style style_of_state(const char *state);
int out_columns(const struct out *o); /* of the terminal, 0: unlimited */

#endif
