/* Which events workers are told of. */
#include <string.h>

#include "base/err.h"
#include "engine/world.h"
#include "erd.h"
#include "json/js.h"
#include "log.h"
#include "model/config.h"
#include "out/notice.h"

static void told(void *ctx, const char *worker, const char *channel, const char *error, int last)
{
	(void)ctx;
	if (error)
		log_event(LOG_WARNING_, last ? "notice.dead" : "notice.retry", "worker", worker, "channel",
		          channel, "reason", error, NULL);
}

/* Title and lane are in the task's first event; read only for those who want to be told. */
static void tell(struct erd *e, const struct pending *p, enum notice_kind kind, const char *worker)
{
	const struct worker *wk = config_worker(e->world->config, worker);
	const struct task *t = world_task(e->world, &p->ev.task);
	struct err gone = ERR_INIT;

	if (!wk || !json_object_get(wk->doc, "notify"))
		return;
	json_t *line = journal_read(e->journal, p->created, &gone);
	const char *title = js_str_or(line, "/data/spec/title", "");
	struct notice what = {.kind = kind, .worker = worker, .task = p->ev.task, .title = title,
	                      .lane = js_str_or(line, "/data/spec/lane", ""),
	                      .due_ms = t ? t->due_ms : 0};
	notices_add(e->notices, &what, erd_now(e));
	json_decref(line);
}

static void tell_holders(struct erd *e, const struct pending *p)
{
	const struct task *t = world_task(e->world, &p->ev.task);

	for (int i = 0; t && i < t->n_assigns; i++)
		if (t->assigns[i].state != AS_ENDED)
			tell(e, p, NOTICE_BREACH, t->assigns[i].worker->name);
}

void notices_note(struct erd *e, const struct pending *p)
{
	const char *worker = js_str_or(p->ev.data, "/worker", "");
	int backup = json_is_true(json_object_get(p->ev.data, "backup"));

	switch (p->ev.type) {
	case EV_OFFERED:
		tell(e, p, backup ? NOTICE_BACKUP : NOTICE_OFFERED, worker);
		break;
	case EV_ACCEPTED:
		if (p->ev.actor && strcmp(p->ev.actor, "erd") == 0)
			tell(e, p, NOTICE_ASSIGNED, worker);
		break;
	case EV_REMINDED:
		tell(e, p, NOTICE_REMINDER, worker);
		break;
	case EV_SLA_BREACHED:
		tell_holders(e, p);
		break;
	default:
		break;
	}
}

int notices_start(struct erd *e, struct err *err)
{
	e->notices = notices_new(&e->spool, e->http, e->world->config, told, e, err);
	return e->notices ? 0 : -1;
}
