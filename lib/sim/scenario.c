#include "sim/scenario.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/ids.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "json/js.h"
#include "model/config.h"
#include "sim/scenario_p.h"

static const int64_t length_max = 3650LL * 24 * 3600 * 1000;

static int read_duration(const json_t *doc, const char *pointer, int64_t *out, struct err *err)
{
	const char *text = NULL;
	struct err bad = ERR_INIT;

	if (js_get_str(doc, pointer, &text, 64, err) != 0)
		return -1;
	if (!text)
		return 0;
	if (duration_parse(text, out, &bad) != 0 || *out < 0 || *out > length_max)
		return err_field(err, FAIL_INVALID, pointer, "must be a duration like 8h or 30d");
	return 0;
}

int read_chance(const json_t *doc, const char *pointer, double low, double high, double *out,
                struct err *err)
{
	const json_t *v = js_at(doc, pointer);

	if (!v)
		return 0;
	if (!json_is_number(v) || json_number_value(v) < low || json_number_value(v) > high)
		return err_field(err, FAIL_INVALID, pointer, "must be a number from %g to %g", low, high);
	*out = json_number_value(v);
	return 0;
}

/* ---- crews ---- */

static int read_crew(const json_t *doc, struct crew_plan *c, struct err *err)
{
	static const char *const known[] = {"name", "count", "pools", "worker", "behaviour", NULL};
	const char *name = NULL;
	int64_t count = 1;
	json_t *worker = NULL, *pools = NULL;

	behaviour_default(&c->how);
	if (js_only_keys(doc, "", known, err) != 0 || js_get_str(doc, "/name", &name, 48, err) != 0 ||
	    js_get_int(doc, "/count", 1, SCENARIO_WORKERS_MAX, &count, err) != 0 ||
	    js_get_arr(doc, "/pools", 100, &pools, err) != 0 ||
	    js_get_obj(doc, "/worker", &worker, err) != 0 ||
	    behaviour_read(json_object_get(doc, "behaviour"), &c->how, err) != 0)
		return -1;
	if (!name || !name_valid(name))
		return err_field(err, FAIL_INVALID, "/name", "must be a name");
	for (size_t i = 0; i < json_array_size(pools); i++)
		if (!json_is_string(json_array_get(pools, i)))
			return err_field(err, FAIL_INVALID, "/pools", "must be names of pools");
	c->name = mem_strdup(name);
	c->count = (size_t)count;
	c->pools = pools;
	c->worker = worker ? json_incref(worker) : json_object();
	return 0;
}

/* Two crews of one name would be the same people. */
static int check_twice(const struct scenario *s, size_t i, struct err *err)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(s->crews[k].name, s->crews[i].name) == 0)
			return err_field(err, FAIL_INVALID, "/name", "\"%s\" is the name of /crews/%zu too",
			                 s->crews[i].name, k);
	return 0;
}

static int read_crews(struct scenario *s, struct err *err)
{
	json_t *list = NULL;
	size_t workers = 0;

	if (js_get_arr(s->doc, "/crews", 10000, &list, err) != 0)
		return -1;
	s->n_crews = json_array_size(list);
	s->crews = mem_alloc((s->n_crews + 1) * sizeof(*s->crews));
	for (size_t i = 0; i < s->n_crews; i++) {
		if (read_crew(json_array_get(list, i), &s->crews[i], err) != 0 ||
		    check_twice(s, i, err) != 0)
			return err_wrap(err, "/crews/%zu", i);
		s->crews[i].how.gang = (uint32_t)i + 1;
		workers += s->crews[i].count;
	}
	if (workers > SCENARIO_WORKERS_MAX)
		return err_field(err, FAIL_INVALID, "/crews", "at most %d workers", SCENARIO_WORKERS_MAX);
	return 0;
}

static int read_people(struct scenario *s, struct err *err)
{
	json_t *all = NULL, *how;
	const char *name;
	size_t i = 0;

	if (js_get_obj(s->doc, "/behaviour", &all, err) != 0)
		return -1;
	s->n_people = json_object_size(all);
	s->people = mem_alloc((s->n_people + 1) * sizeof(*s->people));
	json_object_foreach(all, name, how) {
		s->people[i].name = mem_strdup(name);
		behaviour_default(&s->people[i].how);
		if (behaviour_read(how, &s->people[i++].how, err) != 0)
			return err_wrap(err, "/behaviour/%s", name);
	}
	return 0;
}

