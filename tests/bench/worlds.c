/*
 * bench/worlds -- verification by the whole engine in rehearsed worlds (lib/sim): routing, gold
 * tasks, consensus, reviews, reputation and suspension together, over many seeds.
 *
 *   worlds [SEEDS [PART]]      default: 10 seeds (80 s of one core), and every row; else those
 *                              whose name has PART in it
 *
 * "in 30" are the bad who are suspended after at most 30 answers, gold ones among them; of an
 * adversary those count that came after it had earned trust.  All workers are new when a world
 * begins, but for those who "join".
 *
 * Beside each world stands the optimal sequential test that asks honest workers only and knows how
 * good they are.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "json/js.h"
#include "sim/sim.h"

enum { CREW = 40, TEXT = 65536, MAX_OVERLAP = 9, SOON = 30, TRUST = 40, GOLDS = 60 };

static const double honest = 0.85, confidence = 0.98;

struct row {
	const char *name;
	int categories;
	enum kind kind;
	int bad; /* of CREW */
	const char *weights; /* of truths; NULL: even */
	int join_h; /* hours after the others */
};

static const struct row rows[] = {
	{"honest", 2, KIND_HONEST, 0, NULL, 0},
	{"honest", 4, KIND_HONEST, 0, NULL, 0},
	{"skewed 95:5, honest", 2, KIND_HONEST, 0, "95 5", 0},
	{"skewed 95:3:1:1, honest", 4, KIND_HONEST, 0, "95 3 1 1", 0},
	{"skewed 95:3:1:1, spammer", 4, KIND_SPAMMER, 8, "95 3 1 1", 0},
	{"sloppy", 2, KIND_SLOPPY, 2, NULL, 0},
	{"sloppy", 2, KIND_SLOPPY, 8, NULL, 0},
	{"sloppy", 2, KIND_SLOPPY, 16, NULL, 0},
	{"sloppy", 4, KIND_SLOPPY, 2, NULL, 0},
	{"sloppy", 4, KIND_SLOPPY, 8, NULL, 0},
	{"sloppy", 4, KIND_SLOPPY, 16, NULL, 0},
	{"spammer", 2, KIND_SPAMMER, 2, NULL, 0},
	{"spammer", 2, KIND_SPAMMER, 8, NULL, 0},
	{"spammer", 2, KIND_SPAMMER, 16, NULL, 0},
	{"spammer", 4, KIND_SPAMMER, 2, NULL, 0},
	{"spammer", 4, KIND_SPAMMER, 8, NULL, 0},
	{"spammer", 4, KIND_SPAMMER, 16, NULL, 0},
	{"spammer, join after 3 h", 2, KIND_SPAMMER, 8, NULL, 3},
	{"spammer, join after 3 h", 4, KIND_SPAMMER, 8, NULL, 3},
	{"constant", 2, KIND_CONSTANT, 8, NULL, 0},
	{"constant", 4, KIND_CONSTANT, 8, NULL, 0},
	{"colluding", 2, KIND_COLLUDING, 2, NULL, 0},
	{"colluding", 2, KIND_COLLUDING, 8, NULL, 0},
	{"colluding", 2, KIND_COLLUDING, 16, NULL, 0},
	{"colluding", 4, KIND_COLLUDING, 2, NULL, 0},
	{"colluding", 4, KIND_COLLUDING, 8, NULL, 0},
	{"colluding", 4, KIND_COLLUDING, 16, NULL, 0},
	{"adversary", 2, KIND_ADVERSARY, 2, NULL, 0},
	{"adversary", 2, KIND_ADVERSARY, 8, NULL, 0},
	{"adversary", 2, KIND_ADVERSARY, 16, NULL, 0},
	{"adversary", 4, KIND_ADVERSARY, 2, NULL, 0},
	{"adversary", 4, KIND_ADVERSARY, 8, NULL, 0},
	{"adversary", 4, KIND_ADVERSARY, 16, NULL, 0},
};

struct sum {
	uint64_t tasks, completed, right, answers, lost, reviews, golds;
	uint64_t bad, soon, ever, good, good_out;
	uint64_t best_tasks, best_answers;
};

/* ---- the world ---- */

struct text {
	char s[TEXT];
	size_t n;
};

__attribute__((format(printf, 2, 3))) static void say(struct text *t, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	int n = vsnprintf(t->s + t->n, sizeof(t->s) - t->n, format, ap);
	va_end(ap);
	t->n += (size_t)n;
	if (n < 0 || t->n >= sizeof(t->s)) {
		fputs("worlds: the scenario is too long\n", stderr);
		exit(1);
	}
}

