/*
 * schema DIR [SECONDS] -- validation alone, compiled, in this process: nanoseconds per valid instance of
 * the three workloads in DIR (NAME.schema.json, NAME.valid.json, NAME.invalid.json), and microseconds per
 * compilation.  The best of several rounds.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/err.h"
#include "json/schema/schema.h"

enum { ROUNDS = 300 };

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

static double time_validate(const struct schema *s, const json_t *v, size_t want, double spend)
{
	double best = 1e18;
	long i, n = 200;
	int round;

	for (round = 0; round < ROUNDS; round++) {
		double start = now(), took;

		for (i = 0; i < n; i++)
			if (schema_validate(s, v, NULL) != want)
				exit(1);
		took = now() - start;
		if (took / (double)n < best)
			best = took / (double)n;
		n = (long)(spend / ROUNDS / best) + 1;
	}
	return best;
}

static double time_compile(const json_t *doc)
{
	double best = 1e18;
	int i;

	for (i = 0; i < 200; i++) {
		struct err err = ERR_INIT;
		double start = now();
		struct schema *s = schema_compile(doc, &err);

		if (!s) {
			fprintf(stderr, "schema: %s\n", err.msg);
			exit(5);
		}
		if (now() - start < best)
			best = now() - start;
		schema_free(s);
	}
	return best;
}

static void run(const char *dir, const char *name, double spend)
{
	json_t *doc = read_json(dir, name, "schema"), *valid = read_json(dir, name, "valid"),
	       *invalid = read_json(dir, name, "invalid");
	struct err err = ERR_INIT;
	struct schema *s = schema_compile(doc, &err);

	if (!s)
		exit(5);
	printf("schema %s: valid %.0f ns, invalid %.0f ns, compile %.1f us\n", name,
	       time_validate(s, valid, 0, spend), time_validate(s, invalid, 1, spend),
	       time_compile(doc) / 1e3);
	schema_free(s);
	json_decref(doc);
	json_decref(valid);
	json_decref(invalid);
}

int main(int argc, char **argv)
{
	double spend = (argc > 2 ? atof(argv[2]) : 0.5) * 1e9;

	if (argc < 2) {
		fprintf(stderr, "usage: schema DIR [SECONDS]\n");
		return 2;
	}
	run(argv[1], "refund", spend);
	run(argv[1], "review_decision", spend);
	run(argv[1], "sixty_fields", spend);
	return 0;
}
