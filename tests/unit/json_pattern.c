/* json: regular expressions with ECMA-262 semantics. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/schema/pattern.h"
#include "kit.h"

static struct pattern *compile(const char *text)
{
	struct err err = ERR_INIT;
	struct pattern *p = pattern_compile(text, strlen(text), &err);

	ck_assert_msg(p != NULL, "%s: %s", text, err.msg);
	return p;
}

static const struct {
	const char *pattern, *subject;
	int match;
} rows[] = {
    {"", "", 1}, {"a", "bab", 1}, {"^a", "ba", 0}, {"a$", "ab", 0},
    {"^\\d+$", "123", 1}, {"^\\d+$", "123\n", 0}, {"^\\d$", "\xdf\xa7", 0},
    {"^\\D$", "\xdf\xa7", 1},
    {"^\\w$", "é", 0}, {"^\\W$", "é", 1}, {"^.$", "🙂", 1}, {"^.$", "\n", 0}, {"^.$", "\r", 0},
    {"^.$", "\u2028", 0}, {"^.$", "\xc2\x85", 1}, {"^[^a]$", "\n", 1}, {"^[^]$", "\n", 1},
    {"[]", "a", 0}, {"(?:^a[]*b)", "ab", 1}, {"(?:^a[]?[]{0,2}$)", "a", 1}, {"(?:a[]+)", "a", 0},
    {"(?:^[^]{2}$)", "ab", 1}, {"^\\s$", "\xc2\xa0", 1}, {"^\\s$", "\ufeff", 1},
    {"^\\s$", "\u2029", 1},
    {"^\\s$", "\u200b", 0}, {"^\\s$", "\v", 1}, {"^\\S$", "\u3000", 0}, {"^\\S$", "x", 1},
    {"^[\\s]$", " ", 1}, {"^[\\S]$", " ", 0}, {"^[\\S]$", "\U0001F642", 1}, {"^[\\S ]$", " ", 1},
    {"^[^\\s]$", "\u3000", 0}, {"^[a\\s-]$", "-", 1}, {"^[\\s-z]$", "y", 0}, {"^[\\s-z]$", "z", 1},
    {"^[a-\\s]$", "-", 1}, {"^[a-\\d]$", "5", 1}, {"^[a-\\d]$", "b", 0},
    {"^\\v$", "\v", 1}, {"^\\v$", "\n", 0}, {"^[\\v]$", "\v", 1},
    {"^\\u0041$", "A", 1}, {"^\\u{1F642}$", "🙂", 1}, {"^\\ud83d\\ude42$", "🙂", 1},
    {"^[\\ud83d\\ude00-\\ud83d\\ude4f]$", "🙂", 1}, {"^\\x41$", "A", 1}, {"^\\cA$", "\x01", 1},
    {"^[\\b]$", "\b", 1}, {"\\bfoo\\b", "a foo b", 1}, {"\\bfoo\\b", "afoo", 0},
    {"^(a)\\1$", "aa", 1}, {"^(?<x>a)\\k<x>$", "aa", 1}, {"^(?:(a)|b)\\1$", "b", 1},
    {"^\\1(a)$", "a", 1}, {"^(?=a)a(?!b)", "ac", 1}, {"(?<=a)b", "ab", 1}, {"(?<!a)b", "ab", 0},
    {"^\\p{L}+$", "épée", 1}, {"^\\p{Letter}+$", "é1", 0}, {"^\\p{Lu}$", "É", 1},
    {"^\\P{Uppercase_Letter}$", "É", 0}, {"^\\p{Script=Greek}+$", "αβγ", 1},
    {"^\\p{gc=Nd}$", "5", 1}, {"^[[:alpha:]$", ":", 1}, {"^[[:alpha:]$", "x", 0},
    {"^a{2,3}$", "aaa", 1}, {"^a{2}?$", "aa", 1}, {"^a{$", "a{", 1}, {"^a{,2}$", "a{,2}", 1},
    {"^a+?$", "aaa", 1}, {"^\\/\\-\\.\\$$", "/-.$", 1}, {"^\\^[\\]\\\\]+$", "^]\\", 1},
    {"^[+]+$", "++", 1}, {"^\\++$", "++", 1}, {"a|b|", "", 1}, {"^é$", "é", 1},
    {"^[a-z][a-z0-9_]*(\\.[a-z0-9_]+)*$", "review_decision.v1", 1},
};

START_TEST(matches)
{
	struct pattern *p = compile(rows[_i].pattern);

	ck_assert_int_eq(pattern_match(p, rows[_i].subject, strlen(rows[_i].subject)),
	                 rows[_i].match);
	pattern_free(p);
}
END_TEST

static const char *const refused[] = {
    "(?i)a", "(?i:a)", "(?-i)a", "(?x)a", "(?#c)", "(?>a)", "(?|a)", "(?R)", "(?1)", "(?P<a>b)",
    "(?'a'b)", "(?&a)", "(?(1)a)", "(?C1)", "(?+1)", "(*FAIL)", "(*LIMIT_MATCH=9)a", "(*UTF)",
    "\\Aa", "a\\z", "a\\Z", "\\Ga", "\\Qa\\E", "\\Ka", "\\R", "\\X", "\\h", "\\H", "\\V", "\\N",
    "\\C", "\\a", "\\e", "\\g1", "\\g{1}", "\\o{101}", "\\_", "\\é", "\\", "a++", "a*+", "a?+",
    "a{1}+", "a{1,2}+", "a**", "a+?+", "*a", "+", "?", "(", ")", "(a", "[a", "[", "a{2,1}",
    "\\1", "(a)\\2", "\\k<x>", "(?<x>a)\\k<y>", "(?<1>a)", "(?<>a)", "(?<a", "\\k", "\\01",
    "\\x4", "\\xg1", "\\u12", "\\u{}", "\\u{110000}", "\\u{41", "\\ud83d", "\\ude42",
    "\\ud83d\\u0041", "\\c", "\\c1", "\\p", "\\pL", "\\p{}", "\\p{NoSuch}", "\\p{^L}", "\\p{L",
    "[\\1]", "[\\B]", "[z-a]", "[\\k]", "\xff", "(?:(?:(?:a{1,1000}){1,1000}){1,1000})",
    "((((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))))",
};

START_TEST(refusals)
{
	struct err err = ERR_INIT;

	ck_assert_ptr_null(pattern_compile(refused[_i], strlen(refused[_i]), &err));
	ck_assert_int_eq(err.code, FAIL_INVALID);
	ck_assert(!strncmp(err.msg, "not a regular expression", 24));
}
END_TEST

START_TEST(size_limit)
{
	char text[257];
	struct err err = ERR_INIT;
	struct pattern *p;

	memset(text, 'a', sizeof(text));
	p = pattern_compile(text, 256, &err);
	ck_assert_ptr_nonnull(p);
	ck_assert_uint_gt(pattern_size(p), 256);
	pattern_free(p);
	ck_assert_ptr_null(pattern_compile(text, 257, &err));
}
END_TEST

START_TEST(bombs)
{
	static const char *const patterns[] = {"^(a+)+$", "^(a|aa)+$", "^(a*)*$", "(.*a){12}$",
	                                       "^(([a-z])+.)+[A-Z]([a-z])+$"};
	char subject[4000];
	struct pattern *p = compile(patterns[_i]);
	int64_t start = now_mono_ms();
	unsigned long steps = 0;

	memset(subject, 'a', sizeof(subject));
	subject[40] = '!';
	ck_assert_int_le(pattern_match_steps(p, subject, 41, &steps), 0);
	ck_assert_uint_gt(steps, 0);
	subject[40] = 'a';
	subject[sizeof(subject) - 1] = '!';
	ck_assert_int_le(pattern_match(p, subject, sizeof(subject)), 0);
	ck_assert_int_lt(now_mono_ms() - start, 500);
	pattern_free(p);
}
END_TEST

/* A match may begin anywhere, and run far each time; a count or a back reference compares
   unseen. */
