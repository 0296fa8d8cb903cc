/*
 * model/config_p.h -- private to lib/model: how documents become structs.
 *
 * Order      config_set (config.c) makes an entry and calls config_read
 *            (config_read.c); only a whole entry enters the store.
 */
#ifndef MODEL_CONFIG_P_H
#define MODEL_CONFIG_P_H

#include "model/config.h"

#include "base/err.h"
#include "model/chain.h"
#include "model/gold.h"
#include "model/schedule.h"
#include "model/zone.h"

struct entry {
	char *name;  /* owned */
	json_t *doc; /* owned reference */
	enum config_kind kind;
	union {
		struct lane lane;
		struct pool pool;
		struct worker worker;
		struct schema_entry schema;
		struct endpoint endpoint;
		struct schedule schedule;
		struct chain chain;
		struct gold gold;
		struct zone zone;
	} u;
	json_t *expanded; /* owned: of a schema document, what its shorthand stands for */
};

/* Fill e->u from e->doc, its strings borrowed from there.  On error the entry may be
 * half filled; config_entry_free takes it. */
int config_read(struct entry *e, struct err *err);
void config_entry_free(struct entry *e);

/* config_lane.c, config_worker.c */
int config_read_lane(struct entry *e, struct err *err);
int config_read_worker(struct entry *e, struct err *err);
void config_free_worker(struct worker *w);
/* Of each kind: config_add_defaults for all of its tables. */
void config_lane_defaults(const json_t *doc, json_t *out);
void config_pool_defaults(const json_t *doc, json_t *out);
void config_worker_defaults(const json_t *doc, json_t *out);
/* config_pause.c */
int config_read_moment(const json_t *doc, const char *where, int64_t *out, struct err *err);
int config_read_pause(const json_t *doc, int64_t *ends_ms, struct err *err);
/* config_notify.c */
int config_check_notify(const json_t *doc, struct err *err);
int config_check_smtp(const json_t *doc, struct err *err);

/* ${doc} as an ordinary schema that compiles: a new reference.  What it refers to in the registry
 * may not be there yet: config_check looks for that. */
json_t *config_expand(const json_t *doc, const char *field, struct err *err);

/* err_field(…, "no such lane \"x\"; did you mean …"): near names, and where nothing is near up
 * to five that exist.  ${also} (or NULL) was tried too.  Always -1. */
int config_no_such(const struct config *c, enum config_kind kind, enum fail code,
                   const char *field, const char *name, const char *also, struct err *err);

/* Wrap an error of a schema: its pointer continues ${field}. Always -1. */
int config_schema_error(const char *field, const struct err *inner, struct err *err);

#endif
