/* Open tasks, their workers, and the chains that route them. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "engine/escalation.h"
#include "engine/snapshot_p.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/dialect.h"

static void put_pos(struct buf *out, const struct journal_pos *p)
{
	put(out, p->segment, 4);
	put(out, p->offset, 4);
	put(out, p->length, 4);
}

static struct journal_pos get_pos(struct reader *r)
{
	struct journal_pos p;

	p.segment = (uint32_t)get(r, 4);
	p.offset = (uint32_t)get(r, 4);
	p.length = (uint32_t)get(r, 4);
	return p;
}

static void save_assign(const struct assign *a, struct buf *out)
{
	put_str(out, a->worker->name);
	put(out, (uint64_t)a->offer_ends_ms, 8);
	put(out, (uint64_t)a->since_ms, 8);
	put(out, (uint64_t)a->accepted_ms, 8);
	put(out, a->state, 1);
	put(out, (uint64_t)(a->declined | a->backup << 1 | a->timed << 2), 1);
	put(out, a->load, 1);
	put(out, a->offers, 2);
	put(out, a->awaits, 1);
	put(out, a->attempt, 1);
	put_pos(out, &a->answer);
}

static void save_escalation(const struct escalation *e, struct buf *out)
{
	put(out, e != NULL, 1);
	if (!e)
		return;
	buf_add(out, e->ref->sha.b, sizeof(e->ref->sha.b));
	put(out, (uint64_t)e->level_ends_ms, 8);
	put(out, (uint64_t)e->left_ms, 8);
	put(out, (uint64_t)e->ack_ends_ms, 8);
	put(out, e->level, 1);
	put(out, e->round, 1);
	put(out, (uint64_t)(e->stopped | e->blind << 1), 1);
	put(out, e->n_acks, 1);
	for (int i = 0; i < e->n_acks; i++)
		put_str(out, e->ack[i]->name);
}

static void load_escalation(struct world *w, struct task *t, struct reader *r)
{
	const void *sha = get(r, 1) ? get_bytes(r, sizeof(struct sha256)) : NULL;
	struct chain_ref *ref = NULL;

	if (!sha)
		return;
	HASH_FIND(hh, w->chains, sha, sizeof(struct sha256), ref);
	struct escalation *e = t->esc = mem_alloc(sizeof(*e));
	e->ref = ref;
	e->retry_ms = INT64_MAX;
	e->level_ends_ms = (int64_t)get(r, 8);
	e->left_ms = (int64_t)get(r, 8);
	e->ack_ends_ms = (int64_t)get(r, 8);
	e->level = (uint8_t)get(r, 1);
	e->round = (uint8_t)get(r, 1);
	unsigned flags = (unsigned)get(r, 1);
	e->stopped = flags & 1;
	e->blind = flags >> 1 & 1;
	for (size_t n = get(r, 1); n && e->n_acks < CHAIN_ACKS_MAX; n--) {
		char *name = get_str(r);
		e->ack[e->n_acks++] = world_crew(w, name ? name : "");
		free(name);
	}
	if (!ref || e->level >= ref->chain.n)
		r->bad = 1;
	else
		ref->refs++;
}

/* The chains of running escalations, before these. */
void save_chains(const struct world *w, struct buf *out)
{
	put(out, HASH_COUNT(w->chains), 4);
	for (const struct chain_ref *c = w->chains; c; c = c->hh.next) {
		struct buf text = BUF_INIT;
		js_dump(&text, c->doc, JS_COMPACT);
		put_str(out, c->name);
		put_str(out, buf_str(&text));
		buf_release(&text);
	}
}

void load_chains(struct world *w, struct reader *r)
{
	for (size_t n = get_count(r); n && !r->bad; n--) {
		char *name = get_str(r), *text = get_str(r);
		json_t *doc = text ? js_parse(text, strlen(text), &js_limits_own, NULL) : NULL;
		struct chain_ref *ref = name && doc ? escalation_ref(w, name, doc, NULL) : NULL;
		if (ref)
			ref->refs = 0; /* the tasks that follow count themselves */
		else
			r->bad = 1;
		json_decref(doc);
		free(name);
		free(text);
	}
}

static void save_task(const struct task *t, struct buf *out)
{
	buf_add(out, t->id.b, sizeof(t->id.b));
	put(out, t->content, 8);
	put_pos(out, &t->created);
	buf_add(out, t->parent.b, sizeof(t->parent.b));
	put_pos(out, &t->verdict);
	put(out, (uint64_t)t->hold_ms, 8);
	put(out, t->overlap, 1);
	put(out, (uint64_t)(t->review | t->recheck << 1 | t->gold << 2 |
	                    t->reviews << 3), 1);
	put(out, t->last_seq, 8);
	put(out, (uint64_t)t->created_ms, 8);
	put(out, (uint64_t)t->warn_ms, 8);
	put(out, (uint64_t)t->due_ms, 8);
	put(out, (uint64_t)t->expire_ms, 8);
	put(out, (uint64_t)t->blocked_ms, 8);
	put(out, (uint64_t)(uintptr_t)t->match, 8);
	put_str(out, t->from->name);
	put_str(out, t->dialect->name);
	put(out, t->born, 8);
	put(out, (uint64_t)t->backup_ms, 8);
	put(out, (uint64_t)t->remind_ms, 8);
	put(out, (uint64_t)t->matched_ms, 8);
	put(out, (uint64_t)t->model_ms, 8);
	put(out, t->state, 1);
	put(out, t->attempts, 1);
	put(out, t->max_attempts, 1);
	put(out, (uint64_t)(t->deliver | t->warned << 1 | t->breached << 2 | t->alerted << 3 |
	                    t->claim << 4 | t->told << 5 | t->due_fixed << 6), 1);
	put(out, t->want, 1);
	put(out, t->fan, 1);
	put(out, t->reminders, 1);
	put(out, t->n_assigns, 2);
	for (int i = 0; i < t->n_assigns; i++)
		save_assign(&t->assigns[i], out);
	save_escalation(t->esc, out);
}

