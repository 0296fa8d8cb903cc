#include "format.h"

#include <ctype.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/safe.h"
#include "base/timefmt.h"
#include "json/js.h"

enum { NAME_MAX_BYTES = 32, COLS_MAX = 1000 };

static int bad(const char *at, struct err *err)
{
	return err_set(err, FAIL_USAGE, "--format: cannot read \"%.20s\"", at);
}

static int add_relative(struct buf *out, const char *text, size_t n, int64_t now_ms)
{
	char copy[TIME_TEXT_MAX + 16], span[DURATION_TEXT_MAX];
	int64_t at;
	if (n >= sizeof copy)
		return -1;
	memcpy(copy, text, n);
	copy[n] = '\0';
	if (time_parse(copy, &at, NULL) < 0)
		return -1;
	int64_t d = at - now_ms;
	duration_format(d < 0 ? -d : d, span);
	buf_addf(out, d < 0 ? "%s ago" : "in %s", span);
	return 0;
}

static int add_cols(struct buf *out, const char *text, size_t n, const char *mod, const char *at,
                    struct err *err)
{
	struct buf safe = BUF_INIT;
	char *end;
	int cut_only = mod[0] == '.';
	long cols = strtol(mod + cut_only, &end, 10);
	if (*end || cols < 1 || cols > COLS_MAX)
		return bad(at, err);
	safe_add(&safe, text, n, SAFE_LINE);
	if (cut_only && safe_width(buf_str(&safe)) <= cols)
		buf_add(out, buf_str(&safe), safe.len);
	else
		safe_add_cols(out, buf_str(&safe), (int)cols);
	buf_release(&safe);
	return 0;
}

static int add_field(struct buf *out, const char *at, const struct format_source *src,
                     const void *ctx, struct err *err)
{
	char spec[NAME_MAX_BYTES * 2];
	size_t n, i = 0, len = strcspn(at + 2, ")");
	if (!at[2 + len] || len >= sizeof spec)
		return bad(at, err);
	memcpy(spec, at + 2, len);
	spec[len] = '\0';
	char *mod = strchr(spec, ':');
	if (mod)
		*mod++ = '\0';
	while (src->names[i] && strcmp(src->names[i], spec) != 0)
		i++;
	if (!src->names[i])
		return err_set(err, FAIL_USAGE, "--format: no field \"%s\"; see list --json=help",
		               spec);
	const char *text = src->value(ctx, i, &n);
	if (!mod)
		safe_add(out, text, n, SAFE_LINE);
	else if (strcmp(mod, "json") == 0)
		js_dump_string(out, text, n);
	else if (strcmp(mod, "relative") != 0)
		return add_cols(out, text, n, mod, at, err);
	else if (add_relative(out, text, n, src->now_ms) < 0)
		safe_add(out, text, n, SAFE_LINE);
	return 0;
}

int format_line(struct buf *out, const char *pattern, const struct format_source *src,
                const void *ctx, struct err *err)
{
	const char *p = pattern;
	while (*p) {
		unsigned byte;
		if (*p != '%') {
			buf_addc(out, *p++);
		} else if (p[1] == '%' || p[1] == 'n') {
			buf_addc(out, p[1] == 'n' ? '\n' : '%');
			p += 2;
		} else if (p[1] == 'x' && isxdigit((unsigned char)p[2]) &&
		           isxdigit((unsigned char)p[3])) {
			sscanf(p + 2, "%2x", &byte);
			buf_addc(out, (char)byte);
			p += 4;
		} else if (p[1] == '(') {
			if (add_field(out, p, src, ctx, err) < 0)
				return -1;
			p += strcspn(p, ")") + 1;
		} else {
			return bad(p, err);
		}
	}
	buf_addc(out, '\n');
	return 0;
}
