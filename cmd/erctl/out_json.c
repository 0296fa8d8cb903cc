/* JSON and NDJSON on stdout, errors as JSON on stderr. */
#include "base/buf.h"
#include "base/err.h"
#include "base/safe.h"
#include "json/js.h"
#include "out.h"
#include "select.h"

/* One code point that safe.h would escape becomes \uXXXX: the same document. */
static void add_escaped(struct buf *b, const char *s, int n, unsigned cp)
{
	struct buf shown = BUF_INIT;
	safe_add(&shown, s, (size_t)n, SAFE_LINE);
	if (shown.len == (size_t)n && memcmp(buf_str(&shown), s, (size_t)n) == 0)
		buf_add(b, s, (size_t)n);
	else if (cp < 0x10000)
		buf_addf(b, "\\u%04x", cp);
	else
		buf_addf(b, "\\u%04x\\u%04x", 0xd800 + ((cp - 0x10000) >> 10),
		         0xdc00 + ((cp - 0x10000) & 0x3ff));
	buf_release(&shown);
}

static void add_json(struct buf *b, const char *s, size_t n)
{
	for (size_t i = 0; i < n;) {
		size_t run = i;
		unsigned cp = 0;
		while (run < n && (unsigned char)s[run] < 0x7f)
			run++;
		buf_add(b, s + i, run - i);
		i = run;
		if (i == n)
			break;
		int len = utf8_next(s + i, n - i, &cp);
		if (len == 0) { /* the JSON writer makes only UTF-8 */
			buf_addc(b, '?');
			len = 1;
		} else {
			add_escaped(b, s + i, len, cp);
		}
		i += (size_t)len;
	}
}

static void put_json(FILE *to, const char *s, size_t n)
{
	struct buf b = BUF_INIT;
	add_json(&b, s, n);
	fwrite(buf_str(&b), 1, b.len, to);
	buf_release(&b);
}

void out_add_doc(struct buf *out, const json_t *doc)
{
	struct buf b = BUF_INIT;
	js_dump(&b, doc, JS_PRETTY);
	add_json(out, buf_str(&b), b.len);
	buf_addc(out, '\n');
	buf_release(&b);
}

static void put_doc(struct out *o, const json_t *doc, enum js_style style)
{
	struct buf b = BUF_INIT;
	json_t *cut = o->select && json_is_object(doc) ? select_apply(doc, o->select) : NULL;
	js_dump(&b, cut ? cut : doc, style);
	put_json(stdout, buf_str(&b), b.len);
	json_decref(cut);
	buf_release(&b);
}

void out_doc(struct out *o, const json_t *doc)
{
	put_doc(o, doc, o->format == FMT_NDJSON ? JS_COMPACT : JS_PRETTY);
	putchar('\n');
}

void out_items_begin(struct out *o)
{
	o->items = 0;
	if (o->format == FMT_JSON)
		putchar('[');
}

static void item_gap(struct out *o)
{
	if (o->format == FMT_JSON)
		fputs(o->items ? ",\n" : "\n", stdout);
	o->items++;
}

void out_item(struct out *o, const json_t *doc)
{
	item_gap(o);
	put_doc(o, doc, JS_COMPACT);
	if (o->format != FMT_JSON)
		putchar('\n');
}

void out_item_text(struct out *o, const char *json)
{
	item_gap(o);
	put_json(stdout, json, strlen(json));
	if (o->format != FMT_JSON)
		putchar('\n');
}

void out_items_end(struct out *o)
{
	if (o->format == FMT_JSON)
		fputs(o->items ? "\n]\n" : "]\n", stdout);
}

void out_set_safe(json_t *obj, const char *key, const char *text)
{
	struct buf safe = BUF_INIT;
	if (!text)
		return;
	safe_adds(&safe, text, SAFE_LINE);
	js_set_str(obj, key, buf_str(&safe));
	buf_release(&safe);
}

void out_error_json(const struct err *err, const char *hint, const json_t *details)
{
	struct buf b = BUF_INIT;
	json_t *e = json_object(), *root = json_object();
	js_set_str(e, "code", fail_name(err->code));
	js_set_int(e, "exit_code", fail_exit(err->code));
	out_set_safe(e, "message", err->msg);
	out_set_safe(e, "field", err->field[0] ? err->field : NULL);
	if (details)
		js_set_copy(e, "errors", details);
	out_set_safe(e, "hint", hint && *hint ? hint : NULL);
	js_set_new(e, "retryable",
	           json_boolean(err->code == FAIL_TEMPORARY || err->code == FAIL_PENDING));
	js_set_new(root, "error", e);
	js_dump(&b, root, JS_COMPACT);
	put_json(stderr, buf_str(&b), b.len);
	fputc('\n', stderr);
	json_decref(root);
	buf_release(&b);
}
