/* Learning: bounded, in the order of the journal. */
#include <math.h>
#include <string.h>

#include "engine/verify/anomaly_p.h"

enum { LOOKS_KEPT = 200, FIELD_SHARE = FIELD_VALUES / 8, SECOND_CHANCES = 8, POPULAR_BITS = 4 };

static const double suspicion_max = 20;

/* ---- fading ---- */

static void scale(float *n, size_t count, double f)
{
	for (size_t i = 0; i < count; i++)
		n[i] *= (float)f;
}

/* In steps of a 64th of a half-life: most answers cost nothing. */
static void fade(struct anomaly_lane *l, int64_t at_ms, int64_t half_life_ms)
{
	if (!l->at_ms)
		l->at_ms = at_ms;
	if (half_life_ms <= 0 || at_ms - l->at_ms < half_life_ms / 64)
		return;
	double lives = (double)(at_ms - l->at_ms) / (double)half_life_ms, f = exp2(-lives);
	l->at_ms = at_ms;
	l->faded += lives;
	scale(l->rate[0], ANOMALY_COUNT * RATE_BINS, f);
	scale(l->typical, TYPICAL_BINS, f);
	scale(l->quick, TYPICAL_BINS, f);
	scale(l->fast.n, TAIL_BINS, f);
	scale(l->copied.n, TAIL_BINS, f);
	for (int i = 0; i < TRACE_NUMBERS; i++)
		scale(l->field[i].tail.n, TAIL_BINS, f);
}

/* ---- the worker ---- */

static void count_look(struct anomaly_worker *w, enum anomaly a, int hit)
{
	if (w->looks[a] >= LOOKS_KEPT) {
		w->looks[a] /= 2;
		w->hits[a] /= 2;
	}
	w->looks[a]++;
	w->hits[a] += (float)hit;
}

/* Frequent items by Misra and Gries, Science of Computer Programming 2, 1982. */
static void learn_choice(struct anomaly_worker *w, uint64_t choice)
{
	int slot = -1, empty = -1;

	for (int i = 0; i < OWN_CHOICES; i++) {
		if (!(w->choice_n[i] > 0))
			empty = i;
		else if (w->choice[i] == choice)
			slot = i;
	}
	if (slot < 0 && empty >= 0) {
		slot = empty;
		w->choice[slot] = choice;
	}
	if (slot >= 0) {
		w->choice_n[slot]++;
		if (w->choice_n[slot] > LOOKS_KEPT)
			scale(w->choice_n, OWN_CHOICES, 0.5);
		return;
	}
	for (int i = 0; i < OWN_CHOICES; i++)
		w->choice_n[i] = fmaxf(0, w->choice_n[i] - 1);
}

static void learn_own(struct anomaly_worker *w, const struct traces *t)
{
	if (t->took_ms >= 0) {
		w->took[w->next_took] = (float)log2((double)(t->took_ms > 1 ? t->took_ms : 1));
		w->next_took = (w->next_took + 1) % OWN_TIMES;
		w->n_took += w->n_took < OWN_TIMES;
	}
	w->last[w->next_last] = t->at_ms;
	w->next_last = (w->next_last + 1) % OWN_LAST;
	w->n_last += w->n_last < OWN_LAST;
	learn_choice(w, t->choice);
	w->answers += w->answers < UINT32_MAX;
}

/* ---- the lane ---- */

static void learn_peer_choice(struct anomaly_lane *l, const struct anomaly_worker *w,
                              uint64_t choice)
{
	l->choice[l->next_choice] = choice;
	l->choice_who[l->next_choice] = (uint16_t)w->tag;
	l->next_choice = (l->next_choice + 1) % LANE_CHOICES;
	l->n_choices += l->n_choices < LANE_CHOICES;
}

/* The oldest goes; what several workers use gets a second chance, and loses half of them. */
static struct anomaly_text *room_for_text(struct anomaly_lane *l)
{
	struct anomaly_text *e;

	if (l->n_texts < LANE_TEXTS)
		return &l->text[l->n_texts++];
	for (int chances = SECOND_CHANCES;; chances--) {
		e = &l->text[l->next_text];
		l->next_text = (l->next_text + 1) % LANE_TEXTS;
		if (chances == 0 || __builtin_popcount(e->workers) < POPULAR_BITS)
			return e;
		e->workers &= chances & 1 ? 0x55555555u : 0xaaaaaaaau;
	}
}

