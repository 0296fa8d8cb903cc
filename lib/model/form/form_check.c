/* model/form/form_check.c -- the validator's errors, at the fields they are about. */
#include "model/form/form_p.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "json/js.h"

#define NEEDS "needs the field \""

static int ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n >= m && !strcmp(s + n - m, end);
}

static void put(char **slot, char *text)
{
	free(*slot);
	*slot = text;
}

/* An object lacks a member: the error is that member's. */
static int move_to_member(struct schema_error *e)
{
	const char *name = e->message + strlen(NEEDS), *end;
	struct buf at = BUF_INIT;
	char *key;

	if (strncmp(e->message, NEEDS, strlen(NEEDS)) != 0)
		return 0;
	end = strstr(name, "\", because \"");
	if (!end)
		end = name + strlen(name) - 1;
	key = mem_strndup(name, (size_t)(end - name));
	buf_adds(&at, e->instance);
	js_pointer_add(&at, key);
	put(&e->message, mem_strdup("is required"));
	put(&e->instance, buf_detach(&at));
	free(key);
	return 1;
}

/* null in a field that does not know it: nothing was filled in. */
static int is_unfilled(const struct form *f, const json_t *answer, const char *at)
{
	const json_t *v = js_at(answer, at);
	const struct field *field;

	if (!v || !json_is_null(v))
		return 0;
	field = field_at(f, answer, at);
	return field && !field_takes(&field->f, v);
}

static void remove_at(struct schema_errors *errors, size_t i)
{
	free(errors->e[i].instance);
	free(errors->e[i].keyword);
	free(errors->e[i].message);
	memmove(&errors->e[i], &errors->e[i + 1], (errors->n - i - 1) * sizeof(errors->e[0]));
	errors->n--;
	errors->total--;
}

static int is_double(const struct schema_errors *errors, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!strcmp(errors->e[k].instance, errors->e[i].instance) &&
		    !strcmp(errors->e[k].message, errors->e[i].message))
			return 1;
	return 0;
}

/* The alternatives that an error says none of fits, and which one is meant. */
struct alternatives {
	struct schema *const *spread;
	const struct form_field *variant;
	size_t n;
	int chosen; /* -1: none yet */
};

static const struct schema *test_of(const struct alternatives *a, size_t i)
{
	return a->variant ? inside(a->variant->child[i])->test : a->spread[i];
}

static void of_variant(struct alternatives *a, const struct form_field *variant, const json_t *v)
{
	*a = (struct alternatives){.variant = variant, .n = variant->nchild,
	                           .chosen = form_variant_at(variant, v)};
}

static void of_spread(struct alternatives *a, const struct spread *s, const json_t *v)
{
	*a = (struct alternatives){.spread = s->test, .n = s->n, .chosen = -1};
	for (size_t i = 0; i < s->n; i++)
		if (schema_validate(s->meant[i]->test, v, NULL) == 0)
			a->chosen = (int)i;
}

static int find_alternatives(const struct form *f, const json_t *answer, const struct schema_error *e,
                             struct alternatives *out)
{
	const json_t *v = js_at(answer, e->instance);
	const struct field *field = NULL;

	if (v && (ends_with(e->keyword, "/oneOf") || ends_with(e->keyword, "/anyOf")))
		field = field_at(f, answer, e->instance);
	if (!field)
		return 0;
	if (field->f.kind == FORM_VARIANT) {
		of_variant(out, &field->f, v);
		return 1;
	}
	for (size_t i = 0; i < field->f.nchild; i++)
		if (!field->f.child[i]->key && field->f.child[i]->kind == FORM_VARIANT) {
			of_variant(out, field->f.child[i], v);
			return 1;
		}
	if (field->spread)
		of_spread(out, field->spread, v);
	return field->spread != NULL;
}

/* The validator may have explained the alternative that it thinks is meant: its errors follow number
 * ${i}.  How many they are, when they are those of ${test}. */
