/* spool/refuse.c -- putting away what erd would not take, with the reason beside it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/io.h"
#include "base/safe.h"
#include "base/sha256.h"
#include "json/js.h"
#include "spool/layout.h"
#include "spool/pickup.h"
#include "spool/put.h"

enum { NAME_KEPT_MAX = 200, TRIES = 10000, TARGET_BYTES = SPOOL_NAME_MAX + 16 };
static const char why_suffix[] = ".why.json";

/* A name that can be shown and does not look like a reason is kept, another replaced. */
static void choose_base(const char *name, const char *shown, char out[SPOOL_NAME_MAX])
{
	size_t n = strlen(name), end = strlen(why_suffix);
	char hex[SHA256_HEX];
	struct sha256 sha;

	if (n <= NAME_KEPT_MAX && !strcmp(name, shown) &&
	    (n < end || strcmp(name + n - end, why_suffix))) {
		snprintf(out, SPOOL_NAME_MAX, "%s", name);
		return;
	}
	sha256_of(&sha, name, n);
	snprintf(out, SPOOL_NAME_MAX, "name_%.16s", sha256_hex(&sha, hex));
}

static int taken(const struct spool *s, const char *name)
{
	struct stat st;

	return !fstatat(s->refused, name, &st, AT_SYMLINK_NOFOLLOW) || errno != ENOENT;
}

static void render(const char *shown, int64_t now_ms, const struct err *why, struct buf *out)
{
	json_t *doc = json_object();
	struct buf text = BUF_INIT;

	js_set_str(doc, "schema", "er.refusal.v1");
	js_set_str(doc, "name", shown);
	js_set_time(doc, "at", now_ms);
	js_set_str(doc, "code", fail_name(why->code));
	js_set_int(doc, "exitCode", fail_exit(why->code));
	safe_adds(&text, why->msg, SAFE_LINE);
	js_set_str(doc, "message", buf_str(&text));
	buf_clear(&text);
	safe_adds(&text, why->field, SAFE_LINE);
	if (text.len)
		js_set_str(doc, "field", buf_str(&text));
	js_dump(out, doc, JS_PRETTY);
	buf_addc(out, '\n');
	buf_release(&text);
	json_decref(doc);
}

/* What cannot be moved goes only when there is nothing in it to lose. */
static int drop_odd(const struct spool *s, const char *name)
{
	int cause = errno;
	struct stat st;

	if (!fstatat(s->new_, name, &st, AT_SYMLINK_NOFOLLOW) && !S_ISREG(st.st_mode) &&
	    !unlinkat(s->new_, name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0))
		return 1;
	errno = cause;
	return 0;
}

/* A refusal under way. */
struct refusal {
	struct buf why;
	char target[TARGET_BYTES];
	char why_name[TARGET_BYTES + sizeof(why_suffix)];
};

/* The reason comes first: a crash in between refuses again and finds the name free but for it. */
static int begin(struct refusal *r, const struct spool *s, const char *name, int64_t now_ms,
                 const struct err *why, struct err *err)
{
	char base[SPOOL_NAME_MAX];
	struct buf shown = BUF_INIT;
	int rc;

	safe_adds(&shown, name, SAFE_LINE);
	choose_base(name, buf_str(&shown), base);
	render(buf_str(&shown), now_ms, why, &r->why);
	buf_release(&shown);
	snprintf(r->target, sizeof(r->target), "%s", base);
	for (int i = 1; taken(s, r->target) && i < TRIES; i++)
		snprintf(r->target, sizeof(r->target), "%s.%d", base, i);
	snprintf(r->why_name, sizeof(r->why_name), "%s%s", r->target, why_suffix);
	rc = io_replace(s->refused, r->why_name, r->why.data, r->why.len, err);
	buf_release(&r->why);
	return rc;
}

int pickup_refuse(const struct spool *s, const char *name, int64_t now_ms, const struct err *why,
                  struct err *err)
{
	struct refusal r = {.why = BUF_INIT};
	int cause;

	if (begin(&r, s, name, now_ms, why, err))
		return -1;
	if (!renameat2(s->new_, name, s->refused, r.target, RENAME_NOREPLACE))
		return 0;
	if (errno == ENOENT) { /* withdrawn by its sender */
		unlinkat(s->refused, r.why_name, 0);
		return 0;
	}
	if (drop_odd(s, name))
		return 0;
	cause = errno;
	unlinkat(s->refused, r.why_name, 0);
	errno = cause;
	if (cause == EBUSY || cause == EXDEV || cause == ENOTEMPTY || cause == EEXIST)
		errno = EPERM; /* a mount, another's full folder: this one only */
	return err_errno(err, "cannot move a message to refused/%s", r.target);
}

int pickup_refuse_bytes(const struct spool *s, const char *name, const void *p, size_t n,
                        int64_t now_ms, const struct err *why, struct err *err)
{
	struct refusal r = {.why = BUF_INIT};
	struct buf bytes = {.data = (char *)p, .len = n};

	/* A batch that is read again after a crash refuses its lines again. */
	if (put_compare(s->refused, name, &bytes) == PUT_SAME)
		return 0;
	if (begin(&r, s, name, now_ms, why, err))
		return -1;
	return io_replace(s->refused, r.target, p, n, err);
}
