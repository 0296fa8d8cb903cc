/* How a task begins: what its task.created makes of it. */
#include <string.h>

#include "base/err.h"
#include "base/timefmt.h"
#include "engine/escalation.h"
#include "engine/evolve_p.h"
#include "engine/reputation.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/created.h"
#include "model/dialect.h"

int64_t event_time(const json_t *data, const char *pointer, int64_t dflt)
{
	const char *s = js_str_or(data, pointer, NULL);
	int64_t ms = dflt;

	if (s && time_parse(s, &ms, NULL) != 0)
		return dflt;
	return ms;
}

static void read_terms(const struct event *ev, struct sha256 *sha, struct id *parent,
                       struct terms *out)
{
	const json_t *data = ev->data;

	if (sha256_parse(js_str_or(data, "/contentSha256", ""), sha) == 0)
		out->content = sha;
	out->from = js_str_or(data, "/from", "unknown");
	out->due_ms = event_time(data, "/dueAt", ev->at_ms);
	out->expire_ms = event_time(data, "/expiresAt", ev->at_ms);
	out->max_attempts = (int)js_int_or(data, "/maxAttempts", 3);
	out->offers_at_once = (int)js_int_or(data, "/offersAtOnce", 1);
	out->overlap = (int)js_int_or(data, "/overlap", 1);
	out->gold = json_object_get(data, "gold") != NULL;
	out->not_before_ms = event_time(data, "/notBefore", 0);
	out->reviews = id_parse(js_str_or(data, "/reviews", ""), "task_", parent) == 0 ? parent : NULL;
	out->claim = json_is_true(json_object_get(data, "claim"));
	out->deliver = json_is_true(json_object_get(data, "deliver"));
}

/* Who answered does not review. */
static void not_by_answerers(struct world *w, struct task *t)
{
	const struct task *parent = world_task(w, &t->parent);

	for (int i = 0; parent && i < parent->n_assigns; i++)
		if (parent->assigns[i].attempt)
			task_add_assign(t, parent->assigns[i].worker)->declined = 1;
}

/* Nor who is not to judge in a dispute. */
static void not_by_the_disputed(struct world *w, struct task *t, const json_t *body)
{
	const json_t *names =
		json_object_get(body, "disputes") ? js_at(body, "/metadata/disputed/notBy") : NULL;

	for (size_t i = 0; i < json_array_size(names) && i < OVERLAP_MAX; i++) {
		const char *name = json_string_value(json_array_get(names, i));
		if (name)
			task_add_assign(t, world_crew(w, name))->declined = 1;
	}
}

static void take_terms(struct world *w, struct task *t, const struct event *ev,
                       const struct terms *from)
{
	const struct spec *spec = from->spec;

	world_join_match(w, t, world_match_kind(w, spec, from->kind));
	if (from->content)
		t->content = world_content(from->content);
	t->created = ev->pos;
	t->born = ev->seq;
	t->created_ms = from->not_before_ms ? from->not_before_ms : ev->at_ms;
	t->due_ms = from->due_ms;
	t->expire_ms = from->expire_ms;
	t->warn_ms = t->created_ms + (t->due_ms - t->created_ms) / 5 * 4;
	t->warned = t->due_ms <= t->created_ms; /* nothing to warn of any more */
	t->max_attempts = (uint8_t)from->max_attempts;
	t->fan = (uint8_t)from->offers_at_once;
	t->claim = (uint8_t)from->claim;
	t->overlap = (uint8_t)from->overlap;
	t->gold = (uint8_t)from->gold;
	t->hold_ms = from->not_before_ms;
	t->reviews = from->reviews != NULL;
	if (from->reviews)
		t->parent = *from->reviews;
	if (from->reviews)
		not_by_answerers(w, t);
	t->from = world_atom(w, from->from);
	t->dialect = spec->dialect;
	t->deliver = (uint8_t)from->deliver;
	t->due_fixed = spec->deadline_ms && spec->deadline_ms == t->due_ms;
	if (t->gold && spec->need.workers.n == 1)
		gold_given(w, t, spec->need.workers.s[0]);
	if (ev->data)
		not_by_the_disputed(w, t, json_object_get(ev->data, "body"));
}

int evolve_created(struct world *w, const struct event *ev, struct err *err)
{
	struct terms terms = {.spec = NULL};
	struct spec spec;
	struct sha256 sha;
	struct id parent;

	if (world_task(w, &ev->task))
		return err_set(err, FAIL_FAILURE, "event %llu creates a task that exists",
		               (unsigned long long)ev->seq);
	if (ev->terms) {
		take_terms(w, world_add_task(w, &ev->task), ev, ev->terms);
		return escalation_begin(w, world_task(w, &ev->task), ev, err);
	}
	if (spec_from_json(json_object_get(ev->data, "spec"), &spec, err) != 0)
		return err_wrap(err, "event %llu", (unsigned long long)ev->seq);
	struct task *t = world_add_task(w, &ev->task);
	terms.spec = &spec;
	read_terms(ev, &sha, &parent, &terms);
	take_terms(w, t, ev, &terms);
	t->dialect = dialect_by_name(js_str_or(ev->data, "/dialect", "er"));
	spec_release(&spec);
	if (escalation_begin(w, t, ev, err) != 0)
		return -1;
	if (!t->dialect)
		return err_set(err, FAIL_FAILURE, "event %llu: unknown dialect",
		               (unsigned long long)ev->seq);
	return 0;
}
