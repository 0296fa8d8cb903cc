#include "args.h"
#include "base/err.h"
#include "base/mem.h"
#include "cmd.h"
#include "fields.h"
#include "idargs.h"
#include "results.h"
#include "verbs.h"

struct printing {
	struct run *r;
	int array;
	int bad; /* a task did not complete */
};

static void print_one(void *ctx, const struct id *id, const json_t *doc)
{
	struct printing *p = ctx;
	const json_t *shown = p->r->out.select ? doc : results_document(doc);
	(void)id;
	p->bad |= !results_good(doc);
	if (p->array)
		out_item(&p->r->out, shown);
	else
		out_doc(&p->r->out, shown);
	out_flush(&p->r->out);
}

static int run(struct run *r, struct err *err)
{
	size_t n = (size_t)r->argc;
	struct id *ids = mem_alloc(n * sizeof *ids);
	struct printing p = {.r = r, .array = n > 1 && r->out.format == FMT_JSON};
	struct results w = {.ids = ids, .n = n, .any = args_has(r, "any"), .closed = print_one,
	                    .ctx = &p, .limit_ms = args_num(r, "timeout", RESULTS_DEFAULT_LIMIT)};
	int rc = 0;
	if (w.any && args_has(r, "all"))
		rc = err_set(err, FAIL_USAGE, "wait: --any or --all, not both");
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = idarg(r, r->argv[i], &ids[i], err);
	if (rc == 0) {
		if (p.array)
			out_items_begin(&r->out);
		rc = results_wait(r, &w, err);
		if (p.array)
			out_items_end(&r->out);
	}
	free(ids);
	if (rc == 0 && p.bad && args_has(r, "exit-status"))
		return fail_exit(FAIL_NEGATIVE);
	return rc;
}

static const struct opt opts[] = {
	{0, "timeout", OPT_DURATION, "TIME",
	 "how long; 0 is for ever (default: one minute behind the "
	 "task's deadline)"},
	{0, "any", OPT_FLAG, NULL, "the first task that closes is enough"},
	{0, "all", OPT_FLAG, NULL, "wait for all (the default)"},
	{'e', "exit-status", OPT_FLAG, NULL, "exit 7 when a task failed, was cancelled or expired"},
	OPT_END};

const struct cmd cmd_wait = {
	.name = "wait",
	.args = "ID...",
	.summary = "wait until tasks are closed and print their results",
	.about = "The result document of each task is printed as JSON when it closes, in the "
	         "dialect in which the task came; --json=… selects from the native form. With "
	         "several ids and --json the results are one array, in order of closing.\n\n"
	         "A wait that is interrupted or whose time is up leaves the task alone; wait again "
	         "with the same id, on any day.",
	.opts = opts,
	.needs = NEED_SPOOL,
	.group = GROUP_REQUESTER,
	.first = ARG_ID,
	.rest = ARG_ID,
	.min_args = 1,
	.max_args = -1,
	.exits = "0 2 3 7 8 130",
	.examples = "erctl wait \"$id\" --timeout 15m --exit-status\n"
	            "erctl wait \"$a\" \"$b\" --any --json=id,answer",
	.fields = result_fields,
	.run = run,
};
