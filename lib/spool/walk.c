/* spool/walk.c -- one way through the journal, for recovery and for tools. */
#include "spool/walk.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"
#include "spool/layout.h"

int walk_visit(const char *line, size_t n, int trusted, struct journal_pos pos,
               journal_visit *visit, void *ctx, struct err *err)
{
	json_t *doc;
	struct event ev;
	int rc;

	doc = trusted ? js_parse_trusted(line, n, err) : js_parse(line, n, &js_limits_own, err);
	if (!doc)
		return -1;
	memset(&ev, 0, sizeof(ev));
	rc = event_parse(doc, &ev, err);
	ev.pos = pos;
	if (!rc)
		rc = visit(ctx, &ev, err);
	json_decref(doc);
	return rc;
}

static void set_mark(struct walk *w)
{
	w->mark.seq = w->chain.seq;
	w->mark.next = (struct journal_pos){w->seg.number, (uint32_t)w->seg.off, 0};
	memcpy(w->mark.hash, w->chain.hash, sizeof(w->mark.hash));
}

int walk_open(struct walk *w, const struct spool *s, const struct journal_mark *from, int verify,
              struct err *err)
{
	memset(w, 0, sizeof(*w));
	w->s = s;
	w->verify = verify;
	w->seg.fd = -1;
	chain_start(&w->chain);
	set_mark(w);
	if (from) {
		w->mark = *from;
		w->chain.seq = from->seq;
		memcpy(w->chain.hash, from->hash, sizeof(w->chain.hash));
	}
	if (segment_last(s, &w->last, err))
		return -1;
	if (w->mark.next.segment > w->last)
		return err_set(err, FAIL_FAILURE, "journal/%08u.ndjson: missing, but it was committed",
		               w->mark.next.segment);
	return 0;
}

void walk_close(struct walk *w)
{
	buf_release(&w->lines);
	free(w->held);
	segment_close(&w->seg);
}

/* FAIL_FAILURE naming the line at ${at}. */
static int damaged(struct walk *w, off_t at, const char *what, struct err *err)
{
	uint64_t line = 0;

	if (segment_count_lines(&w->seg, at, &line, err))
		return -1;
	return err_set(err, FAIL_FAILURE, "journal/%08u.ndjson: line %" PRIu64 " (byte %lld): %s",
	               w->seg.number, line + 1, (long long)at, what);
}

/* What cannot be a good line: a torn end, when it is in the last segment, or damage. */
static int bad(struct walk *w, off_t at, off_t cut, struct err *err)
{
	int torn = 0;

	if (w->seg.number == w->last && segment_torn_from(&w->seg, at, &torn, err))
		return -1;
	if (!torn)
		return damaged(w, at, "damaged", err);
	w->torn = 1;
	w->torn_at = cut;
	return 0;
}

/* 1 when the header was read, 0 when it is torn. */
static int read_header(struct walk *w, struct err *err)
{
	const char *line;
	size_t n;
	int got = segment_line(&w->seg, &line, &n, err);

	if (got < 0)
		return -1;
	if (got != SEGMENT_LINE)
		return bad(w, 0, 0, err);
	if (chain_check_header(&w->chain, w->seg.number, line, n, err))
		return -1;
	set_mark(w);
	return 1;
}

static void hold(struct walk *w, const char *line, size_t n, struct journal_pos pos)
{
	if (w->n_held == w->cap_held) {
		w->cap_held = w->cap_held ? w->cap_held * 2 : 64;
		w->held = mem_grow(w->held, w->cap_held, sizeof(*w->held));
	}
	w->held[w->n_held++] = (struct held){w->lines.len, pos};
	buf_add(&w->lines, line, n);
}

/* The visitor stopped after ${h}: go on behind it later, perhaps inside a commit. */
static void stop_at(struct walk *w, const struct held *h, const char *line, size_t n, uint64_t seq)
{
	w->stopped = 1;
	w->mark.seq = seq;
	w->mark.next = (struct journal_pos){h->pos.segment, h->pos.offset + h->pos.length, 0};
	memcpy(w->mark.hash, line + n - SHA256_HEX - 1, SHA256_HEX - 1);
}

/* The commit is whole: visit its events. */
static int deliver(struct walk *w, journal_visit *visit, void *ctx, struct err *err)
{
	for (size_t i = 0; i < w->n_held && !w->stopped; i++) {
		const struct held *h = &w->held[i];
		const char *line = w->lines.data + h->at;
		size_t n = h->pos.length - 1;
		struct err why = ERR_INIT;
		int rc = walk_visit(line, n, w->verify, h->pos, visit, ctx, &why);

		if (rc < 0 && why.code == FAIL_INVALID)
			return damaged(w, h->pos.offset, why.msg, err);
		if (rc < 0)
			return err_set(err, why.code, "%s", why.msg);
		if (rc > 0 && i + 1 < w->n_held)
			stop_at(w, h, line, n, w->chain.seq - (w->n_held - 1 - i));
		w->stopped = rc > 0;
	}
	if (!buf_ok(&w->lines))
		return err_set(err, FAIL_FAILURE, "journal/%08u.ndjson: a commit is too large",
		               w->seg.number);
	w->n_held = 0;
	buf_clear(&w->lines);
	return 0;
}

/* 1 when ${line} was the next of the chain. */
static int take(struct walk *w, const char *line, size_t n, off_t at, journal_visit *visit,
                void *ctx, struct err *err)
{
	uint64_t before = w->mark.seq;
	int last;

	n = chain_line(line, n, &last);
	if (n > JOURNAL_LINE_MAX || chain_step(&w->chain, line, n, w->verify))
		return 0;
	if (visit)
		hold(w, line, n, (struct journal_pos){w->seg.number, (uint32_t)at, (uint32_t)n + 1});
	if (!last)
		return 1;
	if (visit && deliver(w, visit, ctx, err))
		return -1;
	if (!w->stopped || w->mark.seq == before) /* not in the middle */
		set_mark(w);
	return 1;
}

