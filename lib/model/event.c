#include "model/event.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "json/js.h"

static const char *const names[] = {
	[EV_CREATED] = "task.created",
	[EV_QUEUED] = "task.queued",
	[EV_MATCHED] = "task.matched",
	[EV_OFFERED] = "task.offered",
	[EV_ACCEPTED] = "task.accepted",
	[EV_DECLINED] = "task.declined",
	[EV_OFFER_EXPIRED] = "task.offer_expired",
	[EV_RELEASED] = "task.released",
	[EV_REASSIGNED] = "task.reassigned",
	[EV_STARTED] = "task.started",
	[EV_BLOCKED] = "task.blocked",
	[EV_UNBLOCKED] = "task.unblocked",
	[EV_COMMENTED] = "task.commented",
	[EV_SUBMITTED] = "task.submitted",
	[EV_CHECK_PASSED] = "task.check_passed",
	[EV_CHECK_FAILED] = "task.check_failed",
	[EV_HELD] = "task.held",
	[EV_REJECTED] = "task.rejected",
	[EV_VERIFIED] = "task.verified",
	[EV_COMPLETED] = "task.completed",
	[EV_FAILED] = "task.failed",
	[EV_CANCELLED] = "task.cancelled",
	[EV_EXPIRED] = "task.expired",
	[EV_SLA_WARNING] = "task.sla_warning",
	[EV_SLA_BREACHED] = "task.sla_breached",
	[EV_ESCALATED] = "task.escalated",
	[EV_REMINDED] = "task.reminded",
	[EV_ESC_TRIGGERED] = "escalation.triggered",
	[EV_ESC_ACKNOWLEDGED] = "escalation.acknowledged",
	[EV_ESC_UNACKNOWLEDGED] = "escalation.unacknowledged",
	[EV_ESC_ESCALATED] = "escalation.escalated",
	[EV_ESC_RESOLVED] = "escalation.resolved",
	[EV_CONFIG_SET] = "config.set",
	[EV_MESSAGE_REFUSED] = "message.refused",
	[EV_WEBHOOK_DELIVERED] = "webhook.delivered",
	[EV_WEBHOOK_RETRY] = "webhook.retry",
	[EV_WEBHOOK_DEAD] = "webhook.dead",
	[EV_CLOCK_STEPPED] = "clock.stepped",
	[EV_WORKER_SUSPENDED] = "worker.suspended",
	[EV_WORKER_CORRECTED] = "worker.corrected",
	[EV_WORKER_REINSTATED] = "worker.reinstated",
};
_Static_assert(NITEMS(names) == EV_COUNT, "name every event");

const char *event_name(enum event_type t)
{
	assert((unsigned)t < EV_COUNT);
	return names[t];
}

int event_by_name(const char *name)
{
	for (int t = 0; t < EV_COUNT; t++)
		if (strcmp(names[t], name) == 0)
			return t;
	return -1;
}

static void add_text(struct buf *out, const char *key, const char *value)
{
	buf_addc(out, ',');
	js_dump_string(out, key, strlen(key));
	buf_addc(out, ':');
	js_dump_string(out, value, strlen(value));
}

void event_encode(const struct event *ev, struct buf *out)
{
	char id[ID_TEXT_MAX], at[TIME_TEXT_MAX];

	buf_addf(out, "{\"seq\":%" PRIu64, ev->seq);
	add_text(out, "id", id_format(&ev->id, "evt_", id));
	add_text(out, "type", event_name(ev->type));
	add_text(out, "at", time_format_ms(ev->at_ms, at));
	if (ev->has_task) {
		add_text(out, "task", id_format(&ev->task, "task_", id));
		if (ev->state != ST_NONE)
			add_text(out, "state", state_name(ev->state));
	}
	add_text(out, "actor", ev->actor);
	if (ev->msg)
		add_text(out, "msg", ev->msg);
	if (ev->data) {
		buf_adds(out, ",\"data\":");
		js_dump(out, ev->data, JS_COMPACT);
	}
}

static const char *text_of(const json_t *line, const char *key)
{
	return json_string_value(json_object_get(line, key));
}

static int bad(struct err *err, const char *member)
{
	return err_field(err, FAIL_INVALID, member, "missing, or not as an event needs it");
}

static int parse_task(const json_t *line, struct event *ev, struct err *err)
{
	const char *task = text_of(line, "task"), *state = text_of(line, "state");
	int s = ST_NONE;

	if (!task)
		return json_object_get(line, "task") ? bad(err, "/task") : 0;
	if (id_parse(task, "task_", &ev->task) != 0)
		return bad(err, "/task");
	if (state && (s = state_by_name(state)) < 0)
		return bad(err, "/state");
	ev->has_task = 1;
	ev->state = (enum state)s;
	return 0;
}

int event_parse(json_t *line, struct event *ev, struct err *err)
{
	const json_t *seq = json_object_get(line, "seq");
	const char *id = text_of(line, "id"), *type = text_of(line, "type");
	const char *at = text_of(line, "at");
	struct journal_pos pos = ev->pos;
	int t;

	memset(ev, 0, sizeof(*ev));
	ev->pos = pos;
	if (!json_is_integer(seq) || json_integer_value(seq) < 1)
		return bad(err, "/seq");
	ev->seq = (uint64_t)json_integer_value(seq);
	if (!id || id_parse(id, "evt_", &ev->id) != 0)
		return bad(err, "/id");
	if (!type || (t = event_by_name(type)) < 0)
		return bad(err, "/type");
	ev->type = (enum event_type)t;
	if (!at || time_parse(at, &ev->at_ms, NULL) != 0)
		return bad(err, "/at");
	if (parse_task(line, ev, err) != 0)
		return -1;
	ev->actor = text_of(line, "actor");
	if (!ev->actor)
		return bad(err, "/actor");
	ev->msg = text_of(line, "msg");
	ev->data = json_object_get(line, "data");
	if (ev->data && !json_is_object(ev->data))
		return bad(err, "/data");
	return 0;
}
