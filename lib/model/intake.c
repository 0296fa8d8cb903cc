#include "model/intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/safe.h"
#include "json/js.h"
#include "model/config_p.h"
#include "model/contract.h"
#include "model/dialect/dialect_p.h"
#include "model/traits.h"

enum { LANE_TEXT_MAX = 160, TITLE_CHARS = 200 };

static const char default_lane[] = "general";

struct job {
	const struct config *config;
	const struct fields *f;
	const json_t *body;
	struct spec *spec;
};

/* "25.00", "0.125"; at least ${decimals} digits behind the point. */
static void usd_text(int64_t micro, int decimals, char *out, size_t n)
{
	size_t len = (size_t)snprintf(out, n, "%lld.%06lld", (long long)(micro / 1000000),
	                              (long long)(micro % 1000000));
	size_t least = len - 6 + (size_t)decimals;

	while (len > least && out[len - 1] == '0')
		len--;
	if (out[len - 1] == '.')
		len--;
	out[len] = '\0';
}

/* "domain.type", or NULL when this dialect has no such lanes or the text is too long. */
static const char *lane_in_domain(const struct fields *f, const char *domain, const char *lane,
                                  char out[LANE_TEXT_MAX])
{
	if (!f->lane_in_domain || !domain || !lane)
		return NULL;
	return snprintf(out, LANE_TEXT_MAX, "%s.%s", domain, lane) < LANE_TEXT_MAX ? out : NULL;
}

/* What an escalation needs of a lane when its chain names none. */
static const struct lane no_lane = {.name = "", .max_attempts = 3, .offers_at_once = 1,
                                    .auto_trust = -1};

const struct lane *intake_lane(const struct config *config, const struct spec *spec)
{
	const struct lane *lane = config_lane(config, spec->lane);

	return lane || !spec->chain ? lane : &no_lane;
}

/* What happened, for lists: the first line of the reason. */
static char *title_of_reason(const char *reason)
{
	size_t n = strcspn(reason, "\n"), at = 0;
	unsigned cp;
	int len;

	for (int i = 0; i < TITLE_CHARS && at < n; i++) {
		len = utf8_next(reason + at, n - at, &cp);
		at += len > 0 ? (size_t)len : 1;
	}
	return mem_strndup(reason, at < n ? at : n);
}

/* A trigger names a chain; 0 when there is none of that name, for it may be a lane's. */
static int find_chain(const struct job *j, const struct lane **found)
{
	struct spec *spec = j->spec;
	const struct chain *chain;

	if (spec->dialect != &dialect_chain || !spec->lane)
		return 0;
	chain = config_chain(j->config, spec->lane);
	if (!chain || (chain->lane && !config_lane(j->config, chain->lane)))
		return 0;
	spec->chain = mem_strdup(chain->name);
	*found = chain->lane ? config_lane(j->config, chain->lane) : &no_lane;
	if (chain->lane) {
		free(spec->lane);
		spec->lane = mem_strdup(chain->lane);
	} else if (!spec->sla_ms) {
		spec->sla_ms = chain_total_ms(chain);
	}
	if (!spec->title)
		spec->title = title_of_reason(fields_text(j->body, j->f->text));
	return 1;
}

static int find_lane(const struct job *j, const struct lane **found, struct err *err)
{
	struct spec *spec = j->spec;
	char joined[LANE_TEXT_MAX];
	const char *wide, *where;

	if (find_chain(j, found))
		return 0;
	if (!spec->lane)
		spec->lane = mem_strdup(default_lane);
	wide = lane_in_domain(j->f, spec->domain, spec->lane, joined);
	*found = wide ? config_lane(j->config, wide) : NULL;
	if (!*found)
		*found = config_lane(j->config, spec->lane);
	if (*found) {
		free(spec->lane);
		spec->lane = mem_strdup((*found)->name);
		spec->chain = (*found)->chain ? mem_strdup((*found)->chain) : NULL;
		return 0;
	}
	fields_at(j->body, j->f->lane, &where);
	return config_no_such(j->config, CFG_LANE, FAIL_INVALID, where, wide ? wide : spec->lane,
	                      wide ? spec->lane : NULL, err);
}

static int not_of_lane(const struct lane *lane, const char *where, const char *pool,
                       struct err *err)
{
	struct buf names = BUF_INIT;

