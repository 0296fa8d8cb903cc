/*
 * A batch is one file of many submits.  It is taken in steps, so that single messages are not kept
 * waiting, and each line is a message of its own: after a crash the lines that are in the journal
 * are recognised by their ids.  The file is removed when the last line's view is written.
 */
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
	STEP_LINES = 1024 /* taken between two commits at most */
};

struct batch {
	char *file;
	FILE *in;
	char *line;
	size_t cap;
	size_t lines, refused, replayed;
	int ended;
};

void batch_free(struct batch *b)
{
	if (!b)
		return;
	if (b->in)
		fclose(b->in);
	free(b->line);
	free(b->file);
	free(b);
}

int batch_claims(const struct erd *e, const char *file)
{
	return e->batch && strcmp(e->batch->file, file) == 0;
}

int batch_begin(struct erd *e, const char *file, int fd, struct err *err)
{
	struct batch *b;
	FILE *in;

	if (e->batch) {
		close(fd);
		return 0;
	}
	in = fdopen(fd, "r");
	if (!in) {
		close(fd);
		return err_errno(err, "new/%s", file);
	}
	b = mem_alloc(sizeof(*b));
	b->file = mem_strdup(file);
	b->in = in;
	e->batch = b;
	if (getline(&b->line, &b->cap, in) < 0) /* the header, checked by pickup */
		b->ended = 1;
	return 0;
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
		rc = record_refusal(e, NULL, m, why, err);
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

/* The views are written in slices between passes; the file goes when the last one is there. */
static int batch_end(struct erd *e, struct err *err)
{
	struct batch *b = e->batch;

	if (record_commit(e, err) != 0)
		return -1;
	if (views_pending(e->views))
		return 0;
	if (pickup_done(&e->spool, b->file, err) != 0)
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

	for (int i = 0; i < STEP_LINES && !b->ended; i++) {
		ssize_t n = getline(&b->line, &b->cap, b->in);
		if (n <= 0) {
			b->ended = 1;
			break;
		}
		while (n > 0 && (b->line[n - 1] == '\n' || b->line[n - 1] == '\r'))
			n--;
		if (n && take_line(e, b->line, (size_t)n, err) != 0)
			return -1;
		b->lines++;
		if (record_engine(e, err) != 0)
			return -1;
		if (i % 16 == 15 && now_mono_us() >= until)
			break;
	}
	return b->ended ? batch_end(e, err) : 0;
}
