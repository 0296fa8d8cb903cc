/* The documents of the journal that a decision wants to see (engine/decide.h, input_needs). */
#include "erd.h"

#include "engine/world.h"
#include "json/js.h"

static int committed(const struct journal_pos *end, const struct journal_pos *p)
{
	return p->segment < end->segment || (p->segment == end->segment && p->offset < end->offset);
}

/* What came in the same pass is committed first: only then can it be read. */
static int make_readable(struct erd *e, const struct input_docs *need, struct err *err)
{
	struct journal_pos end = journal_mark(e->journal).next;
	int all = committed(&end, &need->created) &&
	          (!need->verdict.length || committed(&end, &need->verdict));

	for (size_t i = 0; i < need->n; i++)
		all &= committed(&end, &need->answers[i]);
	return all ? 0 : record_commit(e, err);
}

static const json_t *load(struct erd *e, struct docs *d, struct journal_pos at, struct err *err)
{
	json_t *line = journal_read(e->journal, at, err);

	if (!line)
		return NULL;
	d->line[d->n++] = line;
	return json_object_get(line, "data");
}

int docs_load(struct erd *e, struct input *in, struct docs *d, struct err *err)
{
	struct input_docs need;

	d->n = 0;
	if (!input_needs(e->world, in, &need))
		return 0;
	if (make_readable(e, &need, err) != 0 || !(in->created = load(e, d, need.created, err)))
		return -1;
	for (size_t i = 0; i < need.n; i++)
		if (!(in->answers[i] = load(e, d, need.answers[i], err)))
			return -1;
	if (need.verdict.length && !(in->verdict = load(e, d, need.verdict, err)))
		return -1;
	return 0;
}

void docs_release(struct docs *d)
{
	while (d->n > 0)
		json_decref(d->line[--d->n]);
}
