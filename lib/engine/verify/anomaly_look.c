/* What one answer shows, against what is known of the lane and the worker. */
#include <math.h>
#include <string.h>

#include "engine/verify/anomaly_p.h"

enum { RECENT_MIN = 8, POPULAR_MIN = 3 };

static const double mad_sd = 1.4826 /* of a normal distribution */, z_max = 1e6;

/* ---- time ---- */

static double log2_ms(int64_t ms)
{
	return log2((double)(ms > 1 ? ms : 1));
}

static void look_time(const struct anomaly_lane *l, const struct anomaly_worker *w,
                      const struct traces *t, struct look *k)
{
	k->pace = peers_pace(l, w);
	k->span_ms = -1;
	/* spans that share nothing, or one of them would speak for the next */
	if (w->n_last == OWN_LAST && w->next_last == 0) {
		k->span_ms = t->at_ms - w->last[w->next_last];
		if (k->span_ms < 0)
			k->span_ms = 0;
	}
	if (k->pace.typical < 0)
		return;
	if (t->took_ms >= 0) {
		k->fast = log2_ms(t->took_ms) - k->pace.typical;
		k->hit[ANOMALY_TOO_FAST] = log2_ms(t->took_ms) < k->pace.least;
	}
	k->usual = fmin(k->pace.typical, own_typical(w)); /* who is quick has no bursts by that */
	if (k->span_ms >= 0)
		k->hit[ANOMALY_BURST] = log2_ms(k->span_ms) < k->usual;
}

/* ---- the usual answer ---- */

static void look_choice(const struct anomaly_lane *l, const struct anomaly_worker *w,
                        const struct traces *t, struct look *k)
{
	unsigned usual = 0, same = 0, others = 0;

	for (unsigned i = 1; i < OWN_CHOICES; i++)
		if (w->choice_n[i] > w->choice_n[usual])
			usual = i;
	if (!(w->choice_n[usual] > 0))
		return;
	k->hit[ANOMALY_SAME_ANSWER] = t->choice == w->choice[usual];
	for (unsigned i = 0; i < l->n_choices; i++) {
		if (l->choice_who[i] == (uint16_t)w->tag)
			continue;
		others++;
		same += l->choice[i] == w->choice[usual];
	}
	if (others >= RECENT_MIN)
		k->recent = (double)same / others;
}

/* ---- text ---- */

/* Common property: short, and a fifth of the workers use it. */
static int popular(const struct anomaly_text *e, double workers)
{
	int bits = __builtin_popcount(e->workers);
	double users = bits == 32 ? 1e9 : -32 * log1p(-bits / 32.0); /* linear counting */

	return e->len < TEXT_LONG && bits >= POPULAR_MIN && users >= workers / 5;
}

/* Not the compiler's, which without an instruction for it is a call. */
static int bits_of(uint64_t v)
{
	v -= v >> 1 & 0x5555555555555555u;
	v = (v & 0x3333333333333333u) + (v >> 2 & 0x3333333333333333u);
	v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0fu;
	return (int)(v * 0x0101010101010101u >> 56);
}

static void look_text(const struct anomaly_lane *l, const struct traces *t, unsigned i,
                      struct look *k)
{
	int near = TEXT_NEAR + 1;
	unsigned len = t->text_len[i], least = (4 * len + 4) / 5, most = 5 * len / 4;

	k->copy_of[i] = -1;
	for (unsigned j = 0; j < l->n_texts; j++) {
		const struct anomaly_text *e = &l->text[j];
		int bits = bits_of(e->hash ^ t->text[i]);
		if ((bits >= near && bits >= k->nearest) || e->len < least || e->len > most)
			continue;
		if (bits < near) {
			near = bits;
			k->copy_of[i] = (int)j;
		}
		if (bits < k->nearest && e->task != t->task && !popular(e, k->pace.size))
			k->nearest = bits;
	}
}

static void look_texts(const struct anomaly_lane *l, const struct traces *t, struct look *k)
{
	k->nearest = -1;
	if (!t->n_texts)
		return;
	k->nearest = 64;
	for (unsigned i = 0; i < t->n_texts; i++)
		look_text(l, t, i, k);
	k->hit[ANOMALY_COPIED_TEXT] = k->nearest <= TEXT_NEAR;
	k->copied = 2 * log2((k->nearest + 1) / 65.0);
}

/* ---- numbers ---- */

static void sort(float *v, unsigned n)
{
	for (unsigned i = 1; i < n; i++) {
		float x = v[i];
		unsigned j = i;
		for (; j > 0 && v[j - 1] > x; j--)
			v[j] = v[j - 1];
		v[j] = x;
	}
}

/* Median of the distances from v[n / 2] in a sorted list: the nearest half, from both sides. */
static double spread_of(const float *v, unsigned n)
{
	unsigned up = n / 2, down = n / 2;
	double middle = (double)v[n / 2], far = 0;

	for (unsigned i = 0; i < n / 2; i++) {
		double above = up + 1 < n ? (double)v[up + 1] - middle : (double)INFINITY;
		double below = down > 0 ? middle - (double)v[down - 1] : (double)INFINITY;
		if (above < below)
			up++;
		else
			down--;
		far = fmin(above, below);
	}
	return far;
}

static double z_of(const struct anomaly_field *f, double x)
{
	float v[FIELD_VALUES];

	memcpy(v, f->value, f->n * sizeof(v[0]));
	sort(v, f->n);
	double off = fabs(x - (double)v[f->n / 2]), spread = spread_of(v, f->n) * mad_sd;
	if (off <= 0)
		return 0;
	return spread > 0 ? fmin(z_max, off / spread) : z_max;
}

static void look_numbers(const struct anomaly_lane *l, const struct traces *t, struct look *k)
{
	for (unsigned i = 0; i < t->n_numbers; i++) {
		int slot = TRACE_NUMBERS - 1;
		while (slot >= 0 && (!l->field[slot].uses || l->field[slot].key != t->key[i]))
			slot--;
		k->field[i] = slot;
		k->outlier[i] = INFINITY;
		if (slot < 0 || l->field[slot].n < FIELD_MIN)
			continue;
		double z = z_of(&l->field[slot], (double)t->number[i]);
		k->outlier[i] = z > 0 ? -log2(z) : 4;
		k->worst_z = fmax(k->worst_z, z);
		k->hit[ANOMALY_OUTLIER] = k->worst_z > OUTLIER_Z;
	}
}

/* ---- all of it ---- */

void look_at(const struct anomaly_lane *l, const struct anomaly_worker *w, const struct traces *t,
             struct look *out)
{
	memset(out, 0, sizeof(*out));
	for (int a = 0; a < ANOMALY_COUNT; a++)
		out->hit[a] = -1;
	out->recent = -1;
	out->fast = out->copied = INFINITY;
	look_time(l, w, t, out);
	look_choice(l, w, t, out);
	look_texts(l, t, out);
	look_numbers(l, t, out);
}

struct peers look_peers(const struct anomaly_lane *l, const struct anomaly_worker *w, enum anomaly a,
                        const struct look *k)
{
	double least = -1;

	/* tasks of one kind come in a row: then the others answer the same, too */
	if (a == ANOMALY_SAME_ANSWER && k->recent >= 0)
		least = fmin(k->recent, 0.999);
	struct peers p = peers_of(l, w, a, least);
	p.bound = p.rate < 0 ? -1 : p.bound;
	return p;
}
