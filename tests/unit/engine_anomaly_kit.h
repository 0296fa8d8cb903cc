/*
 * Worlds for the anomaly tests: a lane, its workers, honest and bad, and who of them is accused.
 *
 * An honest worker has a pace, an accuracy and a way of writing of its own; works in sessions; and
 * meets tasks in mixed order.  Two peers answer the same task; a worker agrees when it says what
 * the first of them says.  Everything is drawn from one seed.
 */
#ifndef ENGINE_ANOMALY_KIT_H
#define ENGINE_ANOMALY_KIT_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/verify/anomaly.h"
#include "engine/verify/anomaly_p.h"

enum times { TIMES_LOGNORMAL, TIMES_GAMMA, TIMES_EXPONENTIAL, TIMES_BIMODAL, TIMES_COUNT };

enum behaviour {
	HONEST,
	SLOPPY,      /* less often right, and quicker: accused or not, nobody minds */
	HASTY,       /* right, but in a fraction of the time */
	SAME,        /* one choice, whatever is asked */
	COPYING,     /* the text of an earlier answer, a few letters changed */
	BURSTING,    /* many answers at once */
	ADVERSARY,   /* honest at first, then wrong on purpose */
	WILD,        /* numbers out of the air */
	SPAMMER,     /* same choice, same text, no time */
	COLLUDING,   /* they share wrong answers and texts */
	BEHAVIOURS
};

struct kind { /* of world */
	enum times times;
	int choices;
	double skew;        /* share of the first choice; 0: equal shares */
	double boilerplate; /* mean share of stock phrases in place of prose; 0: none */
	int workers, answers; /* of each */
	double bad;         /* share of workers */
	enum behaviour only; /* this kind of bad ones; HONEST: all kinds in turn */
	int row;             /* so many tasks of one kind come in a row; 0: mixed */
	int64_t late_ms;     /* the bad ones come so much later */
	int wide;            /* honest workers differ twice as much */
};

struct tallies {
	long honest_answers, honest_workers;
	long answer_alarms, answer_by[ANOMALY_COUNT]; /* on honest answers */
	long life_alarms, life_by[ANOMALY_COUNT];     /* honest workers, ever */
	long bad_workers[BEHAVIOURS], caught[BEHAVIOURS], caught_by[BEHAVIOURS][ANOMALY_COUNT];
	long bad_answers, bad_answer_alarms;
	long delay[BEHAVIOURS]; /* answers until caught, summed */
	long learned;
};

struct one {
	struct anomaly_worker state;
	enum behaviour is;
	double pace, accuracy, phrases, bias;
	int64_t free_ms; /* when it starts with its next task */
	int answers, turned, favourite, stack;
	unsigned accused, judged; /* bits of tests, for life */
};

struct scene {
	struct kind kind;
	uint64_t rng;
	struct anomaly_lane lane;
	struct one *one;
	char last_text[16][400];
	unsigned n_last;
	long tasks;
	int row_left, row_choice;
};

static inline uint64_t bits(struct scene *c)
{
	return hash_mix(c->rng++, 77);
}

static inline double unit(struct scene *c)
{
	return (double)(bits(c) >> 11) * 0x1p-53;
}

static inline int below(struct scene *c, int n)
{
	return (int)(unit(c) * n);
}

static inline double normal(struct scene *c)
{
	double r = sqrt(-2 * log(1 - unit(c)));

	return r * cos(6.283185307179586 * unit(c));
}

static inline double seconds(struct scene *c)
{
	double e = -log(1 - unit(c));

	switch (c->kind.times) {
	case TIMES_GAMMA: /* shape 2 */
		return 100 * (e - log(1 - unit(c)));
	case TIMES_EXPONENTIAL:
		return 200 * e;
	case TIMES_BIMODAL: /* a third is seen at a glance */
		return exp(normal(c) * 0.4) * (unit(c) < 0.33 ? 30 : 300);
	default:
		return 180 * exp(normal(c) * 0.7);
	}
}

static inline int choose(struct scene *c)
{
	if (c->kind.row && c->row_left-- <= 0) {
		c->row_left = c->kind.row;
		c->row_choice = below(c, c->kind.choices);
	}
	if (c->kind.row)
		return c->row_choice;
	if (c->kind.skew > 0)
		return unit(c) < c->kind.skew ? 0 : 1 + below(c, c->kind.choices - 1);
	return below(c, c->kind.choices);
}

