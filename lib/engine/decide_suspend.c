/* Who is below the lane's floor gets no more of its tasks, until an operator takes that back. */
#include "base/err.h"
#include "engine/decide_p.h"
#include "engine/reputation.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/message.h"

static struct lane_stats *lane_by_id(const struct world *w, uint32_t id)
{
	struct lane_stats *l = w->lanes;

	while (l && l->id != id)
		l = l->hh.next;
	return l;
}

void decide_suspend(struct world *w, const struct input *in, struct decision *out)
{
	const struct lane_stats *l = lane_by_id(w, w->suspects[0].lane);
	const struct crew *c = w->crew_at[w->suspects[0].crew];
	json_t *data = data_worker(c->name);
	struct standing s;

	(void)in;
	reputation_of(w, l->name, c->name, &s);
	js_set_str(data, "lane", l->name);
	js_set_str(data, "reason",
	           w->suspects[0].habit ? "what it does at its answers stands out (anomaly)"
	                                : "accuracy is below the lane's floor");
	js_set_int(data, "meanMicro", s.mean_micro);
	js_set_int(data, "lowMicro", s.low_micro);
	js_set_int(data, "highMicro", s.high_micro);
	js_set_int(data, "floorMicro", (json_int_t)(reputation_floor(w, l->name) * 1e6));
	js_set_int(data, "observations", s.known);
	draft_plain(out, EV_WORKER_SUSPENDED, "erd", data);
}

int decide_reinstate(struct world *w, const struct message *m, struct decision *out,
                     struct err *err)
{
	const char *worker = js_str_or(m->body, "/worker", "");
	const char *lane = js_str_or(m->body, "/lane", "");
	const struct crew *c = world_find_crew(w, worker);
	json_t *data;

	if (!c || !reputation_suspended(w, lane, c))
		return err_set(err, FAIL_CONFLICT, "%s is not suspended in %s", worker, lane);
	data = data_worker(worker);
	js_set_str(data, "lane", lane);
	js_set_str(data, "by", m->from);
	js_set_str(data, "reason", js_str_or(m->body, "/reason", NULL));
	draft_plain(out, EV_WORKER_REINSTATED, m->from, data);
	return 0;
}
