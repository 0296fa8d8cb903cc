/* json: writing text, canonical form, decimals. */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "json/decimal.h"
#include "json/js.h"
#include "json_kit.h"

static char *dump(const json_t *v, enum js_style style)
{
	struct buf b = BUF_INIT;

	js_dump(&b, v, style);
	ck_assert_uint_eq(strlen(b.data), b.len);
	return buf_detach(&b);
}

static void expect(const char *in, enum js_style style, const char *out)
{
	json_t *v = kit_parse(in);
	char *got = dump(v, style);

	ck_assert_str_eq(got, out);
	free(got);
	json_decref(v);
}

START_TEST(styles)
{
	static const char in[] =
	    "{\"b\":[1,{\"z\":null,\"a\":true}],\"a\":{},\"aa\":[],\"B\":false}";

	expect(in, JS_COMPACT, in);
	expect(in, JS_CANONICAL,
	       "{\"B\":false,\"a\":{},\"aa\":[],\"b\":[1,{\"a\":true,\"z\":null}]}");
	expect(in, JS_PRETTY,
	       "{\n  \"b\": [\n    1,\n    {\n      \"z\": null,\n      \"a\": true\n    }\n  ],\n"
	       "  \"a\": {},\n  \"aa\": [],\n  \"B\": false\n}");
	expect("[1.0,1,-0.0,1e2,9007199254740993]", JS_VALUE, "[1,1,0,100,9007199254740993]");
	expect("[]", JS_PRETTY, "[]");
}
END_TEST

START_TEST(strings)
{
	expect("\"\\u0001\\u001f\\b\\f\\n\\r\\t\\\"\\\\\\/\"", JS_COMPACT,
	       "\"\\u0001\\u001f\\b\\f\\n\\r\\t\\\"\\\\/\"");
	expect("\"\\u00e9\\u20ac\\ud83d\\ude42\\u007f\"", JS_COMPACT, "\"é€🙂\x7f\"");
	expect("\"0123456\\n\"", JS_COMPACT, "\"0123456\\n\"");
	expect("\"01234567\\n01234567\\\\01234567\\\"\"", JS_COMPACT,
	       "\"01234567\\n01234567\\\\01234567\\\"\"");
	expect("\"\"", JS_COMPACT, "\"\"");
}
END_TEST

/* Each byte at each place of a word: the run of plain bytes ends where it must. */
START_TEST(every_escape_everywhere)
{
	int c, at;

	for (c = 1; c < 0x80; c++)
		for (at = 0; at < 20; at++) {
			char text[20];
			json_t *v, *back;
			char *out;

			memset(text, 'x', sizeof(text));
			text[at] = (char)c;
			v = json_stringn(text, sizeof(text));
			out = dump(v, JS_COMPACT);
			back = kit_parse(out);
			if (!json_equal(v, back))
				ck_abort_msg("byte %d at %d: %s", c, at, out);
			free(out);
			json_decref(v);
			json_decref(back);
		}
}
END_TEST

START_TEST(numbers)
{
	static const char *const rows[][2] = {
	    {"4.8", "4.8"}, {"2.0", "2.0"}, {"0.1", "0.1"}, {"-0.0", "-0.0"}, {"1e2", "100.0"},
	    {"0.30000000000000004", "0.30000000000000004"}, {"123456.789", "123456.789"},
	    {"1e22", "1e22"}, {"1e21", "1e21"}, {"1e20", "100000000000000000000.0"},
	    {"1.5e-9", "1.5e-9"}, {"0.000001", "0.000001"}, {"0.0000001", "1e-7"},
	    {"5e-324", "5e-324"}, {"1.7976931348623157e308", "1.7976931348623157e308"},
	    {"-2.5", "-2.5"}, {"0.05", "0.05"}, {"9007199254740993", "9007199254740993"},
	    {"-9223372036854775808", "-9223372036854775808"}, {"0", "0"}, {"-1", "-1"},
	    {"4611686018427387904.0", "4611686018427387904.0"}, {"12.5e0", "12.5"},
	};
	size_t i;

	for (i = 0; i < NITEMS(rows); i++)
		expect(rows[i][0], JS_COMPACT, rows[i][1]);
}
END_TEST

