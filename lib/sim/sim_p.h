/*
 * sim/sim_p.h -- the running simulation; private to lib/sim.
 */
#ifndef SIM_SIM_P_H
#define SIM_SIM_P_H

#include <uthash.h>

#include "base/heap.h"
#include "engine/decide.h"
#include "engine/world.h"
#include "model/event.h"
#include "model/fact.h"
#include "model/message.h"
#include "sim/draw.h"
#include "sim/sim.h"

enum what { DO_ARRIVE, DO_REACT, DO_FINISH, DO_CHECK };

/* A thing to happen; its heap entry names its index. */
struct agenda_item {
	enum what what;
	uint32_t who;  /* person, or stream for DO_ARRIVE */
	uint32_t task; /* index */
	uint32_t turn; /* DO_FINISH: of the person's .turn; DO_CHECK: the attempt; else void */
	uint32_t next_free;
};

enum { HOLDERS_MAX = 16, ATTEMPTS_MAX = 64 /* whose rightness is kept */ };

enum role { ROLE_ASKED, ROLE_GOLD, ROLE_REVIEW };

/* Which number a task has that the engine made. */
struct own_task {
	struct id id;
	uint32_t number;
	UT_hash_handle hh;
};

/* Data of an event that a decision may want to see again; its place is the event's position. */
struct paper {
	json_t *data;  /* owned, NULL: free */
	uint32_t next; /* of the same task, or free */
};

struct sim_task {
	struct id id;
	enum role role;
	struct own_task *own;   /* owned, or NULL */
	uint32_t parent;        /* ROLE_REVIEW: whose answer it is about */
	uint32_t papers;        /* the first, HEAP_NONE */
	uint32_t truth;         /* of the stream's answers; n_answers: ${known} */
	json_t *known;          /* owned: body of the right answer of a gold task, or NULL */
	uint64_t right_attempts; /* bits */
	uint16_t n_answers;
	uint8_t fine;           /* ROLE_REVIEW: what it is about is right */
	json_t *created; /* owned while open: data of task.created, or of the stream's first */
	struct stream *stream;  /* of gold tasks and reviews: that of whom they serve, or NULL */
	struct sim_lane *lane;  /* likewise */
	int64_t at_ms, due_ms, bound_ms; /* bound: predicted for 90 %, 0: none */
	uint32_t holders[HOLDERS_MAX];   /* people who have it in hand */
	uint32_t next_free;
	uint8_t n_holders, right;
};

/* Where a task is: its place in sim.tasks, or that it is closed, with its lane. */
enum { TASK_CLOSED = 0x80000000U };

/* Tasks of one body. */
struct stream {
	const struct arrivals *plan;
	struct submission *prepared;   /* owned; NULL before the first, and with documents */
	json_t *created;               /* owned; data of the first task.created */
	struct sim_lane *lane;         /* of that; NULL before */
	json_t *bodies[TRUTHS_MAX]; /* owned; messages with the plan's answers */
	struct draw draw, truths;
	size_t moment;                 /* next stated one */
};

/* One person. */
struct actor {
	struct behaviour *how;  /* borrowed from the scenario */
	struct sim_person tally;
	struct draw draw;
	uint32_t number;        /* in sim.actors */
	double work_factor, right;
	uint32_t *queue;        /* tasks in hand, the first is being worked on; owned */
	size_t n_queue, cap_queue;
	uint32_t turn;          /* raised when the work at hand changes */
	int working;
	int64_t since_ms;       /* when the work at hand began */
	int64_t cost_micro;     /* per answer */
	uint32_t habit;         /* KIND_CONSTANT: which answer */
	UT_hash_handle hh;
};

struct sim {
	const struct scenario *plan;
	struct world *w;
	int64_t now_ms, end_ms, stop_ms; /* arrivals end, everything ends */
	uint64_t seq;
	struct heap agenda;
	struct agenda_item *items;
	uint32_t n_items, cap_items, free_item;
	uint32_t *places;       /* of tasks, by number */
	uint32_t n_tasks, cap_places;
	struct sim_task *tasks; /* those that are open; grown */
	uint32_t n_places, cap_tasks, free_task;
	uint64_t n_open;
	struct actor **actors;  /* in the order of their names' documents */
	size_t n_actors;
	struct actor *by_name;
	struct stream *streams; /* as in the plan */
	int documents;
	json_t *nothing;        /* {} */
	struct behaviour usual; /* of workers of whom the scenario says nothing */
	struct own_task *own;   /* by id */
	struct paper *papers;
	uint32_t n_papers, cap_papers, free_paper;
	int verifies;           /* some lane does */
	json_t *invalid;        /* body of an answer that meets no schema */
	struct sim_report *report;
};

/* setup.c */
int sim_set_up(struct sim *s, const struct sim_options *o, struct err *err);
void sim_tear_down(struct sim *s);

/* sim.c */
static inline struct sim_task *sim_task(const struct sim *s, uint32_t number) /* NULL: closed */
{
	uint32_t place = s->places[number];

	return place & TASK_CLOSED ? NULL : &s->tasks[place];
}
struct sim_lane *sim_lane(const struct sim *s, uint32_t number);
struct sim_task *sim_new_task(struct sim *s, const struct id *id, struct stream *st); /* NULL: as numbered */
void sim_close(struct sim *s, uint32_t number);
int sim_number(const struct sim *s, const struct id *id, uint32_t *number); /* 0: unknown */
void sim_plan(struct sim *s, int64_t at_ms, struct agenda_item item);
int sim_say(struct sim *s, enum message_type type, uint32_t task, const char *from, json_t *body,
            struct err *err);

/* own.c: tasks that the engine made, and documents that decisions want to see again */
int own_number(const struct sim *s, const struct id *id, uint32_t *number); /* 0: unknown */
void own_begin(struct sim *s, const struct event *ev);
void own_end(struct sim *s, struct sim_task *t);
struct journal_pos papers_keep(struct sim *s, struct sim_task *t, json_t *data); /* steals */
void papers_show(const struct sim *s, struct input *in);

/* answers.c: a new reference; ${t} NULL: the task has ended meanwhile */
json_t *answer_of(struct sim *s, struct actor *a, uint32_t number, struct sim_task *t);

/* people.c: what they do about events, and when their time comes */
int64_t present_from(const struct sim *s, const struct behaviour *b, int64_t ms);
int64_t present_until(const struct sim *s, const struct behaviour *b, int64_t ms);
int64_t present_between(const struct sim *s, const struct behaviour *b, int64_t from, int64_t to);
void people_offered(struct sim *s, struct actor *a, uint32_t who, uint32_t task);
void people_took(struct sim *s, uint32_t who, uint32_t task);
void people_drop(struct sim *s, uint32_t who, uint32_t task);
int people_react(struct sim *s, const struct agenda_item *it, struct err *err);
int people_finish(struct sim *s, const struct agenda_item *it, struct err *err);
int people_check(struct sim *s, const struct agenda_item *it, struct err *err);
struct actor *sim_actor(const struct sim *s, const char *name, uint32_t *who);

/* tally.c */
void tally_begin(struct sim *s);
struct sim_lane *tally_lane(struct sim *s, const char *name);
void tally_event(struct sim *s, const struct event *ev, uint32_t task);
void tally_finish(struct sim *s);
void tally_sort(int64_t *v, size_t n);

/* tally_verify.c */
void tally_answer(struct sim *s, const struct event *ev, struct sim_task *t);
void tally_verified(struct sim_task *t, const struct event *ev);
void tally_suspended(struct sim *s, const struct event *ev);
void tally_kinds(struct sim *s);

#endif
