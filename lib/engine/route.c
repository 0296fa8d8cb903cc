#include "engine/route.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "engine/duty.h"
#include "engine/roster.h"
#include "engine/world.h"
#include "json/js.h"

const char *const route_verdict_names[ROUTE_VERDICTS] = {
	[ROUTE_ELIGIBLE] = "eligible",
	[ROUTE_NO_WORKER] = "no_such_worker",
	[ROUTE_PAUSED] = "paused",
	[ROUTE_AWAY] = "away",
	[ROUTE_NOT_NAMED] = "not_named",
	[ROUTE_CONFIDENTIALITY] = "pool_not_allowed",
	[ROUTE_SKILLS] = "lacks_skills",
	[ROUTE_CERTIFICATIONS] = "lacks_certifications",
	[ROUTE_TRUST] = "trust_too_low",
	[ROUTE_RATING] = "rating_too_low",
	[ROUTE_REQUESTER] = "is_the_requester",
	[ROUTE_HAS_IT] = "has_it",
	[ROUTE_DECLINED] = "declined_before",
	[ROUTE_OFF] = "out_of_hours",
	[ROUTE_FULL] = "at_capacity",
};

const char *const route_rule_names[ROUTE_RULES + 1] = {"value", "least_loaded", "round_robin",
                                                       "random", NULL};

struct scored {
	const struct seat *seat;
	double score;
	uint32_t live;
};

/* One that is passed over, and what its score could be with nothing in hand. */
struct other {
	const struct seat *seat;
	float bound;
};

struct picking {
	struct world *w;
	const struct task *t;         /* or NULL: one that is not there yet */
	int rule;
	const struct roster *r;
	const struct crew *requester; /* or NULL */
	double log_left;
	struct scored best[ROUTE_ALL_SHOWN]; /* not asked before, best first */
	int n_best;
	struct scored again;          /* the best of those asked before, least often first */
	unsigned again_offers;
	struct other others[ROUTE_ALL_SHOWN];
	int n_others;
	uint32_t idle;                /* of those known who are not busy */
};

static const struct assign *asked_before(const struct picking *p, const struct seat *s)
{
	uint32_t mark = s->crew->id < p->w->n_marks ? p->w->marks[s->crew->id] : 0;

	return mark ? &p->t->assigns[mark - 1] : NULL;
}

/* What of this task and this moment speaks against a seat. */
static enum route_verdict judge(const struct picking *p, const struct seat *s)
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

/* ---- chance ---- */

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* What this decision draws: the same in every replay. */
static uint64_t drawn(const struct world *w, const struct task *t)
{
	uint64_t h = w->seq;

	for (size_t i = 0; i < sizeof(t->id.b); i++)
		h = h * 0x100000001b3u + t->id.b[i];
	return mix(h);
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
		return (double)mix(drawn(p->w, p->t) + s->crew->id);
	}
}

static struct scored score(const struct picking *p, const struct seat *s)
{
	struct scored c = {.seat = s, .live = p->w->lives[s->crew->id]};

	c.score = p->rule == ROUTE_BY_VALUE ? roster_score(s, p->log_left, c.live) : by_rule(p, s);
	return c;
}

/* What the model says of a seat, in full. */
static void expected(const struct picking *p, const struct seat *s, struct outlook *o)
{
	outlook_in(p->w, p->r->stats, &p->r->usual, s->crew, s->wk, o);
}

static int better(const struct scored *a, const struct scored *b)
{
	if (a->seat->external != b->seat->external)
		return a->seat->external < b->seat->external;
	return a->score != b->score ? a->score > b->score : a->seat < b->seat; /* seats are by name */
}

static int best_shown(const struct picking *p)
{
	return p->r->n <= ROUTE_ALL_SHOWN ? ROUTE_ALL_SHOWN : ROUTE_BEST_SHOWN;
}

static int others_shown(const struct picking *p)
{
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
	return full(p) ? p->best[p->n_best - 1].score : -INFINITY;
}

