#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/near.h"
#include "base/safe.h"
#include "cmd.h"
#include "evidence.h"
#include "json/js.h"
#include "spool/blob.h"
#include "spool/drop.h"
#include "table.h"
#include "verbs.h"

enum { CHUNK = 64 * 1024 };
static const char schema[] = "er.blob.v1";
static const char *const blob_fields[] = {"schema", "sha256", "bytes", "type",
                                          "name",   "state",  "at",    NULL};

/* ---- add ---- */

static int add_one(struct run *r, const char *path, int64_t max, struct err *err)
{
	struct blob b;
	char hex[SHA256_HEX];
	const char *slash = strrchr(path, '/');
	int fd = evidence_open(path, max, err);
	if (fd < 0)
		return -1;
	int rc = blob_drop(&r->spool, fd, max, &b, err);
	close(fd);
	if (rc < 0)
		return err_wrap(err, "%s", path);
	if (r->out.format == FMT_TEXT) {
		out_line(&r->out, "%s", sha256_hex(&b.sha, hex));
		return 0;
	}
	json_t *doc = json_object(), *ref = evidence_reference(&b, NULL);
	js_set_str(doc, "schema", schema);
	json_object_update(doc, ref);
	out_set_safe(doc, "name", slash ? slash + 1 : path);
	js_set_str(doc, "state", "sent");
	out_item(&r->out, doc);
	json_decref(ref);
	json_decref(doc);
	return 0;
}

static int add(struct run *r, struct err *err)
{
	int64_t max = evidence_limit(r, NULL);
	int rc = 0;
	if (r->argc < 2)
		return err_set(err, FAIL_USAGE, "blob add: needs a file");
	if (r->out.format != FMT_TEXT)
		out_items_begin(&r->out);
	for (int i = 1; rc == 0 && i < r->argc; i++)
		rc = add_one(r, r->argv[i], max, err);
	if (r->out.format != FMT_TEXT)
		out_items_end(&r->out);
	if (!drop_nudge(&r->spool))
		out_remark(&r->out, "no erd is running on this spool");
	return rc;
}

/* ---- cat ---- */

/* The length of ${p} up to where a character may be cut by the end. */
static size_t whole_characters(const char *p, size_t n)
{
	size_t back = 0;
	while (back < 3 && back < n && ((unsigned char)p[n - 1 - back] & 0xc0) == 0x80)
		back++;
	if (back < n && (unsigned char)p[n - 1 - back] >= 0xc0)
		return n - 1 - back;
	return n;
}

static void print_safe(struct run *r, const char *p, size_t n, int *at_start)
{
	struct buf safe = BUF_INIT, out = BUF_INIT;
	safe_add(&safe, p, n, SAFE_TEXT);
	for (size_t i = 0; i < safe.len; i++) {
		if (*at_start)
			buf_adds(&out, "| ");
		buf_addc(&out, safe.data[i]);
		*at_start = safe.data[i] == '\n';
	}
	out_bytes(&r->out, buf_str(&out), out.len);
	buf_release(&safe);
	buf_release(&out);
}

static int print_text(struct run *r, int fd, struct err *err)
{
	char chunk[CHUNK];
	size_t have = 0;
	int at_start = 1;
	out_page(&r->out);
	for (;;) {
		ssize_t got = read(fd, chunk + have, sizeof chunk - have);
		if (got < 0)
			return err_errno(err, "cannot read the blob");
		have += (size_t)got;
		size_t n = got == 0 ? have : whole_characters(chunk, have);
		print_safe(r, chunk, n, &at_start);
		memmove(chunk, chunk + n, have - n);
		have -= n;
		if (got == 0)
			break;
	}
	if (!at_start)
		out_plain(&r->out, "\n");
	return 0;
}

