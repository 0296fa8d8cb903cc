/* Counting what verification does: answers of a task, what was accepted, who was suspended. */
#include <stdlib.h>

#include "base/mem.h"
#include "json/js.h"
#include "model/fact.h"
#include "sim/sim_p.h"

void tally_answer(struct sim *s, const struct event *ev, struct sim_task *t)
{
	(void)s;
	t->n_answers++;
	if (t->right && ev->fact->attempt < ATTEMPTS_MAX)
		t->right_attempts |= 1ULL << ev->fact->attempt;
}

/* The result is an answer of its own, or that of an attempt. */
void tally_verified(struct sim_task *t, const struct event *ev)
{
	const json_t *answer = json_object_get(ev->data, "answer");

	if (t->role != ROLE_ASKED)
		return;
	if (answer)
		t->right = (uint8_t)json_equal(answer, t->stream->plan->answer[t->truth]);
	else if (ev->fact->attempt < ATTEMPTS_MAX)
		t->right = t->right_attempts >> ev->fact->attempt & 1;
}

void tally_suspended(struct sim *s, const struct event *ev)
{
	uint32_t who;
	struct actor *a = sim_actor(s, js_str_or(ev->data, "/worker", ""), &who);
	struct sim_person *p = a ? &a->tally : NULL;

	if (!p || p->suspended_after)
		return;
	p->suspended_after = p->answers ? p->answers : 1;
	if (p->kind == KIND_ADVERSARY && p->answers > a->how->trust_tasks)
		p->suspended_after = p->answers - a->how->trust_tasks;
}

void tally_kinds(struct sim *s)
{
	for (size_t i = 0; i < s->n_actors; i++) {
		const struct sim_person *p = &s->actors[i]->tally;
		struct sim_kind *k = &s->report->kinds[p->kind];
		k->workers += p->answers > 0;
		if (!p->suspended_after)
			continue;
		k->suspended++;
		k->after = mem_grow(k->after, k->n + 1, sizeof(*k->after));
		k->after[k->n++] = (int64_t)p->suspended_after;
	}
	for (int k = 0; k < KIND_COUNT; k++)
		tally_sort(s->report->kinds[k].after, s->report->kinds[k].n);
}
