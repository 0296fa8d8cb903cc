#include "base/timefmt.h"
#include "engine/decide_p.h"
#include "engine/route.h"
#include "engine/world.h"
#include "json/js.h"

/* ---- timers ---- */

static void draft_due(struct drafts *d, enum event_type type, const struct task *t)
{
	json_t *data = json_object();

	js_set_time(data, "dueAt", t->due_ms);
	draft_task(d, type, data);
}

/* Everything of this task that is due at ${now_ms}, in the order in which it fell due; an end
 * makes the rest moot. */
void decide_timer(struct world *w, int64_t now_ms, struct task *t, struct decision *out)
{
	struct drafts d;

	(void)w;
	drafts_init(&d, out, &t->id, (enum state)t->state, "erd");
	if (t->state == ST_BLOCKED) { /* only reached when the requester never replied */
		json_t *data = json_object();
		js_set_str(data, "reason", "the requester did not reply");
		draft_task(&d, EV_EXPIRED, data);
		return;
	}
	if (now_ms >= t->warn_ms && !t->warned && draft_allowed(&d, EV_SLA_WARNING))
		draft_due(&d, EV_SLA_WARNING, t);
	if (now_ms >= t->due_ms && !t->breached && draft_allowed(&d, EV_SLA_BREACHED))
		draft_due(&d, EV_SLA_BREACHED, t);
	if (now_ms >= t->expire_ms && draft_allowed(&d, EV_EXPIRED)) {
		draft_task(&d, EV_EXPIRED, NULL);
		return;
	}
	for (int i = 0; i < t->n_assigns; i++)
		if (t->assigns[i].state == AS_OFFERED && now_ms >= t->assigns[i].offer_ends_ms)
			draft_task(&d, EV_OFFER_EXPIRED, data_worker(t->assigns[i].worker->name));
}

/* ---- routing ---- */

static const char *const kind_names[] = {
	[WORKER_HUMAN] = "human", [WORKER_EXEC] = "exec", [WORKER_HTTP] = "http"};

void decide_route(struct world *w, int64_t now_ms, struct task *t, struct decision *out)
{
	json_t *candidates = json_array();
	const struct worker *wk = route_pick(w, t, candidates, &out->class_full);
	const struct lane *lane = config_lane(w->config, t->match->lane);
	struct drafts d;

	if (!wk || !lane) {
		json_decref(candidates);
		return;
	}
	drafts_init(&d, out, &t->id, (enum state)t->state, "erd");
	json_t *matched = data_worker(wk->name);
	js_set_new(matched, "candidates", candidates);
	draft_task(&d, EV_MATCHED, matched);
	json_t *offered = data_worker(wk->name);
	js_set_time(offered, "expiresAt", now_ms + lane->offer_ms);
	js_set_str(offered, "kind", kind_names[wk->kind]);
	draft_task(&d, EV_OFFERED, offered);
}

/* ---- what the engine itself wants next ---- */

int engine_next(struct world *w, int64_t now_ms, struct input *in)
{
	const struct heap_item *top = heap_top(&w->timers);

	*in = (struct input){.kind = IN_TIMER};
	if (top && top->at_ms <= now_ms) {
		in->task = world_at(w, top->owner)->id;
		return 1;
	}
	const struct task *t = world_to_route(w);
	if (!t)
		return 0;
	in->kind = IN_ROUTE;
	in->task = t->id;
	return 1;
}

int64_t engine_next_ms(const struct world *w)
{
	const struct heap_item *top = heap_top(&w->timers);

	return top ? top->at_ms : INT64_MAX;
}
