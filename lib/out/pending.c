/* out/pending.c -- which delivery may start next. */
#include "out/pending.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/entropy.h"
#include "base/heap.h"
#include "base/mem.h"

struct host {
	struct host *next;
	struct line *parked_first, *parked_last;
	int active;
	char name[];
};

struct pending {
	struct heap heap;
	struct line **table; /* by hash, chained */
	size_t buckets, nlines;
	struct line **owners; /* by heap owner; free ones are NULL */
	uint32_t nowners;
	uint32_t *free_owners;
	uint32_t nfree;
	struct host *hosts; /* only those with something active: at most a few dozen */
	uint64_t seed[2];
};

enum { BUCKETS_MIN = 64 };

static void on_moved(void *ctx, uint32_t owner, uint32_t slot)
{
	struct pending *p = ctx;

	p->owners[owner]->slot = slot;
}

struct pending *pending_new(void)
{
	struct pending *p = mem_alloc(sizeof(*p));

	heap_init(&p->heap, on_moved, p);
	p->buckets = BUCKETS_MIN;
	p->table = mem_alloc(p->buckets * sizeof(struct line *));
	entropy_fill(p->seed, sizeof(p->seed));
	return p;
}

static void line_free(struct line *line)
{
	while (line->first) {
		struct delivery *d = line->first;

		line->first = d->next;
		free(d);
	}
	free(line);
}

void pending_free(struct pending *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; i < p->nowners; i++)
		if (p->owners[i])
			line_free(p->owners[i]);
	while (p->hosts) {
		struct host *h = p->hosts;

		p->hosts = h->next;
		free(h);
	}
	heap_release(&p->heap);
	free(p->table);
	free(p->owners);
	free(p->free_owners);
	free(p);
}

/* ---- the table ---- */

/* Ids may be chosen by those who submit: the seed keeps them from choosing the bucket. */
static size_t bucket_of(const struct pending *p, const struct id *task)
{
	uint64_t a, b;

	memcpy(&a, task->b, sizeof(a));
	memcpy(&b, task->b + sizeof(a), sizeof(b));
	a = (a ^ p->seed[0]) * UINT64_C(0x9e3779b97f4a7c15);
	b = ((b ^ p->seed[1]) + (a >> 29)) * UINT64_C(0xbf58476d1ce4e5b9);
	return (b ^ b >> 32) & (p->buckets - 1);
}

static void table_grow(struct pending *p)
{
	free(p->table);
	p->buckets *= 2;
	p->table = mem_alloc(p->buckets * sizeof(struct line *));
	for (uint32_t i = 0; i < p->nowners; i++) {
		struct line *line = p->owners[i];
		size_t at;

		if (!line)
			continue;
		at = bucket_of(p, &line->task);
		line->hash_next = p->table[at];
		p->table[at] = line;
	}
}

struct line *pending_find(struct pending *p, const struct id *task)
{
	struct line *line = p->table[bucket_of(p, task)];

	while (line && id_cmp(&line->task, task))
		line = line->hash_next;
	return line;
}

static uint32_t owner_new(struct pending *p)
{
	if (p->nfree)
		return p->free_owners[--p->nfree];
	if ((p->nowners & (p->nowners - 1)) == 0) {
		size_t cap = p->nowners ? 2 * (size_t)p->nowners : 1;

		p->owners = mem_grow(p->owners, cap, sizeof(*p->owners));
		p->free_owners = mem_grow(p->free_owners, cap, sizeof(*p->free_owners));
	}
	return p->nowners++;
}

static struct line *line_new(struct pending *p, const struct id *task)
{
	struct line *line = mem_alloc(sizeof(*line));
	size_t at;

	if (p->nlines == p->buckets)
		table_grow(p);
	line->task = *task;
	line->slot = HEAP_NONE;
	line->owner = owner_new(p);
	p->owners[line->owner] = line;
	at = bucket_of(p, task);
	line->hash_next = p->table[at];
	p->table[at] = line;
	p->nlines++;
	return line;
}

static void line_remove(struct pending *p, struct line *line)
{
	struct line **at = &p->table[bucket_of(p, &line->task)];

	assert(line->slot == HEAP_NONE && !line->parked);
	while (*at != line)
		at = &(*at)->hash_next;
	*at = line->hash_next;
	p->owners[line->owner] = NULL;
	p->free_owners[p->nfree++] = line->owner;
	p->nlines--;
	line_free(line);
}

/* ---- deliveries ---- */

/* Into the line by seq.  Returns the one that is there already, or NULL. */
static struct delivery *line_insert(struct line *line, struct delivery *d)
{
	struct delivery **at = &line->first;

