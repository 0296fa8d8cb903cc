/* Traces as JSON: {"at":MS,"took":MS,"task":HEX,"choice":HEX,"texts":HEX,"numbers":HEX}; lists are
 * one string: 16 + 4 digits a text, 4 + 8 a number (the bits of a float). */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "engine/verify/anomaly_p.h"
#include "json/js.h"

enum { TEXT_HEX = 20, NUMBER_HEX = 12, LIST_HEX = TRACE_NUMBERS * NUMBER_HEX };

_Static_assert(LIST_HEX >= TRACE_TEXTS * TEXT_HEX, "both lists fit");

static void put_hex(char **at, uint64_t v, int digits)
{
	for (int i = digits; i > 0; i--)
		*(*at)++ = "0123456789abcdef"[v >> 4 * (i - 1) & 15];
	**at = '\0';
}

/* ${digits} of *at, or *bad. */
static uint64_t get_hex(const char **at, int digits, int *bad)
{
	uint64_t v = 0;

	for (int i = 0; i < digits && !*bad; i++) {
		char c = *(*at)++;
		if (c >= '0' && c <= '9')
			v = v << 4 | (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (unsigned)(c - 'a' + 10);
		else
			*bad = 1;
	}
	return v;
}

json_t *anomaly_traces_json_new(const struct traces *t)
{
	json_t *doc = json_object();
	char hex[LIST_HEX + 1], *at;

	js_set_int(doc, "at", t->at_ms);
	js_set_int(doc, "took", t->took_ms);
	put_hex((at = hex, &at), t->task, 4);
	js_set_str(doc, "task", hex);
	put_hex((at = hex, &at), t->choice, 16);
	js_set_str(doc, "choice", hex);
	at = hex;
	for (unsigned i = 0; i < t->n_texts; i++) {
		put_hex(&at, t->text[i], 16);
		put_hex(&at, t->text_len[i], 4);
	}
	if (t->n_texts)
		js_set_str(doc, "texts", hex);
	at = hex;
	for (unsigned i = 0; i < t->n_numbers; i++) {
		uint32_t bits;
		memcpy(&bits, &t->number[i], sizeof(bits));
		put_hex(&at, t->key[i], 4);
		put_hex(&at, bits, 8);
	}
	if (t->n_numbers)
		js_set_str(doc, "numbers", hex);
	return doc;
}

static uint64_t read_one(const json_t *doc, const char *key, int digits, int *bad)
{
	const char *s = json_string_value(json_object_get(doc, key));

	*bad |= !s || strlen(s) != (size_t)digits;
	return get_hex(&s, digits, bad);
}

/* How many items of ${digits} the list has. */
static unsigned list_of(const json_t *doc, const char *key, const char **at, int digits,
                        unsigned max, int *bad)
{
	const json_t *v = json_object_get(doc, key);

	*at = json_string_value(v);
	if (!v)
		return 0;
	size_t n = *at ? strlen(*at) : 1;
	*bad |= n % (unsigned)digits != 0 || n / (unsigned)digits > max;
	return *bad ? 0 : (unsigned)n / (unsigned)digits;
}

static void read_lists(const json_t *doc, struct traces *out, int *bad)
{
	const char *at;

	out->n_texts = (uint8_t)list_of(doc, "texts", &at, TEXT_HEX, TRACE_TEXTS, bad);
	for (unsigned i = 0; i < out->n_texts; i++) {
		out->text[i] = get_hex(&at, 16, bad);
		out->text_len[i] = (uint16_t)get_hex(&at, 4, bad);
	}
	out->n_numbers = (uint8_t)list_of(doc, "numbers", &at, NUMBER_HEX, TRACE_NUMBERS, bad);
	for (unsigned i = 0; i < out->n_numbers; i++) {
		out->key[i] = (uint16_t)get_hex(&at, 4, bad);
		uint32_t bits = (uint32_t)get_hex(&at, 8, bad);
		memcpy(&out->number[i], &bits, sizeof(bits));
		*bad |= !isfinite(out->number[i]);
	}
}

int anomaly_traces_read(const json_t *doc, struct traces *out, struct err *err)
{
	const json_t *ms = json_object_get(doc, "at"), *took = json_object_get(doc, "took");
	int bad = !json_is_integer(ms) || !json_is_integer(took);

	memset(out, 0, sizeof(*out));
	out->at_ms = json_integer_value(ms);
	out->took_ms = json_integer_value(took);
	bad |= out->at_ms < 0 || out->at_ms > ANOMALY_MS_MAX || out->took_ms < -1 ||
	       out->took_ms > ANOMALY_MS_MAX;
	out->task = (uint16_t)read_one(doc, "task", 4, &bad);
	out->choice = read_one(doc, "choice", 16, &bad);
	if (!bad)
		read_lists(doc, out, &bad);
	return bad ? err_set(err, FAIL_INVALID, "traces of an answer: malformed") : 0;
}
