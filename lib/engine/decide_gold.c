/*
 * Stage 4: tasks whose answer is known come among the others.  To the worker one looks like any
 * other; it comes some time after an ordinary offer, so that not even its time tells.
 */
#include <string.h>

#include "base/err.h"
#include "engine/decide_p.h"
#include "engine/lot.h"
#include "engine/reputation.h"
#include "engine/stages.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/gold.h"

enum { LATER_MIN_MS = 1000, LATER_MAX_MS = 90 * 1000 };

/* ---- judging ---- */

static const struct gold *gold_of(const struct answered *v)
{
	return v->t->gold ? config_gold(v->w->config, js_str_or(v->in->created, "/gold", "")) : NULL;
}

/* Right or wrong, a gold task ends as others do: its worker must not see which it was. */
int stage_gold(struct answered *v, struct err *err)
{
	const struct gold *g = gold_of(v);
	struct standing s;
	json_t *data;

	(void)err;
	if (!v->how->asked) {
		stage_note(v, STAGE_GOLD, "the lane has no gold tasks");
		return 1;
	}
	data = check_data(STAGE_GOLD, v->attempt);
	if (g) {
		struct opinion own = {v->worker, v->skill, v->attempt, v->answer, NULL};
		js_set_new(data, "right", json_boolean(gold_right(g, v->answer)));
		js_set_new(data, "learn", learn_known(v, &own, g->answer));
	}
	if (v->how->gold.reject_milli >= 0)
		reputation_of(v->w, v->t->match->lane, v->worker, &s);
	else
		reputation_low(v->skill, &s);
	js_set_int(data, "meanMicro", s.mean_micro);
	js_set_int(data, "lowMicro", s.low_micro);
	js_set_int(data, "observations", s.known);
	enum trust trust = trust_in(v, &s);
	trust_note(v, trust, data);
	if (trust != TRUST_REJECT) {
		stage_passed(v, data);
		return 1;
	}
	js_set_int(data, "highMicro", s.high_micro);
	json_t *reasons = trust_reasons(v);
	stage_failed_with(v, STAGE_GOLD, reasons, data);
	json_decref(reasons);
	return 0;
}

/* ---- asking ---- */

/* The next one that this worker has not had, from a place of its own; NULL: it had all. */
static const struct gold *next_gold(const struct world *w, const char *lane, const char *worker,
                                    uint32_t given)
{
	size_t n = config_golds(w->config, lane);
	uint64_t h = 0;

	if (given >= n)
		return NULL;
	for (const char *s = worker; *s; s++)
		h = lot_mix(h * 31 + (unsigned char)*s);
	return config_gold_at(w->config, lane, (h + given) % n);
}

/* Ids with a key have no time in them; one with it is as old as a message usually is. */
static struct id gold_id(const struct world *w, const struct task *t, int64_t at_ms)
{
	enum { DAY = 24 * 3600 * 1000, AGE_MIN_MS = 2, AGE_MAX_MS = 30 };
	uint64_t a = lot_of(&t->id, w->seq), b = lot_mix(a);
	int64_t of_task = 0;
	struct id id;

	for (int i = 0; i < 6; i++)
		of_task = of_task << 8 | t->id.b[i];
	memcpy(id.b, &a, 8);
	memcpy(id.b + 8, &b, 8);
	if (of_task > at_ms - DAY && of_task < at_ms + DAY) {
		uint8_t random[10];
		memcpy(random, id.b + 6, 10);
		id_from_ulid(&id, at_ms - AGE_MIN_MS - (int64_t)(lot_mix(b) % AGE_MAX_MS), random);
	}
	return id;
}

void gold_may_follow(struct world *w, int64_t now_ms, const struct task *t, const char *worker,
                     struct decision *out)
{
	const struct verify *how = verify_of(w, t);
	struct new_task n = {.from = GOLD_FROM, .only = worker};
	const struct gold *next;
	struct standing s;
	struct err bad;

	if (!how->gold.new_rate_milli || t->gold || t->reviews || t->esc)
		return;
	reputation_mean(w, t->match->lane, worker, &s);
	int more = s.golds < (uint32_t)how->gold.new_tasks ||
	           reputation_doubted(w, t->match->lane, worker);
	int rate = more ? how->gold.new_rate_milli : how->gold.rate_milli;
	uint64_t drawn = lot_of(&t->id, w->seq + 1);
	if ((int)(drawn % 1000) >= rate || !(next = next_gold(w, t->match->lane, worker, s.golds)))
		return;
	n.gold = next->name;
	n.body = next->body;
	n.not_before_ms = now_ms + LATER_MIN_MS + (int64_t)(lot_mix(drawn) % LATER_MAX_MS);
	n.id = gold_id(w, t, n.not_before_ms);
	/* a document that the lane no longer takes is passed over: erctl gold check says so */
	err_clear(&bad);
	(void)draft_own_task(w, now_ms, &n, out, &bad);
}
