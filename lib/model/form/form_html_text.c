/* model/form/form_html_text.c -- text into HTML. */
#include "model/form/form_html.h"

#include <string.h>

#include "base/safe.h"
#include "model/form/form_draft.h"

void html_exact(struct buf *out, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '&':
			buf_adds(out, "&amp;");
			break;
		case '<':
			buf_adds(out, "&lt;");
			break;
		case '>':
			buf_adds(out, "&gt;");
			break;
		case '"':
			buf_adds(out, "&quot;");
			break;
		case '\'':
			buf_adds(out, "&#39;");
			break;
		case '\r': /* would be read as a line feed */
			buf_adds(out, "&#13;");
			break;
		default:
			buf_addc(out, *s);
		}
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
