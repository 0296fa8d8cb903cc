#include "out.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/safe.h"
#include "base/timefmt.h"
#include "colour.h"
#include "json/js.h"
#include "pager.h"

enum { LABEL_COLS = 14 };

static const char *const sequences[] = {
	[STYLE_NONE] = "", [STYLE_BOLD] = "\033[1m", [STYLE_DIM] = "\033[2m",
	[STYLE_GOOD] = "\033[32m", [STYLE_BAD] = "\033[31m", [STYLE_WAIT] = "\033[33m",
	[STYLE_BUSY] = "\033[36m",
};

void out_init(struct out *o, const char *colour)
{
	o->tty_out = isatty(STDOUT_FILENO);
	o->tty_err = isatty(STDERR_FILENO);
	o->colour_out = colour_wanted(colour, o->tty_out);
	o->colour_err = colour_wanted(colour, o->tty_err);
}

const char *style_on(const struct out *o, enum style style)
{
	return o->colour_out ? sequences[style] : "";
}

const char *style_off(const struct out *o, enum style style)
{
	return o->colour_out && style != STYLE_NONE ? "\033[0m" : "";
}

enum style style_of_state(const char *state)
{
	static const struct {
		const char *state;
		enum style style;
	} styles[] = {
		{"queued", STYLE_WAIT},    {"offered", STYLE_WAIT},   {"accepted", STYLE_BUSY},
		{"started", STYLE_BUSY},   {"blocked", STYLE_BAD},    {"submitted", STYLE_BUSY},
		{"verified", STYLE_GOOD},  {"completed", STYLE_GOOD}, {"failed", STYLE_BAD},
		{"cancelled", STYLE_DIM},  {"expired", STYLE_BAD},
	};
	for (size_t i = 0; i < sizeof styles / sizeof styles[0]; i++) {
		if (strcmp(styles[i].state, state) == 0)
			return styles[i].style;
	}
	return STYLE_NONE;
}

int out_columns(const struct out *o)
{
	struct winsize ws;
	if (!o->tty_out || ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) < 0)
		return 0;
	return ws.ws_col >= 40 ? ws.ws_col : 80;
}

static void put(const struct buf *b)
{
	fwrite(buf_str(b), 1, b->len, stdout);
}

void out_plain(struct out *o, const char *text)
{
	(void)o;
	fputs(text, stdout);
}

void out_bytes(struct out *o, const void *p, size_t n)
{
	(void)o;
	fwrite(p, 1, n, stdout);
}

void out_line(struct out *o, const char *fmt, ...)
{
	struct buf raw = BUF_INIT, safe = BUF_INIT;
	va_list ap;
	(void)o;
	va_start(ap, fmt);
	buf_vaddf(&raw, fmt, ap);
	va_end(ap);
	safe_add(&safe, buf_str(&raw), raw.len, SAFE_LINE);
	buf_addc(&safe, '\n');
	put(&safe);
	buf_release(&raw);
	buf_release(&safe);
}

void out_field_styled(struct out *o, const char *label, const char *value, enum style style)
{
	struct buf b = BUF_INIT;
	if (!value || !*value)
		return;
	buf_addf(&b, "%-*s%s", LABEL_COLS, label, style_on(o, style));
	safe_adds(&b, value, SAFE_LINE);
	buf_addf(&b, "%s\n", style_off(o, style));
	put(&b);
	buf_release(&b);
}

void out_field(struct out *o, const char *label, const char *value)
{
	out_field_styled(o, label, value, STYLE_NONE);
}

void out_block(struct out *o, const char *label, const char *text)
{
	struct buf safe = BUF_INIT, b = BUF_INIT;
	if (!text || !*text)
		return;
	safe_adds(&safe, text, SAFE_TEXT);
	buf_addf(&b, "%s%s%s\n", style_on(o, STYLE_BOLD), label, style_off(o, STYLE_BOLD));
	for (const char *p = buf_str(&safe); *p;) {
		size_t n = strcspn(p, "\n");
		buf_adds(&b, "| ");
		buf_add(&b, p, n);
		buf_addc(&b, '\n');
		p += n + (p[n] == '\n');
	}
	put(&b);
	buf_release(&b);
	buf_release(&safe);
}

