/* A world as text: all that a decision may depend on. */
#ifndef TESTS_ENGINE_REPLAY_TEXT_H
#define TESTS_ENGINE_REPLAY_TEXT_H

#include "engine_replay_kit.h"
#include "engine/stages.h"

static inline int by_id(const void *a, const void *b)
{
	const struct task *x = *(struct task *const *)a, *y = *(struct task *const *)b;

	return id_cmp(&x->id, &y->id);
}

static inline void describe_assign(const struct assign *a, struct buf *out)
{
	buf_addf(out, " %s:%d:%d:%d:%d:%d:%lld:%lld", a->worker->name, a->state, a->declined,
	         a->offers, a->backup, a->load, (long long)a->since_ms,
	         a->state == AS_OFFERED ? (long long)a->offer_ends_ms : 0);
	buf_addf(out, ":%d:%d:%u:%lld", a->attempt, a->timed,
	         a->answer.length ? a->answer.offset : 0,
	         a->state > AS_OFFERED || a->state == AS_HELD ? (long long)a->accepted_ms : 0);
	if (a->state == AS_HELD)
		buf_addf(out, ":%s", awaits_names[a->awaits]);
}

static inline void describe_task(const struct world *w, const struct task *t, struct buf *out)
{
	char id[ID_TEXT_MAX], parent[ID_TEXT_MAX] = "";

	buf_addf(out,
	         "%s %s @%u last=%llu at=%lld/%lld/%lld/%lld b=%lld a=%d/%d d%d w%d b%d w%d m=%s",
	         id_format(&t->id, "task_", id), state_name((enum state)t->state),
	         t->index, (unsigned long long)t->last_seq, (long long)t->created_ms,
	         (long long)t->warn_ms, (long long)t->due_ms, (long long)t->expire_ms,
	         (long long)(t->state == ST_BLOCKED ? t->blocked_ms : 0), t->attempts,
	         t->max_attempts, t->deliver, t->warned, t->breached, t->waiting != WAITS_NOT,
	         t->match->key);
	buf_addf(out, " bk=%lld rm=%lld/%d %d%d%d%d%d", (long long)t->backup_ms,
	         (long long)t->remind_ms,
	         t->reminders, t->alerted, t->want, t->fan, t->claim, t->told);
	if (t->reviews)
		id_format(&t->parent, "task_", parent);
	int due = t->recheck && recheck_due(w, t); /* else it is moot */
	buf_addf(out, " overlap=%d held=%d r%d%d g%d of=%s verdict=%u hold=%lld due=%d", t->overlap,
	         task_held(t), t->review, due, t->gold, parent,
	         t->verdict.length ? t->verdict.offset : 0, (long long)t->hold_ms, t->due_fixed);
	for (int i = 0; i < t->n_assigns; i++)
		describe_assign(&t->assigns[i], out);
	buf_addc(out, '\n');
}

static inline int by_closed_id(const void *a, const void *b)
{
	return id_cmp(a, b);
}

static inline void describe_closed(const struct world *w, struct buf *out)
{
	struct id *ids = mem_alloc((w->closed.n + 1) * sizeof(*ids));
	size_t n = 0;
	uint64_t content;

	for (size_t i = 0; i < w->closed.cap; i++)
		if (w->closed.slots[i].value)
			ids[n++] = w->closed.slots[i].id;
	qsort(ids, n, sizeof(*ids), by_closed_id);
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "closed %s\n", state_name(world_closed(w, &ids[i], &content)));
	free(ids);
}

static inline void describe_bytes(const void *p, size_t n, struct buf *out)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ ((const unsigned char *)p)[i]) * 0x100000001b3u;
	buf_addf(out, " #%016llx", (unsigned long long)h);
}

static inline void describe_skill(const struct skill *s, struct buf *out)
{
	const struct counts *const all[] = {&s->gold, &s->peers, &s->qa};

	for (size_t i = 0; i < NITEMS(all); i++)
		buf_addf(out, " %a/%a", all[i]->right, all[i]->wrong);
	for (int i = 0; i < DOUBTS; i++)
		buf_addf(out, " %a", s->doubt.e[i]);
	buf_addf(out, " n%u at%lld suspended%lld %u %u", s->doubt.n, (long long)s->at_ms,
	         (long long)s->suspended_ms, s->answers, s->golds);
	describe_bytes(&s->anomaly, sizeof(s->anomaly), out);
	describe_bytes(s->voters, s->n_voters * sizeof(*s->voters), out);
}

