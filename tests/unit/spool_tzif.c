/* Time zones from tzdata and from bytes nobody should trust; what a document of one says. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "json/js.h"
#include "model/calendar.h"
#include "model/civil.h"
#include "model/zone.h"
#include "spool/tzif.h"
#include "kit.h"

#define UTC(y, mo, d, h, mi) (civil_day(y, mo, d) * DAY_S + (h)*3600 + (mi)*60)

static struct zone zone(const char *name)
{
	struct err err = ERR_INIT;
	struct zone z;
	json_t *doc = tzif_load(name, &err);

	ck_assert_msg(doc && zone_from_json(doc, &z, &err) == 0, "%s: %s", name, err.msg);
	json_decref(doc);
	return z;
}

START_TEST(gaps_and_overlaps)
{
	struct zone z = zone("Europe/Berlin"), apia = zone("Pacific/Apia");
	struct zone lord = zone("Australia/Lord_Howe");

	ck_assert_int_eq(zone_utc(&z, UTC(2026, 3, 29, 2, 30)), UTC(2026, 3, 29, 1, 30));
	ck_assert_int_eq(zone_local(&z, UTC(2026, 3, 29, 1, 30)), UTC(2026, 3, 29, 3, 30));
	ck_assert_int_eq(zone_utc(&z, UTC(2026, 10, 25, 2, 30)), UTC(2026, 10, 25, 0, 30));
	ck_assert_int_eq(zone_next(&z, UTC(2099, 6, 1, 0, 0)), UTC(2099, 10, 25, 1, 0));
	/* 2011-12-30 was no day in Apia */
	ck_assert_int_eq(zone_utc(&apia, UTC(2011, 12, 30, 12, 0)), UTC(2011, 12, 30, 22, 0));
	ck_assert_int_eq(zone_local(&apia, UTC(2011, 12, 30, 22, 0)), UTC(2011, 12, 31, 12, 0));
	ck_assert_int_eq(zone_utc(&lord, UTC(2026, 10, 4, 2, 15)), UTC(2026, 10, 3, 15, 45));
	zone_release(&z);
	zone_release(&apia);
	zone_release(&lord);
}
END_TEST

START_TEST(documents_are_small)
{
	static const char *const names[] = {
	    "UTC",	    "Europe/Berlin", "America/New_York", "Africa/Casablanca",
	    "Asia/Kolkata", "Etc/GMT+5"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct err err = ERR_INIT;
		json_t *doc = tzif_load(names[i], &err);
		struct buf text = BUF_INIT;
		ck_assert_msg(doc != NULL, "%s", err.msg);
		js_dump(&text, doc, JS_COMPACT);
		ck_assert_uint_lt(text.len, 4096);
		buf_release(&text);
		json_decref(doc);
	}
}
END_TEST

START_TEST(no_such_zone)
{
	static const char *const names[] = {"",
					    "Europe/Atlantis",
					    "../../etc/passwd",
					    "Europe",
					    "/etc/passwd",
					    "Europe//Berlin",
					    "zone.tab",
					    "-x"};
	struct err err = ERR_INIT;

	ck_assert_ptr_null(tzif_load(names[_i], &err));
	ck_assert_int_eq(err.code, FAIL_CONFIG);
}
END_TEST

/* Every prefix, and every byte turned over, of a real file: read or refused, never more. */
START_TEST(hostile_bytes)
{
	FILE *f = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
	char whole[8192], some[8192];
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(whole, 1, sizeof(whole), f);
	fclose(f);
	ck_assert(n > 500 && n < sizeof(whole));
	for (size_t i = 0; i < 2 * n; i++) {
		struct err err = ERR_INIT;
		struct zone z;
		char *exact = malloc(n);
		size_t len = i < n ? i : n;
		memcpy(some, whole, n);
		if (i >= n)
			some[i - n] ^= (char)(1 + i % 255);
		memcpy(exact, some, len);
		json_t *doc = tzif_parse(exact, len, &err);
		free(exact);
		ck_assert(doc || err.code == FAIL_CONFIG);
		if (doc && zone_from_json(doc, &z, &err) == 0) {
			zone_utc(&z, UTC(2026, 3, 29, 2, 30));
			zone_next(&z, INT64_C(1) << 40);
			zone_release(&z);
		}
		json_decref(doc);
	}
}
END_TEST

