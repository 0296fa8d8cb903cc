#include "model/message.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/safe.h"
#include "base/sha256.h"
#include "base/timefmt.h"
#include "json/js.h"
#include "model/chain.h"

enum { REPLY_NAME_MAX = 64, EVIDENCE_MAX = 100, EVIDENCE_NAME_MAX = 255, REASONS_MAX = 32 };

static const char *const names[] = {
	[MSG_SUBMIT] = "submit",   [MSG_ACCEPT] = "accept", [MSG_DECLINE] = "decline",
	[MSG_RELEASE] = "release", [MSG_START] = "start",   [MSG_BLOCK] = "block",
	[MSG_REPLY] = "reply",     [MSG_ANSWER] = "answer", [MSG_COMMENT] = "comment",
	[MSG_CANCEL] = "cancel",
	[MSG_ACKNOWLEDGE] = "acknowledge",
	[MSG_UNACKNOWLEDGE] = "unacknowledge",
	[MSG_ESCALATE] = "escalate",
	[MSG_RESOLVE] = "resolve",
	[MSG_CHECKED] = "checked",
	[MSG_REINSTATE] = "reinstate",
	[MSG_REASSIGN] = "reassign",
};
_Static_assert(NITEMS(names) == MSG_COUNT, "name every message type");

static const char *const known[] = {"er",   "type", "id",    "task", "from",
                                    "at",   "key",  "reply", "body", NULL};

const char *message_type_name(enum message_type t)
{
	assert((unsigned)t < MSG_COUNT);
	return names[t];
}

static int message_type_by_name(const char *name)
{
	for (int t = 0; t < MSG_COUNT; t++)
		if (strcmp(names[t], name) == 0)
			return t;
	return -1;
}

/* Printable: what base/safe.h would show unchanged. */
static int printable(const char *s)
{
	struct buf b = BUF_INIT;
	const char *p = s;
	int same;

	while (*p >= ' ' && *p <= '~')
		p++;
	if (*p == '\0')
		return 1;
	safe_adds(&b, s, SAFE_LINE);
	same = strcmp(buf_str(&b), s) == 0;
	buf_release(&b);
	return same;
}

static int required(const char *value, const char *field, struct err *err)
{
	if (value && value[0] != '\0')
		return 0;
	return err_field(err, FAIL_INVALID, field, "required, and not empty");
}

static int read_type(struct message *m, struct err *err)
{
	const char *type = NULL;
	int64_t er = 0;
	int t;

	if (js_get_int(m->doc, "/er", 1, 1, &er, err) != 0)
		return -1;
	if (er != 1)
		return err_field(err, FAIL_INVALID, "/er", "must be 1, the version of this format");
	if (js_get_str(m->doc, "/type", &type, 64, err) != 0 || required(type, "/type", err) != 0)
		return -1;
	t = message_type_by_name(type);
	if (t < 0)
		return err_field(err, FAIL_INVALID, "/type", "no such type of message");
	m->type = (enum message_type)t;
	return 0;
}

static int read_ids(struct message *m, struct err *err)
{
	int submit = m->type == MSG_SUBMIT;
	const char *task = NULL;
	struct id id;

	if (js_get_str(m->doc, "/id", &m->id, ID_TEXT_MAX, err) != 0 ||
	    js_get_str(m->doc, "/task", &task, ID_TEXT_MAX, err) != 0)
		return -1;
	if (!m->id || id_parse(m->id, submit ? "task_" : "msg_", &id) != 0)
		return err_field(err, FAIL_INVALID, "/id", "must be %s and 26 digits",
		                 submit ? "task_" : "msg_");
	if (submit) {
		m->task = id;
		if (task && strcmp(task, m->id) != 0)
			return err_field(err, FAIL_INVALID, "/task",
			                 "a submit has its task's id as its own");
		return 0;
	}
	if (m->type == MSG_REINSTATE)
		return task ? err_field(err, FAIL_INVALID, "/task", "is about no task") : 0;
	if (!task || id_parse(task, "task_", &m->task) != 0)
		return err_field(err, FAIL_INVALID, "/task", "must be task_ and 26 digits");
	return 0;
}

static int read_from(struct message *m, struct err *err)
{
	if (js_get_str(m->doc, "/from", &m->from, MESSAGE_FROM_MAX, err) != 0 ||
	    required(m->from, "/from", err) != 0)
		return -1;
	if (!printable(m->from))
		return err_field(err, FAIL_INVALID, "/from", "must be printable");
	return 0;
}

static int read_key(struct message *m, struct err *err)
{
	if (js_get_str(m->doc, "/key", &m->key, MESSAGE_KEY_MAX, err) != 0)
		return -1;
	if (!m->key)
		return 0;
	if (m->type != MSG_SUBMIT)
		return err_field(err, FAIL_INVALID, "/key", "only a submit has a key");
	return required(m->key, "/key", err);
}

