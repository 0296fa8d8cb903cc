#include "model/ruling.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/ids.h"
#include "base/safe.h"
#include "json/js.h"
#include "model/taskview.h"

enum { FIELD_MAX = 256 };

/* ---- told ---- */

static json_t *task_of(const struct ruled *r)
{
	static const char *const of_spec[] = {"lane", "title", "urgency", "domain", NULL};
	static const char *const of_body[] = {"payload", "context", "artifacts", NULL};
	const json_t *spec = json_object_get(r->created, "spec");
	json_t *task = json_object(), *body = taskview_body(r->created);
	char id[ID_TEXT_MAX];

	js_set_str(task, "id", id_format(r->task, "task_", id));
	for (size_t i = 0; of_spec[i]; i++)
		js_set_copy(task, of_spec[i], json_object_get(spec, of_spec[i]));
	js_set_copy(task, "from", json_object_get(r->created, "from"));
	for (size_t i = 0; of_body[i]; i++) {
		const json_t *part = json_object_get(body, of_body[i]);
		js_set_copy(task, of_body[i],
		            part ? part : json_object_get(json_object_get(body, "task"), of_body[i]));
	}
	js_set_copy(task, "body", body);
	js_set_int(task, "attempt", r->attempt);
	json_decref(body);
	return task;
}

json_t *ruling_told(const struct ruled *r)
{
	static const char *const of_answer[] = {"answer", "confidence", "evidence", NULL};
	json_t *out = json_object(), *worker = json_object();

	js_set_new(out, "task", task_of(r));
	for (size_t i = 0; of_answer[i]; i++)
		js_set_copy(out, of_answer[i], json_object_get(r->submitted, of_answer[i]));
	js_set_str(worker, "name", r->worker);
	js_set_new(out, "worker", worker);
	js_set_int(out, "attempt", r->attempt);
	js_set_time(out, "now", r->now_ms);
	return out;
}

/* ---- said ---- */

struct reasons {
	const char *program;
	json_t *list; /* owned */
	int more;     /* were left out */
};

/* A field that is no pointer into anything is none. */
static const char *pointer_of(const json_t *field)
{
	const char *s = json_string_value(field);

	return s && s[0] == '/' && strlen(s) <= FIELD_MAX ? s : "";
}

/* Safe, one line, cut between characters. */
static void add_reason(struct reasons *r, const char *field, const char *text, size_t n)
{
	struct buf safe = BUF_INIT;
	char keyword[96], message[RULING_TEXT_MAX + sizeof("…")];
	json_t *one;
	size_t cut;

	if (json_array_size(r->list) == RULING_REASONS_MAX) {
		r->more = 1;
		return;
	}
	safe_add(&safe, text, n, SAFE_LINE);
	for (cut = safe.len < RULING_TEXT_MAX ? safe.len : RULING_TEXT_MAX;
	     cut && cut < safe.len && ((unsigned char)safe.data[cut] & 0xc0) == 0x80;)
		cut--;
	snprintf(message, sizeof(message), "%.*s%s", (int)cut, buf_str(&safe), cut < safe.len ? "…" : "");
	snprintf(keyword, sizeof(keyword), "/programs/%.64s", r->program);
	one = json_object();
	js_set_str(one, "instance", field);
	js_set_str(one, "keyword", keyword);
	js_set_str(one, "message", message);
	json_array_append_new(r->list, one);
	buf_release(&safe);
}

static void add_text(struct reasons *r, const char *field, const char *text)
{
	add_reason(r, field, text, strlen(text));
}

/* Whether every member of ${list} is a reason. */
static int are_reasons(const json_t *list)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one) {
		const json_t *field = json_object_get(one, "field");
		if (!json_is_string(one) && !json_is_string(json_object_get(one, "message")))
			return 0;
		if (field && !json_is_string(field))
			return 0;
	}
	return json_array_size(list) > 0;
}

static int add_json(struct reasons *r, const char *said, size_t n)
{
	struct err bad = ERR_INIT;
	json_t *doc = js_parse(said, n, &js_limits_doc, &bad);
	const json_t *list = json_is_object(doc) ? json_object_get(doc, "reasons") : doc, *one;
	int good = list && are_reasons(list);
	size_t i;

	if (good) {
		json_array_foreach(list, i, one) {
			if (json_is_string(one))
				add_text(r, "", json_string_value(one));
			else
				add_text(r, pointer_of(json_object_get(one, "field")),
				         json_string_value(json_object_get(one, "message")));
		}
	}
	json_decref(doc);
	return good;
}

static void add_lines(struct reasons *r, const char *said, size_t n)
{
	while (n > 0) {
		const char *lf = memchr(said, '\n', n);
		size_t len = lf ? (size_t)(lf - said) : n, text = len;

		while (text && (said[text - 1] == ' ' || said[text - 1] == '\r' || said[text - 1] == '\t'))
			text--;
		if (text)
			add_reason(r, "", said, text);
		n -= lf ? len + 1 : len;
		said += len + 1;
	}
}

/* In place of the last reason where there is no room for one more. */
static void add_rest(struct reasons *r)
{
	if (json_array_size(r->list) == RULING_REASONS_MAX)
		json_array_remove(r->list, RULING_REASONS_MAX - 1);
	add_text(r, "", "… and more that is not shown");
}

json_t *ruling_reasons(const char *program, const char *said, size_t n, int cut)
{
	struct reasons r = {program, json_array(), 0};

	if (cut || !add_json(&r, said, n))
		add_lines(&r, said, n);
	if (!json_array_size(r.list))
		add_text(&r, "", "does not pass this check");
	if (cut || r.more)
		add_rest(&r);
	return r.list;
}
