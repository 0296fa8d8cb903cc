/* model/form/form_put.c -- changing an answer. */
#include "model/form/form_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/js.h"

enum { STEPS_MAX = 80 };

/* One step on the way to the value. */
struct hop {
	json_t *holder;             /* object or array; borrowed */
	const struct form_field *f; /* of the holder, or NULL: unknown to the form */
	char *token;
};

struct way {
	struct hop hop[STEPS_MAX];
	size_t n;
};

static int is_index(const char *token)
{
	size_t n = strlen(token);

	return !strcmp(token, "-") || (n && n < 8 && strspn(token, "0123456789") == n);
}

static size_t index_of(const json_t *array, const char *token)
{
	size_t i = 0;

	if (*token == '-')
		return json_array_size(array);
	while (*token)
		i = i * 10 + (size_t)(*token++ - '0');
	return i < json_array_size(array) ? i : json_array_size(array);
}

static json_t *get(const json_t *holder, const char *token)
{
	if (json_is_array(holder))
		return is_index(token) ? json_array_get(holder, index_of(holder, token)) : NULL;
	return json_object_get(holder, token);
}

static void set_new(json_t *holder, const char *token, json_t *v)
{
	size_t i;

	if (json_is_object(holder)) {
		js_set_new(holder, token, v);
		return;
	}
	i = is_index(token) ? index_of(holder, token) : json_array_size(holder);
	if (i < json_array_size(holder) ? json_array_set_new(holder, i, v)
	                                : json_array_append_new(holder, v))
		mem_oom();
}

static void unset(json_t *holder, const char *token)
{
	if (json_is_object(holder))
		json_object_del(holder, token);
	else if (is_index(token))
		json_array_remove(holder, index_of(holder, token));
}

/* Through variants to what holds members or items. */
static const struct form_field *holder_field(const struct form_field *f, const json_t *v,
                                             const char *token)
{
	while (f && f->kind == FORM_VARIANT) {
		int i = form_variant_at(f, v);
		const struct form_field *next = i >= 0 ? f->child[i] : NULL;

		for (size_t k = 0; !next && k < f->nchild; k++)
			if (f->child[k]->kind == FORM_SECTION ? field_member(f->child[k], token) != NULL
			                                      : f->child[k]->kind == FORM_LIST)
				next = f->child[k];
		f = next;
	}
	return f;
}

static const struct form_field *below(const struct form_field *f, const json_t *v,
                                      const char *token)
{
	const struct field *found = NULL;

	f = holder_field(f, v, token);
	if (!f)
		return NULL;
	if (f->kind == FORM_LIST && is_index(token))
		found = list_item(f, *token == '-' ? json_array_size(v)
		                                   : (size_t)strtoul(token, NULL, 10));
	if (f->kind != FORM_SECTION)
		return found ? &found->f : NULL;
	found = field_member(f, token);
	for (size_t i = 0; !found && i < f->nchild; i++)
		if (!f->child[i]->key) {
			const struct form_field *deeper = below(f->child[i], v, token);

			if (deeper)
				return deeper;
		}
	return found ? &found->f : NULL;
}

/* What holds ${token} there: an array for lists, else an object. */
static json_t *holder_new(const struct form_field *f, const char *token)
{
	f = holder_field(f, NULL, token);
	if (f && f->kind == FORM_LIST)
		return json_array();
	if (f && f->kind == FORM_SECTION)
		return json_object();
	return !strcmp(token, "-") ? json_array() : json_object();
}

static void way_release(struct way *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->hop[i].token);
}

