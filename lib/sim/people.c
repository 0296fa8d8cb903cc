/* What simulated people do about offers and work. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/js.h"
#include "model/message.h"
#include "sim/sim_p.h"

static const int64_t day_ms = 24 * 3600 * 1000, minute_ms = 60 * 1000;

/* ---- presence ---- */

/* The first moment from ${ms} on when this person is there. */
int64_t present_from(const struct sim *s, const struct behaviour *b, int64_t ms)
{
	int64_t was;

	do {
		was = ms;
		for (size_t i = 0; i < b->n_absent; i++) {
			int64_t t = ms - s->plan->start_ms;
			if (t >= b->absent[i].from_ms && t < b->absent[i].until_ms)
				ms = s->plan->start_ms + b->absent[i].until_ms;
		}
		if (b->shift_until_min > b->shift_from_min) {
			int64_t midnight = ms / day_ms * day_ms;
			int64_t open = midnight + b->shift_from_min * minute_ms;
			if (ms >= midnight + b->shift_until_min * minute_ms)
				ms = open + day_ms;
			else if (ms < open)
				ms = open;
		}
	} while (ms != was);
	return ms;
}

/* When somebody who is there at ${ms} leaves; INT64_MAX: never. */
int64_t present_until(const struct sim *s, const struct behaviour *b, int64_t ms)
{
	int64_t end = INT64_MAX;

	if (b->shift_until_min > b->shift_from_min)
		end = ms / day_ms * day_ms + b->shift_until_min * minute_ms;
	for (size_t i = 0; i < b->n_absent; i++) {
		int64_t from = s->plan->start_ms + b->absent[i].from_ms;
		if (from > ms && from < end)
			end = from;
	}
	return end;
}

int64_t present_between(const struct sim *s, const struct behaviour *b, int64_t from, int64_t to)
{
	int64_t sum = 0;

	for (int64_t at = present_from(s, b, from); at < to; at = present_from(s, b, at)) {
		int64_t end = present_until(s, b, at);
		if (end > to)
			end = to;
		sum += end - at;
		at = end;
	}
	return sum;
}

/* When ${work_ms} of work that begins at ${at} is done. */
static int64_t work_ends(const struct sim *s, const struct behaviour *b, int64_t at, int64_t work_ms)
{
	for (at = present_from(s, b, at); at < s->stop_ms; at = present_from(s, b, at)) {
		int64_t end = present_until(s, b, at);
		if (end - at >= work_ms)
			return at + work_ms;
		work_ms -= end - at;
		at = end;
	}
	return at;
}

/* ---- work in hand ---- */

struct actor *sim_actor(const struct sim *s, const char *name, uint32_t *who)
{
	struct actor *a = NULL;

	HASH_FIND_STR(s->by_name, name, a);
	if (a)
		*who = a->number;
	return a;
}

static void begin(struct sim *s, uint32_t who)
{
	struct actor *a = s->actors[who];
	const struct behaviour *b = a->how;

	a->working = a->n_queue > 0;
	a->turn++;
	if (!a->working)
		return;
	a->since_ms = present_from(s, b, s->now_ms);
	int64_t work = dist_draw(&b->work, a->work_factor, &a->draw);
	sim_plan(s, work_ends(s, b, a->since_ms, work),
	         (struct agenda_item){.what = DO_FINISH, .who = who, .task = a->queue[0], .turn = a->turn});
}

void people_took(struct sim *s, uint32_t who, uint32_t task)
{
	struct actor *a = s->actors[who];
	struct sim_task *t = sim_task(s, task);

	for (size_t i = 0; i < a->n_queue; i++)
		if (a->queue[i] == task)
			return;
	if (a->n_queue == a->cap_queue) {
		a->cap_queue = a->cap_queue ? 2 * a->cap_queue : 8;
		a->queue = mem_grow(a->queue, a->cap_queue, sizeof(*a->queue));
	}
	a->queue[a->n_queue++] = task;
	if (t->n_holders < HOLDERS_MAX)
		t->holders[t->n_holders++] = who;
	if (!a->working)
		begin(s, who);
}

void people_drop(struct sim *s, uint32_t who, uint32_t task)
{
	struct actor *a = s->actors[who];
	struct sim_task *t = sim_task(s, task);
	size_t i = 0;

	for (uint8_t h = 0; t && h < t->n_holders; h++)
		if (t->holders[h] == who)
			t->holders[h--] = t->holders[--t->n_holders];
	while (i < a->n_queue && a->queue[i] != task)
		i++;
	if (i == a->n_queue)
		return;
	memmove(a->queue + i, a->queue + i + 1, (a->n_queue - i - 1) * sizeof(*a->queue));
	a->n_queue--;
	if (i > 0 || !a->working)
		return;
	if (s->now_ms > a->since_ms)
		a->tally.busy_ms += present_between(s, a->how, a->since_ms, s->now_ms);
	begin(s, who);
}

/* ---- offers ---- */

void people_offered(struct sim *s, struct actor *a, uint32_t who, uint32_t task)
{
	const struct behaviour *b = a->how;

	a->tally.offers++;
	if (draw_unit(&a->draw) < b->ignore)
		return;
	int64_t at = present_from(s, b, s->now_ms) + dist_draw(&b->react, 1, &a->draw);
	sim_plan(s, present_from(s, b, at),
	         (struct agenda_item){.what = DO_REACT, .who = who, .task = task});
}

int people_react(struct sim *s, const struct agenda_item *it, struct err *err)
{
	struct actor *a = s->actors[it->who];
	int yes = draw_unit(&a->draw) < a->how->accept;

	if (!sim_task(s, it->task))
		return 0;
	int rc = sim_say(s, yes ? MSG_ACCEPT : MSG_DECLINE, it->task, a->tally.name, NULL, err);
	if (rc == 0 && !yes)
		a->tally.declined++;
	return rc < 0 ? -1 : 0;
}

/* ---- answers ---- */

int people_finish(struct sim *s, const struct agenda_item *it, struct err *err)
{
	struct actor *a = s->actors[it->who];

	if (it->turn != a->turn || !a->working)
		return 0;
	a->tally.busy_ms += present_between(s, a->how, a->since_ms, s->now_ms);
	a->since_ms = s->now_ms;
	json_t *body = answer_of(s, a, it->task, sim_task(s, it->task));
	int rc = sim_say(s, MSG_ANSWER, it->task, a->tally.name, body, err);
	json_decref(body);
	if (rc > 0)
		a->tally.wasted++;
	if (rc < 0)
		return -1;
	/* A rejected answer leaves the task in hand: it is done again, behind the others. */
	if (a->turn == it->turn) {
		if (a->n_queue > 1) {
			memmove(a->queue, a->queue + 1, (a->n_queue - 1) * sizeof(*a->queue));
			a->queue[a->n_queue - 1] = it->task;
		}
		if (rc > 0)
			people_drop(s, it->who, it->task);
		else
			begin(s, it->who);
	}
	return 0;
}

/* Rule programs are not run: what they would look at is invented. */
int people_check(struct sim *s, const struct agenda_item *it, struct err *err)
{
	json_t *body = json_pack("{s:s,s:i,s:b}", "worker", s->actors[it->who]->tally.name, "attempt",
	                         (int)it->turn, "passed", 1);
	int rc = sim_say(s, MSG_CHECKED, it->task, "erd", body, err);

	json_decref(body);
	return rc < 0 ? -1 : 0;
}
