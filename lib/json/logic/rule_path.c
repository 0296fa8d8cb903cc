/* json/logic/rule_path.c -- "a.b.0.c": the names of a path. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/logic/node.h"
#include "json/logic/num.h"

int64_t key_index(const char *s, size_t n)
{
	int64_t index = 0;
	size_t i;

	if (n == 0 || n > 9 || (s[0] == '0' && n > 1))
		return -1;
	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		index = index * 10 + (s[i] - '0');
	}
	return index;
}

/* One block: the array of names, and behind it the text they point into. */
static void cut_text(struct node *n, const char *text, size_t len)
{
	size_t i, count = 1;
	char *copy, *start;

	for (i = 0; i < len; i++)
		count += text[i] == '.';
	n->keys = mem_alloc(count * sizeof(*n->keys) + len + 1);
	copy = start = (char *)(n->keys + count);
	memcpy(copy, text, len);
	for (i = 0; i <= len; i++) {
		if (i < len && copy[i] != '.')
			continue;
		copy[i] = '\0';
		n->keys[n->nkeys].s = start;
		n->keys[n->nkeys++].n = (size_t)(copy + i - start);
		start = copy + i + 1;
	}
}

int node_take_path(struct node *n, const struct val *name)
{
	char text[NUM_TEXT_MAX] = "";

	if (val_is_number(name))
		cut_text(n, text, num_text(name, text));
	else if (val_is_text(name) && json_string_length(name->j) > 0)
		cut_text(n, json_string_value(name->j), json_string_length(name->j));
	else if (name->kind != VAL_NULL && !val_is_text(name))
		return -1;
	return 0;
}

void node_drop_path(struct node *n)
{
	free(n->keys);
	n->keys = NULL;
	n->nkeys = 0;
}
