#include "fill_p.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/safe.h"
#include "draft.h"

/* ---- errors by line ---- */

/* Sections show what is wrong with them as a whole, fields also what is wrong inside. */
static int concerns(const struct fill_line *l, const char *instance)
{
	size_t n = strlen(l->at);
	if (l->what != FILL_FIELD && l->what != FILL_SECTION)
		return 0;
	if (strcmp(l->at, instance) == 0)
		return l->what == FILL_FIELD || l->field->kind == FORM_LIST ||
		       l->field->kind == FORM_SECTION;
	return l->what == FILL_FIELD && l->field->kind != FORM_VARIANT &&
	       strncmp(l->at, instance, n) == 0 && instance[n] == '/';
}

/* What lacks is no mistake of somebody who is not there yet. */
static int is_early(const struct fill *f, const struct fill_line *l)
{
	if (f->strict)
		return 0;
	if (l->what == FILL_SECTION)
		return l->field->kind != FORM_LIST ||
		       json_array_size(fill_value(f, l)) < l->field->min_items;
	return !fill_value(f, l);
}

static int unreadable(const struct fill *f, const struct fill_line *l, struct buf *out)
{
	const char *typed = fill_asks(l) ? fill_pending(f, l) : NULL;
	struct err why = ERR_INIT;
	if (!typed || fill_readable(f, l, typed, &why) == 0)
		return 0;
	safe_adds(out, why.msg, SAFE_LINE);
	return 1;
}

int fill_error(const struct fill *f, const struct fill_line *l, struct buf *out)
{
	if (unreadable(f, l, out))
		return 1;
	if (l->what == FILL_EVIDENCE && l->required && f->strict &&
	    json_array_size(f->draft->evidence) == 0) {
		buf_adds(out, "this task needs evidence: a file or a reference");
		return 1;
	}
	if (is_early(f, l))
		return 0;
	for (size_t i = 0; i < f->errors.n; i++) {
		if (concerns(l, f->errors.e[i].instance)) {
			safe_adds(out, f->errors.e[i].message, SAFE_LINE);
			return 1;
		}
	}
	return 0;
}

static int has_line(const struct fill *f, const char *instance)
{
	for (size_t i = 0; i < f->n; i++) {
		if (concerns(&f->line[i], instance))
			return 1;
	}
	return 0;
}

size_t fill_first_wrong(const struct fill *f, struct buf *other)
{
	struct buf why = BUF_INIT;
	size_t first = 0;
	while (first < f->n && !fill_error(f, &f->line[first], &why))
		first++;
	buf_release(&why);
	for (size_t i = 0; i < f->errors.n && first == f->n && other->len == 0; i++) {
		if (has_line(f, f->errors.e[i].instance))
			continue;
		safe_adds(other, f->errors.e[i].instance, SAFE_LINE);
		buf_adds(other, other->len ? ": " : "");
		safe_adds(other, f->errors.e[i].message, SAFE_LINE);
	}
	return first;
}
