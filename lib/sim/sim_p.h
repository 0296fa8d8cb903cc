/*
 * sim/sim_p.h -- the running simulation; private to lib/sim.
 */
#ifndef SIM_SIM_P_H
#define SIM_SIM_P_H

#include <uthash.h>

#include "base/heap.h"
#include "engine/world.h"
#include "model/event.h"
#include "model/message.h"
#include "sim/draw.h"
#include "sim/sim.h"

enum what { DO_ARRIVE, DO_REACT, DO_FINISH };

/* A thing to happen; its heap entry names its index. */
struct agenda_item {
	enum what what;
	uint32_t who;  /* person, or stream for DO_ARRIVE */
	uint32_t task; /* index */
	uint32_t turn; /* DO_FINISH: of the person's .turn; else void */
	uint32_t next_free;
};

enum { HOLDERS_MAX = 16 };

struct sim_task {
	struct id id;
	json_t *created; /* owned while open: data of task.created, or of the stream's first */
	struct stream *stream;
	struct sim_lane *lane;
	int64_t at_ms, due_ms, bound_ms; /* bound: predicted for 90 %, 0: none */
	uint32_t holders[HOLDERS_MAX];   /* people who have it in hand */
	uint32_t next_free;
	uint8_t n_holders, right;
};

/* Where a task is: its place in sim.tasks, or that it is closed, with its stream. */
enum { TASK_CLOSED = 0x80000000U };

/* Tasks of one body. */
struct stream {
	const struct arrivals *plan;
	struct submission *prepared;   /* owned; NULL before the first, and with documents */
	json_t *created;               /* owned; data of the first task.created */
	struct sim_lane *lane;         /* of that; NULL before */
	json_t *right, *wrong, *invalid; /* owned; answers */
	struct draw draw;
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
	struct sim_report *report;
};

/* setup.c */
int sim_set_up(struct sim *s, const struct sim_options *o, struct err *err);
void sim_tear_down(struct sim *s);

/* sim.c */
struct sim_task *sim_task(const struct sim *s, uint32_t number); /* NULL: closed */
struct stream *sim_stream(const struct sim *s, uint32_t number);
void sim_close(struct sim *s, uint32_t number);
void sim_plan(struct sim *s, int64_t at_ms, struct agenda_item item);
int sim_say(struct sim *s, enum message_type type, uint32_t task, const char *from, json_t *body,
            struct err *err);

/* people.c: what they do about events, and when their time comes */
int64_t present_from(const struct sim *s, const struct behaviour *b, int64_t ms);
int64_t present_until(const struct sim *s, const struct behaviour *b, int64_t ms);
int64_t present_between(const struct sim *s, const struct behaviour *b, int64_t from, int64_t to);
void people_offered(struct sim *s, struct actor *a, uint32_t who, uint32_t task);
void people_took(struct sim *s, uint32_t who, uint32_t task);
void people_drop(struct sim *s, uint32_t who, uint32_t task);
int people_react(struct sim *s, const struct agenda_item *it, struct err *err);
int people_finish(struct sim *s, const struct agenda_item *it, struct err *err);
struct actor *sim_actor(const struct sim *s, const char *name, uint32_t *who);

/* tally.c */
void tally_begin(struct sim *s);
struct sim_lane *tally_lane(struct sim *s, const char *name);
void tally_event(struct sim *s, const struct event *ev, uint32_t task);
void tally_finish(struct sim *s);

#endif
