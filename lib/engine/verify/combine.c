#include "engine/verify/combine.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/js.h"

enum { WORDS_MAX = 256, ELEMENTS_MAX = 256 };

static const json_t *value_of(const struct cell_field *f, const json_t *answer)
{
	return f->pointer[0] ? js_at(answer, f->pointer) : answer;
}

/* ---- numbers ---- */

struct weighed {
	double x, w;
};

static int by_value(const void *a, const void *b)
{
	const struct weighed *p = a, *q = b;

	return (p->x > q->x) - (p->x < q->x);
}

/* The least value that at least half of the weight does not exceed. */
static double median(struct weighed *v, size_t n)
{
	double all = 0, below = 0;

	qsort(v, n, sizeof(*v), by_value);
	for (size_t i = 0; i < n; i++)
		all += v[i].w;
	for (size_t i = 0; i < n; i++)
		if ((below += v[i].w) * 2 >= all)
			return v[i].x;
	return v[n - 1].x;
}

static size_t numbers(const struct combining *in, const struct cell_field *f,
                      struct weighed out[COMBINE_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < in->n; i++) {
		const json_t *v = value_of(f, in->answers[i]);
		if (json_is_number(v))
			out[n++] = (struct weighed){json_number_value(v), in->weight[i]};
	}
	return n;
}

/* Half of the answers are this far from the median or nearer. */
static double deviation(struct weighed *v, size_t n, double middle)
{
	for (size_t i = 0; i < n; i++)
		v[i] = (struct weighed){fabs(v[i].x - middle), v[i].w};
	return median(v, n);
}

/* The value as somebody gave it: what one of them wrote meets the schema. */
static const json_t *number_given(const struct combining *in, const struct cell_field *f, double x)
{
	for (size_t i = 0; i < in->n; i++) {
		const json_t *v = value_of(f, in->answers[i]);
		if (json_is_number(v) && json_number_value(v) == x)
			return v;
	}
	return NULL;
}

/* ---- texts ---- */

struct words {
	uint64_t h[WORDS_MAX];
	size_t n;
};

static int by_hash(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

/* ASCII letters of either case are the same, other bytes are as they are. */
static unsigned char folded(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 'a' - 'A') : c;
}

static int in_word(unsigned char c)
{
	unsigned char l = folded(c);

	return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c >= 0x80;
}

static void words_of(const char *s, struct words *out)
{
	out->n = 0;
	while (*s && out->n < WORDS_MAX) {
		uint64_t h = 0xcbf29ce484222325u;
		size_t n = 0;
		for (; in_word((unsigned char)*s); s++, n++)
			h = (h ^ folded((unsigned char)*s)) * 0x100000001b3u;
		if (n)
			out->h[out->n++] = h;
		else
			s++;
	}
	qsort(out->h, out->n, sizeof(*out->h), by_hash);
}

static double alike(const struct words *a, const struct words *b)
{
	size_t i = 0, k = 0, both = 0;

	while (i < a->n && k < b->n) {
		if (a->h[i] == b->h[k]) {
			both++;
			i++;
			k++;
		} else if (a->h[i] < b->h[k]) {
			i++;
		} else {
			k++;
		}
	}
	size_t any = a->n + b->n - both;
	return any ? (double)both / (double)any : 1;
}

/* The index of the one that is most like the others; texts that are not there do not count. */
static size_t medoid(const struct combining *in, const struct cell_field *f)
{
	struct words *w = mem_alloc(in->n * sizeof(*w));
	size_t best = 0;
	double most = -1;

	for (size_t i = 0; i < in->n; i++) {
		const char *s = json_string_value(value_of(f, in->answers[i]));
		words_of(s ? s : "", &w[i]);
	}
	for (size_t i = 0; i < in->n; i++) {
		double sum = 0;
		if (!json_is_string(value_of(f, in->answers[i])))
			continue;
		for (size_t k = 0; k < in->n; k++)
			if (k != i && json_is_string(value_of(f, in->answers[k])))
				sum += in->weight[k] * alike(&w[i], &w[k]);
		if (sum > most) {
			most = sum;
			best = i;
		}
	}
	free(w);
	return best;
}

/* ---- sets ---- */

static int has(const json_t *set, const json_t *v)
{
	for (size_t i = 0; i < json_array_size(set); i++)
		if (json_equal(json_array_get(set, i), v))
			return 1;
	return 0;
}

/* Every element that more than half of the weight has. */
static json_t *set_of(const struct combining *in, const struct cell_field *f)
{
	json_t *out = json_array();

	for (size_t i = 0; i < in->n; i++) {
		const json_t *set = value_of(f, in->answers[i]);
		for (size_t e = 0; e < json_array_size(set) && json_array_size(out) < ELEMENTS_MAX; e++) {
			const json_t *v = json_array_get(set, e);
			double with = 0, all = 0;
			for (size_t k = 0; k < in->n; k++) {
				all += in->weight[k];
				with += in->weight[k] * has(value_of(f, in->answers[k]), v);
			}
			if (with * 2 > all && !has(out, v))
				json_array_append(out, (json_t *)v);
		}
	}
	return out;
}

