/* json/schema/idn.c -- labels that IDNA allows, and Punycode. */
#include "json/schema/idn.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/safe.h"
#include "json/schema/pattern.h"

/* RFC 5892: what every label is made of, and what may not be found in one. */
static const char made_of[] =
    "^[-0-9A-Za-z\\p{Ll}\\p{Lo}\\p{Lm}\\p{Mn}\\p{Mc}\\p{Nd}\\u00b7\\u0375\\u05f3\\u05f4\\u30fb"
    "\\u200c\\u200d\\u06fd\\u06fe\\u0f0b\\u3007]+$";

static const char *const wrong[] = {
    /* a mark or a hyphen first, a hyphen last, "--" where a prefix would be */
    "^[\\p{M}-]|-$|^..--",
    /* exceptions that are disallowed */
    "[\\u0640\\u07fa\\u302e\\u302f\\u3031-\\u3035\\u303b]",
    /* middle dot, Greek keraia, Hebrew geresh and gershayim */
    "(?<!l)\\u00b7|\\u00b7(?!l)|\\u0375(?!\\p{Greek})|(?<!\\p{Hebrew})[\\u05f3\\u05f4]",
    /* katakana middle dot */
    "^(?=.*\\u30fb)(?!.*[\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Han}])",
    /* two kinds of digits */
    "[\\u0660-\\u0669].*[\\u06f0-\\u06f9]|[\\u06f0-\\u06f9].*[\\u0660-\\u0669]",
    /* joiners behind no virama; a non-joiner may also stand between joining letters */
    "(?<![\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d4d\\u0dca\\u0e3a\\u0f84"
    "\\u1039\\u1714\\u1734\\u17d2])\\u200d",
    "(?<![\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d4d\\u0dca\\u0e3a\\u0f84"
    "\\u1039\\u1714\\u1734\\u17d2])\\u200c(?!\\p{Mn}*[\\p{Arabic}\\p{Syriac}])",
    "[^\\u0600-\\u07ff\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d4d\\u0dca"
    "\\u0e3a\\u0f84\\u1039\\u1714\\u1734\\u17d2]\\u200c",
};

struct idn {
	struct pattern *made_of;
	struct pattern *wrong[NITEMS(wrong)];
};

struct idn *idn_new(void)
{
	struct idn *idn = mem_alloc(sizeof(*idn));
	struct err err = ERR_INIT;
	size_t i;

	idn->made_of = pattern_compile(made_of, strlen(made_of), &err);
	for (i = 0; i < NITEMS(wrong); i++)
		idn->wrong[i] = pattern_compile(wrong[i], strlen(wrong[i]), &err);
	return idn;
}

void idn_free(struct idn *idn)
{
	size_t i;

	if (!idn)
		return;
	pattern_free(idn->made_of);
	for (i = 0; i < NITEMS(wrong); i++)
		pattern_free(idn->wrong[i]);
	free(idn);
}

int idn_label(const struct idn *idn, const char *s, size_t n)
{
	size_t i;

	if (!utf8_valid(s, n) || !pattern_match(idn->made_of, s, n))
		return 0;
	for (i = 0; i < NITEMS(wrong); i++)
		if (pattern_match(idn->wrong[i], s, n))
			return 0;
	return 1;
}

/* ---- RFC 5893 ---- */

enum bidi { BIDI_L, BIDI_R, BIDI_AN, BIDI_EN, BIDI_MARK, BIDI_OTHER };

static enum bidi bidi_of(unsigned cp)
{
	if (cp >= '0' && cp <= '9')
		return BIDI_EN;
	if (cp == '-' || cp == 0xb7 || cp == 0x200c || cp == 0x200d)
		return BIDI_OTHER;
	if ((cp >= 0x6f0 && cp <= 0x6f9))
		return BIDI_EN;
	if (cp >= 0x660 && cp <= 0x669)
		return BIDI_AN;
	if ((cp >= 0x300 && cp <= 0x36f) || (cp >= 0x591 && cp <= 0x5bd) ||
	    (cp >= 0x610 && cp <= 0x61a) || (cp >= 0x64b && cp <= 0x65f) || cp == 0x670 ||
	    (cp >= 0x6d6 && cp <= 0x6ed && cp != 0x6dd && cp != 0x6e5 && cp != 0x6e6))
		return BIDI_MARK;
	if ((cp >= 0x590 && cp <= 0x8ff) || (cp >= 0xfb1d && cp <= 0xfdff) ||
	    (cp >= 0xfe70 && cp <= 0xfeff) || (cp >= 0x10800 && cp <= 0x10fff) ||
	    (cp >= 0x1e800 && cp <= 0x1efff))
		return BIDI_R;
	return BIDI_L;
}

int idn_is_rtl(const char *s, size_t n)
{
	unsigned cp;
	size_t i;
	int len;

	for (i = 0; i < n; i += (size_t)len) {
		len = utf8_next(s + i, n - i, &cp);
		if (!len)
			return 0;
		if (bidi_of(cp) == BIDI_R || bidi_of(cp) == BIDI_AN)
			return 1;
	}
	return 0;
}

