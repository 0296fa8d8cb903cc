/*
 * A world with a virtual clock for tests of chains: submit, send, let time pass, read what
 * happened. With ${restart_at} the world is made anew, from a snapshot or from the journal, after
 * so many decisions; what it does then must not differ.
 */
#ifndef TESTS_ENGINE_CHAIN_KIT_H
#define TESTS_ENGINE_CHAIN_KIT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "engine/decide.h"
#include "engine/escalation.h"
#include "engine/evolve.h"
#include "engine/snapshot.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/message.h"
#include "model/schedule.h"
#include "model/taskview.h"
#include "kit.h"

#define T0 INT64_C(1774987200000) /* 2026-03-31T20:00:00Z */
enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };
enum { KIT_TASKS = 64, SETTLE_MAX = 10000 };

struct kit {
	struct world *w;
	int64_t now, step; /* step: how far the wall clock was set, beside now */
	uint64_t seq, msgs;
	struct buf journal;
	json_t *events; /* as parsed lines */
	json_t *created[KIT_TASKS];
	json_t *view[KIT_TASKS];
	struct id ids[KIT_TASKS];
	int n_tasks;
	long decisions, restart_at; /* -1: never */
	int from_journal;
	struct err refused;
};

static inline int kit_index(const struct kit *k, const struct id *id)
{
	for (int i = 0; i < k->n_tasks; i++)
		if (id_cmp(&k->ids[i], id) == 0)
			return i;
	ck_abort_msg("no such task");
	return -1;
}

/* The journal's positions are places in k->events. */
static inline struct journal_pos kit_pos(size_t i)
{
	return (struct journal_pos){1, (uint32_t)i, 1};
}

static inline const json_t *kit_data(const struct kit *k, struct journal_pos at)
{
	ck_assert_uint_eq(at.segment, 1);
	return json_object_get(json_array_get(k->events, at.offset), "data");
}

static inline void kit_replay(struct world *w, const json_t *events)
{
	struct err err = ERR_INIT;
	json_t *line;
	size_t i;

	json_array_foreach(events, i, line)
	{
		struct event ev;
		ck_assert_msg(event_parse(line, &ev, &err) == 0, "%s", err.msg);
		ev.pos = kit_pos(i);
		ck_assert_msg(evolve(w, &ev, &err) == 0, "%s", err.msg);
	}
}

static inline void kit_restart(struct kit *k)
{
	struct buf bytes = BUF_INIT;
	struct err err = ERR_INIT;
	struct world *w = world_new("test");

	if (k->from_journal) {
		kit_replay(w, k->events);
	} else {
		world_save(k->w, &bytes);
		ck_assert_msg(world_load(w, bytes.data, bytes.len, &err) == 0, "%s", err.msg);
	}
	world_free(k->w);
	k->w = w;
	buf_release(&bytes);
}

static inline int kit_knows(const struct kit *k, const struct id *id)
{
	for (int i = 0; i < k->n_tasks; i++)
		if (id_cmp(&k->ids[i], id) == 0)
			return 1;
	return 0;
}

static inline void kit_view(struct kit *k, const struct event *ev)
{
	struct err err = ERR_INIT;
	int i;

	if (!ev->has_task)
		return;
	if (ev->type == EV_CREATED && !kit_knows(k, &ev->task)) /* one of the engine's own */
		k->ids[k->n_tasks++] = ev->task;
	i = kit_index(k, &ev->task);
	if (ev->type == EV_CREATED) {
		k->created[i] = json_deep_copy(ev->data);
		k->view[i] = taskview_create(ev, &err);
	} else {
		ck_assert_msg(taskview_apply(k->view[i], ev, &err) == 0, "%s", err.msg);
	}
	ck_assert_msg(k->view[i] != NULL, "%s", err.msg);
}

static inline void kit_apply(struct kit *k, struct decision *d, const char *msg)
{
	struct err err = ERR_INIT;

	for (size_t i = 0; i < d->n; i++) {
		struct draft *dr = &d->events[i];
		struct event ev = {.type = dr->type,
				   .seq = ++k->seq,
				   .at_ms = k->now + k->step,
				   .has_task = dr->has_task,
				   .task = dr->task,
				   .state = dr->state,
				   .actor = dr->actor,
				   .msg = msg,
				   .data = dr->data};
		ev.pos = kit_pos(json_array_size(k->events));
		size_t from = k->journal.len;
		id_from_seq(&ev.id, T0, 7, ev.seq);
		event_encode(&ev, &k->journal);
		buf_adds(&k->journal, "}\n");
		json_array_append_new(
		    k->events,
		    js_parse(k->journal.data + from, k->journal.len - from, &js_limits_own, &err));
		ck_assert_msg(evolve(k->w, &ev, &err) == 0, "%s", err.msg);
		kit_view(k, &ev);
	}
	if (d->n && k->decisions++ == k->restart_at)
		kit_restart(k);
}

