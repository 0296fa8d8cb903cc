/* Who is best: bounds of all, and the scores of those who may be. */
#include <math.h>
#include <string.h>

#include "engine/duty.h"
#include "engine/lot.h"
#include "engine/roster.h"
#include "engine/route_p.h"
#include "engine/world.h"

static const struct assign *asked_before(const struct picking *p, const struct seat *s)
{
	uint32_t mark = s->crew->id < p->w->n_marks ? p->w->marks[s->crew->id] : 0;

	return mark ? &p->t->assigns[mark - 1] : NULL;
}

enum route_verdict route_judge(const struct picking *p, const struct seat *s)
{
	const struct assign *a = asked_before(p, s);

	if (s->crew == p->requester)
		return ROUTE_REQUESTER;
	if (a && a->state != AS_ENDED)
		return ROUTE_HAS_IT;
	if (a && a->declined)
		return ROUTE_DECLINED;
	if (duty_busy(p->w, s->crew->id))
		return s->crew->off ? ROUTE_OFF : ROUTE_FULL;
	return ROUTE_ELIGIBLE;
}

/* ---- scores ---- */

static double by_rule(const struct picking *p, const struct seat *s)
{
	switch (p->rule) {
	case ROUTE_LEAST_LOADED:
		return -(double)p->w->lives[s->crew->id];
	case ROUTE_ROUND_ROBIN:
		return -(double)s->crew->asked;
	default:
		return (double)lot_mix(lot_of(&p->t->id, p->w->seq) + s->crew->id);
	}
}

struct scored route_score(const struct picking *p, const struct seat *s)
{
	struct scored c = {.seat = s, .live = p->w->lives[s->crew->id]};

	c.score = p->rule == ROUTE_BY_VALUE ? roster_score(s, p->log_left, c.live) : by_rule(p, s);
	return c;
}

static int better(const struct scored *a, const struct scored *b)
{
	if (a->seat->external != b->seat->external)
		return a->seat->external < b->seat->external;
	return a->score != b->score ? a->score > b->score : a->seat < b->seat; /* seats are by name */
}

static int best_shown(const struct picking *p)
{
	if (p->brief)
		return 1;
	return p->r->n <= ROUTE_ALL_SHOWN ? ROUTE_ALL_SHOWN : ROUTE_BEST_SHOWN;
}

static int others_shown(const struct picking *p)
{
	if (p->brief)
		return 0;
	return p->r->n <= ROUTE_ALL_SHOWN ? ROUTE_ALL_SHOWN : ROUTE_OTHERS_SHOWN;
}

static void keep_best(struct picking *p, const struct scored *c)
{
	int at = p->n_best;

	while (at > 0 && better(c, &p->best[at - 1]))
		at--;
	if (at == best_shown(p))
		return;
	if (p->n_best < best_shown(p))
		p->n_best++;
	memmove(&p->best[at + 1], &p->best[at], (size_t)(p->n_best - 1 - at) * sizeof(*c));
	p->best[at] = *c;
}

static void keep_again(struct picking *p, const struct scored *c, unsigned offers)
{
	if (p->again.seat && (offers > p->again_offers ||
	                      (offers == p->again_offers && !better(c, &p->again))))
		return;
	p->again = *c;
	p->again_offers = offers;
}

/* ---- the walk ---- */

static int full(const struct picking *p)
{
	return p->n_best == best_shown(p);
}

/* The score below which nobody counts any more. */
static double enough(const struct picking *p)
{
	double low = full(p) ? p->best[p->n_best - 1].score : -INFINITY;

	if (p->rule != ROUTE_BY_VALUE)
		return -INFINITY;
	return p->floor > low ? p->floor : low;
}

static int other_before(const struct other *a, const struct other *b)
{
	if (a->seat->external != b->seat->external)
		return a->seat->external < b->seat->external;
	return a->bound != b->bound ? a->bound > b->bound : a->seat < b->seat;
}

static void pass_over(struct picking *p, const struct seat *s)
{
	struct other o = {s, idle_bound(s->chance, s->base)};
	int at = p->n_others;

	while (at > 0 && other_before(&o, &p->others[at - 1]))
		at--;
	if (at == others_shown(p))
		return;
	if (p->n_others < others_shown(p))
		p->n_others++;
	memmove(&p->others[at + 1], &p->others[at], (size_t)(p->n_others - 1 - at) * sizeof(o));
	p->others[at] = o;
}

/* The requester and those asked before: few, and each is looked at. */
static int known(const struct picking *p, uint32_t crew)
{
	return (p->requester && crew == p->requester->id) ||
	       (crew < p->w->n_marks && p->w->marks[crew]);
}

