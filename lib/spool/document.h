/*
 * spool/document.h -- changing one configuration document of etc/.
 *
 * Method     Written under a name that begins with a dot, fsynced, moved over the old one, the folder
 *            fsynced: a reader sees the old document or the new one.  Two spaces, a final
 *            newline, keys in the order given, so differences stay small.
 * New        A document that must be new is linked under its name, which fails when there is one: of two
 *            who make it at once one is told.
 * Rule       For the operator's commands.  erd reads etc/ and never writes it.
 * Taking up  A running erd is asked to read etc/ again by a line "r NAME" in its control FIFO;
 *            NAME is a receipt (spool/receipt.h) that gets {"ok":true}, or what is wrong.
 */
#ifndef SPOOL_DOCUMENT_H
#define SPOOL_DOCUMENT_H

#include <jansson.h>

struct err;
struct spool;

/* ${kind} is enum config_kind; the document was checked.  ${fresh}: FAIL_CONFLICT when there is one.
 * FAIL_DENIED: etc/ is not yours. */
int spool_put_document(const struct spool *s, int kind, const char *name, const json_t *doc,
                       int fresh, struct err *err);
/* FAIL_NOT_FOUND when there is none. */
int spool_remove_document(const struct spool *s, int kind, const char *name, struct err *err);

/* 1 when an erd runs and was asked; ${receipt}: who waits to hear of it. */
int spool_ask_reload(const struct spool *s, const char *receipt);

#endif
