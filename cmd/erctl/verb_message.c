#include "verb_message.h"

#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/err.h"
#include "base/safe.h"
#include "envelope.h"
#include "idargs.h"
#include "json/js.h"
#include "model/state.h"
#include "model/taskview.h"
#include "spool/drop.h"
#include "spool/receipt.h"
#include "submission.h"
#include "waiter.h"

json_t *verb_body_reason(const struct run *r, struct err *err)
{
	const char *reason = args_str(r, "reason", NULL);
	if (reason &&
	    (strlen(reason) > MESSAGE_REASON_MAX || !utf8_valid(reason, strlen(reason)))) {
		err_set(err, FAIL_USAGE, "--reason: at most %d bytes of UTF-8", MESSAGE_REASON_MAX);
		return NULL;
	}
	json_t *body = json_object();
	js_set_str(body, "reason", reason);
	return body;
}

json_t *verb_body_text(const char *text, struct err *err)
{
	size_t n = strlen(text);
	if (n == 0 || n > MESSAGE_TEXT_MAX || !utf8_valid(text, n)) {
		err_set(err, FAIL_USAGE, "the text has 1 to %d bytes of UTF-8", MESSAGE_TEXT_MAX);
		return NULL;
	}
	json_t *body = json_object();
	js_set_str(body, "text", text);
	return body;
}

static int check_here(struct run *r, struct verb_message *m, const struct id *task,
                      struct err *err)
{
	char id[ID_TEXT_MAX];
	json_t *view = view_read(&r->spool, VIEW_TASK, task);
	int rc = 0;
	if (view && m->type != MSG_CANCEL && state_final(taskview_state(view)))
		rc = err_set(err, FAIL_CONFLICT, "%s: already %s", id_format(task, "task_", id),
		             state_name(taskview_state(view)));
	else if (m->check)
		rc = m->check(r, view, m->body, err);
	json_decref(view);
	return rc;
}

static int publish(struct run *r, const struct verb_message *m, const char *task,
                   const char *message_id, const char *reply, struct err *err)
{
	struct buf body = BUF_INIT, bytes = BUF_INIT;
	js_dump(&body, m->body, JS_COMPACT);
	struct envelope e = {.type = m->type, .id = message_id, .task = task, .from = m->from,
	                     .at_ms = now_wall_ms(), .reply = reply, .body = buf_str(&body),
	                     .nbody = body.len};
	envelope_add(&bytes, &e);
	buf_addc(&bytes, '\n');
	int rc = drop_message(&r->spool, message_id, bytes.data, bytes.len, err);
	buf_release(&bytes);
	buf_release(&body);
	return rc;
}

/* ${what} is the sentence; a verdict's members are kept in the document. */
static void say(struct run *r, const struct verb_message *m, const char *task, const char *what,
                const json_t *verdict)
{
	const char *name = m->about ? m->about : task;
	if (r->out.format == FMT_TEXT) {
		out_line(&r->out, "%s", name);
		out_note(&r->out, "%s: %s", name, what);
		return;
	}
	json_t *doc = json_object();
	js_set_str(doc, "schema", "er.verdict.v1");
	js_set_str(doc, m->about ? "about" : "task", name);
	js_set_str(doc, "outcome", verdict ? "granted" : "queued");
	js_set_copy(doc, "state", json_object_get(verdict, "state"));
	js_set_copy(doc, "seq", json_object_get(verdict, "seq"));
	if (json_is_true(json_object_get(verdict, "replayed")))
		js_set_new(doc, "replayed", json_true());
	if (args_has(r, "dry-run"))
		js_set_new(doc, "dryRun", json_true());
	out_doc(&r->out, doc);
	json_decref(doc);
}

static const char *const why_queued[] = {"queued", "queued: no erd is running",
                                         "queued: erd has not judged it yet"};
enum { QUEUED_NO_WAIT, QUEUED_NO_ERD, QUEUED_LATE };

