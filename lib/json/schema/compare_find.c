/* json/schema/compare_find.c -- where a proof fails: an example is looked for, and told. */

#include "base/buf.h"
#include "base/mem.h"
#include "json/js.h"
#include "json/schema/compare_p.h"

enum { MISSES_TRIED = 300 };

const char *const compare_words[] = {
    [COMPARE_COMPATIBLE] = "compatible", [COMPARE_BREAKING] = "breaking",
    [COMPARE_UNKNOWN] = "unknown",
};

static void add_place(struct buf *out, const struct place_in *in)
{
	if (!in)
		return;
	add_place(out, in->up);
	if (in->any)
		buf_adds(out, in->key ? "/*" : "/-");
	else if (in->key)
		js_pointer_add(out, in->key);
	else
		buf_addf(out, "/%zu", in->index);
}

static char *keyword_pointer(const struct node *node, const char *keyword)
{
	struct path last = {.up = node->at, .key = keyword};
	struct buf b = BUF_INIT;

	if (node->resource->document)
		buf_addf(&b, "%s#", node->resource->document);
	path_add(&b, keyword ? &last : node->at);
	return buf_detach(&b);
}

static int is_known(const struct comparison *out, const char *keyword, const char *instance)
{
	size_t i;

	for (i = 0; i < out->n; i++)
		if (!strcmp(out->list[i].keyword, keyword) &&
		    !strcmp(out->list[i].instance, instance))
			return 1;
	return 0;
}

void compare_found(struct compare *c, enum compare_verdict verdict, char *keyword,
                   char *instance, char *message, json_t *example)
{
	struct comparison *out = c->out;

	if (!c->widening && (verdict == COMPARE_BREAKING || out->verdict == COMPARE_COMPATIBLE))
		out->verdict = verdict;
	if (out->n == COMPARE_FINDINGS || is_known(out, keyword, instance)) {
		free(keyword);
		free(instance);
		free(message);
		return;
	}
	out->list[out->n++] = (struct compare_finding){
	    .verdict = c->widening ? COMPARE_COMPATIBLE : verdict, .keyword = keyword,
	    .instance = instance, .message = message, .example = json_incref(example)};
}

/* 1 when ${doc} tells the schemas apart; the finding is what the new one says of it. */
static int add_example(struct compare *c, json_t *doc)
{
	struct schema_errors errors;

	if (schema_validate(c->old, doc, NULL) || !schema_validate(c->new, doc, &errors))
		return 0;
	compare_found(c, COMPARE_BREAKING, mem_strdup(errors.e[errors.n - 1].keyword),
	            mem_strdup(errors.e[errors.n - 1].instance),
	            mem_strdup(errors.e[errors.n - 1].message), doc);
	schema_errors_release(&errors);
	return 1;
}

static int try_values(struct compare *c, const struct set *set, const struct item *b,
                      const struct place_in *in)
{
	json_t *values = sample_values(set, b);
	int found = 0;
	size_t i;

	for (i = 0; i < json_array_size(values) && !found; i++) {
		const json_t *v = json_array_get(values, i);
		json_t *doc;

		if (item_accepts(b, v) != 0 || !set_accepts(set, v))
			continue;
		doc = sample_document(in, v);
		found = doc && add_example(c, doc);
		json_decref(doc);
	}
	json_decref(values);
	return found;
}

int compare_miss(struct compare *c, const struct set *set, const struct item *b,
                 const struct place_in *in, const char *keyword, const char *why)
{
	struct buf place = BUF_INIT;

	if (c->quiet || (c->tried++ < MISSES_TRIED && try_values(c, set, b, in)) || c->widening)
		return 0;
	add_place(&place, in);
	compare_found(c, COMPARE_UNKNOWN, keyword_pointer(b->node, keyword), buf_detach(&place),
	            mem_strdup(why), NULL);
	return 0;
}
