/*
 * spool/uses.h -- what the journal says of registered schemas.
 *
 * Purpose    A schema's name means one document for ever once a task used it.  Which document erd
 *            took last under a name, and whether a task was made with it, is in the journal, and
 *            only there: it is asked when a document changes, which is rare.
 * Method     A search for the texts of the events in question (spool/walk.h): 1 GB/s.
 */
#ifndef SPOOL_USES_H
#define SPOOL_USES_H

#include <jansson.h>
#include <stddef.h>

#include "base/sha256.h"

struct err;
struct spool;

struct schema_use {
	const char *name;  /* asked for; borrowed */
	int known;         /* erd took a document under this name */
	struct sha256 sha; /* of the last one, canonical form; undefined unless known */
	json_t *doc;       /* that document; owned */
	int used;          /* a task was made with it, by name or by reference */
};

/* ${list} in any order.  Fills known, sha and doc. */
int uses_documents(const struct spool *s, struct schema_use *list, size_t n, struct err *err);
/* Fills used of those that are known. */
int uses_tasks(const struct spool *s, struct schema_use *list, size_t n, struct err *err);
void uses_release(struct schema_use *list, size_t n);

#endif
