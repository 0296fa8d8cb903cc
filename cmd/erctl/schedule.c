#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "etcnoun.h"
#include "etcverbs.h"
#include "json/js.h"
#include "model/ical.h"
#include "model/schedule.h"
#include "model/zone.h"
#include "table.h"
#include "verbs.h"
#include "week.h"

enum { SHIFTS_MAX = 20000, ICAL_DAYS = 90, DAY_MS = 86400000 };

static int at_given(const struct run *r, int64_t *at, struct err *err)
{
	const char *text = args_str(r, "at", NULL);

	*at = now_wall_ms();
	return text ? time_parse(text, at, err) : 0;
}

static const struct schedule *get(const struct config *c, const char *name, const struct zone **z,
				  struct err *err)
{
	const struct schedule *s =
	    etc_doc(c, CFG_SCHEDULE, name, err) ? config_schedule(c, name) : NULL;

	*z = s ? config_zone(c, s->zone) : NULL;
	return s;
}

/* ---- list ---- */

struct listing {
	struct run *r;
	const struct config *c;
	struct table table;
	int64_t at;
};

static json_t *now_json(const struct schedule *s, const struct zone *z, int64_t at)
{
	int64_t next = schedule_next(s, z, at);
	json_t *doc = json_object();

	js_set_str(doc, "schedule", s->name);
	js_set_time(doc, "at", at);
	js_set_str(doc, "worker", schedule_at(s, z, at));
	if (next != INT64_MAX)
		js_set_time(doc, "until", next);
	js_set_str(doc, "zone", s->zone);
	return doc;
}

static void cell(struct table *t, const char *text)
{
	table_add(t, text ? text : "-", strlen(text ? text : "-"));
}

static int list_one(void *ctx, const char *name, const json_t *doc)
{
	struct listing *l = ctx;
	const struct schedule *s = config_schedule(l->c, name);
	const struct zone *z = config_zone(l->c, s->zone);
	int64_t next = schedule_next(s, z, l->at);
	char when[TIME_TEXT_MAX + 16] = "-";

	(void)doc;
	if (l->r->out.format != FMT_TEXT) {
		json_t *one = now_json(s, z, l->at);
		out_item(&l->r->out, one);
		json_decref(one);
		return 0;
	}
	cell(&l->table, name);
	cell(&l->table, schedule_at(s, z, l->at));
	if (next != INT64_MAX)
		out_when(&l->r->out, next, l->at, when);
	cell(&l->table, when);
	cell(&l->table, s->zone);
	cell(&l->table, s->title);
	return 0;
}

static int list(struct run *r, struct err *err)
{
	static const char *const head[] = {"SCHEDULE", "ON CALL", "UNTIL", "ZONE", "TITLE"};
	struct config *c = etc_load(r, err);
	struct listing l = {.r = r, .c = c};
	int rc = c ? at_given(r, &l.at, err) : -1;

	table_init(&l.table, head, NITEMS(head), -1);
	if (rc == 0) {
		out_items_begin(&r->out);
		config_each(c, CFG_SCHEDULE, list_one, &l);
		out_items_end(&r->out);
	}
	if (rc == 0 && r->out.format == FMT_TEXT)
		table_print(&l.table, &r->out);
	table_release(&l.table);
	if (c)
		config_free(c);
	return rc;
}

/* ---- show and now ---- */

static void show_ical(struct run *r, const struct schedule *s, const struct zone *z, int64_t at)
{
	struct shift *shifts = mem_alloc(SHIFTS_MAX * sizeof *shifts);
	int64_t days = args_num(r, "days", ICAL_DAYS);
	size_t n = schedule_shifts(s, z, at, at + days * DAY_MS, shifts, SHIFTS_MAX);
	struct buf text = BUF_INIT;
	char host[64];

	snprintf(host, sizeof host, "%010llx.er.invalid", (unsigned long long)r->spool.tag);
	ical_write(&text, s, shifts, n, host, at);
	out_bytes(&r->out, buf_str(&text), text.len);
	buf_release(&text);
	free(shifts);
}

static json_t *shifts_json(const struct schedule *s, const struct zone *z, int64_t at, int64_t days)
{
	struct shift *shifts = mem_alloc(SHIFTS_MAX * sizeof *shifts);
	size_t n = schedule_shifts(s, z, at, at + days * DAY_MS, shifts, SHIFTS_MAX);
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *one = json_object();
		js_set_time(one, "from", shifts[i].from_ms);
		js_set_time(one, "to", shifts[i].to_ms);
		js_set_str(one, "worker", shifts[i].worker);
		if (shifts[i].layer == SCHEDULE_OVERRIDE)
			js_set_new(one, "override", json_true());
		json_array_append_new(list, one);
	}
	free(shifts);
	return list;
}

static int show(struct run *r, struct err *err)
{
	struct config *c = etc_load(r, err);
	const struct zone *z;
	int64_t at;
	const struct schedule *s = c ? get(c, r->argv[0], &z, err) : NULL;
	int rc = s ? at_given(r, &at, err) : -1;

	if (rc == 0 && args_has(r, "ical")) {
		show_ical(r, s, z, at);
	} else if (rc == 0 && args_has(r, "calendar") && r->out.format == FMT_TEXT) {
		week_print(&r->out, s, z, at);
	} else if (rc == 0 && (args_has(r, "calendar") || args_has(r, "days"))) {
		json_t *shifts = shifts_json(s, z, at, args_num(r, "days", 7));
		out_doc(&r->out, shifts);
		json_decref(shifts);
	} else if (rc == 0) {
		out_doc(&r->out, s->doc);
	}
	if (c)
		config_free(c);
	return rc;
}

