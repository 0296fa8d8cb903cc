/* base/err.c -- what went wrong, for the caller to print or to wrap. */
#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

/* One row per member of enum fail, in its order: the exit table. */
static const struct {
	const char *name;
	int exit;
} fails[] = {
    [FAIL_NONE] = {"ok", 0},
    [FAIL_FAILURE] = {"failure", 1},
    [FAIL_USAGE] = {"usage", 2},
    [FAIL_NOT_FOUND] = {"not_found", 3},
    [FAIL_DENIED] = {"denied", 4},
    [FAIL_INVALID] = {"invalid", 5},
    [FAIL_CONFLICT] = {"conflict", 6},
    [FAIL_NEGATIVE] = {"negative", 7},
    [FAIL_PENDING] = {"pending", 8},
    [FAIL_TEMPORARY] = {"temporary", 75},
    [FAIL_CONFIG] = {"configuration", 78},
    [FAIL_INTERRUPTED] = {"interrupted", 130},
};

_Static_assert(NITEMS(fails) == FAIL_COUNT, "one row per enum fail");

/* A text that was cut must not end inside a UTF-8 sequence. */
static void trim_cut(char *s, size_t len)
{
	size_t start = len;

	while (start > 0 && len - start < 3 && ((unsigned char)s[start - 1] & 0xc0) == 0x80)
		start--;
	if (start > 0 && (unsigned char)s[start - 1] >= 0xc0)
		s[start - 1] = '\0';
}

__attribute__((format(printf, 3, 0)))
static void put(char *out, size_t room, const char *fmt, va_list ap)
{
	int n = vsnprintf(out, room, fmt, ap);

	if (n < 0)
		out[0] = '\0';
	else if ((size_t)n >= room)
		trim_cut(out, room - 1);
}

void err_clear(struct err *err)
{
	if (!err)
		return;
	err->code = FAIL_NONE;
	err->msg[0] = '\0';
	err->field[0] = '\0';
}

int err_set(struct err *err, enum fail code, const char *fmt, ...)
{
	va_list ap;

	if (!err || err->code != FAIL_NONE)
		return -1;
	err->code = code;
	err->field[0] = '\0';
	va_start(ap, fmt);
	put(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	return -1;
}

int err_field(struct err *err, enum fail code, const char *field, const char *fmt, ...)
{
	char text[ERR_MSG_MAX];
	va_list ap;

	if (!err || err->code != FAIL_NONE)
		return -1;
	va_start(ap, fmt);
	put(text, sizeof(text), fmt, ap);
	va_end(ap);
	/* The root has an empty pointer: no ": text". */
	err_set(err, code, "%s%s%s", field, *field ? ": " : "", text);
	if ((size_t)snprintf(err->field, sizeof(err->field), "%s", field) >= sizeof(err->field))
		trim_cut(err->field, sizeof(err->field) - 1);
	return -1;
}

static enum fail code_of(int error)
{
	switch (error) {
	case ENOENT:
		return FAIL_NOT_FOUND;
	case EACCES:
	case EPERM:
		return FAIL_DENIED;
	case EIO:
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
	case EROFS:
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case ENOBUFS:
	case EAGAIN:
	case EINTR:
	case ESTALE:
	case ETIMEDOUT:
		return FAIL_TEMPORARY;
	default:
		return FAIL_FAILURE;
	}
}

int err_errno(struct err *err, const char *fmt, ...)
{
	int error = errno;
	char text[ERR_MSG_MAX], reason[128];
	va_list ap;

	if (!err || err->code != FAIL_NONE)
		return -1;
	va_start(ap, fmt);
	put(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(err, code_of(error), "%s: %s", text, strerror_r(error, reason, sizeof(reason)));
	errno = error;
	return -1;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	char inner[ERR_MSG_MAX], context[ERR_MSG_MAX];
	va_list ap;

	if (!err || err->code == FAIL_NONE)
		return -1;
	va_start(ap, fmt);
	put(context, sizeof(context), fmt, ap);
	va_end(ap);
	memcpy(inner, err->msg, sizeof(inner));
	if ((size_t)snprintf(err->msg, sizeof(err->msg), "%s: %s", context, inner) >=
	    sizeof(err->msg))
		trim_cut(err->msg, sizeof(err->msg) - 1);
	return -1;
}

int fail_exit(enum fail code)
{
	return (unsigned)code < FAIL_COUNT ? fails[code].exit : 1;
}

const char *fail_name(enum fail code)
{
	return (unsigned)code < FAIL_COUNT ? fails[code].name : "failure";
}

enum fail fail_by_name(const char *name)
{
	size_t i;

	for (i = 0; i < NITEMS(fails); i++)
		if (!strcmp(fails[i].name, name))
			return (enum fail)i;
	return FAIL_COUNT;
}
