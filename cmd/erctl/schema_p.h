/*
 * erctl/schema_p.h -- the verbs of `erctl schema`, each in the file of its name.
 */
#ifndef ERCTL_SCHEMA_P_H
#define ERCTL_SCHEMA_P_H

#include "cmd.h"

extern const struct cmd cmd_schema_add, cmd_schema_check, cmd_schema_diff, cmd_schema_rm,
    cmd_schema_validate;

/* One line of text per error of [{instance, keyword, message}]; ${prefix} comes first.  Also the
 * keyword's place with -v. */
void schema_errors_print(struct run *r, const char *prefix, const json_t *errors);

#endif
