/*
 * Random histories through decide and evolve.  After each: evolving the written events from
 * nothing gives the state that the living world had (so a restart is a replay), a saved and loaded
 * world is the same world, the same inputs give the same events, and every task has walked a
 * path of the transition table to exactly one end; no task waits while somebody is free who
 * could be asked; and whoever is restarted at any moment, from a snapshot or from the journal, does
 * afterwards what would have been done without it.  ER_SEED and ER_ROUNDS choose the histories.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "engine/decide.h"
#include "engine/evolve.h"
#include "engine/route.h"
#include "engine/snapshot.h"
#include "engine/transition.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/message.h"

enum { TASKS = 60, STEPS = 600 };

struct sim {
	struct world *w;
	uint64_t rng, seq;
	int64_t now;
	struct buf journal; /* event lines */
	json_t *created[TASKS];
	struct id ids[TASKS];
	int n_tasks;
	uint64_t n_msgs;
	uint64_t restart_rng; /* 0: never restarted */
};

static uint64_t draw(struct sim *s, uint64_t n)
{
	s->rng ^= s->rng << 13;
	s->rng ^= s->rng >> 7;
	s->rng ^= s->rng << 17;
	return s->rng % n;
}

static int task_index(const struct sim *s, const struct id *id)
{
	for (int i = 0; i < s->n_tasks; i++)
		if (id_cmp(&s->ids[i], id) == 0)
			return i;
	return -1;
}

static void apply_decision(struct sim *s, struct decision *d, const char *msg)
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
		if (ev.type == EV_CREATED)
			s->created[task_index(s, &ev.task)] = json_incref(dr->data);
		ck_assert_msg(evolve(s->w, &ev, &err) == 0, "%s", err.msg);
	}
}

/* Nobody who could be asked is idle while a task waits. */
static void none_starves(const struct sim *s)
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

static void settle(struct sim *s)
{
	struct input in;
	struct decision d;
	struct err err = ERR_INIT;

	while (engine_next(s->w, s->now, &in)) {
		ck_assert_msg(decide(s->w, s->now, &in, &d, &err) == 0, "%s", err.msg);
		apply_decision(s, &d, NULL);
		if (d.n == 0 && in.kind == IN_ROUTE)
			engine_route_failed(s->w, &in.task, d.class_full);
		else
			ck_assert_uint_gt(d.n, 0); /* a timer that does nothing would spin */
		decision_release(&d);
	}
	none_starves(s);
}

static void set_config(struct sim *s, enum config_kind kind, const char *name, const char *text)
{
	struct err err = ERR_INIT;
	struct decision d;
	json_t *doc = js_parse(text, strlen(text), &js_limits_doc, &err);
	struct input in = {.kind = IN_CONFIG, .config_kind = kind, .config_name = name,
	                   .config_doc = doc};

	ck_assert_msg(doc != NULL, "%s", err.msg);
	ck_assert_msg(decide(s->w, s->now, &in, &d, &err) == 0, "%s: %s", name, err.msg);
	apply_decision(s, &d, NULL);
	decision_release(&d);
	json_decref(doc);
}

static const char *const workers[] = {"ana", "ben", "cho", "bot", "dot", "eve"};

static const char *const lanes[] = {"general", "fan", "open", "trusted"};

