#include "engine/escalation.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "engine/evolve_p.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/schedule.h"

/* ---- chains in use ---- */

static void hash_ref(const char *name, const json_t *doc, struct sha256 *out)
{
	json_t *both = json_object();

	js_set_str(both, "name", name);
	js_set_copy(both, "doc", doc);
	js_hash(both, out);
	json_decref(both);
}

struct chain_ref *escalation_ref(struct world *w, const char *name, const json_t *doc,
				 struct err *err)
{
	struct sha256 sha;
	struct chain_ref *ref;

	hash_ref(name, doc, &sha);
	HASH_FIND(hh, w->chains, &sha, sizeof(sha), ref);
	if (!ref) {
		ref = mem_alloc(sizeof(*ref));
		ref->sha = sha;
		ref->name = mem_strdup(name);
		ref->doc = json_incref((json_t *)doc);
		if (chain_from_json(ref->name, ref->doc, &ref->chain, err) != 0) {
			json_decref(ref->doc);
			free(ref->name);
			free(ref);
			return NULL;
		}
		HASH_ADD(hh, w->chains, sha, sizeof(ref->sha), ref);
	}
	ref->refs++;
	return ref;
}

void escalation_free(struct world *w, struct task *t)
{
	struct chain_ref *ref = t->esc ? t->esc->ref : NULL;

	if (ref && (ref->refs <= 1 || --ref->refs == 0)) {
		HASH_DEL(w->chains, ref);
		json_decref(ref->doc);
		free(ref->name);
		free(ref);
	}
	free(t->esc);
	t->esc = NULL;
}

/* ---- questions ---- */

int escalation_next(const struct escalation *e, int *level, int *round)
{
	const struct chain *c = escalation_chain(e);

	*level = e->level + 1;
	*round = e->round;
	if ((size_t)*level < c->n)
		return 1;
	*level = 0;
	return ++*round <= c->repeat;
}

int escalation_acked(const struct escalation *e, const char *worker)
{
	for (int i = 0; i < e->n_acks; i++)
		if (strcmp(e->ack[i]->name, worker) == 0)
			return 1;
	return 0;
}

int escalation_wants(const struct task *t)
{
	int live = 0;

	if (t->esc->stopped || t->state > ST_STARTED)
		return 0;
	for (struct assign *a = NULL; (a = task_live_assign(t, a));)
		live++;
	return live < escalation_level(t->esc)->acknowledgers
		   ? escalation_level(t->esc)->acknowledgers - live
		   : 0;
}

int64_t escalation_next_ms(const struct escalation *e)
{
	int level, round;
	int64_t at = INT64_MAX;

	if (e->stopped)
		at = e->ack_ends_ms;
	else if (escalation_next(e, &level, &round))
		at = e->level_ends_ms;
	return e->retry_ms < at ? e->retry_ms : at;
}

static int in_schedule(const struct schedule *s, const char *worker)
{
	for (size_t k = 0; s && k < s->n_layers; k++)
		for (size_t i = 0; i < s->layer[k].n; i++)
			if (strcmp(s->layer[k].member[i], worker) == 0)
				return 1;
	for (size_t i = 0; s && i < s->n_overrides; i++)
		if (strcmp(s->overrides[i].worker, worker) == 0)
			return 1;
	return 0;
}

int escalation_knows(const struct world *w, const struct escalation *e, const char *worker)
{
	const struct chain *c = escalation_chain(e);

	for (size_t i = 0; i < c->n; i++) {
		const char *agent = c->level[i].agent;
		const struct pool *pool = config_pool(w->config, agent);

		if (strcmp(agent, worker) == 0 || (pool && strings_has(&pool->members, worker)) ||
		    in_schedule(config_schedule(w->config, agent), worker))
			return 1;
	}
	return 0;
}

/* ---- what happened ---- */

int escalation_begin(struct world *w, struct task *t, const struct event *ev, struct err *err)
{
	const json_t *chain = json_object_get(ev->data, "chain");
	const json_t *doc = json_object_get(chain, "doc");

	if (!chain)
		return 0;
	struct chain_ref *ref = escalation_ref(w, js_str_or(chain, "/name", ""), doc, err);
	if (!ref)
		return err_wrap(err, "event %llu: chain", (unsigned long long)ev->seq);
	t->esc = mem_alloc(sizeof(*t->esc));
	t->esc->ref = ref;
	t->esc->blind = (uint8_t)json_is_true(json_object_get(chain, "blind"));
	t->esc->ack_ends_ms = t->esc->retry_ms = INT64_MAX;
	t->esc->level_ends_ms = ev->at_ms + ref->chain.level[0].timeout_ms;
	return 0;
}

/* Acknowledged once more; with enough of them the clock stops. */
static void on_acknowledged(struct world *w, struct escalation *e, const struct event *ev)
{
	const char *worker = js_str_or(ev->data, "/worker", "");

	if (!escalation_acked(e, worker) && e->n_acks < CHAIN_ACKS_MAX)
		e->ack[e->n_acks++] = world_crew(w, worker);
	if (js_int_or(ev->data, "/leftMs", -1) < 0)
		return;
	e->stopped = 1;
	e->left_ms = js_int_or(ev->data, "/leftMs", 0);
	e->ack_ends_ms = event_time(ev->data, "/expiresAt", INT64_MAX);
}

/* Back to the level as it was entered, or on to another. */
static void on_level(struct task *t, const struct event *ev)
{
	struct escalation *e = t->esc;

	e->stopped = 0;
	e->n_acks = 0;
	e->ack_ends_ms = e->retry_ms = INT64_MAX;
	e->level_ends_ms = event_time(ev->data, "/levelEndsAt", e->level_ends_ms);
	if (ev->type != EV_ESC_ESCALATED)
		return;
	t->told = 0;
	e->level = (uint8_t)(js_int_or(ev->data, "/level", 1) - 1);
	e->round = (uint8_t)(js_int_or(ev->data, "/round", 1) - 1);
	if (e->level >= escalation_chain(e)->n)
		e->level = (uint8_t)(escalation_chain(e)->n - 1);
}

void escalation_apply(struct world *w, struct task *t, const struct event *ev)
{
	struct escalation *e = t->esc;

	if (!e)
		return;
	switch (ev->type) {
	case EV_ESC_ACKNOWLEDGED:
		on_acknowledged(w, e, ev);
		break;
	case EV_ESC_UNACKNOWLEDGED:
	case EV_ESC_ESCALATED:
		on_level(t, ev);
		for (int i = 0; ev->type == EV_ESC_ESCALATED && i < t->n_assigns; i++)
			t->assigns[i].declined = 0; /* another level may ask again */
		break;
	case EV_ESC_TRIGGERED:
		e->level_ends_ms = event_time(ev->data, "/levelEndsAt", e->level_ends_ms);
		break;
	default:
		e->retry_ms = INT64_MAX;
	}
}

static void shift(int64_t *at, int64_t by_ms)
{
	if (*at != INT64_MAX)
		*at += by_ms;
}

void escalation_shift(struct escalation *e, int64_t by_ms)
{
	shift(&e->level_ends_ms, by_ms);
	shift(&e->ack_ends_ms, by_ms);
	e->retry_ms = INT64_MAX;
}
