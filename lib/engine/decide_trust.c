/*
 * What is known of a worker's accuracy decides more than suspension: where the lane says so, an answer
 * stands alone, is turned down, or does not count towards the answers that are wanted.  Bounds are compared,
 * not means: who is little known is neither trusted nor turned down.
 */
#include <stdio.h>
#include <string.h>

#include "engine/decide_p.h"
#include "engine/reputation.h"
#include "engine/stages.h"
#include "engine/world.h"
#include "json/js.h"

static int below(int micro, int milli)
{
	return milli >= 0 && micro < milli * 1000;
}

/* Gold tasks go the way of all others: nothing may tell them apart. */
enum trust trust_in(const struct answered *v, const struct standing *s)
{
	if (v->t->gold)
		return TRUST_AS_USUAL;
	if (below(s->high_micro, v->how->gold.reject_milli))
		return TRUST_REJECT;
	if (below(s->low_micro, v->how->gold.more_milli))
		return TRUST_ASK_MORE;
	if (v->how->gold.accept_milli >= 0 && !below(s->low_micro, v->how->gold.accept_milli))
		return TRUST_ACCEPT;
	return TRUST_AS_USUAL;
}

static enum trust trust_of(const struct answered *v, const char *worker)
{
	struct standing s;

	reputation_of(v->w, v->t->match->lane, worker, &s);
	return trust_in(v, &s);
}

void trust_note(const struct answered *v, enum trust trust, json_t *data)
{
	static const char *const words[] = {NULL, "accept", "askMore", "reject"};
	int limit = trust == TRUST_ACCEPT ? v->how->gold.accept_milli : v->how->gold.more_milli;
	char text[120];

	js_set_str(data, "action", words[trust]);
	if (trust == TRUST_AS_USUAL || trust == TRUST_REJECT)
		return;
	snprintf(text, sizeof(text), trust == TRUST_ACCEPT
	                                 ? "needs no other: the accuracy is %.3f at least"
	                                 : "one more is asked for: the accuracy may be less than %.3f",
	         limit / 1000.0);
	js_set_str(data, "note", text);
}

json_t *trust_reasons(const struct answered *v)
{
	json_t *reasons = json_array();
	char text[120];

	snprintf(text, sizeof(text), "the accuracy that is known is less than %.3f",
	         v->how->gold.reject_milli / 1000.0);
	json_array_append_new(reasons, reason_of("", "/gold", text));
	return reasons;
}

int answered_risk(const struct answered *v)
{
	const char *word = js_str_or(v->in->created, "/spec/risk", NULL);

	for (int i = 0; word && risk_names[i]; i++)
		if (strcmp(word, risk_names[i]) == 0)
			return i;
	return -1;
}

/* What the task asks for at first: what came later, it asked for because of its answers. */
static int wanted_at_first(const struct answered *v)
{
	int risk = answered_risk(v);

	return verify_overlap(v->how, risk, risk >= 0 && v->lane ? v->lane->risk[risk].min_overlap : 0);
}

static int wanted_by_risk(const struct answered *v)
{
	struct verify lane_wants_one = *v->how;
	int risk = answered_risk(v);

	lane_wants_one.min_overlap = 1;
	return risk < 0 ? 1
	                : verify_overlap(&lane_wants_one, risk, v->lane ? v->lane->risk[risk].min_overlap : 0);
}

int trusted_alone(const struct answered *v, const struct opinion *all, size_t n,
                  const struct agreement *a)
{
	if (v->how->gold.accept_milli < 0 || v->how->approval.field || (int)n < wanted_by_risk(v))
		return 0;
	for (size_t i = 0; i < n; i++)
		if (a->agrees[i] && trust_of(v, all[i].worker) == TRUST_ACCEPT)
			return 1;
	return 0;
}

int doubts_want_more(const struct answered *v, const struct opinion *all, size_t n)
{
	int sure = 0;

	if (v->how->gold.more_milli < 0 || v->how->approval.field || v->t->gold ||
	    (int)n >= v->how->max_overlap)
		return 0;
	for (size_t i = 0; i < n; i++)
		sure += trust_of(v, all[i].worker) != TRUST_ASK_MORE;
	return sure < wanted_at_first(v);
}