static int run_segment(struct walk *w, journal_visit *visit, void *ctx, struct err *err)
{
	for (;;) {
		const char *line;
		size_t n, rest;
		off_t at = w->seg.off, cut = w->mark.next.offset;
		int got = segment_line(&w->seg, &line, &n, err), good = 0;

		if (got < 0)
			return -1;
		if (got == SEGMENT_END) {
			if (segment_rest(&w->seg, cut, &rest, err))
				return -1;
			return rest ? bad(w, at, cut, err) : 0;
		}
		if (got == SEGMENT_LINE)
			good = take(w, line, n, at, visit, ctx, err);
		if (good < 0)
			return -1;
		if (!good)
			return bad(w, at, cut, err);
		if (w->stopped)
			return 0;
	}
}

int walk_run(struct walk *w, journal_visit *visit, void *ctx, struct err *err)
{
	uint32_t first = w->mark.next.segment ? w->mark.next.segment : 1;
	off_t off = w->mark.next.segment ? w->mark.next.offset : 0;

	for (uint32_t i = first; i <= w->last && !w->stopped && !w->torn; i++, off = 0) {
		int rc = 1;

		segment_close(&w->seg);
		if (segment_open(&w->seg, w->s, i, off, err))
			return -1;
		if (off == 0)
			rc = read_header(w, err);
		if (rc > 0)
			rc = run_segment(w, visit, ctx, err);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int journal_walk(const struct spool *s, const struct journal_mark *from, int verify,
                 journal_visit *visit, void *ctx, struct journal_mark *end, struct err *err)
{
	struct walk w;
	int rc = walk_open(&w, s, from, verify, err);

	if (!rc)
		rc = walk_run(&w, visit, ctx, err);
	if (end)
		*end = w.mark;
	walk_close(&w);
	return rc;
}

struct search {
	const char *needle;
	journal_visit *visit;
	void *ctx;
	int done;
};

/* Visit the lines of a block that contain the needle. */
static int search_block(struct search *q, const struct segment *g, off_t base, const char *block,
                        size_t n, struct err *err)
{
	const char *p = block, *end = block + n, *hit;
	while (!q->done && (hit = memmem(p, (size_t)(end - p), q->needle, strlen(q->needle)))) {
		const char *before = memrchr(block, '\n', (size_t)(hit - block));
		const char *line = before ? before + 1 : block;
		const char *lf = memchr(hit, '\n', (size_t)(end - hit));
		struct journal_pos pos = {g->number, (uint32_t)(base + (line - block)),
		                          (uint32_t)(lf + 1 - line)};
		int rc = walk_visit(line, (size_t)(lf - line), 0, pos, q->visit, q->ctx, err);

		if (rc < 0)
			return err_wrap(err, "journal/%08u.ndjson: byte %u", pos.segment, pos.offset);
		q->done = rc > 0;
		p = lf + 1;
	}
	return 0;
}

static int search_segment(struct search *q, const struct spool *s, uint32_t number, off_t off,
                          struct err *err)
{
	struct segment g;
	const char *block;
	size_t n;
	off_t end = 0;
	int rc = segment_open(&g, s, number, off, err);

	if (!rc)
		rc = segment_commit_end(&g, &end, err);
	while (!rc && !q->done && g.off < end) {
		off_t base = g.off;
		int got = segment_block(&g, &block, &n, err);

		if (got == SEGMENT_END)
			break;
		if (g.off > end) /* what was not committed */
			n -= (size_t)(g.off - end);
		rc = got < 0 ? -1 : search_block(q, &g, base, block, n, err);
	}
	segment_close(&g);
	return rc;
}

int walk_matching(const struct spool *s, struct journal_pos from, const char *needle,
                  journal_visit *visit, void *ctx, struct err *err)
{
	struct search q = {needle, visit, ctx, 0};
	uint32_t last;
	int rc = segment_last(s, &last, err);

	for (uint32_t i = from.segment ? from.segment : 1; !rc && !q.done && i <= last; i++)
		rc = search_segment(&q, s, i, i == from.segment ? from.offset : 0, err);
	return rc;
}

struct wanted {
	const struct id *task;
	uint64_t to;
	journal_visit *visit;
	void *ctx;
};

static int only_task(void *ctx, const struct event *ev, struct err *err)
{
	const struct wanted *want = ctx;
	int rc = 0;

	/* The id may just be mentioned in somebody's text. */
	if (ev->seq <= want->to && ev->has_task && !id_cmp(&ev->task, want->task))
		rc = want->visit(want->ctx, ev, err);
	return rc ? rc : ev->seq >= want->to;
}

int walk_task_from(const struct spool *s, const struct id *task, struct journal_pos from,
                   uint64_t to, journal_visit *visit, void *ctx, struct err *err)
{
	struct wanted want = {task, to, visit, ctx};
	char id[ID_TEXT_MAX], needle[ID_TEXT_MAX + 16];

	snprintf(needle, sizeof(needle), "\"task\":\"%s\"", id_format(task, "task_", id));
	return walk_matching(s, from, needle, only_task, &want, err);
}

int journal_walk_task(const struct spool *s, const struct id *task, journal_visit *visit, void *ctx,
                      struct err *err)
{
	return walk_task_from(s, task, (struct journal_pos){0, 0, 0}, UINT64_MAX, visit, ctx, err);
}
