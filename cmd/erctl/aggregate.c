#include <math.h>
#include <stdlib.h>

#include "args.h"
#include "base/err.h"
#include "base/mem.h"
#include "cells.h"
#include "cmd.h"
#include "crowdfile.h"
#include "json/js.h"
#include "table.h"
#include "verbs.h"

struct job {
	struct crowdfile in;
	struct agg_result r;
	enum agg_method method;
	int32_t *truth, *gold; /* owned, [questions] or NULL */
	size_t unknown;        /* lines of these about questions without answers */
	uint32_t *answers;     /* [questions] how many */
	double right, judged;  /* with --truth */
};

/* ---- progress, where a person looks ---- */

static void reading(void *arg, size_t n)
{
	struct run *r = arg;

	if (r->out.tty_err && !r->out.quiet)
		fprintf(stderr, "\r%zu answers ", n);
}

static void weighing(void *arg, double done)
{
	struct run *r = arg;

	if (r->out.tty_err && !r->out.quiet)
		fprintf(stderr, "\r%3d %%                  ", (int)(done * 100));
}

static void progress_end(struct run *r)
{
	if (r->out.tty_err && !r->out.quiet)
		fputs("\r                      \r", stderr);
}

/* ---- the work ---- */

static int read_all(struct run *r, struct job *j, struct err *err)
{
	const char *truth = args_str(r, "truth", NULL), *gold = args_str(r, "gold", NULL);
	size_t unknown = 0;

	if (crowdfile_read(&j->in, r->argv[0], reading, r, err) < 0)
		return -1;
	if (truth && crowdfile_truth(&j->in, truth, &j->truth, &j->unknown, err) < 0)
		return -1;
	if (gold && crowdfile_truth(&j->in, gold, &j->gold, &unknown, err) < 0)
		return -1;
	j->unknown += unknown;
	crowdfile_sort(&j->in, j->truth, j->gold);
	return 0;
}

/* Ties count in part; questions whose truth was given away by --gold do not count. */
static void judge(struct job *j)
{
	for (uint32_t q = 0; j->truth && q < j->in.questions.n; q++) {
		int hit;
		if (j->truth[q] < 0 || j->r.label[q] == AGG_NONE || (j->gold && j->gold[q] >= 0))
			continue;
		unsigned equal = agg_tied(&j->r, q, (uint32_t)j->truth[q], &hit);
		j->right += hit ? 1.0 / equal : 0;
		j->judged++;
	}
}

static int aggregate(struct run *r, struct job *j, struct err *err)
{
	struct agg_input in = {.votes = j->in.votes, .n = j->in.n, .questions = j->in.questions.n,
	                       .workers = j->in.workers.n, .categories = j->in.categories.n,
	                       .gold = j->gold, .progress = weighing, .arg = r};

	if (agg_run(j->method, &in, &j->r, err) < 0)
		return -1;
	j->answers = mem_alloc((in.questions + (size_t)1) * sizeof *j->answers);
	for (size_t i = 0; i < in.n; i++)
		j->answers[in.votes[i].question]++;
	judge(j);
	return 0;
}

/* ---- text ---- */

static void cell_real(struct table *t, double v)
{
	char text[32];

	snprintf(text, sizeof text, "%.4f", v);
	cell_text(t, text);
}

static void print_questions(struct run *r, const struct job *j)
{
	static const char *const head[] = {"QUESTION", "LABEL", "POSTERIOR", "ANSWERS", "TIE"};
	struct table t;

	table_init(&t, head, NITEMS(head), -1);
	for (uint32_t q = 0; q < j->in.questions.n; q++) {
		cell_text(&t, intern_text(&j->in.questions, q));
		cell_text(&t, crowdfile_category(&j->in, j->r.label[q]));
		cell_real(&t, j->r.posterior[q]);
		cell_count(&t, j->answers[q]);
		cell_text(&t, j->r.tie[q] ? "tie" : "");
	}
	table_print(&t, &r->out);
	table_release(&t);
}

