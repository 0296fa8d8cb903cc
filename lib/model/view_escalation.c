/* What a task view says of an escalation: where it stands, and who has acknowledged. */
#include <string.h>

#include "json/js.h"
#include "model/view_p.h"

static json_t *of(json_t *view)
{
	json_t *e = json_object_get(view, "escalation");

	if (!e) {
		e = json_object();
		view_set(view, "escalation", e);
	}
	return e;
}

void view_escalation_begin(json_t *view, const struct event *created)
{
	const json_t *chain = json_object_get(created->data, "chain");
	json_t *e;

	if (!chain)
		return;
	e = of(view);
	js_set_copy(e, "chain", json_object_get(chain, "name"));
	js_set_str(e, "status", "triggered");
	js_set_copy(e, "blind", json_object_get(chain, "blind"));
}

static void level(json_t *e, const struct event *ev)
{
	static const char *const keys[] = {"level",   "levels",	     "round",
					   "agentId", "levelEndsAt", NULL};

	for (size_t i = 0; keys[i]; i++)
		js_set_copy(e, keys[i], json_object_get(ev->data, keys[i]));
}

/* The clock runs again. */
static void open_again(json_t *e)
{
	js_set_str(e, "status", "triggered");
	json_object_del(e, "acknowledgements");
	json_object_del(e, "acknowledgedUntil");
}

static void acknowledged(json_t *e, const struct event *ev)
{
	json_t *all = json_object_get(e, "acknowledgements"), *a = json_object();

	if (!all) {
		all = json_array();
		js_set_new(e, "acknowledgements", all);
	}
	js_set_copy(a, "worker", json_object_get(ev->data, "worker"));
	js_set_time(a, "at", ev->at_ms);
	json_array_append_new(all, a);
	if (json_object_get(ev->data, "required") && !json_object_get(ev->data, "leftMs"))
		return; /* more are needed */
	js_set_str(e, "status", "acknowledged");
	json_object_del(e, "levelEndsAt");
	js_set_copy(e, "acknowledgedUntil", json_object_get(ev->data, "expiresAt"));
}

/* The answer that was not sure enough stays for the next level to see. */
static void passed_on(json_t *view, const struct event *ev)
{
	const json_t *answers = json_object_get(view, "answers");
	json_t *last = json_array_get(answers, json_array_size(answers) - 1);

	if (last && strcmp(js_str_or(ev->data, "/reason", ""), "low_confidence") == 0)
		js_set_new(last, "escalated", json_true());
}

void view_escalation(json_t *view, const struct event *ev)
{
	switch (ev->type) {
	case EV_ESC_TRIGGERED:
		level(of(view), ev);
		break;
	case EV_ESC_ACKNOWLEDGED:
		acknowledged(of(view), ev);
		break;
	case EV_ESC_ESCALATED:
		passed_on(view, ev);
		/* fall through */
	case EV_ESC_UNACKNOWLEDGED:
		open_again(of(view));
		level(of(view), ev);
		view_set_time(view, "dueAt", ev->data, "dueAt");
		view_set_time(view, "expiresAt", ev->data, "expiresAt");
		break;
	case EV_ESC_RESOLVED:
		js_set_str(of(view), "status", "resolved");
		json_object_del(of(view), "levelEndsAt");
		break;
	default:
		break;
	}
}