/* As often as the tasks have it. */
static int gold_category(const struct row *r, int i)
{
	double of[8], sum = 0, at = 0;
	const char *w = r->weights;
	char *end;

	for (int k = 0; k < r->categories; k++, w = w ? end : NULL)
		sum += of[k] = w ? strtod(w, &end) : 1;
	for (int k = 0; k < r->categories; k++) {
		at += of[k] / sum;
		if (i + 0.5 < at * GOLDS)
			return k;
	}
	return r->categories - 1;
}

static void say_lanes(struct text *t, const struct row *r)
{
	say(t, "\"lanes\":{\"l\":{\"pools\":[\"p\"],\"slaSeconds\":14400,"
	       "\"schema\":{\"type\":\"object\",\"required\":[\"c\"],"
	       "\"properties\":{\"c\":{\"enum\":[");
	for (int k = 0; k < r->categories; k++)
		say(t, "%s\"%c\"", k ? "," : "", 'a' + k);
	say(t, "]}}},\"verify\":{\"minOverlap\":1,\"maxOverlap\":%d,\"confidence\":\"%.2f\","
	       "\"gold\":{\"rate\":\"0.05\",\"newRate\":\"0.5\",\"newTasks\":20,"
	       "\"floor\":\"0.72\"},\"qa\":{\"lane\":\"q\",\"rate\":\"0.02\"}}},"
	       "\"q\":{\"pools\":[\"s\"],\"slaSeconds\":14400}},", MAX_OVERLAP, confidence);
	say(t, "\"gold\":{");
	for (int i = 0; i < GOLDS; i++)
		say(t,
		    "%s\"g%d\":{\"lane\":\"l\",\"body\":{\"er\":1,\"lane\":\"l\",\"title\":\"t\"},"
		    "\"answer\":{\"c\":\"%c\"}}", i ? "," : "", i, 'a' + gold_category(r, i));
	say(t, "}");
}

static void say_crews(struct text *t, const struct row *r)
{
	const char *work = "\"workMinutes\":{\"median\":4,\"spread\":1.8}";

	say(t, "{\"name\":\"good\",\"count\":%d,\"pools\":[\"p\"],\"behaviour\":{%s,"
	       "\"right\":%.2f}},{\"name\":\"senior\",\"count\":6,\"pools\":[\"s\"],"
	       "\"behaviour\":{\"right\":0.98}}",
	    CREW - r->bad, work, honest);
	if (!r->bad)
		return;
	say(t,
	    ",{\"name\":\"bad\",\"count\":%d,\"pools\":[\"p\"],\"behaviour\":{%s,\"kind\":\"%s\"",
	    r->bad, work, kind_names[r->kind]);
	if (r->kind == KIND_ADVERSARY)
		say(t, ",\"trustTasks\":%d,\"right\":0.95", TRUST);
	if (r->join_h)
		say(t, ",\"absent\":[{\"from\":\"0h\",\"until\":\"%dh\"}]", r->join_h);
	say(t, "}}");
}

static void say_truths(struct text *t, const struct row *r)
{
	const char *w = r->weights;
	char *end = NULL;

	for (int k = 0; k < r->categories; k++, w = w ? end : NULL)
		say(t, "%s{\"answer\":{\"c\":\"%c\"},\"weight\":%g}", k ? "," : "", 'a' + k,
		    w ? strtod(w, &end) : 1);
}

static struct scenario *world(const struct row *r)
{
	static struct text t;
	struct err err = ERR_INIT;

	t.n = 0;
	say(&t, "{\"length\":\"10h\",\"drain\":\"8h\",\"etc\":{");
	say_lanes(&t, r);
	say(&t, "},\"crews\":[");
	say_crews(&t, r);
	say(&t, "],\"arrivals\":[{\"lane\":\"l\",\"perHour\":80,\"truths\":[");
	say_truths(&t, r);
	say(&t, "]}]}");
	json_t *doc = js_parse(t.s, t.n, &js_limits_doc, &err);
	struct scenario *s = doc ? scenario_new(doc, &err) : NULL;
	if (!s) {
		fprintf(stderr, "worlds: %s: %s\n", r->name, err.msg);
		exit(1);
	}
	json_decref(doc);
	return s;
}

/* ---- the optimal test ---- */

