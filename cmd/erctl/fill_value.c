#include "fill_p.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/safe.h"
#include "draft.h"
#include "evidence.h"
#include "json/js.h"

void fill_put_new(struct fill *f, const char *at, json_t *value)
{
	form_put_new(f->form, &f->draft->answer, at, !value && !*at ? json_null() : value);
}

static int takes_null(const struct form_field *field)
{
	return field->nullable || field->kind == FORM_JSON || field->kind == FORM_CHOICE ||
	       field->kind == FORM_FIXED || field->kind == FORM_VARIANT;
}

const json_t *fill_value(const struct fill *f, const struct fill_line *l)
{
	switch (l->what) {
	case FILL_EVIDENCE: return json_array_get(f->draft->evidence, l->index);
	case FILL_CONFIDENCE: return f->draft->confidence;
	case FILL_ADD: return NULL;
	default: break;
	}
	const json_t *v = js_at(f->draft->answer, l->at);
	/* a variant keeps the place of a member with null (form_variant_new) */
	return l->what == FILL_FIELD && json_is_null(v) && !takes_null(l->field) ? NULL : v;
}

const char *fill_pending(const struct fill *f, const struct fill_line *l)
{
	return json_string_value(json_object_get(f->draft->texts, l->at));
}

static char *show(const struct fill_line *l, const json_t *v, int words)
{
	struct buf b = BUF_INIT;
	if (!v)
		return mem_strdup("");
	if (l->field)
		return words ? form_show_words(l->field, v) : form_show(l->field, v);
	if (json_is_string(v))
		buf_adds(&b, json_string_value(v));
	else
		js_dump(&b, v, JS_COMPACT);
	return buf_detach(&b);
}

char *fill_text(const struct fill *f, const struct fill_line *l)
{
	const char *typed = fill_pending(f, l);
	return typed ? mem_strdup(typed) : show(l, fill_value(f, l), 0);
}

char *fill_words(const struct fill *f, const struct fill_line *l)
{
	const char *typed = fill_pending(f, l);
	if (typed)
		return mem_strdup(typed);
	if (l->field && l->field->kind == FORM_VARIANT) {
		int k = form_variant_at(l->field, fill_value(f, l));
		return mem_strdup(k < 0 ? "" : l->field->child[k]->label);
	}
	return show(l, fill_value(f, l), 1);
}

void fill_label(const struct fill_line *l, struct buf *out)
{
	const char *label = l->field ? l->field->label : "";
	if (l->what == FILL_EVIDENCE)
		buf_addf(out, "Evidence %zu", l->index + 1);
	else if (l->what == FILL_CONFIDENCE)
		buf_adds(out, "Confidence");
	else if ((l->item || l->what == FILL_ADD) && l->field->parent)
		buf_addf(out, "%s %zu", *label ? label : l->field->parent->label, l->index + 1);
	else
		buf_adds(out, label);
}

/* ---- changes ---- */

void fill_type(struct fill *f, const char *at, const char *text)
{
	const char *was = json_string_value(json_object_get(f->draft->texts, at));
	if (text ? was && strcmp(was, text) == 0 : !was)
		return;
	if (text)
		js_set_str(f->draft->texts, at, text);
	else
		json_object_del(f->draft->texts, at);
	f->dirty = 1;
}

static void set_extra(struct fill *f, const struct fill_line *l, json_t *value)
{
	struct draft *d = f->draft;
	if (l->what == FILL_CONFIDENCE) {
		json_decref(d->confidence);
		d->confidence = value;
		return;
	}
	if (!d->evidence)
		d->evidence = json_array();
	if (!value)
		json_array_remove(d->evidence, l->index);
	else if (l->index < json_array_size(d->evidence))
		json_array_set_new(d->evidence, l->index, value);
	else
		json_array_append_new(d->evidence, value);
}

void fill_set_new(struct fill *f, size_t i, json_t *value)
{
	const struct fill_line *l = &f->line[i];
	const struct form_field *field = l->field;
	fill_type(f, l->at, NULL);
	if (!value && field && field->kind == FORM_VARIANT && !field->key && field->parent &&
	    field->parent->kind == FORM_SECTION)
		return; /* it shares its place with other members: another one can be chosen */
	if (!value && l->item && fill_value(f, l)) {
		fill_remove_item(f, i);
		return;
	}
	if (!l->field)
		set_extra(f, l, value);
	else if (value || fill_value(f, l))
		fill_put_new(f, l->at, value);
	fill_refresh(f, 1);
}

static json_t *parse_confidence(const char *text, struct err *err)
{
	struct err why = ERR_INIT;
	json_t *v = js_parse_any(text, strlen(text), &js_limits_doc, &why);
	if (v && json_is_number(v) && json_number_value(v) >= 0 && json_number_value(v) <= 1)
		return v;
	json_decref(v);
	err_set(err, FAIL_INVALID, "confidence is a number from 0 to 1, like 0.8");
	return NULL;
}

/* As it is kept, when it would go. */
static json_t *parse_evidence(const struct fill *f, const char *text, struct err *err)
{
	json_t *item = evidence_item(text, err), *items = json_array();
	if (item)
		json_array_append(items, item);
	if (item && evidence_check(f->r, f->about->lane, items, err) < 0) {
		json_decref(item);
		item = NULL;
	}
	json_decref(items);
	return item;
}

