/* json/schema/ecma.c -- an ECMA-262 regular expression rewritten for PCRE2. */
#include "json/schema/ecma.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"

#define SPACE "\\u{9}-\\u{d} \\u{a0}\\u{1680}\\u{2000}-\\u{200a}\\u{2028}\\u{2029}\\u{202f}" \
	      "\\u{205f}\\u{3000}\\u{feff}"
#define NOT_SPACE "\\u{0}-\\u{8}\\u{e}-\\u{1f}!-\\u{9f}\\u{a1}-\\u{167f}\\u{1681}-\\u{1fff}" \
		  "\\u{200b}-\\u{2027}\\u{202a}-\\u{202e}\\u{2030}-\\u{205e}\\u{2060}-\\u{2fff}" \
		  "\\u{3001}-\\u{d7ff}\\u{e000}-\\u{fefe}\\u{ff00}-\\u{10ffff}"
#define DOT "[^\\n\\r\\u{2028}\\u{2029}]"

struct pass {
	const char *p, *end;
	struct buf *out;
	struct err *err;
	unsigned groups;  /* capturing ones so far */
	unsigned highest; /* back reference */
	int in_class;
};

/* General categories: PCRE2 knows the short names only. */
static const char *const categories[][2] = {
    {"Cased_Letter", "L&"}, {"Close_Punctuation", "Pe"}, {"Connector_Punctuation", "Pc"},
    {"Control", "Cc"}, {"Currency_Symbol", "Sc"}, {"Dash_Punctuation", "Pd"},
    {"Decimal_Number", "Nd"}, {"Enclosing_Mark", "Me"}, {"Final_Punctuation", "Pf"},
    {"Format", "Cf"}, {"Initial_Punctuation", "Pi"}, {"Letter", "L"}, {"Letter_Number", "Nl"},
    {"Line_Separator", "Zl"}, {"Lowercase_Letter", "Ll"}, {"Mark", "M"}, {"Math_Symbol", "Sm"},
    {"Modifier_Letter", "Lm"}, {"Modifier_Symbol", "Sk"}, {"Nonspacing_Mark", "Mn"},
    {"Number", "N"}, {"Open_Punctuation", "Ps"}, {"Other", "C"}, {"Other_Letter", "Lo"},
    {"Other_Number", "No"}, {"Other_Punctuation", "Po"}, {"Other_Symbol", "So"},
    {"Paragraph_Separator", "Zp"}, {"Private_Use", "Co"}, {"Punctuation", "P"},
    {"Separator", "Z"}, {"Space_Separator", "Zs"}, {"Spacing_Mark", "Mc"}, {"Surrogate", "Cs"},
    {"Symbol", "S"}, {"Titlecase_Letter", "Lt"}, {"Unassigned", "Cn"},
    {"Uppercase_Letter", "Lu"}, {"digit", "Nd"}, {"punct", "P"},
};

static int refuse(struct pass *t, const char *what)
{
	return err_set(t->err, FAIL_INVALID, "not a regular expression by ECMA-262: %s", what);
}

/* The byte ${ahead} of the next one, 0 at the end. */
static unsigned char peek(const struct pass *t, size_t ahead)
{
	return ahead < (size_t)(t->end - t->p) ? (unsigned char)t->p[ahead] : 0;
}