static void set_up(struct sim *s, uint64_t seed, uint64_t restart_rng)
{
	memset(s, 0, sizeof(*s));
	s->restart_rng = restart_rng;
	s->rng = seed * 0x9e3779b97f4a7c15u | 1;
	s->now = 1770000000000;
	s->w = world_new("test");
	buf_init(&s->journal, 0);
	set_config(s, CFG_WORKER, "ana", "{\"capacity\":2,\"skills\":[\"law\"]}");
	set_config(s, CFG_WORKER, "ben", "{\"capacity\":3}");
	set_config(s, CFG_WORKER, "cho", "{\"capacity\":0,\"trustLevel\":5}");
	set_config(s, CFG_WORKER, "bot",
	           "{\"kind\":\"exec\",\"exec\":{\"command\":[\"true\"]},\"capacity\":1}");
	set_config(s, CFG_POOL, "all", "{\"members\":[\"ana\",\"ben\",\"cho\",\"bot\"]}");
	set_config(s, CFG_LANE, "general",
	           "{\"pools\":[\"all\"],\"slaSeconds\":600,\"offerSeconds\":60,\"maxAttempts\":2}");
	set_config(s, CFG_ZONE, "Test/Zone", "{\"offset\":3600}");
	set_config(s, CFG_WORKER, "dot",
	           "{\"capacity\":2,\"hours\":{\"zone\":\"Test/Zone\",\"weekly\":{\"mon\":[\"00:00-03:10\","
	           "\"04:00-23:00\"],\"tue\":[\"01:00-01:30\"]}},\"costUsd\":\"2\"}");
	set_config(s, CFG_WORKER, "eve",
	           "{\"external\":true,\"away\":[{\"from\":\"2026-02-02T02:45:00Z\",\"until\":"
	           "\"2026-02-02T03:30:00Z\",\"delegate\":\"cho\"}]}");
	set_config(s, CFG_POOL, "mixed", "{\"kind\":\"hybrid\",\"members\":[\"ana\",\"dot\",\"eve\"]}");
	set_config(s, CFG_LANE, "fan",
	           "{\"pools\":[\"all\",\"mixed\"],\"slaSeconds\":300,\"offerSeconds\":40,\"offers\":"
	           "{\"mode\":\"fanOut\",\"atOnce\":3},\"sla\":{\"remindSeconds\":30},"
	           "\"scoring\":{\"explore\":\"0.3\"}}");
	set_config(s, CFG_LANE, "open",
	           "{\"pools\":[\"mixed\"],\"slaSeconds\":400,\"offers\":{\"mode\":\"claim\"},"
	           "\"sla\":{\"onBreach\":\"escalate\",\"escalateTo\":\"all\"}}");
	set_config(s, CFG_LANE, "trusted",
	           "{\"pools\":[\"all\"],\"slaSeconds\":500,\"offers\":{\"autoAssignTrust\":3},"
	           "\"sla\":{\"onBreach\":\"expire\"}}");
}

static struct message message(struct sim *s, const char *text)
{
	struct err err = ERR_INIT;
	struct message m;
	json_t *doc = js_parse(text, strlen(text), &js_limits_doc, &err);

	(void)s;
	ck_assert_msg(doc && message_parse(doc, &m, &err) == 0, "%s: %s", text, err.msg);
	return m;
}

static int send_text(struct sim *s, const char *text)
{
	struct err err = ERR_INIT;
	struct decision d = {.n = 0};
	struct message m = message(s, text);
	struct input in = {.kind = IN_MESSAGE, .msg = &m};
	struct input_docs docs;
	int rc;

	if (input_needs(s->w, &in, &docs))
		in.created = s->created[task_index(s, &docs.task)];
	rc = decide(s->w, s->now, &in, &d, &err);
	if (rc == 0)
		apply_decision(s, &d, m.id);
	else
		ck_assert(err.code == FAIL_CONFLICT || err.code == FAIL_DENIED ||
		          err.code == FAIL_NOT_FOUND);
	decision_release(&d);
	message_release(&m);
	settle(s);
	return rc;
}

static void msg_id(struct sim *s, char *out)
{
	struct id id;

	id_from_seq(&id, s->now, 1, ++s->n_msgs);
	id_format(&id, "msg_", out);
}

