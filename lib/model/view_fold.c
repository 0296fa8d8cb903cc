#include <string.h>

#include "base/timefmt.h"
#include "json/js.h"
#include "model/view_p.h"

/* Older ones that are over leave the view; the journal has them all. */
enum { ASSIGNMENTS_MAX = 64, COMMENTS_MAX = 200 };

static const char *text_of(const json_t *obj, const char *key)
{
	return json_string_value(json_object_get(obj, key));
}

static int is(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static int in_state(const json_t *assignment, enum state s)
{
	return is(text_of(assignment, "state"), state_name(s));
}

int assignment_live(const json_t *assignment)
{
	return in_state(assignment, ST_OFFERED) || in_state(assignment, ST_ACCEPTED) ||
	       in_state(assignment, ST_STARTED) || in_state(assignment, ST_BLOCKED) ||
	       in_state(assignment, ST_SUBMITTED);
}

static void make_room(json_t *assignments)
{
	for (size_t i = 0; json_array_size(assignments) >= ASSIGNMENTS_MAX &&
	                   i < json_array_size(assignments);) {
		if (assignment_live(json_array_get(assignments, i)))
			i++;
		else
			json_array_remove(assignments, i);
	}
}

static json_t *add_assignment(json_t *view, const struct event *ev)
{
	json_t *all = view_array(view, "assignments"), *a = json_object();
	const char *kind = text_of(ev->data, "kind");

	make_room(all);
	js_set_copy(a, "worker", json_object_get(ev->data, "worker"));
	if (kind && !is(kind, "human"))
		js_set_str(a, "kind", kind);
	js_set_str(a, "state", state_name(ST_OFFERED));
	json_array_append_new(all, a);
	return a;
}

/* The worker's live assignment, or NULL. */
static json_t *assignment_of(const json_t *view, const char *worker)
{
	const json_t *all = json_object_get(view, "assignments");

	for (size_t i = json_array_size(all); i-- > 0;) {
		json_t *a = json_array_get(all, i);

		if (assignment_live(a) && is(text_of(a, "worker"), worker))
			return a;
	}
	return NULL;
}

static void offered(json_t *view, const struct event *ev)
{
	json_t *a = add_assignment(view, ev);

	js_set_time(a, "offeredAt", ev->at_ms);
	view_set_time(a, "offerExpiresAt", ev->data, "expiresAt");
}

/* accepted, started, submitted, blocked: the worker moves on. */
static void step(json_t *view, const struct event *ev, enum state s, const char *stamp)
{
	json_t *a = assignment_of(view, text_of(ev->data, "worker"));

	if (!a)
		a = add_assignment(view, ev);
	json_object_del(a, "awaits");
	js_set_str(a, "state", state_name(s));
	if (stamp)
		js_set_time(a, stamp, ev->at_ms);
}

static void end(json_t *a, const char *word, const struct event *ev)
{
	json_object_del(a, "awaits");
	js_set_str(a, "state", word);
	js_set_time(a, "endedAt", ev->at_ms);
	js_set_str(a, "reason", text_of(ev->data, "reason"));
}

static void end_one(json_t *view, const struct event *ev, const char *word)
{
	json_t *a = assignment_of(view, text_of(ev->data, "worker"));

	if (a)
		end(a, word, ev);
}

static void end_all(json_t *view, const struct event *ev, const char *word)
{
	json_t *all = json_object_get(view, "assignments"), *a;
	size_t i;

	json_array_foreach(all, i, a) {
		if (assignment_live(a))
			end(a, word, ev);
	}
}

/* Waits for a worker: so nobody is at work.  Answers that are held stay. */
static void end_all_but_held(json_t *view, const struct event *ev)
{
	json_t *all = json_object_get(view, "assignments"), *a;
	size_t i;

	json_array_foreach(all, i, a) {
		if (assignment_live(a) && !json_object_get(a, "awaits"))
			end(a, "released", ev);
	}
}

static void add_comment(json_t *view, const json_t *from, json_t *at, const json_t *text)
{
	json_t *all = view_array(view, "comments"), *c = json_object();

	js_set_copy(c, "from", from);
	js_set_new(c, "at", at);
	js_set_copy(c, "text", text);
	if (json_array_size(all) >= COMMENTS_MAX)
		json_array_remove(all, 0);
	json_array_append_new(all, c);
}

static json_t *time_of(const struct event *ev)
{
	char at[TIME_TEXT_MAX];

	return json_string(time_format_ms(ev->at_ms, at));
}

static void blocked(json_t *view, const struct event *ev)
{
	json_t *q = json_object();

	step(view, ev, ST_BLOCKED, NULL);
	js_set_copy(q, "text", json_object_get(ev->data, "text"));
	js_set_new(q, "askedAt", time_of(ev));
	js_set_copy(q, "by", json_object_get(ev->data, "worker"));
	view_set(view, "question", q);
}

/* A question that waits no longer goes into the conversation. */
static void retire_question(json_t *view)
{
	json_t *q = json_object_get(view, "question");

	if (!q)
		return;
	json_incref(q);
	json_object_del(view, "question");
	add_comment(view, json_object_get(q, "by"), json_incref(json_object_get(q, "askedAt")),
	            json_object_get(q, "text"));
	json_decref(q);
}

static void unblocked(json_t *view, const struct event *ev)
{
	json_t *all = json_object_get(view, "assignments"), *a;
	size_t i;

	json_array_foreach(all, i, a) {
		if (in_state(a, ST_BLOCKED))
			js_set_str(a, "state", state_name(ST_STARTED));
	}
	retire_question(view);
	if (text_of(ev->data, "text"))
		add_comment(view, json_object_get(ev->data, "from"), time_of(ev),
		            json_object_get(ev->data, "text"));
	view_set_time(view, "dueAt", ev->data, "dueAt");
	view_set_time(view, "expiresAt", ev->data, "expiresAt");
}

static void submitted(json_t *view, const struct event *ev)
{
	json_t *a = json_object();
	const json_t *attempt = json_object_get(ev->data, "attempt");

	step(view, ev, ST_SUBMITTED, NULL);
	js_set_copy(a, "attempt", attempt);
	js_set_copy(a, "worker", json_object_get(ev->data, "worker"));
	js_set_time(a, "at", ev->at_ms);
	js_set_copy(a, "answer", json_object_get(ev->data, "answer"));
	js_set_copy(a, "confidence", json_object_get(ev->data, "confidence"));
	js_set_copy(a, "evidence", json_object_get(ev->data, "evidence"));
	json_array_append_new(view_array(view, "answers"), a);
	if (json_is_integer(attempt))
		view_set(view, "attempts", json_integer(json_integer_value(attempt)));
}

/* The answer of the attempt the event names, else the last one, else NULL. */
static json_t *answer_of(const json_t *view, const struct event *ev)
{
	const json_t *all = json_object_get(view, "answers");
	const json_t *attempt = json_object_get(ev->data, "attempt");

	for (size_t i = json_array_size(all); attempt && i-- > 0;) {
		json_t *a = json_array_get(all, i);

		if (json_equal(json_object_get(a, "attempt"), attempt))
			return a;
	}
	return json_array_get(all, json_array_size(all) - 1);
}

/* Never whether a task was a test, nor what is known of the worker: data.right, data.traces. */
static void checked(json_t *view, const struct event *ev, int passed)
{
	static const char *const shown[] = {"rules",     "programs", "scoreMicro", "answers",
	                                    "tie",       "unsure",   "rateMilli",  "verdict",
	                                    "reviewer",  "reason",   "note",       NULL};
	json_t *answer = answer_of(view, ev), *check, *checks;

	if (!answer)
		return;
	check = json_object();
	js_set_copy(check, "stage", json_object_get(ev->data, "stage"));
	js_set_new(check, "passed", json_boolean(passed));
	js_set_copy(check, "reasons", json_object_get(ev->data, "errors"));
	for (size_t i = 0; shown[i]; i++)
		js_set_copy(check, shown[i], json_object_get(ev->data, shown[i]));
	checks = json_object_get(answer, "checks");
	if (!checks) {
		checks = json_array();
		js_set_new(answer, "checks", checks);
	}
	json_array_append_new(checks, check);
}

/* The answer waits, its giver is free. */
static void held(json_t *view, const struct event *ev)
{
	static const char *const keys[] = {"answers", "wanted", "review", NULL};
	json_t *a = assignment_of(view, text_of(ev->data, "worker")), *v = json_object();

	if (a) {
		js_set_str(a, "state", state_name(ST_SUBMITTED));
		js_set_copy(a, "awaits", json_object_get(ev->data, "awaits"));
	}
	js_set_copy(v, "awaits", json_object_get(ev->data, "awaits"));
	for (size_t i = 0; keys[i]; i++)
		js_set_copy(v, keys[i], json_object_get(ev->data, keys[i]));
	view_set(view, "verification", v);
}

static void rejected(json_t *view, const struct event *ev)
{
	json_t *answer = answer_of(view, ev);
	const json_t *reasons = json_object_get(ev->data, "reasons");

	if (answer)
		js_set_new(answer, "rejected",
		           reasons ? json_incref((json_t *)reasons) : json_array());
	if (ev->state == ST_QUEUED)
		end_one(view, ev, "rejected");
	else /* back to work; another may stand blocked */
		step(view, ev, ST_STARTED, NULL);
}

/* Of one answer that nobody looked at there is nothing to say. */
static void add_agreement(json_t *result, const json_t *data)
{
	const json_t *answers = json_object_get(data, "answers");
	json_t *a;

	js_set_copy(result, "reviewed", json_object_get(data, "reviewed"));
	if (json_integer_value(answers) < 2)
		return;
	a = json_object();
	js_set_new(a, "score",
	           json_real((double)json_integer_value(json_object_get(data, "scoreMicro")) / 1e6));
	js_set_copy(a, "answers", answers);
	js_set_copy(a, "tie", json_object_get(data, "tie"));
	js_set_copy(a, "unsure", json_object_get(data, "unsure"));
	js_set_new(result, "agreement", a);
}

/* The answer that stands: somebody's own, or what several say together, or a reviewer's. */
static void settle(json_t *view, const struct event *ev)
{
	static const char *const keys[] = {"answer", "worker", "at", "confidence", "evidence", NULL};
	const json_t *answer = answer_of(view, ev), *together = json_object_get(ev->data, "answer");
	json_t *result;

	if (!answer)
		return;
	result = json_object();
	for (size_t i = 0; keys[i]; i++)
		js_set_copy(result, keys[i], json_object_get(answer, keys[i]));
	if (together)
		js_set_copy(result, "answer", together);
	add_agreement(result, ev->data);
	view_set(view, "result", result);
}

static void give_up(json_t *view, const struct event *ev)
{
	json_t *failure = json_object();

	js_set_copy(failure, "reason", json_object_get(ev->data, "reason"));
	js_set_copy(failure, "by", json_object_get(ev->data, "by"));
	view_set(view, "failure", failure);
}

static void fold_work(json_t *view, const struct event *ev)
{
	switch (ev->type) {
	case EV_QUEUED:
		end_all_but_held(view, ev);
		break;
	case EV_OFFERED:
		offered(view, ev);
		break;
	case EV_ACCEPTED:
		step(view, ev, ST_ACCEPTED, "acceptedAt");
		break;
	case EV_STARTED:
		step(view, ev, ST_STARTED, "startedAt");
		break;
	case EV_DECLINED:
		end_one(view, ev, "declined");
		break;
	case EV_OFFER_EXPIRED:
		end_one(view, ev, "offer_expired");
		break;
	case EV_RELEASED:
		end_one(view, ev, "released");
		view_set_time(view, "dueAt", ev->data, "dueAt");
		view_set_time(view, "expiresAt", ev->data, "expiresAt");
		break;
	case EV_REASSIGNED:
		end_one(view, ev, "reassigned");
		view_set_time(view, "dueAt", ev->data, "dueAt");
		view_set_time(view, "expiresAt", ev->data, "expiresAt");
		break;
	case EV_ESC_ESCALATED:
		end_all(view, ev, "escalated");
		break;
	case EV_ESC_UNACKNOWLEDGED:
		end_all(view, ev, "unacknowledged");
		break;
	case EV_BLOCKED:
		blocked(view, ev);
		break;
	case EV_UNBLOCKED:
		unblocked(view, ev);
		break;
	default:
		break;
	}
}

static void fold_answers(json_t *view, const struct event *ev)
{
	switch (ev->type) {
	case EV_COMMENTED:
		add_comment(view, json_object_get(ev->data, "from"), time_of(ev),
		            json_object_get(ev->data, "text"));
		break;
	case EV_SUBMITTED:
		submitted(view, ev);
		break;
	case EV_CHECK_PASSED:
	case EV_CHECK_FAILED:
		checked(view, ev, ev->type == EV_CHECK_PASSED);
		break;
	case EV_HELD:
		held(view, ev);
		break;
	case EV_REJECTED:
		rejected(view, ev);
		break;
	case EV_VERIFIED:
		settle(view, ev);
		break;
	case EV_COMPLETED:
		if (!json_object_get(view, "result"))
			settle(view, ev);
		break;
	case EV_FAILED:
	case EV_CANCELLED:
		give_up(view, ev);
		break;
	default:
		break;
	}
}

/* What they wait for is told as long as there is one that does. */
static void nothing_held(json_t *view)
{
	const json_t *all = json_object_get(view, "assignments");

	if (!json_object_get(view, "verification"))
		return;
	for (size_t i = 0; i < json_array_size(all); i++)
		if (json_object_get(json_array_get(all, i), "awaits"))
			return;
	json_object_del(view, "verification");
}

void view_fold(json_t *view, const struct event *ev)
{
	fold_work(view, ev);
	fold_answers(view, ev);
	view_escalation(view, ev);
	if (ev->state != ST_BLOCKED)
		retire_question(view);
	if (state_final(ev->state))
		end_all(view, ev, state_name(ev->state));
	nothing_held(view);
	if (!state_final(ev->state))
		return;
	if (!json_object_get(view, "closedAt"))
		view_set(view, "closedAt", time_of(ev));
}
