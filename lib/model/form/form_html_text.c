/* model/form/form_html_text.c -- text into HTML. */
#include "model/form/form_html.h"

#include <string.h>

#include "base/safe.h"
#include "model/form/form_draft.h"

static const char *entity(unsigned cp)
{
	switch (cp) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* What must not be seen as it is becomes a number: the same character to whoever reads the page,
 * but for U+0080 to U+009F, which HTML knows no way to write. */
void html_exact(struct buf *out, const char *s)
{
	size_t n = strlen(s);

	while (n) {
		struct buf shown = BUF_INIT;
		unsigned cp = 0;
		int len = utf8_next(s, n, &cp);

		len = len ? len : 1;
		safe_add(&shown, s, (size_t)len, SAFE_TEXT);
		if (entity(cp))
			buf_adds(out, entity(cp));
		else if (shown.len == (size_t)len && !memcmp(shown.data, s, (size_t)len))
			buf_add(out, s, (size_t)len);
		else
			buf_addf(out, "&#x%X;", cp);
		buf_release(&shown);
		s += len;
		n -= (size_t)len;
	}
}

static void add_safe(struct buf *out, const char *s, enum safe_flags flags)
{
	struct buf safe = BUF_INIT;

	safe_adds(&safe, s, flags);
	html_exact(out, buf_str(&safe));
	buf_release(&safe);
}

void html_text(struct buf *out, const char *s)
{
	add_safe(out, s, SAFE_LINE);
}

void html_lines(struct buf *out, const char *s)
{
	add_safe(out, s, SAFE_TEXT);
}

void html_json(struct buf *out, const json_t *v)
{
	struct buf json = BUF_INIT;

	draft_value(&json, v, JS_COMPACT);
	html_exact(out, buf_str(&json));
	buf_release(&json);
}

/* No "</script>" and no "<!--" can be in it. */
void html_script_json(struct buf *out, const json_t *v)
{
	struct buf json = BUF_INIT;

	draft_value(&json, v, JS_COMPACT);
	for (const char *p = buf_str(&json); *p; p++) {
		if (strchr("<>&", *p))
			buf_addf(out, "\\u%04x", (unsigned)(unsigned char)*p);
		else
			buf_addc(out, *p);
	}
	buf_release(&json);
}

int html_is_plain(const char *s)
{
	struct buf safe = BUF_INIT;
	int plain;

	safe_adds(&safe, s, SAFE_TEXT);
	plain = !strcmp(buf_str(&safe), s);
	buf_release(&safe);
	return plain;
}