START_TEST(rules)
{
	static const struct {
		const char *text;
		int ok;
	} cases[] = {{"UTC0", 1},
		     {"CET-1CEST,M3.5.0,M10.5.0/3", 1},
		     {"<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", 1},
		     {"IST-1GMT0,M10.5.0,M3.5.0/1", 1},
		     {"EST5EDT,J60,J300", 1},
		     {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", 1},
		     {"XXX3EDT4,0/0,J365/23", 1},
		     {"", 0},
		     {"CET", 0},
		     {"C0", 0},
		     {"CET-1CEST", 0},
		     {"CET-1CEST,M13.5.0,M10.5.0", 0},
		     {"CET-1CEST,M3.6.0,M10.5.0", 0},
		     {"CET-99", 0},
		     {"<+1", 0},
		     {"UTC0x", 0},
		     {"CET-1CEST,M3.5.0,M10.5.0/168", 0},
		     {"CET-1CEST,J0,J366", 0}};
	struct zone_rule r;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(zone_rule_parse(cases[i].text, &r) == cases[i].ok, "%s",
			      cases[i].text);
	/* summer all year: no change */
	ck_assert_int_eq(zone_rule_parse("XXX3EDT4,0/0,J365/23", &r), 1);
	ck_assert_int_eq(zone_rule_next(&r, UTC(2026, 6, 1, 0, 0)), INT64_MAX);
}
END_TEST

START_TEST(hours)
{
	struct zone z = zone("Europe/Berlin");
	struct err err = ERR_INIT;
	struct hours h;
	const char *text =
	    "{\"weekly\":{\"mon\":[\"09:00-12:00\",\"12:00-17:00\"],\"fri\":[\"22:00-06:00\"]},"
	    "\"zone\":\"Europe/Berlin\",\"except\":[\"2026-11-30\"]}";
	json_t *doc = js_parse(text, strlen(text), &js_limits_doc, &err);

	ck_assert_int_eq(hours_from_json(doc, "", 1, &h, &err), 0);
	int64_t mon = UTC(2026, 11, 23, 8, 0) * 1000; /* 09:00 in Berlin */
	ck_assert_int_eq(hours_open(&h, &z, mon - 1), 0);
	ck_assert_int_eq(hours_open(&h, &z, mon), 1);
	ck_assert_int_eq(hours_next_change(&h, &z, mon), mon + 8 * 3600000);
	ck_assert_int_eq(hours_next_open(&h, &z, mon + 8 * 3600000),
			 UTC(2026, 11, 27, 21, 0) * 1000);
	ck_assert_int_eq(hours_open(&h, &z, UTC(2026, 11, 28, 4, 59) * 1000), 1);
	/* the next Monday is none */
	ck_assert_int_eq(hours_next_open(&h, &z, UTC(2026, 11, 28, 6, 0) * 1000),
			 UTC(2026, 12, 4, 21, 0) * 1000);
	hours_release(&h);
	json_decref(doc);
	zone_release(&z);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("spool_tzif");
	TCase *t = tcase_create("zones");

	tcase_set_timeout(t, 60);
	tcase_add_test(t, gaps_and_overlaps);
	tcase_add_test(t, documents_are_small);
	tcase_add_loop_test(t, no_such_zone, 0, 8);
	tcase_add_test(t, hostile_bytes);
	tcase_add_test(t, rules);
	tcase_add_test(t, hours);
	suite_add_tcase(s, t);
	return kit_run(s);
}