static void submit(struct sim *s)
{
	char id[ID_TEXT_MAX];
	struct buf text = BUF_INIT;

	if (s->n_tasks == TASKS)
		return;
	id_from_seq(&s->ids[s->n_tasks], s->now, 2, (uint64_t)s->n_tasks);
	id_format(&s->ids[s->n_tasks], "task_", id);
	s->n_tasks++;
	buf_addf(&text,
	         "{\"er\":1,\"type\":\"submit\",\"id\":\"%s\",\"from\":\"%s\",\"body\":{\"er\":1,"
	         "\"lane\":\"%s\",\"title\":\"t\",\"requirements\":{%s},\"webhook\":{\"url\":"
	         "\"https://x.example/h\"},\"schema\":{\"type\":\"object\",\"required\":[\"ok\"],"
	         "\"properties\":{\"ok\":{\"type\":\"boolean\"}}}}}",
	         id, draw(s, 3) ? "alice" : "ana", lanes[draw(s, NITEMS(lanes))],
	         draw(s, 4) ? "" : draw(s, 2) ? "\"skills\":[\"law\"]" : "\"trustLevel\":5");
	ck_assert_int_eq(send_text(s, buf_str(&text)), 0);
	ck_assert_int_eq(send_text(s, buf_str(&text)), 0); /* read twice: acts once */
	buf_release(&text);
}

static void verb(struct sim *s)
{
	static const char *const verbs[] = {"accept", "decline", "release", "start",
	                                    "block",  "reply",   "comment", "cancel"};
	static const char *const bodies[] = {"{}", "{\"reason\":\"no\"}", "{}", "{}",
	                                     "{\"text\":\"?\"}", "{\"text\":\"!\"}",
	                                     "{\"text\":\"hm\"}", "{}"};
	char id[ID_TEXT_MAX], mid[ID_TEXT_MAX], text[512];

	if (!s->n_tasks)
		return;
	id_format(&s->ids[draw(s, (uint64_t)s->n_tasks)], "task_", id);
	msg_id(s, mid);
	const char *who = workers[draw(s, NITEMS(workers))];
	size_t v = draw(s, NITEMS(verbs) + 4);
	if (v >= NITEMS(verbs))
		snprintf(text, sizeof(text),
		         "{\"er\":1,\"type\":\"answer\",\"id\":\"%s\",\"task\":\"%s\",\"from\":\"%s\","
		         "\"body\":{\"answer\":{\"ok\":%s}}}",
		         mid, id, who, draw(s, 2) ? "true" : "\"yes\"");
	else if (v == NITEMS(verbs) - 1 && draw(s, 5))
		return; /* cancels are rarer */
	else
		snprintf(text, sizeof(text),
		         "{\"er\":1,\"type\":\"%s\",\"id\":\"%s\",\"task\":\"%s\",\"from\":\"%s\","
		         "\"body\":%s}",
		         verbs[v], mid, id, who, bodies[v]);
	send_text(s, text);
}

static void webhook(struct sim *s)
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

/* ---- a world as text ---- */

static int by_id(const void *a, const void *b)
{
	const struct task *x = *(struct task *const *)a, *y = *(struct task *const *)b;

	return id_cmp(&x->id, &y->id);
}

static void describe_task(const struct task *t, struct buf *out)
{
	char id[ID_TEXT_MAX];

	buf_addf(out, "%s %s @%u last=%llu at=%lld/%lld/%lld/%lld b=%lld a=%d/%d d%d w%d b%d w%d m=%s",
	         id_format(&t->id, "task_", id), state_name((enum state)t->state),
	         t->index, (unsigned long long)t->last_seq, (long long)t->created_ms, (long long)t->warn_ms,
	         (long long)t->due_ms, (long long)t->expire_ms,
	         (long long)(t->state == ST_BLOCKED ? t->blocked_ms : 0), t->attempts,
	         t->max_attempts, t->deliver, t->warned, t->breached, t->waiting != WAITS_NOT,
	         t->match->key);
	buf_addf(out, " bk=%lld rm=%lld/%d %d%d%d%d%d", (long long)t->backup_ms, (long long)t->remind_ms,
	         t->reminders, t->alerted, t->want, t->fan, t->claim, t->told);
	for (int i = 0; i < t->n_assigns; i++)
		buf_addf(out, " %s:%d:%d:%d:%d:%d:%lld:%lld", t->assigns[i].worker->name,
		         t->assigns[i].state, t->assigns[i].declined, t->assigns[i].offers,
		         t->assigns[i].backup, t->assigns[i].load, (long long)t->assigns[i].since_ms,
		         t->assigns[i].state == AS_OFFERED ? (long long)t->assigns[i].offer_ends_ms : 0);
	buf_addc(out, '\n');
}