/* ---- arrivals ---- */

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int read_moments(const json_t *doc, struct arrivals *a, struct err *err)
{
	json_t *list = NULL;
	struct err bad = ERR_INIT;

	if (js_get_arr(doc, "/at", 1000000, &list, err) != 0)
		return -1;
	a->n_at = json_array_size(list);
	a->at = mem_alloc((a->n_at + 1) * sizeof(*a->at));
	for (size_t i = 0; i < a->n_at; i++) {
		const char *text = json_string_value(json_array_get(list, i));
		if (!text || duration_parse(text, &a->at[i], &bad) != 0 || a->at[i] < 0)
			return err_field(err, FAIL_INVALID, "/at", "has durations from the start, like 10m");
	}
	qsort(a->at, a->n_at, sizeof(*a->at), by_time);
	return 0;
}

static int read_profile(const json_t *doc, struct arrivals *a, struct err *err)
{
	json_t *list = NULL;

	if (js_get_arr(doc, "/profile", 24, &list, err) != 0)
		return -1;
	if (list && json_array_size(list) != 24)
		return err_field(err, FAIL_INVALID, "/profile", "has 24 numbers, one for each hour of the day");
	for (size_t i = 0; i < 24; i++) {
		const json_t *v = json_array_get(list, i);
		double f = list ? json_number_value(v) : 1;
		if ((list && !json_is_number(v)) || !(f >= 0 && f <= 1000))
			return err_field(err, FAIL_INVALID, "/profile", "has numbers from 0 to 1000");
		a->profile[i] = f;
		a->busiest = f > a->busiest ? f : a->busiest;
	}
	return 0;
}

static json_t *default_body(const char *lane)
{
	json_t *body = json_object();

	js_set_int(body, "er", 1);
	js_set_str(body, "lane", lane);
	js_set_str(body, "title", "simulated");
	return body;
}

static int read_truth(const json_t *doc, struct arrivals *a, struct err *err)
{
	static const char *const known[] = {"answer", "weight", NULL};
	const json_t *answer = json_object_get(doc, "answer");
	double *weight = &a->weight[a->n_answers];

	*weight = 1;
	if (js_only_keys(doc, "", known, err) != 0 ||
	    read_chance(doc, "/weight", 0, 1e6, weight, err) != 0)
		return -1;
	if (!answer)
		return err_field(err, FAIL_INVALID, "/answer", "is needed");
	a->answer[a->n_answers++] = json_incref((json_t *)answer);
	return 0;
}

static int read_truths(const json_t *doc, struct arrivals *a, struct err *err)
{
	json_t *list = NULL;
	double sum = 0;

	if (js_get_arr(doc, "/truths", TRUTHS_MAX, &list, err) != 0)
		return -1;
	if (json_object_get(doc, "answer") || json_object_get(doc, "wrong"))
		return err_field(err, FAIL_INVALID, "/truths", "is instead of answer and wrong");
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (read_truth(json_array_get(list, i), a, err) != 0)
			return err_wrap(err, "/truths/%zu", i);
		sum += a->weight[i];
	}
	if (a->n_answers < 2 || !(sum > 0))
		return err_field(err, FAIL_INVALID, "/truths", "has 2 to %d answers, one with a weight",
		                 TRUTHS_MAX);
	a->drawn = 1;
	return 0;
}

static int read_answers(const json_t *doc, struct arrivals *a, struct err *err)
{
	const json_t *answer = json_object_get(doc, "answer"), *wrong = json_object_get(doc, "wrong");

	if (json_object_get(doc, "truths"))
		return read_truths(doc, a, err);
	a->answer[0] = answer ? json_incref((json_t *)answer) : json_pack("{s:s}", "answer", "yes");
	a->answer[1] = wrong ? json_incref((json_t *)wrong) : json_pack("{s:s}", "answer", "no");
	a->weight[0] = 1;
	a->n_answers = 2;
	return 0;
}

/* Whatever the dialect calls an idempotency key: with one all tasks would be the first. */
static json_t *without_key(const json_t *body)
{
	static const char *const keys[] = {"idempotencyKey", "idempotency_key", "key", NULL};
	json_t *out = json_copy((json_t *)body);

	for (size_t i = 0; keys[i]; i++)
		json_object_del(out, keys[i]);
	return out;
}

