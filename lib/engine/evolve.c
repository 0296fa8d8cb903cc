#include "engine/evolve.h"

#include <assert.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "engine/transition.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/dialect.h"

static int64_t time_at(const json_t *data, const char *pointer, int64_t dflt)
{
	const char *s = js_str_or(data, pointer, NULL);
	int64_t ms = dflt;

	if (s && time_parse(s, &ms, NULL) != 0)
		return dflt;
	return ms;
}

/* ---- tasks ---- */

static int on_created(struct world *w, const struct event *ev, struct err *err)
{
	struct spec spec;
	struct sha256 sha;
	const json_t *data = ev->data;

	if (world_task(w, &ev->task))
		return err_set(err, FAIL_FAILURE, "event %llu creates a task that exists",
		               (unsigned long long)ev->seq);
	if (spec_from_json(json_object_get(data, "spec"), &spec, err) != 0)
		return err_wrap(err, "event %llu", (unsigned long long)ev->seq);
	struct task *t = world_add_task(w, &ev->task);
	t->match = world_match(w, &spec);
	t->match->tasks++;
	if (sha256_parse(js_str_or(data, "/contentSha256", ""), &sha) == 0)
		t->content = world_content(&sha);
	t->created = ev->pos;
	t->created_ms = ev->at_ms;
	t->due_ms = time_at(data, "/dueAt", ev->at_ms);
	t->expire_ms = time_at(data, "/expiresAt", ev->at_ms);
	t->warn_ms = ev->at_ms + (t->due_ms - ev->at_ms) / 5 * 4;
	t->warned = t->due_ms <= ev->at_ms; /* nothing to warn of any more */
	t->max_attempts = (uint8_t)js_int_or(data, "/maxAttempts", 3);
	t->from = world_atom(w, js_str_or(data, "/from", "unknown"));
	t->dialect = dialect_by_name(js_str_or(data, "/dialect", "er"));
	t->deliver = json_is_true(json_object_get(data, "deliver"));
	spec_release(&spec);
	if (!t->dialect)
		return err_set(err, FAIL_FAILURE, "event %llu: unknown dialect",
		               (unsigned long long)ev->seq);
	return 0;
}

static void end_assign(struct world *w, struct assign *a)
{
	if (a->state == AS_ENDED)
		return;
	a->state = AS_ENDED;
	a->worker->live--;
	world_route_again(w);
}

static void on_offered(struct world *w, struct task *t, const struct event *ev)
{
	struct assign *a = task_add_assign(t, world_crew(w, js_str_or(ev->data, "/worker", "")));

	a->state = AS_OFFERED;
	a->offers++;
	a->offer_ends_ms = time_at(ev->data, "/expiresAt", INT64_MAX);
	a->worker->live++;
}

static void close_task(struct world *w, struct task *t)
{
	struct assign *a;

	while ((a = task_live_assign(t)))
		end_assign(w, a);
	idtable_put(&w->closed, &t->id, t->content | t->state);
	world_drop_task(w, t);
}

/* A place in lane history: a slow moving average, one eighth of the news. */
static void learn_duration(struct world *w, const struct task *t, int64_t took_ms)
{
	struct lane_stats *l = world_lane(w, t->match->lane, 1);

	if (took_ms < 0) /* the clock was set back meanwhile */
		return;
	l->typical_ms = l->typical_ms ? l->typical_ms + (took_ms - l->typical_ms) / 8 : took_ms;
}

static void on_assignment(struct world *w, struct task *t, const struct event *ev)
{
	struct assign *a = task_assign_of(t, js_str_or(ev->data, "/worker", ""));

	if (!a)
		return;
	switch (ev->type) {
	case EV_ACCEPTED:
		a->state = AS_ACCEPTED;
		break;
	case EV_STARTED:
		a->state = AS_STARTED;
		break;
	case EV_DECLINED:
		a->declined = 1;
		end_assign(w, a);
		break;
	default: /* offer_expired, released, reassigned */
		a->declined = json_is_true(json_object_get(ev->data, "declined"));
		end_assign(w, a);
	}
}

