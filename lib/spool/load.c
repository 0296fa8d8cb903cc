/* spool/load.c -- configuration documents from etc/. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "json/js.h"
#include "model/chain.h"
#include "json/schema/bundle.h"
#include "model/config.h"
#include "model/intake.h"
#include "spool/dirlist.h"
#include "spool/layout.h"
#include "spool/tzif.h"

enum { DOCUMENT_MAX = 256 * 1024, SCHEMA_MAX = 1 << 20, SCRATCH_BYTES = 256 };

static json_t *read_document(const struct spool *s, int kind, const char *name, struct err *err)
{
	char path[SPOOL_NAME_MAX];
	struct buf text = BUF_INIT;
	json_t *doc = NULL;

	snprintf(path, sizeof(path), "%s/%s.json", config_dirs[kind], name);
	if (!io_read_file(s->etc, path, kind == CFG_SCHEMA ? SCHEMA_MAX : DOCUMENT_MAX, &text, err))
		doc = js_parse(text.data, text.len,
		               kind == CFG_SCHEMA ? &js_limits_schema : &js_limits_doc, err);
	buf_release(&text);
	return doc;
}

int spool_load_document(const struct spool *s, struct config *c, int kind, const char *name,
                        struct err *err)
{
	struct err why = ERR_INIT;
	json_t *doc;
	int rc;

	if (!name_valid(name))
		return 0; /* cannot be the name of a document, and must not become a path */
	doc = read_document(s, kind, name, &why);
	if (!doc && why.code == FAIL_NOT_FOUND)
		return 0;
	rc = doc ? config_set(c, kind, name, doc, &why) : -1;
	json_decref(doc);
	if (!rc)
		return 1;
	return err_set(err, why.code == FAIL_INVALID ? FAIL_CONFIG : why.code, "%s/%s.json: %s",
	               config_dirs[kind], name, why.msg);
}

/* The first problem goes to ${err}, all of them to ${report}. */
static int note(struct buf *report, struct err *err, const struct err *why)
{
	if (report)
		buf_addf(report, "%s\n", why->msg);
	return err_set(err, why->code, "%s", why->msg);
}

int spool_load_kind(const struct spool *s, struct config *c, int kind, struct buf *report,
                    struct err *err)
{
	struct names files = {NULL, 0, 0};
	int rc = names_read(&files, s->etc, config_dirs[kind], ".json", err);

	for (size_t i = 0; i < files.n; i++) {
		struct err why = ERR_INIT;
		char *name = files.name[i];
		int got;

		name[strlen(name) - strlen(".json")] = '\0';
		got = spool_load_document(s, c, kind, name, &why);
		if (got == 0)
			err_set(&why, FAIL_CONFIG, "%s/%s.json: not a valid name, or just removed",
			        config_dirs[kind], name);
		if (got != 1)
			rc = note(report, err, &why);
	}
	names_release(&files);
	return rc;
}

int spool_load_config(const struct spool *s, struct config *c, struct buf *report, struct err *err)
{
	/* Schemas first: lanes name them. */
	static const int order[] = {CFG_SCHEMA,   CFG_WORKER, CFG_POOL,    CFG_LANE,
	                            CFG_ENDPOINT, CFG_CHAIN,  CFG_SCHEDULE, CFG_GOLD};
	struct err why = ERR_INIT;
	int rc = 0;

	static_assert(NITEMS(order) == CFG_COUNT - 1, "load every kind but zones");
	for (size_t i = 0; i < NITEMS(order); i++)
		if (spool_load_kind(s, c, order[i], report, err))
			rc = -1;
	if (spool_load_zones(c, report, err))
		rc = -1;
	if (!rc && config_check(c, &why)) {
		if (why.code == FAIL_INVALID)
			why.code = FAIL_CONFIG;
		rc = note(report, err, &why);
	}
	return rc;
}

/* One document, or all of its kind so that near names can be told. */
static int load_or_all(const struct spool *s, struct config *c, int kind, const char *name,
                       struct err *err)
{
	int got = spool_load_document(s, c, kind, name, err);

