/* spool/batch.c -- many submits in one file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/entropy.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/publish.h"
#include "spool/drop.h"
#include "spool/droplock.h"
#include "spool/layout.h"
#include "spool/waiting.h"

enum { BUFFER = 1 << 20, HEADER_MAX = 128, LINES_MAX = 10 * 1000 * 1000 };
static const uint64_t bytes_max = (uint64_t)4 << 30;

struct drop_batch {
	const struct spool *s; /* borrowed */
	char name[ID_TEXT_MAX];
	int fd;
	struct buf out;
	uint64_t bytes;
	size_t lines;
	struct waiting_key *keys; /* owned; of the keyed lines */
	size_t nkeys, cap;
};

/* The count is known only at the end: it is padded with blanks to a fixed width. */
static void header(const struct drop_batch *b, char text[HEADER_MAX])
{
	snprintf(text, HEADER_MAX, "{\"er\":1,\"type\":\"batch\",\"id\":\"%s\",\"count\":%-8zu}\n",
	         b->name, b->lines);
}

static void batch_free(struct drop_batch *b)
{
	if (b->fd >= 0)
		close(b->fd);
	buf_release(&b->out);
	free(b->keys);
	free(b);
}

struct drop_batch *drop_batch_new(const struct spool *s, struct err *err)
{
	struct drop_batch *b = mem_alloc(sizeof(*b));
	struct publish p = {s->tmp, s->new_, b->name, b->name, 0640, 0};
	char text[HEADER_MAX];
	struct id id;

	if (drop_space(s, err)) {
		free(b);
		return NULL;
	}
	b->s = s;
	id_new(&id);
	id_format(&id, "batch_", b->name);
	b->fd = publish_open(&p, err);
	if (b->fd < 0) {
		batch_free(b);
		return NULL;
	}
	header(b, text);
	buf_adds(&b->out, text);
	b->bytes = b->out.len;
	return b;
}

static int flush(struct drop_batch *b, struct err *err)
{
	struct err why = ERR_INIT;

	if (io_write_all(b->fd, b->out.data, b->out.len, &why))
		return err_set(err, FAIL_TEMPORARY, "tmp/%s: %s", b->name, why.msg);
	buf_clear(&b->out);
	return 0;
}

static int remember(struct drop_batch *b, const struct drop_submit *line, struct err *err)
{
	if (b->nkeys == b->cap) {
		b->cap = b->cap ? b->cap * 2 : 1024;
		b->keys = mem_grow(b->keys, b->cap, sizeof(*b->keys));
	}
	if (id_parse(line->id, "task_", &b->keys[b->nkeys].id))
		return err_set(err, FAIL_INVALID, "not a task id");
	b->keys[b->nkeys++].content = line->content;
	return 0;
}

int drop_batch_add(struct drop_batch *b, const struct drop_submit *line, struct err *err)
{
	if (line->n > DROP_MESSAGE_MAX || memchr(line->bytes, '\n', line->n))
		return err_set(err, FAIL_INVALID, "a line has more than %d bytes or a line break",
		               DROP_MESSAGE_MAX);
	if (b->lines == LINES_MAX || b->bytes + line->n + 1 > bytes_max)
		return err_set(err, FAIL_INVALID, "the batch has more than %d tasks or 4 GiB", LINES_MAX);
	if (line->keyed && remember(b, line, err))
		return -1;
	buf_add(&b->out, line->bytes, line->n);
	buf_addc(&b->out, '\n');
	b->bytes += line->n + 1;
	b->lines++;
	return b->out.len >= BUFFER ? flush(b, err) : 0;
}

static int by_id(const void *a, const void *b)
{
	return id_cmp(&((const struct waiting_key *)a)->id, &((const struct waiting_key *)b)->id);
}

static int conflict(const struct waiting_key *key, struct err *err)
{
	char id[ID_TEXT_MAX];

	return err_set(err, FAIL_CONFLICT,
	               "%s: the same key came before with other content; nothing was taken",
	               id_format(&key->id, "task_", id));
}

