/*
 * What the answers of a task must meet, and how they are taken apart: found once for each decision, beside
 * the compiled schema, which stays for as long as tasks have it.
 */
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "engine/reputation.h"
#include "engine/stages.h"
#include "engine/verify/combine.h"
#include "engine/world.h"
#include "json/js.h"
#include "json/schema/schema.h"
#include "model/contract.h"

/* A named schema stands beside the spec as it was then. */
const json_t *answer_schema(const struct answered *v)
{
	const json_t *s = json_object_get(v->in->created, "answerSchema");

	if (!s)
		s = json_object_get(json_object_get(v->in->created, "spec"), "schema");
	return json_is_null(s) ? NULL : s;
}

int answer_contract(struct answered *v, struct err *err)
{
	const json_t *doc = answer_schema(v);

	v->contract = doc ? contract_compiled(v->w->config, doc, err) : NULL;
	return doc && !v->contract ? -1 : 0;
}

int answer_meets(const struct answered *v, const json_t *answer)
{
	return !v->contract || schema_validate(v->contract->schema, answer, NULL) == 0;
}

int plan_is_category(const struct combine_plan *plan, size_t i)
{
	return plan->field[i].kind == COMBINE_CATEGORY &&
	       combine_categories(&plan->field[i]) <= CATEGORIES_MAX;
}

static json_t *learn_fields(const struct combine_plan *plan)
{
	json_t *fields = json_array();

	for (size_t i = 0; i < plan->n && json_array_size(fields) < BALLOTS_MAX; i++) {
		if (!plan_is_category(plan, i))
			continue;
		json_t *one = json_object();
		js_set_str(one, "at", plan->field[i].pointer);
		js_set_int(one, "k", combine_categories(&plan->field[i]));
		json_array_append_new(fields, one);
	}
	return fields;
}

static struct answer_plan *plan_new(const json_t *schema)
{
	struct answer_plan *p = mem_alloc(sizeof(*p));

	p->plan = mem_alloc(sizeof(*p->plan));
	combine_plan(schema, p->plan);
	p->fields = learn_fields(p->plan);
	return p;
}

void answer_plan_free(struct answer_plan *p)
{
	if (!p)
		return;
	combine_release(p->plan);
	free(p->plan);
	json_decref(p->fields);
	free(p);
}

static void drop(void *plan)
{
	answer_plan_free(plan);
}

const struct answer_plan *answer_plan(const struct answered *v, struct answer_plan **own)
{
	struct compiled *c = v->contract;

	*own = NULL;
	if (!c)
		return *own = plan_new(answer_schema(v));
	if (!c->beside) {
		c->beside = plan_new(answer_schema(v));
		c->drop = drop;
	}
	return c->beside;
}
