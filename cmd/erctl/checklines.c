#include "checklines.h"

#include <pthread.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "lines.h"

enum { RING = 8, CHUNK_BYTES = 1 << 18, WORKERS_MAX = CHECK_THREADS - 1 };

enum chunk_state { EMPTY, FILLED, TAKEN, DONE };

struct raw {
	size_t at, n, number;
};

struct chunk {
	enum chunk_state state;
	struct buf text;   /* the lines, one behind the other */
	struct raw *raw;   /* owned */
	size_t n, cap;
	struct checked *line; /* owned, ${cap} of them */
	struct buf bytes;  /* their messages */
};

struct work {
	const struct checklines *how;
	pthread_mutex_t lock; /* guards the states, threads and quit */
	pthread_cond_t changed;
	struct chunk ring[RING];
	size_t filled, used; /* counted from the first; the calling thread's own */
	unsigned threads; /* that have a number; 0 is the calling one's */
	int quit;
};

static int blank(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r')
			return 0;
	}
	return 1;
}

static void forget(struct chunk *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->line[i].why);
		c->line[i].why = NULL;
	}
	buf_clear(&c->text);
	buf_clear(&c->bytes);
	c->n = 0;
}

static void add_raw(struct chunk *c, const char *text, size_t n, size_t number)
{
	if (c->n == c->cap) {
		c->cap = c->cap ? 2 * c->cap : 256;
		c->raw = mem_grow(c->raw, c->cap, sizeof *c->raw);
		c->line = mem_grow(c->line, c->cap, sizeof *c->line);
	}
	c->line[c->n] = (struct checked){.number = number};
	c->raw[c->n++] = (struct raw){c->text.len, n, number};
	buf_add(&c->text, text, n);
}

/* 1 filled, 0 the input is at its end and nothing came, -1 */
static int fill(struct chunk *c, struct lines *in, struct err *err)
{
	const char *text;
	size_t n;
	int more = 1;
	while (c->text.len < CHUNK_BYTES && (more = lines_next(in, &text, &n, err)) > 0) {
		if (!blank(text, n))
			add_raw(c, text, n, in->number);
	}
	return more < 0 ? -1 : c->n > 0;
}

static void check(const struct work *w, unsigned thread, struct chunk *c)
{
	for (size_t i = 0; i < c->n; i++) {
		struct err why = ERR_INIT;
		struct checked *l = &c->line[i];
		l->at = c->bytes.len;
		if (w->how->check(w->how->ctx, thread, buf_str(&c->text) + c->raw[i].at,
		                  c->raw[i].n, l, &c->bytes, &why) < 0) {
			l->why = mem_alloc(sizeof why);
			*l->why = why;
		}
		l->n = c->bytes.len - l->at;
	}
}

/* Check the oldest chunk that nobody has; 0 when there is none.  Called with the lock held. */
static int check_one(struct work *w, unsigned thread)
{
	struct chunk *c = NULL;
	for (size_t i = w->used; i < w->used + RING && !c; i++) {
		if (w->ring[i % RING].state == FILLED)
			c = &w->ring[i % RING];
	}
	if (!c)
		return 0;
	c->state = TAKEN;
	pthread_mutex_unlock(&w->lock);
	check(w, thread, c);
	pthread_mutex_lock(&w->lock);
	c->state = DONE;
	pthread_cond_broadcast(&w->changed);
	return 1;
}

static void *worker(void *arg)
{
	struct work *w = arg;
	pthread_mutex_lock(&w->lock);
	unsigned thread = ++w->threads;
	while (!w->quit) {
		if (!check_one(w, thread))
			pthread_cond_wait(&w->changed, &w->lock);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

static void set_state(struct work *w, struct chunk *c, enum chunk_state state)
{
	pthread_mutex_lock(&w->lock);
	c->state = state;
	if (state == EMPTY)
		w->used++;
	else
		w->filled++;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
}

static int use(struct work *w, struct chunk *c, struct err *err)
{
	int rc = 0;
	for (size_t i = 0; i < c->n && rc == 0; i++)
		rc = w->how->use(w->how->ctx, &c->line[i], buf_str(&c->bytes) + c->line[i].at, err);
	forget(c);
	set_state(w, c, EMPTY);
	return rc;
}

/* Nothing to use and no room to fill: lend a hand, or wait for one. */
static void help(struct work *w, const struct chunk *next)
{
	pthread_mutex_lock(&w->lock);
	if (next->state != DONE && !check_one(w, 0) && next->state != DONE)
		pthread_cond_wait(&w->changed, &w->lock);
	pthread_mutex_unlock(&w->lock);
}

static enum chunk_state state_of(struct work *w, const struct chunk *c)
{
	pthread_mutex_lock(&w->lock);
	enum chunk_state s = c->state;
	pthread_mutex_unlock(&w->lock);
	return s;
}

static int run(struct work *w, struct lines *in, struct err *err)
{
	int more = 1, rc = 0;
	while (rc == 0 && (more || w->used < w->filled)) {
		struct chunk *next = &w->ring[w->used % RING];
		if (w->used < w->filled && state_of(w, next) == DONE) {
			rc = use(w, next, err);
		} else if (more && w->filled < w->used + RING) {
			struct chunk *c = &w->ring[w->filled % RING];
			more = fill(c, in, err);
			if (more < 0)
				rc = -1;
			else if (more)
				set_state(w, c, FILLED);
		} else {
			help(w, next);
		}
	}
	return rc;
}

int checklines_run(struct lines *in, const struct checklines *how, struct err *err)
{
	struct work *w = mem_alloc(sizeof *w);
	pthread_t thread[WORKERS_MAX];
	long want = sysconf(_SC_NPROCESSORS_ONLN) - 1;
	int n = 0;
	w->how = how;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->changed, NULL);
	while (n < WORKERS_MAX && n < want && pthread_create(&thread[n], NULL, worker, w) == 0)
		n++;
	int rc = run(w, in, err);
	pthread_mutex_lock(&w->lock);
	w->quit = 1;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->lock);
	while (n > 0)
		pthread_join(thread[--n], NULL);
	for (int i = 0; i < RING; i++) {
		forget(&w->ring[i]);
		buf_release(&w->ring[i].text);
		buf_release(&w->ring[i].bytes);
		free(w->ring[i].raw);
		free(w->ring[i].line);
	}
	free(w);
	return rc;
}
