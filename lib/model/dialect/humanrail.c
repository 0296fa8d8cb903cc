#include "model/dialect/dialect_p.h"

#include <string.h>

#include "base/ids.h"
#include "base/timefmt.h"
#include "json/js.h"
#include "model/taskview.h"

enum { SLA_MIN_S = 30, SLA_MAX_S = 86400, SLA_DEFAULT_S = 600 };

static const char *const objects[] = {"/payload", "/payout", "/metadata", NULL};
static const char *const hidden[] = {"/callbackUrl", "/callback_url", "/metadata", NULL};
static const char *const secrets[] = {NULL};

const struct fields fields_humanrail = {
	.dialect = &dialect_humanrail,
	.lane = {"/taskType", "/task_type"},
	.title = {"/title"},
	.text = {"/instructions"},
	.key = {"/idempotencyKey", "/idempotency_key"},
	.urgency = {"/riskTier", "/risk_tier"},
	.sla_seconds = {"/slaSeconds", "/sla_seconds"},
	.sla_min_s = SLA_MIN_S,
	.sla_max_s = SLA_MAX_S,
	.payout = {"/payout/maxAmount", "/payout/max_amount"},
	.schema = {"/outputSchema", "/output_schema"},
	.risk = {"/riskTier", "/risk_tier"},
	.url = {"/callbackUrl", "/callback_url"},
	.objects = objects,
	.hidden = hidden,
};

static const field_alts metadata_at = {"/metadata"};

static int has_any(const json_t *body, const char *const *keys)
{
	for (size_t i = 0; keys[i]; i++)
		if (json_object_get(body, keys[i]))
			return 1;
	return 0;
}

static int recognise(const json_t *body)
{
	static const char *const python[] = {"idempotency_key", "output_schema", "risk_tier",
	                                     "sla_seconds",     "payout",        "payload", NULL};
	static const char *const biolayer[] = {"origin", "handoff", "domain", NULL};

	if (json_object_get(body, "taskType"))
		return 1;
	return json_object_get(body, "task_type") && has_any(body, python) &&
	       !has_any(body, biolayer);
}

static int read_payout(const json_t *body, struct spec *spec, struct err *err)
{
	const char *where, *currency = NULL;
	int64_t micro = -1;

	if (!json_is_object(json_object_get(body, "payout")))
		return err_field(err, FAIL_INVALID, "/payout",
		                 "required: {\"currency\", \"maxAmount\"}");
	if (js_get_str(body, "/payout/currency", &currency, 8, err) != 0)
		return -1;
	if (!currency || (strcmp(currency, "USD") != 0 && strcmp(currency, "SATS") != 0 &&
	                  strcmp(currency, "BTC") != 0))
		return err_field(err, FAIL_INVALID, "/payout/currency", "must be USD, SATS or BTC");
	if (!fields_at(body, fields_humanrail.payout, &where))
		return err_field(err, FAIL_INVALID, "/payout/maxAmount", "required");
	/* 10^8: the smallest unit of any of the three */
	if (js_get_amount(body, where, 100000000, &micro, err) != 0)
		return -1;
	if (micro < 0)
		return err_field(err, FAIL_INVALID, where, "must not be negative");
	if (strcmp(currency, "USD") == 0)
		spec->budget_usd_micro = micro / 100;
	return 0;
}

static int read(const json_t *body, struct spec *spec, struct err *err)
{
	if (fields_read(&fields_humanrail, body, spec, err) != 0 ||
	    read_payout(body, spec, err) != 0)
		return -1;
	if (!spec->lane)
		return err_field(err, FAIL_INVALID, "/taskType", "required");
	if (spec->sla_ms == 0)
		spec->sla_ms = SLA_DEFAULT_S * 1000;
	return 0;
}

static const char *status(enum state s)
{
	switch (s) {
	case ST_NONE:
	case ST_QUEUED:
	case ST_OFFERED:
		return "posted";
	case ST_ACCEPTED:
	case ST_STARTED:
	case ST_BLOCKED:
		return "assigned";
	case ST_SUBMITTED:
		return "submitted";
	case ST_VERIFIED:
	case ST_COMPLETED:
		return "verified";
	default:
		return state_name(s);
	}
}

static void set_object(json_t *out, const char *key, const json_t *value)
{
	if (json_is_object(value))
		js_set_copy(out, key, value);
	else
		js_set_new(out, key, json_object());
}

