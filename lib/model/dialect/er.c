#include "model/dialect/dialect_p.h"

#include "base/ids.h"
#include "json/js.h"
#include "model/taskview.h"

enum { DAYS_30_S = 30 * 86400 };

static const char *const objects[] = {"/requirements", "/policy",  "/sla",
                                      "/webhook",      "/webhook/retryPolicy", NULL};
static const char *const hidden[] = {"/webhook", "/metadata", NULL};
static const char *const secrets[] = {"/webhook/secret", "/webhook/bearer", NULL};

const struct fields fields_er = {
	.dialect = &dialect_er,
	.lane = {"/lane"},
	.pool = {"/pool", "/requirements/pool", "/requirements/worker_pool_id"},
	.title = {"/title"},
	.text = {"/objective", "/instructions", "/question"},
	.key = {"/idempotencyKey", "/key"},
	.urgency = {"/urgency", "/sla/urgency"},
	.domain = {"/domain"},
	.sla_seconds = {"/sla/seconds", "/sla/target_latency_seconds"},
	.sla_minutes = {"/policy/targetSlaMinutes"},
	.deadline = {"/sla/deadline"},
	.sla_min_s = 1,
	.sla_max_s = DAYS_30_S,
	.budget = {"/policy/maxBudgetUsd"},
	.confidentiality = {"/policy/confidentiality"},
	.skills = {"/requirements/skills"},
	.certifications = {"/requirements/certifications"},
	.trust = {"/requirements/trustLevel", "/requirements/trust_level"},
	.rating = {"/requirements/minRating", "/requirements/min_rating"},
	.schema = {"/schema", "/responseSchema", "/outputSchema"},
	.evidence = {"/evidenceRequired"},
	.risk = {"/riskTier", "/policy/riskTier"},
	.workers = {"/policy/workers", "/requirements/workers"},
	.url = {"/webhook/url"},
	.secret = {"/webhook/secret"},
	.bearer = {"/webhook/bearer"},
	.retry_max = {"/webhook/retryPolicy/maxRetries"},
	.retry_backoff = {"/webhook/retryPolicy/backoffSeconds"},
	.objects = objects,
	.hidden = hidden,
};

static int recognise(const json_t *body)
{
	const json_t *er = json_object_get(body, "er");

	return json_is_integer(er) && json_integer_value(er) == 1;
}

static int read(const json_t *body, struct spec *spec, struct err *err)
{
	int64_t version = 1;

	if (js_get_int(body, "/er", 1, 1, &version, err) != 0 ||
	    fields_read(&fields_er, body, spec, err) != 0)
		return -1;
	if (!spec->title && !json_object_get(body, "payload"))
		return err_field(err, FAIL_INVALID, "/title",
		                 "a task needs a title, objective, instructions, question or payload");
	return 0;
}

static json_t *reply(const json_t *view)
{
	static const char *const keys[] = {"id",     "state",     "lane",     "pool",
	                                   "title",  "key",       "dueAt",    "expiresAt",
	                                   "priceUsd", "responseSchema", NULL};
	json_t *out = json_object();

	for (size_t i = 0; keys[i]; i++)
		js_set_copy(out, keys[i], json_object_get(view, keys[i]));
	js_set_int(out, "estimatedCompletionMinutes", view_estimate_minutes(view));
	return out;
}

static json_t *task(const json_t *view)
{
	return json_copy((json_t *)view);
}

static int wants(enum event_type type)
{
	switch (type) {
	case EV_CREATED:
	case EV_ACCEPTED:
	case EV_STARTED:
	case EV_BLOCKED:
	case EV_SUBMITTED:
	case EV_REJECTED:
	case EV_VERIFIED:
	case EV_COMPLETED:
	case EV_FAILED:
	case EV_CANCELLED:
	case EV_EXPIRED:
	case EV_SLA_WARNING:
	case EV_SLA_BREACHED:
	case EV_ESC_ACKNOWLEDGED:
	case EV_ESC_UNACKNOWLEDGED:
	case EV_ESC_ESCALATED:
		return 1;
	default:
		return 0;
	}
}

/* What only this kind of event has to say. */
static void add_news(json_t *data, const json_t *view, const struct event *ev)
{
	const json_t *result = json_object_get(view, "result");

	js_set_str(data, "worker", event_text(ev, "worker"));
	if (ev->type == EV_BLOCKED)
		js_set_str(data, "question", event_text(ev, "text"));
	if (ev->type == EV_REJECTED)
		js_set_copy(data, "reasons", json_object_get(ev->data, "reasons"));
	if (ev->type == EV_FAILED || ev->type == EV_CANCELLED)
		js_set_str(data, "reason", event_text(ev, "reason"));
	if (ev->type == EV_COMPLETED) {
		js_set_copy(data, "answer", json_object_get(result, "answer"));
		js_set_copy(data, "confidence", json_object_get(result, "confidence"));
	}
}

static json_t *webhook(const json_t *view, const struct event *ev)
{
	json_t *out, *data;
	char id[ID_TEXT_MAX];

	if (!wants(ev->type))
		return NULL;
	out = json_object();
	data = json_object();
	js_set_str(out, "id", id_format(&ev->id, "evt_", id));
	js_set_str(out, "type", event_name(ev->type));
	js_set_time(out, "timestamp", ev->at_ms);
	js_set_copy(data, "task", json_object_get(view, "id"));
	js_set_int(data, "seq", (int64_t)ev->seq);
	js_set_str(data, "state", state_name(ev->state));
	js_set_copy(data, "lane", json_object_get(view, "lane"));
	js_set_copy(data, "key", json_object_get(view, "key"));
	add_news(data, view, ev);
	js_set_copy(data, "metadata", json_object_get(view_body(view), "metadata"));
	js_set_new(out, "data", data);
	return out;
}

const struct dialect dialect_er = {
	.name = "er",
	.sign = SIGN_STANDARD,
	.recognise = recognise,
	.read = read,
	.reply = reply,
	.task = task,
	.result = taskview_result,
	.webhook = webhook,
	.wants = wants,
	.secrets = secrets,
};
