/*
 * schema DIR [SECONDS [NAME...]] -- validation alone, compiled, in this process, of what is parsed
 * already.
 *
 * For each workload NAME of DIR (NAME.schema.json, NAME.valid.json, NAME.invalid.json) one line:
 *   NAME  ns per valid instance  ns per invalid one, first error  us per compilation
 *   ns per invalid one with all errors as sentences
 * Each is the best of the rounds that fit SECONDS.  tests/bench/peer_* print the same first four
 * columns.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "json/schema/schema.h"

enum { ROUND_NS = 1000000, LEAST_ROUNDS = 5 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static json_t *read_json(const char *dir, const char *name, const char *part)
{
	char path[600];
	json_error_t e;
	json_t *v;

	snprintf(path, sizeof(path), "%s/%s.%s.json", dir, name, part);
	v = json_load_file(path, JSON_DECODE_ANY, &e);
	if (!v) {
		fprintf(stderr, "schema: %s: %s\n", path, e.text);
		exit(5);
	}
	return v;
}

struct job {
	const json_t *doc, *instance;
	const struct schema *s;
	size_t errors; /* expected; at least one counts as one */
};

static void validate(const struct job *j)
{
	if (schema_validate(j->s, j->instance, NULL) != j->errors)
		exit(1);
}

static void report(const struct job *j)
{
	struct schema_errors errors;

	if (!schema_validate(j->s, j->instance, &errors) != !j->errors)
		exit(1);
	schema_errors_release(&errors);
}

static void compile(const struct job *j)
{
	struct err err = ERR_INIT;
	struct schema *s = schema_compile(j->doc, &err);

	if (!s) {
		fprintf(stderr, "schema: %s\n", err.msg);
		exit(5);
	}
	schema_free(s);
}

/* Nanoseconds for one, in the best round. */
static double best_of(void (*work)(const struct job *), const struct job *j, double seconds)
{
	double best = 1e18, end = now() + seconds * 1e9;
	long i, n = 1;
	int round;

	for (round = 0; round < LEAST_ROUNDS || now() < end; round++) {
		double start = now(), took;

		for (i = 0; i < n; i++)
			work(j);
		took = now() - start;
		if (took / (double)n < best)
			best = took / (double)n;
		n = (long)(ROUND_NS / best) + 1;
	}
	return best;
}

static void run(const char *dir, const char *name, double seconds)
{
	json_t *doc = read_json(dir, name, "schema"), *good = read_json(dir, name, "valid"),
	       *bad = read_json(dir, name, "invalid");
	struct err err = ERR_INIT;
	struct schema *s = schema_compile(doc, &err);
	struct job valid = {.doc = doc, .instance = good, .s = s},
	           invalid = {.doc = doc, .instance = bad, .s = s, .errors = 1};

	if (!s)
		exit(5);
	printf("%s %.1f %.1f %.1f %.1f\n", name, best_of(validate, &valid, seconds),
	       best_of(validate, &invalid, seconds), best_of(compile, &valid, seconds) / 1e3,
	       best_of(report, &invalid, seconds));
	schema_free(s);
	json_decref(doc);
	json_decref(good);
	json_decref(bad);
}

int main(int argc, char **argv)
{
	static const char *const names[] = {"refund", "review_decision", "sixty_fields"};
	double seconds = argc > 2 ? strtod(argv[2], NULL) : 0.3;
	int i;

	if (argc < 2) {
		fprintf(stderr, "usage: schema DIR [SECONDS [NAME...]]\n");
		return 2;
	}
	for (i = 3; i < argc; i++)
		run(argv[1], argv[i], seconds);
	for (i = 0; argc <= 3 && i < 3; i++)
		run(argv[1], names[i], seconds);
	return 0;
}
