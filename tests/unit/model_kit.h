/*
 * model_kit.h -- what the tests of lib/model share: files, the example's configuration,
 * events with fixed ids and times.  Run from the top of the tree.
 */
#ifndef MODEL_KIT_H
#define MODEL_KIT_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "model/config.h"
#include "model/event.h"
#include "json_kit.h"

/* Whole file; NULL when it does not open. */
KIT char *kit_slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	struct buf b;
	char chunk[4096];
	size_t n;

	if (!f)
		return NULL;
	buf_init(&b, 0);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(&b, chunk, n);
	fclose(f);
	if (b.len == 0)
		buf_adds(&b, "");
	return b.len ? buf_detach(&b) : mem_strdup("");
}

KIT json_t *kit_file(const char *path)
{
	char *text = kit_slurp(path);
	json_t *v;

	ck_assert_msg(text != NULL, "cannot open %s", path);
	v = kit_parse(text);
	free(text);
	return v;
}

KIT char *kit_text(const json_t *v)
{
	struct buf b;

	buf_init(&b, 0);
	js_dump(&b, v, JS_COMPACT);
	return buf_detach(&b);
}

KIT void kit_set(struct config *c, enum config_kind kind, const char *name, const char *text)
{
	struct err err = ERR_INIT;
	json_t *doc = kit_parse(text);

	ck_assert_msg(config_set(c, kind, name, doc, &err) == 0, "%s: %s", name, err.msg);
	json_decref(doc);
}

KIT void kit_load_dir(struct config *c, enum config_kind kind)
{
	char dir[256], path[600], name[256];
	struct err err = ERR_INIT;
	struct dirent *e;
	DIR *d;

	snprintf(dir, sizeof(dir), "spool-example/etc/%s", config_dirs[kind]);
	d = opendir(dir);
	while (d && (e = readdir(d))) {
		size_t n = strlen(e->d_name);
		json_t *doc;

		if (n < 6 || strcmp(e->d_name + n - 5, ".json") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		snprintf(name, sizeof(name), "%.*s", (int)n - 5, e->d_name);
		doc = kit_file(path);
		ck_assert_msg(config_set(c, kind, name, doc, &err) == 0, "%s: %s", path, err.msg);
		json_decref(doc);
	}
	if (d)
		closedir(d);
}

/* spool-example/etc */
KIT struct config *kit_example(void)
{
	struct config *c = config_new();

	for (int k = 0; k < CFG_COUNT; k++)
		kit_load_dir(c, (enum config_kind)k);
	return c;
}

#define KIT_T0 INT64_C(1774987200000) /* 2026-03-31T20:00:00Z */

/* The ${seq}-th event of the test task, ten seconds after the one before. Steals data. */
KIT struct event kit_event(uint64_t seq, enum event_type type, enum state state, json_t *data)
{
	struct event ev = {.type = type, .seq = seq, .at_ms = KIT_T0 + (int64_t)seq * 10000,
	                   .has_task = 1, .state = state, .actor = "erd", .data = data};

	id_from_seq(&ev.id, ev.at_ms, 7, seq);
	id_from_key(&ev.task, "example", "the test task");
	return ev;
}

#endif