	for (size_t i = 0; i < lane->pools.n; i++)
		buf_addf(&names, "%s%s", i ? ", " : "", lane->pools.s[i]);
	err_field(err, FAIL_INVALID, where, "the pool %s does not serve the lane %s; these do: %s",
	          pool, lane->name, buf_str(&names));
	buf_release(&names);
	return -1;
}

static int set_pool(struct spec *spec, const char *name)
{
	free(spec->pool);
	spec->pool = name ? mem_strdup(name) : NULL;
	return 0;
}

/* No pool has this name: a kind of pool may be meant.  Of the lane's only one of that kind it is
 * the name; else hybrid asks for nothing, internal for our own people. */
static int find_kind(const struct job *j, const struct lane *lane, const char *where,
                     struct err *err)
{
	struct spec *spec = j->spec;
	const char *only = NULL;
	int kind = pool_kind_by_name(spec->pool), n = 0;

	if (kind < 0)
		return config_no_such(j->config, CFG_POOL, FAIL_INVALID, where, spec->pool, NULL,
		                      err);
	for (size_t i = 0; i < lane->pools.n; i++) {
		const struct pool *pool = config_pool(j->config, lane->pools.s[i]);
		if (!pool || pool->kind != (enum pool_kind)kind)
			continue;
		only = pool->name;
		n++;
	}
	if (n == 1)
		return set_pool(spec, only);
	if (kind == POOL_EXTERNAL)
		return err_field(err, FAIL_INVALID, where, "%s of the lane %s is external: name one",
		                 n ? "more than one pool" : "no pool", lane->name);
	if (kind == POOL_INTERNAL && spec->confidentiality < CONF_INTERNAL_ONLY)
		spec->confidentiality = CONF_INTERNAL_ONLY;
	return set_pool(spec, NULL);
}

static int find_pool(const struct job *j, const struct lane *lane, struct err *err)
{
	struct spec *spec = j->spec;
	const struct pool *pool;
	const char *where;

	if (!spec->pool)
		return 0;
	fields_at(j->body, j->f->pool, &where);
	pool = config_pool(j->config, spec->pool);
	if (!pool)
		return find_kind(j, lane, where, err);
	if (!strings_has(&lane->pools, pool->name))
		return not_of_lane(lane, where, pool->name, err);
	return set_pool(spec, pool->name);
}

/* ${schema} becomes the task's contract; ${field}: where it stands. */
static int make_contract(const struct job *j, const struct lane *lane, const json_t *schema,
                         const char *field, struct err *err)
{
	struct spec *spec = j->spec;
	struct err inner = ERR_INIT;
	struct contract made;

	if (contract_make(j->config, schema, lane->assert_formats, &made, &inner) != 0)
		return config_schema_error(field, &inner, err);
	json_decref(spec->schema);
	spec->schema = made.doc;
	spec->schema_sha = made.sha;
	spec->schema_refs = made.names;
	return 0;
}

static int named_schema(const struct job *j, const struct lane *lane, struct err *err)
{
	struct spec *spec = j->spec;
	int of_lane = spec->schema_name == NULL;
	const struct schema_entry *s;
	const char *where;

	if (of_lane)
		spec->schema_name = mem_strdup(lane->schema_name);
	s = config_schema(j->config, spec->schema_name);
	if (s && (s->refers || lane->assert_formats))
		return make_contract(j, lane, s->doc, "", err) != 0
		           ? err_wrap(err, "schemas/%s.json", s->name)
		           : 0;
	if (s) {
		spec->schema = json_incref((json_t *)s->doc);
		spec->schema_sha = s->sha;
		return 0;
	}
	fields_at(j->body, j->f->schema, &where);
	config_no_such(j->config, CFG_SCHEMA, of_lane ? FAIL_CONFIG : FAIL_INVALID,
	               of_lane ? "/schema" : where, spec->schema_name, NULL, err);
	return of_lane ? err_wrap(err, "lanes/%s.json", lane->name) : -1;
}

/* The task's own schema, by name or inline, before the lane's. */
static int find_schema(const struct job *j, const struct lane *lane, struct err *err)
{
	struct spec *spec = j->spec;
	const char *where;

	if (spec->schema_name || (!spec->schema && lane->schema_name))
		return named_schema(j, lane, err);
	if (spec->schema) {
		fields_at(j->body, j->f->schema, &where);
		return make_contract(j, lane, spec->schema, where, err);
	}
	if (!lane->schema_inline)
		return 0;
	if (lane->schema_refers || lane->assert_formats)
		return make_contract(j, lane, lane->schema_inline, "/schema", err) != 0
		           ? err_wrap(err, "lanes/%s.json", lane->name)
		           : 0;
	spec->schema = json_incref(lane->schema_inline);
	js_hash(spec->schema, &spec->schema_sha);
	return 0;
}

