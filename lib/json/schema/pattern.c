/* json/schema/pattern.c -- regular expressions by PCRE2: compile and match. */
#include "json/schema/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "json/schema/ecma.h"
#include "json/schema/plain.h"

enum { PATTERN_BYTES = 256, NESTING = 32, DEPTH = 1000, HEAP_KB = 1024, SUBJECT_BYTES = 65536 };
enum { OPTIONS = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF |
	         PCRE2_NEVER_BACKSLASH_C | PCRE2_ALLOW_EMPTY_CLASS };

/* PCRE2 does not say what a match cost.  So a cheap limit is tried first: nearly
 * every match ends there, and the price of those that do not is known. */
static const struct {
	unsigned limit;
	unsigned steps;
} tiers[] = {{200, 5}, {4000, 200}, {100000, 5000}};

enum { NTIERS = NITEMS(tiers) };

struct pattern {
	struct plain *plain; /* or NULL: then the rest counts */
	pcre2_code *code;
	pcre2_match_context *tier[NTIERS]; /* not changed after compile: may be shared */
};

static pcre2_code *compile(const struct buf *text, struct err *err)
{
	pcre2_compile_context *cc = pcre2_compile_context_create(NULL);
	unsigned char why[120];
	pcre2_code *code;
	PCRE2_SIZE at;
	int error;

	if (!cc)
		mem_oom();
	pcre2_set_parens_nest_limit(cc, NESTING);
	pcre2_set_compile_extra_options(cc, PCRE2_EXTRA_ALT_BSUX);
	code = pcre2_compile((PCRE2_SPTR)buf_str(text), text->len, OPTIONS, &error, &at, cc);
	pcre2_compile_context_free(cc);
	if (code)
		return code;
	if (error == PCRE2_ERROR_NOMEMORY)
		mem_oom();
	pcre2_get_error_message(error, why, sizeof(why));
	err_set(err, FAIL_INVALID, "not a regular expression: %s", (const char *)why);
	return NULL;
}

static void make_tiers(struct pattern *p)
{
	size_t i;

	for (i = 0; i < NTIERS; i++) {
		p->tier[i] = pcre2_match_context_create(NULL);
		if (!p->tier[i])
			mem_oom();
		pcre2_set_match_limit(p->tier[i], tiers[i].limit);
		pcre2_set_depth_limit(p->tier[i], DEPTH);
		pcre2_set_heap_limit(p->tier[i], HEAP_KB);
	}
}

struct pattern *pattern_compile(const char *text, size_t n, struct err *err)
{
	struct buf own = BUF_INIT;
	struct pattern *p = NULL;
	pcre2_code *code = NULL;
	struct plain plain;

	if (n > PATTERN_BYTES)
		err_set(err, FAIL_INVALID, "pattern longer than %d bytes", PATTERN_BYTES);
	else if (!ecma_translate(text, n, &own, err))
		code = compile(&own, err);
	buf_release(&own);
	if (!code)
		return NULL;
	p = mem_alloc(sizeof(*p));
	p->code = code;
	if (plain_parse(&plain, text, n)) {
		p->plain = mem_alloc(sizeof(plain));
		*p->plain = plain;
	} else {
		make_tiers(p);
	}
	return p;
}

void pattern_free(struct pattern *p)
{
	size_t i;

	if (!p)
		return;
	for (i = 0; i < NTIERS; i++)
		pcre2_match_context_free(p->tier[i]);
	pcre2_code_free(p->code);
	free(p->plain);
	free(p);
}

size_t pattern_size(const struct pattern *p)
{
	size_t size = 0;

	pcre2_pattern_info(p->code, PCRE2_INFO_SIZE, &size);
	return size;
}

int pattern_match_steps(const struct pattern *p, const char *s, size_t n, unsigned long *steps)
{
	pcre2_match_data *md;
	int rc = PCRE2_ERROR_MATCHLIMIT;
	size_t i;

	if (n > SUBJECT_BYTES)
		return -1;
	if (p->plain) {
		*steps += n / 64;
		return plain_match(p->plain, s, n);
	}
	md = pcre2_match_data_create(1, NULL);
	if (!md)
		mem_oom();
	for (i = 0; i < NTIERS && rc == PCRE2_ERROR_MATCHLIMIT; i++) {
		rc = pcre2_match(p->code, (PCRE2_SPTR)s, n, 0, 0, md, p->tier[i]);
		*steps += tiers[i].steps + n / 64;
	}
	pcre2_match_data_free(md);
	if (rc == PCRE2_ERROR_NOMEMORY)
		mem_oom();
	if (rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT ||
	    rc == PCRE2_ERROR_HEAPLIMIT)
		return -1;
	return rc >= 0;
}

int pattern_match(const struct pattern *p, const char *s, size_t n)
{
	unsigned long steps = 0;

	return pattern_match_steps(p, s, n, &steps);
}
