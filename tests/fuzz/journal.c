/*
 * Recovery: a good journal of a few events, then the input's damage (cut, change, insert, append),
 * or the input itself as the journal.  journal_open refuses it, or gives a beginning of what was
 * written: never another event.  A journal that was only cut is always opened, and can be written
 * on.
 */
#include <dirent.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "json/js.h"
#include "spool/journal.h"
#include "spool/layout.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { EVENTS = 6, JOURNAL_MAX = 1 << 16 };

static struct spool spool;
static struct buf good;
static char hashes[EVENTS + 2][SHA256_HEX];

static void must(int rc)
{
	if (rc != 0)
		__builtin_trap();
}

static void append_one(struct journal *j, int i)
{
	struct err err = ERR_INIT;
	json_t *data = json_object();
	struct event ev = {.type = EV_CONFIG_SET, .at_ms = 1795376545000 + i, .actor = "erd",
	                   .data = data};

	js_set_int(data, "i", i);
	must(journal_append(j, &ev, &err));
	must(journal_commit(j, &err));
	json_decref(data);
}

static int none(void *ctx, const struct event *ev, struct err *err)
{
	(void)ctx;
	(void)ev;
	(void)err;
	return 0;
}

static void make_good(void)
{
	static char path[64] = "/tmp/er-fuzz.XXXXXX";
	struct err err = ERR_INIT;
	struct spool_init how = {.path = path, .organisation = "fuzz"};
	size_t torn;

	if (access("/dev/shm", W_OK) == 0)
		snprintf(path, sizeof(path), "/dev/shm/er-fuzz.XXXXXX");
	if (!mkdtemp(path))
		__builtin_trap();
	must(spool_init(&how, &err));
	must(spool_open(&spool, path, &err));
	struct journal *j = journal_open(&spool, NULL, none, NULL, &torn, &err);
	if (!j)
		__builtin_trap();
	for (int i = 1; i <= EVENTS; i++) {
		append_one(j, i);
		struct journal_mark mark = journal_mark(j);
		memcpy(hashes[i], mark.hash, SHA256_HEX);
	}
	journal_close(j);
	buf_init(&good, 0);
	must(io_read_file(spool.journal, "00000001.ndjson", JOURNAL_MAX, &good, &err));
}

/* Three bytes a step: what, where, with what. *only_cut stays 1 while bytes only went at the
   end. */
static void damage(struct buf *b, const uint8_t *data, size_t n, int *only_cut)
{
	for (; n >= 4; data += 4, n -= 4) {
		size_t at = b->len ? (size_t)(data[1] << 8 | data[2]) % b->len : 0;
		if (data[0] % 4 == 0) {
			b->len = at;
			continue;
		}
		*only_cut = 0;
		if (data[0] % 4 == 1 && b->len)
			b->data[at] = (char)data[3];
		else if (data[0] % 4 == 2)
			buf_addc(b, (char)data[3]);
		else if (b->len) { /* a byte goes missing */
			memmove(b->data + at, b->data + at + 1, b->len - at - 1);
			b->len--;
		}
	}
}

struct seen {
	uint64_t n;
	int check;
};

static int compare(void *ctx, const struct event *ev, struct err *err)
{
	struct seen *s = ctx;

	(void)err;
	s->n++;
	if (ev->seq != s->n)
		__builtin_trap();
	if (s->check && (s->n > EVENTS || js_int_or(ev->data, "/i", 0) != (int64_t)s->n))
		__builtin_trap();
	return 0;
}

static void put(const struct buf *b)
{
	int fd = openat(spool.journal, "00000001.ndjson", O_WRONLY | O_CREAT | O_TRUNC, 0640);

	if (fd < 0 || write(fd, b->data ? b->data : "", b->len) != (ssize_t)b->len)
		__builtin_trap();
	close(fd);
}

/* What recovery set aside for a person. */
static void remove_torn(void)
{
	DIR *d = fdopendir(openat(spool.journal, ".", O_RDONLY | O_DIRECTORY));
	struct dirent *e;

	while (d && (e = readdir(d)))
		if (strncmp(e->d_name, "torn-", 5) == 0)
			unlinkat(spool.journal, e->d_name, 0);
	if (d)
		closedir(d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct err err = ERR_INIT;
	struct buf b = BUF_INIT;
	struct seen seen = {.n = 0}, again = {.n = 0};
	int only_cut = 1, raw = n > 0 && data[0] == 0xff;
	size_t torn;

	if (!good.len)
		make_good();
	if (raw) {
		buf_add(&b, data + 1, n - 1);
		only_cut = 0;
	} else {
		buf_add(&b, good.data, good.len);
		damage(&b, data, n, &only_cut);
		seen.check = again.check = 1;
	}
	put(&b);
	buf_release(&b);
	struct journal *j = journal_open(&spool, NULL, compare, &seen, &torn, &err);
	if (!j) {
		if (only_cut || err.code == FAIL_NONE)
			__builtin_trap();
		goto out;
	}
	struct journal_mark mark = journal_mark(j);
	if (mark.seq != seen.n || (!raw && seen.n && strcmp(mark.hash, hashes[seen.n])))
		__builtin_trap();
	if (seen.n < EVENTS || raw)
		append_one(j, (int)seen.n + 1);
	journal_close(j);
	j = journal_open(&spool, NULL, compare, &again, &torn, &err);
	if (!j || torn || again.n != seen.n + (seen.n < EVENTS || raw))
		__builtin_trap();
	journal_close(j);
out:
	remove_torn();
	return 0;
}
