/* For tests of routing: engine_chain_kit.h, with a small desk and what it tends to be asked. */
#ifndef TESTS_ENGINE_DESK_H
#define TESTS_ENGINE_DESK_H

#include "engine_chain_kit.h"

#include "engine/outlook.h"
#include "engine/route.h"

static inline int desk_submit(struct kit *k, const char *from, const char *members)
{
	char body[1024];

	snprintf(body, sizeof(body), "{\"er\":1,\"lane\":\"l\",\"title\":\"t\"%s%s}",
	         *members ? "," : "", members);
	return kit_trigger(k, from, body);
}

static inline const struct assign *desk_assign(const struct kit *k, int task, const char *worker)
{
	const struct task *t = kit_task(k, task);

	return t ? task_assign_of(t, worker) : NULL;
}

static inline int desk_has(const struct kit *k, int task, const char *worker, enum assign_state s)
{
	const struct assign *a = desk_assign(k, task, worker);

	return a && a->state == s;
}

/* The last event of this type, or NULL. */
static inline const json_t *desk_last(const struct kit *k, const char *type)
{
	for (size_t i = json_array_size(k->events); i-- > 0;)
		if (strcmp(js_str_or(json_array_get(k->events, i), "/type", ""), type) == 0)
			return json_array_get(k->events, i);
	return NULL;
}

static inline int desk_count(const struct kit *k, const char *type)
{
	int n = 0;

	for (size_t i = 0; i < json_array_size(k->events); i++)
		n += strcmp(js_str_or(json_array_get(k->events, i), "/type", ""), type) == 0;
	return n;
}

static inline int desk_ok(struct kit *k, int task, const char *who, const char *type)
{
	return kit_say(k, task, who, type,
	               strcmp(type, "answer") == 0 ? "{\"answer\":{\"ok\":true}}" : "{}");
}

static inline int desk_main(const char *name, TCase *t)
{
	Suite *s = suite_create(name);

	tcase_set_timeout(t, 120);
	suite_add_tcase(s, t);
	return kit_run(s);
}

#endif
