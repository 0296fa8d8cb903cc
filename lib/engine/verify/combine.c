#include "engine/verify/combine.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/lot.h"
#include "engine/verify/combine_p.h"
#include "json/js.h"

/* ---- taking apart ---- */

static int same(const json_t *a, const json_t *b)
{
	struct buf x = BUF_INIT, y = BUF_INIT;

	if (json_is_string(a) || json_is_boolean(a) || json_is_null(a))
		return json_equal(a, b);
	js_dump(&x, a, JS_VALUE);
	js_dump(&y, b, JS_VALUE);
	int equal = x.len == y.len && memcmp(buf_str(&x), buf_str(&y), x.len) == 0;
	buf_release(&x);
	buf_release(&y);
	return equal;
}

uint32_t combine_category_of(const struct combine_field *f, const json_t *v)
{
	const json_t *one;
	size_t i;

	json_array_foreach(f->categories, i, one) {
		if (json_typeof(one) == json_typeof(v) || (json_is_number(one) && json_is_number(v))) {
			if (same(one, v))
				return (uint32_t)i;
		}
	}
	return COMBINE_NONE;
}

static const json_t *value_of(const struct combine_field *f, const json_t *answer)
{
	const json_t *v = js_at(answer, f->pointer);

	if (json_is_null(v) && f->kind == COMBINE_CATEGORY)
		return combine_category_of(f, v) == COMBINE_NONE ? NULL : v;
	return json_is_null(v) && f->kind != COMBINE_WHOLE ? NULL : v;
}

uint32_t combine_categories(const struct combine_field *f)
{
	return f->kind == COMBINE_CATEGORY ? (uint32_t)json_array_size(f->categories) + !f->required
	                                   : 0;
}

/* The category that means that the value is not there. */
static uint32_t nothing(const struct combine_field *f)
{
	return (uint32_t)json_array_size(f->categories);
}

static uint64_t hash_bytes(const char *s, size_t n, uint64_t h)
{
	uint64_t word;

	for (h += n; n >= sizeof word; s += sizeof word, n -= sizeof word) {
		memcpy(&word, s, sizeof word);
		h = lot_mix(h ^ word) + 1;
	}
	word = 0;
	memcpy(&word, s, n);
	return lot_mix(h ^ word);
}

static uint64_t hash_of(const json_t *v)
{
	struct buf b = BUF_INIT;
	uint64_t out;

	if (json_is_string(v))
		return hash_bytes(json_string_value(v), json_string_length(v), 1);
	js_dump(&b, v, JS_VALUE);
	out = hash_bytes(buf_str(&b), b.len, UINT64_C(1) << 32);
	buf_release(&b);
	return out;
}

uint64_t combine_hash(const struct combine_field *f, const json_t *v)
{
	uint64_t sum = 0;
	const json_t *one;
	size_t i;

	if (f->kind != COMBINE_SET || !json_is_array(v))
		return hash_of(v);
	json_array_foreach(v, i, one)
		sum += hash_of(one);
	return sum;
}

static struct combine_cell cell_of(const struct combine_field *f, const json_t *answer)
{
	const json_t *v = value_of(f, answer);
	struct combine_cell cell = {.value = v, .there = v != NULL, .category = COMBINE_NONE};

	if (f->kind == COMBINE_CATEGORY)
		cell.category = v            ? combine_category_of(f, v)
		                : f->required ? COMBINE_NONE : nothing(f);
	if (f->kind == COMBINE_NUMBER && json_is_number(v))
		cell.number = json_number_value(v);
	if (v)
		cell.hash = combine_hash(f, v);
	return cell;
}

void combine_cells(const struct combine_plan *p, const json_t *answer,
                   struct combine_cell cells[COMBINE_FIELDS])
{
	for (size_t i = 0; i < p->n; i++)
		cells[i] = cell_of(&p->field[i], answer);
}

/* ---- putting together ---- */