static json_t *parse(const struct fill *f, const struct fill_line *l, const char *text,
                     struct err *err)
{
	struct err why = ERR_INIT;
	json_t *v = NULL;
	if (!utf8_valid(text, strlen(text))) {
		err_set(err, FAIL_INVALID, "that is not UTF-8");
		return NULL;
	}
	if (!*text)
		return l->field && l->required && l->field->nullable ? json_null() : NULL;
	if (l->what == FILL_CONFIDENCE)
		v = parse_confidence(text, &why);
	else if (l->what == FILL_EVIDENCE)
		v = parse_evidence(f, text, &why);
	else
		v = form_parse(l->field, text, &why);
	if (!v && why.code != FAIL_NONE)
		err_set(err, why.code, "%s", why.msg);
	return v;
}

int fill_readable(const struct fill *f, const struct fill_line *l, const char *text,
                  struct err *err)
{
	struct err why = ERR_INIT;
	json_t *v = parse(f, l, text, &why);
	json_decref(v);
	return v || why.code == FAIL_NONE ? 0 : err_set(err, why.code, "%s", why.msg);
}

/* A kind was chosen, not a whole value typed as JSON. */
static int is_start(const struct form_field *variant, const json_t *v)
{
	int k = form_variant_at(variant, v);
	json_t *start = k < 0 ? NULL : form_variant_new(variant, (size_t)k);
	int same = start && json_equal(start, v);
	json_decref(start);
	return same;
}

int fill_take(struct fill *f, size_t i, const char *text, struct err *err)
{
	const struct fill_line *l = &f->line[i];
	struct err why = ERR_INIT;
	json_t *v = parse(f, l, text, &why);
	if (!v && why.code != FAIL_NONE) {
		if (utf8_valid(text, strlen(text)))
			fill_type(f, l->at, text);
		return err_set(err, why.code, "%s", why.msg);
	}
	if (v && l->field && l->field->kind == FORM_VARIANT && is_start(l->field, v))
		fill_stash_below(f, l);
	fill_set_new(f, i, v);
	return 0;
}

int fill_settle(struct fill *f)
{
	int rc = 0;
	for (size_t i = 0; i < f->n; i++) {
		const char *typed = fill_asks(&f->line[i]) ? fill_pending(f, &f->line[i]) : NULL;
		struct err why = ERR_INIT;
		if (!typed)
			continue;
		char *text = mem_strdup(typed), *at = mem_strdup(f->line[i].at);
		if (fill_take(f, i, text, &why) < 0)
			rc = -1;
		else if (i < f->n && strcmp(f->line[i].at, at) != 0)
			i = (size_t)-1; /* lines came or went: from the start, one text fewer */
		free(text);
		free(at);
	}
	return rc;
}

/* ---- choices ---- */

size_t fill_nchoices(const struct fill_line *l)
{
	if (!fill_is_choice(l))
		return 0;
	if (l->field->kind == FORM_BOOLEAN)
		return 2;
	return l->field->kind == FORM_VARIANT ? l->field->nchild : l->field->nchoices;
}

const char *fill_choice_title(const struct fill_line *l, size_t k)
{
	if (l->field->kind == FORM_VARIANT)
		return l->field->child[k]->label;
	if (l->field->kind == FORM_BOOLEAN && l->field->nchoices != 2)
		return k == 0 ? "yes" : "no";
	return l->field->choices[k].title;
}

static json_t *choice_value(const struct fill_line *l, size_t k)
{
	if (l->field->kind == FORM_BOOLEAN && l->field->nchoices != 2)
		return json_boolean(k == 0);
	return json_incref(l->field->choices[k].value);
}

static size_t index_in(const json_t *array, const json_t *value)
{
	size_t i = 0;
	while (i < json_array_size(array) && !json_equal(json_array_get(array, i), value))
		i++;
	return i;
}

int fill_chosen(const struct fill *f, const struct fill_line *l, size_t k)
{
	const json_t *v = fill_value(f, l);
	if (!v)
		return 0;
	if (l->field->kind == FORM_VARIANT)
		return form_variant_at(l->field, v) == (int)k;
	json_t *choice = choice_value(l, k);
	int yes = l->field->kind == FORM_CHOICES ? index_in(v, choice) < json_array_size(v)
	                                         : json_equal(v, choice);
	json_decref(choice);
	return yes;
}

/* In the order of the schema, whatever the order they were picked in. */
static json_t *toggled(const struct fill *f, const struct fill_line *l, size_t k)
{
	json_t *list = json_array();
	for (size_t c = 0; c < l->field->nchoices; c++) {
		if (fill_chosen(f, l, c) != (c == k))
			json_array_append(list, l->field->choices[c].value);
	}
	if (json_array_size(list) > 0 || l->required)
		return list;
	json_decref(list);
	return NULL;
}

void fill_choose(struct fill *f, size_t i, size_t k)
{
	const struct fill_line *l = &f->line[i];
	if (l->field->kind == FORM_VARIANT) {
		fill_stash_below(f, l);
		fill_set_new(f, i, form_variant_new(l->field, k));
	} else if (l->field->kind == FORM_CHOICES) {
		fill_set_new(f, i, toggled(f, l, k));
	} else {
		fill_set_new(f, i, choice_value(l, k));
	}
}