static double lowest(const struct picking *p)
{
	return p->rule == ROUTE_BY_VALUE ? enough(p) : -INFINITY;
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
	if (judge(p, s) != ROUTE_ELIGIBLE) {
		pass_over(p, s);
		return;
	}
	struct scored one = score(p, s);
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
	struct scored c = score(p, s);

	keep_best(p, &c);
}

/* Those below this bound are not worth telling of. */
static double telling(const struct picking *p, uint32_t external)
{
	double low = enough(p);

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
	double tell = telling(p, b->external), low = lowest(p);

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
		if (duty_busy(p->w, b->crew[i]))
			pass_over(p, s);
		else if (bounds[i] >= low)
			consider(p, s);
		tell = telling(p, b->external);
		low = lowest(p);
	}
}

/* Nobody in the blocks from ${b} on can be among the best. */
static int settled(const struct picking *p, uint32_t b)
{
	if (!full(p) || p->rule != ROUTE_BY_VALUE)
		return 0;
	if (p->r->blocks[b].external != p->best[p->n_best - 1].seat->external)
		return 1;
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

static void walk(struct picking *p)
{
	consider_all_known(p);
	for (uint32_t b = 0; b < p->r->n_blocks && !settled(p, b); b++)
		look_at(p, &p->r->blocks[b]);
	drop_others(p);
}

/* ---- exploring ---- */

static const struct seat *explore(struct picking *p, int64_t now_ms, uint64_t *draw)
{
	enum { PROBES = 8 };
	const struct roster *r = p->r;
	const struct seat *least = NULL;
	double least_known = INFINITY;

	*draw = drawn(p->w, p->t);
	if (!r->n || p->rule != ROUTE_BY_VALUE || p->t->n_assigns || (int)(*draw % 1000) >= r->lane->explore_milli ||
	    now_ms - p->t->created_ms > (p->t->due_ms - p->t->created_ms) / 2)
		return NULL;
	uint64_t h = *draw;
	for (int i = 0; i < PROBES; i++) {
		h = mix(h + 0x9e3779b97f4a7c15u);
		const struct seat *s = &r->seats[h % r->n];
		struct outlook o;
		if (judge(p, s) != ROUTE_ELIGIBLE || s->external)
			continue;
		expected(p, s, &o);
		if (o.known < least_known) {
			least = s;
			least_known = o.known;
		}
	}
	return least;
}

/* ---- who has been asked ---- */

static void mark(struct world *w, const struct task *t, int set)
{
	if (w->n_marks < w->n_crews) {
		w->marks = mem_grow(w->marks, w->n_crews, sizeof(*w->marks));
		memset(w->marks + w->n_marks, 0, (w->n_crews - w->n_marks) * sizeof(*w->marks));
		w->n_marks = w->n_crews;
	}
	for (uint32_t i = 0; i < t->n_assigns; i++)
		w->marks[t->assigns[i].worker->id] = set ? i + 1 : 0;
}

static int64_t left_of(const struct task *t, int64_t now_ms)
{
	int64_t left = (t->breached ? t->expire_ms : t->due_ms) - now_ms;

	return left > 1000 ? left : 1000;
}

/* ---- why, for the journal ---- */

/* One line a candidate: a decision makes several, and objects would cost more than the choice. */
struct line {
	char text[256];
	size_t n;
};

static void add_word(struct line *l, const char *before, const char *word)
{
	size_t b = strlen(before), n = strlen(word);

	if (l->n + b + n > sizeof(l->text))
		return;
	memcpy(l->text + l->n, before, b);
	memcpy(l->text + l->n + b, word, n);
	l->n += b + n;
}

static void add_number(struct line *l, int64_t v)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	digits[--at] = '\0';
	do
		digits[--at] = (char)('0' + u % 10);
	while (u /= 10);
	add_word(l, v < 0 ? " -" : " ", digits + at);
}