static void print_workers(struct run *r, const struct job *j)
{
	static const char *const head[] = {"WORKER", "ACCURACY", "5 %", "95 %", "ANSWERS"};
	struct table t;

	out_line(&r->out, "%s", "");
	table_init(&t, head, NITEMS(head), -1);
	for (uint32_t w = 0; w < j->in.workers.n; w++) {
		const struct agg_skill *s = &j->r.skill[w];
		cell_text(&t, intern_text(&j->in.workers, w));
		cell_real(&t, s->accuracy);
		cell_real(&t, s->lo);
		cell_real(&t, s->hi);
		cell_count(&t, s->answers);
	}
	table_print(&t, &r->out);
	table_release(&t);
}

static void print_text(struct run *r, const struct job *j)
{
	print_questions(r, j);
	if (args_has(r, "workers"))
		print_workers(r, j);
	if (j->truth && j->judged > 0) {
		out_line(&r->out, "%s", "");
		out_line(&r->out, "accuracy %.4f of %.0f questions", j->right / j->judged,
		         j->judged);
	}
}

/* ---- JSON ---- */

static json_t *real(double v)
{
	return json_real(round(v * 1e6) / 1e6);
}

static json_t *question_doc(const struct job *j, uint32_t q)
{
	json_t *doc = json_object();

	js_set_str(doc, "question", intern_text(&j->in.questions, q));
	js_set_str(doc, "label", crowdfile_category(&j->in, j->r.label[q]));
	js_set_new(doc, "posterior", real(j->r.posterior[q]));
	js_set_int(doc, "answers", j->answers[q]);
	js_set_new(doc, "tie", json_boolean(j->r.tie[q]));
	return doc;
}

static json_t *worker_doc(const struct job *j, uint32_t w)
{
	const struct agg_skill *s = &j->r.skill[w];
	json_t *doc = json_object(), *confusion = json_array();
	struct agg_cell cell;
	size_t at = 0;

	js_set_str(doc, "worker", intern_text(&j->in.workers, w));
	js_set_new(doc, "accuracy", real(s->accuracy));
	js_set_new(doc, "lower", real(s->lo));
	js_set_new(doc, "upper", real(s->hi));
	js_set_int(doc, "answers", s->answers);
	while (agg_confusion(&j->r, w, &at, &cell)) {
		if (cell.count < 5e-7 || cell.truth >= j->in.categories.n)
			continue;
		json_t *one = json_object();
		js_set_str(one, "truth", crowdfile_category(&j->in, cell.truth));
		js_set_str(one, "answer", crowdfile_category(&j->in, cell.answer));
		js_set_new(one, "count", real(cell.count));
		json_array_append_new(confusion, one);
	}
	js_set_new(doc, "confusion", confusion);
	return doc;
}

static json_t *summary_doc(const struct job *j)
{
	json_t *doc = json_object();

	js_set_str(doc, "schema", "er.aggregate.v1");
	js_set_str(doc, "method", agg_method_names[j->method]);
	js_set_int(doc, "answers", (int64_t)j->in.n);
	js_set_int(doc, "rounds", j->r.rounds);
	js_set_new(doc, "settled", json_boolean(j->r.settled));
	if (j->truth && j->judged > 0) {
		js_set_new(doc, "accuracy", real(j->right / j->judged));
		js_set_int(doc, "judged", (int64_t)j->judged);
	}
	return doc;
}

static void print_lines(struct run *r, const struct job *j, json_t *summary)
{
	out_items_begin(&r->out);
	for (uint32_t q = 0; q < j->in.questions.n; q++) {
		json_t *doc = question_doc(j, q);
		out_item(&r->out, doc);
		json_decref(doc);
	}
	for (uint32_t w = 0; args_has(r, "workers") && w < j->in.workers.n; w++) {
		json_t *doc = worker_doc(j, w);
		out_item(&r->out, doc);
		json_decref(doc);
	}
	out_item(&r->out, summary);
	out_items_end(&r->out);
}