	if (line->last && line->last->seq < d->seq)
		at = &line->last->next;
	while (*at && (*at)->seq < d->seq)
		at = &(*at)->next;
	if (*at && (*at)->seq == d->seq)
		return *at;
	d->next = *at;
	*at = d;
	if (!d->next)
		line->last = d;
	return NULL;
}

/* The clock of a line that is neither taken nor parked is its first delivery's. */
static void line_arm(struct pending *p, struct line *line)
{
	if (line->taken || line->parked)
		return;
	if (line->slot == HEAP_NONE)
		heap_add(&p->heap, line->first->next_ms, line->owner);
	else
		heap_move(&p->heap, line->slot, line->first->next_ms);
}

void pending_add(struct pending *p, const struct id *task, const struct id *event, uint64_t seq,
                 int attempts, int64_t next_ms)
{
	struct line *line = pending_find(p, task);
	struct delivery *d = mem_alloc(sizeof(*d)), *known;

	d->seq = seq;
	d->event = *event;
	d->attempts = attempts;
	d->next_ms = next_ms;
	if (!line)
		line = line_new(p, task);
	known = line_insert(line, d);
	if (known) {
		free(d);
		if (!known->missing)
			return;
		known->missing = 0;
		known->next_ms = next_ms;
	}
	line_arm(p, line);
}

struct line *pending_take(struct pending *p, int64_t now_ms)
{
	const struct heap_item *top = heap_top(&p->heap);
	struct line *line;

	if (!top || top->at_ms > now_ms)
		return NULL;
	line = p->owners[top->owner];
	heap_remove(&p->heap, line->slot);
	line->slot = HEAP_NONE;
	line->taken = line->first;
	return line;
}

/* ---- hosts ---- */

static struct host *host_of(struct pending *p, const char *name)
{
	struct host *h = p->hosts;
	size_t n = strlen(name) + 1;

	while (h && strcmp(h->name, name))
		h = h->next;
	if (h)
		return h;
	h = mem_alloc(sizeof(*h) + n);
	memcpy(h->name, name, n);
	h->next = p->hosts;
	p->hosts = h;
	return h;
}

static void host_free(struct pending *p, struct host *h)
{
	struct host **at = &p->hosts;

	while (*at != h)
		at = &(*at)->next;
	*at = h->next;
	free(h);
}

void pending_leave(struct pending *p, struct host *h)
{
	struct line *line = h->parked_first;

	if (line) { /* the place is passed on */
		h->parked_first = line->park_next;
		if (!h->parked_first)
			h->parked_last = NULL;
		line->parked = NULL;
		line->reserved = h;
		line_arm(p, line);
	} else if (--h->active == 0) {
		host_free(p, h);
	}
}

/* A line that turns out not to need the place it was promised. */
static void return_reserved(struct pending *p, struct line *line)
{
	struct host *h = line->reserved;

	line->reserved = NULL;
	if (h)
		pending_leave(p, h);
}

struct host *pending_admit(struct pending *p, struct line *line, const char *host)
{
	struct host *h = host_of(p, host);

	if (line->reserved == h) {
		line->reserved = NULL;
		return h;
	}
	return_reserved(p, line);
	if (h->active < PENDING_PER_HOST) {
		h->active++;
		return h;
	}
	line->taken = NULL;
	line->parked = h;
	line->park_next = NULL;
	if (h->parked_last)
		h->parked_last->park_next = line;
	else
		h->parked_first = line;
	h->parked_last = line;
	return NULL;
}

void pending_wait(struct pending *p, struct line *line, int64_t next_ms)
{
	return_reserved(p, line);
	line->taken->next_ms = next_ms;
	line->taken = NULL;
	line_arm(p, line);
}

void pending_drop(struct pending *p, struct line *line)
{
	struct delivery **at = &line->first, *before = NULL;

	return_reserved(p, line);
	while (*at != line->taken) {
		before = *at;
		at = &(*at)->next;
	}
	*at = line->taken->next;
	if (line->last == line->taken)
		line->last = before;
	free(line->taken);
	line->taken = NULL;
	if (line->first)
		line_arm(p, line);
	else
		line_remove(p, line);
}

int64_t pending_next_ms(const struct pending *p)
{
	const struct heap_item *top = heap_top(&p->heap);

	return top ? top->at_ms : INT64_MAX;
}

size_t pending_lines(const struct pending *p)
{
	return p->nlines;
}

void pending_each(struct pending *p, void (*fn)(void *ctx, struct line *line), void *ctx)
{
	for (uint32_t i = 0; i < p->nowners; i++)
		if (p->owners[i])
			fn(ctx, p->owners[i]);
}