/* A file name without any power: letters, digits, '-', '_' and inner dots. */
static int read_reply(struct message *m, struct err *err)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";

	if (js_get_str(m->doc, "/reply", &m->reply, REPLY_NAME_MAX, err) != 0)
		return -1;
	if (m->reply && (m->reply[0] == '\0' || m->reply[0] == '.' ||
	                 m->reply[strspn(m->reply, ok)] != '\0'))
		return err_field(err, FAIL_INVALID, "/reply", "must be a plain file name");
	return 0;
}

static int read_at(struct message *m, struct err *err)
{
	const char *at = NULL;

	if (js_get_str(m->doc, "/at", &at, 64, err) != 0)
		return -1;
	if (at && time_parse(at, &m->at_ms, NULL) != 0)
		return err_field(err, FAIL_INVALID, "/at", "must be an RFC 3339 time");
	return 0;
}

static int body_text(const json_t *doc, struct err *err)
{
	static const char *const keys[] = {"text", NULL};
	const char *text = NULL;

	if (js_only_keys(json_object_get(doc, "body"), "/body", keys, err) != 0 ||
	    js_get_str(doc, "/body/text", &text, MESSAGE_TEXT_MAX, err) != 0)
		return -1;
	return required(text, "/body/text", err);
}

static int body_reason(const json_t *doc, struct err *err)
{
	static const char *const keys[] = {"reason", NULL};
	const char *reason = NULL;

	if (js_only_keys(json_object_get(doc, "body"), "/body", keys, err) != 0)
		return -1;
	return js_get_str(doc, "/body/reason", &reason, MESSAGE_REASON_MAX, err);
}

/* Any JSON, but what names a blob must be able to. */
static int check_evidence(const json_t *evidence, struct err *err)
{
	const json_t *piece;
	size_t i;

	json_array_foreach(evidence, i, piece) {
		const json_t *sha = json_object_get(piece, "sha256");
		const char *name = NULL;
		struct sha256 unused;
		char field[64];

		snprintf(field, sizeof(field), "/body/evidence/%zu/sha256", i);
		if (!sha)
			continue;
		if (sha256_parse(json_string_value(sha), &unused) != 0)
			return err_field(err, FAIL_INVALID, field, "must be 64 hexadecimal digits");
		if (js_get_str(piece, "/name", &name, EVIDENCE_NAME_MAX, err) != 0)
			return err_wrap(err, "/body/evidence/%zu", i);
	}
	return 0;
}

static int body_answer(const json_t *doc, struct err *err)
{
	static const char *const keys[] = {"answer", "confidence", "evidence", NULL};
	const json_t *body = json_object_get(doc, "body");
	const json_t *sure = json_object_get(body, "confidence");
	json_t *evidence = NULL;

	if (js_only_keys(body, "/body", keys, err) != 0)
		return -1;
	if (!json_object_get(body, "answer"))
		return err_field(err, FAIL_INVALID, "/body/answer", "required");
	if (sure && !(json_is_number(sure) && json_number_value(sure) >= 0 &&
	              json_number_value(sure) <= 1))
		return err_field(err, FAIL_INVALID, "/body/confidence",
		                 "must be a number from 0 to 1");
	if (js_get_arr(doc, "/body/evidence", EVIDENCE_MAX, &evidence, err) != 0)
		return -1;
	return check_evidence(evidence, err);
}

/* What is said to an escalation: whose agent, and one text. */
static int body_escalation(const json_t *doc, enum message_type type, struct err *err)
{
	static const char *const keys[][4] = {{"agentId", NULL},
	                                      {"agentId", "reason", NULL},
	                                      {"level", "reason", NULL},
	                                      {"agentId", "resolution", NULL}};
	const char *agent = NULL, *reason = NULL, *resolution = NULL;
	int64_t level;

	if (js_only_keys(json_object_get(doc, "body"), "/body", keys[type - MSG_ACKNOWLEDGE], err) != 0 ||
	    js_get_str(doc, "/body/agentId", &agent, MESSAGE_FROM_MAX, err) != 0 ||
	    js_get_str(doc, "/body/reason", &reason, MESSAGE_REASON_MAX, err) != 0 ||
	    js_get_int(doc, "/body/level", 1, CHAIN_LEVELS_MAX, &level, err) != 0 ||
	    js_get_str(doc, "/body/resolution", &resolution, MESSAGE_TEXT_MAX, err) != 0)
		return -1;
	if (agent && required(agent, "/body/agentId", err) != 0)
		return -1;
	return type == MSG_RESOLVE ? required(resolution, "/body/resolution", err) : 0;
}

static int check_reason(const json_t *doc, size_t i, struct err *err)
{
	static const char *const keys[] = {"instance", "keyword", "message", NULL};
	char at[64], pointer[96];
	const char *text = NULL;

	snprintf(at, sizeof(at), "/body/reasons/%zu", i);
	if (!json_is_object(js_at(doc, at)))
		return err_field(err, FAIL_INVALID, at, "must be an object");
	if (js_only_keys(js_at(doc, at), at, keys, err) != 0)
		return -1;
	for (int k = 0; keys[k]; k++) {
		snprintf(pointer, sizeof(pointer), "%s/%s", at, keys[k]);
		if (js_get_str(doc, pointer, &text, 600, err) != 0)
			return -1;
	}
	return 0;
}

