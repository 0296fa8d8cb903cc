/* The three learners, and states that come from outside. */
#include <math.h>
#include <string.h>

#include "engine/verify/anomaly_p.h"

enum {
	TAIL_FLOOR = -12, /* the lowest score that has a bin of its own */
	TAIL_RANK = 10,   /* behind it the tail is continued */
	TAIL_MIN = 100,
	TIMES_MIN = 8, /* before a worker counts as a peer */
	RATE_FLOOR = 5, /* the bin below which all are alike: one in fifty */
	ROOM_CLOSE = 2, /* in bins: odds of 2 and of 3 */
	ROOM_WIDE = 3,
	FAST_FACTOR = 3,
	PACE_ROOM = 4
};

static const double bad_share = 0.4, watch_max = 1e12, peers_min = 2.5 /* three, a little faded */;

/* No padding: a state is its bytes. */
_Static_assert(sizeof(struct anomaly_lane) ==
                   16 + 16 * LANE_TEXTS + 10 * LANE_CHOICES +
                       TRACE_NUMBERS * (4 * TAIL_BINS + 6 * FIELD_VALUES + 8) + 8 * TAIL_BINS +
                       4 * ANOMALY_COUNT * RATE_BINS + 8 * TYPICAL_BINS + 24,
               "lane");
_Static_assert(sizeof(struct anomaly_lane) < 16384, "lane");
_Static_assert(sizeof(struct anomaly_worker) ==
                   8 + 29 * ANOMALY_COUNT + 8 * OWN_LAST + 12 * OWN_CHOICES + 4 * OWN_TIMES + 14,
               "worker");

void anomaly_worker_init(struct anomaly_worker *w, const char *name)
{
	memset(w, 0, sizeof(*w));
	w->tag = (uint32_t)hash_bytes(name, strlen(name)) | 1u << 31;
}

/* ---- tail ---- */

static int tail_bin(double score)
{
	double at = floor((score - TAIL_FLOOR) * 4);

	return at < 0 ? 0 : at >= TAIL_BINS ? TAIL_BINS - 1 : (int)at;
}

void tail_add(struct anomaly_tail *t, double score)
{
	t->n[tail_bin(score)]++;
}

double tail_p(const struct anomaly_tail *t, double score)
{
	int own = tail_bin(score), edge = -1;
	double all = 0, below = 0, at_edge = 0, p;

	for (int i = 0; i < TAIL_BINS; i++) {
		all += (double)t->n[i];
		if (i == own)
			below = all;
		if (edge < 0 && all >= TAIL_RANK) {
			edge = i;
			at_edge = all;
		}
	}
	if (all < TAIL_MIN)
		return 1;
	p = (below + 1) / (all + 1);
	if (own < edge) { /* the rank is a bound only once something as strange was seen */
		double top = TAIL_FLOOR + (edge + 1) / 4.0;
		double more = (at_edge + 1) / (all + 1) * exp2(score - top);
		p = below < 0.5 || more > p ? more : p;
	}
	return fmin(1, p / (1 - bad_share));
}

/* ---- peers ---- */

struct others { /* a histogram without the worker's own entry */
	const float *n;
	int bins, own;
	double own_weight, all;
};

static struct others others_begun(const float *n, int bins, int own, double own_weight)
{
	return (struct others){n, bins, own, own_weight, own >= 0 ? -own_weight : 0};
}

static struct others others_of(const float *n, int bins, int own, double own_weight)
{
	struct others o = others_begun(n, bins, own, own_weight);

	for (int i = 0; i < bins; i++)
		o.all += (double)n[i];
	return o;
}

/* The bin where this share of the others is reached. */
static int others_at(const struct others *o, double share)
{
	double sum = 0;

	for (int i = 0; i < o->bins; i++) {
		sum += (double)o->n[i] - (i == o->own ? o->own_weight : 0);
		if (sum >= o->all * share)
			return i;
	}
	return o->bins - 1;
}

static double weight_of(const struct anomaly_lane *l, const struct anomaly_worker *w)
{
	return exp2(w->faded - l->faded);
}

static struct others rates_of(const struct anomaly_lane *l, const struct anomaly_worker *w,
                              enum anomaly a)
{
	return others_of(l->rate[a], RATE_BINS, w->rate_bin[a] - 1, weight_of(l, w));
}