/* Sort the keys and leave one of each. */
static int merge_keys(struct drop_batch *b, size_t *replayed, struct err *err)
{
	size_t n = 0;

	if (b->nkeys > 1)
		qsort(b->keys, b->nkeys, sizeof(*b->keys), by_id);
	for (size_t i = 0; i < b->nkeys; i++) {
		if (n == 0 || by_id(&b->keys[n - 1], &b->keys[i])) {
			b->keys[n++] = b->keys[i];
		} else if (memcmp(b->keys[n - 1].content.b, b->keys[i].content.b, SHA256_BYTES)) {
			return conflict(&b->keys[i], err);
		} else {
			++*replayed;
		}
	}
	b->nkeys = n;
	return 0;
}

struct hits {
	struct drop_batch *b;
	unsigned char *seen; /* per key: counted as replayed */
	size_t *replayed;
	struct err *err;
};

static void replay(struct hits *h, const struct waiting_key *key)
{
	size_t i = (size_t)(key - h->b->keys);

	*h->replayed += !h->seen[i];
	h->seen[i] = 1;
}

static int on_hit(void *ctx, const struct waiting_key *key, enum waiting_found found)
{
	struct hits *h = ctx;

	if (found == WAITING_OTHER) {
		conflict(key, h->err);
		return 1;
	}
	replay(h, key);
	return 0;
}

/* Nothing needs to be confirmed on disk: our own lines say the same and will be durable. */
static int check_keys(struct drop_batch *b, size_t *replayed, struct err *err)
{
	struct hits h = {b, mem_alloc(b->nkeys + 1), replayed, err};
	int rc = waiting_batches(b->s, b->keys, b->nkeys, 0, on_hit, &h, err) ? -1 : 0;

	for (size_t i = 0; !rc && i < b->nkeys; i++) {
		int found = waiting_single(b->s, &b->keys[i], 0, err);

		/* And only now the view, see waiting.h: what waits may itself have come second. */
		if (found == WAITING_GONE || found == WAITING_SAME) {
			int seen = waiting_view(b->s, &b->keys[i], err);

			if (found == WAITING_GONE || seen != WAITING_NONE)
				found = seen;
		}
		if (found == WAITING_SAME)
			replay(&h, &b->keys[i]);
		rc = found < 0 ? -1 : found == WAITING_OTHER ? conflict(&b->keys[i], err) : 0;
	}
	free(h.seen);
	return rc;
}

static int finish(struct drop_batch *b, struct err *err)
{
	char text[HEADER_MAX];
	size_t n;

	if (flush(b, err))
		return -1;
	header(b, text);
	n = strlen(text);
	if (pwrite(b->fd, text, n, 0) != (ssize_t)n)
		return err_set(err, FAIL_TEMPORARY, "tmp/%s: cannot write the header", b->name);
	return 0;
}

static int publish(struct drop_batch *b, struct err *err)
{
	struct publish p = {b->s->tmp, b->s->new_, b->name, b->name, 0640, 0};
	int fd = b->fd;

	b->fd = -1;
	return publish_fd(&p, fd, err);
}

static int publish_keyed(struct drop_batch *b, size_t *replayed, struct err *err)
{
	int rc;

	if (merge_keys(b, replayed, err))
		return -1;
	/* Others wait while the lock is held: bring the data to disk before. */
	if (sync_file_range(b->fd, 0, 0, SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER))
		return err_set(err, FAIL_TEMPORARY, "tmp/%s: cannot sync", b->name);
	if (drop_lock(b->s, LOCK_EX, err))
		return -1;
	rc = check_keys(b, replayed, err);
	if (!rc)
		rc = publish(b, err);
	drop_unlock(b->s);
	return rc;
}

int drop_batch_commit(struct drop_batch *b, size_t *replayed, struct err *err)
{
	int rc;

	*replayed = 0;
	rc = finish(b, err);
	if (!rc)
		rc = b->nkeys ? publish_keyed(b, replayed, err) : publish(b, err);
	if (b->fd >= 0)
		unlinkat(b->s->tmp, b->name, 0); /* not published */
	batch_free(b);
	return rc;
}

void drop_batch_abort(struct drop_batch *b)
{
	if (!b)
		return;
	unlinkat(b->s->tmp, b->name, 0); /* if it stays, the cleaner takes it */
	batch_free(b);
}
