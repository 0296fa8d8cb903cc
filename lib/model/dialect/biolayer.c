#include "model/dialect/dialect_p.h"

#include <stdlib.h>
#include <string.h>

#include "json/js.h"
#include "model/taskview.h"

enum { DAYS_30_S = 30 * 86400 };

static const char *const objects[] = {
	"/sla", "/requirements", "/output", "/handoff", "/handoff/callback_auth",
	"/handoff/retry_policy", NULL};
static const char *const hidden[] = {"/handoff", NULL};
static const char *const secrets[] = {"/handoff/callback_auth/token", "/handoff/secret", NULL};

const struct fields fields_biolayer = {
	.dialect = &dialect_biolayer,
	.lane = {"/task_type"},
	.pool = {"/requirements/worker_pool_id"},
	.title = {"/title"},
	.text = {"/instructions"},
	.key = {"/idempotency_key"},
	.urgency = {"/sla/urgency"},
	.domain = {"/domain"},
	.sla_seconds = {"/sla/target_latency_seconds"},
	.deadline = {"/sla/deadline"},
	.sla_min_s = 1,
	.sla_max_s = DAYS_30_S,
	.skills = {"/requirements/skills"},
	.certifications = {"/requirements/certifications"},
	.trust = {"/requirements/trust_level"},
	.rating = {"/requirements/min_rating"},
	.schema = {"/output/schema"},
	.evidence = {"/output/evidence_required"},
	.url = {"/handoff/callback_url"},
	.secret = {"/handoff/secret"},
	.bearer = {"/handoff/callback_auth/token"},
	.retry_max = {"/handoff/retry_policy/max_retries"},
	.retry_backoff = {"/handoff/retry_policy/backoff_seconds"},
	.lane_in_domain = 1,
	.objects = objects,
	.hidden = hidden,
};

static int recognise(const json_t *body)
{
	return json_object_get(body, "task_type") != NULL;
}

static int read_auth(const json_t *body, struct spec *spec, struct err *err)
{
	const char *type = NULL;

	if (js_get_str(body, "/handoff/callback_auth/type", &type, 64, err) != 0)
		return -1;
	if (type && strcmp(type, "none") == 0) {
		free(spec->webhook_bearer);
		spec->webhook_bearer = NULL;
		return 0;
	}
	if (type && strcmp(type, "bearer") != 0)
		return err_field(err, FAIL_INVALID, "/handoff/callback_auth/type",
		                 "must be bearer or none");
	if (type && !spec->webhook_bearer)
		return err_field(err, FAIL_INVALID, "/handoff/callback_auth/token", "required");
	return 0;
}

static int read(const json_t *body, struct spec *spec, struct err *err)
{
	if (fields_read(&fields_biolayer, body, spec, err) != 0 || read_auth(body, spec, err) != 0)
		return -1;
	return spec->lane ? 0 : err_field(err, FAIL_INVALID, "/task_type", "required");
}

static json_t *reply(const json_t *view)
{
	json_t *out = json_object();

	js_set_copy(out, "task_id", json_object_get(view, "id"));
	js_set_str(out, "status", "queued");
	return out;
}

/* Evidence only where the worker gave some. */
static void set_output(json_t *out, const json_t *view)
{
	set_or_null(out, "output", view_answer(view));
	js_set_copy(out, "evidence", js_at(view, "/result/evidence"));
}

static json_t *task(const json_t *view)
{
	const json_t *body = view_body(view);
	json_t *out = json_object();

	js_set_copy(out, "task_id", json_object_get(view, "id"));
	js_set_copy(out, "status", json_object_get(view, "state"));
	js_set_copy(out, "task_type", json_object_get(body, "task_type"));
	js_set_copy(out, "domain", json_object_get(view, "domain"));
	js_set_copy(out, "title", json_object_get(view, "title"));
	js_set_copy(out, "urgency", json_object_get(view, "urgency"));
	js_set_copy(out, "pool", json_object_get(view, "pool"));
	js_set_copy(out, "request_id", js_at(body, "/origin/request_id"));
	set_seconds(out, "created_at", view_text(view, "createdAt"));
	set_seconds(out, "updated_at", view_text(view, "updatedAt"));
	set_seconds(out, "due_at", view_text(view, "dueAt"));
	if (taskview_state(view) == ST_COMPLETED)
		set_output(out, view);
	js_set_str(out, "reason", view_reason(view));
	return out;
}

static int wants(enum event_type type)
{
	switch (type) {
	case EV_CREATED:
	case EV_QUEUED:
	case EV_MATCHED:
	case EV_OFFERED:
	case EV_ACCEPTED:
	case EV_STARTED:
	case EV_SUBMITTED:
	case EV_VERIFIED:
	case EV_COMPLETED:
	case EV_FAILED:
	case EV_CANCELLED:
	case EV_SLA_BREACHED:
		return 1;
	default: /* the service names these twelve */
		return 0;
	}
}

static json_t *webhook(const json_t *view, const struct event *ev)
{
	json_t *out;

	if (!wants(ev->type))
		return NULL;
	out = json_object();
	js_set_str(out, "event", event_name(ev->type));
	js_set_copy(out, "task_id", json_object_get(view, "id"));
	set_seconds_ms(out, "created_at", ev->at_ms);
	js_set_str(out, "status", state_name(ev->state));
	js_set_copy(out, "request_id", js_at(view_body(view), "/origin/request_id"));
	if (ev->type == EV_COMPLETED)
		set_output(out, view);
	if (ev->type == EV_FAILED || ev->type == EV_CANCELLED)
		js_set_str(out, "reason", event_text(ev, "reason"));
	return out;
}

const struct dialect dialect_biolayer = {
	.name = "biolayer",
	.sign = SIGN_STANDARD,
	.recognise = recognise,
	.read = read,
	.reply = reply,
	.task = task,
	.result = task,
	.webhook = webhook,
	.wants = wants,
	.secrets = secrets,
};