/* What decide wants to see of the journal. */
static inline void kit_docs(const struct kit *k, struct input *in)
{
	struct input_docs need;

	if (!input_needs(k->w, in, &need))
		return;
	in->created = kit_data(k, need.created);
	for (size_t i = 0; i < need.n; i++)
		in->answers[i] = kit_data(k, need.answers[i]);
	in->verdict = need.verdict.length ? kit_data(k, need.verdict) : NULL;
}

static inline void kit_settle(struct kit *k)
{
	struct input in;
	struct decision d;
	struct err err = ERR_INIT;

	for (int i = 0; engine_next(k->w, k->now + k->step, &in); i++) {
		ck_assert_int_lt(i, SETTLE_MAX); /* a storm */
		kit_docs(k, &in);
		ck_assert_msg(decide(k->w, k->now + k->step, &in, &d, &err) == 0, "%s", err.msg);
		size_t n = d.n;
		int full = d.class_full;
		kit_apply(k, &d, NULL);
		decision_release(&d);
		if (n == 0 && in.kind == IN_ROUTE)
			engine_route_failed(k->w, &in.task, full);
		else
			ck_assert_uint_gt(n, 0);
	}
}

/* Let time pass: every timer at its own instant. */
static inline void kit_until(struct kit *k, int64_t now)
{
	kit_settle(k);
	for (int64_t at; (at = engine_next_ms(k->w)) <= now + k->step;) {
		if (at - k->step > k->now)
			k->now = at - k->step;
		kit_settle(k);
	}
	k->now = now;
	kit_settle(k);
}

static inline void kit_after(struct kit *k, int64_t ms)
{
	kit_until(k, k->now + ms);
}

static inline void kit_set(struct kit *k, enum config_kind kind, const char *name, const char *text)
{
	struct err err = ERR_INIT;
	struct decision d;
	json_t *doc = text ? js_parse(text, strlen(text), &js_limits_doc, &err) : NULL;
	struct input in = {
	    .kind = IN_CONFIG, .config_kind = kind, .config_name = name, .config_doc = doc};

	ck_assert_msg(doc || !text, "%s: %s", name, err.msg);
	ck_assert_msg(decide(k->w, k->now + k->step, &in, &d, &err) == 0, "%s: %s", name, err.msg);
	kit_apply(k, &d, NULL);
	decision_release(&d);
	json_decref(doc);
	kit_settle(k);
}

static inline int kit_message(struct kit *k, const char *text)
{
	struct decision d = {.n = 0};
	struct message m;
	struct err bad = ERR_INIT;
	json_t *doc = js_parse(text, strlen(text), &js_limits_doc, &bad);

	ck_assert_msg(doc && message_parse(doc, &m, &bad) == 0, "%s: %s", text, bad.msg);
	struct input in = {.kind = IN_MESSAGE, .msg = &m};
	kit_docs(k, &in);
	err_clear(&k->refused);
	int rc = decide(k->w, k->now + k->step, &in, &d, &k->refused);
	if (rc == 0)
		kit_apply(k, &d, m.id);
	decision_release(&d);
	message_release(&m);
	kit_settle(k);
	return rc;
}

/* Trigger; returns the task's index. */
static inline int kit_trigger(struct kit *k, const char *from, const char *body)
{
	char id[ID_TEXT_MAX], text[4096];

	ck_assert_int_lt(k->n_tasks, KIT_TASKS);
	id_from_seq(&k->ids[k->n_tasks], T0, 2, (uint64_t)k->n_tasks);
	snprintf(text, sizeof(text),
		 "{\"er\":1,\"type\":\"submit\",\"id\":\"%s\",\"from\":\"%s\",\"body\":%s}",
		 id_format(&k->ids[k->n_tasks], "task_", id), from, body);
	int task = k->n_tasks++;
	ck_assert_msg(kit_message(k, text) == 0, "%s", k->refused.msg);
	return task;
}

/* 0, or -1 with k->refused. */
static inline int kit_say(struct kit *k, int task, const char *from, const char *type,
			  const char *body)
{
	char id[ID_TEXT_MAX], msg[ID_TEXT_MAX], text[4096];
	struct id raw;

	id_from_seq(&raw, T0, 1, ++k->msgs);
	snprintf(
	    text, sizeof(text),
	    "{\"er\":1,\"type\":\"%s\",\"id\":\"%s\",\"task\":\"%s\",\"from\":\"%s\",\"body\":%s}",
	    type, id_format(&raw, "msg_", msg), id_format(&k->ids[task], "task_", id), from, body);
	return kit_message(k, text);
}