static void apply(struct world *w, struct task *t, const struct event *ev)
{
	switch (ev->type) {
	case EV_OFFERED:
		on_offered(w, t, ev);
		break;
	case EV_ACCEPTED:
	case EV_STARTED:
	case EV_DECLINED:
	case EV_OFFER_EXPIRED:
	case EV_RELEASED:
	case EV_REASSIGNED:
		on_assignment(w, t, ev);
		break;
	case EV_BLOCKED:
		t->blocked_ms = ev->at_ms;
		break;
	case EV_UNBLOCKED:
		if (ev->at_ms > t->blocked_ms)
			t->warn_ms += ev->at_ms - t->blocked_ms;
		t->due_ms = time_at(ev->data, "/dueAt", t->due_ms);
		t->expire_ms = time_at(ev->data, "/expiresAt", t->expire_ms);
		break;
	case EV_SUBMITTED:
		t->attempts++;
		break;
	case EV_SLA_BREACHED:
		t->breached = 1;
		t->warned = 1;
		break;
	case EV_SLA_WARNING:
		t->warned = 1;
		break;
	case EV_COMPLETED:
		learn_duration(w, t, ev->at_ms - t->created_ms);
		break;
	default:
		break;
	}
}

static int on_task(struct world *w, const struct event *ev, struct err *err)
{
	if (ev->type == EV_CREATED && on_created(w, ev, err) != 0)
		return -1;
	struct task *t = world_task(w, &ev->task);
	int next = t ? state_next((enum state)t->state, ev->type) : -1;
	if (next < 0 || (enum state)next != ev->state)
		return err_set(err, FAIL_FAILURE, "event %llu: %s cannot follow in state %s",
		               (unsigned long long)ev->seq, event_name(ev->type),
		               t ? state_name((enum state)t->state) : "none");
	apply(w, t, ev);
	t->state = (uint8_t)next;
	t->last_seq = ev->seq;
	if (t->deliver && t->dialect->wants(ev->type)) {
		struct delivery *d = mem_alloc(sizeof(*d));
		d->seq = ev->seq;
		d->task = t->id;
		d->event_ms = d->next_ms = ev->at_ms;
		HASH_ADD(hh, w->deliveries, seq, sizeof(d->seq), d);
	}
	if (state_final(ev->state)) {
		close_task(w, t);
		return 0;
	}
	if (t->state == ST_QUEUED)
		world_wait(w, t, t->n_assigns > 0);
	else
		world_unwait(w, t);
	world_set_timer(w, t);
	return 0;
}

/* ---- the rest ---- */

static int on_config(struct world *w, const struct event *ev, struct err *err)
{
	const char *kind = js_str_or(ev->data, "/kind", "");
	const char *name = js_str_or(ev->data, "/name", "");
	const json_t *doc = json_object_get(ev->data, "doc");

	world_route_again(w); /* somebody may be able now */
	for (int k = 0; k < CFG_COUNT; k++)
		if (strcmp(kind, config_words[k]) == 0)
			return config_set(w->config, (enum config_kind)k, name,
			                  json_is_object(doc) || json_is_boolean(doc) ? doc : NULL, err);
	return err_set(err, FAIL_FAILURE, "event %llu: unknown kind of configuration",
	               (unsigned long long)ev->seq);
}

static void on_webhook(struct world *w, const struct event *ev)
{
	uint64_t seq = (uint64_t)js_int_or(ev->data, "/seq", 0);
	struct delivery *d;

	HASH_FIND(hh, w->deliveries, &seq, sizeof(seq), d);
	if (!d)
		return;
	if (ev->type == EV_WEBHOOK_RETRY) {
		d->attempts = (uint32_t)js_int_or(ev->data, "/attempt", 1);
		d->next_ms = time_at(ev->data, "/nextAt", ev->at_ms);
		return;
	}
	HASH_DEL(w->deliveries, d);
	free(d);
}

int evolve(struct world *w, const struct event *ev, struct err *err)
{
	if (ev->seq != w->seq + 1)
		return err_set(err, FAIL_FAILURE, "event %llu does not follow %llu",
		               (unsigned long long)ev->seq, (unsigned long long)w->seq);
	w->seq = ev->seq;
	/* A batch is one message with many tasks: its lines are remembered as tasks. */
	if (ev->msg && ev->type != EV_CREATED && ev->type != EV_QUEUED &&
	    ev->type != EV_MESSAGE_REFUSED)
		world_remember(w, ev->msg);
	switch (ev->type) {
	case EV_CONFIG_SET:
		return on_config(w, ev, err);
	case EV_MESSAGE_REFUSED:
		return 0;
	case EV_WEBHOOK_DELIVERED:
	case EV_WEBHOOK_RETRY:
	case EV_WEBHOOK_DEAD:
		on_webhook(w, ev);
		return 0;
	default:
		return on_task(w, ev, err);
	}
}
