#include "model/taskview.h"

#include <string.h>

#include "base/buf.h"
#include "base/safe.h"
#include "json/js.h"
#include "model/dialect/dialect_p.h"
#include "model/gold.h"
#include "model/view_p.h"

json_t *taskview_result(const json_t *view)
{
	static const char *const keys[] = {"seq", "id", "state", "lane", "dialect", "closedAt", NULL};
	static const char *const of_result[] = {"answer",   "worker",    "confidence",
	                                        "evidence", "agreement", "reviewed", NULL};
	const struct dialect *d = dialect_by_name(js_str_or(view, "/dialect", ""));
	json_t *out;

	if (!state_final(taskview_state(view)) || strcmp(js_str_or(view, "/from", ""), GOLD_FROM) == 0)
		return NULL;
	out = json_object();
	js_set_str(out, "schema", "er.result.v1");
	for (size_t i = 0; keys[i]; i++)
		js_set_copy(out, keys[i], json_object_get(view, keys[i]));
	if (taskview_state(view) == ST_COMPLETED)
		for (size_t i = 0; of_result[i]; i++)
			js_set_copy(out, of_result[i],
			            json_object_get(json_object_get(view, "result"), of_result[i]));
	js_set_str(out, "reason", view_reason(view));
	if (d && d != &dialect_er)
		js_set_new(out, "document", d->result(view));
	return out;
}

/* Who has it: the one at work before one who is only asked, before one whose answer waits, else whose
 * answer stands. */
static const char *worker_of(const json_t *view)
{
	const json_t *all = json_object_get(view, "assignments"), *asked = NULL, *held = NULL;

	for (size_t i = 0; i < json_array_size(all); i++) {
		const json_t *a = json_array_get(all, i);

		if (!assignment_live(a))
			continue;
		if (json_object_get(a, "awaits"))
			held = a;
		else if (strcmp(js_str_or(a, "/state", ""), state_name(ST_OFFERED)) == 0)
			asked = a;
		else
			return js_str_or(a, "/worker", NULL);
	}
	if (!asked)
		asked = held;
	return asked ? js_str_or(asked, "/worker", NULL) : js_str_or(view, "/result/worker", NULL);
}

static void add_column(struct buf *out, const char *text, char end)
{
	if (text && text[0])
		safe_adds(out, text, SAFE_LINE);
	else
		buf_addc(out, '-');
	buf_addc(out, end);
}

void taskview_index_row(const json_t *view, struct buf *out)
{
	static const char *const before[] = {"id", "state", "lane", NULL};
	static const char *const behind[] = {"urgency",   "dueAt", "createdAt", "updatedAt",
	                                     "dialect",   "from",  "domain",    "pool", NULL};

	for (size_t i = 0; before[i]; i++)
		add_column(out, view_text(view, before[i]), '\t');
	add_column(out, worker_of(view), '\t');
	for (size_t i = 0; behind[i]; i++)
		add_column(out, view_text(view, behind[i]), '\t');
	add_column(out, view_text(view, "title"), '\n');
}
