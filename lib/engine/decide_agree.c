/* Stage 5: what the answers of a task say together. */
#include <string.h>

#include "engine/decide_p.h"
#include "engine/stages.h"
#include "engine/world.h"
#include "json/js.h"

void agreement_of(const struct answered *v, const struct opinion *all, size_t n,
                  struct agreement *out)
{
	int best = 0, votes[OVERLAP_MAX + 1] = {0};

	*out = (struct agreement){.kind = AGREE_ENOUGH};
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++)
			votes[i] += json_equal(all[i].answer, all[k].answer);
	for (size_t i = 1; i < n; i++)
		if (votes[i] > votes[best])
			best = (int)i;
	out->winner = best;
	out->score_micro = (int)(votes[best] * INT64_C(1000000) / (int64_t)n);
	for (size_t i = 0; i < n; i++)
		out->agrees[i] = (uint8_t)json_equal(all[i].answer, all[best].answer);
	if ((int)n < v->t->overlap)
		out->kind = AGREE_MORE;
	else if (n > 1 && out->score_micro < v->how->confidence_milli * 1000)
		out->kind = (int)n < v->how->max_overlap ? AGREE_MORE : AGREE_NOT;
}