static int is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static int is_letter(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int is_word(unsigned char c)
{
	return is_letter(c) || is_digit(c) || c == '_';
}

static int hex_value(unsigned char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* ${n} hex digits at the next byte, or -1. */
static long take_hex(struct pass *t, int n)
{
	long v = 0;

	for (; n > 0; n--, t->p++) {
		int d = hex_value(peek(t, 0));

		if (d < 0)
			return -1;
		v = v * 16 + d;
	}
	return v;
}

static int put_cp(struct pass *t, long cp)
{
	if (cp < 0 || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return refuse(t, "bad character number");
	buf_addf(t->out, "\\u{%lx}", (unsigned long)cp);
	return 0;
}

static int take_braced(struct pass *t)
{
	long v = 0;
	int digits = 0;

	for (t->p++; hex_value(peek(t, 0)) >= 0 && v <= 0x10ffff; t->p++, digits++)
		v = v * 16 + hex_value(peek(t, 0));
	if (!digits || peek(t, 0) != '}')
		return refuse(t, "bad character number");
	t->p++;
	return put_cp(t, v);
}

/* Behind "\u": four digits, a surrogate pair of two escapes, or {1F600}. */
static int take_u(struct pass *t)
{
	long high, low;

	if (peek(t, 0) == '{')
		return take_braced(t);
	high = take_hex(t, 4);
	if (high < 0xd800 || high > 0xdbff || peek(t, 0) != '\\' || peek(t, 1) != 'u')
		return put_cp(t, high);
	t->p += 2;
	low = take_hex(t, 4);
	if (low < 0xdc00 || low > 0xdfff)
		return refuse(t, "half of a surrogate pair");
	return put_cp(t, 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
}

static int take_backref(struct pass *t)
{
	unsigned v = 0;

	if (t->in_class)
		return refuse(t, "back reference in a class");
	for (; is_digit(peek(t, 0)) && v < 1000; t->p++)
		v = v * 10 + (peek(t, 0) - '0');
	if (v > t->highest)
		t->highest = v;
	buf_addf(t->out, "\\g{%u}", v);
	return 0;
}

/* Behind "\p" or "\P": {L}, {Letter}, {Script=Greek}, {gc=Lu}. */
static int take_property(struct pass *t, char which)
{
	const char *name = t->p + 1, *end;
	size_t i, n;

	end = peek(t, 0) == '{' ? memchr(name, '}', (size_t)(t->end - name)) : NULL;
	if (!end || end == name || end - name > 40)
		return refuse(t, "property without a name");
	t->p = end + 1;
	for (i = 0; name + i < end; i++)
		if (!is_word((unsigned char)name[i]) && name[i] != '=')
			return refuse(t, "bad property name");
	if (!strncmp(name, "General_Category=", 17))
		name += 17;
	else if (!strncmp(name, "gc=", 3))
		name += 3;
	n = (size_t)(end - name);
	for (i = 0; i < NITEMS(categories); i++)
		if (strlen(categories[i][0]) == n && !memcmp(categories[i][0], name, n)) {
			buf_addf(t->out, "\\%c{%s}", which, categories[i][1]);
			return 0;
		}
	buf_addf(t->out, "\\%c{%.*s}", which, (int)n, name);
	return 0;
}

static int is_name(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (!is_word((unsigned char)s[i]))
			return 0;
	return n > 0 && n <= 32 && !is_digit((unsigned char)s[0]);
}

/* "<name>" at the next byte, copied with ${before} in front. */
static int take_name(struct pass *t, const char *before)
{
	const char *name = t->p + 1, *end;

	end = peek(t, 0) == '<' ? memchr(name, '>', (size_t)(t->end - name)) : NULL;
	if (!end || !is_name(name, (size_t)(end - name)))
		return refuse(t, "bad group name");
	buf_addf(t->out, "%s<%.*s>", before, (int)(end - name), name);
	t->p = end + 1;
	return 0;
}

static int take_space(struct pass *t, int not)
{
	if (t->in_class)
		buf_adds(t->out, not ? NOT_SPACE : SPACE);
	else
		buf_adds(t->out, not ? "[^" SPACE "]" : "[" SPACE "]");
	return 0;
}

static int take_control(struct pass *t)
{
	if (!is_letter(peek(t, 0)))
		return refuse(t, "\\c without a letter");
	return put_cp(t, *t->p++ & 31);
}

static int take_escape(struct pass *t)
{
	unsigned char c;

	t->p++;
	c = peek(t, 0);
	if (c >= '1' && c <= '9')
		return take_backref(t);
	t->p += t->p < t->end;
	if (c == '0')
		return is_digit(peek(t, 0)) ? refuse(t, "octal number") : put_cp(t, 0);
	if (c == 's' || c == 'S')
		return take_space(t, c == 'S');
	if (c == 'v')
		return put_cp(t, 0x0b);
	if (c == 'x')
		return put_cp(t, take_hex(t, 2));
	if (c == 'u')
		return take_u(t);
	if (c == 'c')
		return take_control(t);
	if (c == 'p' || c == 'P')
		return take_property(t, (char)c);
	if (c == 'k' && !t->in_class)
		return take_name(t, "\\k");
	if (c == 'b' && t->in_class)
		return put_cp(t, 8);
	if (!(c && strchr("dDwWfnrt", c)) && !(c && strchr("bB", c) && !t->in_class) &&
	    (c <= ' ' || c >= 0x7f || is_word(c)))
		return refuse(t, "nothing to escape after \\");
	buf_addc(t->out, '\\');
	buf_addc(t->out, (char)c);
	return 0;
}

/* Does an escape for a set of characters stand at ${ahead}? */
static int is_set(const struct pass *t, size_t ahead)
{
	return peek(t, ahead) == '\\' && peek(t, ahead + 1) &&
	       strchr("sSdDwWpP", peek(t, ahead + 1));
}

static int take_class(struct pass *t)
{
	int after_set = 0;

	/* PCRE2 10.42 forgets what stands behind an empty class, such as a * */
	if (peek(t, 1) == ']') {
		buf_adds(t->out, "(?:(?!))");
		t->p += 2;
		return 0;
	}
	t->in_class = 1;
	buf_addc(t->out, *t->p++);
	if (peek(t, 0) == '^')
		buf_addc(t->out, *t->p++);
	while (t->p < t->end && *t->p != ']') {
		int set = is_set(t, 0);

		/* a set has no ends: a hyphen beside it stands for itself */
		if (*t->p == '-' && (after_set || is_set(t, 1))) {
			buf_adds(t->out, "\\-");
			t->p++;
		} else if (*t->p == '\\') {
			if (take_escape(t))
				return -1;
		} else {
			if (*t->p == '[') /* PCRE2 would look for [:alpha:] */
				buf_addc(t->out, '\\');
			buf_addc(t->out, *t->p++);
		}
		after_set = set;
	}
	if (t->p == t->end)
		return refuse(t, "class without ]");
	buf_addc(t->out, *t->p++);
	t->in_class = 0;
	return 0;
}

static int take_group(struct pass *t)
{
	unsigned char a = peek(t, 2), b = peek(t, 3);
	size_t n = 1;

	if (peek(t, 1) == '*')
		return refuse(t, "nothing to repeat");
	if (peek(t, 1) != '?')
		t->groups++;
	else if (a == ':' || a == '=' || a == '!')
		n = 3;
	else if (a == '<' && (b == '=' || b == '!'))
		n = 4;
	else if (a == '<') {
		t->groups++;
		t->p += 2;
		return take_name(t, "(?");
	} else
		return refuse(t, "unknown kind of group");
	buf_add(t->out, t->p, n);
	t->p += n;
	return 0;
}

/* Length of a quantifier at the next byte, 0 when there is none. */
static size_t quantifier(const struct pass *t)
{
	size_t n = 1;

	if (peek(t, 0) == '*' || peek(t, 0) == '+' || peek(t, 0) == '?')
		return 1;
	if (peek(t, 0) != '{' || !is_digit(peek(t, 1)))
		return 0;
	while (is_digit(peek(t, n)))
		n++;
	if (peek(t, n) == ',')
		for (n++; is_digit(peek(t, n)); n++)
			;
	return peek(t, n) == '}' ? n + 1 : 0;
}

static int take_one(struct pass *t)
{
	size_t n = quantifier(t);

	if (n) {
		buf_add(t->out, t->p, n);
		t->p += n;
		return peek(t, 0) == '+' ? refuse(t, "possessive quantifier") : 0;
	}
	switch (*t->p) {
	case '\\':
		return take_escape(t);
	case '[':
		return take_class(t);
	case '(':
		return take_group(t);
	case '.':
		buf_adds(t->out, DOT);
		break;
	case '{':
		buf_adds(t->out, "\\{");
		break;
	default:
		buf_addc(t->out, *t->p);
	}
	t->p++;
	return 0;
}

int ecma_translate(const char *text, size_t n, struct buf *out, struct err *err)
{
	struct pass t = {.p = text, .end = text + n, .out = out, .err = err};

	while (t.p < t.end)
		if (take_one(&t))
			return -1;
	if (t.highest > t.groups)
		return refuse(&t, "reference to a group that is not there");
	return 0;
}