static int read_stream(const json_t *doc, struct arrivals *a, struct err *err)
{
	static const char *const known[] = {"lane", "body", "perHour", "at", "profile", "from",
	                                    "answer", "wrong", "truths", NULL};
	const char *lane = NULL;
	json_t *body = NULL;

	a->from = "requester";
	if (js_only_keys(doc, "", known, err) != 0 || js_get_str(doc, "/lane", &lane, 64, err) != 0 ||
	    js_get_obj(doc, "/body", &body, err) != 0 ||
	    js_get_str(doc, "/from", &a->from, 64, err) != 0 ||
	    read_chance(doc, "/perHour", 0, 1e7, &a->per_hour, err) != 0 ||
	    read_profile(doc, a, err) != 0 || read_moments(doc, a, err) != 0)
		return -1;
	if (!lane && !body)
		return err_field(err, FAIL_INVALID, "/lane", "a lane or a body is needed");
	a->body = body ? without_key(body) : default_body(lane);
	return read_answers(doc, a, err);
}

static int read_streams(struct scenario *s, struct err *err)
{
	json_t *list = NULL;

	if (js_get_arr(s->doc, "/arrivals", SCENARIO_STREAMS_MAX, &list, err) != 0)
		return -1;
	s->n_streams = json_array_size(list);
	if (s->n_streams == 0)
		return err_field(err, FAIL_INVALID, "/arrivals", "nothing comes in: needs at least one");
	s->streams = mem_alloc(s->n_streams * sizeof(*s->streams));
	for (size_t i = 0; i < s->n_streams; i++) {
		if (read_stream(json_array_get(list, i), &s->streams[i], err) != 0)
			return err_wrap(err, "/arrivals/%zu", i);
	}
	return 0;
}

/* ---- the whole ---- */

/* "etc": an object of each folder's name, of objects of documents. */
static int check_etc(const json_t *doc, struct err *err)
{
	json_t *etc = NULL, *kind;
	const char *name;

	if (js_get_obj(doc, "/etc", &etc, err) != 0)
		return -1;
	json_object_foreach(etc, name, kind) {
		int known = 0;
		for (int k = 0; k < CFG_COUNT; k++)
			known |= strcmp(config_dirs[k], name) == 0;
		if (!known || !json_is_object(kind))
			return err_field(err, FAIL_INVALID, "/etc",
			                 "has objects lanes, pools, workers and so on, as a spool's etc/");
	}
	return 0;
}

static int read_frame(struct scenario *s, struct err *err)
{
	static const char *const known[] = {"title", "start",     "length",   "drain",  "seed",
	                                    "crews", "behaviour", "arrivals", "etc", "schema", NULL};
	const char *start = "2026-01-05T08:00:00Z", *title = "";
	int64_t seed = 1;

	s->length_ms = -1;
	s->drain_ms = 4 * 3600 * 1000;
	if (js_only_keys(s->doc, "", known, err) != 0 ||
	    js_get_str(s->doc, "/title", &title, 200, err) != 0 ||
	    js_get_str(s->doc, "/start", &start, 64, err) != 0 ||
	    js_get_int(s->doc, "/seed", 0, 1LL << 53, &seed, err) != 0 ||
	    read_duration(s->doc, "/length", &s->length_ms, err) != 0 ||
	    read_duration(s->doc, "/drain", &s->drain_ms, err) != 0)
		return -1;
	if (time_parse(start, &s->start_ms, NULL) != 0)
		return err_field(err, FAIL_INVALID, "/start", "must be a time like 2026-01-05T08:00:00Z");
	if (s->length_ms < 0)
		return err_field(err, FAIL_INVALID, "/length", "is needed: a duration like 8h");
	s->seed = (uint64_t)seed;
	s->title = mem_strdup(title);
	return 0;
}

struct scenario *scenario_new(const json_t *doc, struct err *err)
{
	struct scenario *s = mem_alloc(sizeof(*s));

	s->doc = json_incref((json_t *)doc);
	if (read_frame(s, err) == 0 && check_etc(doc, err) == 0 && read_crews(s, err) == 0 && read_people(s, err) == 0 &&
	    read_streams(s, err) == 0)
		return s;
	scenario_free(s);
	return NULL;
}

void scenario_free(struct scenario *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->n_crews; i++) {
		free(s->crews[i].name);
		json_decref(s->crews[i].worker);
		behaviour_release(&s->crews[i].how);
	}
	for (size_t i = 0; i < s->n_people; i++) {
		free(s->people[i].name);
		behaviour_release(&s->people[i].how);
	}
	for (size_t i = 0; s->streams && i < s->n_streams; i++) {
		json_decref(s->streams[i].body);
		for (size_t k = 0; k < s->streams[i].n_answers; k++)
			json_decref(s->streams[i].answer[k]);
		free(s->streams[i].at);
	}
	free(s->crews);
	free(s->people);
	free(s->streams);
	free(s->title);
	json_decref(s->doc);
	free(s);
}