static inline int by_crew_name(const void *a, const void *b)
{
	const struct crew *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static inline int by_lane_name(const void *a, const void *b)
{
	const struct lane_stats *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* Their numbers in a world are no part of it. */
struct cast {
	const struct crew *crew[64];
	const struct lane_stats *lane[64];
	size_t n_crews, n_lanes;
};

static inline void cast_of(const struct world *w, struct cast *out)
{
	out->n_crews = out->n_lanes = 0;
	for (uint32_t i = 0; i < w->n_crews && out->n_crews < NITEMS(out->crew); i++)
		out->crew[out->n_crews++] = w->crew_at[i];
	for (const struct lane_stats *l = w->lanes; l && out->n_lanes < NITEMS(out->lane);
	     l = l->hh.next)
		out->lane[out->n_lanes++] = l;
	qsort(out->crew, out->n_crews, sizeof(out->crew[0]), by_crew_name);
	qsort(out->lane, out->n_lanes, sizeof(out->lane[0]), by_lane_name);
}

static inline void describe_lane(const struct world *w, const struct cast *cast,
                                 const struct lane_stats *l, struct buf *out)
{
	const struct book *b = l->book;
	int any = b != NULL;

	for (size_t i = 0; i < cast->n_crews; i++)
		any |= reputation_skill(w, l, cast->crew[i]) != NULL;
	if (!any) /* a decision looked it up; nothing was learned */
		return;
	buf_addf(out, "lane %s suspended=%u fields=%u", l->name, b ? b->suspended : 0,
	         b ? b->n_fields : 0);
	if (b) {
		describe_bytes(&b->anomaly, sizeof(b->anomaly), out);
		describe_bytes(b->ballots, b->n_fields * sizeof(*b->ballots), out);
		describe_bytes(b->field, b->n_fields * sizeof(*b->field), out);
	}
	buf_addc(out, '\n');
	for (size_t i = 0; i < cast->n_crews; i++) {
		const struct skill *s = reputation_skill(w, l, cast->crew[i]);
		if (!s)
			continue;
		buf_addf(out, "  %s", cast->crew[i]->name);
		describe_skill(s, out);
		buf_addc(out, '\n');
	}
}

static inline void describe(const struct world *w, struct buf *out)
{
	struct task **order = mem_alloc((w->n_tasks + 1) * sizeof(*order));
	struct cast cast;
	size_t n = 0;

	for (uint32_t i = 0; i < w->n_tasks; i++)
		if (world_at(w, i))
			order[n++] = world_at(w, i);
	qsort(order, n, sizeof(struct task *), by_id);
	buf_addf(out, "seq=%llu closed=%zu deliveries=%u timers=%zu suspects=%zu\n",
	         (unsigned long long)w->seq, w->closed.n, HASH_COUNT(w->deliveries), w->timers.n,
	         w->n_suspects);
	for (size_t i = 0; i < n; i++)
		describe_task(w, order[i], out);
	free(order);
	describe_closed(w, out);
	cast_of(w, &cast);
	for (size_t i = 0; i < cast.n_crews; i++)
		if (cast.crew[i]->live)
			buf_addf(out, "%s %u\n", cast.crew[i]->name, cast.crew[i]->live);
	for (size_t i = 0; i < cast.n_lanes; i++)
		describe_lane(w, &cast, cast.lane[i], out);
}

/* Up to the first line that differs. */
static inline void assert_same_text(const char *x, const char *y, const char *what, uint64_t seed)
{
	size_t line = 0;

	for (size_t i = 0; x[i] == y[i] && x[i]; i++)
		line = x[i] == '\n' ? i + 1 : line;
	ck_assert_msg(strcmp(x, y) == 0, "seed %llu, %s:\n%.900s\nversus\n%.900s",
	              (unsigned long long)seed, what, x + line, y + line);
}

/* Frees ${b}. */
static inline void assert_same(const struct world *a, struct world *b, const char *what,
                               uint64_t seed)
{
	struct buf x = BUF_INIT, y = BUF_INIT;

	describe(a, &x);
	describe(b, &y);
	assert_same_text(buf_str(&x), buf_str(&y), what, seed);
	buf_release(&x);
	buf_release(&y);
	world_free(b);
}

static inline void assert_same_journal(const struct sim *a, const struct sim *b)
{
	assert_same_text(buf_str(&a->journal), buf_str(&b->journal), "a restart made a difference",
	                 a->seed);
}

#endif
