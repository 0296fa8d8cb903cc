/*
 * engine/world.h -- all that a decision may depend on.
 *
 * Purpose    The state that evolve builds from events and decide reads.  It holds no parsed
 *            task documents (6 KB each): a task remembers where its task.created lies in the
 *            journal, and the shell hands the document in when a decision needs it.
 * Size       About 350 bytes per open task, in slabs so that the documents of a burst, which come
 *            and go beside them, leave no holes; 32 per closed one, 24 per remembered message (the
 *            last 65,536 to 131,072), plus the configuration.
 * Purity     No I/O, no clock, no globals, no randomness.  Transient parts (what to route
 *            next, compiled schemas) follow from the state and are not part of it.
 * Ownership  The world owns everything; pointers are valid until the next evolve.
 * Complexity Lookups O(1); timers O(log open tasks); routing per engine/route.h.
 */
#ifndef ENGINE_WORLD_H
#define ENGINE_WORLD_H

#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "base/heap.h"
#include "base/sha256.h"
#include "engine/idtable.h"
#include "model/config.h"
#include "model/event.h"
#include "model/intake.h"

struct dialect;

/* A name that many tasks share (requesters). */
struct atom {
	UT_hash_handle hh;
	char name[];
};

/* What the engine knows of a worker beside its document. */
struct crew {
	UT_hash_handle hh;
	uint32_t live; /* assignments that take capacity: offered to submitted */
	char name[];
};

enum assign_state { AS_ENDED, AS_OFFERED, AS_ACCEPTED, AS_STARTED };

struct assign {
	struct crew *worker;  /* borrowed */
	int64_t offer_ends_ms; /* undefined unless AS_OFFERED */
	uint8_t state;        /* enum assign_state */
	uint8_t declined;     /* said no: not asked again */
	uint16_t offers;      /* how often asked */
};

enum { TASK_SLAB = 256 };

/* Tasks that ask for the same kind of worker wait together. */
struct match {
	char *key;            /* owned; canonical text of what follows */
	char *lane, *pool;    /* owned; pool may be NULL */
	enum confidentiality confidentiality;
	struct requirements need;
	uint32_t tasks;       /* that refer to this match */
	struct task *head;     /* waiting, first come first served (utlist DL) */
	struct task *tried;    /* waiting, in vain since route_gen was ${gen}: they come behind head */
	uint64_t gen;
	uint64_t stuck_gen;    /* in world.stuck while this is route_gen, else in world.waiting */
	uint64_t full_gen;     /* nobody for any task of this match since that route_gen */
	struct match *prev, *next; /* in one of the two lists while listed */
	int listed;
	UT_hash_handle hh;
};

struct task {
	struct id id;
	uint64_t content;     /* first 8 bytes of the body's canonical SHA-256 */
	struct journal_pos created;
	uint32_t timer;       /* slot in the heap, HEAP_NONE */
	uint32_t index;       /* for world_at */
	uint64_t last_seq;    /* of the last task.* event */
	int64_t created_ms, warn_ms, due_ms, expire_ms;
	int64_t blocked_ms;   /* since when; undefined unless ST_BLOCKED */
	struct match *match;
	const struct atom *from;
	const struct dialect *dialect;
	struct assign *assigns; /* &first while there is one; else owned */
	struct assign first;
	struct task *wait_prev, *wait_next;
	uint64_t tried_gen;   /* in match.tried while this is match.gen and route_gen */
	uint16_t n_assigns;
	uint8_t state;        /* enum state */
	uint8_t attempts, max_attempts;
	uint8_t deliver;      /* events go out as webhooks */
	uint8_t warned, breached, waiting;
	uint8_t used;         /* 0: a free place in its slab */
	UT_hash_handle hh;
};

struct delivery {
	uint64_t seq;         /* of the event that goes out */
	struct id task;
	int64_t event_ms;     /* with seq gives the event's id */
	int64_t next_ms;      /* next attempt */
	uint32_t attempts;
	UT_hash_handle hh;
};

struct lane_stats {
	UT_hash_handle hh;
	int64_t typical_ms;   /* moving average of created -> completed */
	char name[];
};

struct world {
	char *organisation;
	struct config *config;
	uint64_t seq;         /* of the last event applied */
	struct task *by_id;
	struct task **slabs;  /* owned; TASK_SLAB structs each, never moved */
	uint32_t n_tasks;     /* indexes given out so far, free ones included */
	uint32_t *free_slots, n_free, cap_free;
	struct idtable closed; /* value: content hash with the final state in the low byte */
	struct idtable seen, seen_before; /* messages; the older half is dropped */
	struct heap timers;
	struct crew *crews;
	struct atom *atoms;
	struct match *matches;
	struct match *waiting; /* matches with tasks that are worth routing (utlist DL) */
	struct match *stuck;   /* matches whose waiting tasks were all tried since... */
	uint64_t route_gen;    /* ...this was raised: somebody may be free now who was not */
	struct delivery *deliveries;
	struct lane_stats *lanes;
};

struct world *world_new(const char *organisation);
void world_free(struct world *w);

struct task *world_task(const struct world *w, const struct id *id); /* open tasks only */
struct task *world_at(const struct world *w, uint32_t index); /* 0..n_tasks-1; NULL: free */
/* ST_NONE, or the final state and the content hash it closed with. */
enum state world_closed(const struct world *w, const struct id *id, uint64_t *content);
int world_seen(const struct world *w, const char *message_id);
uint64_t world_content(const struct sha256 *sha);

struct crew *world_crew(struct world *w, const char *name);             /* made when new */
const struct crew *world_find_crew(const struct world *w, const char *name);
struct assign *task_assign_of(const struct task *t, const char *worker); /* or NULL */
struct assign *task_live_assign(const struct task *t);                  /* or NULL */
int64_t task_next_ms(const struct task *t); /* its next timer */

/* Used by evolve and by snapshot loading. */
struct task *world_add_task(struct world *w, const struct id *id);
void world_drop_task(struct world *w, struct task *t);
const struct atom *world_atom(struct world *w, const char *name);
struct match *world_match(struct world *w, const struct spec *spec);
void world_set_timer(struct world *w, struct task *t);
void world_wait(struct world *w, struct task *t, int in_front);
void world_unwait(struct world *w, struct task *t);
void world_tried(struct world *w, struct task *t, int class_full); /* nobody for it now */
void world_route_again(struct world *w);                            /* somebody may be free now */
struct task *world_to_route(struct world *w);                       /* or NULL */
void world_remember(struct world *w, const char *message_id);
struct assign *task_add_assign(struct task *t, struct crew *worker);
struct lane_stats *world_lane(struct world *w, const char *name, int make);

#endif
