/*
 * Random histories of answers that are verified: held, agreed on, judged by programs, reviewed,
 * gold among them, workers suspended and let in again, lanes that change meanwhile.  Of each
 * history engine_replay_audit.h says what must hold; and it can be told again from the journal or a
 * snapshot, at any moment, also between two decisions.  ER_SEED and ER_ROUNDS choose the histories;
 * ER_TELL=1 counts what happened in them.
 */
#include "kit.h"
#include "engine_replay_audit.h"
#include "engine_replay_lanes.h"
#include "engine_replay_text.h"

enum { STEPS = 450 };

/* Mostly one that somebody has. */
static const struct id *some_task(struct sim *s)
{
	for (int i = 0; i < 12; i++) {
		const struct id *id = &s->ids[draw(s, (uint64_t)s->n_tasks)];
		const struct task *t = world_task(s->w, id);
		if (t && task_live_assign(t, NULL))
			return id;
	}
	return &s->ids[draw(s, (uint64_t)s->n_tasks)];
}

/* Mostly somebody who has it. */
static const char *some_worker(struct sim *s, const struct id *id)
{
	const struct task *t = world_task(s->w, id);
	struct assign *a = NULL;

	if (!t || !draw(s, 8) || !task_live_assign(t, NULL))
		return one_of(s, workers, NITEMS(workers));
	while ((a = task_live_assign(t, a)))
		if (draw(s, 2))
			return a->worker->name;
	return task_live_assign(t, NULL)->worker->name;
}

static void submit_any(struct sim *s)
{
	static const char *const risks[] = {"low", "medium", "high", "critical"};
	char members[512];

	snprintf(members, sizeof(members), ",\"risk\":\"%s\",\"schema\":" SCHEMA,
	         one_of(s, risks, NITEMS(risks)));
	submit(s, draw(s, 4) ? "alice" : "ana", members);
}

static void verdict(struct sim *s, const struct id *task, const char *who)
{
	static const char *const verdicts[] = {
		"{\"answer\":{\"verdict\":\"confirm\"}}", "{\"answer\":{\"verdict\":\"confirm\"}}",
		"{\"answer\":{\"verdict\":\"correct\",\"answer\":{\"ok\":true,\"n\":3}}}",
		"{\"answer\":{\"verdict\":\"correct\",\"answer\":{\"ok\":3}}}",
		"{\"answer\":{\"verdict\":\"correct\"}}",
		"{\"answer\":{\"verdict\":\"reject\",\"reason\":\"no\"}}"};

	say(s, task, who, "answer", one_of(s, verdicts, NITEMS(verdicts)));
}

static void answer(struct sim *s, const struct id *task)
{
	static const char *const categories[] = {"", "", ",\"c\":\"a\"", ",\"c\":\"b\""};
	static const char *const numbers[] = {"", ",\"n\":3", ",\"n\":3", ",\"n\":4", ",\"n\":9"};
	const struct task *t = world_task(s->w, task);
	const char *who = some_worker(s, task);
	char body[200];

	if (t && t->reviews) {
		verdict(s, task, who);
		return;
	}
	int good = draw(s, 8) != 0, liar = strcmp(who, "gus") == 0 || strcmp(who, "bot") == 0;
	snprintf(body, sizeof(body), "{\"answer\":{\"ok\":%s%s%s}}",
	         draw(s, 20) == 0 ? "7" : good != liar ? "true" : "false",
	         one_of(s, numbers, NITEMS(numbers)), one_of(s, categories, NITEMS(categories)));
	say(s, task, who, "answer", body);
}

static void checked(struct sim *s)
{
	char body[200];

	for (int n = 0; n < s->n_tasks; n++) {
		const struct id *id = &s->ids[n];
		const struct task *t = world_task(s->w, id);
		for (int i = 0; t && i < t->n_assigns; i++) {
			const struct assign *a = &t->assigns[i];
			if (a->state != AS_HELD || a->awaits != AWAITS_PROGRAMS || draw(s, 3) == 0)
				continue;
			const char *who = draw(s, 10) ? a->worker->name
			                              : one_of(s, workers, NITEMS(workers));
			snprintf(body, sizeof(body),
			         "{\"worker\":\"%s\",\"attempt\":%d,\"passed\":%s}", who,
			         a->attempt + (draw(s, 6) == 0),
			         draw(s, 4)   ? "true"
			         : draw(s, 4) ? "false"
			                      : "false,\"absent\":\"p\"");
			say(s, id, "erd", "checked", body);
			return;
		}
	}
}

static void reassign(struct sim *s, const struct id *id)
{
	struct buf body = BUF_INIT;

	buf_addf(&body, "{\"force\":%s", draw(s, 2) ? "true" : "false");
	if (draw(s, 2))
		buf_addf(&body, ",\"worker\":\"%s\"", some_worker(s, id));
	if (draw(s, 2))
		buf_addf(&body, ",\"to\":\"%s\"", one_of(s, workers, NITEMS(workers)));
	buf_addc(&body, '}');
	say(s, id, "op", "reassign", buf_str(&body));
	buf_release(&body);
}

