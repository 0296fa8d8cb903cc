#include <unistd.h>

#include "base/err.h"
#include "base/ids.h"
#include "base/mem.h"
#include "engine/world.h"
#include "erd.h"
#include "json/js.h"
#include "log.h"
#include "out/webhook.h"
#include "spool/views.h"

static struct delivery *delivery_of(const struct erd *e, uint64_t seq)
{
	struct delivery *d;

	HASH_FIND(hh, e->world->deliveries, &seq, sizeof(seq), d);
	return d;
}

/* A body is in outbox/due: hand it to the sender, unless it was delivered before a crash and the
 * file was only made again. */
static void on_due(void *ctx, const char *event_id)
{
	struct erd *e = ctx;
	struct id id;
	uint64_t seq = 0;
	char path[SPOOL_NAME_MAX];

	if (id_parse(event_id, "evt_", &id) != 0)
		return;
	for (int i = 11; i < ID_BYTES; i++) /* its low 40 bits */
		seq = seq << 8 | id.b[i];
	struct delivery *d = delivery_of(e, seq);
	if (d) {
		webhooks_add(e->hooks, &d->task, d->seq, event_id, (int)d->attempts, d->next_ms);
		return;
	}
	snprintf(path, sizeof(path), "due/%s.json", event_id);
	unlinkat(e->spool.outbox, path, 0);
}

static int undelivered(void *ctx, uint64_t seq)
{
	return delivery_of(ctx, seq) != NULL;
}

static json_t *report_data(const struct webhook_report *r)
{
	json_t *data = json_object();

	js_set_str(data, "event", r->event);
	js_set_int(data, "seq", (int64_t)r->seq);
	js_set_int(data, "attempt", r->attempt);
	if (r->status)
		js_set_int(data, "status", r->status);
	if (r->error[0])
		js_set_str(data, "error", r->error);
	if (r->outcome == WEBHOOK_RETRY)
		js_set_time(data, "nextAt", r->next_ms);
	return data;
}

static void keep_report(struct erd *e, const struct webhook_report *r)
{
	if (e->n_reports == e->cap_reports) {
		e->cap_reports = e->cap_reports ? e->cap_reports * 2 : 16;
		e->reports = mem_grow(e->reports, e->cap_reports, sizeof(*e->reports));
	}
	e->reports[e->n_reports++] = *r;
}

int hooks_settle(struct erd *e, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < e->n_reports; i++)
		rc = webhooks_settle(e->hooks, &e->reports[i], erd_now(e), err);
	e->n_reports = 0;
	return rc;
}

/* Journal what became of it; the file is put away after the commit of this pass.  An error here
 * stops erd: the delivery is repeated after the restart under the same id, as promised. */
static void told(void *ctx, const struct webhook_report *r)
{
	static const enum event_type types[] = {[WEBHOOK_DELIVERED] = EV_WEBHOOK_DELIVERED,
	                                        [WEBHOOK_RETRY] = EV_WEBHOOK_RETRY,
	                                        [WEBHOOK_DEAD] = EV_WEBHOOK_DEAD};
	struct erd *e = ctx;
	struct err err = ERR_INIT;
	struct decision d;
	json_t *data = report_data(r);
	struct input in = {.kind = IN_WEBHOOK, .task = r->task, .webhook = types[r->outcome],
	                   .webhook_data = data};

	if (record_input(e, &in, NULL, &d, &err) != 0) {
		log_event(LOG_CRIT_, "webhook.journal", "reason", err.msg, NULL);
		e->stop = fail_exit(FAIL_TEMPORARY);
	} else {
		keep_report(e, r);
	}
	decision_release(&d);
	json_decref(data);
	if (r->raw_key && r->attempt == 1)
		log_event(LOG_NOTICE_, "webhook.raw_key", "event", r->event, "reason",
		          "the secret is not whsec_ + base64: its bytes are the key", NULL);
	if (r->outcome != WEBHOOK_DELIVERED)
		log_event(LOG_WARNING_,
		          r->outcome == WEBHOOK_DEAD ? "webhook.dead" : "webhook.retry",
		          "event", r->event, "reason", r->error, NULL);
}

/* A crash came between an outcome's commit and the end of its file. */
int hooks_mend(struct erd *e, const struct event *ev, struct err *err)
{
	struct webhook_report r = {.task = ev->task,
	                           .status = (int)js_int_or(ev->data, "/status", 0)};

	if (ev->type != EV_WEBHOOK_DELIVERED && ev->type != EV_WEBHOOK_DEAD)
		return 0;
	r.outcome = ev->type == EV_WEBHOOK_DEAD ? WEBHOOK_DEAD : WEBHOOK_DELIVERED;
	r.seq = (uint64_t)js_int_or(ev->data, "/seq", 0);
	r.attempt = (int)js_int_or(ev->data, "/attempt", 1);
	snprintf(r.event, sizeof(r.event), "%s", js_str_or(ev->data, "/event", ""));
	snprintf(r.error, sizeof(r.error), "%s", js_str_or(ev->data, "/error", ""));
	return webhooks_settle(e->hooks, &r, erd_now(e), err);
}

int hooks_start(struct erd *e, struct err *err)
{
	char text[ID_TEXT_MAX];
	struct id id;

	e->hooks = webhooks_new(&e->spool, e->http, e->world->config, told, e, err);
	if (!e->hooks)
		return -1;
	views_on_due(e->views, on_due, e);
	views_on_recovery(e->views, undelivered, e);
	for (const struct delivery *d = e->world->deliveries; d; d = d->hh.next) {
		id_from_seq(&id, d->event_ms, e->spool.tag, d->seq);
		webhooks_add(e->hooks, &d->task, d->seq, id_format(&id, "evt_", text),
		             (int)d->attempts, d->next_ms);
	}
	return 0;
}

int hooks_run(struct erd *e, struct err *err)
{
	return webhooks_run(e->hooks, erd_now(e), err);
}
