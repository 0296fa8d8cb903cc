#include "engine/evolve.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "engine/duty.h"
#include "engine/evolve_p.h"
#include "engine/reputation.h"
#include "engine/world.h"
#include "json/js.h"

static int on_config(struct world *w, const struct event *ev, struct err *err)
{
	const char *kind = js_str_or(ev->data, "/kind", "");
	const char *name = js_str_or(ev->data, "/name", "");
	const json_t *doc = json_object_get(ev->data, "doc");

	duty_forget(w);
	world_wake_all(w, NULL); /* somebody may be able now */
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
		d->next_ms = event_time(ev->data, "/nextAt", ev->at_ms);
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
	w->at_ms = ev->at_ms;
	stats_day(w, ev->at_ms);
	/* A batch is one message with many tasks: its lines are remembered as tasks. */
	if (ev->msg && ev->type != EV_CREATED && ev->type != EV_QUEUED &&
	    ev->type != EV_MESSAGE_REFUSED)
		world_remember(w, ev->msg);
	switch (ev->type) {
	case EV_CONFIG_SET:
		return on_config(w, ev, err);
	case EV_MESSAGE_REFUSED:
		return 0;
	case EV_WORKER_CORRECTED:
		reputation_corrected(w, ev);
		return 0;
	case EV_WORKER_SUSPENDED:
	case EV_WORKER_REINSTATED:
		reputation_worker_event(w, ev);
		return 0;
	case EV_CLOCK_STEPPED:
		evolve_clock(w, js_int_or(ev->data, "/byMs", 0));
		return 0;
	case EV_WEBHOOK_DELIVERED:
	case EV_WEBHOOK_RETRY:
	case EV_WEBHOOK_DEAD:
		on_webhook(w, ev);
		return 0;
	default:
		return evolve_task(w, ev, err);
	}
}
