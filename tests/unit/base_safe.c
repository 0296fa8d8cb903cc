/* base: foreign text, its width, and near names. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/near.h"
#include "base/safe.h"
#include "kit.h"

static const struct {
	unsigned cp;
	char kind; /* denied, combining, wide, normal */
} points[] = {
#include "base_safe_points.h"
};

/* UTF-8 of ${cp} into ${out}; returns out. */
static char *encode(unsigned cp, char out[5])
{
	int n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4, i;
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

	out[n] = '\0';
	for (i = n - 1; i > 0; i--, cp >>= 6)
		out[i] = (char)(0x80 | (cp & 0x3f));
	out[0] = (char)(lead[n] | cp);
	return out;
}

static char *safe(const char *s, size_t n, enum safe_flags flags)
{
	struct buf b = BUF_INIT;

	safe_add(&b, s, n, flags);
	return buf_detach(&b);
}

static void expect(const char *in, enum safe_flags flags, const char *out)
{
	char *got = safe(in, strlen(in), flags);

	ck_assert_str_eq(got, out);
	free(got);
}

START_TEST(known_points)
{
	char text[8] = "e", shown[16], *got;
	char kind = points[_i].kind;

	encode(points[_i].cp, text + 1);
	got = safe(text, strlen(text), SAFE_LINE);
	snprintf(shown, sizeof(shown), "e<U+%04X>", points[_i].cp);
	ck_assert_str_eq(got, kind == 'd' ? shown : text);
	if (kind != 'd')
		ck_assert_int_eq(safe_width(text), kind == 'c' ? 1 : kind == 'w' ? 3 : 2);
	free(got);
}
END_TEST

START_TEST(attacks_are_shown)
{
	expect("plain text, ümläut, 漢字, 🙂", SAFE_LINE, "plain text, ümläut, 漢字, 🙂");
	expect("a\x1b[31mb\r\b\x7f", SAFE_TEXT, "a<U+001B>[31mb<U+000D><U+0008><U+007F>");
	expect("a\n\tb", SAFE_TEXT, "a\n\tb");
	expect("a\n\tb", SAFE_LINE, "a<U+000A><U+0009>b");
	expect("\xe2\x80\xaegnp.exe", SAFE_LINE, "<U+202E>gnp.exe");
	expect("\xc2\x9b" "31m", SAFE_LINE, "<U+009B>31m");
	expect("\x9b" "31m\xff", SAFE_LINE, "<0x9B>31m<0xFF>");
	expect("\xc0\xaf\xed\xa0\x80\xf4\x90\x80\x80", SAFE_LINE,
	       "<0xC0><0xAF><0xED><0xA0><0x80><0xF4><0x90><0x80><0x80>");
	expect("\xf3\xa0\x81\x81\xef\xbf\xbf", SAFE_LINE, "<U+E0041><U+FFFF>");
	expect("\xe2\x82", SAFE_LINE, "<0xE2><0x82>");
}
END_TEST

START_TEST(nul_is_shown)
{
	char *got = safe("a\0b", 3, SAFE_TEXT);

	ck_assert_str_eq(got, "a<U+0000>b");
	free(got);
}
END_TEST

START_TEST(marks_are_few)
{
	expect("e\u0301\u0301\u0301\u0301x", SAFE_LINE, "e\u0301\u0301\u0301\u0301x");
	expect("e\u0301\u0301\u0301\u0301\u0301\u0301x\u0301", SAFE_LINE,
	       "e\u0301\u0301\u0301\u0301<U+0301><U+0301>x\u0301");
	expect("\u0301x", SAFE_LINE, "<U+0301>x");
	expect("a\n\u0301", SAFE_TEXT, "a\n<U+0301>");
	expect("a\u202e\u0301", SAFE_TEXT, "a<U+202E><U+0301>");
}
END_TEST

START_TEST(random_bytes_are_harmless)
{
	char in[200];
	int round;

	srandom(3);
	for (round = 0; round < 5000; round++) {
		size_t n = (size_t)(random() % (long)sizeof(in)), i, len;
		char *got, *again;

		for (i = 0; i < n; i++)
			in[i] = (char)(round % 2 ? random() : 0x80 + random() % 0x80);
		got = safe(in, n, SAFE_LINE);
		len = strlen(got);
		ck_assert(utf8_valid(got, len));
		for (i = 0; i < len; i++)
			if ((unsigned char)got[i] < 0x20 || got[i] == 0x7f)
				ck_abort_msg("control byte %d", got[i]);
		again = safe(got, len, SAFE_LINE);
		ck_assert_str_eq(got, again);
		free(got);
		free(again);
	}
}
END_TEST

