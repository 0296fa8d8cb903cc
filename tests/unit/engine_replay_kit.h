/*
 * A world that lives through random messages, timers and restarts, for tests that ask whether all
 * of it could be told again: from the journal, from a snapshot.  ${rng} draws what happens,
 * ${restart_rng} when the world is made anew: what happens must not depend on it.
 */
#ifndef TESTS_ENGINE_REPLAY_KIT_H
#define TESTS_ENGINE_REPLAY_KIT_H

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "engine/decide.h"
#include "engine/evolve.h"
#include "engine/reputation.h"
#include "engine/route.h"
#include "engine/snapshot.h"
#include "engine/transition.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/message.h"

enum { SIM_TASKS = 1024, SETTLE_MAX = 3000, SIM_SUBMITS = 60 };

struct sim {
	struct world *w;
	uint64_t rng, seq, seed;
	int64_t now;
	struct buf journal; /* event lines */
	json_t *data;       /* of each event, in their order */
	struct id ids[SIM_TASKS];
	int n_tasks, n_submits;
	uint64_t n_msgs;
	uint64_t restart_rng; /* 0: never restarted */
	int restart_within;   /* also between two decisions */
	const char *const *workers;
	size_t n_workers;
	const char *const *lanes;
	size_t n_lanes;
	void (*saw)(struct sim *s, const struct event *ev); /* or NULL: each event, behind evolve */
	void (*settled)(struct sim *s);                     /* or NULL */
	void *ctx;
};

static inline uint64_t draw(struct sim *s, uint64_t n)
{
	s->rng ^= s->rng << 13;
	s->rng ^= s->rng >> 7;
	s->rng ^= s->rng << 17;
	return s->rng % n;
}

static inline int task_index(const struct sim *s, const struct id *id)
{
	for (int i = 0; i < s->n_tasks; i++)
		if (id_cmp(&s->ids[i], id) == 0)
			return i;
	return -1;
}

static inline uint64_t env_or(const char *name, uint64_t dflt)
{
	const char *s = getenv(name);

	return s ? strtoull(s, NULL, 10) : dflt;
}

/* ---- the journal ---- */

/* Before a failure, when ER_TELL asks for it. */
static inline void tell_journal(const struct sim *s)
{
	if (env_or("ER_TELL", 0))
		fprintf(stderr, "%s", buf_str(&s->journal));
}

/* Its positions are places in s->data. */
static inline struct journal_pos sim_pos(size_t i)
{
	return (struct journal_pos){1, (uint32_t)i, 1};
}

static inline const json_t *sim_data(const struct sim *s, struct journal_pos at)
{
	ck_assert_uint_eq(at.segment, 1);
	return json_array_get(s->data, at.offset);
}

static inline struct world *replayed(const struct sim *s)
{
	struct world *w = world_new("test");
	struct err err = ERR_INIT;
	size_t i = 0;

	for (const char *p = buf_str(&s->journal); *p; i++) {
		size_t n = strcspn(p, "\n");
		json_t *line = js_parse(p, n, &js_limits_own, &err);
		struct event ev = {.seq = 0};
		ck_assert_msg(line && event_parse(line, &ev, &err) == 0, "%s", err.msg);
		ev.pos = sim_pos(i);
		ck_assert_msg(evolve(w, &ev, &err) == 0, "%s", err.msg);
		json_decref(line);
		p += n + 1;
	}
	return w;
}

static inline struct world *reloaded(const struct world *live)
{
	struct buf state = BUF_INIT;
	struct world *w = world_new("test");
	struct err err = ERR_INIT;

	world_save(live, &state);
	ck_assert_msg(world_load(w, state.data, state.len, &err) == 0, "%s", err.msg);
	buf_release(&state);
	return w;
}

/* A snapshot that is cut off anywhere is no snapshot. */
static inline void torn_is_refused(const struct world *live)
{
	struct buf state = BUF_INIT;

	world_save(live, &state);
	for (size_t cut = 0; cut < state.len; cut += 1 + state.len / 50) {
		struct world *torn = world_new("test");
		struct err why = ERR_INIT;
		ck_assert_int_eq(world_load(torn, state.data, cut, &why), -1);
		world_free(torn);
	}
	buf_release(&state);
}

