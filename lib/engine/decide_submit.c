#include <string.h>

#include "base/err.h"
#include "base/ids.h"
#include "base/timefmt.h"
#include "engine/decide_p.h"
#include "engine/route.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/created.h"
#include "model/dialect.h"
#include "model/gold.h"
#include "model/intake.h"
#include "model/message.h"
#include "model/strings.h"

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

void draft_new_task(struct world *w, int64_t now_ms, const struct new_task *n, struct decision *out)
{
	const struct spec *spec = n->spec;
	struct drafts d;
	struct created c = {.spec = spec,
	                    .lane = intake_lane(w->config, spec),
	                    .from = n->from,
	                    .key = n->key,
	                    .content = n->content,
	                    .body = n->body,
	                    .at_ms = n->not_before_ms ? n->not_before_ms : now_ms,
	                    .typical_ms = spec->chain ? 0 : route_estimate(w, spec, now_ms),
	                    .deliver = !n->gold && !n->reviews && deliver(w, spec),
	                    .chain = spec->chain ? config_chain(w->config, spec->chain) : NULL,
	                    .reviews = n->reviews,
	                    .gold = n->gold,
	                    .not_before_ms = n->not_before_ms};

	drafts_init(&d, out, &n->id, NULL, n->from);
	draft_task(&d, EV_CREATED, created_data(&c));
	if (!n->not_before_ms)
		draft_task(&d, EV_QUEUED, NULL);
	if (c.chain)
		draft_task(&d, EV_ESC_TRIGGERED, chain_triggered(c.chain, now_ms));
}

int decide_submit(struct world *w, int64_t now_ms, const struct message *m, struct decision *out,
                  struct err *err)
{
	struct sha256 sha;
	struct spec spec;

	if (strcmp(m->from, GOLD_FROM) == 0)
		return err_field(err, FAIL_DENIED, "/from", "is er's own");
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
	const char *key = m->key ? m->key : spec.key;
	int rc = check_id(w, m, key, err);
	if (rc == 0)
		draft_new_task(w, now_ms,
		               &(struct new_task){.id = m->task, .spec = &spec, .from = m->from, .key = key,
		                                  .content = &sha, .body = m->body},
		               out);
	spec_release(&spec);
	return rc;
}

int draft_own_task(struct world *w, int64_t now_ms, struct new_task *n, struct decision *out,
                   struct err *err)
{
	struct sha256 sha;
	struct spec spec;

	js_hash(n->body, &sha);
	if (intake(w->config, n->body, NULL, &spec, err) != 0)
		return -1;
	n->spec = &spec;
	n->content = &sha;
	if (n->only) {
		struct strings one = {.s = (char **)&n->only, .n = 1}, all;
		strings_union(&spec.need.workers, &one, &all);
		strings_release(&spec.need.workers);
		spec.need.workers = all;
	}
	draft_new_task(w, now_ms, n, out);
	spec_release(&spec);
	return 0;
}
