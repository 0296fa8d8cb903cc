/*
 * engine/snapshot_p.h -- private to snapshot*.c: numbers and texts as bytes and back.
 *
 * Errors     A reader that has met its end or nonsense says so in ${bad} and gives zeros from then on.
 */
#ifndef ENGINE_SNAPSHOT_P_H
#define ENGINE_SNAPSHOT_P_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct id;
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

#endif
