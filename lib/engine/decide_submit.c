#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/ids.h"
#include "base/mem.h"
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

struct submission {
	json_t *body;          /* owned */
	struct sha256 content; /* of its canonical form */
	struct spec spec;      /* owned */
	char *kind;            /* owned; world_kind */
	int deliver;
};

static int make(const struct world *w, const json_t *body, struct submission *s, struct err *err)
{
	if (intake(w->config, body, NULL, &s->spec, err) != 0)
		return -1;
	s->kind = world_kind(&s->spec);
	s->deliver = deliver(w, &s->spec);
	return 0;
}

static void release(struct submission *s)
{
	if (s->kind)
		spec_release(&s->spec);
	free(s->kind);
	s->kind = NULL;
}

struct submission *submission_new(const struct world *w, const json_t *body, struct err *err)
{
	struct submission *s = mem_alloc(sizeof(*s));

	js_hash(body, &s->content);
	if (make(w, body, s, err) != 0) {
		free(s);
		return NULL;
	}
	s->body = json_incref((json_t *)body);
	return s;
}

void submission_free(struct submission *s)
{
	if (!s)
		return;
	release(s);
	json_decref(s->body);
	free(s);
}

static void propose(struct world *w, int64_t now_ms, const struct new_task *n,
                    const struct submission *s, const char *kind, struct decision *out)
{
	const struct spec *spec = &s->spec;
	struct drafts d;
	struct created c = {.spec = spec,
	                    .lane = intake_lane(w->config, spec),
	                    .from = n->from,
	                    .key = n->key,
	                    .content = &s->content,
	                    .body = n->body,
	                    .at_ms = n->not_before_ms ? n->not_before_ms : now_ms,
	                    .typical_ms = spec->chain ? 0 : route_estimate(w, spec, s->kind, now_ms),
	                    .deliver = s->deliver && !n->gold && !n->reviews,
	                    .chain = spec->chain ? config_chain(w->config, spec->chain) : NULL,
	                    .reviews = n->reviews,
	                    .gold = n->gold,
	                    .not_before_ms = n->not_before_ms};

	drafts_init(&d, out, &n->id, NULL, n->from);
	draft_created(&d, &c, kind);
	if (!n->not_before_ms)
		draft_task(&d, EV_QUEUED, NULL);
	if (c.chain)
		draft_task(&d, EV_ESC_TRIGGERED, chain_triggered(c.chain, now_ms));
}

int decide_submit(struct world *w, int64_t now_ms, const struct input *in, struct decision *out,
                  struct err *err)
{
	const struct submission *given = in->prepared;
	const struct message *m = in->msg;
	struct submission own = {.body = NULL};
	struct new_task n = {.id = m->task, .from = m->from, .body = m->body};
	int rc;

	if (strcmp(m->from, GOLD_FROM) == 0)
		return err_field(err, FAIL_DENIED, "/from", "is er's own");
	if (!given)
		js_hash(m->body, &own.content);
	rc = known(w, &m->task, world_content(given ? &given->content : &own.content), err);
	if (rc != 0) {
		out->replayed = rc > 0;
		return rc > 0 ? 0 : -1;
	}
	if (!given && make(w, m->body, &own, err) != 0)
		return -1;
	const struct submission *s = given ? given : &own;
	n.key = m->key ? m->key : s->spec.key;
	rc = check_id(w, m, n.key, err);
	if (rc == 0)
		propose(w, now_ms, &n, s, given ? given->kind : NULL, out);
	release(&own);
	return rc;
}

int draft_own_task(struct world *w, int64_t now_ms, const struct new_task *n, struct decision *out,
                   struct err *err)
{
	struct submission s = {.body = NULL};

	js_hash(n->body, &s.content);
	if (intake(w->config, n->body, NULL, &s.spec, err) != 0)
		return -1;
	if (n->only) {
		struct strings one = {.s = (char **)&n->only, .n = 1}, all;
		strings_union(&s.spec.need.workers, &one, &all);
		strings_release(&s.spec.need.workers);
		s.spec.need.workers = all;
	}
	s.kind = world_kind(&s.spec);
	propose(w, now_ms, n, &s, NULL, out);
	release(&s);
	return 0;
}
