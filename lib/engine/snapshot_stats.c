/* What was learned, in the order of ids, so that they stay. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/reputation.h"
#include "engine/snapshot_p.h"
#include "engine/world.h"

static void put_real(struct buf *out, double v)
{
	uint64_t bits;

	memcpy(&bits, &v, sizeof(bits));
	put(out, bits, 8);
}

static double get_real(struct reader *r)
{
	uint64_t bits = get(r, 8);
	double v;

	memcpy(&v, &bits, sizeof(v));
	return v;
}

static void save_record(const struct record *r, struct buf *out)
{
	put_real(out, r->take.yes);
	put_real(out, r->take.no);
	put_real(out, r->pass.yes);
	put_real(out, r->pass.no);
	put_real(out, r->time.n);
	put_real(out, r->time.mean);
	put_real(out, r->time.ss);
	put(out, (uint64_t)r->at_ms, 8);
}

static void load_record(struct reader *r, struct record *out)
{
	out->take.yes = get_real(r);
	out->take.no = get_real(r);
	out->pass.yes = get_real(r);
	out->pass.no = get_real(r);
	out->time.n = get_real(r);
	out->time.mean = get_real(r);
	out->time.ss = get_real(r);
	out->at_ms = (int64_t)get(r, 8);
}

/* Flat numbers of this machine, whole: a snapshot does not leave it. */
static void save_book(const struct book *b, struct buf *out)
{
	put(out, b != NULL, 1);
	if (b)
		buf_add(out, b, sizeof(*b));
}

static void load_book(struct lane_stats *l, struct reader *r)
{
	const void *bytes = get(r, 1) ? get_bytes(r, sizeof(struct book)) : NULL;

	if (!bytes)
		return;
	memcpy(reputation_book_make(l), bytes, sizeof(struct book));
	r->bad |= !anomaly_lane_ok(&l->book->anomaly) || l->book->n_fields > BALLOTS_MAX;
}

static void save_skill(const struct skill *s, struct buf *out)
{
	put(out, s != NULL, 1);
	if (!s)
		return;
	struct skill flat = *s;
	flat.voters = NULL;
	buf_add(out, &flat, sizeof(flat));
	buf_add(out, s->voters, s->n_voters * sizeof(*s->voters));
}

static void load_skill(struct world *w, const struct pair *p, struct reader *r)
{
	const void *bytes = get(r, 1) ? get_bytes(r, sizeof(struct skill)) : NULL;
	struct lane_stats *l = w->lanes;

	if (!bytes)
		return;
	while (l->id != p->lane - 1)
		l = l->hh.next;
	struct skill *s = reputation_skill_make(w, l, w->crew_at[p->crew - 1]);
	memcpy(s, bytes, sizeof(*s));
	if (s->n_voters > BALLOTS_MAX || !anomaly_worker_ok(&s->anomaly)) {
		s->n_voters = 0;
		r->bad = 1;
	}
	bytes = get_bytes(r, s->n_voters * sizeof(*s->voters));
	if (!bytes)
		s->n_voters = 0;
	s->voters = mem_alloc((s->n_voters + 1) * sizeof(*s->voters));
	if (bytes)
		memcpy(s->voters, bytes, s->n_voters * sizeof(*s->voters));
}

static void save_lane(const struct lane_stats *l, struct buf *out)
{
	put_str(out, l->name);
	save_record(&l->now, out);
	save_record(&l->shown, out);
	put_real(out, l->slope.xx);
	put_real(out, l->slope.xy);
	put_real(out, l->shown_slope.xx);
	put_real(out, l->shown_slope.xy);
	put_real(out, l->misses.q50);
	put_real(out, l->misses.q90);
	put_real(out, l->misses.n);
	save_book(l->book, out);
}

static void load_lane(struct world *w, struct reader *r)
{
	char *name = get_str(r);
	struct lane_stats *l = world_lane(w, name ? name : "", 1);

	load_record(r, &l->now);
	load_record(r, &l->shown);
	l->slope.xx = get_real(r);
	l->slope.xy = get_real(r);
	l->shown_slope.xx = get_real(r);
	l->shown_slope.xy = get_real(r);
	l->misses.q50 = get_real(r);
	l->misses.q90 = get_real(r);
	l->misses.n = get_real(r);
	load_book(l, r);
	stats_unsettled_lane(w, l);
	free(name);
}

static void load_crew(struct world *w, struct reader *r)
{
	char *name = get_str(r);
	struct crew *c = world_crew(w, name ? name : "");

	load_record(r, &c->now);
	load_record(r, &c->shown);
	stats_unsettled_crew(w, c);
	free(name);
}

/* Whose suspension is due is not to be found out anew: the crowd's standards move. */
static void save_suspects(const struct world *w, struct buf *out)
{
	put(out, w->n_suspects, 4);
	for (size_t i = 0; i < w->n_suspects; i++) {
		put(out, w->suspects[i].lane, 4);
		put(out, w->suspects[i].crew, 4);
		put(out, w->suspects[i].habit != 0, 1);
	}
}

static void load_suspects(struct world *w, struct reader *r)
{
	for (size_t n = get_count(r); n && !r->bad; n--) {
		uint32_t lane = (uint32_t)get(r, 4), crew = (uint32_t)get(r, 4);
		int habit = (int)get(r, 1);
		if (lane >= HASH_COUNT(w->lanes) || crew >= w->n_crews) {
			r->bad = 1;
			return;
		}
		w->suspects = mem_grow(w->suspects, w->n_suspects + 1, sizeof(*w->suspects));
		w->suspects[w->n_suspects++] = (struct suspect){lane, crew, habit};
	}
}

void save_stats(const struct world *w, struct buf *out)
{
	put(out, (uint64_t)w->day, 8);
	put(out, HASH_COUNT(w->lanes), 4);
	for (const struct lane_stats *l = w->lanes; l; l = l->hh.next)
		save_lane(l, out);
	put(out, w->n_crews, 4);
	for (uint32_t i = 0; i < w->n_crews; i++) {
		put_str(out, w->crew_at[i]->name);
		save_record(&w->crew_at[i]->now, out);
		save_record(&w->crew_at[i]->shown, out);
	}
	put(out, w->pairs.n, 4);
	for (size_t i = 0; i < w->pairs.cap; i++) {
		const struct pair *p = &w->pairs.v[i];
		if (!p->lane)
			continue;
		put(out, p->lane - 1, 4);
		put(out, p->crew - 1, 4);
		save_record(&p->rec, out);
		save_skill(p->skill, out);
	}
	save_suspects(w, out);
}

void load_stats(struct world *w, struct reader *r)
{
	w->day = (int64_t)get(r, 8);
	for (size_t n = get_count(r); n && !r->bad; n--)
		load_lane(w, r);
	for (size_t n = get_count(r); n && !r->bad; n--)
		load_crew(w, r);
	for (size_t n = get_count(r); n && !r->bad; n--) {
		uint32_t lane = (uint32_t)get(r, 4), crew = (uint32_t)get(r, 4);
		if (lane >= HASH_COUNT(w->lanes) || crew >= w->n_crews) {
			r->bad = 1;
			break;
		}
		struct pair *p = stats_pair_make(w, lane, crew);
		load_record(r, &p->rec);
		load_skill(w, p, r);
	}
	load_suspects(w, r);
}
