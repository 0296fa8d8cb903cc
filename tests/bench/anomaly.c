/*
 * bench/anomaly -- the anomaly tests over many worlds: false alarms beside what is stated, what is
 * found how soon, and what one answer costs.
 *
 *   anomaly [WORLDS [ANSWERS]]      default: 1000 worlds a row; a lane with a million answers
 *                                   behind it
 *
 * Each world draws its own shape of answer times, choices, skew, stock phrases, difference between
 * workers and size (6 to 30 workers of 120 answers each).
 */
#include <time.h>

#include "../unit/engine_anomaly_kit.h"

enum { ROUNDS = 20000, HEX = 32 };

static const char *const behaviour_names[BEHAVIOURS] = {
    "honest", "sloppy", "hasty", "same answer", "copying", "bursting", "adversary, honest for 40",
    "wild numbers", "spammer", "colluding"};

static void row(const char *what, const char *value, const char *base, const char *target)
{
	printf("%-44s %14s %18s %8s   %s\n", what, value, base, "", target);
	fflush(stdout);
}

static struct kind drawn(uint64_t seed, double bad)
{
	static const double skews[] = {0, 0.95, 0.8, 0}, stock[] = {0, 0.5, 0.2};

	return (struct kind){.times = seed % TIMES_COUNT, .choices = 2 + (int)(seed / 4 % 3),
	                     .skew = skews[seed / 3 % 4], .boilerplate = stock[seed % 3],
	                     .workers = 6 + (int)(seed % 25), .answers = 120, .bad = bad,
	                     .wide = seed / 2 % 2 != 0};
}

static void false_alarms(double bad, int worlds, struct tallies *all)
{
	char what[64], value[HEX], base[HEX];
	struct tallies s;

	memset(&s, 0, sizeof(s));
	for (int i = 1; i <= worlds; i++) {
		struct kind k = drawn((uint64_t)i, bad);
		scene_run(&k, (uint64_t)i + 1000000, &s);
	}
	snprintf(what, sizeof(what), "false alarms, %.0f %% bad: of answers", bad * 100);
	snprintf(value, sizeof(value), "%.6f", (double)s.answer_alarms / (double)s.honest_answers);
	snprintf(base, sizeof(base), "of %ld", s.honest_answers);
	row(what, value, base, "<= 0.001");
	snprintf(value, sizeof(value), "%.5f", (double)s.life_alarms / (double)s.honest_workers);
	snprintf(base, sizeof(base), "of %ld", s.honest_workers);
	row("  of workers, ever", value, base, "<= 0.01");
	all->honest_answers += s.honest_answers;
	all->honest_workers += s.honest_workers;
	for (int a = 0; a < ANOMALY_COUNT; a++) {
		all->answer_by[a] += s.answer_by[a];
		all->life_by[a] += s.life_by[a];
	}
	for (int i = 0; i < BEHAVIOURS; i++) {
		all->bad_workers[i] += s.bad_workers[i];
		all->caught[i] += s.caught[i];
		all->delay[i] += s.delay[i];
	}
}

static void by_name(const struct tallies *s)
{
	char what[64], value[HEX], base[HEX];

	for (int a = 0; a < ANOMALY_COUNT; a++) {
		snprintf(what, sizeof(what), "  %s: of answers, of workers", anomaly_name(a));
		snprintf(base, sizeof(base), "%.6f",
		         (double)s->life_by[a] / (double)s->honest_workers);
		snprintf(value, sizeof(value), "%.6f",
		         (double)s->answer_by[a] / (double)s->honest_answers);
		row(what, value, base, "<= 0.000333, 0.001667");
	}
	for (int i = SLOPPY; i < BEHAVIOURS; i++) {
		snprintf(what, sizeof(what), "found: %s", behaviour_names[i]);
		snprintf(value, sizeof(value), "%.1f %%",
		         100 * (double)s->caught[i] / (double)s->bad_workers[i]);
		snprintf(base, sizeof(base), "after %.0f",
		         (double)s->delay[i] / fmax(1, (double)s->caught[i]));
		row(what, value, base, "");
	}
}

/* ---- cost ---- */