/* Publish, with a FIFO for the verdict where there is somebody to write into it. */
static int post(struct run *r, const struct verb_message *m, struct verb_sent *sent,
                struct err *err)
{
	char message_id[ID_TEXT_MAX];
	struct id random;
	int running = drop_nudge(&r->spool), wait = !args_has(r, "no-wait");
	id_new(&random);
	id_format(&random, "msg_", message_id);
	if (running && wait) {
		sent->receipt = receipt_new(&r->spool, message_id, err);
		if (!sent->receipt)
			return -1;
	}
	int rc = publish(r, m, m->about ? NULL : sent->task, message_id,
	                 sent->receipt ? receipt_name(sent->receipt) : NULL, err);
	if (rc == 0 && running)
		running = drop_nudge(&r->spool);
	if (!wait)
		sent->queued = why_queued[QUEUED_NO_WAIT];
	else if (!running)
		sent->queued = why_queued[QUEUED_NO_ERD];
	if (rc < 0 || sent->queued)
		verb_sent_release(sent);
	return rc;
}

int verb_message_post(struct run *r, struct verb_message *m, struct verb_sent *sent,
                      struct err *err)
{
	struct id task;
	int rc = -1;
	*sent = (struct verb_sent){.receipt = NULL};
	if (!m->body)
		return -1;
	if (!m->id_text) {
		rc = args_has(r, "dry-run") ? 0 : post(r, m, sent, err);
	} else if (idarg(r, m->id_text, &task, err) == 0 && check_here(r, m, &task, err) == 0) {
		id_format(&task, "task_", sent->task);
		rc = args_has(r, "dry-run") ? 0 : post(r, m, sent, err);
	}
	json_decref(m->body);
	return rc;
}

int verb_message_verdict(struct run *r, struct verb_sent *sent, int64_t ms, json_t **verdict,
                         struct err *err)
{
	struct err late = ERR_INIT;
	*verdict = sent->receipt ? receipt_wait(sent->receipt, ms, &late) : NULL;
	if (!*verdict) {
		if (!sent->queued)
			sent->queued = why_queued[QUEUED_LATE];
		return 0;
	}
	sent->queued = NULL;
	int rc = verdict_check(r, *verdict, err);
	if (rc == 0 && r->details)
		rc = err_set(err, FAIL_INVALID, "%s: the answer was rejected", sent->task);
	if (rc < 0) {
		json_decref(*verdict);
		*verdict = NULL;
	}
	return rc;
}

void verb_sent_release(struct verb_sent *sent)
{
	receipt_free(sent->receipt);
	sent->receipt = NULL;
}

int verb_message_judge(struct run *r, struct verb_message *m, struct verb_sent *sent,
                       json_t **verdict, struct err *err)
{
	*verdict = NULL;
	if (verb_message_post(r, m, sent, err) < 0)
		return -1;
	int rc = sent->queued ? 0 : verb_message_verdict(r, sent, VERB_WAIT_MS, verdict, err);
	verb_sent_release(sent);
	return rc;
}

void verb_message_sentence(const struct verb_message *m, const json_t *verdict, char *out, size_t n)
{
	const char *state = js_str_or(verdict, "/state", "");
	snprintf(out, n, "%s%s%s%s", m->done, *state ? ", now " : "", state,
	         json_is_true(json_object_get(verdict, "replayed")) ? " (as before)" : "");
}

int verb_message_report(struct run *r, const struct verb_message *m, const struct verb_sent *sent,
                        const json_t *verdict)
{
	char what[128] = "nothing was sent (dry run)";
	int dry = args_has(r, "dry-run");
	if (!dry && sent->queued)
		snprintf(what, sizeof what, "%s", sent->queued);
	else if (!dry)
		verb_message_sentence(m, verdict, what, sizeof what);
	say(r, m, sent->task, what, verdict);
	return dry || !sent->queued || args_has(r, "no-wait") ? 0 : fail_exit(FAIL_PENDING);
}

int verb_message_send(struct run *r, struct verb_message *m, struct err *err)
{
	struct verb_sent sent;
	json_t *verdict = NULL;
	int dry = args_has(r, "dry-run");
	if ((dry ? verb_message_post(r, m, &sent, err)
	         : verb_message_judge(r, m, &sent, &verdict, err)) < 0)
		return -1;
	int rc = verb_message_report(r, m, &sent, verdict);
	json_decref(verdict);
	return rc;
}
