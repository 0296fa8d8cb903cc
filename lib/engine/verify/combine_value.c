/* engine/verify/combine_value.c -- the rules for numbers, sets and texts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/verify/combine_p.h"
#include "json/js.h"

enum { SKETCH = 256, GRAM = 4, TEXT_MAX = 65536, SHORT = 1024, FEW = 512, CLOSE = 32 };
static const double mad_to_deviation = 1.4826;

/* ---- numbers ---- */

struct weighed {
	double value, weight;
	size_t at;
};

static int by_value(const void *x, const void *y)
{
	const struct weighed *a = x, *b = y;

	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

/* The least value that half the weight does not exceed; *${even}: the next would do as well. */
static const struct weighed *median(struct weighed *w, size_t n, double total, int *even)
{
	double sum = 0;
	size_t i;

	qsort(w, n, sizeof *w, by_value);
	for (i = 0; i + 1 < n && (sum + w[i].weight) * 2 < total * (1 - 1e-12); i++)
		sum += w[i].weight;
	*even = i + 1 < n && fabs((sum + w[i].weight) * 2 - total) <= 1e-12 * total &&
	        w[i + 1].value > w[i].value;
	return &w[i];
}

json_t *combine_number(const struct combine_values *in, struct combine_result *out)
{
	struct weighed w[COMBINE_ANSWERS];
	size_t n = 0;
	double total = 0;
	int even;

	for (size_t i = 0; i < in->n; i++) {
		if (!json_is_number(in->v[i]))
			continue;
		total += in->weight[i];
		w[n++] = (struct weighed){json_number_value(in->v[i]), in->weight[i], i};
	}
	if (n == 0)
		return NULL;
	const struct weighed mid = *median(w, n, total, &even);
	out->tie |= even;
	for (size_t i = 0; i < n; i++)
		w[i].value = fabs(w[i].value - mid.value);
	out->spread = mad_to_deviation * median(w, n, total, &even)->value;
	return json_incref((json_t *)in->v[mid.at]);
}

/* ---- sets ---- */

struct element {
	json_t *value; /* borrowed */
	char *text;    /* owned; orders those that no enum orders */
	double weight;
	size_t from;   /* the answer */
	uint32_t category;
};

struct elements {
	struct element *e;
	size_t n;
};

static int by_text(const void *x, const void *y)
{
	const struct element *a = x, *b = y;
	int order = strcmp(a->text, b->text);

	return order ? order : a->from < b->from ? -1 : a->from > b->from;
}

/* Equal ones become one, with the weight of all answers that have it. */
static void merge(struct elements *all)
{
	size_t n = 0;

	if (all->n > 0)
		qsort(all->e, all->n, sizeof *all->e, by_text);
	for (size_t i = 0; i < all->n; i++) {
		struct element *last = n > 0 ? &all->e[n - 1] : NULL;
		if (!last || strcmp(last->text, all->e[i].text) != 0) {
			all->e[n++] = all->e[i];
			continue;
		}
		last->weight += all->e[i].from != last->from ? all->e[i].weight : 0;
		last->from = all->e[i].from;
		free(all->e[i].text);
	}
	all->n = n;
}

static void elements_of(const struct combine_field *f, const struct combine_values *in,
                        struct elements *all)
{
	size_t room = 1, k;
	json_t *one;

	for (size_t i = 0; i < in->n; i++)
		room += json_array_size(in->v[i]);
	*all = (struct elements){.e = mem_alloc(room * sizeof *all->e)};
	for (size_t i = 0; i < in->n; i++) {
		json_array_foreach((json_t *)in->v[i], k, one) {
			struct buf b = BUF_INIT;
			js_dump(&b, one, JS_VALUE);
			all->e[all->n++] = (struct element){one, buf_detach(&b), in->weight[i], i, 0};
		}
	}
	merge(all);
	for (size_t i = 0; f->categories && i < all->n; i++)
		all->e[i].category = combine_category_of(f, all->e[i].value);
}

static int by_weight(const void *x, const void *y)
{
	const struct element *a = x, *b = y;

	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return strcmp(a->text, b->text);
}

/* How many of the elements, heaviest first, are in. */
static size_t members(const struct combine_field *f, const struct elements *all, double total,
                      int *tie)
{
	size_t n = 0;

	while (n < all->n && all->e[n].weight * 2 > total * (1 + 1e-12))
		n++;
	*tie |= n < all->n && fabs(all->e[n].weight * 2 - total) <= 1e-12 * total;
	n = n < f->min ? f->min : n > f->max ? f->max : n;
	return n < all->n ? n : all->n;
}

static json_t *in_order(const struct combine_field *f, const struct elements *all, size_t n)
{
	json_t *out = json_array(), *one;
	size_t i;

	if (!f->categories) {
		for (i = 0; i < n; i++)
			json_array_append(out, all->e[i].value);
		return out;
	}
	json_array_foreach(f->categories, i, one) {
		for (size_t k = 0; k < n; k++) {
			if (all->e[k].category == i)
				json_array_append(out, one);
		}
	}
	return out;
}

json_t *combine_set(const struct combine_field *f, const struct combine_values *in,
                    struct combine_result *out)
{
	struct elements all;

	elements_of(f, in, &all);
	if (all.n > 0)
		qsort(all.e, all.n, sizeof *all.e, by_weight);
	json_t *made = in_order(f, &all, members(f, &all, in->total, &out->tie));
	for (size_t i = 0; i < all.n; i++)
		free(all.e[i].text);
	free(all.e);
	return made;
}

/* ---- texts ---- */

struct sketch {
	uint32_t h[SKETCH];
	size_t n;
};

/* Into ${to}, by the digit of ${bits} at ${shift}; equal digits keep their order.  How many have the same
 * digit, at most. */
static uint32_t sort_digit(const uint32_t *from, size_t n, int shift, int bits, uint32_t *to)
{
	uint32_t at[256] = {0}, sum = 0, most = 0, mask = (1u << bits) - 1;

	for (size_t i = 0; i < n; i++)
		at[from[i] >> shift & mask]++;
	for (uint32_t d = 0; d <= mask; d++) {
		uint32_t own = at[d];
		at[d] = sum;
		sum += own;
		most = own > most ? own : most;
	}
	for (size_t i = 0; i < n; i++)
		to[at[from[i] >> shift & mask]++] = from[i];
	return most;
}

/* Hashes lie evenly: by their upper bits they are nearly sorted, which is enough here.  Many, or some
 * that were chosen to be close, are sorted by all bits.  ${room}: as many more; in one of the two. */
static const uint32_t *sort_numbers(uint32_t *h, size_t n, uint32_t *room)
{
	if (n <= FEW && sort_digit(h, n, n < FEW / 4 ? 26 : 24, n < FEW / 4 ? 6 : 8, room) <= CLOSE)
		return room;
	for (int shift = 0; shift < 32; shift += 16) {
		sort_digit(h, n, shift, 8, room);
		sort_digit(room, n, shift + 8, 8, h);
	}
	return h;
}

/* The least of them, each once. */
static void keep_least(const uint32_t *h, size_t all, struct sketch *out)
{
	uint32_t *to = out->h;
	size_t n = 0;

	for (size_t i = 0; i < all; i++) {
		uint32_t x = h[i];
		if (n == 0 || to[n - 1] < x) {
			if (n < SKETCH)
				to[n++] = x;
			continue;
		}
		size_t j = n;
		while (j > 0 && to[j - 1] > x)
			j--;
		if (j > 0 && to[j - 1] == x)
			continue;
		n += n < SKETCH;
		for (size_t k = n - 1; k > j; k--)
			to[k] = to[k - 1];
		to[j] = x;
	}
	out->n = n;
}

static uint32_t mix(uint32_t x)
{
	x = (x ^ x >> 16) * 0x85ebca6bu; /* the finalizer of MurmurHash3 (Appleby, public domain) */
	x = (x ^ x >> 13) * 0xc2b2ae35u;
	return x ^ x >> 16;
}

/* The ${SKETCH} least hashes of all runs of four characters; case and blanks aside. */
static void sketch(const char *s, size_t len, struct sketch *out)
{
	const uint64_t blanks = 1 << '\t' | 1 << '\n' | 1 << '\r' | UINT64_C(1) << ' ';
	size_t all = 0;
	uint32_t gram = 0x20202020, few[2 * SHORT], *own = NULL, *h = few;
	unsigned blank = 1;

	len = len < TEXT_MAX ? len : TEXT_MAX;
	if (len + GRAM > SHORT)
		h = own = mem_alloc(2 * (len + GRAM) * sizeof *h);
	for (size_t i = 0; i < len; i++) {
		unsigned c = (unsigned char)s[i], before = blank;
		blank = (c <= ' ') & (unsigned)(blanks >> (c & 63));
		if (blank & before)
			continue;
		c = blank ? ' ' : c;
		gram = gram << 8 | (c + (c - 'A' < 26 ? 'a' - 'A' : 0));
		h[all++] = mix(gram);
	}
	for (int i = 0; i < GRAM - 1; i++) {
		gram = gram << 8 | ' ';
		h[all++] = mix(gram);
	}
	keep_least(sort_numbers(h, all, h + all), all, out);
	free(own);
}

/* 1 - the share of common ones among the least SKETCH of both. */
static double distance(const struct sketch *a, const struct sketch *b)
{
	size_t i = 0, j = 0, common = 0, all = 0;

	for (; i < a->n && j < b->n && all < SKETCH; all++) {
		uint32_t x = a->h[i], y = b->h[j];
		common += x == y;
		i += x <= y;
		j += y <= x;
	}
	all += a->n - i + b->n - j; /* of one of them: the other is at its end */
	all = all < SKETCH ? all : SKETCH;
	return all ? 1 - (double)common / (double)all : 0;
}

size_t combine_medoid(const char *const *text, const size_t *len, const double *weight, size_t n,
                      int *tie)
{
	struct sketch s[COMBINE_ANSWERS];
	double far[COMBINE_ANSWERS] = {0};
	size_t best = 0;

	if (n == 1)
		return 0;
	for (size_t i = 0; i < n; i++)
		sketch(text[i], len[i], &s[i]);
	for (size_t i = 0; i < n; i++) {
		for (size_t j = i + 1; j < n; j++) {
			double d = distance(&s[i], &s[j]);
			far[i] += weight[j] * d;
			far[j] += weight[i] * d;
		}
		best = far[i] < far[best] - 1e-12 ? i : best; /* all the others are in far[i] */
	}
	for (size_t i = 0; i < n; i++)
		*tie |= fabs(far[i] - far[best]) <= 1e-12 && distance(&s[i], &s[best]) > 0;
	return best;
}