static int now(struct run *r, struct err *err)
{
	struct config *c = etc_load(r, err);
	const struct zone *z;
	int64_t at;
	const struct schedule *s = c ? get(c, r->argv[0], &z, err) : NULL;
	int rc = s ? at_given(r, &at, err) : -1;

	if (rc == 0 && r->out.format != FMT_TEXT) {
		json_t *doc = now_json(s, z, at);
		out_doc(&r->out, doc);
		json_decref(doc);
	} else if (rc == 0 && schedule_at(s, z, at)) {
		out_line(&r->out, "%s", schedule_at(s, z, at));
	}
	if (rc == 0 && !schedule_at(s, z, at)) {
		out_note(&r->out, "%s: nobody is on call", s->name);
		rc = fail_exit(FAIL_NEGATIVE);
	}
	if (c)
		config_free(c);
	return rc;
}

/* ---- change ---- */

static int set(struct run *r, struct err *err)
{
	json_t *doc = etc_input(r, 1, err);
	int rc = doc ? etc_set(r, CFG_SCHEDULE, r->argv[0], doc, 0, err) : -1;

	json_decref(doc);
	if (rc >= 0) {
		out_line(&r->out, "%s", r->argv[0]);
		rc = 0;
	}
	return rc;
}

static int rm(struct run *r, struct err *err)
{
	return etc_rm(r, CFG_SCHEDULE, r->argv[0], err);
}

static int check(struct run *r, struct err *err)
{
	return etc_check(r, CFG_SCHEDULE, err);
}

static const struct opt list_opts[] = {
	{0, "at", OPT_STRING, "TIME", "as it is then, RFC 3339, instead of now"},
	OPT_END};

static const struct opt show_opts[] = {
	{0, "at", OPT_STRING, "TIME", "as it is then, RFC 3339, instead of now"},
	{0, "calendar", OPT_FLAG, NULL, "the week as a table, in the schedule's zone"},
	{0, "ical", OPT_FLAG, NULL, "an iCalendar file of the shifts from now on"},
	{0, "days", OPT_INT, "N", "how many days of shifts (--ical: 90, --json: 7)"},
	OPT_END};

static const struct cmd verb_list = {
	ETC_LIST("schedule"),
	.summary = "every schedule, and who is on call",
	.about = "A row for each: who is on call, and until when.",
	.opts = list_opts,
	.examples = "erctl schedule list --at 2026-12-24T18:00:00Z",
	.run = list,
};

static const struct cmd verb_show = {
	ETC_ONE("schedule", "show", "NAME", ARG_SCHEDULE),
	.summary = "the document, a week or a calendar file",
	.about = "Prints the document. --calendar prints the week in the zone of the schedule: "
	         "today has a >, an override a *, and a shift that began the day before a dot. The "
	         "UIDs of --ical are the same in every export, so that a calendar which reads the "
	         "file again changes what changed.",
	.opts = show_opts,
	.exits = "0 2 3 5",
	.examples = "erctl schedule show support --calendar\n"
	            "erctl schedule show support --ical > support.ics",
	.run = show,
};

static const struct cmd verb_now = {
	ETC_ONE("schedule", "now", "NAME", ARG_SCHEDULE),
	.summary = "who is on call",
	.about = "Prints one name. Exit 7 when nobody is on call.",
	.opts = list_opts,
	.exits = "0 2 3 5 7",
	.examples = "erctl schedule now support",
	.run = now,
};

static const struct cmd verb_set = {
	ETC_SET("schedule", "set", "NAME", ARG_SCHEDULE),
	.summary = ETCNOUN_SET_SUMMARY,
	.about = ETCNOUN_SET_ABOUT,
	.opts = etcnoun_change_opts,
	.exits = "0 2 3 5 75",
	.examples = "erctl schedule set support support.json",
	.run = set,
};

static const struct cmd verb_rm = {
	ETC_ONE("schedule", "rm", "NAME", ARG_SCHEDULE),
	.summary = ETCNOUN_RM_SUMMARY,
	.about = "A schedule that a chain names stays: exit 5.",
	.opts = etcnoun_change_opts,
	.exits = "0 2 3 5 75",
	.examples = "erctl schedule rm support",
	.run = rm,
};

static const struct cmd verb_check = {ETC_CHECK("schedule", "NAME", ARG_SCHEDULE), .run = check};

static const struct cmd *const verbs[] = {
	&verb_check, &verb_list, &verb_now, &verb_rm, &verb_set, &verb_show, NULL};

const struct cmd cmd_schedule = {
	.name = "schedule",
	.args = "VERB",
	.summary = "who is on call: rotations in time zones",
	.about = "A schedule is a document in etc/schedules/ (er-config(5)); a level of a chain "
	         "may name it and then asks whoever is on call at that moment. Hand-offs are at "
	         "wall clock times of its zone, the whole year.",
	.group = GROUP_SPOOL,
	.max_args = -1,
	.exits = "0 2 3 5 7",
	.examples = "erctl schedule now support\n"
	            "erctl schedule show support --calendar\n"
	            "erctl schedule set support support.json",
	.verbs = verbs,
};
