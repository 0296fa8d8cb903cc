/*
 * erctl/input.h -- what the user hands in: files, standard input, values on the command line.
 *
 * Limits     One document: JS_MAX_BYTES, and two levels of depth less than a message may
 *            have, since it travels inside one.
 * Errors     FAIL_USAGE when input is expected and standard input is a terminal;
 *            FAIL_NOT_FOUND, FAIL_INVALID.
 */
#ifndef ERCTL_INPUT_H
#define ERCTL_INPUT_H

#include <jansson.h>
#include <stddef.h>

struct buf;
struct err;

/* ${path} "-" is standard input.  An open descriptor; input_close leaves 0 alone. */
int input_open(const char *path, struct err *err);
void input_close(int fd);
/* The whole of it, appended to ${out}. */
int input_read(const char *path, struct buf *out, struct err *err);
/* Parse text that will be the body of a message; errors are wrapped with ${name} unless it is
 * empty. */
json_t *input_parse(const char *name, const char *text, size_t n, struct err *err);

/* Any JSON value from a file or "-". */
json_t *input_any(const char *path, struct err *err);
/* A JSON text, or @FILE with one.  Any value. */
json_t *input_value(const char *what, const char *text, struct err *err);

/* "a.b=VALUE" into ${root}: VALUE is JSON when it reads as JSON, otherwise a string. */
int input_set(json_t *root, const char *assignment, struct err *err);
/* The same with the value made already (stolen); ${path} is dotted. */
int input_put_new(json_t *root, const char *path, json_t *value, struct err *err);

#endif
