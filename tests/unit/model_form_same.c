/* The same schema gives the same fields in the terminal's rows, the editor's draft and the page:
 * each output is read back by itself and compared with form_describe. */
#include "model_form_draft_reader.h"
#include "model_form_page_reader.h"

/* ---- form_describe ---- */

static char *joined(const json_t *list, const char *between)
{
	struct buf b = BUF_INIT;
	size_t i;
	json_t *v;

	buf_adds(&b, "");
	json_array_foreach(list, i, v) {
		char *safe = json_is_array(v) ? joined(v, "; and ")
		                              : kit_safe(json_string_value(v));

		buf_addf(&b, "%s%s", i ? between : "", safe);
		free(safe);
	}
	return buf_detach(&b);
}

static void mark_of(struct seen *f, int required, const json_t *needs)
{
	struct buf b = BUF_INIT;
	char *text = joined(needs, "; or if ");

	if (required)
		buf_adds(&b, "required");
	else if (needs)
		buf_addf(&b, "required if %s", text);
	else
		buf_adds(&b, "optional");
	put(&f->mark, buf_str(&b));
	free(text);
	buf_release(&b);
}

static void add_described(struct set *s, const json_t *list)
{
	size_t i, k;
	json_t *o, *c;

	json_array_foreach(list, i, o) {
		struct seen f = {.path = NULL};

		put(&f.path, js_str_or(o, "/path", "?"));
		f.label = kit_safe(js_str_or(o, "/label", "?"));
		mark_of(&f, json_is_true(json_object_get(o, "required")),
		        json_object_get(o, "requiredWhen"));
		if (json_object_get(o, "when"))
			f.when = joined(json_object_get(o, "when"), "; and ");
		json_array_foreach(json_object_get(o, "choices"), k, c) {
			char *title = kit_safe(js_str_or(c, "/title", ""));

			add_choice(&f, json_object_get(c, "value"), title);
			free(title);
		}
		set_add(s, &f);
		seen_clear(&f);
	}
}

/* ---- the terminal: everything that some answer brings up ---- */

static json_t *need_texts(const json_t *described, const char *path, const char *label)
{
	size_t i;
	json_t *o;

	json_array_foreach(described, i, o)
		if (!strcmp(js_str_or(o, "/path", "?"), path) &&
		    !strcmp(js_str_or(o, "/label", "?"), label))
			return json_object_get(o, "requiredWhen");
	return NULL;
}

static void add_field(struct set *s, const struct form_field *field, const json_t *described)
{
	struct seen f = {.path = NULL};
	json_t *when = json_array();

	put(&f.path, field->path);
	f.label = kit_safe(field->label);
	/* rows say what is required now; required_rows in model_form.c holds that to the
	   validator */
	mark_of(&f, field->required, need_texts(described, field->path, field->label));
	for (const struct form_when *w = field->when; w; w = w->next)
		json_array_append_new(when, json_string(w->text));
	if (field->when)
		f.when = joined(when, "; and ");
	for (size_t i = 0; i < field->nchoices; i++) {
		char *title = kit_safe(field->choices[i].title);

		add_choice(&f, field->choices[i].value, title);
		free(title);
	}
	set_add(s, &f);
	json_decref(when);
	seen_clear(&f);
}

static void add_rows(struct set *s, const struct form *f, const json_t *answer,
                     const json_t *described)
{
	struct form_rows rows;

	form_rows(f, answer, &rows);
	for (size_t i = 0; i < rows.n; i++) {
		const struct form_field *field = rows.row[i].field;

		ck_assert_msg(is_of(rows.row[i].at, field->path), "%s is of %s?", rows.row[i].at,
		              field->path);
		add_field(s, field, described);
		/* alternatives are what a variant offers to choose from */
		for (size_t k = 0; field->kind == FORM_VARIANT && k < field->nchild; k++)
			add_field(s, field->child[k], described);
		if (rows.row[i].kind == ROW_ADD)
			add_field(s, field->child[field->nchild - 1], described);
	}
	form_rows_release(&rows);
}

static void walk(struct set *s, const struct form *f, const json_t *described)
{
	unsigned seed = 4711;
	json_t *answer = form_initial(f);

	add_field(s, form_root(f), described); /* the heading */
	for (int step = 0; step < 1500; step++) {
		add_rows(s, f, answer, described);
		kit_step(f, &answer, &seed);
		if (!answer || step % 200 == 199) {
			json_decref(answer);
			answer = form_initial(f);
		}
	}
	json_decref(answer);
}

/* ---- all of them ---- */

static size_t fields_compared;

static void same(const char *name, struct form *f)
{
	struct set want = {json_object(), "form_describe"}, rows = {json_object(), "the terminal"};
	struct set draft = {json_object(), "the draft"}, page = {json_object(), "the page"};
	json_t *described = form_describe(f);
	struct buf text = BUF_INIT;

	add_described(&want, described);
	walk(&rows, f, described);
	compare(name, &want, &rows);
	form_draft_write(f, NULL, NULL, NULL, &text);
	read_draft(&draft, text.data);
	compare(name, &want, &draft);
	buf_clear(&text);
	form_html(f, NULL, &text);
	read_page(&page, buf_str(&text));
	compare(name, &want, &page);
	fields_compared += json_object_size(want.lines);
	buf_release(&text);
	json_decref(described);
	json_decref(want.lines);
	json_decref(rows.lines);
	json_decref(draft.lines);
	json_decref(page.lines);
}

START_TEST(same_fields)
{
	size_t n = kit_each_form(same);

	ck_assert_uint_ge(n, 24);
	ck_assert_uint_ge(fields_compared, 300);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("model_form_same");
	TCase *t = tcase_create("same");

	tcase_add_test(t, same_fields);
	tcase_set_timeout(t, 120);
	suite_add_tcase(s, t);
	return kit_run(s);
}