static void consider_known(struct picking *p, const struct crew *c)
{
	const struct seat *s = c ? roster_find(p->r, c) : NULL;

	if (!s)
		return;
	p->idle += !duty_busy(p->w, c->id);
	if (route_judge(p, s) != ROUTE_ELIGIBLE) {
		pass_over(p, s);
		return;
	}
	struct scored one = route_score(p, s);
	keep_again(p, &one, asked_before(p, s)->offers);
}

static void consider_all_known(struct picking *p)
{
	consider_known(p, p->requester);
	for (uint32_t i = 0; p->t && i < p->t->n_assigns; i++)
		if (p->t->assigns[i].worker != p->requester)
			consider_known(p, p->t->assigns[i].worker);
}

static void consider(struct picking *p, const struct seat *s)
{
	struct scored c = route_score(p, s);

	keep_best(p, &c);
}

/* Scores cost more than bounds: only those are scored that are left when most have been seen. */
static void score_hopes(struct picking *p)
{
	for (int i = 0; i < p->n_hopes; i++)
		if (p->hopes[i].bound >= enough(p))
			consider(p, p->hopes[i].seat);
	p->n_hopes = 0;
}

static void set_floor(struct picking *p)
{
	float floor = INFINITY;

	if (p->n_hopes < best_shown(p))
		return;
	for (int i = 0; i < best_shown(p); i++)
		floor = p->hopes[i].least < floor ? p->hopes[i].least : floor;
	if (floor > p->floor)
		p->floor = floor;
	while (p->hopes[p->n_hopes - 1].bound < p->floor)
		p->n_hopes--;
}

static void hope(struct picking *p, const struct hope *h)
{
	if (p->n_hopes == HOPES)
		score_hopes(p);
	int at = p->n_hopes++;
	while (at > 0 && p->hopes[at - 1].bound < h->bound) {
		p->hopes[at] = p->hopes[at - 1];
		at--;
	}
	p->hopes[at] = *h;
	if (at < best_shown(p) || p->n_hopes == HOPES)
		set_floor(p);
}

/* Those below this bound are not worth telling of. */
static double telling(const struct picking *p, uint32_t external)
{
	double low = enough(p);

	if (p->brief)
		return INFINITY;
	if (p->n_others < others_shown(p))
		return low;
	const struct other *last = &p->others[p->n_others - 1];
	if (last->seat->external != external)
		return last->seat->external < external ? INFINITY : low;
	return last->bound > low ? last->bound : low;
}

/* Not above ${x}. */
static float rounded_down(double x)
{
	return nextafterf((float)x, -INFINITY);
}

static void look_at(struct picking *p, const struct block *b)
{
	uint32_t lives[BLOCK];
	float bounds[BLOCK];
	double tell = telling(p, b->external), low = enough(p);

	for (int i = 0; i < BLOCK; i++)
		lives[i] = p->w->lives[b->crew[i]];
	if (!block_reaches(b, lives, rounded_down(low), rounded_down(tell)))
		return;
	block_bounds(b, p->log_left, lives, bounds);
	for (uint32_t i = 0; i < b->n; i++) {
		if (bounds[i] < low && idle_bound(b->chance[i], b->base[i]) < tell)
			continue;
		if (known(p, b->crew[i]))
			continue;
		const struct seat *s = &p->r->seats[b->seat[i]];
		if (duty_busy(p->w, b->crew[i])) {
			pass_over(p, s);
			tell = telling(p, b->external);
			continue;
		}
		if (p->rule != ROUTE_BY_VALUE)
			consider(p, s);
		else if (bounds[i] >= low)
			hope(p, &(struct hope){s, bounds[i], block_least(b, i, lives[i], bounds[i])});
		low = enough(p);
		tell = low > tell ? low : tell;
	}
}

/* Nobody in the blocks from ${b} on can be among the best. */
static int settled(struct picking *p, uint32_t b)
{
	const struct block *next = &p->r->blocks[b];

	if (b && next->external != next[-1].external) { /* our own are all known */
		score_hopes(p);
		p->floor = -INFINITY;
		return full(p) && p->rule == ROUTE_BY_VALUE;
	}
	return p->r->rest[b] < enough(p);
}

/* Whoever could not have been among the best is no news. */
static void drop_others(struct picking *p)
{
	if (!full(p) || p->rule != ROUTE_BY_VALUE)
		return;
	const struct scored *last = &p->best[p->n_best - 1];
	while (p->n_others) {
		const struct other *o = &p->others[p->n_others - 1];
		if (o->seat->external == last->seat->external ? o->bound >= last->score
		                                              : !o->seat->external)
			return;
		p->n_others--;
	}
}

void route_walk(struct picking *p)
{
	p->floor = -INFINITY;
	consider_all_known(p);
	for (uint32_t b = 0; b < p->r->n_blocks && !settled(p, b); b++)
		look_at(p, &p->r->blocks[b]);
	score_hopes(p);
	drop_others(p);
}
