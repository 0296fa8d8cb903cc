/* spool/drop.c -- putting one message into the drop. */
#include "spool/drop.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/entropy.h"
#include "base/err.h"
#include "base/publish.h"
#include "spool/backoff.h"
#include "spool/droplock.h"
#include "spool/fifo.h"
#include "spool/layout.h"
#include "spool/waiting.h"

enum { LOCK_WAIT_MS = 10000, NAME_BYTES = 96, TRIES = 8 };

int drop_lock(const struct spool *s, int how, struct err *err)
{
	if (!lock_try(s->new_, how, LOCK_WAIT_MS))
		return 0;
	if (errno == EWOULDBLOCK)
		return err_set(err, FAIL_TEMPORARY, "new/ was locked for more than %d s",
		               LOCK_WAIT_MS / 1000);
	return err_errno(err, "cannot lock new/");
}

void drop_unlock(const struct spool *s)
{
	flock(s->new_, LOCK_UN);
}

int drop_space(const struct spool *s, struct err *err)
{
	if (spool_space_ok(s))
		return 0;
	return err_set(err, FAIL_TEMPORARY, "%s: less than 5 %% of the disk is free: nothing new is taken",
	               s->path);
}

static int fits(size_t n, struct err *err)
{
	if (n > DROP_MESSAGE_MAX)
		return err_set(err, FAIL_INVALID, "the message has %zu bytes, more than %d", n,
		               DROP_MESSAGE_MAX);
	return 0;
}

static int publish(const struct spool *s, const char *tmpname, const char *name, const void *p,
                   size_t n, struct err *err)
{
	struct publish pub = {s->tmp, s->new_, tmpname, name, 0640, 0};

	return publish_bytes(&pub, p, n, err);
}

int drop_message(const struct spool *s, const char *id, const void *p, size_t n, struct err *err)
{
	return fits(n, err) ? -1 : publish(s, id, id, p, n, err);
}

static int conflict(const struct drop_submit *d, struct err *err)
{
	return err_set(err, FAIL_CONFLICT, "%s: the same key came before with other content", d->id);
}

/* Several processes may try one key at once: the tmp name must not be the id alone. */
static int publish_keyed(const struct spool *s, const struct drop_submit *d, struct err *err)
{
	char tmpname[NAME_BYTES];
	uint64_t salt;

	entropy_fill(&salt, sizeof(salt));
	snprintf(tmpname, sizeof(tmpname), "%s.%016" PRIx64, d->id, salt);
	/* A replay needs no space. */
	if (faccessat(s->new_, d->id, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return err_set(err, FAIL_CONFLICT, "%s: exists", d->id);
	if (drop_space(s, err))
		return -1;
	return publish(s, tmpname, d->id, d->bytes, d->n, err);
}

/* Ours came second.  If erd was faster than this it has refused it: as good. */
static void withdraw(const struct spool *s, const struct drop_submit *d)
{
	char tmpname[NAME_BYTES];
	uint64_t salt;

	entropy_fill(&salt, sizeof(salt));
	snprintf(tmpname, sizeof(tmpname), "%s.%016" PRIx64, d->id, salt);
	if (!renameat2(s->new_, d->id, s->tmp, tmpname, RENAME_NOREPLACE))
		unlinkat(s->tmp, tmpname, 0);
}

/* 0 replayed or published; 1 try again: a message of this name went away and left no view. */
static int try_keyed(const struct spool *s, struct drop_submit *d, const struct waiting_key *key,
                     struct err *err)
{
	struct err why = ERR_INIT;
	int published = !publish_keyed(s, d, &why), found = WAITING_NONE, seen;

	if (!published && why.code != FAIL_CONFLICT)
		return err_set(err, why.code, "%s", why.msg);
	if (!published) {
		found = waiting_single(s, key, 1, err);
		if (found < 0)
			return -1;
		if (found == WAITING_OTHER)
			return conflict(d, err);
	}
	/* The message is in new/ until its view is written, so one of the two shows.  What waits with
	 * our content may itself have come second: then the view says so. */
	seen = waiting_view(s, key, err);
	if (seen < 0)
		return -1;
	if (seen == WAITING_OTHER && published)
		withdraw(s, d);
	if (seen == WAITING_OTHER)
		return conflict(d, err);
	d->replayed = seen == WAITING_SAME || found == WAITING_SAME;
	return d->replayed || published ? 0 : 1;
}

static int note_hit(void *ctx, const struct waiting_key *key, enum waiting_found found)
{
	(void)ctx;
	(void)key;
	return (int)found;
}

static int submit_locked(const struct spool *s, struct drop_submit *d,
                         const struct waiting_key *key, struct err *err)
{
	int found = waiting_batches(s, key, 1, 1, note_hit, NULL, err);
	int rc = 1;

	if (found < 0)
		return -1;
	if (found == WAITING_OTHER)
		return conflict(d, err);
	if (found == WAITING_SAME) {
		d->replayed = 1;
		return 0;
	}
	for (int i = 0; rc > 0 && i < TRIES; i++)
		rc = try_keyed(s, d, key, err);
	if (rc > 0)
		return err_set(err, FAIL_TEMPORARY, "%s: comes and goes in new/: repeat", d->id);
	return rc;
}

static int submit_keyed(const struct spool *s, struct drop_submit *d, struct err *err)
{
	struct waiting_key key = {.content = d->content};
	int seen, rc;

	if (id_parse(d->id, "task_", &key.id))
		return err_set(err, FAIL_INVALID, "not a task id");
	/* A replay long after costs one look: what has a view is in the journal. */
	seen = waiting_view(s, &key, err);
	if (seen < 0)
		return -1;
	if (seen == WAITING_OTHER)
		return conflict(d, err);
	if (seen == WAITING_SAME) {
		d->replayed = 1;
		return 0;
	}
	if (drop_lock(s, LOCK_SH, err))
		return -1;
	rc = submit_locked(s, d, &key, err);
	drop_unlock(s);
	return rc;
}

int drop_submit(const struct spool *s, struct drop_submit *d, struct err *err)
{
	d->replayed = 0;
	if (fits(d->n, err))
		return -1;
	if (d->keyed)
		return submit_keyed(s, d, err);
	return drop_space(s, err) ? -1 : publish(s, d->id, d->id, d->bytes, d->n, err);
}

int drop_nudge(const struct spool *s)
{
	int fd = fifo_open(s->root, "control");

	if (fd < 0)
		return 0;
	fifo_write(fd, "\n", 1); /* full: erd has been told already */
	close(fd);
	return 1;
}