static int same_set(const json_t *a, const json_t *b)
{
	if (json_array_size(a) != json_array_size(b))
		return 0;
	for (size_t i = 0; i < json_array_size(a); i++)
		if (!has(b, json_array_get(a, i)))
			return 0;
	return 1;
}

/* ---- wholes ---- */

static size_t plurality(const struct combining *in, const struct cell_field *f)
{
	size_t best = 0;
	double most = -1;

	for (size_t i = 0; i < in->n; i++) {
		double votes = 0;
		for (size_t k = 0; k < in->n; k++) {
			const json_t *a = value_of(f, in->answers[i]), *b = value_of(f, in->answers[k]);
			if (a == b || (a && b && json_equal(a, b)))
				votes += in->weight[k];
		}
		if (votes > most + 1e-12) {
			most = votes;
			best = i;
		}
	}
	return best;
}

/* ---- together ---- */

/* What a field's result is: a new reference, NULL: it is not there. */
static json_t *result_of(const struct combining *in, size_t i, struct combined *out)
{
	const struct cell_field *f = &in->plan->f[i];
	struct weighed v[COMBINE_MAX];
	size_t n;

	switch (f->kind) {
	case CELL_CATEGORY:
		if (in->chosen[i] == f->k - 1)
			return NULL;
		return f->values ? json_incref(json_array_get(f->values, (size_t)in->chosen[i]))
		                 : json_boolean(in->chosen[i]);
	case CELL_NUMBER:
		n = numbers(in, f, v);
		if (n * 2 <= in->n)
			return NULL;
		double x = median(v, n), mad = deviation(v, n, x);
		double spread = mad / (fabs(x) > 1e-12 ? fabs(x) : 1);
		out->spread = spread > out->spread ? spread : out->spread;
		return json_incref((json_t *)number_given(in, f, x));
	case CELL_SET:
		return set_of(in, f);
	case CELL_TEXT:
		return json_incref((json_t *)value_of(f, in->answers[medoid(in, f)]));
	case CELL_WHOLE:
		return json_incref((json_t *)value_of(f, in->answers[plurality(in, f)]));
	}
	return NULL;
}

static int agrees(const struct combining *in, size_t i, const json_t *result, size_t who)
{
	const struct cell_field *f = &in->plan->f[i];
	const json_t *v = value_of(f, in->answers[who]);
	struct weighed w[COMBINE_MAX];

	if (f->kind == CELL_TEXT)
		return 1;
	if (!v || !result)
		return !v && !result;
	if (f->kind == CELL_SET)
		return same_set(v, result);
	if (f->kind != CELL_NUMBER)
		return json_equal(v, result);
	if (!json_is_number(v))
		return 0;
	double middle = json_number_value(result);
	double mad = deviation(w, numbers(in, f, w), middle);
	return fabs(json_number_value(v) - middle) <= 3 * 1.4826 * mad + 1e-9 * fabs(middle);
}

/* ${doc} is our own copy; the object that holds the field is there in whoever has the field. */
static int put_at(json_t *doc, const char *pointer, json_t *value)
{
	char parent[PLAN_POINTER], key[PLAN_POINTER];
	const char *last = strrchr(pointer, '/');
	size_t n = 0;

	memcpy(parent, pointer, (size_t)(last - pointer));
	parent[last - pointer] = '\0';
	for (const char *s = last + 1; *s; s++)
		key[n++] = *s != '~' ? *s : *++s == '0' ? '~' : '/';
	key[n] = '\0';
	json_t *obj = parent[0] ? js_at(doc, parent) : doc;
	if (!json_is_object(obj))
		return 0;
	if (value)
		json_object_set(obj, key, value);
	else
		json_object_del(obj, key);
	return 1;
}

static size_t most_agreeing(const struct combining *in, json_t *const results[])
{
	size_t best = 0;
	int most = -1;

	for (size_t who = 0; who < in->n; who++) {
		int n = 0;
		for (size_t i = 0; i < in->plan->n; i++) {
			const json_t *v = value_of(&in->plan->f[i], in->answers[who]);
			n += 2 * agrees(in, i, results[i], who);
			n += v && results[i] && json_equal(v, results[i]);
		}
		if (n > most) {
			most = n;
			best = who;
		}
	}
	return best;
}

void combine_answers(const struct combining *in, struct combined *out)
{
	json_t *results[PLAN_FIELDS], *doc;
	int changed = 0;

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < in->plan->n; i++)
		results[i] = result_of(in, i, out);
	out->winner = most_agreeing(in, results);
	doc = json_deep_copy(in->answers[out->winner]);
	for (size_t who = 0; who < in->n; who++)
		out->agrees[who] = 1;
	for (size_t i = 0; i < in->plan->n; i++) {
		const struct cell_field *f = &in->plan->f[i];
		const json_t *own = value_of(f, doc);
		int as_it_is = own == results[i] || (own && results[i] && json_equal(own, results[i]));
		for (size_t who = 0; who < in->n; who++)
			out->agrees[who] &= (unsigned char)agrees(in, i, results[i], who);
		if (!as_it_is && f->pointer[0])
			changed |= put_at(doc, f->pointer, results[i]);
		json_decref(results[i]);
	}
	if (changed)
		out->answer = doc;
	else
		json_decref(doc);
}