static void reinstate(struct sim *s)
{
	char body[128];

	snprintf(body, sizeof(body), "{\"worker\":\"%s\",\"lane\":\"%s\"}",
	         one_of(s, workers, NITEMS(workers)), one_of(s, lanes, NITEMS(lanes)));
	say(s, NULL, "op", "reinstate", body);
}

static void verb(struct sim *s)
{
	static const char *const verbs[] = {"accept", "start", "decline", "release", "block",
	                                    "comment"};
	static const char *const bodies[] = {"{}", "{}", "{\"reason\":\"no\"}", "{}",
	                                     "{\"text\":\"?\"}", "{\"text\":\"hm\"}"};
	if (!s->n_tasks)
		return;
	const struct id *task = some_task(s);
	uint64_t v = draw(s, 40);
	if (v < 6)
		say(s, task, some_worker(s, task), verbs[v], bodies[v]);
	else if (v < 8)
		say(s, task, "alice", "reply", "{\"text\":\"!\"}");
	else if (v == 8 && draw(s, 2))
		say(s, task, "alice", "cancel", "{}");
	else if (v == 9)
		reassign(s, task);
	else if (v == 10)
		reinstate(s);
	else if (v < 16)
		checked(s);
	else
		answer(s, task);
}

static void set_clock(struct sim *s)
{
	int64_t by = (int64_t)draw(s, 7200000) - 3600000;
	struct input in;
	struct decision d;
	struct err err = ERR_INIT;

	s->now += by;
	if (!engine_clock(s->w, s->now, by, &in))
		return;
	ck_assert_int_eq(decide(s->w, s->now, &in, &d, &err), 0);
	apply_decision(s, &d, NULL);
	decision_release(&d);
	settle(s);
}

static void step(struct sim *s)
{
	uint64_t what = draw(s, 100);

	if (what < 14)
		submit_any(s);
	else if (what < 24)
		s->now += (int64_t)draw(s, draw(s, 8) ? 30000 : 400000);
	else if (what < 26)
		change_config(s);
	else if (what == 26 && draw(s, 2))
		set_clock(s);
	else
		verb(s);
	settle(s);
}

static void run(struct sim *s, struct audit *audit, uint64_t seed, uint64_t restart_rng)
{
	sim_init(s, seed, restart_rng);
	if (audit) {
		memset(audit, 0, sizeof(*audit));
		s->ctx = audit;
		s->saw = audit_event;
		s->settled = audit_settled;
	}
	s->restart_within = 1;
	draw_desk(s);
	for (int i = 0; i < STEPS; i++) {
		restart(s, 90);
		step(s);
	}
}

static void all_have_ended(struct sim *s, const struct audit *audit)
{
	pass_time(s);
	for (int i = 0; i < s->n_tasks; i++)
		SAY(s, audit->task[i].ended, "task %d", i);
	ck_assert_uint_eq(HASH_COUNT(s->w->by_id), 0);
	ck_assert_uint_eq(s->w->closed.n, (size_t)s->n_tasks);
	ck_assert_uint_eq(s->w->timers.n, 0);
	for (uint32_t i = 0; i < s->w->n_crews; i++)
		ck_assert_uint_eq(s->w->crew_at[i]->live, 0);
}

static void tell(const struct sim *s, const struct audit *a)
{
	printf("seed %llu: %d tasks, %d asked for\n", (unsigned long long)s->seed, s->n_tasks,
	       s->n_submits);
	for (int i = 0; i < EV_COUNT; i++)
		if (a->events[i])
			printf("  %s %ld", event_name((enum event_type)i), a->events[i]);
	printf("\n  reviewed %ld, dissents %ld\n", a->reviewed, a->dissents);
}

START_TEST(verified_histories)
{
	uint64_t first = env_or("ER_SEED", 1), rounds = env_or("ER_ROUNDS", 6);
	struct audit *audit = mem_alloc(sizeof(*audit));

	for (uint64_t seed = first; seed < first + rounds; seed++) {
		struct sim a, b;
		run(&a, audit, seed, 0);
		assert_same(a.w, replayed(&a), "replay", seed);
		assert_same(a.w, reloaded(a.w), "snapshot", seed);
		run(&b, NULL, seed, seed);
		assert_same_journal(&a, &b);
		all_have_ended(&a, audit);
		if (env_or("ER_TELL", 0))
			tell(&a, audit);
		tear_down(&a);
		tear_down(&b);
	}
	free(audit);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_replay_verify");
	TCase *t = tcase_create("histories");

	tcase_set_timeout(t, 3000);
	tcase_add_test(t, verified_histories);
	suite_add_tcase(s, t);
	return kit_run(s);
}