static void learn_texts(struct anomaly_lane *l, const struct anomaly_worker *w,
                        const struct traces *t, const struct look *k)
{
	for (unsigned i = 0; i < t->n_texts; i++) {
		struct anomaly_text *e = k->copy_of[i] >= 0 ? &l->text[k->copy_of[i]] : NULL;
		if (!e) {
			e = room_for_text(l);
			*e = (struct anomaly_text){t->text[i], 0, t->text_len[i], t->task};
		}
		e->workers |= 1u << w->tag % 32;
	}
}

/* Places that are rarely seen make room for others, slowly: a hostile answer may bring any. */
static struct anomaly_field *room_for_field(struct anomaly_lane *l, uint16_t key)
{
	struct anomaly_field *least = &l->field[0];

	for (int i = 1; i < TRACE_NUMBERS; i++)
		if (l->field[i].uses < least->uses)
			least = &l->field[i];
	if (least->uses) {
		least->uses--;
		return NULL;
	}
	memset(least, 0, sizeof(*least));
	least->key = key;
	return least;
}

/* The slot to write: no worker has more than an eighth of them. */
static unsigned place_of_value(struct anomaly_field *f, uint16_t who)
{
	unsigned own = 0, oldest = 0;

	for (unsigned i = 0; i < f->n; i++) {
		unsigned at = f->n < FIELD_VALUES ? i : (f->next + i) % FIELD_VALUES;
		if (f->who[at] == who && own++ == 0)
			oldest = at;
	}
	if (own >= FIELD_SHARE)
		return oldest;
	if (f->n < FIELD_VALUES)
		return f->n++;
	oldest = f->next;
	f->next = (f->next + 1) % FIELD_VALUES;
	return oldest;
}

static void learn_numbers(struct anomaly_lane *l, const struct anomaly_worker *w,
                          const struct traces *t, const struct look *k, int teaches)
{
	int asked = 0;

	for (unsigned i = 0; i < t->n_numbers; i++) {
		struct anomaly_field *f = NULL;
		if (k->field[i] >= 0)
			f = &l->field[k->field[i]];
		else if (!asked++)
			f = room_for_field(l, t->key[i]);
		if (!f)
			continue;
		f->uses += f->uses < UINT16_MAX;
		if (teaches && isfinite(k->outlier[i]))
			tail_add(&f->tail, k->outlier[i]);
		unsigned at = place_of_value(f, (uint16_t)w->tag);
		f->value[at] = t->number[i];
		f->who[at] = (uint16_t)w->tag;
	}
}

static void learn_habits(const struct anomaly_lane *l, struct anomaly_worker *w,
                         const struct look *k)
{
	for (int a = 0; a < ANOMALY_COUNT; a++) {
		if (k->hit[a] < 0)
			continue;
		double bound = look_peers(l, w, a, k).bound;
		if (bound >= 0)
			watch_step(w, a, k->hit[a], bound);
		count_look(w, a, k->hit[a]);
	}
}

void anomaly_learn(struct anomaly_lane *l, struct anomaly_worker *w, const struct traces *t,
                   const struct anomaly_limits *lim)
{
	struct look k;
	int teaches = w->answers >= TEACHER_MIN && watch_mean(w) < suspicion_max;

	look_at(l, w, t, &k);
	learn_habits(l, w, &k);
	fade(l, t->at_ms, lim->half_life_ms);
	if (teaches && isfinite(k.fast))
		tail_add(&l->fast, k.fast);
	if (teaches && isfinite(k.copied))
		tail_add(&l->copied, k.copied);
	learn_numbers(l, w, t, &k, teaches);
	learn_texts(l, w, t, &k);
	learn_peer_choice(l, w, t->choice);
	learn_own(w, t);
	peers_renew(l, w);
}

void anomaly_agreed(struct anomaly_lane *l, struct anomaly_worker *w, int agreed,
                    int32_t chance_ppm)
{
	double least = chance_ppm < 0 ? -1 : fmin(0.999, fmax(0, 1 - chance_ppm / 1e6));
	double bound = peers_of(l, w, ANOMALY_DISAGREEMENT, least).bound;

	if (bound >= 0)
		watch_step(w, ANOMALY_DISAGREEMENT, !agreed, bound);
	count_look(w, ANOMALY_DISAGREEMENT, !agreed);
	peers_renew(l, w);
}