static double random_real(void)
{
	uint64_t bits = (uint64_t)random() << 42 ^ (uint64_t)random() << 21 ^ (uint64_t)random();
	double d;

	switch (random() % 3) {
	case 0:
		return (double)(random() % 100000) / 100;
	case 1:
		return (double)(random() - (1 << 30)) / 8;
	default:
		memcpy(&d, &bits, sizeof(d));
		return isfinite(d) ? d : 0.5;
	}
}

START_TEST(reals_round_trip)
{
	int i;

	srandom(11);
	for (i = 0; i < 100000; i++) {
		double v = random_real();
		struct decimal d;
		char text[DECIMAL_TEXT_MAX];
		size_t n;

		decimal_of_real(&d, v);
		n = decimal_format_real(&d, text);
		if (strtod(text, NULL) != v || n != strlen(text) || !strpbrk(text, ".e"))
			ck_abort_msg("%.17g became %s", v, text);
	}
}
END_TEST

static json_t *random_string(void)
{
	static const char *const parts[] = {"a", "\"", "\\", "\n", "\x01", "é", "🙂", "/",
	                                    "plain text "};
	struct buf b = BUF_INIT;
	int n = (int)(random() % 8);
	json_t *v;

	while (n-- > 0)
		buf_adds(&b, parts[(size_t)random() % NITEMS(parts)]);
	v = json_string(buf_str(&b));
	buf_release(&b);
	return v;
}

static json_t *random_tree(int depth)
{
	int n = (int)(random() % 7);
	json_t *v;

	switch (random() % (depth > 0 ? 8 : 6)) {
	case 0:
		return json_null();
	case 1:
		return json_boolean(random() & 1);
	case 2:
		return json_integer((json_int_t)((uint64_t)random() << 33 ^ (uint64_t)random()));
	case 3:
		return json_real(random_real());
	case 4:
	case 5:
		return random_string();
	case 6:
		for (v = json_array(); n > 0; n--)
			json_array_append_new(v, random_tree(depth - 1));
		return v;
	default:
		for (v = json_object(), n *= (int)(random() % 5); n > 0; n--) {
			json_t *key = random_string();

			json_object_set_new(v, json_string_value(key), random_tree(depth - 1));
			json_decref(key);
		}
		return v;
	}
}

/* The same object with its members set in another order. */
static json_t *shuffled(json_t *v)
{
	json_t *out, *at;
	const char *key;
	size_t i, n = 0;
	void *tmp;
	const char *keys[64];

	if (json_is_array(v)) {
		out = json_array();
		json_array_foreach(v, i, at)
			json_array_append_new(out, shuffled(at));
		return out;
	}
	if (!json_is_object(v))
		return json_incref(v);
	json_object_foreach_safe(v, tmp, key, at)
		keys[n++] = key;
	out = json_object();
	while (n-- > 0)
		json_object_set_new(out, keys[n], shuffled(json_object_get(v, keys[n])));
	return out;
}

START_TEST(trees_round_trip)
{
	int i;

	srandom(5);
	for (i = 0; i < 5000; i++) {
		json_t *v = random_tree(5), *other = shuffled(v);
		enum js_style style;
		struct sha256 a, b;

		for (style = JS_COMPACT; style <= JS_PRETTY; style++) {
			char *text = dump(v, style);
			json_t *back = kit_parse(text);

			ck_assert_msg(json_equal(v, back), "%s", text);
			js_hash(back, &b);
			free(text);
			json_decref(back);
		}
		js_hash(v, &a);
		ck_assert(!memcmp(&a, &b, sizeof(a)));
		js_hash(other, &b);
		ck_assert(!memcmp(&a, &b, sizeof(a)));
		json_decref(v);
		json_decref(other);
	}
}
END_TEST

START_TEST(hash_sees_content_only)
{
	json_t *a = kit_parse("{\"a\":\"\\u0041/\",\"b\":[1,2.50]}");
	json_t *b = kit_parse(" { \"b\" : [ 1 , 2.5 ] ,\n\"\\u0061\" : \"A\\/\" } ");
	json_t *c = kit_parse("{\"a\":\"A/\",\"b\":[1,2]}");
	struct sha256 x, y, z;

	js_hash(a, &x);
	js_hash(b, &y);
	js_hash(c, &z);
	ck_assert(!memcmp(&x, &y, sizeof(x)));
	ck_assert(memcmp(&x, &z, sizeof(x)));
	json_decref(a);
	json_decref(b);
	json_decref(c);
}
END_TEST