static int copy(int fd, struct err *err)
{
	char chunk[CHUNK];
	ssize_t got;
	while ((got = read(fd, chunk, sizeof chunk)) > 0) {
		if (fwrite(chunk, 1, (size_t)got, stdout) != (size_t)got)
			return 0; /* out_finish tells */
	}
	return got < 0 ? err_errno(err, "cannot read the blob") : 0;
}

static int is_text(const char *type)
{
	return strcmp(type, "text/plain") == 0 || strcmp(type, "application/json") == 0;
}

static int print(struct run *r, int fd, struct err *err)
{
	struct blob b;
	if (!r->out.tty_out)
		return copy(fd, err);
	if (args_has(r, "raw"))
		return err_set(err, FAIL_USAGE,
		               "--raw: standard output is a terminal; redirect it");
	if (blob_describe(fd, &b, err) < 0)
		return -1;
	if (!is_text(b.type)) {
		snprintf(r->hint, sizeof r->hint, "redirect it into a file, or pipe it");
		return err_set(err, FAIL_INVALID, "the blob is %s, no text: not for a terminal",
		               b.type);
	}
	return print_text(r, fd, err);
}

static int cat(struct run *r, struct err *err)
{
	struct sha256 sha;
	if (r->argc != 2)
		return err_set(err, FAIL_USAGE, "blob cat: needs the SHA-256 of one blob");
	if (blob_resolve(&r->spool, r->argv[1], &sha, err) < 0)
		return -1;
	int fd = blob_open(&r->spool, &sha, NULL, err);
	if (fd < 0) {
		if (err->code == FAIL_NOT_FOUND && blob_coming(&r->spool, &sha)) {
			err_clear(err);
			err_set(err, FAIL_PENDING, "the blob waits for erd");
		}
		return -1;
	}
	int rc = print(r, fd, err);
	close(fd);
	return rc;
}

/* ---- list ---- */

struct listing {
	struct run *r;
	struct table t;
	size_t n;
};

static void list_row(struct listing *l, const struct blob *b, const char *state, int64_t at)
{
	char hex[SHA256_HEX], bytes[24], when[32];
	const char *cells[] = {sha256_hex(&b->sha, hex), bytes, b->type, state, when};
	snprintf(bytes, sizeof bytes, "%lld", (long long)b->bytes);
	out_when(&l->r->out, at, now_wall_ms(), when);
	for (size_t i = 0; i < NITEMS(cells); i++)
		table_add(&l->t, cells[i], strlen(cells[i]));
}

static void list_doc(struct listing *l, const struct blob *b, const char *state, int64_t at)
{
	json_t *doc = json_object(), *ref = evidence_reference(b, NULL);
	js_set_str(doc, "schema", schema);
	json_object_update(doc, ref);
	js_set_str(doc, "state", state);
	js_set_time(doc, "at", at);
	out_item(&l->r->out, doc);
	json_decref(ref);
	json_decref(doc);
}

static int list_one(void *ctx, enum blob_place place, const char *path, const struct sha256 *sha,
                    struct err *err)
{
	struct listing *l = ctx;
	struct stat st;
	struct err gone = ERR_INIT;
	const char *state = place == BLOB_KEPT ? "kept" : "waiting";
	(void)path;
	if (!sha)
		return 0;
	struct blob b = {.sha = *sha};
	int fd = blob_open(&l->r->spool, sha, NULL, &gone);
	if (fd < 0)
		return gone.code == FAIL_NOT_FOUND ? 0 : err_set(err, gone.code, "%s", gone.msg);
	int rc = fstat(fd, &st) != 0 ? err_errno(err, "cannot stat a blob")
	                             : blob_describe(fd, &b, err);
	close(fd);
	if (rc < 0)
		return -1;
	int64_t at = (int64_t)st.st_mtim.tv_sec * 1000;
	if (l->r->out.format == FMT_TEXT)
		list_row(l, &b, state, at);
	else
		list_doc(l, &b, state, at);
	l->n++;
	return 0;
}

