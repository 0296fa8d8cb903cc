/*
 * engine/snapshot_p.h -- private to snapshot*.c: numbers and texts as bytes and back.
 *
 * Errors     A reader that has met its end or nonsense says so in ${bad} and gives zeros from then on.
 */
#ifndef ENGINE_SNAPSHOT_P_H
#define ENGINE_SNAPSHOT_P_H

#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

struct buf;
struct id;
struct match;
struct world;

struct reader {
	const unsigned char *p;
	size_t n;
	int bad;
};

void put(struct buf *b, uint64_t v, int bytes);
void put_str(struct buf *b, const char *s); /* or NULL */
uint64_t get(struct reader *r, int bytes);
const void *get_bytes(struct reader *r, size_t n);
/* Owned by the caller; NULL for a NULL that was saved, or on damage. */
char *get_str(struct reader *r);
void get_id(struct reader *r, struct id *id);
size_t get_count(struct reader *r);

/* snapshot_stats.c: lanes, workers and pairs with what was learned of them. */
void save_stats(const struct world *w, struct buf *out);
void load_stats(struct world *w, struct reader *r);

struct match_names { /* the saver's addresses, only as names */
	uint64_t name;
	struct match *match;
	UT_hash_handle hh;
};

/* snapshot_task.c: the chains of running escalations, then the tasks, which refer to matches by the
 * saver's names; then they wait again. */
void save_chains(const struct world *w, struct buf *out);
void load_chains(struct world *w, struct reader *r);
void save_tasks(const struct world *w, struct buf *out);
void load_tasks(struct world *w, struct reader *r, struct match_names *names);
void queue_waiting(struct world *w);

#endif
