/* spool/snapshot.c -- the engine's state at a mark of the journal. */
#include "spool/snapshot.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/publish.h"
#include "spool/dirlist.h"
#include "spool/layout.h"

static const char magic[8] = {'E', 'R', 'S', 'N', 'A', 'P', '1', '\n'};
static const char tmpname[] = ".snapshot.tmp";

enum {
	HASH_DIGITS = SHA256_HEX - 1,
	HEAD_BYTES = 8 + 8 + 4 + 4 + HASH_DIGITS + 8,
	NAME_BYTES = 48,
	KEEP = 2,
	LIST_MAX = 64
};
#define STATE_MAX ((size_t)1 << 31)

static void put32(unsigned char **p, uint32_t v)
{
	v = htole32(v);
	memcpy(*p, &v, sizeof(v));
	*p += sizeof(v);
}

static void put64(unsigned char **p, uint64_t v)
{
	v = htole64(v);
	memcpy(*p, &v, sizeof(v));
	*p += sizeof(v);
}

static uint32_t get32(const char **p)
{
	uint32_t v;

	memcpy(&v, *p, sizeof(v));
	*p += sizeof(v);
	return le32toh(v);
}

static uint64_t get64(const char **p)
{
	uint64_t v;

	memcpy(&v, *p, sizeof(v));
	*p += sizeof(v);
	return le64toh(v);
}

static void encode_head(const struct journal_mark *mark, size_t n, unsigned char head[HEAD_BYTES])
{
	unsigned char *p = head;

	memcpy(p, magic, sizeof(magic));
	p += sizeof(magic);
	put64(&p, mark->seq);
	put32(&p, mark->next.segment);
	put32(&p, mark->next.offset);
	memcpy(p, mark->hash, HASH_DIGITS);
	p += HASH_DIGITS;
	put64(&p, n);
}

/* The seqs of the snapshots that exist, newest first. */
struct seqs {
	uint64_t seq[LIST_MAX];
	size_t n;
};

static int collect(void *ctx, const char *name, struct err *err)
{
	struct seqs *l = ctx;
	uint64_t seq;
	char canonical[NAME_BYTES];
	size_t i;

	(void)err;
	if (sscanf(name, "snapshot-%" SCNu64 ".bin", &seq) != 1)
		return 0;
	snprintf(canonical, sizeof(canonical), "snapshot-%" PRIu64 ".bin", seq);
	if (strcmp(name, canonical))
		return 0;
	if (l->n == LIST_MAX && seq <= l->seq[LIST_MAX - 1])
		return 0;
	for (i = l->n < LIST_MAX ? l->n++ : LIST_MAX - 1; i > 0 && l->seq[i - 1] < seq; i--)
		l->seq[i] = l->seq[i - 1];
	l->seq[i] = seq;
	return 0;
}

static int remove_old(const struct spool *s, uint64_t newest, struct err *err)
{
	struct seqs l = {.n = 0};
	char name[NAME_BYTES];
	size_t kept = 0;

	if (dirlist_each(s->journal, ".", collect, &l, err))
		return -1;
	for (size_t i = 0; i < l.n; i++) {
		snprintf(name, sizeof(name), "snapshot-%" PRIu64 ".bin", l.seq[i]);
		/* One from a future that was cut off would be tried first for ever. */
		if (l.seq[i] <= newest && kept++ < KEEP)
			continue;
		unlinkat(s->journal, name, 0); /* a cache: if it stays, it stays */
	}
	return 0;
}

static int fill(int fd, const unsigned char *head, const void *state, size_t n, struct err *err)
{
	struct sha256 sha;

	sha256_of2(&sha, head, HEAD_BYTES, state, n);
	if (io_write_all(fd, head, HEAD_BYTES, err) || io_write_all(fd, state, n, err))
		return -1;
	return io_write_all(fd, sha.b, sizeof(sha.b), err);
}

int snapshot_write(const struct spool *s, const struct journal_mark *mark, const void *state,
                   size_t n, struct err *err)
{
	struct publish p = {s->journal, s->journal, tmpname, NULL, 0640, 0};
	unsigned char head[HEAD_BYTES];
	char name[NAME_BYTES];
	int fd, rc;

	snprintf(name, sizeof(name), "snapshot-%" PRIu64 ".bin", mark->seq);
	p.name = name;
	encode_head(mark, n, head);
	unlinkat(s->journal, tmpname, 0); /* what a crash left */
	fd = publish_open(&p, err);
	if (fd < 0)
		return -1;
	if (fill(fd, head, state, n, err)) {
		close(fd); /* the write's error is the one that matters */
		unlinkat(s->journal, tmpname, 0);
		return -1;
	}
	unlinkat(s->journal, name, 0); /* of the same seq: this one is as good or better */
	rc = publish_fd(&p, fd, err);
	return rc ? rc : remove_old(s, mark->seq, err);
}

/* 1 when ${text} is a whole snapshot: the state stays in it, from HEAD_BYTES on. */
static int decode(const struct buf *text, uint64_t seq, struct journal_mark *mark)
{
	struct sha256 sha;
	const char *p = text->data;
	uint64_t n;

	if (text->len < HEAD_BYTES + SHA256_BYTES || memcmp(p, magic, sizeof(magic)))
		return 0;
	sha256_of(&sha, p, text->len - SHA256_BYTES);
	if (memcmp(p + text->len - SHA256_BYTES, sha.b, SHA256_BYTES))
		return 0;
	p += sizeof(magic);
	mark->seq = get64(&p);
	mark->next.segment = get32(&p);
	mark->next.offset = get32(&p);
	mark->next.length = 0;
	memcpy(mark->hash, p, HASH_DIGITS);
	mark->hash[HASH_DIGITS] = '\0';
	p += HASH_DIGITS;
	n = get64(&p);
	return mark->seq == seq && n == text->len - HEAD_BYTES - SHA256_BYTES;
}

int snapshot_load(const struct spool *s, struct journal_mark *mark, struct buf *state,
                  struct err *err)
{
	struct seqs l = {.n = 0};
	int rc = 0;

	if (dirlist_each(s->journal, ".", collect, &l, err))
		return -1;
	for (size_t i = 0; !rc && i < l.n; i++) {
		struct buf text = BUF_INIT;
		struct err why = ERR_INIT;
		char name[NAME_BYTES];

		snprintf(name, sizeof(name), "snapshot-%" PRIu64 ".bin", l.seq[i]);
		if (!io_read_file(s->journal, name, STATE_MAX - 1, &text, &why))
			rc = decode(&text, l.seq[i], mark);
		else if (why.code == FAIL_TEMPORARY)
			rc = err_set(err, why.code, "journal/%s: %s", name, why.msg);
		if (rc > 0)
			buf_add(state, text.data + HEAD_BYTES, text.len - HEAD_BYTES - SHA256_BYTES);
		buf_release(&text);
	}
	return rc;
}
