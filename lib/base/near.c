/* base/near.c -- "did you mean". */
#include "base/near.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

enum { SWAP = 0, SUBSTITUTE = 2, INSERT = 1, DELETE = 3, NEAR = 7, SPREAD = 3, NAME_BYTES = 64 };
enum { FAR = 1000 };

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* Rows of the table: two before, one before, and the one being made. */
int near_distance(const char *typed, const char *name)
{
	int rows[3][NAME_BYTES + 1];
	size_t n = strnlen(typed, NAME_BYTES + 1), m = strnlen(name, NAME_BYTES + 1), i, j;

	if (n > NAME_BYTES || m > NAME_BYTES)
		return FAR;
	for (j = 0; j <= m; j++)
		rows[0][j] = (int)j * INSERT;
	for (i = 1; i <= n; i++) {
		const int *before = rows[(i + 1) % 3], *prev = rows[(i + 2) % 3];
		int *row = rows[i % 3];

		row[0] = (int)i * DELETE;
		for (j = 1; j <= m; j++) {
			int same = typed[i - 1] == name[j - 1];

			row[j] = prev[j - 1] + (same ? 0 : SUBSTITUTE);
			if (i > 1 && j > 1 && typed[i - 2] == name[j - 1] &&
			    typed[i - 1] == name[j - 2])
				row[j] = least(row[j], before[j - 2] + SWAP);
			row[j] = least(row[j], least(prev[j] + DELETE, row[j - 1] + INSERT));
		}
	}
	return rows[n % 3][m];
}

void near_init(struct near *n, const char *typed)
{
	memset(n, 0, sizeof(*n));
	n->typed = typed;
}

/* Nearer first, then by name: the order of the offers does not matter. */
static int is_better(int distance, const char *name, const struct near *n, size_t at)
{
	if (distance != n->best[at].distance)
		return distance < n->best[at].distance;
	return strcmp(name, n->best[at].name) < 0;
}

void near_offer(struct near *n, const char *candidate)
{
	size_t len = strnlen(n->typed, NAME_BYTES + 1), at = n->n;
	int distance;

	if (!len || len > NAME_BYTES || strnlen(candidate, NAME_BYTES + 1) > NAME_BYTES)
		return;
	distance = strncmp(n->typed, candidate, len) ? near_distance(n->typed, candidate) : 0;
	if (distance > NEAR)
		return;
	while (at > 0 && is_better(distance, candidate, n, at - 1))
		at--;
	if (at == NITEMS(n->best))
		return;
	if (n->n < NITEMS(n->best))
		n->n++;
	memmove(&n->best[at + 1], &n->best[at], (n->n - 1 - at) * sizeof(n->best[0]));
	n->best[at].distance = distance;
	snprintf(n->best[at].name, sizeof(n->best[at].name), "%s", candidate);
}

void near_add(const struct near *n, struct buf *out)
{
	size_t i, count = 0;

	while (count < n->n && n->best[count].distance <= n->best[0].distance + SPREAD)
		count++;
	for (i = 0; i < count; i++)
		buf_addf(out, "%s%s", i == 0 ? "; did you mean " : i + 1 < count ? ", " : " or ",
		         n->best[i].name);
	if (count)
		buf_addc(out, '?');
}
