#include "simulate_from.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "json/js.h"
#include "model/config.h"
#include "model/event.h"
#include "spool/journal.h"

/* What the journal says of one worker. */
struct past {
	char *name;
	uint64_t offers, missed, accepted, declined, answers, invalid;
	json_t *react, *work; /* minutes */
	UT_hash_handle hh;
};

/* A task in the period, and when its offer and its acceptance were. */
struct came {
	struct id id;
	int64_t offered_ms, accepted_ms;
	json_t *arrival;
	UT_hash_handle hh;
};

struct days {
	int64_t since_ms, first_ms, last_ms;
	struct past *workers, everybody;
	struct came *tasks;
	json_t *etc, *arrivals, *answers; /* answers: lane -> the last one accepted */
};

/* ---- collecting ---- */

static struct past *past_of(struct days *h, const char *name)
{
	struct past *p = NULL;

	HASH_FIND_STR(h->workers, name, p);
	if (!p) {
		p = mem_alloc(sizeof(*p));
		p->name = mem_strdup(name);
		p->react = json_array();
		p->work = json_array();
		HASH_ADD_KEYPTR(hh, h->workers, p->name, strlen(p->name), p);
	}
	return p;
}

static void add_sample(json_t *own, json_t *all, int64_t from, int64_t to)
{
	double minutes = (double)(to - from) / 60000;

	if (from == 0 || to < from)
		return;
	if (json_array_size(own) < FROM_SAMPLES_MAX)
		json_array_append_new(own, json_real(minutes));
	if (json_array_size(all) < FROM_SAMPLES_MAX)
		json_array_append_new(all, json_real(minutes));
}

static void note_config(struct days *h, const struct event *ev)
{
	const char *word = js_str_or(ev->data, "/kind", "");
	const char *name = js_str_or(ev->data, "/name", "");
	const json_t *doc = json_object_get(ev->data, "doc");

	for (int k = 0; k < CFG_COUNT; k++) {
		json_t *kind = json_object_get(h->etc, config_dirs[k]);
		if (strcmp(config_words[k], word) != 0)
			continue;
		if (!doc || json_is_null(doc))
			json_object_del(kind, name);
		else
			js_set_copy(kind, name, doc);
	}
}

static void note_created(struct days *h, const struct event *ev)
{
	const json_t *body = json_object_get(ev->data, "body");

	if (ev->at_ms < h->since_ms || !body)
		return;
	if (json_object_get(ev->data, "gold") || json_object_get(ev->data, "reviews"))
		return; /* the engine makes its own */
	struct came *c = mem_alloc(sizeof(*c));
	c->id = ev->task;
	c->arrival = json_object();
	js_set_int(c->arrival, "atMs", ev->at_ms);
	js_set_str(c->arrival, "lane", js_str_or(ev->data, "/spec/lane", ""));
	js_set_copy(c->arrival, "body", body);
	js_set_str(c->arrival, "from", js_str_or(ev->data, "/from", "requester"));
	json_array_append_new(h->arrivals, c->arrival);
	HASH_ADD(hh, h->tasks, id, sizeof(c->id), c);
	h->first_ms = h->first_ms ? h->first_ms : ev->at_ms;
	h->last_ms = ev->at_ms;
}

static void note_worker(struct days *h, const struct event *ev, struct came *c)
{
	const char *name = js_str_or(ev->data, "/worker", NULL);
	struct past *p = name ? past_of(h, name) : NULL;
	struct past *all = &h->everybody;

	if (!p)
		return;
	switch (ev->type) {
	case EV_OFFERED:
		p->offers++;
		c->offered_ms = ev->at_ms;
		break;
	case EV_ACCEPTED:
		p->accepted++;
		add_sample(p->react, all->react, c->offered_ms, ev->at_ms);
		c->accepted_ms = ev->at_ms;
		break;
	case EV_DECLINED:
		p->declined++;
		add_sample(p->react, all->react, c->offered_ms, ev->at_ms);
		break;
	case EV_OFFER_EXPIRED:
		p->missed++;
		break;
	case EV_SUBMITTED:
		p->answers++;
		add_sample(p->work, all->work, c->accepted_ms, ev->at_ms);
		js_set_copy(c->arrival, "answer", json_object_get(ev->data, "answer"));
		break;
	case EV_REJECTED:
		p->invalid++;
		json_object_del(c->arrival, "answer");
		break;
	case EV_COMPLETED:
		js_set_copy(h->answers, js_str_or(c->arrival, "/lane", ""),
		            json_object_get(c->arrival, "answer"));
		break;
	default:
		break;
	}
}