START_TEST(buffer_limit_is_kept)
{
	json_t *v = kit_parse("{\"key\":[\"some text\",1,2.5,{\"n\\n\":null}]}");
	char *text = dump(v, JS_COMPACT);
	size_t max;

	for (max = 1; max < 60; max++) {
		struct buf b;

		buf_init(&b, max);
		js_dump(&b, v, JS_COMPACT);
		ck_assert_int_eq(buf_ok(&b), max >= strlen(text));
		ck_assert_uint_le(b.len, max);
		buf_release(&b);
	}
	free(text);
	json_decref(v);
}
END_TEST

START_TEST(decimals)
{
	static const struct {
		const char *value, *step;
		int multiple;
	} rows[] = {
	    {"4.02", "0.01", 1}, {"0.0075", "0.0001", 1}, {"0.00751", "0.0001", 0},
	    {"1.1", "0.1", 1}, {"0.07", "0.01", 1}, {"4.35", "0.01", 1}, {"19.99", "0.01", 1},
	    {"19.999", "0.01", 0},
	    {"7", "2", 0}, {"8", "2", 1}, {"0", "3", 1}, {"0.0", "0.3", 1}, {"-4.5", "1.5", 1},
	    {"1e308", "0.123456789", 0}, {"1e308", "0.5", 1}, {"35", "1.5", 0}, {"4.5", "1.5", 1},
	    {"9007199254740993", "3", 1}, {"9007199254740994", "3", 0}, {"5", "10", 0},
	    {"1e-10", "1", 0}, {"1", "1e-300", 1}, {"9223372036854775807", "7", 1},
	    {"0.05", "0.1", 0}, {"12391239123", "1e-8", 1}, {"3", "3.0", 1},
	};
	size_t i;

	for (i = 0; i < NITEMS(rows); i++) {
		json_t *v = kit_parse(rows[i].value), *m = kit_parse(rows[i].step);
		struct decimal a, b;

		decimal_of_json(&a, v);
		decimal_of_json(&b, m);
		ck_assert_msg(decimal_is_multiple(&a, &b) == rows[i].multiple, "%s of %s",
		              rows[i].value, rows[i].step);
		json_decref(v);
		json_decref(m);
	}
}
END_TEST

START_TEST(number_order)
{
	/* ascending; equal neighbours have the same rank */
	static const struct {
		const char *text;
		int rank;
	} rows[] = {
	    {"-1e300", 0}, {"-9223372036854775808", 1}, {"-9223372036854775808.0", 1}, {"-1.5", 2},
	    {"-1", 3}, {"-0.5", 4}, {"0", 5}, {"-0.0", 5}, {"0.5", 6}, {"1", 7}, {"1.0", 7},
	    {"1.5", 8}, {"2", 9}, {"9007199254740992", 10}, {"9007199254740992.0", 10},
	    {"9007199254740993", 11}, {"9223372036854775807", 12}, {"9223372036854775808.0", 13},
	    {"1e300", 14},
	};
	size_t i, j;

	for (i = 0; i < NITEMS(rows); i++)
		for (j = 0; j < NITEMS(rows); j++) {
			json_t *a = kit_parse(rows[i].text), *b = kit_parse(rows[j].text);
			int c = number_cmp(a, b);

			ck_assert_msg((c > 0) - (c < 0) == (rows[i].rank > rows[j].rank) -
			                                       (rows[i].rank < rows[j].rank),
			              "%s and %s", rows[i].text, rows[j].text);
			json_decref(a);
			json_decref(b);
		}
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json_dump");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, styles);
	tcase_add_test(tc, strings);
	tcase_add_test(tc, every_escape_everywhere);
	tcase_add_test(tc, numbers);
	tcase_add_test(tc, reals_round_trip);
	tcase_add_test(tc, trees_round_trip);
	tcase_add_test(tc, hash_sees_content_only);
	tcase_add_test(tc, buffer_limit_is_kept);
	tcase_add_test(tc, decimals);
	tcase_add_test(tc, number_order);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