int idn_bidi(const char *s, size_t n)
{
	unsigned cp, seen = 0;
	enum bidi first = BIDI_OTHER, last = BIDI_OTHER;
	size_t i;
	int len;

	for (i = 0; i < n; i += (size_t)len) {
		enum bidi b;

		len = utf8_next(s + i, n - i, &cp);
		if (!len)
			return 0;
		b = bidi_of(cp);
		seen |= 1u << b;
		first = i ? first : b;
		last = b == BIDI_MARK ? last : b;
	}
	if (first == BIDI_L)
		return !(seen & (1u << BIDI_R | 1u << BIDI_AN)) &&
		       (last == BIDI_L || last == BIDI_EN);
	if (first != BIDI_R || seen & 1u << BIDI_L)
		return 0;
	if (seen & 1u << BIDI_EN && seen & 1u << BIDI_AN)
		return 0;
	return last == BIDI_R || last == BIDI_EN || last == BIDI_AN;
}

/* ---- Punycode, RFC 3492 ---- */

enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST_N = 128 };
enum { MAX_CP = 0x10ffff };

static unsigned adapt(unsigned delta, unsigned count, int first)
{
	unsigned k = 0;

	delta = first ? delta / DAMP : delta / 2;
	for (delta += delta / count; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
		delta /= BASE - TMIN;
	return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

static unsigned threshold(unsigned k, unsigned bias)
{
	return k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0' + 26;
	c = (char)(c | 32);
	return c >= 'a' && c <= 'z' ? c - 'a' : -1;
}

static size_t put_utf8(char *out, unsigned cp)
{
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 63));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 63));
		out[2] = (char)(0x80 | (cp & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 63));
	out[2] = (char)(0x80 | (cp >> 6 & 63));
	out[3] = (char)(0x80 | (cp & 63));
	return 4;
}

/* One delta from ${s}: the digits taken, or 0. */
static size_t take_delta(const char *s, size_t n, unsigned bias, unsigned *delta)
{
	unsigned long v = 0, w = 1;
	unsigned k;
	size_t i;

	for (i = 0, k = BASE; i < n; i++, k += BASE) {
		int d = digit_of(s[i]);
		unsigned t = threshold(k, bias);

		if (d < 0)
			return 0;
		v += (unsigned long)d * w;
		if (v > 0xffffff)
			return 0;
		if ((unsigned)d < t) {
			*delta = (unsigned)v;
			return i + 1;
		}
		w *= BASE - t;
		if (w > 0xffffffff)
			return 0;
	}
	return 0;
}

size_t idn_decode(const char *s, size_t n, char *out)
{
	unsigned cps[IDN_LABEL_MAX], cp = FIRST_N, at = 0, bias = FIRST_BIAS;
	const char *hyphen = n ? memrchr(s, '-', n) : NULL;
	size_t count = hyphen ? (size_t)(hyphen - s) : 0, i, len = 0;

	if (n > IDN_LABEL_MAX || (hyphen && !count))
		return 0;
	for (i = 0; i < count; i++)
		cps[i] = (unsigned char)s[i];
	for (i = hyphen ? count + 1 : 0; i < n;) {
		unsigned delta, from = at;
		size_t taken = take_delta(s + i, n - i, bias, &delta);

		if (!taken || count == IDN_LABEL_MAX)
			return 0;
		i += taken;
		at += delta;
		count++;
		bias = adapt(at - from, (unsigned)count, from == 0);
		cp += at / (unsigned)count;
		at %= (unsigned)count;
		if (cp > MAX_CP || (cp >= 0xd800 && cp <= 0xdfff))
			return 0;
		memmove(&cps[at + 1], &cps[at], (count - 1 - at) * sizeof(cps[0]));
		cps[at++] = cp;
	}
	for (i = 0; i < count; i++)
		len += put_utf8(out + len, cps[i]);
	return len;
}

static int put_delta(char *out, size_t *len, unsigned delta, unsigned bias)
{
	unsigned k;

	for (k = BASE;; k += BASE) {
		unsigned t = threshold(k, bias), d = delta;

		if (delta >= t) {
			d = t + (delta - t) % (BASE - t);
			delta = (delta - t) / (BASE - t);
		}
		if (*len == IDN_LABEL_MAX)
			return -1;
		out[(*len)++] = (char)(d < 26 ? 'a' + d : '0' + d - 26);
		if (d < t)
			return 0;
	}
}

/* The smallest code point that is at least ${from}. */
static unsigned next_cp(const unsigned *cps, size_t count, unsigned from)
{
	unsigned best = MAX_CP + 1;
	size_t i;

	for (i = 0; i < count; i++)
		if (cps[i] >= from && cps[i] < best)
			best = cps[i];
	return best;
}

size_t idn_encode(const char *s, size_t n, char *out)
{
	unsigned cps[IDN_LABEL_MAX], cp = FIRST_N, delta = 0, bias = FIRST_BIAS, plain, done;
	size_t count = 0, i, len = 0;
	int taken;

	for (i = 0; i < n; i += (size_t)taken) {
		taken = count < IDN_LABEL_MAX ? utf8_next(s + i, n - i, &cps[count]) : 0;
		if (!taken)
			return 0;
		if (cps[count] < FIRST_N)
			out[len++] = (char)cps[count];
		count++;
	}
	done = plain = (unsigned)len;
	if (plain && len < IDN_LABEL_MAX)
		out[len++] = '-';
	while (done < count) {
		unsigned next = next_cp(cps, count, cp);

		delta += (next - cp) * (done + 1);
		cp = next;
		for (i = 0; i < count; i++) {
			if (cps[i] < cp)
				delta++;
			if (cps[i] != cp)
				continue;
			if (put_delta(out, &len, delta, bias))
				return 0;
			bias = adapt(delta, done + 1, done == plain);
			delta = 0;
			done++;
		}
		delta++;
		cp++;
	}
	return len;
}
