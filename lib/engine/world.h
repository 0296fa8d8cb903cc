/*
 * engine/world.h -- all that a decision may depend on.
 *
 * Purpose    The state that evolve builds from events and decide reads.  It holds no parsed
 *            task documents (6 KB each): a task remembers where its task.created lies in the
 *            journal, and the shell hands the document in when a decision needs it.
 * Size       About 400 bytes per open task, in slabs so that the documents of a burst, which come
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
#include "engine/pheap.h"
#include "engine/stats.h"
#include "engine/transition.h"
#include "model/config.h"
#include "model/event.h"
#include "model/intake.h"

struct book;
struct chain_ref;
struct dialect;
struct escalation;
struct roster;
struct staff;

struct bits {
	uint64_t *v; /* owned */
	uint32_t n;  /* words */
};

/* A name that many tasks share (requesters). */
struct atom {
	UT_hash_handle hh;
	char name[];
};

/* What the engine knows of a worker beside its document. */
struct crew {
	UT_hash_handle hh;
	uint32_t live; /* assignments that take capacity: offered to submitted */
	uint32_t id;   /* its place in world.crew_at; no decision depends on it */
	struct record now, shown; /* engine/stats.h */
	uint8_t dirty;            /* they differ */
	uint64_t asked;           /* seq of the last offer; only ROUTE_ROUND_ROBIN looks, not in snapshots */
	/* transient, see engine/duty.h */
	uint8_t off;              /* out of hours */
	uint32_t duty_slot;       /* in world.duty, HEAP_NONE */
	uint64_t doc_gen;         /* ${doc} is that of world.config_gen */
	const struct worker *doc;
	char name[];
};

/* An answer that is held takes no capacity, and its giver is not asked again. */
enum assign_state { AS_ENDED, AS_HELD, AS_OFFERED, AS_ACCEPTED, AS_STARTED, AS_BLOCKED };

enum awaits { AWAITS_NOTHING, AWAITS_PROGRAMS, AWAITS_ANSWERS, AWAITS_REVIEW };
extern const char *const awaits_names[]; /* NULL-ended */

/* A worker and a task; several of a task may live at once, the first good answer wins. */
struct assign {
	struct crew *worker;  /* borrowed */
	int64_t offer_ends_ms; /* undefined unless AS_OFFERED */
	int64_t since_ms;     /* offered, put off by the time the task stood blocked since */
	int64_t accepted_ms;  /* undefined before AS_ACCEPTED */
	uint8_t state;        /* enum assign_state */
	uint8_t declined;     /* said no: not asked again */
	uint8_t backup;       /* asked beside another */
	uint8_t timed;        /* has answered once: its time is known */
	uint8_t awaits;       /* enum awaits; undefined unless AS_HELD */
	uint8_t attempt;      /* of its last answer */
	struct journal_pos answer; /* task.submitted of that; length 0: none */
	uint8_t load;         /* what else the worker had when offered, at most 255 */
	uint16_t offers;      /* how often asked */
};

enum {
	TASK_SLAB = 256,
	TASK_LIVE_MAX = 16, /* assignments of a task that live at once */
	TASK_WANT_MAX = 4   /* workers that are to work at a task at once */
};

/* Where a task waits. */
enum waiting { WAITS_NOT, WAITS_FRESH, WAITS_TRIED };

/* Tasks that ask for the same kind of worker wait together. */
struct match {
	char *key;            /* owned; canonical text of what follows */
	char *lane, *pool;    /* owned; pool may be NULL */
	enum confidentiality confidentiality;
	struct requirements need;
	uint32_t tasks;       /* that refer to this match */
	struct pheap fresh;    /* waiting, worth a try */
	struct pheap tried;    /* waiting, in vain since somebody last may have become free */
	uint32_t ready_slot;   /* in world.ready while ${ready} */
	uint8_t by_chain;      /* transient: of tasks that chains route; ${roster} says nothing */
	uint8_t ready, full;   /* full: nobody for any task of this match... */
	uint32_t only;         /* ...but perhaps the crew with this id - 1; 0: perhaps others too */
	struct match *prev, *next; /* in world.stuck while it has tasks and is not ready, in
	                              world.idle while it has none (utlist DL) */
	struct roster *roster; /* owned cache, or NULL (engine/roster.h) */
	int64_t until_ms;      /* of the last roster: then others may be eligible */
	const struct lane *lane_doc; /* engine/lookup.h: as of ${lane_gen} */
	uint64_t lane_gen;
	struct lane_stats *stats; /* engine/lookup.h; NULL: not looked for */
	UT_hash_handle hh;
};

