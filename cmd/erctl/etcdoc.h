/*
 * erctl/etcdoc.h -- a folder of configuration as one document: {"lanes":{NAME:{…}},…}.
 */
#ifndef ERCTL_ETCDOC_H
#define ERCTL_ETCDOC_H

#include <jansson.h>

struct err;

/* ${path}: a spool, or a folder like a spool's etc/.  A new reference, or NULL with FAIL_INVALID
 * naming the file. */
json_t *etcdoc_read(const char *path, struct err *err);

#endif
