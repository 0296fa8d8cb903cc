#include "model/dialect/dialect_p.h"

#include "base/ids.h"
#include "json/js.h"
#include "model/taskview.h"

enum { DAYS_30_S = 30 * 86400 };

static const char *const objects[] = {"/webhook", NULL};
static const char *const hidden[] = {"/webhook", NULL};
static const char *const secrets[] = {"/webhook/secret", "/webhook/bearer", NULL};

const struct fields fields_chain = {
	.dialect = &dialect_chain,
	.lane = {"/chain"},
	.title = {"/title"},
	.text = {"/reason"},
	.key = {"/idempotencyKey"},
	.urgency = {"/urgency"},
	.sla_min_s = 1,
	.sla_max_s = DAYS_30_S,
	.url = {"/webhook/url"},
	.secret = {"/webhook/secret"},
	.bearer = {"/webhook/bearer"},
	.objects = objects,
	.hidden = hidden,
};

/* A trigger has a reason and none of the words by which other bodies say what they want. */
static int recognise(const json_t *body)
{
	static const char *const others[] = {"lane",         "title",    "objective",
	                                     "instructions", "question", NULL};

	if (json_object_get(body, "levels"))
		return 1;
	if (!json_is_string(json_object_get(body, "reason")))
		return 0;
	if (json_object_get(body, "chain"))
		return 1;
	for (size_t i = 0; others[i]; i++)
		if (json_object_get(body, others[i]))
			return 0;
	return 1;
}

static int read(const json_t *body, struct spec *spec, struct err *err)
{
	const char *reason;

	if (json_object_get(body, "levels"))
		return err_field(err, FAIL_INVALID, "/levels",
		                 "this defines a chain and is no task: `erctl chain create` takes it");
	if (fields_read(&fields_chain, body, spec, err) != 0)
		return -1;
	reason = fields_text(body, fields_chain.text);
	return reason && *reason ? 0
	                         : err_field(err, FAIL_INVALID, "/reason",
	                                     "required, and not empty");
}

static const char *status(enum state s)
{
	switch (s) {
	case ST_NONE:
	case ST_QUEUED:
	case ST_OFFERED:
		return "triggered";
	case ST_ACCEPTED:
	case ST_STARTED:
	case ST_BLOCKED:
	case ST_SUBMITTED:
	case ST_VERIFIED:
		return "acknowledged";
	case ST_COMPLETED:
		return "resolved";
	default:
		return state_name(s);
	}
}

/* The chain knows better than the task's state: several may have to acknowledge. */
static const char *status_of(const json_t *view)
{
	const char *word = js_str_or(view, "/escalation/status", NULL);

	return !word || state_final(taskview_state(view)) ? status(taskview_state(view)) : word;
}

/* The id of an escalation has the digits of its task's. */
static void set_id(json_t *out, const char *key, const json_t *view)
{
	const char *id = js_str_or(view, "/id", "");
	struct id raw;
	char text[ID_TEXT_MAX];

	if (id_parse(id, "task_", &raw) == 0)
		js_set_str(out, key, id_format(&raw, "e_", text));
}

static void set_chain(json_t *out, const json_t *view)
{
	const json_t *chain = js_at(view, "/escalation/chain");

	js_set_copy(out, "chain", chain ? chain : json_object_get(view, "lane"));
}

static void set_resolution(json_t *out, const json_t *view)
{
	const json_t *answer = view_answer(view);
	const json_t *text = json_object_get(answer, "resolution");

	js_set_copy(out, "resolution", text ? text : answer);
}

static json_t *with_status(const json_t *view, const char *word)
{
	const json_t *body = view_body(view);
	json_t *out = json_object();

	set_id(out, "id", view);
	set_chain(out, view);
	js_set_str(out, "status", word);
	js_set_copy(out, "level", js_at(view, "/escalation/level"));
	js_set_copy(out, "agentId", js_at(view, "/escalation/agentId"));
	js_set_copy(out, "reason", json_object_get(body, "reason"));
	js_set_copy(out, "context", json_object_get(body, "context"));
	set_seconds(out, "triggeredAt", view_text(view, "createdAt"));
	return out;
}

static json_t *reply(const json_t *view)
{
	return with_status(view, "triggered");
}

/* The last agent who acknowledged; while it is open only one who still has it. */
static const json_t *acknowledgement(const json_t *view)
{
	const json_t *all = json_object_get(view, "assignments");
	int closed = json_is_string(json_object_get(view, "closedAt"));

	for (size_t i = json_array_size(all); i-- > 0;) {
		const json_t *a = json_array_get(all, i);

		if (json_object_get(a, "acceptedAt") && (closed || !json_object_get(a, "endedAt")))
			return a;
	}
	return NULL;
}

static json_t *task(const json_t *view)
{
	json_t *out = with_status(view, status_of(view));
	const json_t *ack = acknowledgement(view);

	if (ack) {
		js_set_copy(out, "acknowledgedBy", json_object_get(ack, "worker"));
		set_seconds(out, "acknowledgedAt",
		            json_string_value(json_object_get(ack, "acceptedAt")));
	}
	if (taskview_state(view) == ST_COMPLETED)
		set_resolution(out, view);
	set_seconds(out, "closedAt", view_text(view, "closedAt"));
	return out;
}

static const char *event_word(enum event_type type)
{
	switch (type) {
	case EV_CREATED:
		return "escalation.triggered";
	case EV_ESC_ACKNOWLEDGED:
		return "escalation.acknowledged";
	case EV_ESC_UNACKNOWLEDGED:
		return "escalation.unacknowledged";
	case EV_ESC_ESCALATED:
		return "escalation.escalated";
	case EV_COMPLETED:
		return "escalation.resolved";
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
	json_t *out;

	if (!wants(ev->type))
		return NULL;
	out = json_object();
	js_set_str(out, "event", event_word(ev->type));
	set_seconds_ms(out, "createdAt", ev->at_ms);
	set_id(out, "escalationId", view);
	set_chain(out, view);
	js_set_str(out, "status", ev->type == EV_ESC_ACKNOWLEDGED ? "acknowledged" : status(ev->state));
	if (ev->type == EV_ESC_ACKNOWLEDGED)
		js_set_str(out, "agentId", event_text(ev, "worker"));
	if (ev->type == EV_ESC_ESCALATED || ev->type == EV_ESC_UNACKNOWLEDGED) {
		js_set_copy(out, "level", json_object_get(ev->data, "level"));
		js_set_str(out, "agentId", event_text(ev, "agentId"));
		js_set_str(out, "reason", event_text(ev, "reason"));
	}
	if (ev->type == EV_COMPLETED)
		set_resolution(out, view);
	return out;
}

const struct dialect dialect_chain = {
	.name = "chain",
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