/* As if it had stood there: objects on the way are made. */
static void put(json_t **root, const char *pointer, json_t *value)
{
	struct buf key = BUF_INIT;
	json_t *at;

	if (*pointer == '\0') {
		json_decref(*root);
		*root = value;
		return;
	}
	if (!*root)
		*root = json_object();
	at = *root;
	while (*pointer++ == '/') {
		buf_clear(&key);
		for (; *pointer && *pointer != '/'; pointer++) {
			int escaped = *pointer == '~' && pointer[1];
			pointer += escaped;
			buf_addc(&key, !escaped ? *pointer : *pointer == '1' ? '/' : '~');
		}
		if (*pointer == '\0')
			break;
		json_t *child = json_object_get(at, buf_str(&key));
		if (!child) {
			child = json_object();
			js_set_new(at, buf_str(&key), child);
		}
		at = child;
	}
	js_set_new(at, buf_str(&key), value);
	buf_release(&key);
}

static void collect(const struct combine_plan *p, size_t field, const struct combine_vote *votes,
                    size_t n, struct combine_values *out)
{
	out->n = n;
	out->total = 0;
	for (size_t i = 0; i < n; i++) {
		out->cell[i] = votes[i].cells ? votes[i].cells[field]
		                              : cell_of(&p->field[field], votes[i].answer);
		out->v[i] = out->cell[i].value;
		out->weight[i] = votes[i].weight;
		out->total += votes[i].weight;
	}
}

/* The weight behind each answer's category or value, and the first of the heaviest. */
static size_t heaviest(const uint64_t *key, const struct combine_values *in, int *tie)
{
	double sum[COMBINE_ANSWERS] = {0}, best = 0;
	size_t at = 0;

	for (size_t i = 0; i < in->n; i++) {
		for (size_t j = 0; j < in->n; j++)
			sum[i] += key[i] == key[j] ? in->weight[j] : 0;
		best = sum[i] > best ? sum[i] : best;
	}
	for (size_t i = in->n; i-- > 0;) {
		if (sum[i] >= best - 1e-12 * in->total)
			at = i;
	}
	*tie = 0;
	for (size_t i = 0; i < in->n; i++)
		*tie |= key[i] != key[at] && sum[i] >= best - 1e-12 * in->total;
	return at;
}

static json_t *category(const struct combine_field *f, const struct combine_values *in,
                        uint32_t chosen, struct combine_result *out)
{
	uint64_t key[COMBINE_ANSWERS];
	uint32_t none = nothing(f);

	for (size_t i = 0; i < in->n; i++)
		key[i] = in->v[i] ? in->cell[i].category : none;
	if (chosen > none) {
		size_t at = heaviest(key, in, &out->tie);
		chosen = (uint32_t)key[at];
		for (size_t i = 0; out->tie && i < in->n; i++) {
			double w = 0, best = 0;
			for (size_t j = 0; j < in->n; j++) {
				w += key[j] == key[i] ? in->weight[j] : 0;
				best += key[j] == key[at] ? in->weight[j] : 0;
			}
			if (w >= best - 1e-12 * in->total && key[i] < chosen)
				chosen = (uint32_t)key[i];
		}
	}
	for (size_t i = 0; i < in->n; i++)
		out->agree += key[i] == chosen ? in->weight[i] / in->total : 0;
	return chosen < none ? json_incref(json_array_get(f->categories, chosen)) : NULL;
}

static json_t *text(const struct combine_values *in, struct combine_result *out)
{
	const char *s[COMBINE_ANSWERS];
	size_t len[COMBINE_ANSWERS];

	for (size_t i = 0; i < in->n; i++) {
		s[i] = json_string_value(in->v[i]);
		len[i] = json_string_length(in->v[i]);
		s[i] = s[i] ? s[i] : "";
	}
	return json_incref((json_t *)in->v[combine_medoid(s, len, in->weight, in->n, &out->tie)]);
}

static json_t *whole(const struct combine_field *f, const struct combine_values *in,
                     struct combine_result *out)
{
	struct buf b[COMBINE_ANSWERS];
	const char *s[COMBINE_ANSWERS];
	size_t len[COMBINE_ANSWERS], at = 0;
	uint64_t key[COMBINE_ANSWERS];
	int alike = 0;

