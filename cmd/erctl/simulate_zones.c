#include "simulate_zones.h"

#include <stdio.h>

#include "base/err.h"
#include "json/js.h"
#include "model/config.h"
#include "spool/tzif.h"

/* What is no document is for the simulation to say. */
static void add_documents(struct config *c, enum config_kind kind, const json_t *etc)
{
	const char *name;
	json_t *doc;

	json_object_foreach(json_object_get(etc, config_dirs[kind]), name, doc) {
		struct err ignored = ERR_INIT;
		config_set(c, kind, name, doc, &ignored);
	}
}

static void add_crews(struct config *c, const json_t *crews)
{
	size_t i;
	json_t *crew;

	json_array_foreach(crews, i, crew) {
		const json_t *doc = json_object_get(crew, "worker");
		struct err ignored = ERR_INIT;
		char name[32];
		snprintf(name, sizeof name, "crew.%zu", i);
		if (doc)
			config_set(c, CFG_WORKER, name, doc, &ignored);
	}
}

static int add_zone(void *ctx, const char *name, const json_t *doc)
{
	js_set_copy(ctx, name, doc);
	return 0;
}

static void put_zones(const struct config *c, json_t **etc)
{
	json_t *zones = json_object(), *old;

	if (!*etc)
		*etc = json_object();
	old = json_object_get(*etc, config_dirs[CFG_ZONE]);
	config_each(c, CFG_ZONE, add_zone, zones);
	if (old) /* as the journal has them */
		json_object_update(zones, old);
	js_set_new(*etc, config_dirs[CFG_ZONE], zones);
}

int simulate_zones(json_t **etc, const json_t *scenario, struct err *err)
{
	static const enum config_kind kinds[] = {CFG_WORKER, CFG_SCHEDULE};
	struct config *c = config_new();
	int rc;

	for (size_t i = 0; i < 2; i++) {
		add_documents(c, kinds[i], *etc);
		add_documents(c, kinds[i], json_object_get(scenario, "etc"));
	}
	add_crews(c, json_object_get(scenario, "crews"));
	rc = spool_load_zones(c, NULL, err);
	if (rc == 0)
		put_zones(c, etc);
	else if (err->code == FAIL_CONFIG)
		err->code = FAIL_INVALID;
	config_free(c);
	return rc == 0 ? 0 : -1;
}
