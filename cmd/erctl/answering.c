#include "answering.h"

#include <string.h>

#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "draft.h"
#include "evidence.h"
#include "json/js.h"
#include "verb_message.h"

enum { TEXT_DUE, TEXT_PRICE };
static const char about_key[] = "about"; /* no member of er.inbox.v1 */

/* What lies behind the question, for all to read beside the form. */
static const json_t *add_context(json_t *doc)
{
	static const char *const keys[] = {"payload", "artifacts", "context", "question",
	                                   "comments", "rejections", NULL};
	json_t *about = json_object();
	for (size_t i = 0; keys[i]; i++)
		js_set_copy(about, keys[i], json_object_get(doc, keys[i]));
	if (json_object_size(about) == 0) {
		json_decref(about);
		return NULL;
	}
	js_set_new(doc, about_key, about);
	return about;
}

static const char *due_text(const struct run *r, const json_t *doc, char out[64])
{
	int64_t at;
	if (time_parse(js_str_or(doc, "/due", ""), &at, NULL) != 0)
		return NULL;
	return out_when(&r->out, at, now_wall_ms(), out);
}

int answering_begin(struct answering *a, struct run *r, const json_t *doc, struct err *err)
{
	memset(a, 0, sizeof *a);
	a->doc = json_copy((json_t *)doc);
	const char *price = js_str_or(doc, "/priceUsd", NULL);
	if (price && strcmp(price, "0.00") != 0)
		snprintf(a->texts[TEXT_PRICE], sizeof a->texts[TEXT_PRICE], "%s USD", price);
	a->about = (struct form_about){
		.id = js_str_or(a->doc, "/task", NULL),
		.title = js_str_or(a->doc, "/title", NULL),
		.lane = js_str_or(a->doc, "/lane", NULL),
		.instructions = js_str_or(a->doc, "/instructions", NULL),
		.due = due_text(r, a->doc, a->texts[TEXT_DUE]),
		.price = a->texts[TEXT_PRICE][0] ? a->texts[TEXT_PRICE] : NULL,
		.context = add_context(a->doc),
		.evidence_required = json_is_true(json_object_get(a->doc, "evidenceRequired")),
	};
	const json_t *schema = json_object_get(a->doc, "answerSchema");
	if (!schema)
		return 0;
	struct schema_options plain = {.draft = 0}; /* what erd verifies with */
	a->form = form_new(schema, &plain, err);
	return a->form ? 0 : err_wrap(err, "the task's schema");
}

void answering_end(struct answering *a)
{
	form_free(a->form);
	json_decref(a->doc);
	memset(a, 0, sizeof *a);
}

/* ---- checks ---- */

static void add_error(json_t *list, const char *instance, const char *keyword, const char *message)
{
	json_t *e = json_object();
	js_set_str(e, "instance", instance);
	js_set_str(e, "keyword", keyword);
	js_set_str(e, "message", message);
	json_array_append_new(list, e);
}

/* What was typed and is no value of its field would be missing without a word. */
static void add_unfinished(json_t *list, const struct draft *d)
{
	const char *key;
	json_t *text;
	json_object_foreach(d->texts, key, text) {
		if (*key == '/' || *key == '\0')
			add_error(list, key, "", "what was typed is no value of this field");
	}
}

static json_t *schema_errors(const struct answering *a, const struct draft *d, size_t *total)
{
	struct schema_errors errors = {.n = 0};
	if (a->form)
		form_check(a->form, d->answer, &errors);
	*total = errors.total;
	json_t *list = schema_errors_json(&errors);
	schema_errors_release(&errors);
	return list;
}

static int refuse(struct run *r, json_t *list, size_t wrong, struct err *err)
{
	json_decref(r->details);
	r->details = list;
	if (wrong == 0)
		return err_field(err, FAIL_INVALID, "/evidence",
		                 "this task wants evidence, and none is given; nothing was sent");
	return err_set(err, FAIL_INVALID,
	               "the answer does not meet the task's schema (%zu error%s); "
	               "nothing was sent", wrong, wrong == 1 ? "" : "s");
}

/* What erd verifies, said before it costs an attempt. */
static int check_answer(const struct answering *a, struct run *r, const struct draft *d,
                        struct err *err)
{
	size_t wrong;
	json_t *list = schema_errors(a, d, &wrong);
	size_t before = json_array_size(list);
	add_unfinished(list, d);
	wrong += json_array_size(list) - before;
	if (a->about.evidence_required && json_array_size(d->evidence) == 0)
		add_error(list, "/evidence", "/evidenceRequired", "evidence is required");
	if (json_array_size(list) > 0)
		return refuse(r, list, wrong, err);
	json_decref(list);
	return 0;
}

/* The draft is on the disk: name the command that tries again. */
static void set_hint(struct run *r, const struct draft *d)
{
	struct buf next = BUF_INIT;
	if (d->at_ms && !r->hint[0])
		snprintf(r->hint, sizeof r->hint, "your draft is kept; %s --draft tries again",
		         draft_command(d, r, &next));
	buf_release(&next);
}

int answering_check(const struct answering *a, struct run *r, const struct draft *d,
                    struct err *err)
{
	int rc = 0;
	if (!d->answer)
		rc = err_set(err, FAIL_INVALID, "there is no answer yet; nothing was sent");
	if (rc == 0 && !args_has(r, "no-check"))
		rc = check_answer(a, r, d, err);
	if (rc == 0)
		rc = evidence_check(r, a->about.lane, d->evidence, err);
	if (rc < 0)
		set_hint(r, d);
	return rc;
}

/* ---- handing in ---- */

/* Evidence first: erd refuses an answer whose evidence is neither there nor in the drop. */
int answering_post(const struct answering *a, struct run *r, struct draft *d,
                   struct verb_sent *sent, json_t **verdict, struct err *err)
{
	char id[ID_TEXT_MAX];
	struct verb_message m = {.type = MSG_ANSWER, .from = d->worker,
	                         .id_text = id_format(&d->task, "task_", id),
	                         .body = json_object()};
	json_t *evidence = NULL;
	*verdict = NULL;
	js_set_copy(m.body, "answer", d->answer);
	js_set_copy(m.body, "confidence", d->confidence);
	if (json_array_size(d->evidence) > 0) {
		evidence = evidence_send(r, a->about.lane, d->evidence, err);
		if (!evidence) {
			json_decref(m.body);
			set_hint(r, d);
			return -1;
		}
		js_set_new(m.body, "evidence", evidence);
	}
	if (verb_message_judge(r, &m, sent, verdict, err) < 0) {
		set_hint(r, d);
		return -1;
	}
	/* In the journal, or in new/ and later in the journal or refused/: nothing typed is only
	   here. */
	struct err kept = ERR_INIT;
	if (d->at_ms && draft_drop(d, r, &kept) < 0)
		out_warn(&r->out, "%s", kept.msg);
	return 0;
}

int answering_send(const struct answering *a, struct run *r, struct draft *d, json_t **verdict,
                   struct err *err)
{
	struct verb_sent sent;
	return answering_post(a, r, d, &sent, verdict, err);
}
