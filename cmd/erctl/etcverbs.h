/*
 * erctl/etcverbs.h -- list, show, set, rm, check of one kind of configuration document.
 *
 * Rules      What is to be set is checked with all of etc/ as it would then be, before a file is
 *            touched; a running erd is asked to take it up at once and its verdict is waited for
 *            (5 s).  Without erd the document is there when one starts.
 * Errors     FAIL_INVALID naming file and member; FAIL_NOT_FOUND with near names.
 */
#ifndef ERCTL_ETCVERBS_H
#define ERCTL_ETCVERBS_H

#include <jansson.h>

#include "model/config.h"

struct err;
struct run;

/* All of etc/.  NULL with *err. */
struct config *etc_load(const struct run *r, struct err *err);
/* What can be used of one kind, whatever is wrong with the rest: for those who cannot wait until
 * somebody has mended etc/. */
struct config *etc_load_usable(const struct run *r, enum config_kind kind);
/* The document, borrowed; NULL with near names in *err. */
const json_t *etc_doc(const struct config *c, enum config_kind kind, const char *name,
                      struct err *err);

/* Write etc/KIND/NAME.json.  ${fresh}: it must not be there with another content.
 * 0, or 1 when it was there already and nothing was to be done. */
int etc_set(struct run *r, enum config_kind kind, const char *name, const json_t *doc, int fresh,
            struct err *err);
int etc_rm(struct run *r, enum config_kind kind, const char *name, struct err *err);
/* Ask a running erd to read etc/ again and wait for what it says of it.  0 also when none runs, or
 * it is too slow: it reads etc/ when it can. */
int etc_take_up(struct run *r, struct err *err);
/* `check [NAME…]`: every error of these documents, or of all of the kind, a line each. */
int etc_check(struct run *r, enum config_kind kind, struct err *err);
/* A document from r->argv[at], "-" or standard input. */
json_t *etc_input(const struct run *r, int at, struct err *err);

#endif
