#include "csv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"

enum { READ_SIZE = 1 << 16, END = -1, BROKEN = -2 };

void csv_init(struct csv *c, int fd)
{
	*c = (struct csv){.fd = fd, .next_line = 1};
	c->data = mem_alloc(READ_SIZE);
}

void csv_release(struct csv *c)
{
	free(c->data);
	buf_release(&c->text);
}

static int more(struct csv *c, struct err *err)
{
	ssize_t got;

	do
		got = read(c->fd, c->data, READ_SIZE);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		err_errno(err, "cannot read line %zu", c->next_line);
		return BROKEN;
	}
	c->at = 0;
	c->end = (size_t)got;
	return got > 0 ? 0 : END;
}

/* The next byte, END or BROKEN. */
static int peek(struct csv *c, struct err *err)
{
	if (c->at == c->end) {
		int rc = more(c, err);
		if (rc != 0)
			return rc;
	}
	return (unsigned char)c->data[c->at];
}

static int bad(const struct csv *c, const char *why, struct err *err)
{
	return err_set(err, FAIL_INVALID, "line %zu, column %zu: %s", c->line, c->n + 1, why);
}

static int add(struct csv *c, int byte, struct err *err)
{
	if (byte == '\0')
		return bad(c, "a NUL byte", err);
	if (c->text.len - c->field[c->n] >= CSV_FIELD_MAX)
		return err_set(err, FAIL_INVALID, "line %zu, column %zu: longer than %d bytes",
		               c->line, c->n + 1, CSV_FIELD_MAX);
	buf_addc(&c->text, (char)byte);
	return 0;
}

/* Behind the opening quote, up to behind the closing one. */
static int quoted(struct csv *c, struct err *err)
{
	for (;;) {
		int b = peek(c, err);
		if (b == BROKEN)
			return -1;
		if (b == END)
			return bad(c, "a quote that nothing closes", err);
		c->at++;
		c->next_line += b == '\n';
		if (b == '"') {
			if (peek(c, err) != '"')
				return 0;
			c->at++;
		}
		if (add(c, b, err) < 0)
			return -1;
	}
}

static int bare(struct csv *c, struct err *err)
{
	for (;;) {
		int b = peek(c, err);
		if (b == BROKEN)
			return -1;
		if (b == END || b == ',' || b == '\n' || b == '\r')
			return 0;
		if (b == '"')
			return bad(c, "a quote inside a field that is not quoted", err);
		c->at++;
		if (add(c, b, err) < 0)
			return -1;
	}
}

/* 1: another field follows, 0: the record is over. */
static int field(struct csv *c, struct err *err)
{
	int b = peek(c, err), isquoted = b == '"';

	c->field[c->n] = c->text.len;
	c->at += isquoted;
	if (b == BROKEN || (isquoted ? quoted(c, err) : bare(c, err)) < 0)
		return -1;
	b = peek(c, err);
	if (b == BROKEN)
		return -1;
	if (b == '\r') {
		c->at++;
		b = peek(c, err);
		if (b != '\n')
			return b == BROKEN ? -1
			                   : bad(c, "a carriage return that ends no line", err);
	}
	if (b != END && b != ',' && b != '\n')
		return bad(c, "text behind a closing quote", err);
	buf_addc(&c->text, '\0');
	c->n++;
	c->at += b != END;
	c->next_line += b == '\n';
	return b == ',';
}

static int record(struct csv *c, struct err *err)
{
	int rc;

	c->n = 0;
	c->line = c->next_line;
	buf_clear(&c->text);
	do {
		if (c->n == CSV_COLUMNS)
			return err_set(err, FAIL_INVALID, "line %zu: more than %d columns", c->line,
			               CSV_COLUMNS);
		rc = field(c, err);
	} while (rc == 1);
	c->field[c->n] = c->text.len;
	return rc;
}

static int skip_mark(struct csv *c, struct err *err)
{
	int b = peek(c, err);

	/* the first read has at least these three bytes, or the file is shorter */
	if (b == 0xEF && c->end - c->at >= 3 && memcmp(c->data + c->at, "\xEF\xBB\xBF", 3) == 0)
		c->at += 3;
	return b == BROKEN ? -1 : 0;
}

int csv_next(struct csv *c, struct err *err)
{
	if (c->next_line == 1 && skip_mark(c, err) < 0)
		return -1;
	do {
		int b = peek(c, err);
		if (b == END || b == BROKEN)
			return b == END ? 0 : -1;
		if (record(c, err) < 0)
			return -1;
	} while (c->n == 1 && c->field[1] == c->field[0] + 1);
	return 1;
}

const char *csv_field(const struct csv *c, size_t i, size_t *n)
{
	*n = c->field[i + 1] - c->field[i] - 1;
	return c->text.data + c->field[i];
}

/* Blanks around it do not count, nor does case. */
static int is_called(const char *text, const char *name)
{
	size_t n = strlen(name);

	text += strspn(text, " \t");
	return strncasecmp(text, name, n) == 0 && text[n + strspn(text + n, " \t")] == '\0';
}

int csv_column(const struct csv *header, const char *const *names)
{
	for (; *names; names++) {
		int found = -1;
		for (size_t i = 0; i < header->n; i++) {
			if (!is_called(header->text.data + header->field[i], *names))
				continue;
			if (found >= 0)
				return CSV_TWICE;
			found = (int)i;
		}
		if (found >= 0)
			return found;
	}
	return CSV_NONE;
}
