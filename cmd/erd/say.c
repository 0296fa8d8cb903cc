/*
 * Messages of erd's own making: what programs and services said goes through the drop like all
 * else.
 */
#include "base/buf.h"
#include "base/entropy.h"
#include "base/err.h"
#include "erd.h"
#include "json/js.h"
#include "log.h"
#include "model/message.h"
#include "spool/drop.h"

/* What erd would refuse would leave the task where it is for good. */
static int acceptable(const struct buf *text, struct err *err)
{
	json_t *doc = js_parse(text->data, text->len, &js_limits_message, err);
	struct message m;

	if (doc && text->len <= DROP_MESSAGE_MAX && message_parse(doc, &m, err) == 0) {
		message_release(&m);
		return 1;
	}
	json_decref(doc);
	err_set(err, FAIL_INVALID, "its message is too long");
	err->code = FAIL_INVALID;
	return 0;
}

int say(struct erd *e, const struct id *task, const char *from, const char *type, json_t *body,
        struct err *err)
{
	char msg_id[ID_TEXT_MAX], task_id[ID_TEXT_MAX];
	struct buf text = BUF_INIT;
	struct id id;
	json_t *m = json_object();

	id_new(&id);
	id_format(&id, "msg_", msg_id);
	js_set_int(m, "er", 1);
	js_set_str(m, "type", type);
	js_set_str(m, "id", msg_id);
	js_set_str(m, "task", id_format(task, "task_", task_id));
	js_set_str(m, "from", from);
	js_set_time(m, "at", erd_now(e));
	js_set_new(m, "body", body);
	js_dump(&text, m, JS_COMPACT);
	buf_addc(&text, '\n');
	int rc = acceptable(&text, err) ? drop_message(&e->spool, msg_id, text.data, text.len, err)
	                                : -1;
	buf_release(&text);
	json_decref(m);
	return rc;
}

void say_lost(struct erd *e, const char *whose, const struct err *why)
{
	log_event(LOG_CRIT_, "program.lost", "worker", whose, "reason", why->msg, NULL);
	e->stop = fail_exit(FAIL_TEMPORARY);
}
