/* model/form/form_draft_errors.c -- what is wrong, on top of the text that it is about. */
#include "model/form/form_draft.h"

#include <stdlib.h>
#include <string.h>

#include "base/safe.h"

static size_t line_length(const char *text)
{
	size_t n = strcspn(text, "\n");

	return n + (text[n] == '\n');
}

/* "line 12: …" speaks of the text as it was read. */
static void add_other(struct buf *out, const char *other, size_t old, size_t new)
{
	char *end;
	unsigned long line;

	buf_adds(out, DRAFT_ERROR);
	if (!strncmp(other, "line ", 5) && other[5] >= '1' && other[5] <= '9') {
		line = strtoul(other + 5, &end, 10);
		if (line > old) {
			buf_addf(out, "line %lu", line - old + new);
			other = end;
		}
	}
	safe_adds(out, other, SAFE_LINE);
	buf_addc(out, '\n');
}

static void add_error(struct buf *out, const struct schema_error *e, size_t line)
{
	buf_adds(out, DRAFT_ERROR);
	if (line)
		buf_addf(out, "line %zu: ", line);
	if (*e->instance) {
		safe_adds(out, e->instance, SAFE_LINE);
		buf_adds(out, ": ");
	}
	safe_adds(out, e->message, SAFE_LINE);
	buf_addc(out, '\n');
}

void form_draft_errors(const char *text, const struct schema_errors *errors, const char *other,
                       struct buf *out)
{
	size_t old = 0, n = errors ? errors->n : 0;
	size_t more = errors && errors->total > errors->n ? errors->total - errors->n : 0;
	size_t new = n + (other != NULL) + (more > 0), len;

	while (!strncmp(text, DRAFT_ERROR, strlen(DRAFT_ERROR))) {
		text += line_length(text);
		old++;
	}
	len = strlen(text);
	if (other)
		add_other(out, other, old, new);
	for (size_t i = 0; i < n; i++) {
		size_t line = draft_locate(text, len, errors->e[i].instance);

		add_error(out, &errors->e[i], line ? line + new : 0);
	}
	if (more)
		buf_addf(out, DRAFT_ERROR "and %zu more\n", more);
	buf_add(out, text, len);
}
