/*
 * What must hold of every history, read from its events: an account of its own, kept beside the
 * engine.
 */
#ifndef TESTS_ENGINE_REPLAY_AUDIT_H
#define TESTS_ENGINE_REPLAY_AUDIT_H

#include "engine_replay_kit.h"
#include "model/verify.h"

enum { ATTEMPTS = 64 };

struct verdicts {
	const char *worker;  /* borrowed from the event */
	uint8_t passed;      /* bits of stages */
	uint8_t dissents;    /* the last word of consensus is that it does not agree */
	uint8_t counts;      /* held or at hand, and not rejected, released or taken away since */
};

struct account {
	const json_t *created;
	struct id parent;
	int reviews, gold;
	int max_attempts, overlap; /* the most that the lane has allowed so far */
	int attempts;              /* answers so far */
	int verified, ended;
	struct verdicts of[ATTEMPTS];
};

struct audit {
	struct account task[SIM_TASKS];
	long events[EV_COUNT];
	long held, reviewed, dissents;
};

#define SAY(s, cond, ...) \
	do { \
		char audit_text[400] = ""; \
		if (!(cond)) { \
			snprintf(audit_text, sizeof(audit_text), __VA_ARGS__); \
			tell_journal(s); \
		} \
		ck_assert_msg(cond, "seed %llu, event %llu: %s (" #cond ")", \
		              (unsigned long long)(s)->seed, (unsigned long long)(s)->seq, \
		              audit_text); \
	} while (0)

static inline int most_overlap(const struct sim *s, const struct account *a)
{
	const char *name = js_str_or(a->created, "/spec/lane", "");
	const struct lane *lane = config_lane(s->w->config, name);

	return lane ? lane->verify.max_overlap : 1;
}

static inline void audit_created(struct sim *s, struct account *a, const struct event *ev)
{
	a->created = ev->data;
	a->reviews = id_parse(js_str_or(ev->data, "/reviews", ""), "task_", &a->parent) == 0;
	a->gold = json_object_get(ev->data, "gold") != NULL;
	a->max_attempts = (int)js_int_or(ev->data, "/maxAttempts", 3);
	a->overlap = most_overlap(s, a);
	SAY(s, js_int_or(ev->data, "/overlap", 1) <= a->overlap, "more than the lane allows");
}

/* It is judged by what the lane asks for when it comes, and when programs have judged it. */
static inline void audit_lane(const struct sim *s, struct account *a)
{
	if (most_overlap(s, a) > a->overlap)
		a->overlap = most_overlap(s, a);
}

/* Of the worker's answers none counts any more. */
static inline void audit_gone(struct account *a, const char *worker)
{
	for (int i = 1; i <= a->attempts; i++)
		if (strcmp(a->of[i].worker, worker) == 0)
			a->of[i].counts = 0;
}

static inline int audit_counts(const struct account *a, const char *worker)
{
	int n = 0;

	for (int i = 1; i <= a->attempts; i++)
		n += a->of[i].counts && strcmp(a->of[i].worker, worker) == 0;
	return n;
}

static inline void audit_submitted(struct sim *s, struct audit *au, struct account *a,
                                   const struct event *ev)
{
	const char *worker = js_str_or(ev->data, "/worker", "");
	int attempt = (int)js_int_or(ev->data, "/attempt", 0);

	SAY(s, attempt == a->attempts + 1 && attempt < ATTEMPTS, "attempt %d", attempt);
	SAY(s, attempt <= a->max_attempts, "%d of %d attempts", attempt, a->max_attempts);
	SAY(s, strcmp(worker, js_str_or(a->created, "/from", "")) != 0, "%s asked and answers",
	    worker);
	for (int i = 1; i <= a->attempts; i++)
		SAY(s, !a->of[i].counts || strcmp(a->of[i].worker, worker) != 0, "%s answers twice",
		    worker);
	if (a->reviews) {
		const struct account *p = &au->task[task_index(s, &a->parent)];
		for (int i = 1; i <= p->attempts; i++)
			SAY(s, strcmp(p->of[i].worker, worker) != 0, "%s reviews what it answered",
			    worker);
	}
	a->attempts = attempt;
	a->of[attempt] = (struct verdicts){.worker = worker, .counts = 1};
	audit_lane(s, a);
}

static inline void audit_check(struct sim *s, struct account *a, const struct event *ev)
{
	int attempt = (int)js_int_or(ev->data, "/attempt", 0);
	int stage = stage_by_name(js_str_or(ev->data, "/stage", ""));

	SAY(s, attempt >= 1 && attempt <= a->attempts && stage >= 0, "attempt %d", attempt);
	if (ev->type == EV_CHECK_PASSED)
		a->of[attempt].passed |= (uint8_t)(1 << stage);
	else
		a->of[attempt].passed &= (uint8_t)~(1 << stage);
	if (stage == STAGE_CONSENSUS)
		a->of[attempt].dissents = ev->type == EV_CHECK_FAILED;
}

