#include <stdio.h>

#include "base/mem.h"
#include "json/js.h"
#include "json/schema/bundle.h"
#include "model/config_fields.h"
#include "model/config_p.h"

const char *const risk_names[RISK_COUNT + 1] = {"low", "medium", "high", "critical", NULL};

static const char *const mode_words[] = {"one", "fanOut", "claim", NULL};
static const char *const breach_words[] = {"reroute", "escalate", "expire", NULL};

static const struct field lane_fields[] = {
	{"/title", F_TEXT, AT(lane, title), 0, TITLE_MAX, 0, NULL},
	{"/description", F_NONE, 0, 0, 0, 0, NULL},
	{"/pools", F_STRINGS, AT(lane, pools), 0, 100, 0, NULL},
	{"/chain", F_TEXT, AT(lane, chain), 0, 64, 0, NULL},
	{"/blind", F_BOOL, AT(lane, blind), 0, 0, 0, NULL},
	{"/schema", F_NONE, 0, 0, 0, 0, NULL},
	{"/slaSeconds", F_SECONDS, AT(lane, sla_ms), 30, 30 * DAY_S, 3600, NULL},
	{"/expireSeconds", F_SECONDS, AT(lane, expire_ms), 30, 120 * DAY_S, 0, NULL},
	{"/offerSeconds", F_SECONDS, AT(lane, offer_ms), 5, 7 * DAY_S, 300, NULL},
	{"/maxAttempts", F_INT, AT(lane, max_attempts), 1, 20, 3, NULL},
	{"/priceUsd", F_USD, AT(lane, price_usd_micro), 0, USD_MAX, 0, NULL},
	{"/evidenceMaxBytes", F_INT, AT(lane, evidence_max), 1, 256 << 20, 10 << 20, NULL},
	{"/assertFormat", F_BOOL, AT(lane, assert_formats), 0, 0, 0, NULL},
	{"/paused", F_BOOL, AT(lane, paused), 0, 0, 0, NULL},
	{"/pausedUntil", F_NONE, 0, 0, 0, 0, NULL},
	{"/pausedBy", F_NONE, 0, 0, 0, 0, NULL},
	{"/pausedReason", F_NONE, 0, 0, 0, 0, NULL},
	{"/requirements", F_NONE, 0, 0, 0, 0, NULL},
	{"/risk", F_NONE, 0, 0, 0, 0, NULL},
	{"/offers", F_NONE, 0, 0, 0, 0, NULL},
	{"/sla", F_NONE, 0, 0, 0, 0, NULL},
	{"/scoring", F_NONE, 0, 0, 0, 0, NULL},
	{"/verify", F_NONE, 0, 0, 0, 0, NULL},
};

static const struct field need_fields[] = {
	{"/requirements/skills", F_SKILLS, AT(lane, need.skills), 0, 64, 0, NULL},
	{"/requirements/certifications", F_STRINGS, AT(lane, need.certifications), 0, 64, 0, NULL},
	{"/requirements/workers", F_STRINGS, AT(lane, need.workers), 0, 64, 0, NULL},
	{"/requirements/trustLevel", F_INT, AT(lane, need.trust_level), 0, 10, 0, NULL},
	{"/requirements/minRating", F_MILLI, AT(lane, need.min_rating_milli), 0, 5000, 0, NULL},
};

static const struct field offer_fields[] = {
	{"/offers/mode", F_WORD, AT(lane, offer_mode), 0, 0, OFFER_ONE, mode_words},
	{"/offers/atOnce", F_INT, AT(lane, offers_at_once), 2, 12, 3, NULL},
	{"/offers/autoAssignTrust", F_INT, AT(lane, auto_trust), 0, 10, -1, NULL},
	{"/offers/releaseFreeSeconds", F_SECONDS, AT(lane, release_free_ms), 0, 30 * DAY_S, 300, NULL},
};

static const struct field sla_fields[] = {
	{"/sla/backup", F_BOOL, AT(lane, backup), 0, 0, 1, NULL},
	{"/sla/predictive", F_BOOL, AT(lane, predictive), 0, 0, 1, NULL},
	{"/sla/onBreach", F_WORD, AT(lane, on_breach), 0, 0, BREACH_REROUTE, breach_words},
	{"/sla/escalateTo", F_TEXT, AT(lane, escalate_to), 0, 64, 0, NULL},
	{"/sla/remindSeconds", F_SECONDS, AT(lane, remind_ms), 0, 30 * DAY_S, 0, NULL},
};

