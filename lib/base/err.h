/*
 * base/err.h -- what went wrong, for the caller to print or to wrap.
 *
 * Purpose    Libraries never print and never exit: they return 0 or -1 (or
 *            NULL) and describe the failure in a struct err, which is always
 *            the last parameter.  Programs print it once, at the top.
 * Rules      The first err_set wins: a later one on the way up does not hide
 *            the cause.  err_wrap puts context in front.  Messages are lower
 *            case, no full stop, thing first: "task_01J8: held by w17".
 * Ownership  No allocation; a struct err may live on the stack and be copied.
 * Codes      enum fail has one member per row of the exit table; fail_exit()
 *            is the only place that knows the numbers.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum fail {
	FAIL_NONE,        /* 0: not an error */
	FAIL_FAILURE,     /* 1: has no number of its own; retrying will not help */
	FAIL_USAGE,       /* 2: unknown command or option */
	FAIL_NOT_FOUND,   /* 3: not found, or ambiguous id */
	FAIL_DENIED,      /* 4: not permitted */
	FAIL_INVALID,     /* 5: invalid input, or refused by policy or schema */
	FAIL_CONFLICT,    /* 6: wrong state; same key with other content */
	FAIL_NEGATIVE,    /* 7: the answer is no */
	FAIL_PENDING,     /* 8: no answer yet */
	FAIL_TEMPORARY,   /* 75: unknown outcome or full disk; retry with the same id */
	FAIL_CONFIG,      /* 78: bad configuration */
	FAIL_INTERRUPTED, /* 130: Ctrl-C */
	FAIL_COUNT
};

enum { ERR_MSG_MAX = 1024, ERR_FIELD_MAX = 256 };

struct err {
	enum fail code;
	char msg[ERR_MSG_MAX];
	char field[ERR_FIELD_MAX]; /* JSON pointer of the offending field, or "" */
};

#define ERR_INIT {FAIL_NONE, "", ""}

void err_clear(struct err *err);

/* Always -1.  Ignored when an error is already set.  ${err} may be NULL. */
int err_set(struct err *err, enum fail code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* As err_set, and remembers the JSON pointer of the field; msg is "FIELD: text". */
int err_field(struct err *err, enum fail code, const char *field, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* As err_set with ": strerror(errno)" behind; errno is read first.  The code is
 * FAIL_TEMPORARY for I/O and space errors, NOT_FOUND for ENOENT, DENIED for
 * EACCES/EPERM, otherwise FAIL_FAILURE. */
int err_errno(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Always -1.  Puts "context: " in front of the message that is set. */
int err_wrap(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

int fail_exit(enum fail code);          /* the process exit status */
const char *fail_name(enum fail code);  /* "conflict"; never NULL */
enum fail fail_by_name(const char *name); /* FAIL_COUNT when unknown */

#endif
