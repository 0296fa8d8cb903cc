/*
 * erctl/setting.h -- --set PATH=VALUE, typed by the form of the task's schema.
 *
 * Path       Names and list numbers joined by dots (actions.0.title), or a JSON pointer
 *            (/actions/0/title; "-" is one more item).  What lacks on the way is made.
 * Value      By the field: a string as it is ("5" for 5), a number, true/false/yes/no, a choice by
 *            its value or title, several of them comma-separated or as JSON; "null" where null is
 *            allowed.  Where the schema says nothing: JSON if it reads as JSON, else a string.
 *            A field that does not exist is set all the same: the check of the whole answer names
 *            it.
 * Order      One after the other: conditions of the schema see what was set before.
 * Errors     FAIL_USAGE: no PATH=VALUE; FAIL_INVALID: no value of that field.
 */
#ifndef ERCTL_SETTING_H
#define ERCTL_SETTING_H

#include <jansson.h>

struct err;
struct form;

/* ${form} may be NULL.  *answer may be NULL: nothing yet. */
int setting_apply(const struct form *form, json_t **answer, const char *assignment,
                  struct err *err);

#endif