/* The later stages have nothing to say of a chain's answers. */
static inline int passed_behind_schema(const json_t *ev)
{
	return strcmp(js_str_or(ev, "/type", ""), "task.check_passed") == 0 &&
	       strcmp(js_str_or(ev, "/data/stage", ""), "schema") != 0;
}

/* "+300 escalation.escalated 2": what happened to a task, seconds since the trigger, of the types
 * that begin with ${prefix}; a level where there is one, a worker else. */
static inline char *kit_story(const struct kit *k, int task, const char *prefix)
{
	static char out[8192];
	char id[ID_TEXT_MAX];
	size_t i, n = 0;
	int64_t first = -1, at;
	json_t *ev;

	out[0] = '\0';
	id_format(&k->ids[task], "task_", id);
	json_array_foreach(k->events, i, ev)
	{
		const char *type = js_str_or(ev, "/type", "");
		char level[32];
		if (strcmp(js_str_or(ev, "/task", ""), id) != 0)
			continue;
		time_parse(js_str_or(ev, "/at", ""), &at, NULL);
		if (first < 0)
			first = at;
		if (strncmp(type, prefix, strlen(prefix)) != 0 || passed_behind_schema(ev))
			continue;
		snprintf(level, sizeof(level), "%lld", (long long)js_int_or(ev, "/data/level", 0));
		int leveled = strcmp(type, "escalation.escalated") == 0 ||
			      strcmp(type, "escalation.triggered") == 0;
		n += (size_t)snprintf(out + n, sizeof(out) - n, "+%lld %s %s %s\n",
				      (long long)(at - first) / SECOND, strchr(type, '.') + 1,
				      leveled ? level : js_str_or(ev, "/data/worker", "-"),
				      js_str_or(ev, "/data/reason", ""));
	}
	return out;
}

static inline void kit_story_is(const struct kit *k, int task, const char *prefix, const char *want)
{
	ck_assert_str_eq(kit_story(k, task, prefix), want);
}

static inline const struct task *kit_task(const struct kit *k, int task)
{
	return world_task(k->w, &k->ids[task]);
}

static inline const char *kit_view_text(const struct kit *k, int task, const char *pointer)
{
	return js_str_or(k->view[task], pointer, "");
}

static const char seed_chain[] =
    "{\"name\":\"support-escalation\",\"levels\":["
    "{\"agentId\":\"support-agent\",\"timeoutSeconds\":300},"
    "{\"agentId\":\"senior-agent\",\"timeoutSeconds\":600,\"confidenceThreshold\":0.5},"
    "{\"agentId\":\"human-escalation\",\"timeoutSeconds\":3600}]}";
static const char seed_trigger[] =
    "{\"chain\":\"support-escalation\","
    "\"reason\":\"Customer cannot access their account after password reset\","
    "\"context\":{\"ticketId\":\"T-4821\",\"severity\":\"high\"}}";

static inline struct kit kit_new(void)
{
	struct kit k = {.now = T0, .restart_at = -1, .refused = ERR_INIT};

	k.w = world_new("test");
	k.events = json_array();
	buf_init(&k.journal, 0);
	return k;
}

/* The seed's chain among people. */
static inline void kit_people(struct kit *k, const char *chain)
{
	kit_set(k, CFG_WORKER, "support-agent", "{}");
	kit_set(k, CFG_WORKER, "senior-agent", "{}");
	kit_set(k, CFG_WORKER, "ana", "{}");
	kit_set(k, CFG_WORKER, "ben", "{}");
	kit_set(k, CFG_POOL, "human-escalation", "{\"members\":[\"ana\",\"ben\"]}");
	kit_set(k, CFG_CHAIN, "support-escalation", chain);
}

static inline void kit_free(struct kit *k)
{
	for (int i = 0; i < k->n_tasks; i++) {
		json_decref(k->created[i]);
		json_decref(k->view[i]);
	}
	json_decref(k->events);
	buf_release(&k->journal);
	world_free(k->w);
}

/* ${day} over again with a restart behind each decision in turn, from the state and from the journal:
 * what ${plain} has seen without one happens each time. */
static inline void kit_same_after_restarts(const struct kit *plain, void (*day)(struct kit *))
{
	for (long at = 0; at < 2 * plain->decisions; at++) {
		struct kit k = kit_new();
		k.restart_at = at / 2;
		k.from_journal = at % 2;
		day(&k);
		ck_assert_msg(k.journal.len == plain->journal.len &&
		                  memcmp(k.journal.data, plain->journal.data, k.journal.len) == 0,
		              "a restart after decision %ld changes what happens", at / 2);
		kit_free(&k);
	}
}

#endif