static int by_closed_id(const void *a, const void *b)
{
	return id_cmp(a, b);
}

static void describe_closed(const struct world *w, struct buf *out)
{
	struct id ids[TASKS];
	size_t n = 0;
	uint64_t content;

	for (size_t i = 0; i < w->closed.cap; i++)
		if (w->closed.slots[i].value)
			ids[n++] = w->closed.slots[i].id;
	qsort(ids, n, sizeof(*ids), by_closed_id);
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "closed %s\n", state_name(world_closed(w, &ids[i], &content)));
}

static void describe(const struct world *w, struct buf *out)
{
	struct task *order[TASKS];
	size_t n = 0;

	for (uint32_t i = 0; i < w->n_tasks; i++)
		if (world_at(w, i))
			order[n++] = world_at(w, i);
	qsort(order, n, sizeof(*order), by_id);
	buf_addf(out, "seq=%llu closed=%zu deliveries=%u timers=%zu\n", (unsigned long long)w->seq,
	         w->closed.n, HASH_COUNT(w->deliveries), w->timers.n);
	for (size_t i = 0; i < n; i++)
		describe_task(order[i], out);
	describe_closed(w, out);
	for (size_t i = 0; i < NITEMS(workers); i++) {
		const struct crew *c = world_find_crew(w, workers[i]);
		buf_addf(out, "%s %u\n", workers[i], c ? c->live : 0);
	}
}

static struct world *replayed(const struct sim *s)
{
	struct world *w = world_new("test");
	struct err err = ERR_INIT;

	for (const char *p = s->journal.data; *p;) {
		size_t n = strcspn(p, "\n");
		json_t *line = js_parse(p, n, &js_limits_own, &err);
		struct event ev = {.seq = 0};
		ck_assert_msg(line && event_parse(line, &ev, &err) == 0, "%s", err.msg);
		ck_assert_msg(evolve(w, &ev, &err) == 0, "%s", err.msg);
		json_decref(line);
		p += n + 1;
	}
	return w;
}

static struct world *reloaded(const struct world *live)
{
	struct buf state = BUF_INIT;
	struct world *w = world_new("test");
	struct err err = ERR_INIT;

	world_save(live, &state);
	ck_assert_msg(world_load(w, state.data, state.len, &err) == 0, "%s", err.msg);
	for (size_t cut = 0; cut < state.len; cut += 1 + state.len / 50) {
		struct world *torn = world_new("test");
		struct err why = ERR_INIT;
		ck_assert_int_eq(world_load(torn, state.data, cut, &why), -1);
		world_free(torn);
	}
	buf_release(&state);
	return w;
}

static void assert_same(const struct world *a, struct world *b, const char *what, uint64_t seed)
{
	struct buf x = BUF_INIT, y = BUF_INIT;

	describe(a, &x);
	describe(b, &y);
	ck_assert_msg(strcmp(buf_str(&x), buf_str(&y)) == 0, "seed %llu, %s:\n%s\nversus\n%s",
	              (unsigned long long)seed, what, buf_str(&x), buf_str(&y));
	buf_release(&x);
	buf_release(&y);
	world_free(b);
}

/* Half of the restarts load a snapshot, half replay the journal. */
static void restart(struct sim *s)
{
	if (!s->restart_rng)
		return;
	s->restart_rng = s->restart_rng * 6364136223846793005u + 1442695040888963407u;
	if (s->restart_rng >> 60)
		return;
	struct world *w = s->restart_rng >> 59 & 1 ? replayed(s) : reloaded(s->w);
	world_free(s->w);
	s->w = w;
}

static void run(struct sim *s, uint64_t seed, uint64_t restart_rng)
{
	set_up(s, seed, restart_rng);
	for (int i = 0; i < STEPS; i++) {
		restart(s);
		switch (draw(s, 6)) {
		case 0:
			submit(s);
			break;
		case 1:
			s->now += (int64_t)draw(s, 120000);
			settle(s);
			break;
		case 2:
			webhook(s);
			break;
		default:
			verb(s);
		}
	}
}