static int check_budget(const struct job *j, const struct lane *lane, struct err *err)
{
	const char *where;
	char asked[40], price[40];

	if (j->spec->budget_usd_micro < 0 || j->spec->budget_usd_micro >= lane->price_usd_micro)
		return 0;
	fields_at(j->body, j->f->budget[0] ? j->f->budget : j->f->payout, &where);
	usd_text(j->spec->budget_usd_micro, 0, asked, sizeof(asked));
	usd_text(lane->price_usd_micro, 2, price, sizeof(price));
	return err_field(err, FAIL_INVALID, where, "%s is under the lane's price of %s USD", asked,
	                 price);
}

/* What the lane, and the lane for this risk, ask for beside the task's own. */
static void add_need(struct spec *spec, const struct lane *lane)
{
	struct requirements own = spec->need, *need = &spec->need;

	requirements_union(&own, &lane->need, need);
	requirements_release(&own);
	if (spec->risk < 0)
		return;
	if (need->trust_level < lane->risk[spec->risk].trust_level)
		need->trust_level = lane->risk[spec->risk].trust_level;
	if (need->min_rating_milli < lane->risk[spec->risk].min_rating_milli)
		need->min_rating_milli = lane->risk[spec->risk].min_rating_milli;
}

/* A task's own names are only for those; the lane's are for all of its tasks. */
static int check_workers(const struct job *j, const struct lane *lane, struct err *err)
{
	const struct strings *own = &j->spec->need.workers;
	const char *where;

	for (size_t i = 0; i < own->n; i++) {
		if (lane->need.workers.n && !strings_has(&lane->need.workers, own->s[i])) {
			fields_at(j->body, j->f->workers, &where);
			return err_field(err, FAIL_INVALID, where, "%s is none of the lane's workers",
			                 own->s[i]);
		}
	}
	return 0;
}

static int apply_config(const struct job *j, struct err *err)
{
	const struct lane *lane;
	struct spec *spec = j->spec;

	if (find_lane(j, &lane, err) != 0 || find_pool(j, lane, err) != 0 ||
	    find_schema(j, lane, err) != 0 || check_budget(j, lane, err) != 0 ||
	    check_workers(j, lane, err) != 0)
		return -1;
	add_need(spec, lane);
	if (spec->sla_ms == 0)
		spec->sla_ms = lane->sla_ms;
	if (!spec->title)
		spec->title = mem_strdup(lane->title ? lane->title : lane->name);
	return 0;
}

int intake(const struct config *config, const json_t *body, const char *dialect_name,
           struct spec *spec, struct err *err)
{
	const struct dialect *d;
	struct job j = {.config = config, .body = body, .spec = spec};

	memset(spec, 0, sizeof(*spec));
	if (!json_is_object(body))
		return err_set(err, FAIL_INVALID, "a task is one JSON object");
	d = dialect_name ? dialect_by_name(dialect_name) : dialect_recognise(body);
	if (!d)
		return err_set(err, FAIL_INVALID, "no such dialect; there are er, expertrouter, "
		                                  "humanrail, biolayer, chain");
	spec->dialect = d;
	spec->retry_max = spec->risk = -1;
	j.f = fields_of(d);
	if (d->read(body, spec, err) == 0 && apply_config(&j, err) == 0)
		return 0;
	spec_release(spec);
	return -1;
}

void intake_names(const json_t *body, struct intake_names *out, char *scratch, size_t n)
{
	const struct fields *f = fields_of(dialect_recognise(body));
	const char *lane = fields_text(body, f->lane), *wide;
	char joined[LANE_TEXT_MAX];

	memset(out, 0, sizeof(*out));
	wide = lane_in_domain(f, fields_text(body, f->domain), lane, joined);
	if (wide && strlen(wide) < n)
		out->lane[0] = memcpy(scratch, wide, strlen(wide) + 1);
	out->lane[out->lane[0] ? 1 : 0] = lane ? lane : default_lane;
	out->pool = fields_text(body, f->pool);
	out->schema = fields_text(body, f->schema);
	out->chain = f == &fields_chain ? lane : NULL;
	out->own_schema = fields_at(body, f->schema, NULL);
}
