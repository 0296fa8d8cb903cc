/* spool/chain.c -- the hash chain of the journal, and the headers of its segments. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "json/js.h"
#include "spool/segment.h"

static const char hash_member[] = ",\"hash\":\"";

enum { HASH_DIGITS = SHA256_HEX - 1, SEAL_BYTES = sizeof(hash_member) - 1 + HASH_DIGITS + 2 };

void chain_start(struct chain *c)
{
	c->seq = 0;
	memset(c->hash, '0', HASH_DIGITS);
	c->hash[HASH_DIGITS] = '\0';
}

void chain_hash(const struct chain *c, const char *line, size_t n, char out[SHA256_HEX])
{
	struct sha256 sha;

	sha256_of2(&sha, c->hash, HASH_DIGITS, line, n);
	sha256_hex(&sha, out);
}

void chain_seal(const char hash[SHA256_HEX], struct buf *out)
{
	buf_add(out, hash_member, sizeof(hash_member) - 1);
	buf_add(out, hash, HASH_DIGITS);
	buf_add(out, "\"}\n", 3);
}

size_t chain_line(const char *line, size_t n, int *last)
{
	*last = n > 0 && line[n - 1] == ' ';
	return n - (size_t)*last;
}

int chain_step(struct chain *c, const char *line, size_t n, int verify)
{
	char head[40], hash[SHA256_HEX];
	int len = snprintf(head, sizeof(head), "{\"seq\":%" PRIu64 ",", c->seq + 1);
	const char *seal = n > SEAL_BYTES ? line + n - SEAL_BYTES : NULL;

	if (!seal || n < (size_t)len + SEAL_BYTES || memcmp(line, head, (size_t)len) ||
	    memcmp(seal, hash_member, sizeof(hash_member) - 1) || memcmp(line + n - 2, "\"}", 2))
		return -1;
	seal += sizeof(hash_member) - 1;
	if (verify) {
		chain_hash(c, line, n - SEAL_BYTES, hash);
		if (memcmp(seal, hash, HASH_DIGITS))
			return -1;
	}
	memcpy(c->hash, seal, HASH_DIGITS);
	c->seq++;
	return 0;
}

void chain_header(const struct chain *c, uint32_t segment, struct buf *out)
{
	buf_addf(out,
	         "{\"er\":1,\"journal\":%d,\"segment\":%u,\"firstSeq\":%" PRIu64
	         ",\"previous\":\"%s\"}\n",
	         JOURNAL_FORMAT, segment, c->seq + 1, c->hash);
}

static int header_follows(const struct chain *c, uint32_t segment, const json_t *doc,
                          struct err *err)
{
	if (js_int_or(doc, "/er", 0) != 1)
		return err_set(err, FAIL_FAILURE, "not the header of a segment");
	if (js_int_or(doc, "/segment", 0) != (int64_t)segment)
		return err_set(err, FAIL_FAILURE, "the header names another segment");
	if (js_int_or(doc, "/firstSeq", 0) != (int64_t)(c->seq + 1))
		return err_set(err, FAIL_FAILURE, "a gap: event %" PRIu64 " should come first",
		               c->seq + 1);
	if (strcmp(js_str_or(doc, "/previous", ""), c->hash))
		return err_set(err, FAIL_FAILURE, "the chain is broken: another segment came before");
	return 0;
}

int chain_check_header(const struct chain *c, uint32_t segment, const char *line, size_t n,
                       struct err *err)
{
	struct err why = ERR_INIT;
	json_t *doc = js_parse(line, n, &js_limits_own, &why);
	int64_t format;
	int rc;

	if (!doc)
		return err_set(err, FAIL_FAILURE, "journal/%08u.ndjson: line 1: %s", segment, why.msg);
	format = js_int_or(doc, "/journal", 0);
	if (format != JOURNAL_FORMAT)
		rc = err_set(&why, format > JOURNAL_FORMAT ? FAIL_CONFIG : FAIL_FAILURE,
		             "format %lld; this er knows %d", (long long)format, JOURNAL_FORMAT);
	else
		rc = header_follows(c, segment, doc, &why);
	json_decref(doc);
	return rc ? err_set(err, why.code, "journal/%08u.ndjson: line 1: %s", segment, why.msg) : 0;
}
