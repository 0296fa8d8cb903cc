/*
 * What whoever runs the desk says: reassign.
 *
 * It is no fault of those who lose the task, so it leaves no trace in their record; and it was
 * taken from them on purpose, so routing does not ask them for it again.  The operator may.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "engine/decide_p.h"
#include "engine/duty.h"
#include "engine/route.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/message.h"

struct moving {
	struct world *w;
	int64_t now_ms;
	const struct message *m;
	struct task *t;
	const char *from, *to; /* or NULL: everybody; nobody in particular */
	const struct worker *wk; /* who is to get it, unless it is theirs already */
	enum route_verdict forced; /* what was said against it, or ROUTE_ELIGIBLE */
	int refused_before;
};

static int refuse(const struct moving *v, enum fail code, const char *who, const char *what,
                  struct err *err)
{
	char id[ID_TEXT_MAX];

	return err_set(err, code, "%s: %s%s", id_format(&v->t->id, "task_", id), who, what);
}

static int is_live(const struct task *t, const char *worker)
{
	const struct assign *a = task_assign_of(t, worker);

	return a && a->state > AS_HELD;
}

static int loses(const struct moving *v, const struct assign *a)
{
	const char *name = a->worker->name;

	return v->from ? strcmp(name, v->from) == 0 : !v->to || strcmp(name, v->to) != 0;
}

static int count_losers(const struct moving *v)
{
	int n = 0;

	for (struct assign *a = NULL; (a = task_live_assign(v->t, a));)
		n += loses(v, a);
	return n;
}

static int check_from(const struct moving *v, struct err *err)
{
	if (v->t->esc)
		return refuse(v, FAIL_CONFLICT, "", "a chain routes it: `erctl escalation escalate` "
		                                    "takes it to other people", err);
	if (v->t->state > ST_BLOCKED)
		return refuse(v, FAIL_CONFLICT, "cannot reassign, it is ",
		              state_name((enum state)v->t->state), err);
	if (v->from && !is_live(v->t, v->from))
		return refuse(v, FAIL_CONFLICT, v->from, " does not have it", err);
	if (v->from && v->to && strcmp(v->from, v->to) == 0)
		return refuse(v, FAIL_CONFLICT, v->to, " has it already", err);
	if (!v->to && !task_live_assign(v->t, NULL))
		return refuse(v, FAIL_CONFLICT, "", "nobody has it; say by \"to\" who is to", err);
	return 0;
}

/* Load and hours may be overruled; what the lane, the task and the law of four eyes say, not. */
static int check_verdict(struct moving *v, enum route_verdict said, struct err *err)
{
	const struct crew *c = world_find_crew(v->w, v->to);

	if (said == ROUTE_DECLINED && v->wk) { /* they may say no once more */
		v->refused_before = 1;
		said = duty_busy(v->w, c->id) ? (c->off ? ROUTE_OFF : ROUTE_FULL) : ROUTE_ELIGIBLE;
	}
	if (said == ROUTE_ELIGIBLE)
		return 0;
	if (v->wk && (said == ROUTE_OFF || said == ROUTE_FULL)) {
		v->forced = said;
		if (json_is_true(json_object_get(v->m->body, "force")))
			return 0;
	}
	char what[96];
	snprintf(what, sizeof(what), " cannot take it: %s", route_verdict_names[said]);
	return refuse(v, said >= ROUTE_OFF ? FAIL_CONFLICT : FAIL_DENIED, v->to, what, err);
}

/* With as many answers as it wants at their programs or a reviewer it has no place for one more. */
static int wants_nobody(const struct moving *v)
{
	int held = task_held(v->t);

	for (struct assign *a = NULL; (a = task_live_assign(v->t, a));)
		if (!loses(v, a))
			return 0;
	return v->t->review || (held && held >= v->t->overlap);
}

/* Nobody reviews what they have answered, whoever wants it. */
static int answered_it(const struct moving *v)
{
	const struct task *parent = v->t->reviews ? world_task(v->w, &v->t->parent) : NULL;
	const struct assign *a = parent ? task_assign_of(parent, v->to) : NULL;

	return a && a->attempt;
}

static int check_to(struct moving *v, struct err *err)
{
	if (!v->to)
		return 0;
	if (answered_it(v))
		return refuse(v, FAIL_DENIED, v->to, " has given the answer that is to be reviewed", err);
	if (is_live(v->t, v->to))
		return count_losers(v) ? 0 : refuse(v, FAIL_CONFLICT, v->to, " has it already", err);
	if (!known_worker(v->w, v->to, err))
		return -1;
	if (wants_nobody(v))
		return refuse(v, FAIL_CONFLICT, "", "the answers that it wants are being verified", err);
	for (struct assign *a = NULL; (a = task_live_assign(v->t, a));)
		if (a->state == AS_BLOCKED && !loses(v, a))
			return refuse(v, FAIL_CONFLICT, a->worker->name, " waits for a reply to a question",
			              err);
	enum route_verdict said = route_may_take(v->w, v->t, v->to, v->now_ms, &v->wk);
	assert(v->wk || said != ROUTE_ELIGIBLE);
	return check_verdict(v, said, err);
}

static json_t *data_taken(const struct moving *v, const struct assign *a)
{
	json_t *data = data_worker(a->worker->name);

	js_set_str(data, "to", v->to);
	js_set_str(data, "reason", js_str_or(v->m->body, "/reason", NULL));
	js_set_str(data, "by", v->m->from);
	js_set_new(data, "declined", json_true());
	if (a->state == AS_BLOCKED)
		data_clock(data, v->now_ms, v->t);
	return data;
}

static void draft_given(const struct moving *v, struct drafts *d)
{
	const struct lane *lane = config_lane(v->w->config, v->t->match->lane);
	struct fact fact = {.worker = v->to, .by = v->m->from};

	if (v->forced != ROUTE_ELIGIBLE) {
		fact.more = json_object();
		js_set_str(fact.more, "although", route_verdict_names[v->forced]);
	}
	draft_offered(d, v->w, v->now_ms, v->t, v->wk, &fact);
	if (!v->refused_before && lane->auto_trust >= 0 && v->wk->trust_level >= lane->auto_trust)
		draft_accepted(d, v->w, v->now_ms, v->t, v->to, 1);
}

int decide_reassign(struct world *w, int64_t now_ms, const struct message *m, struct task *t,
                    struct decision *out, struct err *err)
{
	struct moving v = {.w = w, .now_ms = now_ms, .m = m, .t = t, .forced = ROUTE_ELIGIBLE,
	                   .from = js_str_or(m->body, "/worker", NULL),
	                   .to = js_str_or(m->body, "/to", NULL)};
	struct drafts d;

	if (check_from(&v, err) != 0 || check_to(&v, err) != 0)
		return -1;
	drafts_init(&d, out, &t->id, t, m->from);
	for (struct assign *a = NULL; (a = task_live_assign(t, a));)
		if (loses(&v, a))
			draft_task(&d, EV_REASSIGNED, data_taken(&v, a));
	if (v.wk)
		draft_given(&v, &d);
	return 0;
}
