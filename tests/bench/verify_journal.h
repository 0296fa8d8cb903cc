/*
 * verify_journal.h -- a journal of which only the documents of late are kept, for bench/verify.
 */
#ifndef VERIFY_JOURNAL_H
#define VERIFY_JOURNAL_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "engine/lot.h"
#include "json/js.h"
#include "model/event.h"
#include "figures.h"

enum { KEPT = 1 << 15 };

static struct document {
	char *line; /* owned */
	uint64_t seq;
} kept[KEPT];
static uint64_t n_kept;
static struct buf line; /* as it would go into the journal */

static uint64_t n_lines, lines_hash;

/* The same desk gives the same journal, by whatever path it was decided. */
static inline void fingerprint(const struct buf *l)
{
	uint64_t h = lines_hash ^ l->len, word;
	const char *s = l->data;

	for (size_t n = l->len; n; s += sizeof(word), n -= n < sizeof(word) ? n : sizeof(word)) {
		word = 0;
		memcpy(&word, s, n < sizeof(word) ? n : sizeof(word));
		h = lot_mix(h ^ word) + 1;
	}
	lines_hash = h;
	n_lines++;
}

static inline struct journal_pos keep(const struct event *ev)
{
	struct document *d = &kept[n_kept % KEPT];

	buf_addc(&line, '}');
	free(d->line);
	d->line = mem_strndup(buf_str(&line), line.len);
	d->seq = ev->seq;
	n_kept++;
	return (struct journal_pos){1, (uint32_t)n_kept - 1, (uint32_t)line.len};
}

static inline json_t *data_at(struct journal_pos at)
{
	struct err err = ERR_INIT;

	if (n_kept - at.offset > KEPT)
		die("journal", "a task is open for too long");
	json_t *event = js_parse(kept[at.offset % KEPT].line, at.length, &js_limits_own, &err);
	if (!event)
		die("journal", err.msg);
	json_t *data = json_incref(json_object_get(event, "data"));
	json_decref(event);
	return data;
}

#endif
