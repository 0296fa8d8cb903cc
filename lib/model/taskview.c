#include "model/taskview.h"

#include <assert.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "json/js.h"
#include "model/dialect.h"
#include "model/view_p.h"

static const char *const order[] = {
	"schema",      "seq",       "id",           "state",          "dialect",
	"lane",        "pool",      "title",        "urgency",        "domain",
	"from",        "key",       "contentSha256", "reviews", "createdAt", "updatedAt",
	"dueAt",       "expiresAt", "closedAt",     "attempts",       "maxAttempts",
	"priceUsd",    "estimatedCompletionMinutes", "assignments",   "escalation",    "question",
	"comments",    "answers",   "verification", "result",       "failure",        "responseSchema",
	"schemaSha256", "answerSchema", "webhook",  "body",           NULL};

void view_set(json_t *view, const char *key, json_t *value)
{
	int had = json_object_get(view, key) != NULL, after = 0;

	js_set_new(view, key, value);
	if (had)
		return;
	/* a new key stands last: what belongs behind it moves behind it */
	for (size_t i = 0; order[i]; i++) {
		json_t *v = after ? json_object_get(view, order[i]) : NULL;

		if (v) {
			json_incref(v);
			json_object_del(view, order[i]);
			js_set_new(view, order[i], v);
		}
		after |= strcmp(order[i], key) == 0;
	}
}

void view_set_time(json_t *view, const char *key, const json_t *data, const char *from)
{
	json_t *v = json_object_get(data, from);
	char text[TIME_TEXT_MAX];

	if (json_is_integer(v))
		view_set(view, key, json_string(time_format_ms(json_integer_value(v), text)));
	else if (json_is_string(v))
		view_set(view, key, json_incref(v));
}

json_t *view_array(json_t *view, const char *key)
{
	json_t *array = json_object_get(view, key);

	if (!array) {
		array = json_array();
		view_set(view, key, array);
	}
	return array;
}

/* ${v} with what stands at ${pointer} replaced; something does.  Copies only the objects on
 * the way. */
static json_t *masked(const json_t *v, const char *pointer)
{
	char key[64];
	const char *rest;
	json_t *inner, *copy;
	size_t n;

	if (pointer[0] == '\0')
		return json_string("***");
	n = strcspn(pointer + 1, "/");
	rest = pointer + 1 + n;
	assert(n < sizeof(key));
	memcpy(key, pointer + 1, n);
	key[n] = '\0';
	inner = json_object_get(v, key);
	copy = json_copy((json_t *)v);
	js_set_new(copy, key, masked(inner, rest));
	return copy;
}

static json_t *without_secrets(const json_t *body, const char *dialect)
{
	const struct dialect *d = dialect_by_name(dialect);
	json_t *out = json_incref((json_t *)body);

	for (size_t i = 0; d && d->secrets[i]; i++) {
		json_t *next;

		if (!js_at(out, d->secrets[i]))
			continue;
		next = masked(out, d->secrets[i]);
		json_decref(out);
		out = next;
	}
	return out;
}

json_t *taskview_body(const json_t *created)
{
	const json_t *body = json_object_get(created, "body");
	const char *dialect = json_string_value(json_object_get(created, "dialect"));

	return body ? without_secrets(body, dialect ? dialect : "") : NULL;
}

/* ${data} (stolen) with ${pointer} as "***", when it is there. */
static json_t *mask_new(json_t *data, const char *pointer)
{
	json_t *out;

	if (!js_at(data, pointer))
		return data;
	out = masked(data, pointer);
	json_decref(data);
	return out;
}

/* Nothing that tells a test from a task: such a one has a name, waits, and is for one worker. */
static json_t *public_created(const struct event *ev)
{
	static const char *const of_spec[] = {"/spec/webhook/secret", "/spec/webhook/bearer"};
	json_t *masked_data = json_incref(ev->data), *body = taskview_body(ev->data), *out;

	for (size_t i = 0; i < NITEMS(of_spec); i++)
		masked_data = mask_new(masked_data, of_spec[i]);
	if (json_object_get(ev->data, "gold"))
		masked_data = mask_new(masked_data, "/spec/need/workers");
	out = json_copy(masked_data);
	json_decref(masked_data);
	json_object_del(out, "gold");
	json_object_del(out, "notBefore");
	json_object_del(out, "overlap");
	if (body)
		js_set_new(out, "body", body);
	return out;
}

json_t *taskview_public(const struct event *ev)
{
	static const char *const hidden[] = {"right", "traces", "learn", NULL};
	json_t *out;

	if (!ev->data)
		return NULL;
	if (ev->type == EV_CREATED)
		return public_created(ev);
	if (ev->type != EV_CHECK_PASSED && ev->type != EV_CHECK_FAILED && ev->type != EV_VERIFIED &&
	    ev->type != EV_HELD)
		return json_incref(ev->data);
	out = json_copy(ev->data);
	for (size_t i = 0; hidden[i]; i++)
		json_object_del(out, hidden[i]);
	return out;
}