	return got == 0 ? spool_load_kind(s, c, kind, NULL, err) : got < 0 ? -1 : 0;
}

static int load_lane_parts(const struct spool *s, struct config *c, const struct lane *lane,
                           struct err *err)
{
	for (size_t i = 0; i < lane->pools.n; i++)
		if (spool_load_document(s, c, CFG_POOL, lane->pools.s[i], err) < 0)
			return -1;
	if (lane->chain && spool_load_document(s, c, CFG_CHAIN, lane->chain, err) < 0)
		return -1;
	if (lane->schema_name && spool_load_document(s, c, CFG_SCHEMA, lane->schema_name, err) < 0)
		return -1;
	return 0;
}

static int add_parts(void *ctx, const char *name, const json_t *doc)
{
	struct names *lanes = ctx;

	(void)doc;
	names_add(lanes, name);
	return 0;
}

static int load_lane(const struct spool *s, struct config *c, const struct intake_names *n,
                     struct err *err)
{
	struct names lanes = {NULL, 0, 0};
	int found = 0, rc = 0;

	for (size_t i = 0; i < NITEMS(n->lane) && rc >= 0 && !found; i++) {
		rc = n->lane[i] ? spool_load_document(s, c, CFG_LANE, n->lane[i], err) : 0;
		found = rc > 0;
	}
	if (rc >= 0 && !found)
		rc = spool_load_kind(s, c, CFG_LANE, NULL, err);
	if (rc >= 0)
		config_each(c, CFG_LANE, add_parts, &lanes);
	for (size_t i = 0; found && i < lanes.n && rc >= 0; i++)
		rc = load_lane_parts(s, c, config_lane(c, lanes.name[i]), err);
	names_release(&lanes);
	return rc < 0 ? -1 : 0;
}

/* 1: there is such a chain, and its lane is loaded; 0; -1. */
static int load_chain(const struct spool *s, struct config *c, const char *name, struct err *err)
{
	int got = spool_load_document(s, c, CFG_CHAIN, name, err);
	const char *lane = got == 1 ? config_chain(c, name)->lane : NULL;

	if (lane && (got = spool_load_document(s, c, CFG_LANE, lane, err)) == 1)
		return load_lane_parts(s, c, config_lane(c, lane), err) < 0 ? -1 : 1;
	return got;
}

static int lane_refers(void *ctx, const char *name, const json_t *doc)
{
	(void)doc;
	return config_lane(ctx, name)->schema_refers;
}

static int schema_doc_refers(void *ctx, const char *name, const json_t *doc)
{
	(void)doc;
	return config_schema(ctx, name)->refers;
}

/* A schema that refers to registered ones may mean any of them, also by $id. */
static int load_referred(const struct spool *s, struct config *c, const struct intake_names *n,
                         struct err *err)
{
	if (!schema_refers(n->own_schema) && !config_each(c, CFG_LANE, lane_refers, c) &&
	    !config_each(c, CFG_SCHEMA, schema_doc_refers, c))
		return 0;
	return spool_load_kind(s, c, CFG_SCHEMA, NULL, err);
}

int spool_load_for(const struct spool *s, struct config *c, const void *body_json_t,
                   struct err *err)
{
	char scratch[SCRATCH_BYTES];
	struct intake_names names;

	memset(&names, 0, sizeof(names));
	intake_names(body_json_t, &names, scratch, sizeof(scratch));
	int chain = names.chain ? load_chain(s, c, names.chain, err) : 0;
	if (chain < 0 || (!chain && load_lane(s, c, &names, err)))
		return -1;
	if (names.schema && !config_schema(c, names.schema) &&
	    load_or_all(s, c, CFG_SCHEMA, names.schema, err))
		return -1;
	if (names.pool && !config_pool(c, names.pool) &&
	    load_or_all(s, c, CFG_POOL, names.pool, err))
		return -1;
	return load_referred(s, c, &names, err);
}
