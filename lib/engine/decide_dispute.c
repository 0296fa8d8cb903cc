/*
 * A dispute is a task that erctl submits to the lane that reviews.  When a reviewer overturns what became
 * of an answer, its worker's record is corrected from then on; what happened stays as it was.  The record
 * of whoever had reviewed it says whether another reviewer agreed.
 */
#include <string.h>

#include "engine/decide_p.h"
#include "engine/stages.h"
#include "engine/world.h"
#include "json/js.h"

/* Only those who review for a lane judge its workers. */
static int reviews_for(const struct world *w, const struct task *t, const char *lane_name)
{
	const struct lane *lane = config_lane(w->config, lane_name);

	return lane && lane->verify.qa.lane && strcmp(lane->verify.qa.lane, t->match->lane) == 0;
}

static void correct(const struct answered *v, const char *worker, const char *lane, const char *task,
                    int right)
{
	json_t *data = data_worker(worker);

	js_set_str(data, "lane", lane);
	js_set_str(data, "task", task);
	js_set_new(data, "right", json_boolean(right));
	draft_plain(v->d->out, EV_WORKER_CORRECTED, v->worker, data);
}

void dispute_decided(const struct answered *v, const json_t *answer)
{
	const json_t *body = json_object_get(v->in->created, "body");
	const char *task = json_string_value(json_object_get(body, "disputes"));

	if (!task)
		return;
	const json_t *disputed = js_at(body, "/metadata/disputed");
	const char *worker = js_str_or(disputed, "/worker", NULL), *lane = js_str_or(disputed, "/lane", NULL);
	const char *reviewer = js_str_or(disputed, "/reviewer", NULL);
	int overturned = strcmp(js_str_or(answer, "/verdict", ""), "overturn") == 0;
	if (!worker || !lane || !reviews_for(v->w, v->t, lane))
		return;
	if (overturned)
		correct(v, worker, lane, task, !json_is_true(json_object_get(disputed, "accepted")));
	if (reviewer && strcmp(reviewer, v->worker) != 0)
		correct(v, reviewer, v->t->match->lane, task, !overturned);
}
