/* json/logic/val.c -- a value while a rule runs. */
#include "json/logic/val.h"

#include <math.h>

#include "base/mem.h"
#include "json/logic/logic.h"

struct val val_borrow(const json_t *v)
{
	struct val out = VAL_INIT;

	switch (v ? json_typeof(v) : JSON_NULL) {
	case JSON_NULL:
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		out.kind = VAL_BOOL;
		out.b = json_is_true(v);
		break;
	case JSON_INTEGER:
		out.kind = VAL_INT;
		out.i = json_integer_value(v);
		break;
	case JSON_REAL:
		out.kind = VAL_REAL;
		out.d = json_real_value(v);
		break;
	default:
		out.kind = VAL_JSON;
		out.j = (json_t *)v;
	}
	return out;
}

struct val val_ref(const struct val *v)
{
	if (v->kind == VAL_JSON)
		json_incref(v->j);
	return *v;
}

struct val val_bool(int b)
{
	return (struct val){.kind = VAL_BOOL, .b = b != 0};
}

struct val val_new(json_t *j, unsigned nest)
{
	if (!j)
		mem_oom();
	return (struct val){.kind = VAL_JSON, .nest = nest, .j = j};
}

void val_drop(struct val *v)
{
	if (v->kind == VAL_JSON)
		json_decref(v->j);
	v->kind = VAL_NULL;
	v->nest = 0;
}

json_t *val_take_json(struct val *v)
{
	json_t *j = NULL;

	switch (v->kind) {
	case VAL_NULL:
		return json_null();
	case VAL_BOOL:
		return json_boolean(v->b);
	case VAL_INT:
		j = json_integer(v->i);
		break;
	case VAL_REAL:
		j = isfinite(v->d) ? json_real(v->d) : json_null();
		break;
	case VAL_JSON:
		j = v->j;
	}
	v->kind = VAL_NULL;
	if (!j)
		mem_oom();
	return j;
}

int val_truthy(const struct val *v)
{
	switch (v->kind) {
	case VAL_NULL:
		return 0;
	case VAL_BOOL:
		return v->b;
	case VAL_INT:
		return v->i != 0;
	case VAL_REAL:
		return v->d != 0 && !isnan(v->d);
	case VAL_JSON:
		break;
	}
	if (json_is_string(v->j))
		return json_string_length(v->j) > 0;
	return !json_is_array(v->j) || json_array_size(v->j) > 0;
}

int logic_truthy(const json_t *v)
{
	struct val borrowed = val_borrow(v);

	return val_truthy(&borrowed);
}
