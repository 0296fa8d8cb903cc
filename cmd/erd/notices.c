/* Which events workers are told of, and what of that a crash cut off. */
#include <string.h>

#include "base/err.h"
#include "engine/world.h"
#include "erd.h"
#include "json/js.h"
#include "log.h"
#include "model/config.h"
#include "out/notice.h"

enum { OLD_MS = 15 * 60 * 1000 /* not told again after a restart */ };

static void told(void *ctx, const char *worker, const char *channel, const char *error, int last)
{
	(void)ctx;
	if (error)
		log_event(LOG_WARNING_, last ? "notice.dead" : "notice.retry", "worker", worker,
		          "channel", channel, "reason", error, NULL);
}

/* What is to be told of one event. */
struct telling {
	struct erd *e;
	const struct event *ev;
	struct journal_pos created;
	int again; /* after a restart: only what still holds */
};

static int still_holds(const struct telling *t, enum notice_kind kind, const char *worker)
{
	const struct task *task = world_task(t->e->world, &t->ev->task);
	const struct assign *a = task ? task_assign_of(task, worker) : NULL;

	if (kind == NOTICE_OFFERED || kind == NOTICE_BACKUP)
		return a && a->state == AS_OFFERED;
	return a && a->state != AS_ENDED;
}

/* Title and lane are in the task's first event; read only for those who want to be told. */
static void tell(const struct telling *t, enum notice_kind kind, const char *worker)
{
	struct erd *e = t->e;
	const struct worker *wk = config_worker(e->world->config, worker);
	const struct task *task = world_task(e->world, &t->ev->task);
	struct err gone = ERR_INIT;

	if (!wk || !json_object_get(wk->doc, "notify") ||
	    (t->again && !still_holds(t, kind, worker)))
		return;
	json_t *line = journal_read(e->journal, t->created, &gone);
	const char *title = js_str_or(line, "/data/spec/title", "");
	struct notice what = {.kind = kind, .worker = worker, .task = t->ev->task, .title = title,
	                      .lane = js_str_or(line, "/data/spec/lane", ""),
	                      .due_ms = task ? task->due_ms : 0,
	                      .seq = t->ev->seq, .pos = t->ev->pos};
	notices_add(e->notices, &what, erd_now(e));
	json_decref(line);
}

static void tell_holders(const struct telling *t)
{
	const struct task *task = world_task(t->e->world, &t->ev->task);

	for (int i = 0; task && i < task->n_assigns; i++)
		if (task->assigns[i].state != AS_ENDED)
			tell(t, NOTICE_BREACH, task->assigns[i].worker->name);
}

static void tell_event(const struct telling *t)
{
	const struct event *ev = t->ev;
	const char *worker = js_str_or(ev->data, "/worker", "");
	int backup = json_is_true(json_object_get(ev->data, "backup"));

	switch (ev->type) {
	case EV_OFFERED:
		tell(t, backup ? NOTICE_BACKUP : NOTICE_OFFERED, worker);
		break;
	case EV_ACCEPTED:
		if (ev->actor && strcmp(ev->actor, "erd") == 0)
			tell(t, NOTICE_ASSIGNED, worker);
		break;
	case EV_REMINDED:
		tell(t, NOTICE_REMINDER, worker);
		break;
	case EV_SLA_BREACHED:
		tell_holders(t);
		break;
	default:
		break;
	}
}

void notices_note(struct erd *e, const struct pending *p)
{
	tell_event(&(struct telling){.e = e, .ev = &p->ev, .created = p->created});
	e->noted_seq = p->ev.seq;
}

/* ---- across a restart ---- */

void notices_again(struct erd *e, const struct event *ev)
{
	const struct task *t = ev->has_task ? world_task(e->world, &ev->task) : NULL;

	if (t && erd_now(e) - ev->at_ms <= OLD_MS)
		tell_event(&(struct telling){.e = e, .ev = ev, .created = t->created, .again = 1});
}

void notices_remember(struct erd *e, int all)
{
	struct err why = ERR_INIT;

	if (notices_keep(e->notices, e->noted_seq, all, &why) != 0)
		log_event(LOG_WARNING_, "notices.kept", "reason", why.msg, NULL);
}

/* Of events before the snapshot, or among others of which all was said. */
static void take_open(struct erd *e, const struct notice_refs *open)
{
	for (size_t i = 0; i < open->n; i++) {
		struct err gone = ERR_INIT;
		struct event ev = {.pos = open->v[i].pos};
		json_t *line = journal_read(e->journal, ev.pos, &gone);
		if (line && event_parse(line, &ev, &gone) == 0 && ev.seq == open->v[i].seq)
			notices_again(e, &ev);
		json_decref(line);
	}
}

int notices_start(struct erd *e, struct err *err)
{
	struct notice_refs open;
	struct err why = ERR_INIT;

	e->notices = notices_new(&e->spool, e->http, e->world->config, told, e, err);
	if (!e->notices)
		return -1;
	e->noted_seq = e->world->seq;
	if (notices_kept(e->notices, erd_now(e), &e->told_seq, &open, &why) != 0)
		log_event(LOG_WARNING_, "notices.unknown", "reason", why.msg, NULL);
	take_open(e, &open);
	refs_release(&open);
	return 0;
}
