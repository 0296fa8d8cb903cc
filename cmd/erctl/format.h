/*
 * erctl/format.h -- list --format: lines by a pattern.
 *
 * Format     %(FIELD) %(FIELD:relative) %(FIELD:json) %(FIELD:20) padded or cut to 20 columns,
 *            %(FIELD:.20) only cut; %% %n %xHH.
 * Rules      Values pass base/safe.h; what the pattern itself says is printed as it is.
 * Errors     FAIL_USAGE naming the place; the fields that there are.
 */
#ifndef ERCTL_FORMAT_H
#define ERCTL_FORMAT_H

#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;

struct format_source {
	const char *const *names; /* NULL-ended */
	/* the value of names[i]: *n bytes, not NUL-terminated */
	const char *(*value)(const void *ctx, size_t i, size_t *n);
	int64_t now_ms;
};

/* Append one line for ${ctx}, with a LF. */
int format_line(struct buf *out, const char *pattern, const struct format_source *src,
                const void *ctx, struct err *err);

#endif
