/*
 * A batch is one file of many submits.  It is taken in steps, so that single messages are not kept
 * waiting, and each line is a message of its own: after a crash the lines that are in the journal
 * are recognised by their ids.  The file is removed when the last line's view is written.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "erd.h"
#include "json/js.h"
#include "log.h"
#include "spool/drop.h"
#include "spool/pickup.h"
#include "spool/views.h"

enum {
	STEP_LINES = 1024, /* taken between two commits at most */
	CHUNK = 65536
};

struct batch {
	char *file;
	int fd;
	size_t at, n; /* of chunk: read so far */
	struct buf line;
	size_t lines, refused, replayed;
	int ended;
	int keep; /* a line is in the file only: it goes to refused/ as it is */
	char chunk[CHUNK];
};

void batch_free(struct batch *b)
{
	if (!b)
		return;
	close(b->fd);
	buf_release(&b->line);
	free(b->file);
	free(b);
}

int batch_claims(const struct erd *e, const char *file)
{
	return e->batch && strcmp(e->batch->file, file) == 0;
}

/* 1 and a line without its end in b->line (not ok: too long), 0 at the end of the file.  An error
 * is no end: what could not be read must not be taken for absent. */
static int read_line(struct batch *b, struct err *err)
{
	const char *lf = NULL;

	buf_clear(&b->line);
	while (!lf) {
		if (b->at == b->n) {
			ssize_t got = read(b->fd, b->chunk, sizeof(b->chunk));
			if (got < 0 && errno == EINTR)
				continue;
			if (got < 0)
				return err_errno(err, "cannot read new/%s", b->file);
			b->at = 0;
			b->n = (size_t)got;
			if (got == 0) {
				b->ended = !b->line.len && buf_ok(&b->line);
				break;
			}
		}
		lf = memchr(b->chunk + b->at, '\n', b->n - b->at);
		size_t end = lf ? (size_t)(lf - b->chunk) : b->n;
		buf_add(&b->line, b->chunk + b->at, end - b->at);
		b->at = end + (lf != NULL);
	}
	return !b->ended;
}

int batch_begin(struct erd *e, const char *file, int fd, struct err *err)
{
	struct batch *b;

	if (e->batch) {
		close(fd);
		return 0;
	}
	b = mem_alloc(sizeof(*b));
	b->file = mem_strdup(file);
	b->fd = fd;
	e->batch = b;
	buf_init(&b->line, DROP_MESSAGE_MAX);
	return read_line(b, err) < 0 ? -1 : 0; /* the header, checked by pickup */
}

/* A line that is refused is kept under its own number; the others go on. */
static int refuse_line(struct erd *e, const struct message *m, const char *line, size_t n,
                       const struct err *why, struct err *err)
{
	struct batch *b = e->batch;
	struct buf name = BUF_INIT;

	buf_addf(&name, "%s.line%zu", b->file, b->lines + 1);
	int rc = pickup_refuse_bytes(&e->spool, buf_str(&name), line, n, erd_now(e), why, err);
	if (rc == 0)
		rc = record_refused(e, m ? m->id : buf_str(&name), m, why, err);
	b->refused++;
	buf_release(&name);
	return rc;
}

static int take_line(struct erd *e, const char *line, size_t n, struct err *err)
{
	struct err why = ERR_INIT;
	struct message m = {.doc = NULL};
	struct decision d = {.n = 0};
	struct input in = {.kind = IN_MESSAGE, .msg = &m};
	json_t *doc = js_parse(line, n, &js_limits_message, &why);
	int rc = 0;

	e->messages_total++;
	if (!doc || message_parse(doc, &m, &why) != 0) {
		json_decref(doc);
		return refuse_line(e, NULL, line, n, &why, err);
	}
	if (m.type != MSG_SUBMIT) {
		err_set(&why, FAIL_INVALID, "a batch holds submits only");
		rc = refuse_line(e, &m, line, n, &why, err);
	} else if (record_input(e, &in, m.id, &d, &why) == 0) {
		e->batch->replayed += (size_t)d.replayed;
	} else if (err_fatal(&why)) {
		*err = why;
		rc = -1;
	} else {
		rc = refuse_line(e, &m, line, n, &why, err);
	}
	decision_release(&d);
	message_release(&m);
	return rc;
}

static int keep_file(struct erd *e, struct err *err)
{
	struct err why = ERR_INIT;

	err_set(&why, FAIL_INVALID, "a line is longer than %d bytes; the others were taken",
	        DROP_MESSAGE_MAX);
	return pickup_refuse(&e->spool, e->batch->file, erd_now(e), &why, err);
}

static int refuse_long(struct erd *e, struct err *err)
{
	struct err why = ERR_INIT;
	struct buf name = BUF_INIT;

	buf_addf(&name, "%s.line%zu", e->batch->file, e->batch->lines + 1);
	err_set(&why, FAIL_INVALID, "longer than %d bytes", DROP_MESSAGE_MAX);
	int rc = record_refused(e, buf_str(&name), NULL, &why, err);
	e->batch->keep = 1;
	e->batch->refused++;
	buf_release(&name);
	return rc;
}

static int take_next(struct erd *e, struct err *err)
{
	struct buf *line = &e->batch->line;

	if (!buf_ok(line))
		return refuse_long(e, err);
	while (line->len && line->data[line->len - 1] == '\r')
		line->len--;
	return line->len ? take_line(e, line->data, line->len, err) : 0;
}

/* The views are written in slices between passes; the file goes when the last one is there. */
static int batch_end(struct erd *e, struct err *err)
{
	struct batch *b = e->batch;

	if (record_commit(e, err) != 0)
		return -1;
	if (views_pending(e->views))
		return 0;
	if (b->keep ? keep_file(e, err) : pickup_done(&e->spool, b->file, err))
		return -1;
	if (b->refused) {
		char n[24];
		snprintf(n, sizeof(n), "%zu", b->refused);
		log_event(LOG_WARNING_, "batch.refused_lines", "batch", b->file, "lines", n, NULL);
	}
	batch_free(b);
	e->batch = NULL;
	return 0;
}

int batch_step(struct erd *e, int64_t budget_us, struct err *err)
{
	struct batch *b = e->batch;
	int64_t until = now_mono_us() + budget_us;

	for (int i = 0; i < STEP_LINES && !b->ended && !record_full(e); i++) {
		int got = read_line(b, err);
		if (got < 0 || (got && take_next(e, err) != 0))
			return -1;
		b->lines += (size_t)got;
		if (record_engine(e, err) != 0)
			return -1;
		if (i % 16 == 15 && now_mono_us() >= until)
			break;
	}
	return b->ended ? batch_end(e, err) : 0;
}