	for (size_t i = 0; i < in->n; i++) {
		buf_init(&b[i], 0);
		js_dump(&b[i], in->v[i], JS_VALUE);
		s[i] = buf_str(&b[i]);
		len[i] = b[i].len;
		key[i] = f->kind == COMBINE_SET ? hash_of(in->v[i]) : in->cell[i].hash; /* in its order */
		for (size_t j = 0; j < i; j++)
			alike |= key[j] == key[i];
	}
	at = alike ? heaviest(key, in, &out->tie)
	           : combine_medoid(s, len, in->weight, in->n, &out->tie);
	for (size_t i = 0; i < in->n; i++)
		buf_release(&b[i]);
	return json_incref((json_t *)in->v[at]);
}

/* Whether it is there at all is voted on first; then only those that have it count. */
static int drop_absent(struct combine_values *in, struct combine_result *out)
{
	double there = 0;
	size_t n = 0;

	for (size_t i = 0; i < in->n; i++)
		there += in->v[i] ? in->weight[i] : 0;
	if (there * 2 < in->total || there <= 0) {
		out->agree = 1 - there / in->total;
		return 0;
	}
	out->tie = there * 2 == in->total; /* there rather than not */
	for (size_t i = 0; i < in->n; i++) {
		if (!in->v[i])
			continue;
		in->v[n] = in->v[i];
		in->cell[n] = in->cell[i];
		in->weight[n++] = in->weight[i];
	}
	in->n = n;
	return 1;
}

static int small_arrays(const struct combine_values *in)
{
	for (size_t i = 0; i < in->n; i++) {
		if (!json_is_array(in->v[i]) || json_array_size(in->v[i]) > COMBINE_ELEMENTS)
			return 0;
	}
	return 1;
}

static json_t *combine_one(const struct combine_field *f, struct combine_values *in,
                           uint32_t chosen, struct combine_result *out)
{
	json_t *made = NULL;
	double total = in->total;

	if (f->kind == COMBINE_CATEGORY)
		return category(f, in, chosen, out);
	if (!drop_absent(in, out))
		return NULL;
	in->total = 0;
	for (size_t i = 0; i < in->n; i++)
		in->total += in->weight[i];
	if (f->kind == COMBINE_NUMBER)
		made = combine_number(in, out);
	else if (f->kind == COMBINE_SET && small_arrays(in))
		made = combine_set(f, in, out);
	else
		made = f->kind == COMBINE_TEXT ? text(in, out) : whole(f, in, out);
	uint64_t own = made ? combine_hash(f, made) : 0;
	for (size_t i = 0; made && i < in->n; i++)
		out->agree += in->cell[i].hash == own ? in->weight[i] / total : 0;
	return made;
}

json_t *combine_answers(const struct combine_plan *p, const struct combine_vote *votes, size_t n,
                        const uint32_t *chosen, struct combine_result *result)
{
	struct combine_values in;
	json_t *root = NULL;

	assert(n >= 1 && n <= COMBINE_ANSWERS);
	for (size_t i = 0; i < p->n; i++) {
		struct combine_result one = {0};
		collect(p, i, votes, n, &in);
		json_t *v = combine_one(&p->field[i], &in, chosen ? chosen[i] : COMBINE_NONE, &one);
		if (v)
			put(&root, p->field[i].pointer, v);
		if (result)
			result[i] = one;
	}
	return root ? root : json_object();
}

size_t combine_nearest(const struct combine_plan *p, const struct combine_vote *votes, size_t n,
                       const struct combine_cell combined[COMBINE_FIELDS])
{
	struct combine_cell own[COMBINE_FIELDS];
	size_t best = 0, best_same = 0;

	for (size_t i = 0; i < n; i++) {
		const struct combine_cell *cells = votes[i].cells;
		size_t equal = 0;
		if (!cells)
			combine_cells(p, votes[i].answer, own);
		cells = cells ? cells : own;
		for (size_t k = 0; k < p->n; k++)
			equal += cells[k].there == combined[k].there &&
			         (!combined[k].there || cells[k].hash == combined[k].hash);
		if (i == 0 || equal > best_same ||
		    (equal == best_same && votes[i].weight > votes[best].weight)) {
			best = i;
			best_same = equal;
		}
	}
	return best;
}