static double odds_of_bin(double bin)
{
	return exp2(bin / 2 - 8);
}

static double honest_bound(const struct others *o, enum anomaly a, double least)
{
	int close = a == ANOMALY_SAME_ANSWER || a == ANOMALY_DISAGREEMENT;
	double low = RATE_FLOOR, middle = RATE_FLOOR;

	if (o->all >= peers_min) {
		/* the bad are above: how honest workers differ shows below */
		low = fmax(low, others_at(o, 0.25));
		middle = fmax(middle, others_at(o, 0.55));
	}
	double room = fmax(close ? ROOM_CLOSE : ROOM_WIDE, 2 * (middle - low));
	room *= 1 + 4 / fmax(o->all, 3); /* few peers may all be alike by chance */
	double odds = odds_of_bin(middle);
	if (least >= 0)
		odds = fmax(odds, least / (1 - least));
	odds *= exp2(room / 2);
	return fmin(0.999, odds / (1 + odds));
}

struct peers peers_of(const struct anomaly_lane *l, const struct anomaly_worker *w, enum anomaly a,
                      double least)
{
	struct others o = rates_of(l, w, a);
	struct peers p = {-1, -1};

	if (o.all >= peers_min) {
		double odds = odds_of_bin(others_at(&o, 0.5));
		p.rate = odds / (1 + odds);
	}
	if (p.rate >= 0 || least >= 0)
		p.bound = honest_bound(&o, a, least);
	return p;
}

static double time_at(const struct others *o, double share)
{
	return (others_at(o, share) + 0.5) / 4;
}

struct pace peers_pace(const struct anomaly_lane *l, const struct anomaly_worker *w)
{
	double weight = weight_of(l, w);
	struct others all = others_begun(l->typical, TYPICAL_BINS, w->typical_bin - 1, weight);
	struct others quick = others_begun(l->quick, TYPICAL_BINS, w->quick_bin - 1, weight);
	struct pace p = {-1, -1, 0};

	for (int i = 0; i < TYPICAL_BINS; i++) { /* side by side: each sum waits for itself */
		all.all += (double)l->typical[i];
		quick.all += (double)l->quick[i];
		p.size += (double)l->typical[i];
	}
	if (all.all >= peers_min)
		p.typical = time_at(&all, 0.5);
	if (quick.all >= peers_min) { /* the hasty are below: how much pace differs shows above */
		double pace = time_at(&all, 0.75) - time_at(&all, 0.5);
		p.least = time_at(&quick, 0.5) - fmax(log2(FAST_FACTOR), PACE_ROOM * pace);
	}
	return p;
}

static void drop_entry(float *n, uint8_t bin, double weight)
{
	if (bin)
		n[bin - 1] = fmaxf(0, n[bin - 1] - (float)weight);
}

static void move_entry(float *n, uint8_t *bin, double old, int to)
{
	drop_entry(n, *bin, old);
	*bin = (uint8_t)(to + 1);
	n[to]++;
}

static int rate_bin(const struct anomaly_worker *w, enum anomaly a)
{
	double hits = (double)w->hits[a] + 0.5, misses = (double)(w->looks[a] - w->hits[a]) + 0.5;
	double at = ceil(2 * (log2(hits / misses) + 8));

	return at < 0 ? 0 : at >= RATE_BINS ? RATE_BINS - 1 : (int)at;
}

/* One in ${part} of the last times is quicker. */
static double own_time(const struct anomaly_worker *w, int part)
{
	float v[OWN_TIMES];
	int n = w->n_took;

	for (int i = 0; i < n; i++) {
		int j = i;
		for (; j > 0 && v[j - 1] > w->took[i]; j--)
			v[j] = v[j - 1];
		v[j] = w->took[i];
	}
	return n ? (double)v[n / part] : INFINITY;
}

double own_typical(const struct anomaly_worker *w)
{
	return own_time(w, 2);
}

static int time_bin(double log2_ms)
{
	double at = log2_ms * 4;

	return at >= TYPICAL_BINS ? TYPICAL_BINS - 1 : (int)at;
}