static void set_payout(json_t *out, const json_t *body)
{
	json_t *payout = json_object();

	js_set_copy(payout, "currency", js_at(body, "/payout/currency"));
	js_set_copy(payout, "maxAmount", fields_at(body, fields_humanrail.payout, NULL));
	js_set_new(out, "payout", payout);
}

/* Clients decode an object: anything else is wrapped. */
static void set_output(json_t *out, const json_t *answer)
{
	json_t *wrapped;

	if (!answer)
		return;
	if (json_is_object(answer)) {
		js_set_copy(out, "output", answer);
		return;
	}
	wrapped = json_object();
	js_set_copy(wrapped, "value", answer);
	js_set_new(out, "output", wrapped);
}

static void set_times(json_t *out, const json_t *view, int64_t sla_s, const char *updated)
{
	const char *created = view_text(view, "createdAt");
	int64_t ms = 0;

	set_seconds(out, "createdAt", created);
	set_seconds(out, "updatedAt", updated);
	if (created && time_parse(created, &ms, NULL) == 0)
		set_seconds_ms(out, "expiresAt", ms + sla_s * 1000);
}

/* The task as it stood in state ${s}: a webhook written late still tells of its event. */
static json_t *task_in(const json_t *view, enum state s, const char *updated)
{
	json_t *out = json_object();
	const json_t *body = view_body(view), *sla, *schema;
	const char *key = view_text(view, "key");
	int64_t sla_s;

	sla = fields_at(body, fields_humanrail.sla_seconds, NULL);
	sla_s = sla ? json_integer_value(sla) : SLA_DEFAULT_S;
	js_set_copy(out, "id", json_object_get(view, "id"));
	js_set_str(out, "idempotencyKey", key ? key : view_text(view, "id"));
	js_set_str(out, "status", status(s));
	js_set_copy(out, "taskType", fields_at(body, fields_humanrail.lane, NULL));
	js_set_copy(out, "riskTier", json_object_get(view, "urgency"));
	js_set_int(out, "slaSeconds", sla_s);
	set_object(out, "payload", json_object_get(body, "payload"));
	schema = fields_at(body, fields_humanrail.schema, NULL);
	set_object(out, "outputSchema",
	           json_is_object(schema) ? schema : json_object_get(view, "answerSchema"));
	set_payout(out, body);
	set_times(out, view, sla_s, updated);
	js_set_copy(out, "callbackUrl", fields_at(body, fields_humanrail.url, NULL));
	js_set_copy(out, "metadata", fields_at(body, metadata_at, NULL));
	if (s == ST_VERIFIED || s == ST_COMPLETED)
		set_output(out, view_answer(view));
	if (s == ST_FAILED)
		js_set_str(out, "failureReason", view_reason(view));
	return out;
}

static json_t *task(const json_t *view)
{
	return task_in(view, taskview_state(view), view_text(view, "updatedAt"));
}

static const char *event_word(enum event_type type)
{
	switch (type) {
	case EV_CREATED:
		return "task.posted";
	case EV_ACCEPTED:
		return "task.assigned";
	case EV_SUBMITTED:
		return "task.submitted";
	case EV_VERIFIED:
		return "task.verified";
	case EV_FAILED:
		return "task.failed";
	case EV_CANCELLED:
		return "task.cancelled";
	case EV_EXPIRED:
		return "task.expired";
	default:
		return NULL;
	}
}

static int wants(enum event_type type)
{
	return event_word(type) != NULL;
}

static json_t *webhook(const json_t *view, const struct event *ev)
{
	char id[ID_TEXT_MAX], at[TIME_TEXT_MAX];
	json_t *out;

	if (!wants(ev->type))
		return NULL;
	out = json_object();
	js_set_str(out, "id", id_format(&ev->id, "evt_", id));
	js_set_str(out, "type", event_word(ev->type));
	set_seconds_ms(out, "createdAt", ev->at_ms);
	js_set_new(out, "data", task_in(view, ev->state, time_format_ms(ev->at_ms, at)));
	return out;
}

const struct dialect dialect_humanrail = {
	.name = "humanrail",
	.sign = SIGN_HUMANRAIL,
	.recognise = recognise,
	.read = read,
	.reply = task,
	.task = task,
	.result = task,
	.webhook = webhook,
	.wants = wants,
	.secrets = secrets,
};