static void add_milli(struct line *l, double v)
{
	add_number(l, (int64_t)(v * 1000 + (v < 0 ? -0.5 : 0.5)));
}

static json_t *line_json(const struct line *l)
{
	return json_stringn_nocheck(l->text, l->n);
}

static json_t *show_scored(const struct picking *p, const struct scored *c)
{
	const struct seat *s = c->seat;
	struct line l = {.n = 0};

	add_word(&l, "", s->wk->name);
	add_word(&l, " ", route_verdict_names[ROUTE_ELIGIBLE]);
	add_milli(&l, c->score);
	add_milli(&l, s->take);
	add_milli(&l, roster_in_time(s, p->log_left, c->live));
	add_milli(&l, s->pass);
	add_milli(&l, -s->base);
	add_number(&l, c->live);
	if (s->instead_of)
		add_word(&l, " for ", s->instead_of);
	return line_json(&l);
}

static void show(const struct picking *p, json_t *why)
{
	json_t *all = json_array();

	for (int i = 0; i < p->n_best; i++)
		json_array_append_new(all, show_scored(p, &p->best[i]));
	if (p->again.seat)
		json_array_append_new(all, show_scored(p, &p->again));
	for (int i = 0; i < p->n_others; i++) {
		struct line l = {.n = 0};
		add_word(&l, p->others[i].seat->wk->name, " ");
		add_word(&l, "", route_verdict_names[judge(p, p->others[i].seat)]);
		json_array_append_new(all, line_json(&l));
	}
	json_array_extend(all, p->r->shown);
	js_set_new(why, "candidates", all);
	js_set_int(why, "eligible", p->r->n);
	if (json_object_size(p->r->reasons))
		js_set_copy(why, "refused", p->r->reasons);
}

static void predict(const struct picking *p, const struct scored *c, struct choice *out)
{
	const struct misses *m = &p->r->stats->misses;
	struct outlook o;

	expected(p, c->seat, &o);
	double median = outlook_quantile(&o, 0.5, log1p(c->live));
	out->model_ms = (int64_t)fmin(median, 1e13);
	out->p50_ms = (int64_t)fmin(median * exp(m->q50), 1e14);
	out->p90_ms = (int64_t)fmin(median * exp(m->q90), 1e14);
}

/* Seats that this task will never go to, whatever becomes free. */
static void never(const struct picking *p, uint32_t counts[ROUTE_VERDICTS])
{
	const struct task *t = p->t;

	if (p->requester && roster_find(p->r, p->requester))
		counts[ROUTE_REQUESTER]++;
	for (int i = 0; i < t->n_assigns; i++)
		if (t->assigns[i].declined && t->assigns[i].state == AS_ENDED &&
		    t->assigns[i].worker != p->requester && roster_find(p->r, t->assigns[i].worker))
			counts[ROUTE_DECLINED]++;
}

static void nobody(const struct picking *p, json_t *why, struct choice *out)
{
	uint32_t counts[ROUTE_VERDICTS];

	memcpy(counts, p->r->refused, sizeof(counts));
	never(p, counts);
	out->nobody = p->r->n == counts[ROUTE_REQUESTER] + counts[ROUTE_DECLINED];
	out->class_full = p->r->n && !p->idle;
	if (!why || !out->nobody || p->t->told)
		return;
	json_t *reasons = json_object();
	route_reasons(reasons, counts);
	js_set_new(why, "reasons", reasons);
	js_set_new(why, "wouldHelp", route_remedies(p->t, counts));
	show(p, why);
}

static void pick(struct picking *p, int64_t now_ms, json_t *why,
                 struct choice *out)
{
	uint64_t draw = 0;
	const struct seat *seat = explore(p, now_ms, &draw);
	struct scored c = {.seat = NULL};