/* Words by Zipf, of one trade. */
static inline void prose(struct scene *c, char *out, size_t size)
{
	size_t n = 0;
	int words = 9 + below(c, 18);

	for (int i = 0; i < words && n + 16 < size; i++) {
		uint64_t w = hash_mix((uint64_t)exp(unit(c) * log(400)), 5);
		int letters = 2 + (int)(w % 9);
		for (int j = 0; j < letters; j++)
			out[n++] = (char)('a' + (w >> (5 * j + 4)) % 26);
		out[n++] = ' ';
	}
	out[n] = '\0';
}

static inline void phrase(struct scene *c, char *out, size_t size)
{
	static const char *const stock[] = {
	    "No issue found, everything is in order with this one.",
	    "The total of the invoice does not match the purchase order.",
	    "Approved, the documents are complete and correctly signed.",
	    "The picture is too blurred to read anything on it, sorry.",
	    "Nothing to add: see the guideline, chapter four, second rule."};

	snprintf(out, size, "%s", stock[below(c, 5)]);
}

static inline void text_of(struct scene *c, struct one *o, char *out, size_t size)
{
	if (o->is == SPAMMER) {
		snprintf(out, size,
		         "very good task i have done it with great care thank you number %d",
		         o->favourite);
	} else if (o->is == COLLUDING) {
		snprintf(out, size,
		         "according to our agreement the answer to this is the usual one %d",
		         below(c, 3));
	} else if (o->is == COPYING && c->n_last >= 16) {
		snprintf(out, size, "%s", c->last_text[below(c, 16)]);
		out[below(c, (int)strlen(out))] = 'q';
	} else if (unit(c) < o->phrases) {
		phrase(c, out, size);
	} else {
		prose(c, out, size);
		snprintf(c->last_text[c->n_last++ % 16], sizeof(c->last_text[0]), "%s", out);
	}
}

static inline int choice_of(struct scene *c, const struct one *o, int truth)
{
	if (o->is == SAME || o->is == SPAMMER || o->is == COLLUDING)
		return o->is == COLLUDING ? c->kind.choices - 1 : o->favourite;
	if (o->is == ADVERSARY && o->turned)
		return (truth + 1) % c->kind.choices;
	if (unit(c) < o->accuracy)
		return truth;
	return unit(c) < o->bias ? o->favourite : below(c, c->kind.choices);
}

static inline double took_s(struct scene *c, const struct one *o)
{
	double s = seconds(c) * o->pace;

	return o->is == HASTY || o->is == SPAMMER ? s / 25 : s;
}

static inline float number_of(struct scene *c, const struct one *o)
{
	double z =
	    normal(c) / sqrt((pow(normal(c), 2) + pow(normal(c), 2) + pow(normal(c), 2)) / 3);

	if (o->is == WILD)
		return (float)(unit(c) < 0.5 ? 9999 : unit(c) * 5000);
	return (float)(50 + 8 * z); /* Student's t with three degrees of freedom */
}

/* When the worker hands in, and when it goes on. */
static inline int64_t clock_of(struct scene *c, struct one *o, int64_t took_ms)
{
	int64_t at = o->free_ms + took_ms;

	o->free_ms = at + (int64_t)(5000 * unit(c)) + (unit(c) < 0.05 ? 6 * 3600000 : 0);
	if (o->is == BURSTING) {
		o->free_ms = at = o->free_ms - took_ms; /* worked ahead, hands in all at once */
		if (++o->stack % 12 == 0)
			o->free_ms += 7200000;
	}
	return at;
}

static inline void scene_begin(struct scene *c, const struct kind *k, uint64_t seed)
{
	memset(c, 0, sizeof(*c));
	c->kind = *k;
	c->rng = seed << 32;
	c->one = calloc((size_t)k->workers, sizeof(*c->one));
	int bad = (int)(k->bad * k->workers + 0.5);
	for (int i = 0; i < k->workers; i++) {
		struct one *o = &c->one[i];
		char name[24];
		snprintf(name, sizeof(name), "w%d.%d", (int)(seed % 1000000), i);
		anomaly_worker_init(&o->state, name);
		if (i < bad && k->only != HONEST)
			o->is = k->only;
		else if (i < bad)
			o->is = 1 + (enum behaviour)((uint64_t)i + seed) % (BEHAVIOURS - 1);
		o->pace = exp(normal(c) * (k->wide ? 0.6 : 0.3)) * (o->is == SLOPPY ? 0.6 : 1);
		o->accuracy = o->is == SLOPPY ? 0.7
		              : k->wide       ? 0.7 + 0.29 * unit(c)
		                              : 0.82 + 0.1 * unit(c);
		o->phrases = 0;
		if (k->boilerplate > 0)
			o->phrases = fmin(1, k->boilerplate * (0.4 + 1.2 * unit(c)));
		o->bias = 0.5 * unit(c);
		o->favourite = below(c, k->choices);
		o->free_ms = 1770000000000 + (int64_t)(unit(c) * 3600000);
		if (o->is != HONEST)
			o->free_ms += k->late_ms;
	}
}

