/*
 * model/form/form_text.h -- values as text and back; private to this folder.
 *
 * Rule       form_parse(form_show(v)) is v.  Where the plain text would be read as something else,
 *            form_show writes JSON; a string is then in quotes.
 */
#ifndef MODEL_FORM_FORM_TEXT_H
#define MODEL_FORM_FORM_TEXT_H

#include "model/form/form_p.h"

/* A new reference, or NULL when ${text} is no JSON. */
json_t *text_json(const char *text, size_t n);
/* Not as it is: empty, "null" where null is meant by it, control characters, or in quotes itself. */
int text_needs_quotes(const struct form_field *f, const char *s);

#endif
