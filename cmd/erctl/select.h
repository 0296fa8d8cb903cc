/*
 * erctl/select.h -- --json=id,state,result.answer: cut a document to dotted paths.
 *
 * Rules      The result is nested as the document was; what is absent is null.
 * Errors     FAIL_USAGE: a path whose first word the command does not have; the message
 *            lists those it has.
 */
#ifndef ERCTL_SELECT_H
#define ERCTL_SELECT_H

#include <jansson.h>

struct err;

int select_check(const char *paths, const char *const *fields, struct err *err);
json_t *select_apply(const json_t *doc, const char *paths); /* new reference */

#endif
