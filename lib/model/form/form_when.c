/* model/form/form_when.c -- conditions: a test, and a sentence about it for people. */
#include "model/form/form_p.h"

#include "base/buf.h"
#include "base/mem.h"
#include "json/js.h"

enum { TEXT_MAX = 300 };

static void add_test(const struct build *b, const json_t *test, int negate,
                     struct buf *out);

size_t path_tokens(const char *path)
{
	size_t n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

/* ---- the sentence ---- */

static void add_value(struct buf *out, const json_t *v)
{
	if (json_is_string(v) && json_string_length(v) && json_string_length(v) <= 60)
		buf_adds(out, json_string_value(v));
	else if (json_is_boolean(v))
		buf_adds(out, json_is_true(v) ? "yes" : "no");
	else if (json_is_object(v) || json_is_array(v))
		buf_adds(out, "a certain value");
	else
		js_dump(out, v, JS_COMPACT);
}

static void add_values(struct buf *out, const json_t *list)
{
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n && i < 6; i++) {
		buf_adds(out, i == 0 ? "" : i + 1 == n ? " or " : ", ");
		add_value(out, json_array_get(list, i));
	}
	if (n > 6)
		buf_adds(out, " or others");
}

static int add_bound(struct buf *out, const json_t *s, int negate)
{
	static const struct {
		const char *key, *yes, *no;
	} bounds[] = {{"minimum", "at least", "less than"},
	              {"maximum", "at most", "more than"},
	              {"exclusiveMinimum", "more than", "at most"},
	              {"exclusiveMaximum", "less than", "at least"}};

	for (size_t i = 0; i < NITEMS(bounds); i++) {
		const json_t *v = json_object_get(s, bounds[i].key);

		if (!json_is_number(v))
			continue;
		buf_addf(out, " is %s ", negate ? bounds[i].no : bounds[i].yes);
		js_dump(out, v, JS_COMPACT);
		return 1;
	}
	return 0;
}

/* "decision is reject" */
static void add_member(struct buf *out, const char *name, const json_t *s, int negate)
{
	const json_t *v = json_object_get(s, "const"), *list = json_object_get(s, "enum");

	if (json_is_object(json_object_get(s, "not")) && json_object_size(s) == 1) {
		add_member(out, name, json_object_get(s, "not"), !negate);
		return;
	}
	buf_adds(out, name);
	if (v || json_array_size(list) == 1) {
		buf_adds(out, negate ? " is not " : " is ");
		add_value(out, v ? v : json_array_get(list, 0));
	} else if (json_is_array(list)) {
		buf_adds(out, negate ? " is none of " : " is ");
		add_values(out, list);
	} else if (add_bound(out, s, negate)) {
		return;
	} else if (json_object_get(s, "contains")) {
		const json_t *c = json_object_get(s, "contains");

		buf_adds(out, negate ? " does not contain " : " contains ");
		if (json_object_get(c, "const"))
			add_value(out, json_object_get(c, "const"));
		else
			buf_adds(out, "certain items");
	} else {
		buf_adds(out, negate ? " is not as needed for this" : " is as needed for this");
	}
}

/* The member's title where the schema has it, else its key in words. */
static void name_of(const struct build *b, const char *key, struct buf *out)
{
	for (size_t i = 0; b->host && i < b->host->n; i++) {
		const json_t *props = json_object_get(b->host->part[i].spot.json, "properties");
		const json_t *title = json_object_get(json_object_get(props, key), "title");

		if (json_string_length(title)) {
			buf_adds(out, json_string_value(title));
			return;
		}
	}
	words_of_key(out, key);
}

static int only_required(const json_t *test)
{
	return json_is_array(json_object_get(test, "required")) &&
	       !json_object_size(json_object_get(test, "properties"));
}

static size_t add_required(const struct build *b, const json_t *test, int negate,
                           struct buf *out)
{
	const json_t *list = json_object_get(test, "required");
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n; i++) {
		const char *key = json_string_value(json_array_get(list, i));

		buf_adds(out, i ? (negate ? " or " : " and ") : "");
		if (key)
			name_of(b, key, out);
		buf_adds(out, negate ? " is not given" : " is given");
	}
	return n;
}

static size_t add_members(const struct build *b, const json_t *test, int negate,
                          struct buf *out)
{
	json_t *props = json_object_get(test, "properties");
	size_t n = 0;

