/*
 * model/event.h -- facts: what happened, in the order it happened.
 *
 * Purpose    An event in the journal happened; one not in it did not.  The
 *            decider makes events, the journal numbers and stores them, evolve
 *            and the views apply them.  Names are public (webhooks, er-spool(5)).
 * Format     One JSON object per journal line, keys in this order:
 *            seq, id, type, at, task, state, actor, msg, data, hash
 *            task/state only on task events; msg = id of the message that caused
 *            it, absent when a timer did; ${state} is the task's state after the
 *            event, so that a reader needs no transition table.
 * Ownership  struct event borrows every pointer; see event_parse.
 * Changing it
 *            Adding a member to ${data} keeps the format.  Anything else: raise
 *            JOURNAL_FORMAT in spool/journal.h and follow the recipe there.
 */
#ifndef MODEL_EVENT_H
#define MODEL_EVENT_H

#include <jansson.h>
#include <stdint.h>

#include "base/ids.h"
#include "model/state.h"

struct err;
struct fact;
struct terms;

enum event_type {
	/* the life of a task */
	EV_CREATED,
	EV_QUEUED,
	EV_MATCHED,
	EV_OFFERED,
	EV_ACCEPTED,
	EV_DECLINED,
	EV_OFFER_EXPIRED,
	EV_RELEASED,
	EV_REASSIGNED,
	EV_STARTED,
	EV_BLOCKED,
	EV_UNBLOCKED,
	EV_COMMENTED,
	EV_SUBMITTED,
	EV_CHECK_PASSED,
	EV_CHECK_FAILED,
	EV_HELD,               /* an answer waits: data {worker,attempt,awaits,answers?,wanted?,review?} */
	EV_REJECTED,
	EV_VERIFIED,
	EV_COMPLETED,
	EV_FAILED,
	EV_CANCELLED,
	EV_EXPIRED,
	EV_SLA_WARNING,
	EV_SLA_BREACHED,
	EV_ESCALATED,          /* to other workers: data {reason,pool} */
	EV_REMINDED,           /* a worker, of what is due: data {worker,n,dueAt} */
	/* of a task that a chain routes (engine/escalation.h) */
	EV_ESC_TRIGGERED,      /* data {chain,level,levels,round,agentId,levelEndsAt} */
	EV_ESC_ACKNOWLEDGED,   /* data {worker,level,acknowledgers,required,leftMs?,expiresAt?} */
	EV_ESC_UNACKNOWLEDGED, /* data {worker?,reason,level,levelEndsAt} */
	EV_ESC_ESCALATED,      /* as triggered, and {fromLevel,reason,note?,worker?,confidence?} */
	EV_ESC_RESOLVED,       /* data {worker} */
	/* the rest: no task state */
	EV_CONFIG_SET,         /* data {kind,name,sha256,doc}; doc null: removed */
	EV_MESSAGE_REFUSED,    /* data {name,type,code,reason,field} */
	EV_WEBHOOK_DELIVERED,  /* data {event,status}            (task set, state unchanged) */
	EV_WEBHOOK_RETRY,      /* data {event,status,error,attempt,nextAt} */
	EV_WEBHOOK_DEAD,       /* data {event,status,error} */
	EV_CLOCK_STEPPED,      /* data {byMs}: every instant that is waited for moves along */
	EV_WORKER_SUSPENDED,   /* data {worker,lane,reason,accuracy,floor,…}: gets no more of that lane's tasks */
	EV_WORKER_CORRECTED,   /* a dispute was decided: data {worker,lane,task,right} */
	EV_WORKER_REINSTATED,  /* data {worker,lane,reason?,by} */
	EV_COUNT
};

/* Where a line lies in the journal: segment number, byte offset, length with LF. */
struct journal_pos {
	uint32_t segment;
	uint32_t offset;
	uint32_t length;
};

struct event {
	enum event_type type;
	uint64_t seq;        /* 1, 2, 3 … without a gap; 0 while not yet appended */
	struct id id;
	int64_t at_ms;
	int has_task;
	struct id task;
	enum state state;    /* after the event; ST_NONE without task */
	const char *actor;   /* "erd", or who sent the message */
	const char *msg;     /* message id text, or NULL */
	json_t *data;        /* object or NULL */
	/* What evolve reads of ${data}; NULL: it reads ${data} itself.  Without a journal there may be
	 * these alone (model/fact.h, model/created.h). */
	const struct fact *fact;
	const struct terms *terms; /* of EV_CREATED */
	struct journal_pos pos;
};

const char *event_name(enum event_type t);           /* "task.created" */
int event_by_name(const char *name);                 /* enum event_type, or -1 */

/* Everything but the hash member, without the closing brace: the journal adds
 * ,"hash":"…"}\n.  ${out} is appended to. */
struct buf;
void event_encode(const struct event *ev, struct buf *out);

/* Fill ${ev} from a parsed journal line; pointers are borrowed from ${line}. pos is
 * left alone.  FAIL_INVALID names the member. */
int event_parse(json_t *line, struct event *ev, struct err *err);

#endif