struct task {
	struct id id;
	uint64_t content;     /* first 8 bytes of the body's canonical SHA-256 */
	struct journal_pos created;
	uint32_t timer;       /* slot in the heap, HEAP_NONE */
	uint32_t index;       /* for world_at */
	uint64_t last_seq;    /* of the last task.* event */
	uint64_t born;        /* sequence number of its task.created */
	int64_t created_ms, warn_ms, due_ms, expire_ms;
	int64_t backup_ms;    /* when its workers will probably be late; INT64_MAX: not known to be */
	int64_t remind_ms;    /* next reminder; INT64_MAX: none */
	int64_t matched_ms, model_ms; /* first match, and the median time the model then saw; 0: none */
	int64_t blocked_ms;   /* since when; undefined unless ST_BLOCKED */
	struct match *match;
	const struct atom *from;
	const struct dialect *dialect;
	struct escalation *esc; /* owned; NULL: no chain routes it */
	struct assign *assigns; /* &first while there is one; else owned */
	struct assign first;
	int64_t wait_key;     /* its next deadline, when it began to wait */
	uint32_t wait_slot;   /* in match.fresh or match.tried */
	uint32_t tell_slot;   /* in world.untold while ${tell} */
	struct id parent;     /* the task whose answer it reviews; undefined unless ${reviews} */
	struct journal_pos verdict; /* of a review that is done, or length 0 */
	int64_t hold_ms;      /* it begins to wait only then; 0: it has begun */
	uint16_t n_assigns;
	uint8_t state;        /* enum state */
	uint8_t overlap;      /* answers wanted, so far */
	uint8_t review;       /* its answer is with a reviewer */
	uint8_t recheck;      /* something came that its verification waited for: to be decided */
	uint8_t gold;         /* its answer is known */
	uint8_t reviews;      /* it is a review of another task's answer */
	uint8_t attempts, max_attempts;
	uint8_t deliver;      /* events go out as webhooks */
	uint8_t warned, breached;
	uint8_t alerted;      /* told that it will probably be late */
	uint8_t want;         /* workers at once: 1, with a backup 2 … */
	uint8_t fan;          /* offers at once while nobody has accepted */
	uint8_t claim;        /* whoever could be asked may take it */
	uint8_t reminders;    /* sent to those who have it now */
	uint8_t due_fixed;    /* the requester named the instant */
	uint8_t told;         /* that nobody can take it */
	uint8_t tell;         /* perhaps nobody can take it: to be tried, whoever is busy */
	uint8_t waiting;      /* enum waiting */
	uint8_t wait_beside;  /* somebody has it: it waits for one more */
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

struct slope { /* sums of a regression on what else a worker has in hand */
	double xx, xy;
};

struct lane_stats {
	UT_hash_handle hh;
	uint32_t id;
	struct record now, shown; /* engine/stats.h */
	struct slope slope, shown_slope;
	struct misses misses;
	struct book *book;    /* owned, or NULL (engine/reputation.h) */
	uint8_t dirty;        /* now and shown differ */
	uint32_t n_shown;     /* transient: how often ${shown} changed */
	uint32_t n_news;      /* transient: pairs of this lane that changed, ever; the last ones: */
	uint32_t news[LANE_NEWS];
	char name[];
};

struct world {
	char *organisation;
	struct config *config;
	uint64_t seq;         /* of the last event applied */
	struct task *by_id;
	struct task *recent;  /* transient: the last that changed, or its place in its slab */
	struct task **slabs;  /* owned; TASK_SLAB structs each, never moved */
	uint32_t n_tasks;     /* indexes given out so far, free ones included */
	uint32_t *free_slots, n_free, cap_free;
	struct idtable closed; /* value: content hash with the final state in the low byte */
	struct idtable seen, seen_before; /* messages; the older half is dropped */
	struct heap timers;
	struct crew *crews;
	struct atom *atoms;
	struct match *matches;
	struct crew **crew_at; /* owned; by id */
	uint32_t *lives;       /* owned; crew.live once more, close together */
	uint32_t *shown_at;    /* owned; news.n_shown when the crew's shown record last changed */
	uint32_t n_crews;
	struct pairs pairs;
	int64_t day;           /* of the last event: engine/stats.h */
	struct {
		struct lane_stats **lanes; /* owned; with news since then */
		struct crew **crews;       /* owned */
		size_t n_lanes, n_crews;
		uint32_t shown[CREW_NEWS]; /* transient: crews whose shown record changed, ... */
		uint32_t n_shown;          /* ...ever; the last ones */
	} news;
	uint64_t config_gen;   /* raised by each change of configuration */
	struct bits busy;      /* transient: crews that cannot take more now */
	uint64_t load_gen;     /* transient: raised when anybody's load or hours change */
	struct heap duty;      /* transient: crews with hours, by their next change */
	int64_t duty_ms;       /* transient: up to when that is worked off */
	int64_t wake_ms;       /* transient: when a stuck match may have somebody again */
	struct match *idle;    /* without tasks, kept for their rosters (utlist DL) */
	uint32_t n_idle;
	struct staff *staff;    /* owned; transient: engine/staff.h */
	struct roster *rosters; /* the last used first (utlist DL) */
	size_t n_seats;
	uint32_t *marks;       /* owned scratch of routing, by crew id */
	uint32_t n_marks;
	struct pheap ready;    /* matches with tasks that are worth routing */
	struct pheap untold;   /* transient: tasks that wait and were not looked at since they changed */
	uint8_t retell;        /* transient: all that wait are such ones */
	struct match *stuck;   /* matches whose waiting tasks were tried in vain (utlist DL) */
	struct delivery *deliveries;
	struct lane_stats *lanes;
	struct chain_ref *chains; /* that escalations use */
	int64_t at_ms;         /* of the last event */
	struct suspect {
		uint32_t lane, crew; /* ids */
		int habit;           /* for what it does, not for what is right */
	} *suspects;           /* owned; to be suspended */
	size_t n_suspects;
	int rule;              /* enum route_rule; 0 but in rehearsals */
	int forgets;           /* closed tasks; 0 but in rehearsals, whose ids are new by themselves */
	struct moves moves;
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
struct assign *task_live_assign(const struct task *t, struct assign *after); /* or NULL; after
                                                                NULL: the first */
/* What the assignments make of a task that is not being verified. */
enum state task_state(const struct task *t);
int task_held(const struct task *t); /* answers that are held */
/* How many more workers are to be asked now. */
int task_wants(const struct task *t);
int64_t task_next_ms(const struct task *t); /* its next timer */

/* Used by evolve and by snapshot loading. */
struct task *world_add_task(struct world *w, const struct id *id);
void world_drop_task(struct world *w, struct task *t);
/* For loading: the next place stays empty; ${index} is the first free place to be used. */
void world_skip_slot(struct world *w);
void world_free_slot(struct world *w, uint32_t index);
const struct atom *world_atom(struct world *w, const char *name);
struct match *world_match(struct world *w, const struct spec *spec); /* made when new */
/* The same; ${kind}: world_kind of the spec, or NULL: to be found. */
struct match *world_match_kind(struct world *w, const struct spec *spec, const char *kind);
char *world_kind(const struct spec *spec); /* the caller's: equal text, same kind of worker */
void world_join_match(struct world *w, struct task *t, struct match *m);
/* The task asks for workers of ${pool} from now on.  It must not wait meanwhile. */
void world_rematch(struct world *w, struct task *t, const char *pool);
void world_set_timer(struct world *w, struct task *t);
void crew_live(struct world *w, struct crew *c, int by); /* one assignment more or less */
void world_requeue(struct world *w, struct task *t); /* after each change of the task */
void world_unwait(struct world *w, struct task *t);
void world_tried(struct world *w, struct task *t, int class_full); /* nobody for it now */
void world_wake(struct world *w, struct match *m);                  /* somebody may be free now */
void world_wake_all(struct world *w, const struct crew *c); /* the same, for all that could ask ${c}, or NULL: all */
struct task *world_to_route(struct world *w);                       /* or NULL */
void world_remember(struct world *w, const char *message_id);
struct assign *task_add_assign(struct task *t, struct crew *worker);
struct lane_stats *world_lane(struct world *w, const char *name, int make);

#endif