static void print_json(struct run *r, const struct job *j)
{
	json_t *doc = summary_doc(j), *list;

	if (r->out.format == FMT_NDJSON) {
		print_lines(r, j, doc);
		json_decref(doc);
		return;
	}
	list = json_array();
	for (uint32_t q = 0; q < j->in.questions.n; q++)
		json_array_append_new(list, question_doc(j, q));
	js_set_new(doc, "questions", list);
	if (args_has(r, "workers")) {
		list = json_array();
		for (uint32_t w = 0; w < j->in.workers.n; w++)
			json_array_append_new(list, worker_doc(j, w));
		js_set_new(doc, "workers", list);
	}
	out_doc(&r->out, doc);
	json_decref(doc);
}

/* ---- the verb ---- */

static enum agg_method method_of(const char *name)
{
	int m = AGG_DEFAULT;

	while (m < AGG_METHODS - 1 && strcmp(agg_method_names[m], name) != 0)
		m++;
	return (enum agg_method)m;
}

static void remarks(struct run *r, const struct job *j)
{
	if (j->in.changed > 0)
		out_note(&r->out,
		         "%zu answers were given again by the same worker: the last counts",
		         j->in.changed);
	if (j->unknown > 0)
		out_note(&r->out, "%zu known truths are of questions that nobody answered",
		         j->unknown);
	if (j->truth && j->judged == 0)
		out_warn(&r->out, "no question has a truth to compare with");
	if (!j->r.settled)
		out_remark(&r->out, "still moving after %u rounds", j->r.rounds);
	if (j->in.n == 0)
		out_remark(&r->out, "there are no answers");
}

static int run(struct run *r, struct err *err)
{
	struct job j = {.method = method_of(args_str(r, "method", agg_method_names[AGG_DEFAULT]))};
	int rc = read_all(r, &j, err);

	rc = rc == 0 ? aggregate(r, &j, err) : -1;
	progress_end(r);
	if (rc == 0) {
		if (r->out.format == FMT_TEXT)
			print_text(r, &j);
		else
			print_json(r, &j);
		remarks(r, &j);
	}
	agg_release(&j.r);
	crowdfile_release(&j.in);
	free(j.truth);
	free(j.gold);
	free(j.answers);
	return rc;
}

static const struct opt opts[] = {
	{0, "method", OPT_ENUM, "default|ds|majority|weighted", "how to weigh the answers"},
	{0, "truth", OPT_FILE, "FILE.csv", "question,truth: print how many labels are right"},
	{0, "gold", OPT_FILE, "FILE.csv",
	 "question,truth that are known beforehand: workers are measured by them"},
	{0, "workers", OPT_FLAG, NULL, "the skill of each worker, too"},
	OPT_END};

const struct cmd cmd_aggregate = {
	.name = "aggregate",
	.args = "FILE.csv|-",
	.summary = "what the answers of many workers say together",
	.about = "Reads a CSV file with a header that has the columns question, worker and answer "
	         "(in any order, beside others), and prints for each question the label, how "
	         "likely it is, and how many answered. Needs no spool. Answers are categories: any "
	         "text. A worker who answers a question again has changed their mind, the last "
	         "counts.\n\n"
	         "majority counts votes; weighted gives each worker one weight by how often they "
	         "are right; ds is Dawid and Skene's method of 1979, a confusion table per worker; "
	         "default is the average of the votes and of four confusion models that shrink to "
	         "what the crowd does where a worker is little known. Of equally likely categories "
	         "the first in order is taken and marked as a tie; in the accuracy of --truth it "
	         "counts in part.\n\n"
	         "--workers adds each worker's accuracy with the bounds that it is between with 90 "
	         "%, and with --json the confusion table. With --ndjson a line is a question, a "
	         "worker or, last, the summary.",
	.opts = opts,
	.group = GROUP_LOOK,
	.first = ARG_FILE,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 5",
	.examples = "erctl aggregate answers.csv\n"
	            "erctl aggregate answers.csv --method ds --truth truth.csv --workers\n"
	            "zcat answers.csv.gz | erctl aggregate - --ndjson | jq -r "
	            "'select(.tie).question'",
	.run = run,
};