static const struct field scoring_fields[] = {
	{"/scoring/successWeight", F_MILLI, AT(lane, weights.success), 0, 1000000, 1000, NULL},
	{"/scoring/costWeight", F_MILLI, AT(lane, weights.cost), 0, 1000000, 400, NULL},
	{"/scoring/loadWeight", F_MILLI, AT(lane, weights.load), 0, 1000000, 1000, NULL},
	{"/scoring/explore", F_MILLI, AT(lane, explore_milli), 0, 500, 30, NULL},
	{"/scoring/halfLifeDays", F_DAYS, AT(lane, half_life_ms), 1, 3650, 30, NULL},
};

static int read_lane_schema(struct entry *e, struct err *err)
{
	const json_t *v = json_object_get(e->doc, "schema");
	struct lane *l = &e->u.lane;

	if (!v || json_is_null(v))
		return 0;
	if (json_is_string(v)) {
		l->schema_name = json_string_value(v);
		return 0;
	}
	if (!json_is_object(v))
		return err_field(err, FAIL_INVALID, "/schema", "must be a name or a schema");
	l->schema_inline = config_expand(v, "/schema", err);
	l->schema_refers = l->schema_inline && schema_refers(l->schema_inline);
	return l->schema_inline ? 0 : -1;
}

/* The floors of each risk tier: /risk/high/trustLevel … */
static int read_risk(struct lane *l, struct err *err)
{
	json_t *risk = NULL;

	if (js_get_obj(l->doc, "/risk", &risk, err) != 0 ||
	    (risk && js_only_keys(risk, "/risk", risk_names, err) != 0))
		return -1;
	for (int i = 0; i < RISK_COUNT; i++) {
		char parent[32], trust[48], rating[48], overlap[48], qa[48];
		size_t at = AT(lane, risk) + (size_t)i * sizeof(l->risk[0]);
		snprintf(parent, sizeof(parent), "/risk/%s", risk_names[i]);
		snprintf(trust, sizeof(trust), "%s/trustLevel", parent);
		snprintf(rating, sizeof(rating), "%s/minRating", parent);
		snprintf(overlap, sizeof(overlap), "%s/minOverlap", parent);
		snprintf(qa, sizeof(qa), "%s/qaRate", parent);
		const struct field fields[] = {
			{trust, F_INT, at, 0, 10, 0, NULL},
			{rating, F_MILLI, at + sizeof(int), 0, 5000, 0, NULL},
			{overlap, F_INT, at + 2 * sizeof(int), 1, OVERLAP_MAX, 0, NULL},
			{qa, F_MILLI, at + 3 * sizeof(int), 0, 1000, -1, NULL}};
		if (config_read_fields(l->doc, parent, fields, NITEMS(fields), l, err) != 0)
			return -1;
	}
	return 0;
}

static int check_policy(struct lane *l, struct err *err)
{
	if (!l->pools.n && !l->chain)
		return err_field(err, FAIL_INVALID, "/pools", "needs at least one name");
	if (l->offer_mode == OFFER_ONE)
		l->offers_at_once = 1;
	if (l->on_breach == BREACH_ESCALATE && !l->escalate_to && !l->chain)
		return err_field(err, FAIL_INVALID, "/sla/escalateTo",
		                 "required beside onBreach escalate: the pool that takes over");
	return 0;
}

static const struct {
	const char *parent;
	const struct field *fields;
	size_t n;
} parts[] = {{"", lane_fields, NITEMS(lane_fields)},
             {"/requirements", need_fields, NITEMS(need_fields)},
             {"/offers", offer_fields, NITEMS(offer_fields)},
             {"/sla", sla_fields, NITEMS(sla_fields)},
             {"/scoring", scoring_fields, NITEMS(scoring_fields)}};

void config_lane_defaults(const json_t *doc, json_t *out)
{
	for (size_t i = 0; i < NITEMS(parts); i++)
		config_add_defaults(doc, parts[i].parent, parts[i].fields, parts[i].n, out);
	verify_defaults(doc, out);
}

int config_read_lane(struct entry *e, struct err *err)
{
	struct lane *l = &e->u.lane;

	l->name = e->name;
	l->doc = e->doc;
	for (size_t i = 0; i < NITEMS(parts); i++)
		if (config_read_fields(e->doc, parts[i].parent, parts[i].fields, parts[i].n, l, err) != 0)
			return -1;
	if (config_read_pause(l->doc, &l->pause_ends_ms, err) != 0 || read_risk(l, err) != 0 ||
	    verify_read(l->doc, &l->verify, err) != 0 || check_policy(l, err) != 0)
		return -1;
	return read_lane_schema(e, err);
}
