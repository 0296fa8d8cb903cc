/* One pass over the answer, in any order of its members. */
#include <string.h>

#include "base/mem.h"
#include "engine/verify/anomaly_p.h"

enum { VALUES_MAX = 1024, DEPTH_MAX = 64, HASHED_MAX = 1024 };
enum { IS_PROSE = 1, IS_NULL, IS_TRUE, IS_FALSE };

struct prose {
	const char *s;
	size_t n;
	uint64_t place;
};

struct walk {
	struct traces *out;
	struct prose text[TRACE_TEXTS]; /* the longest first */
	uint64_t place[TRACE_NUMBERS];  /* ascending */
	double number[TRACE_NUMBERS];
	unsigned n_texts, n_numbers, values;
};

uint64_t hash_bytes(const char *s, size_t n)
{
	uint64_t h = n, word = 0;

	for (size_t i = 0; i < n; i++) {
		word = word << 8 | (unsigned char)s[i];
		if (i % 8 == 7)
			h = hash_mix(h, word);
	}
	return hash_mix(h, word);
}

/* Stops counting where it is prose. */
static int is_prose(const char *s, size_t n)
{
	size_t points = 0;

	for (size_t i = 0; i < n && points < TEXT_MIN; i++)
		points += ((unsigned char)s[i] & 0xc0) != 0x80;
	return points >= TEXT_MIN;
}

static void keep_text(struct walk *w, struct prose p)
{
	unsigned i = w->n_texts < TRACE_TEXTS ? w->n_texts++ : TRACE_TEXTS;

	for (; i > 0; i--) {
		const struct prose *up = &w->text[i - 1];
		if (up->n > p.n || (up->n == p.n && up->place <= p.place))
			break;
		if (i < TRACE_TEXTS)
			w->text[i] = *up;
	}
	if (i < TRACE_TEXTS)
		w->text[i] = p;
}

static void keep_number(struct walk *w, uint64_t place, double v)
{
	unsigned i = w->n_numbers < TRACE_NUMBERS ? w->n_numbers++ : TRACE_NUMBERS;

	for (; i > 0 && w->place[i - 1] > place; i--) {
		if (i < TRACE_NUMBERS) {
			w->place[i] = w->place[i - 1];
			w->number[i] = w->number[i - 1];
		}
	}
	if (i < TRACE_NUMBERS) {
		w->place[i] = place;
		w->number[i] = v;
	}
}

static void note(struct walk *w, uint64_t place, uint64_t value)
{
	w->out->choice += hash_mix(place, value); /* a sum: the order of members is nothing */
}

static void visit_string(struct walk *w, const json_t *v, uint64_t place)
{
	const char *s = json_string_value(v);
	size_t n = json_string_length(v);

	if (is_prose(s, n)) {
		keep_text(w, (struct prose){s, n, place});
		note(w, place, IS_PROSE);
	} else {
		note(w, place, hash_bytes(s, n < HASHED_MAX ? n : HASHED_MAX));
	}
}

static void visit_number(struct walk *w, const json_t *v, uint64_t place)
{
	double d = json_number_value(v) + 0.0; /* 1 is 1.0, and -0 is 0 */
	uint64_t bits;

	memcpy(&bits, &d, sizeof(bits));
	note(w, place, bits);
	keep_number(w, place, d);
}

static void visit(struct walk *w, const json_t *v, uint64_t place, unsigned depth);

static void visit_inside(struct walk *w, const json_t *v, uint64_t place, unsigned depth)
{
	json_t *member;
	const char *key;
	size_t i;

	if (depth == DEPTH_MAX)
		return;
	if (json_is_array(v)) {
		for (i = 0; i < json_array_size(v) && w->values < VALUES_MAX; i++)
			visit(w, json_array_get(v, i), hash_mix(place, i), depth + 1);
		return;
	}
	json_object_foreach((json_t *)v, key, member) {
		size_t n = strnlen(key, HASHED_MAX);
		if (w->values >= VALUES_MAX)
			return;
		visit(w, member, hash_mix(place, hash_bytes(key, n)), depth + 1);
	}
}

static void visit(struct walk *w, const json_t *v, uint64_t place, unsigned depth)
{
	w->values++;
	switch (json_typeof(v)) {
	case JSON_OBJECT:
	case JSON_ARRAY:
		visit_inside(w, v, place, depth);
		break;
	case JSON_STRING:
		visit_string(w, v, place);
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		visit_number(w, v, place);
		break;
	default:
		note(w, place, json_is_null(v) ? IS_NULL : json_is_true(v) ? IS_TRUE : IS_FALSE);
	}
}

static int64_t clamp_ms(int64_t ms, int64_t least)
{
	return ms < least ? least : ms > ANOMALY_MS_MAX ? ANOMALY_MS_MAX : ms;
}

static float narrow(double v)
{
	const double most = 3e38; /* of a float */

	return (float)(v > most ? most : v < -most ? -most : v);
}

void anomaly_features(const struct anomaly_answer *in, struct traces *out)
{
	struct walk w = {.out = out};

	memset(out, 0, sizeof(*out));
	out->at_ms = clamp_ms(in->at_ms, 0);
	out->took_ms = clamp_ms(in->took_ms, -1);
	out->task = (uint16_t)hash_bytes(in->task, strlen(in->task));
	if (in->answer)
		visit(&w, in->answer, 0, 0);
	for (unsigned i = 0; i < w.n_texts; i++) {
		uint16_t len;
		uint64_t h = text_simhash(w.text[i].s, w.text[i].n, &len);
		if (len < TEXT_MIN)
			continue;
		out->text[out->n_texts] = h;
		out->text_len[out->n_texts++] = len;
	}
	out->n_numbers = (uint8_t)w.n_numbers;
	for (unsigned i = 0; i < w.n_numbers; i++) {
		out->key[i] = (uint16_t)w.place[i];
		out->number[i] = narrow(w.number[i]);
	}
}