static int body_checked(const json_t *doc, struct err *err)
{
	static const char *const keys[] = {"worker", "attempt", "passed", "reasons", "absent", NULL};
	const char *worker = NULL, *absent = NULL;
	int64_t attempt = 0;
	int passed = 0;
	json_t *reasons = NULL;

	if (js_only_keys(json_object_get(doc, "body"), "/body", keys, err) != 0 ||
	    js_get_str(doc, "/body/worker", &worker, MESSAGE_FROM_MAX, err) != 0 ||
	    required(worker, "/body/worker", err) != 0 ||
	    js_get_int(doc, "/body/attempt", 1, 255, &attempt, err) != 0 ||
	    js_get_bool(doc, "/body/passed", &passed, err) != 0 ||
	    js_get_str(doc, "/body/absent", &absent, 64, err) != 0 ||
	    js_get_arr(doc, "/body/reasons", REASONS_MAX, &reasons, err) != 0)
		return -1;
	for (size_t i = 0; i < json_array_size(reasons); i++)
		if (check_reason(doc, i, err) != 0)
			return -1;
	return 0;
}

static int body_reinstate(const json_t *doc, struct err *err)
{
	static const char *const keys[] = {"worker", "lane", "reason", NULL};
	const char *worker = NULL, *lane = NULL, *reason = NULL;

	if (js_only_keys(json_object_get(doc, "body"), "/body", keys, err) != 0 ||
	    js_get_str(doc, "/body/worker", &worker, MESSAGE_FROM_MAX, err) != 0 ||
	    js_get_str(doc, "/body/lane", &lane, MESSAGE_FROM_MAX, err) != 0 ||
	    js_get_str(doc, "/body/reason", &reason, MESSAGE_REASON_MAX, err) != 0 ||
	    required(worker, "/body/worker", err) != 0)
		return -1;
	return required(lane, "/body/lane", err);
}

static int body_name(const json_t *doc, const char *pointer, struct err *err)
{
	const char *name = NULL;

	if (js_get_str(doc, pointer, &name, MESSAGE_FROM_MAX, err) != 0)
		return -1;
	return name ? required(name, pointer, err) : 0;
}

static int body_reassign(const json_t *doc, struct err *err)
{
	static const char *const keys[] = {"worker", "to", "reason", "force", NULL};
	const char *reason = NULL;
	int force;

	if (js_only_keys(json_object_get(doc, "body"), "/body", keys, err) != 0 ||
	    body_name(doc, "/body/worker", err) != 0 || body_name(doc, "/body/to", err) != 0 ||
	    js_get_bool(doc, "/body/force", &force, err) != 0)
		return -1;
	return js_get_str(doc, "/body/reason", &reason, MESSAGE_REASON_MAX, err);
}

static int read_body(struct message *m, struct err *err)
{
	static const char *const none[] = {NULL};

	m->body = json_object_get(m->doc, "body");
	if (!json_is_object(m->body))
		return err_field(err, FAIL_INVALID, "/body", "must be an object");
	switch (m->type) {
	case MSG_ACCEPT:
	case MSG_START:
		return js_only_keys(m->body, "/body", none, err);
	case MSG_DECLINE:
	case MSG_RELEASE:
	case MSG_CANCEL:
		return body_reason(m->doc, err);
	case MSG_BLOCK:
	case MSG_REPLY:
	case MSG_COMMENT:
		return body_text(m->doc, err);
	case MSG_ANSWER:
		return body_answer(m->doc, err);
	case MSG_ACKNOWLEDGE:
	case MSG_UNACKNOWLEDGE:
	case MSG_ESCALATE:
	case MSG_RESOLVE:
		return body_escalation(m->doc, m->type, err);
	case MSG_CHECKED:
		return body_checked(m->doc, err);
	case MSG_REINSTATE:
		return body_reinstate(m->doc, err);
	case MSG_REASSIGN:
		return body_reassign(m->doc, err);
	case MSG_SUBMIT:
	case MSG_COUNT:
		break;
	}
	return 0;
}

int message_parse(json_t *doc, struct message *m, struct err *err)
{
	struct message got = {.doc = doc};

	if (!json_is_object(doc))
		return err_set(err, FAIL_INVALID, "a message is one JSON object");
	if (read_type(&got, err) != 0 || js_only_keys(doc, "", known, err) != 0 ||
	    read_ids(&got, err) != 0 || read_from(&got, err) != 0 || read_at(&got, err) != 0 ||
	    read_key(&got, err) != 0 || read_reply(&got, err) != 0 || read_body(&got, err) != 0)
		return -1;
	*m = got;
	return 0;
}

void message_release(struct message *m)
{
	json_decref(m->doc);
	memset(m, 0, sizeof(*m));
}