static void load_assign(struct world *w, struct task *t, struct reader *r)
{
	char *name = get_str(r);
	struct assign *a = task_add_assign(t, world_crew(w, name ? name : ""));

	a->offer_ends_ms = (int64_t)get(r, 8);
	a->since_ms = (int64_t)get(r, 8);
	a->accepted_ms = (int64_t)get(r, 8);
	a->state = (uint8_t)get(r, 1);
	unsigned flags = (unsigned)get(r, 1);
	a->declined = flags & 1;
	a->backup = flags >> 1 & 1;
	a->timed = flags >> 2 & 1;
	a->load = (uint8_t)get(r, 1);
	a->offers = (uint16_t)get(r, 2);
	a->awaits = (uint8_t)get(r, 1);
	a->attempt = (uint8_t)get(r, 1);
	a->answer = get_pos(r);
	if (a->state > AS_HELD)
		crew_live(w, a->worker, 1);
	free(name);
}

static void load_task(struct world *w, struct reader *r, struct match_names *names)
{
	struct id id = {{0}};

	get_id(r, &id);
	struct task *t = world_add_task(w, &id);
	t->content = get(r, 8);
	t->created = get_pos(r);
	get_id(r, &t->parent);
	t->verdict = get_pos(r);
	t->hold_ms = (int64_t)get(r, 8);
	t->overlap = (uint8_t)get(r, 1);
	unsigned checks = (unsigned)get(r, 1);
	t->review = checks & 1;
	t->recheck = checks >> 1 & 1;
	t->gold = checks >> 2 & 1;
	t->reviews = checks >> 3 & 1;
	t->last_seq = get(r, 8);
	t->created_ms = (int64_t)get(r, 8);
	t->warn_ms = (int64_t)get(r, 8);
	t->due_ms = (int64_t)get(r, 8);
	t->expire_ms = (int64_t)get(r, 8);
	t->blocked_ms = (int64_t)get(r, 8);
	uint64_t name = get(r, 8);
	struct match_names *mn;
	HASH_FIND(hh, names, &name, sizeof(name), mn);
	char *from = get_str(r), *dialect = get_str(r);
	t->from = world_atom(w, from ? from : "");
	t->dialect = dialect ? dialect_by_name(dialect) : NULL;
	free(from);
	free(dialect);
	t->born = get(r, 8);
	t->backup_ms = (int64_t)get(r, 8);
	t->remind_ms = (int64_t)get(r, 8);
	t->matched_ms = (int64_t)get(r, 8);
	t->model_ms = (int64_t)get(r, 8);
	t->state = (uint8_t)get(r, 1);
	t->attempts = (uint8_t)get(r, 1);
	t->max_attempts = (uint8_t)get(r, 1);
	unsigned flags = (unsigned)get(r, 1);
	t->deliver = flags & 1;
	t->warned = flags >> 1 & 1;
	t->breached = flags >> 2 & 1;
	t->alerted = flags >> 3 & 1;
	t->claim = flags >> 4 & 1;
	t->told = flags >> 5 & 1;
	t->due_fixed = flags >> 6 & 1;
	t->want = (uint8_t)get(r, 1);
	t->fan = (uint8_t)get(r, 1);
	t->reminders = (uint8_t)get(r, 1);
	for (size_t n = get(r, 2); n && !r->bad; n--)
		load_assign(w, t, r);
	load_escalation(w, t, r);
	if (!mn || !mn->match || !t->dialect || t->state >= ST_COUNT) {
		r->bad = 1;
		return;
	}
	world_join_match(w, t, mn->match);
	world_set_timer(w, t);
}

/* Places and free places too: equal timers fire in the order of places. */
void save_tasks(const struct world *w, struct buf *out)
{
	put(out, w->n_tasks, 4);
	for (uint32_t i = 0; i < w->n_tasks; i++) {
		put(out, world_at(w, i) != NULL, 1);
		if (world_at(w, i))
			save_task(world_at(w, i), out);
	}
	for (uint32_t i = 0; i < w->n_free; i++)
		put(out, w->free_slots[i], 4);
}

void load_tasks(struct world *w, struct reader *r, struct match_names *names)
{
	size_t n = get_count(r);
	uint32_t n_free = 0;

	for (size_t i = 0; i < n && !r->bad; i++) {
		int used = (int)get(r, 1);
		n_free += !used;
		if (used)
			load_task(w, r, names);
		else
			world_skip_slot(w);
	}
	for (uint32_t i = 0; i < n_free && !r->bad; i++)
		world_free_slot(w, (uint32_t)get(r, 4));
}

void queue_waiting(struct world *w)
{
	for (uint32_t i = 0; i < w->n_tasks; i++)
		if (world_at(w, i))
			world_requeue(w, world_at(w, i));
}
