#include "model/dialect/dialect_p.h"

#include "json/js.h"
#include "model/taskview.h"

enum { DAYS_30_S = 30 * 86400 };

static const char *const objects[] = {"/task", "/policy", "/webhook", NULL};
static const char *const hidden[] = {"/webhook", NULL};
static const char *const secrets[] = {"/webhook/secret", "/webhook/bearer", NULL};

const struct fields fields_expertrouter = {
	.dialect = &dialect_expertrouter,
	.lane = {"/lane"},
	.pool = {"/pool"},
	.title = {"/task/title"},
	.text = {"/task/objective", "/task/instructions", "/task/question"},
	.key = {"/idempotencyKey"},
	.urgency = {"/urgency"},
	.sla_minutes = {"/policy/targetSlaMinutes"},
	.sla_min_s = 60,
	.sla_max_s = DAYS_30_S,
	.budget = {"/policy/maxBudgetUsd"},
	.confidentiality = {"/policy/confidentiality"},
	.schema = {"/responseSchema"},
	.risk = {"/policy/riskTier"},
	.workers = {"/policy/workers"},
	.url = {"/webhook/url"},
	.secret = {"/webhook/secret"},
	.bearer = {"/webhook/bearer"},
	.objects = objects,
	.hidden = hidden,
};

/* A lane with a policy may also be a native body whose "er" was left out: its own words tell. */
static int recognise(const json_t *body)
{
	static const char *const native[] = {"title",  "objective", "instructions", "question",
	                                     "payload", "schema",   "requirements", "sla", NULL};

	if (!json_object_get(body, "lane"))
		return 0;
	if (json_object_get(body, "task"))
		return 1;
	for (size_t i = 0; native[i]; i++)
		if (json_object_get(body, native[i]))
			return 0;
	return json_object_get(body, "policy") != NULL;
}

static int read(const json_t *body, struct spec *spec, struct err *err)
{
	if (fields_read(&fields_expertrouter, body, spec, err) != 0)
		return -1;
	return spec->lane ? 0 : err_field(err, FAIL_INVALID, "/lane", "required");
}

/* As the requester named it, else the lane's, else null: the key is always there. */
static void set_schema(json_t *out, const char *key, const json_t *view)
{
	const json_t *named = json_object_get(view_body(view), "responseSchema");

	if (!named || json_is_null(named))
		named = json_object_get(view, "responseSchema");
	set_or_null(out, key, named);
}

static json_t *with_status(const json_t *view, const char *status)
{
	const json_t *policy = json_object_get(view_body(view), "policy");
	json_t *out = json_object();

	js_set_copy(out, "id", json_object_get(view, "id"));
	js_set_str(out, "status", status);
	js_set_copy(out, "lane", json_object_get(view, "lane"));
	if (json_is_object(policy))
		js_set_copy(out, "policy", policy);
	else
		js_set_new(out, "policy", json_object());
	set_schema(out, "responseSchema", view);
	js_set_int(out, "estimatedCompletionMinutes", view_estimate_minutes(view));
	return out;
}

static json_t *reply(const json_t *view)
{
	return with_status(view, "accepted");
}

static const char *status(enum state s)
{
	switch (s) {
	case ST_NONE:
	case ST_QUEUED:
	case ST_OFFERED:
		return "accepted";
	case ST_ACCEPTED:
	case ST_STARTED:
	case ST_SUBMITTED:
	case ST_VERIFIED:
		return "in_progress";
	default: /* blocked, completed, and er's own words for the ends it has no word for */
		return state_name(s);
	}
}

static json_t *task(const json_t *view)
{
	json_t *out = with_status(view, status(taskview_state(view)));
	const json_t *question = json_object_get(view, "question");

	js_set_copy(out, "question", json_object_get(question, "text"));
	if (taskview_state(view) == ST_COMPLETED)
		js_set_copy(out, "result", view_answer(view));
	js_set_str(out, "reason", view_reason(view));
	return out;
}

static json_t *completed(const json_t *view)
{
	json_t *out = json_object();

	js_set_str(out, "event", "task.completed");
	set_seconds(out, "createdAt", view_text(view, "closedAt"));
	js_set_copy(out, "taskId", json_object_get(view, "id"));
	set_schema(out, "schema", view);
	set_or_null(out, "result", view_answer(view));
	return out;
}

static json_t *result(const json_t *view)
{
	return taskview_state(view) == ST_COMPLETED ? completed(view) : task(view);
}

static const char *event_word(enum event_type type)
{
	switch (type) {
	case EV_CREATED:
		return "task.accepted";
	case EV_STARTED:
		return "task.in_progress";
	case EV_BLOCKED:
		return "task.blocked";
	case EV_COMPLETED:
		return "task.completed";
	default: /* the service defines no other */
		return NULL;
	}
}

static int wants(enum event_type type)
{
	return event_word(type) != NULL;
}

static json_t *webhook(const json_t *view, const struct event *ev)
{
	json_t *out;

	if (!wants(ev->type))
		return NULL;
	out = json_object();
	js_set_str(out, "event", event_word(ev->type));
	set_seconds_ms(out, "createdAt", ev->at_ms);
	js_set_copy(out, "taskId", json_object_get(view, "id"));
	set_schema(out, "schema", view);
	if (ev->type == EV_BLOCKED)
		js_set_str(out, "question", event_text(ev, "text"));
	if (ev->type == EV_COMPLETED)
		set_or_null(out, "result", view_answer(view));
	return out;
}

const struct dialect dialect_expertrouter = {
	.name = "expertrouter",
	.sign = SIGN_STANDARD,
	.recognise = recognise,
	.read = read,
	.reply = reply,
	.task = task,
	.result = result,
	.webhook = webhook,
	.wants = wants,
	.secrets = secrets,
};
