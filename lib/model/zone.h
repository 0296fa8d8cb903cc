/*
 * model/zone.h -- a time zone as data: UTC to local time and back.  Pure.
 *
 * Purpose    The engine may read neither the clock nor /usr/share/zoneinfo.  Whoever loads the
 *            configuration resolves a zone's name once (spool/tzif.h); what came of it is
 *            journalled, so that a replay on another machine, with another tzdata, agrees.
 * Format     The document of a zone, as journalled (config.set, kind "zone"):
 *              {"offset":3600,                       before the first change
 *               "changes":[[-14400,7200],...],       [seconds since the epoch, offset from then on]
 *               "rule":"CET-1CEST,M3.5.0,M10.5.0/3"} after the last change; absent: it stays so
 *            The rule is the footer of a TZif file (RFC 8536 3.3): a POSIX TZ string with the
 *            extension of hours from -167 to 167.  No change is stored that the rule gives too.
 * Local to UTC
 *            As RFC 5545 (3.3.5) has it.  A local time that does not exist (the clock is put
 *            forward over it) is read with the offset before the gap, so it comes as much later as
 *            the gap is long: 02:30 is 03:30.  A local time that exists twice is the first one.
 *            This holds for every gap, half an hour in Lord Howe or a day in Apia.
 * Units      Seconds; local seconds are the wall clock read as if it were UTC.
 * Limits     4096 changes; offsets within 26 hours; name of at most 64 bytes.
 * Ownership  struct zone owns its table; zone_release.
 */
#ifndef MODEL_ZONE_H
#define MODEL_ZONE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct err;

enum { ZONE_CHANGES_MAX = 4096, ZONE_NAME_MAX = 64, ZONE_OFFSET_MAX = 26 * 3600 };

/* A day of the year and the second of it, in a POSIX rule. */
struct zone_when {
	char kind;              /* 'M' month.week.day, 'J' 1..365 without leap day, 'N' 0..365 */
	int month, week, day;
	int seconds;            /* -167 h .. 167 h */
};

struct zone_rule {
	int32_t std, dst;       /* seconds east */
	int has_dst;
	struct zone_when start, end;
};

struct zone {
	int64_t *at;            /* owned; instants of change, ascending */
	int32_t *offset;        /* owned; from then on */
	size_t n;
	int32_t first;          /* before at[0] */
	int has_rule;
	struct zone_rule rule;
};

int zone_name_valid(const char *name); /* "Europe/Berlin", "UTC", "Etc/GMT+5" */

/* FAIL_INVALID naming the member.  On error ${out} is empty. */
int zone_from_json(const json_t *doc, struct zone *out, struct err *err);
void zone_release(struct zone *z);
/* A document from all changes of a TZif file: leaves out what is no change, what was before
 * 1970, and what the rule (or NULL) gives too.  NULL with *err when the rule is none. */
json_t *zone_to_json(const int64_t *at, const int32_t *offset, size_t n, int32_t first,
                     const char *rule, struct err *err);

int32_t zone_offset(const struct zone *z, int64_t utc);
int64_t zone_next(const struct zone *z, int64_t utc); /* the first change after, or INT64_MAX */
int64_t zone_local(const struct zone *z, int64_t utc);
int64_t zone_utc(const struct zone *z, int64_t local);

/* zone_rule.c */
int zone_rule_parse(const char *text, struct zone_rule *out); /* 1, or 0: not a rule */
int32_t zone_rule_offset(const struct zone_rule *r, int64_t utc);
int64_t zone_rule_next(const struct zone_rule *r, int64_t utc);

#endif
