/* spool/delivery.c -- the outbox file of one webhook. */
#include "spool/delivery.h"

#include <stdio.h>

#include "base/buf.h"
#include "json/js.h"
#include "model/dialect.h"
#include "spool/layout.h"

static const struct dialect *dialect_of(const json_t *created_data)
{
	return dialect_by_name(js_str_or(created_data, "/dialect", ""));
}

int delivery_wanted(const json_t *created_data, enum event_type type)
{
	const struct dialect *d;

	if (!json_is_true(json_object_get(created_data, "deliver")))
		return 0;
	d = dialect_of(created_data);
	return d && d->wants && d->wants(type);
}

char *delivery_path(const struct id *event, char *out)
{
	char id[ID_TEXT_MAX];

	snprintf(out, SPOOL_NAME_MAX, "due/%s.json", id_format(event, "evt_", id));
	return out;
}

static void add_target(json_t *doc, const json_t *hook)
{
	int64_t max = js_int_or(hook, "/retryMax", -1);
	int64_t backoff_ms = js_int_or(hook, "/retryBackoffMs", 0);
	json_t *retry;

	js_set_copy(doc, "url", json_object_get(hook, "url"));
	js_set_copy(doc, "secret", json_object_get(hook, "secret"));
	js_set_copy(doc, "bearer", json_object_get(hook, "bearer"));
	if (max < 0 && backoff_ms == 0)
		return;
	retry = json_object();
	if (max >= 0)
		js_set_int(retry, "max", max);
	if (backoff_ms)
		js_set_int(retry, "backoffSeconds", backoff_ms / 1000 + (backoff_ms % 1000 != 0));
	js_set_new(doc, "retry", retry);
}

int delivery_render(struct buf *out, const json_t *created_data, const json_t *view,
                    const struct event *ev)
{
	const struct dialect *d = dialect_of(created_data);
	json_t *body = d ? d->webhook(view, ev) : NULL, *doc;
	struct buf text = BUF_INIT;
	char id[ID_TEXT_MAX];

	if (!body)
		return 0;
	js_dump(&text, body, JS_COMPACT);
	doc = json_object();
	js_set_str(doc, "schema", "er.delivery.v1");
	js_set_str(doc, "id", id_format(&ev->id, "evt_", id));
	js_set_str(doc, "task", id_format(&ev->task, "task_", id));
	js_set_int(doc, "seq", (int64_t)ev->seq);
	js_set_str(doc, "type", event_name(ev->type));
	js_set_str(doc, "dialect", d->name);
	add_target(doc, js_at(created_data, "/spec/webhook"));
	js_set_time(doc, "createdAt", ev->at_ms);
	js_set_new(doc, "body", json_stringn(buf_str(&text), text.len));
	js_dump(out, doc, JS_COMPACT);
	buf_addc(out, '\n');
	buf_release(&text);
	json_decref(doc);
	json_decref(body);
	return 1;
}