static uint64_t bits(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static double chance(uint64_t *state)
{
	return (double)(bits(state) >> 11) * 0x1p-53;
}

/* Answers that it needs for one task. */
static int best(const struct row *r, const double *prior, uint64_t *state)
{
	double post[8], x = chance(state), most = 0;
	int k = r->categories, truth = 0, n = 0;

	memcpy(post, prior, (size_t)k * sizeof(*post));
	while (truth + 1 < k && x >= prior[truth])
		x -= prior[truth++];
	while (most < confidence && n < MAX_OVERLAP) {
		int wrong = (truth + 1 + (int)(chance(state) * (k - 1))) % k;
		int said = chance(state) < honest ? truth : wrong;
		double all = 0;
		for (int j = 0; j < k; j++)
			all += post[j] *= j == said ? honest : (1 - honest) / (k - 1);
		most = 0;
		for (int j = 0; j < k; j++) {
			post[j] /= all;
			most = post[j] > most ? post[j] : most;
		}
		n++;
	}
	return n;
}

static void best_of(const struct row *r, uint64_t seed, struct sum *sum)
{
	double prior[8], all = 0;
	const char *w = r->weights;
	char *end = NULL;
	uint64_t state = seed * 77;

	for (int k = 0; k < r->categories; k++, w = w ? end : NULL)
		all += prior[k] = w ? strtod(w, &end) : 1;
	for (int k = 0; k < r->categories; k++)
		prior[k] /= all;
	for (int i = 0; i < 800; i++, sum->best_tasks++)
		sum->best_answers += (uint64_t)best(r, prior, &state);
}

/* ---- counting ---- */

static void count_people(const struct sim_report *rep, const struct row *r, struct sum *sum)
{
	for (size_t i = 0; i < rep->n_people; i++) {
		const struct sim_person *p = &rep->people[i];
		uint64_t since = p->answers;
		if (strncmp(p->name, "senior", 6) == 0)
			continue;
		if (strncmp(p->name, "bad", 3) != 0) {
			sum->good++;
			sum->good_out += p->suspended_after > 0;
			continue;
		}
		if (r->kind == KIND_ADVERSARY)
			since = since > TRUST ? since - TRUST : 0;
		sum->bad += p->suspended_after || since >= SOON;
		sum->soon += p->suspended_after && p->suspended_after <= SOON;
		sum->ever += p->suspended_after > 0;
	}
}

static void count(const struct sim_report *rep, const struct row *r, struct sum *sum)
{
	for (size_t i = 0; i < rep->n_lanes; i++) {
		const struct sim_lane *l = &rep->lanes[i];
		if (strcmp(l->name, "l") != 0)
			continue;
		sum->tasks += l->submitted;
		sum->completed += l->completed;
		sum->right += l->right;
		sum->answers += l->answers;
		sum->lost += l->submitted - l->completed;
		sum->reviews += l->reviews;
		sum->golds += l->golds;
	}
	count_people(rep, r, sum);
}

static double share(uint64_t part, uint64_t whole)
{
	return whole ? (double)part / (double)whole : 0;
}

static void print(const struct row *r, const struct sum *s)
{
	double overlap = share(s->answers, s->completed);
	double optimal = share(s->best_answers, s->best_tasks);

	printf("%d categories, %4.1f %% %-26s %.4f  %5.2f %5.2f %5.2f  ", r->categories,
	       100.0 * r->bad / CREW, r->name, share(s->right, s->completed), overlap, optimal,
	       overlap / optimal);
	if (s->bad)
		printf("%5.1f %% %5.1f %%", 100 * share(s->soon, s->bad),
		       100 * share(s->ever, s->bad));
	else
		printf("%7s %7s", "", "");
	printf("  %5.2f %%  %5.2f %%  %5.1f %%  %5.1f %%\n", 100 * share(s->good_out, s->good),
	       100 * share(s->lost, s->tasks), 100 * share(s->reviews, s->tasks),
	       100 * share(s->golds, s->golds + s->answers));
	fflush(stdout);
}

static void run(const struct row *r, int seeds)
{
	struct scenario *s = world(r);
	struct sum sum = {0};

	for (int i = 1; i <= seeds; i++) {
		struct sim_options o = {.seed = (uint64_t)i};
		struct sim_report rep;
		struct err err = ERR_INIT;
		if (sim_run(s, &o, &rep, &err) != 0) {
			fprintf(stderr, "worlds: %s\n", err.msg);
			exit(1);
		}
		count(&rep, r, &sum);
		best_of(r, o.seed, &sum);
		sim_report_release(&rep);
	}
	print(r, &sum);
	scenario_free(s);
}

int main(int argc, char **argv)
{
	int seeds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 10;

	printf("erctl simulate, %d seeds each: %d workers, honest ones right with %.2f; "
	       "confidence %.2f, at most %d answers, floor 0.72\n",
	       seeds, CREW, honest, confidence, MAX_OVERLAP);
	printf("%-45s %-8s %-18s  %-16s %-9s %-7s  %-8s %s\n", "", "accepted", "overlap",
	       "bad suspended", "honest", "tasks", "reviews", "gold");
	printf("%-45s %-7s  %5s %5s %5s  %7s %7s  %7s  %7s\n", "", "right", "", "best", "ratio",
	       "in 30", "ever", "out", "lost");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (argc < 3 || strstr(rows[i].name, argv[2]))
			run(&rows[i], seeds);
	return 0;
}
