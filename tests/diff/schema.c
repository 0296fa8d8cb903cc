/*
 * schema -- one verdict per line of standard input, which is [schema, instance]: "valid", "invalid"
 * or "refused: why".  For tests/diff/schema.py.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "json/schema/schema.h"

static void judge(const json_t *pair)
{
	struct err err = ERR_INIT;
	struct schema *s = schema_compile(json_array_get(pair, 0), &err);
	size_t n;

	if (!s) {
		printf("refused: %s\n", err.msg);
		return;
	}
	n = schema_validate(s, json_array_get(pair, 1), NULL);
	printf("%s\n", n ? "invalid" : "valid");
	schema_free(s);
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	while ((n = getline(&line, &room, stdin)) > 0) {
		json_error_t e;
		json_t *pair = json_loadb(line, (size_t)n, 0, &e);

		if (!pair) {
			printf("refused: %s\n", e.text);
			continue;
		}
		judge(pair);
		json_decref(pair);
	}
	free(line);
	return ferror(stdin) || fflush(stdout) ? 1 : 0;
}