static void tear_down(struct sim *s)
{
	for (int i = 0; i < s->n_tasks; i++)
		json_decref(s->created[i]);
	buf_release(&s->journal);
	world_free(s->w);
}

static uint64_t env_or(const char *name, uint64_t dflt)
{
	const char *s = getenv(name);

	return s ? strtoull(s, NULL, 10) : dflt;
}

/* Up to the first line that differs. */
static void assert_same_journal(const struct sim *a, const struct sim *b, uint64_t seed)
{
	const char *x = buf_str(&a->journal), *y = buf_str(&b->journal);
	size_t line = 0;

	for (size_t i = 0; x[i] == y[i] && x[i]; i++)
		line = x[i] == '\n' ? i + 1 : line;
	ck_assert_msg(strcmp(x, y) == 0, "seed %llu: a restart made a difference:\n%.600s\nversus\n%.600s",
	              (unsigned long long)seed, x + line, y + line);
}

START_TEST(replay_equals_state)
{
	uint64_t first = env_or("ER_SEED", 1), rounds = env_or("ER_ROUNDS", 16);

	for (uint64_t seed = first; seed < first + rounds; seed++) {
		struct sim a, b;
		run(&a, seed, 0);
		assert_same(a.w, replayed(&a), "replay", seed);
		assert_same(a.w, reloaded(a.w), "snapshot", seed);
		run(&b, seed, seed);
		assert_same_journal(&a, &b, seed);
		tear_down(&a);
		tear_down(&b);
	}
}
END_TEST

START_TEST(every_task_ends_when_time_passes)
{
	struct sim s;

	run(&s, 4711, 0);
	for (int i = 0; i < 200; i++) {
		s.now += 600000;
		settle(&s);
	}
	ck_assert_uint_eq(HASH_COUNT(s.w->by_id), 0);
	ck_assert_uint_eq(s.w->closed.n, (size_t)s.n_tasks);
	ck_assert_uint_eq(s.w->timers.n, 0);
	for (size_t i = 0; i < NITEMS(workers); i++)
		{
		const struct crew *c = world_find_crew(s.w, workers[i]);
		ck_assert(!c || c->live == 0);
	}
	tear_down(&s);
}
END_TEST

START_TEST(used_key_with_other_content_is_a_conflict)
{
	struct sim s;
	char text[400], id[ID_TEXT_MAX];
	struct id key;

	set_up(&s, 9, 0);
	id_from_key(&key, "test", "k1");
	s.ids[s.n_tasks++] = key;
	const char *form = "{\"er\":1,\"type\":\"submit\",\"id\":\"%s\",\"from\":\"x\",\"key\":\"k1\","
	                   "\"body\":{\"er\":1,\"lane\":\"general\",\"title\":\"%s\"}}";
	snprintf(text, sizeof(text), form, id_format(&key, "task_", id), "one");
	ck_assert_int_eq(send_text(&s, text), 0);
	uint64_t seq = s.seq;
	ck_assert_int_eq(send_text(&s, text), 0);
	ck_assert_uint_eq(s.seq, seq);
	snprintf(text, sizeof(text), form, id, "two");
	ck_assert_int_eq(send_text(&s, text), -1);
	s.now += 100000000;
	settle(&s); /* closed by now: the key stays used */
	seq = s.seq;
	ck_assert_int_eq(send_text(&s, text), -1);
	snprintf(text, sizeof(text), form, id, "one");
	ck_assert_int_eq(send_text(&s, text), 0);
	ck_assert_uint_eq(s.seq, seq);
	tear_down(&s);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_replay");
	TCase *t = tcase_create("histories");

	tcase_set_timeout(t, 120);
	tcase_add_test(t, replay_equals_state);
	tcase_add_test(t, every_task_ends_when_time_passes);
	tcase_add_test(t, used_key_with_other_content_is_a_conflict);
	suite_add_tcase(s, t);
	SRunner *r = srunner_create(s);
	srunner_run_all(r, CK_NORMAL);
	int failed = srunner_ntests_failed(r);
	srunner_free(r);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