void out_value_text(struct buf *b, const json_t *v, enum js_style style)
{
	if (json_is_string(v))
		buf_adds(b, json_string_value(v));
	else
		js_dump(b, v, style);
}

void out_block_json(struct out *o, const char *label, const json_t *v)
{
	struct buf b = BUF_INIT;
	if (!v || json_is_null(v))
		return;
	out_value_text(&b, v, JS_PRETTY);
	out_block(o, label, buf_str(&b));
	buf_release(&b);
}

/* ---- stderr ---- */

static void say(const char *prefix, const char *fmt, va_list ap)
{
	struct buf raw = BUF_INIT, safe = BUF_INIT;
	buf_vaddf(&raw, fmt, ap);
	buf_adds(&safe, prefix);
	safe_add(&safe, buf_str(&raw), raw.len, SAFE_LINE);
	fflush(stdout); /* keep the order where both go to one terminal */
	fprintf(stderr, "%s\n", buf_str(&safe));
	buf_release(&raw);
	buf_release(&safe);
}

void out_note(struct out *o, const char *fmt, ...)
{
	va_list ap;
	if (o->quiet)
		return;
	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
}

void out_remark(struct out *o, const char *fmt, ...)
{
	va_list ap;
	if (o->quiet || (!o->tty_err && !o->verbose))
		return;
	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
}

void out_warn(struct out *o, const char *fmt, ...)
{
	va_list ap;
	(void)o;
	va_start(ap, fmt);
	say("erctl: ", fmt, ap);
	va_end(ap);
}

static void error_detail(const json_t *detail)
{
	struct buf b = BUF_INIT;
	const char *where = js_str_or(detail, "/instance", "");
	buf_adds(&b, "  ");
	safe_adds(&b, *where ? where : "(the whole)", SAFE_LINE);
	buf_adds(&b, ": ");
	safe_adds(&b, js_str_or(detail, "/message", ""), SAFE_LINE);
	fprintf(stderr, "%s\n", buf_str(&b));
	buf_release(&b);
}

void out_error(struct out *o, const struct err *err, const char *hint, const json_t *details)
{
	fflush(stdout);
	if (o->format != FMT_TEXT) {
		out_error_json(err, hint, details);
		return;
	}
	out_warn(o, "%s", err->msg);
	for (size_t i = 0; i < json_array_size(details); i++)
		error_detail(json_array_get(details, i));
	if (hint && *hint)
		fprintf(stderr, "%s%s\n", err->code == FAIL_USAGE ? "" : "hint: ", hint);
}

/* ---- the end ---- */

void out_page(struct out *o)
{
	if (o->tty_out && !o->no_pager && o->format == FMT_TEXT && o->pager == 0)
		o->pager = pager_start();
}

void out_flush(struct out *o)
{
	(void)o;
	if (fflush(stdout) < 0 && errno == EPIPE) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
}

int out_finish(struct out *o, struct err *err)
{
	out_flush(o);
	if (ferror(stdout))
		return err_set(err, FAIL_TEMPORARY, "cannot write the output: %s", strerror(errno));
	if (o->pager)
		pager_end(o->pager);
	return 0;
}

char *out_when(const struct out *o, int64_t at_ms, int64_t now_ms, char *out)
{
	char span[DURATION_TEXT_MAX];
	int64_t d = at_ms - now_ms;
	if (!o->tty_out) {
		time_format_s(at_ms, out);
		return out;
	}
	duration_format(d < 0 ? -d : d, span);
	snprintf(out, 32, d < 0 ? "%s ago" : "in %s", span);
	return out;
}
