/*
 * erctl/etcfile.h -- changing one document of etc/, as its operator.
 *
 * Rules      JSON with two blanks and a final newline, members in their order; a file is replaced
 *            whole by a rename, durably, and a new one never takes the place of another.
 * Errors     FAIL_CONFLICT: a new name exists; FAIL_DENIED, FAIL_TEMPORARY.
 */
#ifndef ERCTL_ETCFILE_H
#define ERCTL_ETCFILE_H

#include <jansson.h>

#include "model/config.h"

struct err;
struct run;

int etcfile_write(struct run *r, enum config_kind kind, const char *name, const json_t *doc,
                  int replace, struct err *err);
int etcfile_remove(struct run *r, enum config_kind kind, const char *name, struct err *err);

#endif
