#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "engine/world.h"
#include "erd.h"
#include "json/js.h"
#include "log.h"
#include "spool/blob.h"
#include "spool/pickup.h"

static json_t *verdict_bad(const struct err *why)
{
	json_t *v = json_object();

	js_set_new(v, "ok", json_false());
	js_set_str(v, "code", fail_name(why->code));
	js_set_int(v, "exitCode", fail_exit(why->code));
	js_set_str(v, "message", why->msg);
	if (why->field[0])
		js_set_str(v, "field", why->field);
	return v;
}

/* Where answers are verified their giver is told no more than that: what became of it at once would
 * tell gold tasks from others. */
static int is_verified(const struct erd *e, const struct message *m)
{
	const struct task *t = m->type == MSG_ANSWER ? world_task(e->world, &m->task) : NULL;
	const struct lane *lane = t ? config_lane(e->world->config, t->match->lane) : NULL;

	return lane && lane->verify.asked;
}

static const char *what_is_wrong(const json_t *errors)
{
	const char *keyword = js_str_or(json_array_get(errors, 0), "/keyword", "");

	return strncmp(keyword, "/rules/", 7) == 0 ? "the answer does not pass the lane's rules"
	                                           : "the answer does not meet the task's schema";
}

static json_t *verdict_ok(struct erd *e, const struct message *m, const struct decision *d,
                          int verified)
{
	char id[ID_TEXT_MAX];
	uint64_t content;
	const struct task *t = world_task(e->world, &m->task);
	enum state s = t ? (enum state)t->state : world_closed(e->world, &m->task, &content);
	json_t *v = json_object();

	js_set_new(v, "ok", json_boolean(!d->errors));
	js_set_int(v, "seq", (int64_t)e->world->seq);
	js_set_str(v, "task", id_format(&m->task, "task_", id));
	js_set_str(v, "state", state_name(verified && !d->errors ? ST_SUBMITTED : s));
	js_set_new(v, "replayed", json_boolean(d->replayed));
	if (d->errors) { /* stored, and sent back to work */
		js_set_str(v, "code", fail_name(FAIL_INVALID));
		js_set_int(v, "exitCode", fail_exit(FAIL_INVALID));
		js_set_str(v, "message", what_is_wrong(d->errors));
		js_set_copy(v, "errors", d->errors);
	}
	return v;
}

/* Its task may be among the submits that were not taken yet: it stays in new/ until they are. */
static int too_early(const struct erd *e, const struct message *m)
{
	uint64_t content;

	return m->type != MSG_SUBMIT && (e->batch || e->tight) && !world_task(e->world, &m->task) &&
	       world_closed(e->world, &m->task, &content) == ST_NONE;
}

static int take_message(struct erd *e, const char *file, struct message *m, struct err *err)
{
	struct input in = {.kind = IN_MESSAGE, .msg = m};
	struct decision d = {.n = 0};
	struct docs docs = {.n = 0};
	struct err why = ERR_INIT;
	int rc = 0;

	if (m->type != MSG_SUBMIT && world_seen(e->world, m->id)) {
		d.replayed = 1;
		told_new(e, file, m)->verdict = verdict_ok(e, m, &d, is_verified(e, m));
		e->messages_total++;
		return 0;
	}
	if (too_early(e, m))
		return 0;
	if (docs_load(e, &in, &docs, err) != 0)
		return -1;
	int verified = is_verified(e, m);
	int ready = evidence_ready(e, m, in.created, &why);
	e->messages_total += ready != 0;
	if (ready == 0) {
		rc = 0; /* it stays in new/ */
	} else if (ready > 0 && record_input(e, &in, m->id, &d, &why) == 0) {
		rc = evidence_keep(e, m, err);
		told_new(e, file, m)->verdict = verdict_ok(e, m, &d, verified);
	} else if (err_fatal(&why)) {
		*err = why;
		rc = -1;
	} else {
		rc = record_refusal(e, file, m, &why, err);
		struct told *t = told_new(e, NULL, m);
		t->verdict = verdict_bad(&why);
		t->has_task = 0;
	}
	decision_release(&d);
	docs_release(&docs);
	return rc;
}

static int take_bytes(struct erd *e, const char *file, const struct buf *bytes, struct err *err)
{
	struct message m;
	struct err why = ERR_INIT;
	json_t *doc = js_parse(buf_str(bytes), bytes->len, &js_limits_message, &why);

	if (!doc || message_parse(doc, &m, &why) != 0) {
		json_decref(doc);
		return record_refusal(e, file, NULL, &why, err);
	}
	int rc = take_message(e, file, &m, err);
	message_release(&m);
	return rc;
}

int take_file(struct erd *e, const char *file, struct err *err)
{
	struct buf bytes = BUF_INIT;
	struct err why = ERR_INIT;
	int fd = -1, rc = 0;

	switch (pickup_read(&e->spool, file, erd_now(e), &bytes, &fd, &why)) {
	case PICKUP_MESSAGE:
		rc = take_bytes(e, file, &bytes, err);
		break;
	case PICKUP_BATCH:
		rc = batch_begin(e, file, fd, err);
		break;
	case PICKUP_BLOB:
		rc = evidence_take(e, file, fd, err);
		break;
	case PICKUP_BAD:
		rc = record_refusal(e, file, NULL, &why, err);
		break;
	case PICKUP_WAIT:
		e->blobs_waiting += blob_is_name(file);
		break;
	case PICKUP_GONE:
		break;
	}
	buf_release(&bytes);
	return rc;
}

/* Below the reserve only what is about tasks is taken, so that they can still end. */
static void look_at_space(struct erd *e)
{
	int tight = !spool_space_ok(&e->spool);

	if (tight != e->tight)
		log_event(tight ? LOG_WARNING_ : LOG_NOTICE_, tight ? "space.low" : "space.enough",
		          "reason",
		          tight ? "less than 5 % of the disk is free: submits wait" : NULL, NULL);
	e->tight = tight;
}

/* One batch at a time, but single messages beside it.  A blob has its space already. */
static int waits(const struct erd *e, const char *name)
{
	return (e->batch && strncmp(name, "batch_", 6) == 0) ||
	       (e->tight && strncmp(name, "msg_", 4) != 0 && !blob_is_name(name));
}

/* What waits must not take the places of others in a scan. */
static int skipped(void *ctx, const char *name)
{
	return batch_claims(ctx, name) || told_claims(ctx, name) || waits(ctx, name);
}

int take_all(struct erd *e, size_t *taken, struct err *err)
{
	struct pickup_names names = {NULL, 0, 0};
	uint64_t before = e->messages_total + e->refused_total;

	look_at_space(e);
	e->blobs_fresh = e->blobs_waiting = 0;
	int rc = pickup_scan(&e->spool, skipped, e, &names, err);
	for (size_t i = 0; rc == 0 && i < names.n; i++) {
		if (waits(e, names.name[i])) /* a batch began meanwhile */
			continue;
		rc = take_file(e, names.name[i], err);
		if (rc == 0)
			rc = record_engine(e, err);
		if (rc == 0 && record_full(e))
			rc = record_commit(e, err);
	}
	*taken = (size_t)(e->messages_total + e->refused_total - before);
	pickup_names_release(&names);
	return rc;
}
