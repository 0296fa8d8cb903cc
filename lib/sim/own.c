/* Tasks that the engine made: reviews and tasks whose answer is known.  And papers: what decisions want
 * to see again of a journal, which there is none of here. */
#include <stdlib.h>

#include "base/mem.h"
#include "json/js.h"
#include "model/gold.h"
#include "sim/sim_p.h"

/* ---- papers ---- */

struct journal_pos papers_keep(struct sim *s, struct sim_task *t, json_t *data)
{
	uint32_t i = s->free_paper;

	if (i == HEAP_NONE) {
		if (s->n_papers == s->cap_papers) {
			s->cap_papers = s->cap_papers ? 2 * s->cap_papers : 1024;
			s->papers = mem_grow(s->papers, s->cap_papers, sizeof(*s->papers));
		}
		i = s->n_papers++;
	} else {
		s->free_paper = s->papers[i].next;
	}
	s->papers[i] = (struct paper){data, t->papers};
	t->papers = i;
	return (struct journal_pos){1, i, 1};
}

/* What was said of a task is needed while it is open; a reviewer's word while the other task is. */
static void papers_drop(struct sim *s, struct sim_task *t)
{
	struct sim_task *heir = t->role == ROLE_REVIEW ? sim_task(s, t->parent) : NULL;

	while (t->papers != HEAP_NONE) {
		uint32_t i = t->papers;
		struct paper *p = &s->papers[i];
		t->papers = p->next;
		if (heir) {
			p->next = heir->papers;
			heir->papers = i;
			continue;
		}
		json_decref(p->data);
		p->data = NULL;
		p->next = s->free_paper;
		s->free_paper = i;
	}
}

void papers_show(const struct sim *s, struct input *in)
{
	struct input_docs need;
	uint32_t number;

	if (!s->verifies || !input_needs(s->w, in, &need))
		return;
	for (size_t i = 0; i < need.n; i++)
		if (need.answers[i].length)
			in->answers[i] = s->papers[need.answers[i].offset].data;
	if (need.verdict.length)
		in->verdict = s->papers[need.verdict.offset].data;
	if (!in->created && sim_number(s, &need.task, &number) && sim_task(s, number))
		in->created = sim_task(s, number)->created;
}

/* ---- tasks ---- */

int own_number(const struct sim *s, const struct id *id, uint32_t *number)
{
	struct own_task *o;

	HASH_FIND(hh, s->own, id, sizeof(*id), o);
	if (o)
		*number = o->number;
	return o != NULL;
}

/* The first stream of this lane from which something came. */
static struct stream *stream_of(struct sim *s, const struct sim_lane *l)
{
	for (size_t i = 0; i < s->plan->n_streams; i++)
		if (s->streams[i].lane == l)
			return &s->streams[i];
	return NULL;
}

static void begin_gold(struct sim *s, struct sim_task *t, const json_t *data)
{
	const struct gold *g = config_gold(s->w->config, js_str_or(data, "/gold", ""));
	const struct arrivals *a;

	t->role = ROLE_GOLD;
	t->lane = tally_lane(s, js_str_or(data, "/spec/lane", ""));
	t->stream = stream_of(s, t->lane);
	t->lane->golds++;
	a = t->stream->plan;
	while (t->truth < a->n_answers && !gold_right(g, a->answer[t->truth]))
		t->truth++;
	if (t->truth == a->n_answers) {
		t->known = json_object();
		js_set_copy(t->known, "answer", g->answer);
	}
}

static void begin_review(struct sim *s, struct sim_task *t, const json_t *data)
{
	struct id id = {{0}};
	const struct sim_task *about;

	t->role = ROLE_REVIEW;
	id_parse(js_str_or(data, "/reviews", ""), "task_", &id);
	sim_number(s, &id, &t->parent);
	about = sim_task(s, t->parent);
	t->lane = about->lane;
	t->lane->reviews++;
	t->fine = (uint8_t)json_equal(js_at(data, "/body/payload/answer"),
	                              about->stream->plan->answer[about->truth]);
}

void own_begin(struct sim *s, const struct event *ev)
{
	struct own_task *o = mem_alloc(sizeof(*o));
	struct sim_task *t = sim_new_task(s, &ev->task, NULL);

	o->id = ev->task;
	o->number = s->n_tasks - 1;
	HASH_ADD(hh, s->own, id, sizeof(o->id), o);
	t->own = o;
	t->created = json_incref(ev->data);
	if (json_object_get(ev->data, "gold"))
		begin_gold(s, t, ev->data);
	else
		begin_review(s, t, ev->data);
}

void own_end(struct sim *s, struct sim_task *t)
{
	papers_drop(s, t);
	json_decref(t->known);
	t->known = NULL;
	if (!t->own)
		return;
	HASH_DELETE(hh, s->own, t->own);
	free(t->own);
	t->own = NULL;
}
