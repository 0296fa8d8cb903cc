/*
 * What came of asking a program or a service: an answer goes back through the drop like any other,
 * a failure gives the task back.
 */

#include "base/err.h"
#include "engine/escalation.h"
#include "engine/world.h"
#include "erd.h"
#include "json/js.h"
#include "log.h"

static json_t *answer_body(const char *bytes, size_t n, struct err *err)
{
	json_t *out = js_parse(bytes, n, &js_limits_doc, err);
	json_t *body;

	if (!out)
		return NULL;
	if (!json_object_get(out, "answer")) {
		json_decref(out);
		err_set(err, FAIL_INVALID, "what it said has no \"answer\"");
		return NULL;
	}
	body = json_object();
	js_set_copy(body, "answer", json_object_get(out, "answer"));
	js_set_copy(body, "confidence", json_object_get(out, "confidence"));
	js_set_copy(body, "evidence", json_object_get(out, "evidence"));
	json_decref(out);
	return body;
}

/* How long the worker has: until its level of a chain ends, the task is due, or is given up. */
int64_t experts_time_left(const struct erd *e, const struct task *t)
{
	int64_t now = erd_now(e);
	int64_t ends = t->due_ms > now ? t->due_ms : t->expire_ms;

	if (t->esc && !t->esc->stopped && t->esc->level_ends_ms > now &&
	    t->esc->level_ends_ms < ends)
		ends = t->esc->level_ends_ms;
	return ends - now;
}

void experts_gave_up(struct erd *e, const struct id *task, const char *worker, const char *reason)
{
	const struct task *t = world_task(e->world, task);
	const struct assign *a = t ? task_assign_of(t, worker) : NULL;
	struct err err = ERR_INIT;
	json_t *body;

	log_event(LOG_WARNING_, "program.failed", "worker", worker, "reason", reason, NULL);
	if (!a || a->state == AS_ENDED)
		return; /* it was taken away meanwhile */
	body = json_object();
	js_set_str(body, "reason", reason);
	if (say(e, task, worker, "release", body, &err) != 0)
		say_lost(e, worker, &err);
}

void experts_answered(struct erd *e, const struct id *task, const char *worker, const char *bytes,
                      size_t n)
{
	struct err why = ERR_INIT;
	json_t *body = answer_body(bytes, n, &why);

	if (body && say(e, task, worker, "answer", body, &why) == 0)
		return;
	if (why.code == FAIL_INVALID)
		experts_gave_up(e, task, worker, why.msg);
	else
		say_lost(e, worker, &why);
}