START_TEST(long_subjects)
{
	static const char *const patterns[] = {
	    "[a-z]*[0-9A-Z]", "(?:[a-z]|x)*\\d", "(a+)\\1\\1[bc]", "a{9000}[bc]", "(?=[a-z]*\\d)a",
	    "(?<=a{200})[bc]", "(?:a|b){300}c", "[^b]+\\b[^a]+\\b[^b]+c"};
	enum { BYTES = 65536 };
	char *subject = mem_alloc(BYTES);
	struct pattern *p = compile(patterns[_i]);
	int64_t start = now_mono_ms();
	unsigned long steps = 0;
	size_t i;

	memset(subject, 'a', BYTES);
	ck_assert_int_le(pattern_match_steps(p, subject, BYTES, &steps), 0);
	for (i = 0; i < BYTES; i += 8999)
		subject[i] = 'x';
	ck_assert_int_le(pattern_match_steps(p, subject, BYTES, &steps), 0);
	ck_assert_uint_lt(steps, 250000);
	ck_assert_int_lt(now_mono_ms() - start, 1000);
	free(subject);
	pattern_free(p);
}
END_TEST

START_TEST(subject_limit)
{
	struct pattern *p = compile("a");
	char *subject = mem_alloc(65537);

	memset(subject, 'b', 65537);
	ck_assert_int_eq(pattern_match(p, subject, 65536), 0);
	ck_assert_int_eq(pattern_match(p, subject, 65537), -1);
	ck_assert_int_eq(pattern_match(p, "\xff", 1), 0);
	free(subject);
	pattern_free(p);
	pattern_free(NULL);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("json_pattern");
	TCase *tc = tcase_create("all");

	tcase_add_loop_test(tc, matches, 0, NITEMS(rows));
	tcase_add_loop_test(tc, refusals, 0, NITEMS(refused));
	tcase_add_test(tc, size_limit);
	tcase_add_loop_test(tc, bombs, 0, 5);
	tcase_add_loop_test(tc, long_subjects, 0, 8);
	tcase_add_test(tc, subject_limit);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