void peers_renew(struct anomaly_lane *l, struct anomaly_worker *w)
{
	double old = weight_of(l, w);

	for (int a = 0; a < ANOMALY_COUNT; a++)
		if (w->looks[a] >= (a == ANOMALY_BURST ? SPANS_MIN : LOOKS_MIN))
			move_entry(l->rate[a], &w->rate_bin[a], old, rate_bin(w, a));
	if (w->n_took >= TIMES_MIN) {
		move_entry(l->typical, &w->typical_bin, old, time_bin(own_time(w, 2)));
		move_entry(l->quick, &w->quick_bin, old, time_bin(own_time(w, 8)));
	}
	w->faded = l->faded;
}

void anomaly_worker_again(struct anomaly_lane *l, struct anomaly_worker *w, const char *name)
{
	double weight = weight_of(l, w);

	for (int a = 0; a < ANOMALY_COUNT; a++)
		drop_entry(l->rate[a], w->rate_bin[a], weight);
	drop_entry(l->typical, w->typical_bin, weight);
	drop_entry(l->quick, w->quick_bin, weight);
	anomaly_worker_init(w, name);
}

/* ---- watch ---- */

double watch_value(const struct anomaly_worker *w, enum anomaly a)
{
	return (w->e[a][0] + w->e[a][1]) / 2;
}

double watch_mean(const struct anomaly_worker *w)
{
	double sum = 0;

	for (int a = 0; a < ANOMALY_COUNT; a++)
		sum += watch_value(w, a);
	return sum / ANOMALY_COUNT;
}

void watch_step(struct anomaly_worker *w, enum anomaly a, int hit, double bound)
{
	double n = (double)++w->tested[a], start = 1 / (n * (n + 1));
	const double rate[2] = {1 - (1 - bound) / 5, bound + (1 - bound) / 4};

	for (int i = 0; i < 2; i++) {
		double e = hit ? rate[i] / bound : (1 - rate[i]) / (1 - bound);
		w->e[a][i] = fmin(watch_max, e * (w->e[a][i] + start));
	}
}

/* ---- from outside ---- */

static int counts_ok(const float *n, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!(n[i] >= 0 && n[i] < 1e12f))
			return 0;
	return 1;
}

int anomaly_lane_ok(const struct anomaly_lane *l)
{
	int ok = isfinite(l->faded) && l->n_texts <= LANE_TEXTS && l->next_text < LANE_TEXTS &&
	         l->n_choices <= LANE_CHOICES && l->next_choice < LANE_CHOICES &&
	         counts_ok(l->rate[0], ANOMALY_COUNT * RATE_BINS) && counts_ok(l->typical, TYPICAL_BINS) &&
	         counts_ok(l->quick, TYPICAL_BINS) &&
	         counts_ok(l->fast.n, TAIL_BINS) && counts_ok(l->copied.n, TAIL_BINS);

	for (int i = 0; i < TRACE_NUMBERS; i++) {
		const struct anomaly_field *f = &l->field[i];
		ok = ok && f->n <= FIELD_VALUES && f->next < FIELD_VALUES && counts_ok(f->tail.n, TAIL_BINS);
		for (int j = 0; j < FIELD_VALUES; j++)
			ok = ok && isfinite(f->value[j]);
	}
	return ok;
}

int anomaly_worker_ok(const struct anomaly_worker *w)
{
	int ok = isfinite(w->faded) && w->tag && w->n_took <= OWN_TIMES && w->next_took < OWN_TIMES &&
	         w->n_last <= OWN_LAST && w->next_last < OWN_LAST && w->typical_bin <= TYPICAL_BINS &&
	         w->quick_bin <= TYPICAL_BINS &&
	         counts_ok(w->hits, ANOMALY_COUNT) && counts_ok(w->looks, ANOMALY_COUNT) &&
	         counts_ok(w->choice_n, OWN_CHOICES) && counts_ok(w->took, OWN_TIMES);

	for (int a = 0; a < ANOMALY_COUNT; a++) {
		ok = ok && w->rate_bin[a] <= RATE_BINS && w->hits[a] <= w->looks[a];
		for (int i = 0; i < 2; i++)
			ok = ok && w->e[a][i] >= 0 && w->e[a][i] <= watch_max;
	}
	return ok;
}
