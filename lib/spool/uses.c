/* spool/uses.c -- searching the journal for registered schemas. */
#include "spool/uses.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "json/js.h"
#include "model/config.h"
#include "spool/walk.h"

enum { NEEDLE_MAX = 80, ONE_BY_ONE = 4 };

struct search {
	struct schema_use *list;
	size_t n;
};

static const struct journal_pos beginning = {0, 0, 0};

static struct schema_use *find(const struct search *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->list[i].name, name) == 0)
			return &s->list[i];
	return NULL;
}

static int on_config(void *ctx, const struct event *ev, struct err *err)
{
	json_t *doc = json_object_get(ev->data, "doc");
	struct schema_use *use;

	(void)err;
	if (ev->type != EV_CONFIG_SET || json_is_null(doc) ||
	    strcmp(js_str_or(ev->data, "/kind", ""), config_words[CFG_SCHEMA]) != 0)
		return 0;
	use = find(ctx, js_str_or(ev->data, "/name", ""));
	if (!use)
		return 0;
	json_decref(use->doc);
	use->doc = json_incref(doc);
	use->known = 1;
	js_hash(doc, &use->sha);
	return 0;
}

int uses_documents(const struct spool *s, struct schema_use *list, size_t n, struct err *err)
{
	struct search search = {list, n};

	return walk_matching(s, beginning, "\"type\":\"config.set\"", on_config, &search, err);
}

static int on_created(void *ctx, const struct event *ev, struct err *err)
{
	const struct search *s = ctx;
	const json_t *spec = json_object_get(ev->data, "spec");
	const json_t *refs = json_object_get(spec, "schemaRefs");
	struct schema_use *use = find(s, js_str_or(spec, "/schemaName", ""));
	size_t left = 0;

	(void)err;
	if (ev->type != EV_CREATED)
		return 0;
	if (use)
		use->used = 1;
	for (size_t i = 0; i < json_array_size(refs); i++) {
		use = find(s, json_string_value(json_array_get(refs, i)));
		if (use)
			use->used = 1;
	}
	for (size_t i = 0; i < s->n; i++)
		left += s->list[i].known && !s->list[i].used;
	return left == 0;
}

/* A few names are searched for one by one, since few events have them. */
int uses_tasks(const struct spool *s, struct schema_use *list, size_t n, struct err *err)
{
	struct search all = {list, n};
	char needle[NEEDLE_MAX];
	size_t known = 0;
	int rc = 0;

	for (size_t i = 0; i < n; i++)
		known += list[i].known != 0;
	if (known > ONE_BY_ONE)
		return walk_matching(s, beginning, "\"type\":\"task.created\"", on_created, &all, err);
	for (size_t i = 0; i < n && rc == 0; i++) {
		struct search one = {&list[i], 1};

		snprintf(needle, sizeof(needle), "\"%.64s\"", list[i].name);
		if (list[i].known)
			rc = walk_matching(s, beginning, needle, on_created, &one, err);
	}
	return rc;
}

void uses_release(struct schema_use *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		json_decref(list[i].doc);
		list[i].doc = NULL;
	}
}
