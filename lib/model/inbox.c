#include "model/taskview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/timefmt.h"
#include "json/js.h"
#include "model/dialect/dialect_p.h"
#include "model/view_p.h"

/* The body without what is between requester and router. */
static json_t *body_for_worker(const json_t *view, const struct fields *f)
{
	json_t *body = json_copy(view_body(view));

	for (size_t i = 0; f->hidden[i]; i++)
		json_object_del(body, f->hidden[i] + 1);
	return body;
}

/* Reasons of this worker's last answer, when it was rejected. */
static json_t *rejections(const json_t *view, const char *worker)
{
	const json_t *all = json_object_get(view, "answers");

	for (size_t i = json_array_size(all); i-- > 0;) {
		const json_t *a = json_array_get(all, i);

		if (strcmp(js_str_or(a, "/worker", ""), worker) == 0)
			return json_object_get(a, "rejected");
	}
	return NULL;
}

static void put_matter(json_t *doc, const json_t *view, const struct fields *f)
{
	static const char *const keys[] = {"payload", "artifacts", "context", NULL};
	const json_t *body = view_body(view);
	const json_t *inner = json_object_get(body, "task");
	char *text = fields_instructions(f, body);

	js_set_str(doc, "instructions", text);
	free(text);
	for (size_t i = 0; keys[i]; i++) {
		const json_t *v = json_object_get(body, keys[i]);

		js_set_copy(doc, keys[i], v ? v : json_object_get(inner, keys[i]));
	}
}

/* Where the chain stands, and what the levels before said, unless the lane keeps that back. */
static void put_escalation(json_t *doc, const json_t *view)
{
	static const char *const keys[] = {"chain", "level", "levels", "levelEndsAt", NULL};
	static const char *const of_answer[] = {"worker", "at", "answer", "confidence", "evidence",
	                                        NULL};
	const json_t *e = json_object_get(view, "escalation");
	const json_t *answers = json_object_get(view, "answers");
	json_t *out = json_object(), *earlier = json_array();

	for (size_t i = 0; keys[i]; i++)
		js_set_copy(out, keys[i], json_object_get(e, keys[i]));
	for (size_t i = 0; i < json_array_size(answers); i++) {
		const json_t *a = json_array_get(answers, i);
		json_t *one;

		if (!json_is_true(json_object_get(a, "escalated")) ||
		    json_is_true(json_object_get(e, "blind")))
			continue;
		one = json_object();
		for (size_t k = 0; of_answer[k]; k++)
			js_set_copy(one, of_answer[k], json_object_get(a, of_answer[k]));
		json_array_append_new(earlier, one);
	}
	if (json_array_size(earlier))
		js_set_copy(out, "earlierAnswers", earlier);
	if (e)
		js_set_copy(doc, "escalation", out);
	json_decref(earlier);
	json_decref(out);
}

static json_t *inbox_doc(const json_t *view, const json_t *assignment, const struct fields *f)
{
	json_t *doc = json_object();
	const char *worker = js_str_or(assignment, "/worker", "");

	js_set_str(doc, "schema", "er.inbox.v1");
	js_set_copy(doc, "task", json_object_get(view, "id"));
	js_set_copy(doc, "state", json_object_get(assignment, "state"));
	js_set_copy(doc, "lane", json_object_get(view, "lane"));
	js_set_copy(doc, "title", json_object_get(view, "title"));
	js_set_copy(doc, "urgency", json_object_get(view, "urgency"));
	js_set_copy(doc, "createdAt", json_object_get(view, "createdAt"));
	js_set_copy(doc, "due", json_object_get(view, "dueAt"));
	if (strcmp(js_str_or(assignment, "/state", ""), state_name(ST_OFFERED)) == 0)
		js_set_copy(doc, "offerExpires", json_object_get(assignment, "offerExpiresAt"));
	js_set_copy(doc, "priceUsd", json_object_get(view, "priceUsd"));
	put_matter(doc, view, f);
	put_escalation(doc, view);
	js_set_copy(doc, "question", json_object_get(view, "question"));
	js_set_copy(doc, "comments", json_object_get(view, "comments"));
	js_set_copy(doc, "rejections", rejections(view, worker));
	js_set_copy(doc, "answerSchema", json_object_get(view, "answerSchema"));
	js_set_copy(doc, "evidenceRequired", fields_at(view_body(view), f->evidence, NULL));
	js_set_new(doc, "body", body_for_worker(view, f));
	return doc;
}

/* The worker may act, or is asked to: not while an answer is being verified. */
static int waits(const json_t *assignment)
{
	return assignment_live(assignment) && !json_object_get(assignment, "kind") &&
	       strcmp(js_str_or(assignment, "/state", ""), state_name(ST_SUBMITTED)) != 0;
}

static void entry_name(const json_t *view, char *out, size_t n)
{
	const char *due = view_text(view, "dueAt");
	char compact[TIME_TEXT_MAX];
	int64_t ms = 0;

	if (!due || time_parse(due, &ms, NULL) != 0)
		ms = 0;
	snprintf(out, n, "%s-%s.json", time_format_compact(ms, compact),
	         js_str_or(view, "/id", "task"));
}

size_t taskview_inbox(const json_t *view, int with_docs, struct inbox_entry out[INBOX_ENTRIES_MAX])
{
	const struct dialect *d = dialect_by_name(js_str_or(view, "/dialect", ""));
	const struct fields *f = fields_of(d);
	const json_t *all = json_object_get(view, "assignments");
	size_t n = 0;

	for (size_t i = 0; i < json_array_size(all) && n < INBOX_ENTRIES_MAX; i++) {
		const json_t *a = json_array_get(all, i);

		if (!waits(a))
			continue;
		snprintf(out[n].worker, sizeof(out[n].worker), "%s", js_str_or(a, "/worker", ""));
		entry_name(view, out[n].name, sizeof(out[n].name));
		out[n].doc = with_docs ? inbox_doc(view, a, f) : NULL;
		n++;
	}
	return n;
}

void taskview_inbox_release(struct inbox_entry *e, size_t n)
{
	for (size_t i = 0; i < n; i++)
		json_decref(e[i].doc);
}

json_t *taskview_worker_doc(const json_t *view, const char *worker)
{
	const struct fields *f = fields_of(dialect_by_name(js_str_or(view, "/dialect", "")));
	const json_t *all = json_object_get(view, "assignments");

	for (size_t i = json_array_size(all); i-- > 0;) {
		const json_t *a = json_array_get(all, i);

		if (assignment_live(a) && strcmp(js_str_or(a, "/worker", ""), worker) == 0)
			return inbox_doc(view, a, f);
	}
	return NULL;
}
