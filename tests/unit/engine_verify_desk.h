/*
 * engine_verify_desk.h -- a desk of four whose answers are verified: who is asked, what is said,
 * which stages passed.
 */
#ifndef ENGINE_VERIFY_DESK_H
#define ENGINE_VERIFY_DESK_H

#include "engine_desk.h"

static const char *const people[] = {"ana", "bo", "cy", "di"};

static inline void desk(struct kit *k, const char *verify)
{
	char lane[1024], worker[128];

	kit_set(k, CFG_POOL, "p", "{\"members\":[\"ana\",\"bo\",\"cy\",\"di\"]}");
	kit_set(k, CFG_POOL, "seniors", "{\"members\":[\"eva\",\"ana\"]}");
	for (size_t i = 0; i < NITEMS(people); i++) {
		snprintf(worker, sizeof(worker), "{\"kind\":\"human\",\"capacity\":0}");
		kit_set(k, CFG_WORKER, people[i], worker);
	}
	kit_set(k, CFG_WORKER, "eva", "{\"kind\":\"human\"}");
	kit_set(k, CFG_LANE, "review", "{\"pools\":[\"seniors\"],\"slaSeconds\":3600}");
	snprintf(lane, sizeof(lane),
	         "{\"pools\":[\"p\"],\"slaSeconds\":7200,\"maxAttempts\":3,"
	         "\"scoring\":{\"explore\":\"0\"},\"schema\":{\"type\":\"object\","
	         "\"required\":[\"ok\"],\"properties\":{\"ok\":{\"type\":\"boolean\"}}},"
	         "\"verify\":%s}", verify);
	kit_set(k, CFG_LANE, "l", lane);
}

/* Whoever has an offer of it. */
static inline const char *asked(const struct kit *k, int task)
{
	const struct task *t = kit_task(k, task);

	for (int i = 0; t && i < t->n_assigns; i++)
		if (t->assigns[i].state == AS_OFFERED)
			return t->assigns[i].worker->name;
	return NULL;
}

static inline const char *answer(struct kit *k, int task, const char *body)
{
	const char *who = asked(k, task);
	static char name[64];

	ck_assert_msg(who != NULL, "nobody is asked: %s", kit_story(k, task, "task."));
	snprintf(name, sizeof(name), "%s", who);
	ck_assert_msg(kit_say(k, task, name, "answer", body) == 0, "%s", k->refused.msg);
	return name;
}

static const char yes[] = "{\"answer\":{\"ok\":true}}", no[] = "{\"answer\":{\"ok\":false}}";

static inline int checks(const struct kit *k, int task, const char *type, const char *stage)
{
	char id[ID_TEXT_MAX];
	int n = 0;

	id_format(&k->ids[task], "task_", id);
	for (size_t i = 0; i < json_array_size(k->events); i++) {
		const json_t *ev = json_array_get(k->events, i);
		n += strcmp(js_str_or(ev, "/task", ""), id) == 0 &&
		     strcmp(js_str_or(ev, "/type", ""), type) == 0 &&
		     strcmp(js_str_or(ev, "/data/stage", ""), stage) == 0;
	}
	return n;
}

static inline void all_six(const struct kit *k, int task)
{
	for (int s = 0; s < STAGE_COUNT; s++)
		ck_assert_msg(checks(k, task, "task.check_passed", stage_names[s]) > 0, "%s: %s",
		              stage_names[s], kit_story(k, task, "task."));
}

static inline const char *state_of(const struct kit *k, int task)
{
	return kit_view_text(k, task, "/state");
}

#endif