/* The first part of a view: who and what. */
static void put_identity(json_t *view, const struct event *ev, const char *dialect)
{
	static const char *const of_spec[] = {"lane", "pool", "title", "urgency", "domain", NULL};
	static const char *const of_data[] = {"from", "key", "contentSha256", "reviews", NULL};
	const json_t *spec = json_object_get(ev->data, "spec");
	char id[ID_TEXT_MAX];

	js_set_str(view, "schema", "er.task.v1");
	js_set_int(view, "seq", (int64_t)ev->seq);
	js_set_str(view, "id", id_format(&ev->task, "task_", id));
	js_set_str(view, "state", state_name(ev->state));
	js_set_str(view, "dialect", dialect);
	for (size_t i = 0; of_spec[i]; i++)
		js_set_copy(view, of_spec[i], json_object_get(spec, of_spec[i]));
	for (size_t i = 0; of_data[i]; i++)
		js_set_copy(view, of_data[i], json_object_get(ev->data, of_data[i]));
}

/* The rest: what is asked for, and by when. */
static void put_terms(json_t *view, const struct event *ev)
{
	const json_t *data = ev->data, *spec = json_object_get(data, "spec");
	const json_t *schema = json_object_get(spec, "schema");
	const json_t *url = json_object_get(json_object_get(spec, "webhook"), "url");

	js_set_time(view, "createdAt", ev->at_ms);
	view_set_time(view, "createdAt", data, "notBefore");
	js_set_time(view, "updatedAt", ev->at_ms);
	view_set_time(view, "dueAt", data, "dueAt");
	view_set_time(view, "expiresAt", data, "expiresAt");
	js_set_int(view, "attempts", 0);
	js_set_copy(view, "maxAttempts", json_object_get(data, "maxAttempts"));
	js_set_copy(view, "priceUsd", json_object_get(data, "priceUsd"));
	js_set_copy(view, "estimatedCompletionMinutes",
	            json_object_get(data, "estimatedCompletionMinutes"));
	js_set_copy(view, "responseSchema", json_object_get(spec, "schemaName"));
	js_set_copy(view, "schemaSha256", json_object_get(spec, "schemaSha256"));
	js_set_copy(view, "answerSchema",
	            schema ? schema : json_object_get(data, "answerSchema"));
	if (url) {
		json_t *hook = json_object();

		js_set_copy(hook, "url", url);
		js_set_new(view, "webhook", hook);
	}
}

json_t *taskview_create(const struct event *created, struct err *err)
{
	const json_t *body = json_object_get(created->data, "body");
	const json_t *spec = json_object_get(created->data, "spec");
	const char *dialect = js_str_or(created->data, "/dialect", js_str_or(spec, "/dialect", NULL));
	json_t *view;

	if (created->type != EV_CREATED || !created->has_task) {
		err_set(err, FAIL_INVALID, "a task begins with task.created");
		return NULL;
	}
	if (!json_is_object(body) || !json_is_object(spec) || !dialect) {
		err_field(err, FAIL_INVALID, "/data", "task.created needs dialect, spec and body");
		return NULL;
	}
	view = json_object();
	put_identity(view, created, dialect);
	put_terms(view, created);
	js_set_new(view, "body", without_secrets(body, dialect));
	view_escalation_begin(view, created);
	return view;
}

static int of_this_task(const json_t *view, const struct event *ev)
{
	const char *id = json_string_value(json_object_get(view, "id"));
	char text[ID_TEXT_MAX];

	return ev->has_task && id && strcmp(id, id_format(&ev->task, "task_", text)) == 0;
}

int taskview_apply(json_t *view, const struct event *ev, struct err *err)
{
	char at[TIME_TEXT_MAX];

	if (ev->type >= EV_CONFIG_SET)
		return 0;
	if (!of_this_task(view, ev))
		return err_set(err, FAIL_INVALID, "an event of another task");
	if ((int64_t)ev->seq <= taskview_seq(view))
		return 0;
	if (ev->type == EV_CREATED)
		return err_set(err, FAIL_INVALID, "task.created twice");
	view_set(view, "seq", json_integer((json_int_t)ev->seq));
	view_set(view, "state", json_string(state_name(ev->state)));
	view_set(view, "updatedAt", json_string(time_format_ms(ev->at_ms, at)));
	view_fold(view, ev);
	return 0;
}

enum state taskview_state(const json_t *view)
{
	const char *name = json_string_value(json_object_get(view, "state"));
	int s = name ? state_by_name(name) : -1;

	return s < 0 ? ST_NONE : (enum state)s;
}

int64_t taskview_seq(const json_t *view)
{
	return json_integer_value(json_object_get(view, "seq"));
}
