/* cmd/erd/log.c -- what erd says on stderr. */
#include "log.h"

#include <inttypes.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/safe.h"
#include "base/timefmt.h"
#include "json/js.h"

enum format { FORMAT_TEXT, FORMAT_LOGFMT, FORMAT_JSON };
static const char *const format_names[] = {"text", "logfmt", "json"};
static const char *const level_names[] = {
    [LOG_CRIT_] = "error",    [LOG_ERR_] = "error", [LOG_WARNING_] = "warning",
    [LOG_NOTICE_] = "notice", [LOG_INFO_] = "info", [LOG_DEBUG_] = "debug",
};

static struct {
	enum format format;
	enum log_level max;
	int journal;
	int ready;
} to;

/* JOURNAL_STREAM may have been inherited by something whose stderr now goes elsewhere. */
static int is_journal(void)
{
	const char *text = getenv("JOURNAL_STREAM");
	uintmax_t dev, ino;
	struct stat st;
	char *end;

	if (!text || fstat(STDERR_FILENO, &st))
		return 0;
	dev = strtoumax(text, &end, 10);
	if (*end != ':')
		return 0;
	ino = strtoumax(end + 1, &end, 10);
	return !*end && dev == (uintmax_t)st.st_dev && ino == (uintmax_t)st.st_ino;
}

int log_open(const char *format, int quiet)
{
	size_t f = isatty(STDERR_FILENO) ? FORMAT_TEXT : FORMAT_LOGFMT;

	if (format)
		for (f = 0; f < NITEMS(format_names) && strcmp(format_names[f], format); f++)
			continue;
	if (f == NITEMS(format_names))
		return -1;
	to.format = (enum format)f;
	to.max = quiet ? LOG_WARNING_ : LOG_INFO_;
	to.journal = is_journal();
	to.ready = 1;
	return 0;
}

/* The value as one safe line, cut between characters. */
static void make_safe(struct buf *out, const char *value)
{
	size_t n = strlen(value), cut = n;

	if (n > LOG_VALUE_MAX)
		for (cut = LOG_VALUE_MAX; cut && ((unsigned char)value[cut] & 0xc0) == 0x80;)
			cut--;
	buf_clear(out);
	safe_add(out, value, cut, SAFE_LINE);
	if (cut < n)
		buf_adds(out, "…");
}

static void add_pair(struct buf *line, const char *key, const char *safe)
{
	buf_addf(line, " %s=", key);
	if (safe[0] && !strpbrk(safe, " =\"\\")) {
		buf_adds(line, safe);
		return;
	}
	buf_addc(line, '"');
	for (; *safe; safe++) {
		if (*safe == '"' || *safe == '\\')
			buf_addc(line, '\\');
		buf_addc(line, *safe);
	}
	buf_addc(line, '"');
}

static void add_json(struct buf *line, const char *key, const char *safe)
{
	if (line->data[line->len - 1] != '{')
		buf_addc(line, ',');
	js_dump_string(line, key, strlen(key));
	buf_addc(line, ':');
	js_dump_string(line, safe, strlen(safe));
}

static void begin_line(struct buf *line, enum log_level level, const char *event)
{
	char time[TIME_TEXT_MAX];

	time_format_ms(now_wall_ms(), time);
	if (to.journal)
		buf_addf(line, "<%d>", (int)level);
	if (to.format == FORMAT_JSON) {
		buf_addc(line, '{');
		add_json(line, "time", time);
		add_json(line, "level", level_names[level]);
		add_json(line, "event", event);
	} else if (to.format == FORMAT_TEXT) {
		buf_addf(line, "%.8s %s%s%s", time + 11,
		         level <= LOG_WARNING_ ? level_names[level] : "",
		         level <= LOG_WARNING_ ? ": " : "", event);
	} else if (to.journal) {
		buf_addf(line, "event=%s", event);
	} else {
		buf_addf(line, "time=%s level=%s event=%s", time, level_names[level], event);
	}
}

void log_event(enum log_level level, const char *event, ...)
{
	struct buf line = BUF_INIT, safe = BUF_INIT;
	const char *key, *value;
	va_list ap;

	if (!to.ready)
		log_open(NULL, 0);
	if (level > to.max)
		return;
	begin_line(&line, level, event);
	va_start(ap, event);
	while ((key = va_arg(ap, const char *))) {
		value = va_arg(ap, const char *);
		if (!value)
			continue;
		make_safe(&safe, value);
		if (to.format == FORMAT_JSON)
			add_json(&line, key, buf_str(&safe));
		else
			add_pair(&line, key, buf_str(&safe));
	}
	va_end(ap);
	buf_adds(&line, to.format == FORMAT_JSON ? "}\n" : "\n");
	io_write_all(STDERR_FILENO, line.data, line.len, NULL); /* one write: lines stay whole */
	buf_release(&line);
	buf_release(&safe);
}