static int list(struct run *r, struct err *err)
{
	static const char *const head[] = {"SHA256", "BYTES", "TYPE", "STATE", "SINCE"};
	struct listing l = {.r = r};
	int text = r->out.format == FMT_TEXT;
	table_init(&l.t, head, NITEMS(head), -1);
	if (!text)
		out_items_begin(&r->out);
	int rc = blob_each(&r->spool, list_one, &l, err);
	if (!text)
		out_items_end(&r->out);
	table_print(&l.t, &r->out);
	table_release(&l.t);
	if (rc == 0 && l.n == 0)
		out_remark(&r->out, "there are no blobs");
	return rc;
}

/* ---- check ---- */

struct checking {
	struct run *r;
	size_t good, bad;
};

static int check_one(void *ctx, enum blob_place place, const char *path, const struct sha256 *sha,
                     struct err *err)
{
	struct checking *c = ctx;
	struct err why = ERR_INIT;
	(void)place;
	(void)err;
	if (!sha)
		return 0;
	int fd = blob_open(&c->r->spool, sha, NULL, &why);
	int good = fd < 0 ? -1 : blob_verify(fd, sha, &why);
	if (fd >= 0)
		close(fd);
	if (fd < 0 && why.code == FAIL_NOT_FOUND) /* its time was over */
		return 0;
	if (good > 0) {
		c->good++;
		return 0;
	}
	c->bad++;
	out_line(&c->r->out, "error: blobs/%s: %s", path,
	         good < 0 ? why.msg : "its content has another SHA-256 than its name");
	return 0;
}

static int check(struct run *r, struct err *err)
{
	struct checking c = {.r = r};
	if (blob_each(&r->spool, check_one, &c, err) < 0)
		return -1;
	out_note(&r->out, "%zu blobs are what they were, %zu are not", c.good, c.bad);
	return c.bad ? fail_exit(FAIL_FAILURE) : 0;
}

/* ---- which ---- */

static const struct part {
	const char *name;
	int (*run)(struct run *r, struct err *err);
} parts[] = {{"add", add}, {"cat", cat}, {"check", check}, {"list", list}};

static int run(struct run *r, struct err *err)
{
	const char *word = r->argc ? r->argv[0] : "list";
	struct near near;
	struct buf tip = BUF_INIT;
	near_init(&near, word);
	for (size_t i = 0; i < NITEMS(parts); i++) {
		if (strcmp(word, parts[i].name) == 0)
			return parts[i].run(r, err);
		near_offer(&near, parts[i].name);
	}
	near_add(&near, &tip);
	err_set(err, FAIL_USAGE, "blob: there are add, cat, check and list%s", buf_str(&tip));
	buf_release(&tip);
	return -1;
}

static const struct opt opts[] = {
	{0, "raw", OPT_FLAG, NULL, "cat: the bytes as they are; never to a terminal"},
	OPT_END};

const struct cmd cmd_blob = {
	.name = "blob",
	.args = "[add|cat|check|list] [FILE|SHA256]...",
	.summary = "evidence: files under the SHA-256 of their content",
	.about = "add copies files into the spool and prints their names, for answer --evidence; a "
	         "blob that no answer names is removed after a day. cat prints one, of which the "
	         "first digits are enough: its bytes into a file or pipe, on a terminal only text, "
	         "made safe. list shows all with size and type; check reads each and compares "
	         "(exit status 1 when one is not what it was).\n\n"
	         "The type is found out by the content, never by a file's name.",
	.opts = opts,
	.needs = NEED_SPOOL,
	.group = GROUP_WORKER,
	.first = ARG_TEXT,
	.rest = ARG_FILE,
	.min_args = 0,
	.max_args = -1,
	.exits = "0 1 2 3 4 5 8 75",
	.examples = "erctl blob add invoice.pdf photo.jpg\n"
	            "erctl blob cat 1f3a9c > invoice.pdf\n"
	            "erctl blob list --json=sha256,bytes,type",
	.fields = blob_fields,
	.run = run,
};
