/*
 * model/contract.h -- what a task's answers must meet.  Pure.
 *
 * Purpose    One place where a schema -- of a task, a lane or the registry etc/schemas -- becomes
 *            what the task stores: one document that means the same for ever.  What it refers to
 *            in the registry is inside it (json/schema/bundle.h), and whether formats are
 *            asserted because the lane asks is written into it ("x-assertFormat").  So whoever
 *            has a contract compiles it without options: engine, erctl, forms, requesters.
 * References "$ref": "severity.v1" and "$ref": "severity.v1#/$defs/x" name a registered schema, as
 *            does the $id of one.  Of two that claim the same $id neither is found by it.
 * Cache      Compiled schemas and bundles, by the SHA-256 of the document as it is written (the
 *            order of members counts: it is the order of the form).  It belongs to the
 *            configuration, the least recently used go first; what came from the registry goes
 *            when the registry changes.  It changes no result.  What is made of a contract elsewhere (how
 *            answers are combined) may be kept beside it and goes with it.
 * Limits     A contract made of several documents has at most CONTRACT_BYTES.  The cache keeps
 *            CONTRACTS_MAX documents and CONTRACTS_BYTES of memory, but always the last one.
 * Threads    The cache is not locked: one configuration, one thread.
 * Errors     FAIL_INVALID with the pointer in the schema.
 */
#ifndef MODEL_CONTRACT_H
#define MODEL_CONTRACT_H

#include <jansson.h>

#include "base/sha256.h"
#include "model/config.h"

struct err;
struct schema;

enum { CONTRACT_BYTES = 1 << 20, CONTRACTS_MAX = 1024, CONTRACTS_BYTES = 64 << 20 };

struct contract {
	json_t *doc;          /* owned reference */
	struct sha256 sha;    /* of its canonical form */
	struct strings names; /* registered schemas that went into it, itself not counted; owned */
};

/* ${doc} is an ordinary schema (schema_expand).  Whatever is wrong with it is told here. */
int contract_make(const struct config *c, const json_t *doc, int assert_formats,
                  struct contract *out, struct err *err);
void contract_release(struct contract *contract);

/* A registered schema (expanded) by name or $id, a new reference; *name is whose.  NULL: there is
 * none, and *err may say why.  What the load of struct schema_options does for contracts. */
json_t *contract_find(const struct config *c, const char *uri, const char **name, struct err *err);

/* A contract as the cache has it. */
struct compiled {
	struct schema *schema;        /* owned */
	void *beside;                 /* what its user makes of it, once; NULL: nothing yet */
	void (*drop)(void *beside);   /* with the contract */
};

/* A contract, compiled.  Borrowed, until another one is asked for. */
struct compiled *contract_compiled(const struct config *c, const json_t *doc, struct err *err);
const struct schema *contract_schema(const struct config *c, const json_t *doc, struct err *err);

#endif
