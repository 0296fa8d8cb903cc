#include "evidence.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/safe.h"
#include "cmd.h"
#include "json/js.h"
#include "model/config.h"
#include "spool/blob.h"
#include "spool/layout.h"

enum { NAME_MAX_BYTES = 255 };
static const char blob_scheme[] = "sha256:";

/* SCHEME://...: what is no URL by its look is a file, whatever its name. */
static int is_link(const char *text)
{
	static const char letters[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-";
	size_t n = strspn(text, letters);
	if (n == 0 || strncmp(text + n, "://", 3) != 0 || !text[n + 3])
		return 0;
	for (const char *p = text; *p; p++) {
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return 0;
	}
	return 1;
}

/* 0 and *sha when the text names a blob. */
static int names_blob(const char *text, struct sha256 *sha)
{
	size_t n = strlen(blob_scheme);
	return sha256_parse(strncmp(text, blob_scheme, n) == 0 ? text + n : text, sha);
}

json_t *evidence_item(const char *text, struct err *err)
{
	struct sha256 sha;
	struct buf path = BUF_INIT;
	char *here = NULL;
	if (!*text || !utf8_valid(text, strlen(text))) {
		err_set(err, FAIL_USAGE, "--evidence: needs a file, a link or a SHA-256, in UTF-8");
		return NULL;
	}
	if (*text != '/' && !is_link(text) && names_blob(text, &sha) < 0) {
		here = getcwd(NULL, 0);
		if (here && utf8_valid(here, strlen(here)))
			buf_addf(&path, "%s/", strcmp(here, "/") == 0 ? "" : here);
		free(here);
	}
	buf_adds(&path, text);
	json_t *item = json_string(buf_str(&path));
	buf_release(&path);
	return item;
}

static int find_largest(void *ctx, const char *name, const json_t *doc)
{
	int64_t *max = ctx, n = js_int_or(doc, "/evidenceMaxBytes", 0);
	(void)name;
	if (n > *max)
		*max = n;
	return 0;
}

int64_t evidence_limit(const struct run *r, const char *lane)
{
	struct config *c = config_new();
	struct err ignored = ERR_INIT; /* erd has the last word */
	int64_t max = BLOB_MAX_DEFAULT;
	if (!lane) {
		spool_load_config(&r->spool, c, NULL, &ignored);
		config_each(c, CFG_LANE, find_largest, &max);
	} else if (name_valid(lane) &&
	           spool_load_document(&r->spool, c, CFG_LANE, lane, &ignored) == 1) {
		max = config_lane(c, lane)->evidence_max;
	}
	config_free(c);
	return max;
}

int evidence_open(const char *path, int64_t max, struct err *err)
{
	struct stat st;
	int fd = io_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	if (fd < 0)
		return err_errno(err, "cannot open %s", path);
	if (fstat(fd, &st) != 0)
		err_errno(err, "cannot stat %s", path);
	else if (!S_ISREG(st.st_mode))
		err_set(err, FAIL_INVALID, "%s: not a regular file", path);
	else if (st.st_size > max)
		err_set(err, FAIL_INVALID, "%s: has %lld bytes; at most %lld are taken", path,
		        (long long)st.st_size, (long long)max);
	else
		return fd;
	close(fd);
	return -1;
}

/* The last part of a path; what is not UTF-8 or would drive a terminal is escaped. */
static void name_of(const char *path, struct buf *out)
{
	const char *slash = strrchr(path, '/');
	safe_adds(out, slash ? slash + 1 : path, SAFE_LINE);
	size_t n = out->len;
	while (n > NAME_MAX_BYTES || !utf8_valid(buf_str(out), n))
		n--;
	if (n < out->len) {
		out->data[n] = '\0';
		out->len = n;
	}
}

json_t *evidence_reference(const struct blob *b, const char *name)
{
	char hex[SHA256_HEX];
	json_t *ref = json_object();
	js_set_str(ref, "sha256", sha256_hex(&b->sha, hex));
	if (b->type) {
		js_set_int(ref, "bytes", b->bytes);
		js_set_str(ref, "type", b->type);
	}
	js_set_str(ref, "name", name);
	return ref;
}

/* A blob that may not be read here is described by erd. */
static json_t *known_blob(const struct run *r, const struct sha256 *sha, int64_t max,
                          struct err *err)
{
	struct blob b = {.sha = *sha};
	struct err why = ERR_INIT;
	int fd = blob_open(&r->spool, sha, NULL, &why), rc = 0;
	if (fd >= 0) {
		rc = blob_describe(fd, &b, err);
		close(fd);
	} else if (why.code != FAIL_DENIED && !blob_coming(&r->spool, sha)) {
		rc = err_set(err, why.code, "%s", why.msg);
	}
	if (rc == 0 && b.bytes > max)
		rc = err_set(err, FAIL_INVALID, "the blob has %lld bytes; at most %lld are taken",
		             (long long)b.bytes, (long long)max);
	return rc == 0 ? evidence_reference(&b, NULL) : NULL;
}

/* With ${send} 0 a file is only looked at, and the result says nothing of it. */
static json_t *from_file(const struct run *r, const char *path, int64_t max, int send,
                         struct err *err)
{
	struct blob b;
	struct buf name = BUF_INIT;
	json_t *ref = NULL;
	int fd = evidence_open(path, max, err);
	if (fd < 0)
		return NULL;
	name_of(path, &name);
	if (!send) {
		ref = json_object();
	} else if (blob_drop(&r->spool, fd, max, &b, err) == 0) {
		ref = evidence_reference(&b, buf_str(&name));
	} else {
		err_wrap(err, "%s", path);
	}
	close(fd);
	buf_release(&name);
	return ref;
}

static json_t *one(const struct run *r, const json_t *item, int64_t max, int send,
                   struct err *err)
{
	const char *text = json_string_value(item);
	struct sha256 sha;
	if (!text)
		return json_incref((json_t *)item);
	if (names_blob(text, &sha) == 0)
		return known_blob(r, &sha, max, err);
	if (is_link(text))
		return json_pack("{s:s}", "url", text);
	return from_file(r, text, max, send, err);
}

static json_t *each(const struct run *r, const char *lane, const json_t *items, int send,
                    struct err *err)
{
	json_t *out = json_array(), *item;
	size_t i;
	if (json_array_size(items) > EVIDENCE_MAX)
		err_set(err, FAIL_INVALID, "an answer brings at most %d pieces of evidence",
		        EVIDENCE_MAX);
	int64_t max = json_array_size(items) ? evidence_limit(r, lane) : 0;
	json_array_foreach((json_t *)items, i, item) {
		json_t *ref = err->code == FAIL_NONE ? one(r, item, max, send, err) : NULL;
		if (!ref) {
			if (!err->field[0])
				snprintf(err->field, sizeof err->field, "/evidence/%zu", i);
			break;
		}
		json_array_append_new(out, ref);
	}
	if (err->code == FAIL_NONE)
		return out;
	json_decref(out);
	return NULL;
}

int evidence_check(const struct run *r, const char *lane, const json_t *items, struct err *err)
{
	json_t *out = each(r, lane, items, 0, err);
	json_decref(out);
	return out ? 0 : -1;
}

json_t *evidence_send(const struct run *r, const char *lane, const json_t *items, struct err *err)
{
	return each(r, lane, items, 1, err);
}

static void add_size(struct buf *out, int64_t bytes)
{
	if (bytes < 10 * 1024)
		buf_addf(out, ", %lld bytes", (long long)bytes);
	else if (bytes < 10 * 1024 * 1024)
		buf_addf(out, ", %lld KiB", (long long)(bytes / 1024));
	else
		buf_addf(out, ", %lld MiB", (long long)(bytes / (1024 * 1024)));
}

void evidence_words(const json_t *piece, struct buf *out)
{
	const char *sha = js_str_or(piece, "/sha256", NULL);
	struct buf text = BUF_INIT;
	if (!sha) {
		const char *url = json_is_string(piece) ? json_string_value(piece)
		                                        : js_str_or(piece, "/url", NULL);
		if (url)
			buf_adds(&text, url);
		else
			js_dump(&text, piece, JS_COMPACT);
	} else {
		buf_addf(&text, "%s, %s", js_str_or(piece, "/name", "(no name)"),
		         js_str_or(piece, "/type", "type unknown"));
		if (js_int_or(piece, "/bytes", -1) >= 0)
			add_size(&text, js_int_or(piece, "/bytes", 0));
		buf_addf(&text, ", blob %.16s", sha);
	}
	safe_adds(out, buf_str(&text), SAFE_LINE);
	buf_release(&text);
}