static int visit(void *ctx, const struct event *ev, struct err *err)
{
	struct days *h = ctx;
	struct came *c = NULL;

	(void)err;
	if (ev->type == EV_CONFIG_SET)
		note_config(h, ev);
	else if (ev->type == EV_CREATED)
		note_created(h, ev);
	else if (ev->has_task)
		HASH_FIND(hh, h->tasks, &ev->task, sizeof(ev->task), c);
	if (c)
		note_worker(h, ev, c);
	return 0;
}

/* ---- the scenario ---- */

static json_t *samples(const json_t *own, const json_t *all, double usual)
{
	const json_t *list = json_array_size(own) >= FROM_FEW ? own : all;
	json_t *dist;

	if (json_array_size(list) == 0)
		return json_real(usual);
	dist = json_object();
	js_set_copy(dist, "samples", list);
	return dist;
}

static double share(uint64_t part, uint64_t whole, double usual)
{
	return whole ? (double)part / (double)whole : usual;
}

static json_t *behaviours(const struct days *h)
{
	json_t *all = json_object();
	const struct past *e = &h->everybody;

	for (const struct past *p = h->workers; p; p = p->hh.next) {
		json_t *b = json_object();
		js_set_new(b, "reactMinutes", samples(p->react, e->react, 1));
		js_set_new(b, "workMinutes", samples(p->work, e->work, 10));
		js_set_new(b, "accept",
		           json_real(share(p->accepted, p->accepted + p->declined, 1)));
		js_set_new(b, "ignore", json_real(share(p->missed, p->offers + p->missed, 0)));
		js_set_new(b, "invalid", json_real(share(p->invalid, p->answers + p->invalid, 0)));
		js_set_new(all, p->name, b);
	}
	return all;
}

static void moments(const struct days *h)
{
	size_t i;
	json_t *a;

	json_array_foreach(h->arrivals, i, a) {
		char text[32];
		snprintf(text, sizeof text, "%llds",
		         (long long)((js_int_or(a, "/atMs", 0) - h->first_ms) / 1000));
		js_set_new(a, "at", json_pack("[s]", text));
		if (!json_object_get(a, "answer"))
			js_set_copy(a, "answer",
			            json_object_get(h->answers, js_str_or(a, "/lane", "")));
		json_object_del(a, "atMs");
		json_object_del(a, "lane");
	}
	while (json_array_size(h->arrivals) > FROM_TASKS_MAX)
		json_array_remove(h->arrivals, 0);
}

static json_t *scenario_of(const struct days *h)
{
	json_t *doc = json_object();
	char text[TIME_TEXT_MAX];

	moments(h);
	js_set_str(doc, "title", "from the spool's history");
	js_set_str(doc, "start", time_format_ms(h->first_ms, text));
	snprintf(text, sizeof text, "%llds", (long long)((h->last_ms - h->first_ms) / 1000 + 1));
	js_set_str(doc, "length", text);
	js_set_new(doc, "behaviour", behaviours(h));
	js_set_copy(doc, "arrivals", h->arrivals);
	return doc;
}

/* ---- the whole ---- */

static void begin(struct days *h)
{
	h->etc = json_object();
	h->arrivals = json_array();
	h->answers = json_object();
	h->everybody.react = json_array();
	h->everybody.work = json_array();
	for (int k = 0; k < CFG_COUNT; k++)
		js_set_new(h->etc, config_dirs[k], json_object());
}

static void end(struct days *h)
{
	struct past *p, *next_past;
	struct came *c, *next_came;

	HASH_ITER(hh, h->workers, p, next_past) {
		HASH_DEL(h->workers, p);
		json_decref(p->react);
		json_decref(p->work);
		free(p->name);
		free(p);
	}
	HASH_ITER(hh, h->tasks, c, next_came) {
		HASH_DEL(h->tasks, c);
		free(c);
	}
	json_decref(h->everybody.react);
	json_decref(h->everybody.work);
	json_decref(h->answers);
	json_decref(h->arrivals);
	json_decref(h->etc);
}

int simulate_from(const struct spool *s, int64_t since_ms, json_t **scenario, json_t **etc,
                  struct err *err)
{
	struct days h = {.since_ms = since_ms};
	int rc;

	begin(&h);
	rc = journal_walk(s, NULL, 0, visit, &h, NULL, err);
	if (rc == 0 && json_array_size(h.arrivals) == 0)
		rc = err_set(err, FAIL_NOT_FOUND, "no task came in within that time");
	if (rc == 0) {
		*scenario = scenario_of(&h);
		*etc = json_incref(h.etc);
	}
	end(&h);
	return rc;
}
