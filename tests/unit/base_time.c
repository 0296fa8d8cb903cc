/* base: times, durations, clocks. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "kit.h"

static const struct {
	const char *text;
	int64_t ms;
} good[] = {
    {"1970-01-01T00:00:00Z", 0},
    {"1970-01-01T00:00:00.001Z", 1},
    {"2026-11-22T18:44:38.123Z", INT64_C(1795373078123)},
    {"2026-11-22T18:44:38.123456789Z", INT64_C(1795373078123)},
    {"2026-11-22t18:44:38.1z", INT64_C(1795373078100)},
    {"2026-11-22T20:14:38+01:30", INT64_C(1795373078000)},
    {"2026-11-22T10:44:38-08:00", INT64_C(1795373078000)},
    {"2026-11-22T18:44:38-00:00", INT64_C(1795373078000)},
    {"2024-02-29T12:00:00Z", INT64_C(1709208000000)},
    {"2000-02-29T00:00:00Z", INT64_C(951782400000)},
    {"2016-12-31T23:59:60Z", INT64_C(1483228799999)},
    {"2017-01-01T00:59:60.5+01:00", INT64_C(1483228799999)},
    {"2038-01-19T03:14:08Z", INT64_C(2147483648000)},
    {"9999-12-31T23:59:59.999Z", INT64_C(253402300799999)},
    {"1969-12-31T23:30:00-01:00", INT64_C(1800000)},
};

START_TEST(times_are_read)
{
	struct err err = ERR_INIT;
	int64_t ms = -1;

	ck_assert_int_eq(time_parse(good[_i].text, &ms, &err), 0);
	ck_assert_int_eq(ms, good[_i].ms);
}
END_TEST

static const char *const bad[] = {
    "", "x", "2026", "2026-11-22", "2026-11-22T18:44:38", "2026-11-22 18:44:38Z",
    "2026-11-22T18:44Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
    "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
    "2026-11-00T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T18:60:00Z",
    "2026-11-22T18:44:61Z", "2026-11-22T18:44:60Z", "2026-11-22T18:44:38.Z",
    "2026-11-22T18:44:38,5Z", "2026-11-22T18:44:38+24:00", "2026-11-22T18:44:38+01:60",
    "2026-11-22T18:44:38+0100", "2026-11-22T18:44:38Z ", " 2026-11-22T18:44:38Z",
    "1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01", "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z", "9999-12-31T23:59:59-00:01", "+2026-11-22T18:44:38Z",
};

START_TEST(other_texts_are_refused)
{
	struct err err = ERR_INIT;
	int64_t ms = 7;

	ck_assert_int_eq(time_parse(bad[_i], &ms, &err), -1);
	ck_assert_int_eq(err.code, FAIL_INVALID);
	ck_assert_int_eq(ms, 7);
}
END_TEST

START_TEST(times_are_written)
{
	char text[TIME_TEXT_MAX];

	ck_assert_str_eq(time_format_ms(INT64_C(1795373078123), text), "2026-11-22T18:44:38.123Z");
	ck_assert_str_eq(time_format_s(INT64_C(1795373078999), text), "2026-11-22T18:44:38Z");
	ck_assert_str_eq(time_format_compact(INT64_C(1795373078123), text), "20261122T184438Z");
	ck_assert_str_eq(time_format_ms(-5, text), "1970-01-01T00:00:00.000Z");
	ck_assert_str_eq(time_format_ms(INT64_MAX, text), "9999-12-31T23:59:59.999Z");
	ck_assert_ptr_eq(time_format_ms(0, text), text);
}
END_TEST

/* Days of 8030 years against the C library, and back. */
START_TEST(calendar_agrees)
{
	int64_t day;

	for (day = 0; day < 2932897; day += 1 + day % 3) {
		time_t t = (time_t)(day * 86400 + day % 86400);
		char text[TIME_TEXT_MAX], other[TIME_TEXT_MAX];
		struct tm tm;
		int64_t ms;

		strftime(other, sizeof(other), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&t, &tm));
		time_format_s((int64_t)t * 1000, text);
		if (strcmp(text, other) || time_parse(text, &ms, NULL) || ms != (int64_t)t * 1000)
			ck_abort_msg("%s is not %s", text, other);
	}
}
END_TEST

static const struct {
	const char *text;
	int64_t ms; /* -1: refused */
} durations[] = {
    {"90s", 90000}, {"15m", 900000}, {"1h30m", 5400000}, {"2d", 172800000}, {"250ms", 250},
    {"30", 30000}, {"0", 0}, {"0s", 0}, {"1d2h3m4s5ms", 93784005}, {"1m0s", 60000},
    {"3653d", INT64_C(315619200000)}, {"3654d", -1}, {"3653d1ms", -1}, {"", -1}, {"s", -1},
    {"1x", -1}, {"-1s", -1}, {"1.5h", -1}, {"1h30", -1}, {"1m1h", -1}, {"1s1s", -1},
    {"5 m", -1}, {"1h ", -1}, {"99999999999999999999s", -1}, {"1S", -1}, {"1mss", -1},
};

START_TEST(durations_are_read)
{
	struct err err = ERR_INIT;
	int64_t ms = -1;
	int rc = duration_parse(durations[_i].text, &ms, &err);

	ck_assert_int_eq(rc, durations[_i].ms < 0 ? -1 : 0);
	ck_assert_int_eq(ms, durations[_i].ms);
	ck_assert_int_eq(err.code, rc ? FAIL_INVALID : FAIL_NONE);
}
END_TEST

START_TEST(durations_are_written)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
	    {0, "0s"}, {250, "250ms"}, {1000, "1s"}, {1999, "1s"}, {90000, "1m30s"},
	    {120000, "2m"}, {5400000, "1h30m"}, {5401000, "1h30m"}, {273600000, "3d4h"},
	    {172800000, "2d"}, {-120000, "-2m"}, {-5, "-5ms"}, {86399999, "23h59m"},
	};
	char text[DURATION_TEXT_MAX];
	size_t i;

	for (i = 0; i < NITEMS(rows); i++)
		ck_assert_str_eq(duration_format(rows[i].ms, text), rows[i].text);
	ck_assert_str_eq(duration_format(INT64_MIN, text), "-106751991167d7h");
}
END_TEST

START_TEST(clocks)
{
	int64_t a = now_mono_us(), b = now_mono_us();

	ck_assert_int_le(a, b);
	ck_assert_int_le(a / 1000, now_mono_ms());
	ck_assert_int_lt(llabs(now_wall_ms() / 1000 - (int64_t)time(NULL)), 3);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base_time");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, times_are_read, 0, NITEMS(good));
	tcase_add_loop_test(tc, other_texts_are_refused, 0, NITEMS(bad));
	tcase_add_test(tc, times_are_written);
	tcase_add_test(tc, calendar_agrees);
	tcase_add_loop_test(tc, durations_are_read, 0, NITEMS(durations));
	tcase_add_test(tc, durations_are_written);
	tcase_add_test(tc, clocks);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
