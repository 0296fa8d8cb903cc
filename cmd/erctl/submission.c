#include "submission.h"

#include "base/clock.h"
#include "base/entropy.h"
#include "base/err.h"
#include "base/safe.h"
#include "cmd.h"
#include "envelope.h"
#include "json/js.h"
#include "model/config.h"
#include "model/created.h"
#include "model/gold.h"
#include "model/message.h"
#include "model/taskview.h"
#include "spool/drop.h"
#include "spool/receipt.h"
#include "waiter.h"

enum { VIEW_WAIT_MS = 1000 };

int submission_id(const struct run *r, const char *key, struct id *out, struct err *err)
{
	if (!key) {
		id_new(out);
		return 0;
	}
	size_t n = strlen(key);
	if (n == 0 || n > MESSAGE_KEY_MAX)
		return err_set(err, FAIL_INVALID, "a key has 1 to %d bytes", MESSAGE_KEY_MAX);
	if (!utf8_valid(key, n))
		return err_set(err, FAIL_INVALID, "a key is UTF-8");
	id_from_key(out, r->spool.organisation, key);
	return 0;
}

int submission_check(struct submission *s, struct run *r, struct err *err)
{
	if (identity_requester(r, s->from, err) < 0)
		return -1;
	if (strcmp(s->from, GOLD_FROM) == 0)
		return err_set(err, FAIL_DENIED, "%s: nobody submits under this name", GOLD_FROM);
	s->config = config_new();
	if (spool_load_for(&r->spool, s->config, s->doc.body, err) < 0 ||
	    intake(s->config, s->doc.body, NULL, &s->spec, err) < 0)
		return -1;
	s->checked = 1;
	if (!s->key)
		s->key = s->spec.key;
	if (submission_id(r, s->key, &s->task, err) < 0)
		return -1;
	id_format(&s->task, "task_", s->id);
	s->at_ms = now_wall_ms();
	return 0;
}

int verdict_check(struct run *r, const json_t *verdict, struct err *err)
{
	const json_t *errors = json_object_get(verdict, "errors");
	if (json_array_size(errors) > 0) {
		json_decref(r->details);
		r->details = json_deep_copy(errors);
	}
	if (json_is_true(json_object_get(verdict, "ok")))
		return 0;
	const char *field = js_str_or(verdict, "/field", "");
	enum fail code = fail_by_name(js_str_or(verdict, "/code", ""));
	err_set(err, code < FAIL_COUNT && code != FAIL_NONE ? code : FAIL_FAILURE, "%s",
	        js_str_or(verdict, "/message", "refused"));
	snprintf(err->field, sizeof err->field, "%s", field);
	return -1;
}

static int await_verdict(struct submission *s, struct run *r, struct receipt *receipt,
                         struct err *err)
{
	struct err late = ERR_INIT;
	json_t *verdict = receipt_wait(receipt, VERDICT_WAIT_MS, &late);
	if (!verdict) {
		out_note(&r->out, "%s: erd has not decided yet; the task is safe in the spool",
		         s->id);
		return 0;
	}
	int rc = verdict_check(r, verdict, err);
	s->decided = 1;
	s->replayed |= json_is_true(json_object_get(verdict, "replayed"));
	json_decref(verdict);
	return rc;
}

static int drop(struct submission *s, struct run *r, const char *reply, struct err *err)
{
	struct buf message = BUF_INIT;
	struct envelope e = {.type = MSG_SUBMIT, .id = s->id, .from = s->from, .at_ms = s->at_ms,
	                     .key = s->key, .reply = reply, .body = buf_str(&s->doc.text),
	                     .nbody = s->doc.text.len};
	if (s->key || s->want_verdict)
		js_hash(s->doc.body, &s->content);
	envelope_add(&message, &e);
	buf_addc(&message, '\n');
	struct drop_submit d = {.id = s->id, .keyed = s->key != NULL, .content = s->content,
	                        .bytes = message.data, .n = message.len};
	int rc = drop_submit(&r->spool, &d, err);
	s->replayed = d.replayed;
	buf_release(&message);
	return rc;
}

int submission_send(struct submission *s, struct run *r, struct err *err)
{
	struct receipt *receipt = NULL;
	if (s->want_verdict && drop_nudge(&r->spool)) {
		receipt = receipt_new(&r->spool, s->id, err);
		if (!receipt)
			return -1;
	}
	int rc = drop(s, r, receipt ? receipt_name(receipt) : NULL, err);
	if (rc == 0) {
		s->erd_running = drop_nudge(&r->spool);
		if (receipt && s->erd_running && !s->replayed)
			rc = await_verdict(s, r, receipt, err);
	}
	receipt_free(receipt);
	return rc;
}

static json_t *local_view(const struct submission *s, struct err *err)
{
	/* What erd's task.created will say, but for the lane's record. */
	struct created c = {.spec = &s->spec,
	                    .lane = intake_lane(s->config, &s->spec),
	                    .chain = s->spec.chain ? config_chain(s->config, s->spec.chain) : NULL,
	                    .from = s->from,
	                    .key = s->key,
	                    .content = &s->content,
	                    .body = s->doc.body,
	                    .at_ms = s->at_ms};
	json_t *data = created_data(&c);
	struct event created = {.type = EV_CREATED, .seq = 0, .at_ms = s->at_ms, .has_task = 1,
	                        .task = s->task, .state = ST_QUEUED, .actor = s->from,
	                        .data = data};
	json_t *view = taskview_create(&created, err);
	json_decref(data);
	return view;
}

json_t *submission_view(struct submission *s, struct run *r, struct err *err)
{
	json_t *view = NULL;
	if (s->decided || s->replayed)
		view = waiter_view(&r->spool, VIEW_TASK, &s->task, s->decided ? VIEW_WAIT_MS : 0);
	return view ? view : local_view(s, err);
}

void submission_release(struct submission *s)
{
	taskdoc_release(&s->doc);
	if (s->checked)
		spec_release(&s->spec);
	if (s->config)
		config_free(s->config);
	*s = (struct submission){.key = NULL};
}
