/* model/form/form_hint.c -- the constraints as a phrase: "1 to 500 characters". */
#include "model/form/form_p.h"

#include <string.h>

#include "base/buf.h"
#include "base/safe.h"
#include "json/js.h"

enum { PATTERN_SHOWN = 60 };

static void part(struct buf *out)
{
	if (out->len)
		buf_adds(out, ", ");
}

static void add_range(struct buf *out, size_t low, size_t high, const char *unit)
{
	if (!low && high == SIZE_MAX)
		return;
	part(out);
	if (low == high)
		buf_addf(out, "%zu %s%s", low, unit, low == 1 ? "" : "s");
	else if (high == SIZE_MAX)
		buf_addf(out, "at least %zu %s%s", low, unit, low == 1 ? "" : "s");
	else if (!low)
		buf_addf(out, "at most %zu %s%s", high, unit, high == 1 ? "" : "s");
	else
		buf_addf(out, "%zu to %zu %ss", low, high, unit);
}

static void add_number(struct buf *out, const char *before, const json_t *v)
{
	buf_adds(out, before);
	js_dump(out, v, JS_COMPACT);
}

static void add_bounds(struct buf *out, const struct field *f)
{
	if (f->f.kind == FORM_INTEGER) {
		part(out);
		buf_adds(out, "a whole number");
	} else {
		part(out);
		buf_adds(out, "a number");
	}
	if (f->f.low && f->f.high) {
		add_number(out, " from ", f->f.low);
		add_number(out, " to ", f->f.high);
	} else if (f->f.low) {
		add_number(out, ", at least ", f->f.low);
	} else if (f->f.high) {
		add_number(out, ", at most ", f->f.high);
	}
	if (f->above)
		add_number(out, ", more than ", f->above);
	if (f->below)
		add_number(out, ", less than ", f->below);
	if (f->step)
		add_number(out, ", a multiple of ", f->step);
}

static void add_format(struct buf *out, const char *format)
{
	static const struct {
		const char *format, *phrase;
	} known[] = {
	    {"date-time", "a time such as 2026-03-31T20:10:00Z"},
	    {"date", "a date such as 2026-03-31"},
	    {"time", "a time of day such as 20:10:00Z"},
	    {"duration", "a duration such as PT30M"},
	    {"email", "an e-mail address"},
	    {"idn-email", "an e-mail address"},
	    {"hostname", "a host name"},
	    {"idn-hostname", "a host name"},
	    {"ipv4", "an IPv4 address"},
	    {"ipv6", "an IPv6 address"},
	    {"uri", "a URL such as https://example.com/"},
	    {"iri", "a URL such as https://example.com/"},
	    {"uri-reference", "a URL or a part of one"},
	    {"uuid", "a UUID"},
	    {"json-pointer", "a JSON pointer such as /a/0"},
	    {"regex", "a regular expression"},
	    {"text/markdown", "Markdown"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (strcmp(known[i].format, format) != 0)
			continue;
		part(out);
		buf_adds(out, known[i].phrase);
	}
}

static void add_pattern(struct buf *out, const char *pattern)
{
	if (utf8_count(pattern) > PATTERN_SHOWN)
		return;
	part(out);
	buf_adds(out, "must match ");
	safe_adds(out, pattern, SAFE_LINE);
}

void hint_add(struct build *b, struct field *f, const char *text)
{
	struct buf all = BUF_INIT;

	if (f->f.hint)
		buf_addf(&all, "%s, ", f->f.hint);
	buf_adds(&all, text);
	f->f.hint = keep_text(b->form, buf_str(&all));
	buf_release(&all);
}

static void add_types(struct buf *out, unsigned types)
{
	static const struct {
		unsigned bits;
		const char *word;
	} words[] = {{T_STRING, "text"},          {T_NUMBER, "a number"}, {T_INTEGER, "a whole number"},
	             {T_BOOLEAN, "true or false"}, {T_ARRAY, "a list"},    {T_OBJECT, "an object"},
	             {T_NULL, "null"}};
	size_t n = 0;

	part(out);
	if (types == T_ANY) {
		buf_adds(out, "any value");
		return;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if ((types & words[i].bits) != words[i].bits)
			continue;
		buf_addf(out, "%s%s", n++ ? " or " : "", words[i].word);
		types &= ~words[i].bits;
	}
	buf_adds(out, ", as JSON");
}

void hint_take(struct build *b, struct field *f)
{
	struct buf out = BUF_INIT;

	switch (f->f.kind) {
	case FORM_INTEGER:
	case FORM_NUMBER:
		add_bounds(&out, f);
		break;
	case FORM_STRING:
	case FORM_TEXT:
		if (f->f.format)
			add_format(&out, f->f.format);
		add_range(&out, f->f.min_len, f->f.max_len, "character");
		if (f->pattern)
			add_pattern(&out, f->pattern);
		break;
	case FORM_LIST:
	case FORM_CHOICES:
		add_range(&out, f->f.min_items, f->f.max_items, "item");
		if (f->f.unique)
			buf_adds(&out, out.len ? ", no two alike" : "no two alike");
		break;
	case FORM_JSON:
		add_types(&out, f->types);
		break;
	default:
		break;
	}
	if (out.len)
		hint_add(b, f, buf_str(&out));
	buf_release(&out);
}