/* Walk ${at} from ${root}; ${make}: what lacks on the way is made.  0: it ends too early. */
static int way_find(struct way *w, const struct form *f, json_t *root, const char *at, int make)
{
	const struct form_field *field = &f->root->f;
	json_t *holder = root;
	struct buf token = BUF_INIT;
	int ok = 1;

	w->n = 0;
	while (ok && w->n < STEPS_MAX && pointer_next(&at, &token)) {
		struct hop *h = &w->hop[w->n++];
		json_t *next;

		*h = (struct hop){.holder = holder, .f = field, .token = mem_strdup(buf_str(&token))};
		field = below(field, holder, h->token);
		buf_clear(&token);
		if (!*at)
			break;
		next = get(holder, h->token);
		if (make && !json_is_object(next) && !json_is_array(next)) {
			const char *peek = at;

			pointer_next(&peek, &token);
			next = holder_new(field, buf_str(&token));
			set_new(holder, h->token, next);
			buf_clear(&token);
		}
		ok = json_is_object(next) || json_is_array(next);
		holder = next;
	}
	buf_release(&token);
	return ok && !*at;
}

/* Items of lists stay, whatever they hold: only people remove them. */
static void prune(const struct way *w)
{
	for (size_t i = w->n; i-- > 1;) {
		const struct hop *up = &w->hop[i - 1];
		const json_t *v = w->hop[i].holder;
		size_t left = json_is_array(v) ? json_array_size(v) : json_object_size(v);

		if (left || json_is_array(up->holder) || (w->hop[i].f && w->hop[i].f->required))
			return;
		unset(up->holder, up->token);
	}
}

void form_put_new(const struct form *f, json_t **answer, const char *at, json_t *value)
{
	struct way w;
	const char *peek = at;
	struct buf token = BUF_INIT;

	if (!*at) {
		json_decref(*answer);
		*answer = value;
		return;
	}
	if (value && !json_is_object(*answer) && !json_is_array(*answer)) {
		json_decref(*answer);
		pointer_next(&peek, &token);
		*answer = holder_new(&f->root->f, buf_str(&token));
		buf_release(&token);
	}
	if (!way_find(&w, f, *answer, at, value != NULL) || !w.n) {
		json_decref(value);
	} else if (value) {
		set_new(w.hop[w.n - 1].holder, w.hop[w.n - 1].token, value);
	} else {
		unset(w.hop[w.n - 1].holder, w.hop[w.n - 1].token);
		prune(&w);
	}
	way_release(&w);
}

const struct field *field_at(const struct form *f, const json_t *answer, const char *at)
{
	const struct form_field *field = &f->root->f;
	const json_t *v = answer;
	struct buf token = BUF_INIT;

	while (field && pointer_next(&at, &token)) {
		field = below(field, v, buf_str(&token));
		v = v ? get(v, buf_str(&token)) : NULL;
		buf_clear(&token);
	}
	buf_release(&token);
	return field ? inside(field) : NULL;
}

/* ---- the first answer ---- */

static int is_there(const json_t *answer, const char *at)
{
	const json_t *v = js_at(answer, at);

	return v && !json_is_null(v);
}

static json_t *first_value(const struct form_field *f, int required)
{
	if (!f->fallback || f->decision || (json_is_null(f->fallback) && f->kind != FORM_FIXED))
		return NULL;
	/* an object that is there makes its members required */
	if (!required && json_is_object(f->fallback) && !json_object_size(f->fallback))
		return NULL;
	return json_deep_copy(f->fallback);
}

json_t *form_initial(const struct form *f)
{
	enum { ROUNDS = 8 }; /* a default may show further fields */
	json_t *answer = f->root->f.kind == FORM_SECTION ? json_object()
	                 : f->root->f.kind == FORM_LIST  ? json_array()
	                                                 : json_null();
	int changed = 1;

	for (int round = 0; changed && round < ROUNDS; round++) {
		struct rows_active r;

		changed = 0;
		rows_active(f, answer, &r);
		for (size_t i = 0; i < r.rows.n; i++) {
			const struct form_row *row = &r.rows.row[i];
			json_t *v;

			if (row->kind == ROW_ADD || !r.active[i] || is_there(answer, row->at))
				continue;
			v = first_value(row->field, row->required);
			changed |= v != NULL;
			if (v)
				form_put_new(f, &answer, row->at, v);
		}
		rows_active_release(&r);
	}
	return answer;
}