	for (void *it = json_object_iter(props); it; it = json_object_iter_next(props, it)) {
		struct buf name = BUF_INIT;

		name_of(b, json_object_iter_key(it), &name);
		buf_adds(out, n++ ? (negate ? " or " : " and ") : "");
		add_member(out, buf_str(&name), json_object_iter_value(it), negate);
		buf_release(&name);
	}
	return n;
}

static size_t add_list(const struct build *b, const json_t *list,
                       const char *between, int negate, struct buf *out)
{
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n && i < 4; i++) {
		buf_adds(out, i ? between : "");
		add_test(b, json_array_get(list, i), negate, out);
	}
	return n;
}

static void add_test(const struct build *b, const json_t *test, int negate,
                     struct buf *out)
{
	const json_t *not = json_object_get(test, "not");
	size_t n = 0;

	if (out->len > TEXT_MAX)
		return;
	if (json_is_object(not) && !json_object_get(test, "properties")) {
		add_test(b, not, !negate, out);
		return;
	}
	if (json_object_size(json_object_get(test, "properties")))
		n = add_members(b, test, negate, out);
	else if (only_required(test))
		n = add_required(b, test, negate, out);
	else if (json_array_size(json_object_get(test, "anyOf")))
		n = add_list(b, json_object_get(test, "anyOf"), negate ? " and " : " or ",
		             negate, out);
	else if (json_array_size(json_object_get(test, "allOf")))
		n = add_list(b, json_object_get(test, "allOf"), negate ? " or " : " and ",
		             negate, out);
	if (!n)
		buf_adds(out, negate ? "other answers do not ask for something else"
		                     : "other answers ask for it");
}

/* ---- making one ---- */

static const struct form_when *when_new(struct build *b, struct schema *test, json_t *json,
                                        const char *path, int negate, struct buf *text,
                                        const struct form_when *up)
{
	struct when *w;

	if (test) {
		w = arena_alloc(&b->form->arena, sizeof(*w));
		w->w = (struct form_when){.at = keep_text(b->form, path), .test = test,
		                          .negate = negate, .next = up};
		w->w.text = keep_text(b->form, buf_str(text));
		w->level = path_tokens(path);
		w->id = b->form->nwhens++;
		w->json = json ? form_keep_new(b->form, json) : NULL;
	} else {
		json_decref(json);
		w = NULL;
	}
	buf_release(text);
	return w ? &w->w : NULL;
}

const struct form_when *when_schema(struct build *b, const struct spot *spot, const char *path,
                                    int negate, const struct form_when *up)
{
	struct buf text = BUF_INIT;
	struct parts p = {.n = 0};
	struct if_test *own = &b->last_if;

	/* "then" and "else" share one test: that they exclude each other can be seen */
	if (own->of != spot->json || !own->test) {
		own->of = spot->json;
		own->test = spot_compile(b, spot, &own->json);
		if (own->json)
			form_keep_new(b->form, own->json);
	}

	/* a test by reference is described by what it refers to */
	if (json_object_get(spot->json, "$ref")) {
		gather(b, spot, path, NULL, &p);
		for (size_t i = 0; i < p.n && !text.len; i++)
			if (json_object_get(p.part[i].spot.json, "properties"))
				add_test(b, p.part[i].spot.json, negate, &text);
		parts_release(&p);
	}
	if (!text.len)
		add_test(b, spot->json, negate, &text);
	return when_new(b, own->test, json_incref(own->json), path, negate, &text, up);
}

const struct form_when *when_member(struct build *b, const struct spot *near, const char *path,
                                    const char *key, const json_t *value,
                                    const struct form_when *up)
{
	json_t *doc = json_object(), *required = json_array(), *props;
	struct buf text = BUF_INIT, name = BUF_INIT;
	struct schema *test;

	json_array_append_new(required, json_string(key));
	js_set_new(doc, "required", required);
	name_of(b, key, &name);
	if (value) {
		props = json_object();
		js_set_new(props, key, json_deep_copy(value));
		js_set_new(doc, "properties", props);
		add_member(&text, buf_str(&name), value, 0);
	} else {
		buf_addf(&text, "%s is given", buf_str(&name));
	}
	buf_release(&name);
	test = spot_compile_own(b, near->scope, json_incref(doc));
	return when_new(b, test, doc, path, 0, &text, up);
}
