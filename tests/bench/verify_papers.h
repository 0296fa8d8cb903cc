/*
 * verify_papers.h -- what the desk of bench/verify gets to see: papers and answers, drawn from one
 * seed, and the lane that asks for all stages of them.
 */
#ifndef VERIFY_PAPERS_H
#define VERIFY_PAPERS_H

#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "json/js.h"

enum { WORDS = 3000 };

static uint64_t rng = 88172645463325252u;

static inline uint64_t next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static inline uint64_t draw(uint64_t n)
{
	return next(&rng) % n;
}

static inline double unit(void)
{
	return ((double)draw(1u << 30) + 0.5) / (1u << 30);
}

static const char *const kinds[] = {"invoice", "receipt", "letter", "other"};
static const char *const marks[] = {"blurred", "stamped", "signed", "folded", "foreign", "torn"};
static char *words[WORDS];

static inline void make_words(void)
{
	for (int i = 0; i < WORDS; i++) {
		size_t n = 3 + draw(7);
		words[i] = mem_alloc(n + 1);
		for (size_t k = 0; k < n; k++)
			words[i][k] = (char)('a' + draw(26));
		words[i][n] = '\0';
	}
}

static inline json_t *text_of(size_t n)
{
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(&b, ' ');
		buf_adds(&b, words[draw(WORDS)]);
	}
	json_t *s = json_string(buf_str(&b));
	buf_release(&b);
	return s;
}

/* What is right follows from the task: ${truth} decides each field. */
static inline json_t *answer_of(uint64_t truth, int error_percent)
{
	json_t *out = json_object(), *set = json_array();
	uint64_t t = truth * 0x9e3779b97f4a7c15u | 1;

	next(&t);
	size_t kind = next(&t) % 4, off = (uint64_t)error_percent > draw(100) ? 1 + draw(3) : 0;
	js_set_str(out, "kind", kinds[(kind + off) % 4]);
	int complete = (int)(next(&t) % 2) ^ ((uint64_t)error_percent > draw(100));
	js_set_new(out, "complete", json_boolean(complete));
	int64_t total = 100 + (int64_t)(next(&t) % 900000);
	js_set_int(out, "total",
	           total + ((uint64_t)error_percent > draw(100) ? (int64_t)draw(1000) : 0));
	for (size_t i = 0; i < 6; i++)
		if ((next(&t) % 3 == 0) ^ ((uint64_t)error_percent > draw(300)))
			json_array_append_new(set, json_string(marks[i]));
	js_set_new(out, "marks", set);
	js_set_new(out, "summary", text_of(20 + draw(30)));
	js_set_new(out, "comment", text_of(3 + draw(12)));
	return out;
}

static const char lane_text[] =
	"{\"pools\":[\"everyone\"],\"slaSeconds\":14400,\"maxAttempts\":12,"
	"\"schema\":{\"type\":\"object\","
	"\"required\":[\"kind\",\"complete\",\"total\",\"marks\",\"summary\"],"
	"\"additionalProperties\":false,"
	"\"properties\":{"
	"\"kind\":{\"enum\":[\"invoice\",\"receipt\",\"letter\",\"other\"]},"
	"\"complete\":{\"type\":\"boolean\"},"
	"\"total\":{\"type\":\"integer\",\"minimum\":0},"
	"\"marks\":{\"type\":\"array\",\"uniqueItems\":true,\"items\":"
	"{\"enum\":[\"blurred\",\"stamped\",\"signed\",\"folded\",\"foreign\",\"torn\"]}},"
	"\"summary\":{\"type\":\"string\",\"minLength\":10,\"maxLength\":2000},"
	"\"comment\":{\"type\":\"string\",\"maxLength\":500}}},"
	"\"verify\":{\"minOverlap\":1,\"maxOverlap\":5,\"confidence\":\"0.98\",\"rules\":["
	"{\"name\":\"total\",\"field\":\"/total\",\"message\":\"more than the limit\",\"logic\":"
	"{\"<=\":[{\"var\":\"answer.total\"},{\"var\":\"task.payload.limit\"}]}},"
	"{\"name\":\"signed\",\"field\":\"/marks\",\"logic\":"
	"{\"or\":[{\"!=\":[{\"var\":\"answer.kind\"},\"cheque\"]},"
	"{\"in\":[\"signed\",{\"var\":\"answer.marks\"}]}]}}],"
	"\"gold\":{\"rate\":\"0.05\",\"floor\":\"0.6\"},"
	"\"qa\":{\"lane\":\"review\",\"rate\":\"0.05\"}}}";

static inline json_t *body_of(int lane, uint64_t n)
{
	char name[16], title[48];

	snprintf(name, sizeof(name), "l%d", lane);
	snprintf(title, sizeof(title), "Document %d", (int)(n % 100000));
	return json_pack("{s:i,s:s,s:s,s:s,s:{s:i,s:o}}", "er", 1, "lane", name, "title", title,
	                 "instructions", "Read the document and say what it is.", "payload",
	                 "limit", 10000000, "text", text_of(60));
}

#endif