	walk(p);
	if (seat)
		c = score(p, seat);
	else if (p->n_best)
		c = p->best[0];
	else
		c = p->again;
	if (!c.seat) {
		nobody(p, why, out);
		return;
	}
	out->worker = c.seat->wk;
	out->instead_of = c.seat->instead_of;
	predict(p, &c, out);
	if (!why)
		return;
	show(p, why);
	if (!seat)
		return;
	json_t *explored = json_object();
	js_set_int(explored, "draw", (int64_t)(draw % 1000));
	js_set_int(explored, "below", p->r->lane->explore_milli);
	js_set_new(why, "explored", explored);
}

void route_choose(struct world *w, struct task *t, int64_t now_ms, json_t *why, struct choice *out)
{
	struct roster *r = roster_of(w, t->match, now_ms);
	struct picking p = {.w = w, .t = t, .rule = w->rule, .r = r,
	                    .requester = world_find_crew(w, t->from->name),
	                    .log_left = log((double)left_of(t, now_ms))};

	memset(out, 0, sizeof(*out));
	mark(w, t, 1);
	pick(&p, now_ms, why, out);
	mark(w, t, 0);
}

/* ---- questions of others ---- */

enum route_verdict route_may_take(struct world *w, struct task *t, const char *name, int64_t now_ms,
                                  const struct worker **wk)
{
	struct roster *r = roster_of(w, t->match, now_ms);
	const struct crew *c = world_find_crew(w, name);
	const struct seat *s = c ? roster_find(r, c) : NULL;
	struct picking p = {.w = w, .t = t, .r = r, .requester = world_find_crew(w, t->from->name)};

	*wk = s ? s->wk : NULL;
	if (!s)
		return ROUTE_NO_WORKER;
	mark(w, t, 1);
	enum route_verdict v = judge(&p, s);
	mark(w, t, 0);
	return v;
}

int64_t route_estimate(struct world *w, const struct spec *spec, int64_t now_ms)
{
	struct match *m = world_match(w, spec);
	const struct roster *r = roster_of(w, m, now_ms);
	struct picking p = {.w = w, .r = r, .log_left = log((double)spec->sla_ms)};
	struct outlook o;
	double ms;

	if (!r->n)
		return 0;
	walk(&p);
	const struct seat *s = p.n_best ? p.best[0].seat : p.others[0].seat;
	expected(&p, s, &o);
	if (p.n_best) /* else each takes one after the other; those before it are shared out */
		ms = outlook_quantile(&o, 0.5, log1p(s->crew->live));
	else
		ms = outlook_quantile(&o, 0.5, 0) * (1 + (double)(m->fresh.n + m->tried.n + 1) / r->n);
	return (int64_t)fmin(ms * exp(r->stats->misses.q50), 1e13);
}

/* While it is not answered, the chance that it will be in time falls; when it is one half, it is
 * time: F(due) - F(t) = (1 - F(t)) / 2, so F(t) = 2 F(due) - 1. */
int64_t route_backup_ms(const struct world *w, const struct task *t, const char *name,
                        int64_t now_ms)
{
	const struct lane *lane = config_lane(w->config, t->match->lane);
	const struct worker *wk = config_worker(w->config, name);
	const struct assign *a = task_assign_of(t, name);
	struct outlook o;

	if (!lane || !lane->backup || !lane->predictive || !a || t->warned || t->due_ms <= now_ms)
		return INT64_MAX;
	outlook_of(w, world_lane((struct world *)w, t->match->lane, 1), a->worker, wk, lane, &o);
	double x = wk && wk->kind == WORKER_HUMAN ? log1p(a->load) : 0;
	double p = 2 * outlook_within(&o, log((double)(t->due_ms - a->since_ms)), x) - 1;
	int64_t at = now_ms + (t->due_ms - now_ms) / 10; /* a moment to begin */
	if (p > 0.001) {
		double ms = outlook_quantile(&o, p < 0.999 ? p : 0.999, x);
		if (ms > (double)(t->due_ms - a->since_ms))
			return INT64_MAX;
		if (a->since_ms + (int64_t)ms > at)
			at = a->since_ms + (int64_t)ms;
	}
	return at < t->warn_ms ? at : INT64_MAX;
}
