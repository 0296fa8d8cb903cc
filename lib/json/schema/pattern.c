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

/* PCRE2's own limit is one for each place where a match may begin, and does not see how far a
 * repetition ran.  So every item of a pattern calls back, and the calls are counted: about 20 ns
 * each, as are RUN bytes that were passed over in between. */
enum { RUN = 16, MOST_WORK = 20000, WORK_PER_BYTE = 4, WORK_PER_STEP = 3, BASE_STEPS = 4 };

struct pattern {
	struct plain *plain; /* or NULL: then the rest counts */
	pcre2_code *code;
	pcre2_match_context *context; /* not changed after compile: may be shared */
	unsigned long each; /* what an item may cost beyond that: the least count of a repetition */
	unsigned back;      /* highest back reference */
};

struct meter {
	unsigned long work, most, each;
	unsigned back;
	size_t at;
};

static pcre2_code *compile(const struct buf *text, unsigned options, struct err *err)
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
	code = pcre2_compile((PCRE2_SPTR)buf_str(text), text->len, options, &error, &at, cc);
	pcre2_compile_context_free(cc);
	if (code)
		return code;
	if (error == PCRE2_ERROR_NOMEMORY)
		mem_oom();
	pcre2_get_error_message(error, why, sizeof(why));
	err_set(err, FAIL_INVALID, "not a regular expression: %s", (const char *)why);
	return NULL;
}

/* The largest number behind a brace. */
static unsigned long largest_count(const char *text, size_t n)
{
	unsigned long most = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		unsigned long v = 0;

		if (text[i] != '{')
			continue;
		while (i + 1 < n && text[i + 1] >= '0' && text[i + 1] <= '9' && v < SUBJECT_BYTES)
			v = v * 10 + (unsigned long)(text[++i] - '0');
		most = v > most ? v : most;
	}
	return most;
}

static int count(pcre2_callout_block *b, void *arg)
{
	struct meter *m = arg;
	size_t at = b->current_position, i;

	m->work += m->each + (at > m->at ? at - m->at : m->at - at) / RUN;
	m->at = at;
	/* a back reference compares unseen */
	for (i = 1; i <= m->back && i < b->capture_top; i++)
		if (b->offset_vector[2 * i + 1] != PCRE2_UNSET)
			m->work += (b->offset_vector[2 * i + 1] - b->offset_vector[2 * i]) / RUN;
	return m->work > m->most ? PCRE2_ERROR_CALLOUT : 0;
}

static void make_context(struct pattern *p, const char *text, size_t n)
{
	p->context = pcre2_match_context_create(NULL);
	if (!p->context)
		mem_oom();
	pcre2_set_depth_limit(p->context, DEPTH);
	pcre2_set_heap_limit(p->context, HEAP_KB);
	pcre2_pattern_info(p->code, PCRE2_INFO_BACKREFMAX, &p->back);
	p->each = 1 + largest_count(text, n) / RUN;
}

/* PCRE2 says whether it is an expression, also where it is not needed afterwards. */
struct pattern *pattern_compile(const char *text, size_t n, struct err *err)
{
	struct buf own = BUF_INIT;
	struct pattern *p = NULL;
	pcre2_code *code = NULL;
	struct plain plain;
	int is_plain;

	if (n > PATTERN_BYTES) {
		err_set(err, FAIL_INVALID, "pattern longer than %d bytes", PATTERN_BYTES);
		return NULL;
	}
	is_plain = plain_parse(&plain, text, n);
	if (!ecma_translate(text, n, &own, err))
		code = compile(&own, is_plain ? OPTIONS : OPTIONS | PCRE2_AUTO_CALLOUT, err);
	buf_release(&own);
	if (!code)
		return NULL;
	p = mem_alloc(sizeof(*p));
	if (is_plain) {
		pcre2_code_free(code);
		p->plain = mem_alloc(sizeof(plain));
		*p->plain = plain;
	} else {
		p->code = code;
		make_context(p, text, n);
	}
	return p;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	pcre2_match_context_free(p->context);
	pcre2_code_free(p->code);
	free(p->plain);
	free(p);
}

const struct plain *pattern_fixed(const struct pattern *p)
{
	return p->plain && p->plain->fixed ? p->plain : NULL;
}

size_t pattern_size(const struct pattern *p)
{
	size_t size = 0;

	if (p->plain)
		return sizeof(*p->plain);
	pcre2_pattern_info(p->code, PCRE2_INFO_SIZE, &size);
	return size;
}

static int search(const struct pattern *p, const char *s, size_t n, struct meter *m)
{
	pcre2_match_data *md = pcre2_match_data_create(1, NULL);
	pcre2_match_context *own = pcre2_match_context_copy(p->context);
	int rc;

	if (!md || !own)
		mem_oom();
	pcre2_set_callout(own, count, m);
	rc = pcre2_match(p->code, (PCRE2_SPTR)s, n, 0, 0, md, own);
	pcre2_match_context_free(own);
	pcre2_match_data_free(md);
	if (rc == PCRE2_ERROR_NOMEMORY)
		mem_oom();
	if (rc == PCRE2_ERROR_CALLOUT || rc == PCRE2_ERROR_MATCHLIMIT ||
	    rc == PCRE2_ERROR_DEPTHLIMIT || rc == PCRE2_ERROR_HEAPLIMIT)
		return -1;
	return rc >= 0;
}

int pattern_match_steps(const struct pattern *p, const char *s, size_t n, unsigned long *steps)
{
	struct meter m = {.most = MOST_WORK + WORK_PER_BYTE * n, .each = p->each, .back = p->back};
	int rc;

	if (n > SUBJECT_BYTES)
		return -1;
	*steps += n / 64;
	if (p->plain)
		return plain_match(p->plain, s, n);
	rc = search(p, s, n, &m);
	*steps += BASE_STEPS + m.work / WORK_PER_STEP;
	return rc;
}

int pattern_match(const struct pattern *p, const char *s, size_t n)
{
	unsigned long steps = 0;

	return pattern_match_steps(p, s, n, &steps);
}
