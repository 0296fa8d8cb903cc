/*
 * erctl/fields.h -- what --json=… may name, shared by several verbs; NULL-ended.
 */
#ifndef ERCTL_FIELDS_H
#define ERCTL_FIELDS_H

extern const char *const task_fields[];   /* er.task.v1 */
extern const char *const result_fields[]; /* er.result.v1 */
extern const char *const inbox_fields[];  /* er.inbox.v1 */

#endif
