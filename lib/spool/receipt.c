/* spool/receipt.c -- erd's verdict, told to whoever still waits. */
#include "spool/receipt.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "json/js.h"
#include "spool/fifo.h"
#include "spool/layout.h"

enum { RECEIPT_MAX = 65536, NAME_BYTES = 96, NAME_TRIES = 4 };
static const char suffix[] = ".reply";

struct receipt {
	int tmp; /* borrowed */
	int fd;
	char name[NAME_BYTES];
	struct buf text;
};

int receipt_name_valid(const char *name)
{
	size_t n = strnlen(name, NAME_BYTES), end = sizeof(suffix) - 1;

	if (n >= NAME_BYTES || n <= end || strcmp(name + n - end, suffix))
		return 0;
	return strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
	       n - end;
}

/* The plain name may be taken: another process waits for the same task id. */
static int make_fifo(struct receipt *r, const char *message_id, struct err *err)
{
	unsigned char salt[8];

	snprintf(r->name, sizeof(r->name), "%s%s", message_id, suffix);
	for (int i = 0; mkfifoat(r->tmp, r->name, 0620); i++) {
		if (errno != EEXIST || i == NAME_TRIES)
			return err_errno(err, "cannot make %s", r->name);
		entropy_fill(salt, sizeof(salt));
		snprintf(r->name, sizeof(r->name), "%s_%02x%02x%02x%02x%02x%02x%02x%02x%s", message_id,
		         salt[0], salt[1], salt[2], salt[3], salt[4], salt[5], salt[6], salt[7], suffix);
	}
	return 0;
}

struct receipt *receipt_new(const struct spool *s, const char *message_id, struct err *err)
{
	struct receipt *r = mem_alloc(sizeof(*r));

	r->tmp = s->tmp;
	r->fd = -1;
	buf_init(&r->text, RECEIPT_MAX);
	if (make_fifo(r, message_id, err)) {
		free(r);
		return NULL;
	}
	/* Open for writing too: then no hang-up is ever seen, and poll means data. */
	r->fd = io_open(r->tmp, r->name, O_RDWR | O_NONBLOCK | O_NOFOLLOW, 0);
	if (r->fd < 0 || fchmod(r->fd, 0620)) {
		err_errno(err, "cannot open %s", r->name);
		receipt_free(r);
		return NULL;
	}
	return r;
}

const char *receipt_name(const struct receipt *r)
{
	return r->name;
}

int receipt_fd(const struct receipt *r)
{
	return r->fd;
}

/* 1 when a whole line is there, 0 when not yet. */
static int take(struct receipt *r, struct err *err)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(r->fd, bytes, sizeof(bytes))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			buf_add(&r->text, bytes, (size_t)n);
	if (n < 0 && errno != EAGAIN)
		return err_errno(err, "cannot read %s", r->name);
	if (!buf_ok(&r->text))
		return err_set(err, FAIL_FAILURE, "%s: too long", r->name);
	return r->text.len > 0 && memchr(r->text.data, '\n', r->text.len) != NULL;
}

json_t *receipt_wait(struct receipt *r, int64_t timeout_ms, struct err *err)
{
	int64_t until = now_mono_ms() + timeout_ms;
	struct pollfd p = {r->fd, POLLIN, 0};
	int got;

	while ((got = take(r, err)) == 0) {
		int64_t left = until - now_mono_ms();

		if (left <= 0) {
			err_set(err, FAIL_PENDING, "no answer from erd yet");
			return NULL;
		}
		if (poll(&p, 1, left > INT_MAX ? INT_MAX : (int)left) < 0) {
			if (errno == EINTR)
				err_set(err, FAIL_INTERRUPTED, "interrupted");
			else
				err_errno(err, "cannot wait for %s", r->name);
			return NULL;
		}
	}
	if (got < 0)
		return NULL;
	return js_parse(r->text.data, r->text.len, &js_limits_own, err);
}

void receipt_free(struct receipt *r)
{
	if (!r)
		return;
	if (r->fd >= 0)
		close(r->fd);
	unlinkat(r->tmp, r->name, 0); /* erd may have been first */
	buf_release(&r->text);
	free(r);
}

/* A pipe takes at most its capacity at once, and erd does not wait: leave the details out then. */
static void fit(struct buf *line, const json_t *verdict, size_t room)
{
	json_t *brief;

	js_dump(line, verdict, JS_COMPACT);
	if (line->len < room) {
		buf_addc(line, '\n');
		return;
	}
	brief = json_copy((json_t *)verdict);
	json_object_del(brief, "errors");
	js_set_new(brief, "errorsOmitted", json_true());
	buf_clear(line);
	js_dump(line, brief, JS_COMPACT);
	buf_addc(line, '\n');
	json_decref(brief);
}

void receipt_send(const struct spool *s, const char *fifo_name, const json_t *verdict)
{
	struct buf line = BUF_INIT;
	int fd, room;

	if (!receipt_name_valid(fifo_name))
		return;
	fd = fifo_open(s->tmp, fifo_name);
	if (fd >= 0) {
		room = fcntl(fd, F_GETPIPE_SZ);
		fit(&line, verdict, room > 0 && room < RECEIPT_MAX ? (size_t)room : RECEIPT_MAX);
		fifo_write(fd, line.data, line.len);
		close(fd);
		buf_release(&line);
	}
	unlinkat(s->tmp, fifo_name, 0);
}
