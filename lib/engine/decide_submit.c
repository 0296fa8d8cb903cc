#include <string.h>

#include "base/err.h"
#include "base/ids.h"
#include "base/timefmt.h"
#include "engine/decide_p.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/dialect.h"
#include "model/intake.h"
#include "model/message.h"

/* With a key the id is not the client's to choose. */
static int check_id(const struct world *w, const struct message *m, const char *key, struct err *err)
{
	struct id want;

	if (!key)
		return 0;
	id_from_key(&want, w->organisation, key);
	if (id_cmp(&want, &m->task) != 0)
		return err_field(err, FAIL_INVALID, "/id", "is not the id that belongs to this key");
	return 0;
}

/* 1: accepted before with this content, 0: new, -1: taken by other content. */
static int known(const struct world *w, const struct id *id, uint64_t content, struct err *err)
{
	const struct task *t = world_task(w, id);
	uint64_t was;

	if (t)
		was = t->content;
	else if (world_closed(w, id, &was) == ST_NONE)
		return 0;
	if (was == content)
		return 1;
	return err_set(err, FAIL_CONFLICT,
	               "the same id or key was used before with other content");
}

/* The engine's promise to the requester: the lane's record, else 90 % of the SLA. */
static int64_t estimate_minutes(struct world *w, const struct spec *spec)
{
	const struct lane_stats *l = world_lane(w, spec->lane, 0);
	int64_t ms = l && l->typical_ms ? l->typical_ms : spec->sla_ms / 10 * 9;

	return ms / 60000 + (ms % 60000 != 0);
}

static json_t *created_data(struct world *w, int64_t now_ms, const struct message *m,
                            const struct spec *spec, const char *sha_hex)
{
	const struct lane *lane = config_lane(w->config, spec->lane);
	int64_t due = now_ms + spec->sla_ms;
	int64_t expire = now_ms + (lane->expire_ms ? lane->expire_ms : 4 * spec->sla_ms);
	json_t *data = json_object();
	char usd[32];

	if (spec->deadline_ms && spec->deadline_ms < due)
		due = spec->deadline_ms;
	js_set_str(data, "dialect", spec->dialect->name);
	js_set_str(data, "key", m->key ? m->key : spec->key);
	js_set_str(data, "from", m->from);
	js_set_str(data, "contentSha256", sha_hex);
	js_set_new(data, "spec", spec_to_json(spec));
	if (spec->schema_name)
		js_set_copy(data, "answerSchema", spec->schema);
	js_set_time(data, "dueAt", due);
	js_set_time(data, "expiresAt", expire);
	js_set_int(data, "maxAttempts", lane->max_attempts);
	snprintf(usd, sizeof(usd), "%lld.%02lld", (long long)(lane->price_usd_micro / 1000000),
	         (long long)(lane->price_usd_micro % 1000000 / 10000));
	js_set_str(data, "priceUsd", usd);
	js_set_int(data, "estimatedCompletionMinutes", estimate_minutes(w, spec));
	return data;
}

struct endpoint_search {
	const char *dialect;
	int found;
};

static int serves_dialect(void *ctx, const char *name, const json_t *doc)
{
	struct endpoint_search *s = ctx;

	(void)name;
	s->found |= strcmp(js_str_or(doc, "/dialect", ""), s->dialect) == 0;
	return s->found;
}

/* Events go out when the task names a callback or its dialect has a default one. */
static int deliver(const struct world *w, const struct spec *spec)
{
	struct endpoint_search s = {spec->dialect->name, 0};

	if (spec->webhook_url)
		return 1;
	config_each(w->config, CFG_ENDPOINT, serves_dialect, &s);
	return s.found;
}

int decide_submit(struct world *w, int64_t now_ms, const struct message *m, struct decision *out,
                  struct err *err)
{
	struct sha256 sha;
	char hex[SHA256_HEX];
	struct spec spec;
	struct drafts d;
	int rc = -1;

	js_hash(m->body, &sha);
	switch (known(w, &m->task, world_content(&sha), err)) {
	case 1:
		out->replayed = 1;
		return 0;
	case -1:
		return -1;
	}
	if (intake(w->config, m->body, NULL, &spec, err) != 0)
		return -1;
	if (check_id(w, m, m->key ? m->key : spec.key, err) != 0)
		goto out;
	json_t *data = created_data(w, now_ms, m, &spec, sha256_hex(&sha, hex));
	if (deliver(w, &spec))
		js_set_new(data, "deliver", json_true());
	js_set_copy(data, "body", m->body);
	drafts_init(&d, out, &m->task, ST_NONE, m->from);
	draft_task(&d, EV_CREATED, data);
	draft_task(&d, EV_QUEUED, NULL);
	rc = 0;
out:
	spec_release(&spec);
	return rc;
}