/* One in ${rarely} calls; half of the restarts load a snapshot, half replay the journal. */
static inline void restart(struct sim *s, unsigned rarely)
{
	if (!s->restart_rng)
		return;
	s->restart_rng = s->restart_rng * 6364136223846793005u + 1442695040888963407u;
	if ((s->restart_rng >> 40) % rarely)
		return;
	struct world *w = s->restart_rng >> 39 & 1 ? replayed(s) : reloaded(s->w);
	world_free(s->w);
	s->w = w;
}

static inline void apply_decision(struct sim *s, struct decision *d, const char *msg)
{
	struct err err = ERR_INIT;

	for (size_t i = 0; i < d->n; i++) {
		struct draft *dr = &d->events[i];
		struct event ev = {.type = dr->type, .seq = ++s->seq, .at_ms = s->now,
		                   .has_task = dr->has_task, .task = dr->task, .state = dr->state,
		                   .actor = dr->actor, .msg = msg, .data = dr->data};
		id_from_seq(&ev.id, s->now, 7, ev.seq);
		event_encode(&ev, &s->journal);
		buf_adds(&s->journal, "}\n");
		ev.pos = sim_pos(json_array_size(s->data));
		json_array_append_new(s->data, ev.data ? json_incref(dr->data) : json_null());
		int known = task_index(s, &ev.task) >= 0; /* else one of the engine's own */
		if (ev.type == EV_CREATED && !known) {
			ck_assert_int_lt(s->n_tasks, SIM_TASKS);
			s->ids[s->n_tasks++] = ev.task;
		}
		int rc = evolve(s->w, &ev, &err);
		if (rc != 0)
			tell_journal(s);
		ck_assert_msg(rc == 0, "seed %llu: %s", (unsigned long long)s->seed, err.msg);
		if (s->saw)
			s->saw(s, &ev);
	}
}

/* ---- what happens ---- */

/* Nobody who could be asked is idle while a task waits. */
static inline void none_starves(const struct sim *s)
{
	struct choice c;

	for (uint32_t i = 0; i < s->w->n_tasks; i++) {
		struct task *t = world_at(s->w, i);
		if (!t || !task_wants(t))
			continue;
		route_choose(s->w, t, s->now, NULL, &c);
		ck_assert_ptr_null(c.worker);
	}
}

/* What decide wants to see of the journal. */
static inline void give_docs(const struct sim *s, struct input *in)
{
	struct input_docs need;

	if (!input_needs(s->w, in, &need))
		return;
	in->created = sim_data(s, need.created);
	for (size_t i = 0; i < need.n; i++)
		in->answers[i] = sim_data(s, need.answers[i]);
	in->verdict = need.verdict.length ? sim_data(s, need.verdict) : NULL;
}

static inline void settle(struct sim *s)
{
	struct input in;
	struct decision d;
	struct err err = ERR_INIT;

	for (int i = 0; engine_next(s->w, s->now, &in); i++) {
		ck_assert_msg(i < SETTLE_MAX, "seed %llu: a storm", (unsigned long long)s->seed);
		give_docs(s, &in);
		ck_assert_msg(decide(s->w, s->now, &in, &d, &err) == 0, "%s", err.msg);
		apply_decision(s, &d, NULL);
		if (d.n == 0 && in.kind == IN_ROUTE)
			engine_route_failed(s->w, &in.task, d.class_full);
		else /* a timer that does nothing would spin */
			ck_assert_msg(d.n > 0, "seed %llu: nothing for input %d",
			              (unsigned long long)s->seed, in.kind);
		decision_release(&d);
		if (s->restart_within)
			restart(s, 400);
	}
	none_starves(s);
	if (s->settled)
		s->settled(s);
}

static inline void set_config(struct sim *s, enum config_kind kind, const char *name,
                              const char *text)
{
	struct err err = ERR_INIT;
	struct decision d;
	json_t *doc = js_parse(text, strlen(text), &js_limits_doc, &err);
	struct input in = {.kind = IN_CONFIG, .config_kind = kind, .config_name = name,
	                   .config_doc = doc};

	ck_assert_msg(doc != NULL, "%s: %s", text, err.msg);
	ck_assert_msg(decide(s->w, s->now, &in, &d, &err) == 0, "%s: %s %s: %s", name, err.field,
	              err.msg, text);
	apply_decision(s, &d, NULL);
	decision_release(&d);
	json_decref(doc);
}