static inline void scene_end(struct scene *c)
{
	free(c->one);
}

static inline struct one *scene_next(struct scene *c)
{
	struct one *next = NULL;

	for (int i = 0; i < c->kind.workers; i++) {
		struct one *o = &c->one[i];
		if (o->answers < c->kind.answers && (!next || o->free_ms < next->free_ms))
			next = o;
	}
	return next;
}

/* Only the ${agreed} of this answer is not in the traces. */
static inline void scene_answer(struct scene *c, struct one *o, struct traces *t, int *agreed)
{
	int truth = choose(c);
	char text[400];

	o->turned = o->answers >= 40;
	int choice = choice_of(c, o, truth);
	struct one *peer = &c->one[below(c, c->kind.workers)];
	*agreed = peer == o ? -1 : choice == choice_of(c, peer, truth);
	memset(t, 0, sizeof(*t));
	t->took_ms = (int64_t)(took_s(c, o) * 1000);
	t->at_ms = clock_of(c, o, t->took_ms);
	t->choice = hash_mix(1, (uint64_t)choice);
	t->task = (uint16_t)hash_mix((uint64_t)c->tasks++, 3);
	text_of(c, o, text, sizeof(text));
	t->text[0] = text_simhash(text, strlen(text), &t->text_len[0]);
	t->n_texts = t->text_len[0] >= TEXT_MIN;
	t->n_numbers = 1;
	t->key[0] = 7;
	t->number[0] = number_of(c, o);
	o->answers++;
}

static inline void count_verdict(struct one *o, const struct anomaly_verdict *v, struct tallies *s)
{
	int honest = o->is == HONEST, bad = o->is != SLOPPY && !honest;

	s->honest_answers += honest;
	s->bad_answers += bad;
	if (v->fired & FIRED_ANSWER) {
		s->answer_alarms += honest;
		s->bad_answer_alarms += bad;
	}
	for (int a = 0; a < ANOMALY_COUNT; a++) {
		s->answer_by[a] += honest && v->of[a].fired & FIRED_ANSWER;
		if (v->of[a].fired & FIRED_LIFE)
			o->accused |= 1u << a;
	}
	if (v->fired & FIRED_LIFE && !o->judged) {
		o->judged = 1;
		s->delay[o->is] += o->answers;
	}
}

static inline void count_lives(const struct scene *c, struct tallies *s)
{
	for (int i = 0; i < c->kind.workers; i++) {
		const struct one *o = &c->one[i];
		s->honest_workers += o->is == HONEST;
		s->life_alarms += o->is == HONEST && o->judged;
		s->bad_workers[o->is]++;
		s->caught[o->is] += o->judged;
		for (int a = 0; a < ANOMALY_COUNT; a++) {
			s->life_by[a] += o->is == HONEST && o->accused & 1u << a;
			s->caught_by[o->is][a] += !!(o->accused & 1u << a);
		}
	}
}

/* One world from beginning to end, added to ${s}. */
static inline void scene_run(const struct kind *k, uint64_t seed, struct tallies *s)
{
	struct scene *c = malloc(sizeof(*c));
	struct anomaly_verdict v;
	struct traces t;
	struct one *o;
	int agreed;

	scene_begin(c, k, seed);
	while ((o = scene_next(c))) {
		scene_answer(c, o, &t, &agreed);
		anomaly_judge(&c->lane, &o->state, &t, &anomaly_defaults, &v);
		count_verdict(o, &v, s);
		anomaly_learn(&c->lane, &o->state, &t, &anomaly_defaults);
		if (agreed >= 0)
			anomaly_agreed(&c->lane, &o->state, agreed, -1);
		s->learned++;
	}
	count_lives(c, s);
	scene_end(c);
	free(c);
}

#endif
