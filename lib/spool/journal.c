/* spool/journal.c -- writing the journal. */
#include "spool/journal.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "json/js.h"
#include "spool/layout.h"
#include "spool/segment.h"
#include "spool/torn.h"
#include "spool/walk.h"

/*
 * Test builds take one safeguard away (make MUTATE=n) to see that a test notices:
 * 5 no fdatasync at the commit, 6 no fsync of journal/ for a new segment.
 */
#ifndef ER_MUTATE
#define ER_MUTATE 0
#endif
enum { SYNC_COMMIT = ER_MUTATE != 5, SYNC_SEGMENT_DIR = ER_MUTATE != 6 };

/* A header is shorter than HEADER_MAX, a header and an event are longer. */
enum { KEEP_BUFFER = 8 << 20, HEADER_MAX = 256, COMMIT_MAX = 1 << 30 };

struct journal {
	const struct spool *s; /* borrowed */
	int fd;                /* of the segment that is written */
	uint32_t number;
	uint32_t limit;
	uint32_t committed;    /* bytes of this segment on disk */
	struct chain chain;    /* behind the last appended event */
	struct journal_mark mark;
	struct buf pending;    /* lines behind ${committed} */
	struct buf line;
	int dead;
	int old_fd;            /* an earlier segment, kept for journal_read */
	uint32_t old_number;
};

static int is_dead(const struct journal *j, struct err *err)
{
	return j->dead ? err_set(err, FAIL_TEMPORARY, "the journal failed before: start again") : 0;
}

/* A write or sync that failed leaves the file in doubt: nothing more goes in. */
static int kill_it(struct journal *j, const char *what, struct err *err)
{
	char reason[128];

	j->dead = 1;
	return err_set(err, FAIL_TEMPORARY, "cannot %s journal/%08u.ndjson: %s", what, j->number,
	               strerror_r(errno, reason, sizeof(reason)));
}

/* Nothing behind the last commit was told to anybody.  On a full disk each restart would otherwise
 * find a torn tail and set it aside, and need the more space for it.  If this fails the next
 * recovery does it. */
static void take_back(struct journal *j)
{
	while (ftruncate(j->fd, j->committed) != 0 && errno == EINTR)
		;
}

static int put(struct journal *j, const char *p, size_t n, struct err *err)
{
	off_t at = j->committed;

	while (n > 0) {
		ssize_t got = pwrite(j->fd, p, n, at);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			kill_it(j, "write", err);
			take_back(j);
			return -1;
		}
		p += got;
		at += got;
		n -= (size_t)got;
	}
	return 0;
}

static int sync_data(struct journal *j, struct err *err)
{
	int rc;

	if (!SYNC_COMMIT)
		return 0;
	do
		rc = fdatasync(j->fd);
	while (rc && errno == EINTR);
	return rc ? kill_it(j, "sync", err) : 0;
}

static void set_mark(struct journal *j)
{
	j->mark.seq = j->chain.seq;
	j->mark.next = (struct journal_pos){j->number, j->committed, 0};
	memcpy(j->mark.hash, j->chain.hash, sizeof(j->mark.hash));
}

/* Write the header into an empty segment; its first event may follow when this returns 0. */
static int write_header(struct journal *j, struct err *err)
{
	struct buf header = BUF_INIT;
	int rc;

	chain_header(&j->chain, j->number, &header);
	rc = put(j, header.data, header.len, err);
	if (!rc && io_fsync(j->fd, "the journal's new segment", err))
		rc = kill_it(j, "sync", err);
	if (!rc && SYNC_SEGMENT_DIR && io_fsync(j->s->journal, "journal", err))
		rc = kill_it(j, "sync the folder of", err);
	if (!rc)
		j->committed = (uint32_t)header.len;
	buf_release(&header);
	return rc;
}

static int open_segment(struct journal *j, uint32_t number, int flags, struct err *err)
{
	char name[SEGMENT_NAME_MAX];

	j->number = number;
	j->committed = 0;
	j->fd = io_open(j->s->journal, segment_name(number, name), O_RDWR | O_NOFOLLOW | flags, 0640);
	return j->fd < 0 ? kill_it(j, "open", err) : 0;
}

/* Between two commits. */
static int next_segment(struct journal *j, struct err *err)
{
	assert(!j->pending.len);
	if (j->number >= SEGMENTS_LIMIT)
		return err_set(err, FAIL_FAILURE, "the journal is full: %u segments", j->number);
	if (j->old_fd >= 0)
		close(j->old_fd);
	j->old_fd = j->fd;
	j->old_number = j->number;
	if (open_segment(j, j->number + 1, O_CREAT | O_EXCL, err) || write_header(j, err))
		return -1;
	set_mark(j);
	return 0;
}

int journal_commit(struct journal *j, struct err *err)
{
	if (is_dead(j, err))
		return -1;
	if (!j->pending.len)
		return 0;
	/* The blank before the last LF says that the commit is whole. */
	j->pending.data[j->pending.len - 1] = ' ';
	buf_addc(&j->pending, '\n');
	if (put(j, j->pending.data, j->pending.len, err) || sync_data(j, err))
		return -1;
	j->committed += (uint32_t)j->pending.len;
	set_mark(j);
	if (j->pending.cap > KEEP_BUFFER)
		buf_release(&j->pending);
	buf_clear(&j->pending);
	return 0;
}