START_TEST(columns)
{
	static const struct {
		const char *in;
		int cols;
		const char *out;
	} rows[] = {
	    {"abc", 5, "abc  "}, {"abc", 3, "abc"}, {"abcd", 3, "ab…"}, {"abc", 0, ""},
	    {"abc", -1, ""}, {"", 2, "  "}, {"漢字", 4, "漢字"}, {"漢字x", 4, "漢… "},
	    {"漢字", 3, "漢…"}, {"漢字", 1, "…"}, {"e\u0301e\u0301e", 3, "e\u0301e\u0301e"},
	    {"e\u0301e\u0301ee", 3, "e\u0301e\u0301…"},
	};
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < NITEMS(rows); i++) {
		buf_clear(&b);
		safe_add_cols(&b, rows[i].in, rows[i].cols);
		ck_assert_str_eq(buf_str(&b), rows[i].out);
		if (rows[i].cols > 0)
			ck_assert_int_eq(safe_width(buf_str(&b)), rows[i].cols);
	}
	buf_release(&b);
}
END_TEST

START_TEST(utf8)
{
	unsigned cp = 0;

	ck_assert_int_eq(utf8_next("a", 1, &cp), 1);
	ck_assert_int_eq(utf8_next("", 0, &cp), 0);
	ck_assert_int_eq(utf8_next("\xf0\x9f\x99\x82", 4, &cp), 4);
	ck_assert_uint_eq(cp, 0x1f642);
	ck_assert_int_eq(utf8_next("\xf0\x9f\x99\x82", 3, &cp), 0);
	ck_assert_int_eq(utf8_next("\xe0\x9f\xbf", 3, &cp), 0);
	ck_assert_int_eq(utf8_next("\xf0\x8f\xbf\xbf", 4, &cp), 0);
	ck_assert_uint_eq(utf8_count("aé漢🙂"), 4);
	ck_assert(utf8_valid("aé漢🙂", strlen("aé漢🙂")));
	ck_assert(!utf8_valid("a\x80", 2));
}
END_TEST

static char *near_to(const char *typed, const char *const *names)
{
	struct buf b = BUF_INIT;
	struct near n;

	near_init(&n, typed);
	for (; *names; names++)
		near_offer(&n, *names);
	near_add(&n, &b);
	return buf_detach(&b);
}

START_TEST(near_names)
{
	static const char *const lanes[] = {"engineering.code_review", "support.refund",
	                                    "security.verify", "support.reply", NULL};
	static const char *const many[] = {"a1", "a6", "a5", "a4", "a3", "a2", NULL};
	char *got = near_to("suport.refund", lanes), longer[200];

	ck_assert_str_eq(got, "; did you mean support.refund?");
	free(got);
	got = near_to("support", lanes);
	ck_assert_str_eq(got, "; did you mean support.refund or support.reply?");
	free(got);
	got = near_to("a", many);
	ck_assert_str_eq(got, "; did you mean a1, a2, a3, a4 or a5?");
	free(got);
	got = near_to("quite something else", lanes);
	ck_assert_str_eq(got, "");
	free(got);
	got = near_to("", lanes);
	ck_assert_str_eq(got, "");
	free(got);
	memset(longer, 'a', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	got = near_to(longer, lanes);
	ck_assert_str_eq(got, "");
	free(got);
}
END_TEST

START_TEST(near_weights)
{
	ck_assert_int_eq(near_distance("abc", "abc"), 0);
	ck_assert_int_eq(near_distance("abc", "acb"), 0);
	ck_assert_int_eq(near_distance("abc", "abd"), 2);
	ck_assert_int_eq(near_distance("abc", "abcd"), 1);
	ck_assert_int_eq(near_distance("abcd", "abc"), 3);
	ck_assert_int_eq(near_distance("", "abc"), 3);
	ck_assert_int_eq(near_distance("abc", ""), 9);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base_safe");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, known_points, 0, NITEMS(points));
	tcase_add_test(tc, attacks_are_shown);
	tcase_add_test(tc, nul_is_shown);
	tcase_add_test(tc, marks_are_few);
	tcase_add_test(tc, random_bytes_are_harmless);
	tcase_add_test(tc, columns);
	tcase_add_test(tc, utf8);
	tcase_add_test(tc, near_names);
	tcase_add_test(tc, near_weights);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