static double now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void cost(const char *what, double *us)
{
	char p50[HEX], p99[HEX];

	qsort(us, ROUNDS, sizeof(*us), by_size);
	snprintf(p50, sizeof(p50), "%.2f us", us[ROUNDS / 2]);
	snprintf(p99, sizeof(p99), "%.2f us p99", us[ROUNDS / 100 * 99]);
	row(what, p50, p99, "");
}

static json_t *answer_of(struct scene *c)
{
	char text[400];

	prose(c, text, sizeof(text));
	return json_pack("{s:b, s:i, s:s, s:f, s:[i,i,i], s:s}", "ok", below(c, 2), "score",
	                 below(c, 10),
	                 "kind", "invoice", "amount", unit(c) * 1000, "box", below(c, 900),
	                 below(c, 900), below(c, 900), "comment", text);
}

/* A megabyte: as much as a task may bring, of what costs most. */
static void cost_of_much(struct scene *c)
{
	static double us[ROUNDS];
	json_t *doc = json_object();
	char key[24], text[400], *prose_of = calloc(1, 140001);
	struct traces t;

	for (size_t n = 0; n < 139000; n += strlen(text)) {
		prose(c, text, sizeof(text));
		memcpy(prose_of + n, text, strlen(text));
	}
	for (int i = 0; i < 20000; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		json_object_set_new(doc, key, i < 5 ? json_string(prose_of) : json_integer(i));
	}
	struct anomaly_answer in = {doc, "task_01J8ZZZZZZZZZZZZZZZZZZZZZZ", 60000, 1770000000000};
	for (int i = 0; i < ROUNDS; i++) {
		double t0 = now_us();
		if (i % 20 == 0)
			anomaly_features(&in, &t);
		us[i] = i % 20 == 0 ? now_us() - t0 : us[i - 1];
	}
	cost("  of one of a megabyte", us);
	json_decref(doc);
	free(prose_of);
}

static void costs(long history)
{
	static double features[ROUNDS], judge[ROUNDS], learn[ROUNDS];
	struct kind k = {.choices = 4, .boilerplate = 0.2, .workers = 200,
	                 .answers = (int)(history / 200)};
	struct scene *c = malloc(sizeof(*c));
	struct anomaly_verdict v;
	struct traces t;
	int agreed;

	scene_begin(c, &k, 1);
	for (long n = 0; n < history;
	     n++) { /* not by their clocks: the order is all that counts here */
		struct one *o = &c->one[n % k.workers];
		scene_answer(c, o, &t, &agreed);
		anomaly_learn(&c->lane, &o->state, &t, &anomaly_defaults);
	}
	for (int i = 0; i < ROUNDS; i++) {
		struct one *o = &c->one[i % k.workers];
		json_t *doc = answer_of(c);
		struct anomaly_answer in = {doc, "task_01J8ZZZZZZZZZZZZZZZZZZZZZZ", 60000,
		                            o->free_ms += 60000};
		double t0 = now_us();
		anomaly_features(&in, &t);
		double t1 = now_us();
		anomaly_judge(&c->lane, &o->state, &t, &anomaly_defaults, &v);
		double t2 = now_us();
		anomaly_learn(&c->lane, &o->state, &t, &anomaly_defaults);
		double t3 = now_us();
		features[i] = t1 - t0;
		judge[i] = t2 - t1;
		learn[i] = t3 - t2;
		json_decref(doc);
	}
	cost("anomaly: traces of an answer of 8 values", features);
	cost_of_much(c);
	cost("  judged", judge);
	cost("  learned", learn);
	char value[HEX], base[HEX];
	snprintf(value, sizeof(value), "%zu B", sizeof(struct anomaly_lane));
	snprintf(base, sizeof(base), "%zu B a worker", sizeof(struct anomaly_worker));
	row("  state of a lane", value, base, "< 16384, < 1024");
	scene_end(c);
	free(c);
}

int main(int argc, char **argv)
{
	int worlds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 1000;
	long history = argc > 2 ? strtol(argv[2], NULL, 10) : 1000000;
	static const double bad[] = {0, 0.05, 0.2, 0.4};
	struct tallies all;

	memset(&all, 0, sizeof(all));
	costs(history);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		false_alarms(bad[i], worlds, &all);
	by_name(&all);
	return 0;
}
