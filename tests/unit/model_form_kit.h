/*
 * model_form_kit.h -- the schemas of tests/forms, and what tests of forms share.
 */
#ifndef MODEL_FORM_KIT_H
#define MODEL_FORM_KIT_H

#include "model_kit.h"

#include "base/safe.h"
#include "model/form/form.h"

#define FORMS "tests/forms"

KIT struct form *kit_form(const char *schema)
{
	struct err err = ERR_INIT;
	json_t *doc = kit_parse(schema), *full = schema_expand(doc, &err);
	struct form *f;

	ck_assert_msg(full != NULL, "%s: %s", schema, err.msg);
	f = form_new(full, NULL, &err);
	ck_assert_msg(f != NULL, "%s: %s", schema, err.msg);
	json_decref(doc);
	json_decref(full);
	return f;
}

KIT struct form *kit_form_file(const char *name)
{
	char path[600];
	char *text;
	struct form *f;

	snprintf(path, sizeof(path), FORMS "/%s.schema.json", name);
	text = kit_slurp(path);
	ck_assert_msg(text != NULL, "cannot open %s", path);
	f = kit_form(text);
	free(text);
	return f;
}

/* Calls ${fn} for every schema; how many there were. */
KIT size_t kit_each_form(void (*fn)(const char *name, struct form *f))
{
	DIR *d = opendir(FORMS);
	struct dirent *e;
	size_t count = 0;

	ck_assert_ptr_nonnull(d);
	while ((e = readdir(d))) {
		char name[256];
		const char *end = strstr(e->d_name, ".schema.json");
		struct form *f;

		if (!end)
			continue;
		snprintf(name, sizeof(name), "%.*s", (int)(end - e->d_name), e->d_name);
		f = kit_form_file(name);
		fn(name, f);
		form_free(f);
		count++;
	}
	closedir(d);
	return count;
}

KIT char *kit_safe(const char *s)
{
	struct buf b = BUF_INIT;

	buf_adds(&b, "");
	safe_adds(&b, s, SAFE_LINE);
	return buf_detach(&b);
}

/* xorshift: the same walk on every run */
KIT unsigned kit_random(unsigned *seed, unsigned below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 17;
	*seed ^= *seed << 5;
	return below ? *seed % below : 0;
}

static const char *const kit_texts[] = {"x", "some text", "null", "\"", "\"\"", "\"null\"",
	                                "// not a comment", "a // b", "two\nlines", "tab\there",
	                                "Zo\xc3\xab", "\xe2\x80\xae", " blank ", "...", "{", "1",
	                                "a,b"};

/* Of a field for any JSON, one that it takes. */
KIT json_t *kit_any(const struct form_field *f, unsigned *seed)
{
	static const char *const texts[] = {"{\"a\":[1,null],\"b\":\"c\"}", "[]", "\"x y\"",
	                                    "\"12\"", "12.5", "true", "null", "[{}]"};
	unsigned first = kit_random(seed, NITEMS(texts));

	for (size_t i = 0; i < NITEMS(texts); i++) {
		struct err no_matter = ERR_INIT;
		json_t *v = form_parse(f, texts[(first + i) % NITEMS(texts)], &no_matter);

		if (v)
			return v;
	}
	return NULL;
}

/* A value that ${f} may have, or at least looks like it. */
KIT json_t *kit_value(const struct form_field *f, unsigned *seed)
{
	json_t *v;

	if (f->nullable && kit_random(seed, 6) == 0)
		return json_null();
	switch (f->kind) {
	case FORM_SECTION:
		return json_object();
	case FORM_LIST:
		return json_array();
	case FORM_CHOICE:
		return json_deep_copy(f->choices[kit_random(seed, (unsigned)f->nchoices)].value);
	case FORM_CHOICES:
		v = json_array();
		for (size_t i = 0; i < f->nchoices; i++)
			if (kit_random(seed, 2))
				json_array_append(v, f->choices[i].value);
		return v;
	case FORM_BOOLEAN:
		return json_boolean(kit_random(seed, 2));
	case FORM_INTEGER:
		return f->low && kit_random(seed, 2) ? json_deep_copy(f->low)
		                                     : json_integer((int)kit_random(seed, 200) -
		                                                    100);
	case FORM_NUMBER:
		return kit_random(seed, 2) ? json_real((kit_random(seed, 2000) - 1000.0) / 8)
		                           : json_integer(kit_random(seed, 9));
	case FORM_STRING:
	case FORM_TEXT:
		return json_string(kit_texts[kit_random(seed, NITEMS(kit_texts))]);
	case FORM_VARIANT:
		return form_variant_new(f, kit_random(seed, (unsigned)f->nchild));
	case FORM_FIXED:
		return f->fallback ? json_deep_copy(f->fallback) : NULL;
	default:
		return kit_any(f, seed);
	}
}

/* One thing that a person might do. */
KIT void kit_step(const struct form *f, json_t **answer, unsigned *seed)
{
	struct form_rows rows;
	const struct form_row *row;
	char at[1200];
	json_t *v;

	form_rows(f, *answer, &rows);
	if (rows.n) {
		row = &rows.row[kit_random(seed, (unsigned)rows.n)];
		if (row->kind == ROW_ADD) {
			snprintf(at, sizeof(at), "%s/-", row->at);
			form_put_new(f, answer, at,
			             kit_value(row->field->child[row->field->nchild - 1], seed));
		} else if (row->kind == ROW_FIELD) {
			v = kit_random(seed, 6) ? kit_value(row->field, seed) : NULL;
			form_put_new(f, answer, row->at, v);
		} else if (kit_random(seed, 12) == 0) {
			form_put_new(f, answer, row->at, NULL);
		}
	}
	form_rows_release(&rows);
}

#endif