static size_t explained(const struct schema_errors *errors, size_t i, const struct schema *test,
                        const json_t *v)
{
	size_t base = strlen(errors->e[i].instance), k = 0;
	struct schema_errors own = {.n = 0};

	schema_validate(test, v, &own);
	while (k < own.n && i + 1 + k < errors->n && errors->e[i + 1 + k].message &&
	       strlen(errors->e[i + 1 + k].instance) >= base &&
	       !strcmp(errors->e[i + 1 + k].instance + base, own.e[k].instance) &&
	       !strcmp(errors->e[i + 1 + k].message, own.e[k].message))
		k++;
	k = k == own.n ? k : 0;
	schema_errors_release(&own);
	return k;
}

static void forget(struct schema_errors *errors, size_t from, size_t n)
{
	for (size_t k = from; k < from + n; k++)
		put(&errors->e[k].message, NULL);
}

/* ${seen}: not to be explained themselves, being about the same choice. */
static void append(struct schema_errors *errors, size_t i, const struct schema *test,
                   const json_t *v, char *seen)
{
	struct schema_errors own = {.n = 0};

	schema_validate(test, v, &own);
	for (size_t k = 0; k < own.n && errors->n < SCHEMA_MAX_ERRORS; k++) {
		struct schema_error *e = &errors->e[errors->n++];
		struct buf at = BUF_INIT;

		errors->total++;
		seen[errors->n - 1] = !*own.e[k].instance;
		buf_addf(&at, "%s%s", errors->e[i].instance, own.e[k].instance);
		*e = (struct schema_error){.instance = buf_detach(&at),
		                           .keyword = mem_strdup(own.e[k].keyword),
		                           .message = mem_strdup(own.e[k].message)};
	}
	if (own.n)
		put(&errors->e[i].message, NULL);
	schema_errors_release(&own);
}

/* "fits none": in its place what is wrong with the alternative that was chosen. */
static void explain(const struct form *f, const json_t *answer, struct schema_errors *errors,
                    size_t i, char *seen)
{
	const json_t *v = js_at(answer, errors->e[i].instance);
	struct alternatives a;

	if (!errors->e[i].message || !find_alternatives(f, answer, &errors->e[i], &a))
		return;
	for (size_t k = 0; k < a.n; k++) {
		size_t n = explained(errors, i, test_of(&a, k), v);

		if (n && (int)k == a.chosen) {
			put(&errors->e[i].message, NULL);
			return;
		}
		forget(errors, i + 1, n);
		if (n)
			break;
	}
	if (a.chosen >= 0)
		append(errors, i, test_of(&a, (size_t)a.chosen), v, seen);
	else if (a.variant || errors->total > errors->n || errors->n == 1)
		put(&errors->e[i].message, mem_strdup("choose one, and fill it in"));
	else
		put(&errors->e[i].message, NULL); /* the choice itself lacks, and is told */
}

size_t form_check(const struct form *f, const json_t *answer, struct schema_errors *errors)
{
	json_t *given = answer ? json_incref((json_t *)answer)
	                : f->root->f.kind == FORM_SECTION ? json_object() : json_null();

	char seen[SCHEMA_MAX_ERRORS] = {0};
	size_t invalid;

	errors->n = errors->total = 0;
	invalid = schema_validate(f->schema, given, errors);
	/* what is appended on the way is looked at, too */
	for (size_t i = 0; i < errors->n; i++)
		if (!seen[i])
			explain(f, given, errors, i, seen);
	for (size_t i = 0; i < errors->n; i++) {
		struct schema_error *e = &errors->e[i];

		if (e->message && !move_to_member(e) && is_unfilled(f, given, e->instance))
			put(&e->message, mem_strdup("is required"));
	}
	for (size_t i = errors->n; i-- > 0;)
		if (!errors->e[i].message)
			remove_at(errors, i);
	for (size_t i = errors->n; i-- > 0;)
		if (is_double(errors, i))
			remove_at(errors, i);
	if (invalid && !errors->n)
		schema_validate(f->schema, given, errors); /* as it is, rather than nothing */
	json_decref(given);
	return errors->total;
}