int journal_append(struct journal *j, struct event *ev, struct err *err)
{
	char hash[SHA256_HEX];

	if (is_dead(j, err))
		return -1;
	ev->seq = j->chain.seq + 1;
	id_from_seq(&ev->id, ev->at_ms, j->s->tag, ev->seq);
	buf_clear(&j->line);
	event_encode(ev, &j->line);
	chain_hash(&j->chain, j->line.data, j->line.len, hash);
	chain_seal(hash, &j->line);
	if (!buf_ok(&j->line)) {
		ev->seq = 0;
		return err_set(err, FAIL_INVALID, "%s: the event is longer than %d bytes",
		               event_name(ev->type), JOURNAL_LINE_MAX);
	}
	if (j->pending.len > COMMIT_MAX && journal_commit(j, err))
		return -1;
	/* The segment's header names this event's predecessor, so rotate before stepping on. */
	if (!j->pending.len && (uint64_t)j->committed + j->line.len > j->limit &&
	    j->committed > HEADER_MAX && next_segment(j, err))
		return -1;
	ev->pos.segment = j->number;
	ev->pos.offset = j->committed + (uint32_t)j->pending.len;
	ev->pos.length = (uint32_t)j->line.len;
	buf_add(&j->pending, j->line.data, j->line.len);
	assert(buf_ok(&j->pending));
	j->chain.seq = ev->seq;
	memcpy(j->chain.hash, hash, sizeof(j->chain.hash));
	return 0;
}

size_t journal_buffered(const struct journal *j)
{
	return j->pending.len;
}

struct journal_mark journal_mark(const struct journal *j)
{
	return j->mark;
}

/* The descriptor of a segment for reading; one earlier segment stays open. */
static int read_fd(const struct journal *j, uint32_t number, struct err *err)
{
	struct journal *mutable = (struct journal *)j; /* a cache: nothing that shows */
	char name[SEGMENT_NAME_MAX];

	if (number == j->number)
		return j->fd;
	if (j->old_fd >= 0 && number == j->old_number)
		return j->old_fd;
	if (j->old_fd >= 0)
		close(j->old_fd);
	mutable->old_number = number;
	mutable->old_fd = io_open(j->s->journal, segment_name(number, name), O_RDONLY | O_NOFOLLOW, 0);
	if (j->old_fd < 0)
		err_errno(err, "cannot open journal/%s", name);
	return j->old_fd;
}

json_t *journal_read(const struct journal *j, struct journal_pos pos, struct err *err)
{
	struct buf line = BUF_INIT;
	json_t *doc = NULL;
	int fd;

	if (pos.length < 2 || pos.length > JOURNAL_LINE_MAX) {
		err_set(err, FAIL_FAILURE, "journal: not the position of an event");
		return NULL;
	}
	fd = read_fd(j, pos.segment, err);
	if (fd >= 0 && !io_pread_all(fd, buf_room(&line, pos.length), pos.length, pos.offset, err))
		doc = js_parse_trusted(line.data, pos.length - 1, err);
	if (!doc)
		err_wrap(err, "journal/%08u.ndjson: byte %u", pos.segment, pos.offset);
	buf_release(&line);
	return doc;
}

/* Go on where the walk ended: the tail is cut, the chain is known. */
static int resume(struct journal *j, const struct walk *w, size_t *torn_bytes, struct err *err)
{
	off_t keep = w->torn ? w->torn_at : (off_t)w->mark.next.offset;

	j->mark = w->mark;
	j->chain.seq = w->mark.seq;
	memcpy(j->chain.hash, w->mark.hash, sizeof(j->chain.hash));
	if (w->last == 0) {
		if (open_segment(j, 1, O_CREAT | O_EXCL, err) || write_header(j, err))
			return -1;
		set_mark(j);
		return 0;
	}
	if (open_segment(j, w->last, 0, err) ||
	    torn_cut(j->s, j->fd, j->number, keep, torn_bytes, err))
		return -1;
	j->committed = (uint32_t)keep;
	if (keep == 0) { /* a crash cut the header of a new segment */
		if (write_header(j, err))
			return -1;
		set_mark(j);
	}
	return 0;
}

struct journal *journal_open(const struct spool *s, const struct journal_mark *from,
                             journal_visit *visit, void *ctx, size_t *torn_bytes, struct err *err)
{
	struct journal *j = mem_alloc(sizeof(*j));
	struct walk w;
	int rc;

	*torn_bytes = 0;
	j->s = s;
	j->fd = j->old_fd = -1;
	j->limit = s->segment_max ? s->segment_max : SEGMENT_MAX;
	buf_init(&j->line, JOURNAL_LINE_MAX);
	rc = walk_open(&w, s, from, 1, err);
	if (!rc)
		rc = walk_run(&w, visit, ctx, err);
	if (!rc && w.stopped)
		rc = err_set(err, FAIL_INTERRUPTED, "journal: reading was stopped");
	if (!rc)
		rc = resume(j, &w, torn_bytes, err);
	walk_close(&w);
	if (rc) {
		journal_close(j);
		return NULL;
	}
	return j;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	/* What was not committed was promised to nobody. */
	if (j->fd >= 0)
		close(j->fd);
	if (j->old_fd >= 0)
		close(j->old_fd);
	buf_release(&j->pending);
	buf_release(&j->line);
	free(j);
}