static inline void audit_verified(struct sim *s, struct audit *au, struct account *a,
                                  const struct event *ev)
{
	int attempt = (int)js_int_or(ev->data, "/attempt", 0), n = 0;
	const unsigned six = (1U << STAGE_COUNT) - 1;
	/* else a lane that asks for one only */
	int together = js_int_or(ev->data, "/answers", 1) > 1;

	SAY(s, !a->verified, "verified twice");
	a->verified = 1;
	SAY(s, attempt >= 1 && attempt <= a->attempts && a->of[attempt].counts, "attempt %d",
	    attempt);
	SAY(s, a->of[attempt].passed == six, "attempt %d, stages %x", attempt,
	    a->of[attempt].passed);
	for (int i = 1; i <= a->attempts; i++) {
		const struct verdicts *v = &a->of[i];
		n += v->counts && (v->dissents || v->passed & 1 << STAGE_CONSENSUS);
		au->dissents += v->counts && v->dissents;
		if (together && v->counts && v->passed & 1 << STAGE_CONSENSUS)
			SAY(s, v->passed == six, "attempt %d agrees, stages %x", i, v->passed);
	}
	int reviewed = json_object_get(ev->data, "reviewed") != NULL;
	SAY(s, reviewed || n <= a->overlap, "%d answers of %d", n, a->overlap);
	au->reviewed += reviewed;
}

static inline void audit_event(struct sim *s, const struct event *ev)
{
	struct audit *au = s->ctx;

	au->events[ev->type]++;
	if (!ev->has_task || ev->type == EV_WEBHOOK_DELIVERED || ev->type == EV_WEBHOOK_RETRY ||
	    ev->type == EV_WEBHOOK_DEAD)
		return;
	struct account *a = &au->task[task_index(s, &ev->task)];
	SAY(s, !a->ended, "%s behind the end", event_name(ev->type));
	a->ended = state_final(ev->state);
	switch (ev->type) {
	case EV_CREATED:
		audit_created(s, a, ev);
		break;
	case EV_SUBMITTED:
		audit_submitted(s, au, a, ev);
		break;
	case EV_CHECK_PASSED:
	case EV_CHECK_FAILED:
		audit_check(s, a, ev);
		break;
	case EV_RELEASED:
		/* whoever is suspended is no fault of the task's: another may answer instead */
		if (strcmp(js_str_or(ev->data, "/reason", ""), "suspended") == 0)
			a->max_attempts += audit_counts(a, js_str_or(ev->data, "/worker", ""));
		audit_gone(a, js_str_or(ev->data, "/worker", ""));
		break;
	case EV_REJECTED:
	case EV_REASSIGNED:
		audit_gone(a, js_str_or(ev->data, "/worker", ""));
		break;
	case EV_HELD:
		au->held++;
		audit_lane(s, a);
		break;
	case EV_VERIFIED:
		audit_verified(s, au, a, ev);
		break;
	case EV_COMPLETED:
		SAY(s, a->verified == 1, "completed and not verified");
		break;
	default:
		break;
	}
}

/* ---- between two inputs ---- */

static inline void audit_task(struct sim *s, const struct audit *au, const struct task *t)
{
	const struct account *a = &au->task[task_index(s, &t->id)];

	int judged = 0; /* a second worker may answer while programs judge the first */
	for (int i = 0; i < t->n_assigns; i++)
		judged += t->assigns[i].state == AS_HELD && t->assigns[i].awaits != AWAITS_PROGRAMS;
	SAY(s, t->overlap <= a->overlap, "overlap %d of %d", t->overlap, a->overlap);
	SAY(s, t->review || judged <= a->overlap, "%d held of %d", judged, a->overlap);
	SAY(s, !t->recheck, "a recheck is left over");
	SAY(s, !t->reviews || world_task(s->w, &t->parent), "reviews what has ended");
	for (int i = 0; i < t->n_assigns; i++)
		if (t->assigns[i].state == AS_HELD)
			SAY(s, a->of[t->assigns[i].attempt].counts, "holds what counts no longer");
}

static inline void audit_settled(struct sim *s)
{
	const struct audit *au = s->ctx;
	uint32_t *live = mem_alloc((s->w->n_crews + 1) * sizeof(*live));

	for (uint32_t i = 0; i < s->w->n_tasks; i++) {
		const struct task *t = world_at(s->w, i);
		if (!t)
			continue;
		audit_task(s, au, t);
		for (int k = 0; k < t->n_assigns; k++)
			live[t->assigns[k].worker->id] += t->assigns[k].state > AS_HELD;
	}
	for (uint32_t i = 0; i < s->w->n_crews; i++)
		SAY(s, s->w->crew_at[i]->live == live[i], "%s has %u", s->w->crew_at[i]->name,
		    live[i]);
	free(live);
}

#endif