static inline void sim_init(struct sim *s, uint64_t seed, uint64_t restart_rng)
{
	memset(s, 0, sizeof(*s));
	s->seed = seed;
	s->restart_rng = restart_rng;
	s->rng = seed * 0x9e3779b97f4a7c15u | 1;
	s->now = 1770000000000;
	s->w = world_new("test");
	s->data = json_array();
	buf_init(&s->journal, 0);
}

/* 0, or -1: refused for a reason that a wild message may be refused for. */
static inline int send_text(struct sim *s, const char *text)
{
	struct err err = ERR_INIT;
	struct decision d = {.n = 0};
	struct message m;
	json_t *doc = js_parse(text, strlen(text), &js_limits_doc, &err);

	ck_assert_msg(doc && message_parse(doc, &m, &err) == 0, "%s: %s", text, err.msg);
	struct input in = {.kind = IN_MESSAGE, .msg = &m};
	give_docs(s, &in);
	int rc = decide(s->w, s->now, &in, &d, &err);
	if (rc == 0)
		apply_decision(s, &d, m.id);
	else
		ck_assert_msg(err.code == FAIL_CONFLICT || err.code == FAIL_DENIED ||
		              err.code == FAIL_NOT_FOUND, "%s: %s", text, err.msg);
	decision_release(&d);
	message_release(&m);
	settle(s);
	return rc;
}

static inline void msg_id(struct sim *s, char *out)
{
	struct id id;

	id_from_seq(&id, s->now, 1, ++s->n_msgs);
	id_format(&id, "msg_", out);
}

/* Of no task when ${task} is NULL. */
static inline int say(struct sim *s, const struct id *task, const char *from, const char *type,
                      const char *body)
{
	char id[ID_TEXT_MAX], mid[ID_TEXT_MAX];
	struct buf text = BUF_INIT;

	msg_id(s, mid);
	buf_addf(&text, "{\"er\":1,\"type\":\"%s\",\"id\":\"%s\",", type, mid);
	if (task)
		buf_addf(&text, "\"task\":\"%s\",", id_format(task, "task_", id));
	buf_addf(&text, "\"from\":\"%s\",\"body\":%s}", from, body);
	int rc = send_text(s, buf_str(&text));
	buf_release(&text);
	return rc;
}

/* ${members}: what the body has beside its lane and title. */
static inline void submit(struct sim *s, const char *from, const char *members)
{
	char id[ID_TEXT_MAX];
	struct buf text = BUF_INIT;

	if (s->n_submits == SIM_SUBMITS)
		return;
	struct id *own = &s->ids[s->n_tasks++];
	id_from_seq(own, s->now, 2, (uint64_t)s->n_submits++);
	buf_addf(&text,
	         "{\"er\":1,\"type\":\"submit\",\"id\":\"%s\",\"from\":\"%s\",\"body\":{\"er\":1,"
	         "\"lane\":\"%s\",\"title\":\"t\"%s}}",
	         id_format(own, "task_", id), from, s->lanes[draw(s, s->n_lanes)], members);
	ck_assert_int_eq(send_text(s, buf_str(&text)), 0);
	ck_assert_int_eq(send_text(s, buf_str(&text)), 0); /* read twice: acts once */
	buf_release(&text);
}

static inline void webhook(struct sim *s)
{
	static const enum event_type types[] = {EV_WEBHOOK_DELIVERED, EV_WEBHOOK_RETRY,
	                                        EV_WEBHOOK_DEAD};
	struct delivery *dl = s->w->deliveries;
	struct err err = ERR_INIT;
	struct decision d;

	if (!dl)
		return;
	json_t *data = json_object();
	js_set_int(data, "seq", (int64_t)dl->seq);
	js_set_int(data, "attempt", (int64_t)dl->attempts + 1);
	js_set_time(data, "nextAt", s->now + 5000);
	struct input in = {.kind = IN_WEBHOOK, .task = dl->task, .webhook = types[draw(s, 3)],
	                   .webhook_data = data};
	ck_assert_int_eq(decide(s->w, s->now, &in, &d, &err), 0);
	apply_decision(s, &d, NULL);
	decision_release(&d);
	json_decref(data);
}

/* Until nothing is open any more. */
static inline void pass_time(struct sim *s)
{
	for (int i = 0; i < 400 && HASH_COUNT(s->w->by_id); i++) {
		s->now += 600000;
		settle(s);
	}
}

static inline void tear_down(struct sim *s)
{
	json_decref(s->data);
	buf_release(&s->journal);
	world_free(s->w);
}

#endif
