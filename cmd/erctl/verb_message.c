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
	if (reason && (strlen(reason) > MESSAGE_REASON_MAX || !utf8_valid(reason, strlen(reason)))) {
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
static void say(struct run *r, const char *task, const char *what, const json_t *verdict)
{
	if (r->out.format == FMT_TEXT) {
		out_line(&r->out, "%s", task);
		out_note(&r->out, "%s: %s", task, what);
		return;
	}
	json_t *doc = json_object();
	js_set_str(doc, "schema", "er.verdict.v1");
	js_set_str(doc, "task", task);
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

static int judge(struct run *r, const struct verb_message *m, const char *task,
                 struct receipt *receipt, struct err *err)
{
	char what[128];
	struct err late = ERR_INIT;
	json_t *verdict = receipt_wait(receipt, VERB_WAIT_MS, &late);
	if (!verdict) {
		say(r, task, "queued: erd has not judged it yet", NULL);
		return fail_exit(FAIL_PENDING);
	}
	int rc = verdict_check(r, verdict, err);
	if (rc == 0 && r->details)
		rc = err_set(err, FAIL_INVALID, "%s: the answer was rejected", task);
	if (rc == 0) {
		const char *state = js_str_or(verdict, "/state", "");
		snprintf(what, sizeof what, "%s%s%s%s", m->done, *state ? ", now " : "", state,
		         json_is_true(json_object_get(verdict, "replayed")) ? " (as before)" : "");
		say(r, task, what, verdict);
	}
	json_decref(verdict);
	return rc;
}

static int send_to_erd(struct run *r, const struct verb_message *m, const char *task,
                       struct err *err)
{
	char message_id[ID_TEXT_MAX];
	struct id random;
	struct receipt *receipt = NULL;
	int running = drop_nudge(&r->spool);
	id_new(&random);
	id_format(&random, "msg_", message_id);
	if (running && !args_has(r, "no-wait")) {
		receipt = receipt_new(&r->spool, message_id, err);
		if (!receipt)
			return -1;
	}
	int rc = publish(r, m, task, message_id, receipt ? receipt_name(receipt) : NULL, err);
	if (rc == 0 && running)
		running = drop_nudge(&r->spool);
	if (rc == 0 && args_has(r, "no-wait")) {
		say(r, task, "queued", NULL);
	} else if (rc == 0 && !running) {
		say(r, task, "queued: no erd is running", NULL);
		rc = fail_exit(FAIL_PENDING);
	} else if (rc == 0) {
		rc = judge(r, m, task, receipt, err);
	}
	receipt_free(receipt);
	return rc;
}

int verb_message_send(struct run *r, struct verb_message *m, struct err *err)
{
	struct id task;
	char id[ID_TEXT_MAX];
	int rc = -1;
	if (!m->body)
		return -1;
	if (idarg(r, m->id_text, &task, err) < 0 || check_here(r, m, &task, err) < 0)
		goto out;
	id_format(&task, "task_", id);
	if (args_has(r, "dry-run")) {
		say(r, id, "nothing was sent (dry run)", NULL);
		rc = 0;
	} else {
		rc = send_to_erd(r, m, id, err);
	}
out:
	json_decref(m->body);
	return rc;
}
