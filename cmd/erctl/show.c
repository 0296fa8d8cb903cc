#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "evidence.h"
#include "fields.h"
#include "idargs.h"
#include "json/js.h"
#include "model/dialect.h"
#include "verdicts.h"
#include "verbs.h"

static void add_time(struct run *r, const json_t *view, const char *label, const char *pointer)
{
	char when[32];
	int64_t at;
	if (time_parse(js_str_or(view, pointer, ""), &at, NULL) == 0)
		out_field(&r->out, label, out_when(&r->out, at, now_wall_ms(), when));
}

static void show_head(struct run *r, const json_t *view)
{
	static const struct {
		const char *label, *pointer;
	} plain[] = {{"lane", "/lane"},       {"pool", "/pool"},   {"title", "/title"},
	             {"urgency", "/urgency"}, {"domain", "/domain"}, {"from", "/from"},
	             {"key", "/key"},         {"dialect", "/dialect"}, {"price (USD)", "/priceUsd"},
	             {"schema", "/responseSchema"}, {"reviews", "/reviews"}};
	char attempts[64];
	const char *state = js_str_or(view, "/state", "");
	out_field_styled(&r->out, "id", js_str_or(view, "/id", ""), STYLE_BOLD);
	out_field_styled(&r->out, "state", state, style_of_state(state));
	for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++)
		out_field(&r->out, plain[i].label, js_str_or(view, plain[i].pointer, ""));
	add_time(r, view, "created", "/createdAt");
	add_time(r, view, "due", "/dueAt");
	add_time(r, view, "expires", "/expiresAt");
	add_time(r, view, "closed", "/closedAt");
	snprintf(attempts, sizeof attempts, "%lld of %lld",
	         (long long)js_int_or(view, "/attempts", 0),
	         (long long)js_int_or(view, "/maxAttempts", 0));
	out_field(&r->out, "attempts", attempts);
}

static void show_people(struct run *r, const json_t *view)
{
	size_t i;
	json_t *a;
	struct buf b = BUF_INIT;
	json_array_foreach(json_object_get(view, "assignments"), i, a) {
		buf_clear(&b);
		buf_addf(&b, "%s %s", js_str_or(a, "/worker", "?"), js_str_or(a, "/state", ""));
		if (*js_str_or(a, "/reason", ""))
			buf_addf(&b, " (%s)", js_str_or(a, "/reason", ""));
		out_field(&r->out, i ? "" : "workers", buf_str(&b));
	}
	json_array_foreach(json_object_get(view, "comments"), i, a) {
		buf_clear(&b);
		buf_addf(&b, "comment by %s", js_str_or(a, "/from", "?"));
		out_block(&r->out, buf_str(&b), js_str_or(a, "/text", ""));
	}
	out_block(&r->out, "question to the requester", js_str_or(view, "/question/text", ""));
	buf_release(&b);
}

static void show_evidence(struct run *r, const json_t *list)
{
	struct buf words = BUF_INIT;
	size_t i;
	json_t *piece;
	json_array_foreach(list, i, piece) {
		if (i > 0)
			buf_addc(&words, '\n');
		evidence_words(piece, &words);
	}
	out_block(&r->out, "evidence", buf_str(&words));
	buf_release(&words);
}

static void show_agreement(struct run *r, const json_t *view)
{
	const json_t *a = js_at(view, "/result/agreement");
	char text[64];
	if (a) {
		snprintf(text, sizeof text, "%.3f of %lld answers",
		         json_number_value(json_object_get(a, "score")),
		         (long long)js_int_or(a, "/answers", 0));
		out_field(&r->out, "agreement", text);
	}
	if (*js_str_or(view, "/result/reviewed", ""))
		out_field(&r->out, "reviewed", js_str_or(view, "/result/reviewed", ""));
}

/* Whatever the requester wrote stands behind "| ". */
static void show_content(struct run *r, const json_t *view)
{
	size_t i;
	json_t *a;
	struct buf b = BUF_INIT;
	out_block_json(&r->out, "document", json_object_get(view, "body"));
	out_block_json(&r->out, "schema of the answer", json_object_get(view, "answerSchema"));
	json_array_foreach(json_object_get(view, "answers"), i, a) {
		buf_clear(&b);
		buf_addf(&b, "answer %lld by %s%s", (long long)js_int_or(a, "/attempt", 0),
		         js_str_or(a, "/worker", "?"),
		         json_object_get(a, "rejected") ? " (rejected)" : "");
		out_block_json(&r->out, buf_str(&b), json_object_get(a, "answer"));
		show_evidence(r, json_object_get(a, "evidence"));
		verdicts_show(r, view, a);
	}
	out_block_json(&r->out, "result", js_at(view, "/result/answer"));
	show_agreement(r, view);
	out_block(&r->out, "failure", js_str_or(view, "/failure/reason", ""));
	buf_release(&b);
}

static void show_json(struct run *r, const json_t *view)
{
	const struct dialect *d = dialect_by_name(js_str_or(view, "/dialect", "er"));
	int native = args_has(r, "native") || r->out.select || !d;
	json_t *doc = native ? json_incref((json_t *)view) : d->task(view);
	out_doc(&r->out, doc);
	json_decref(doc);
}

static int run(struct run *r, struct err *err)
{
	struct id id;
	if (idarg(r, r->argv[0], &id, err) < 0)
		return -1;
	json_t *view = idarg_view(r, &id, err);
	if (!view)
		return -1;
	if (r->out.format != FMT_TEXT || args_has(r, "native")) {
		show_json(r, view);
	} else {
		out_page(&r->out);
		show_head(r, view);
		show_people(r, view);
		show_content(r, view);
	}
	json_decref(view);
	return 0;
}

static const struct opt opts[] = {
	{0, "native", OPT_FLAG, NULL, "JSON in the native form, er.task.v1"},
	OPT_END};

const struct cmd cmd_show = {
	.name = "show",
	.args = "ID",
	.summary = "show a task as it stands",
	.about = "Of each answer there is a line for each stage of verification (er-verify(7)): "
	         "passed, failed, what it waits for, or - where it did not come so far; erctl "
	         "explain has the numbers.\n\n"
	         "With --json the task is printed in its own dialect, with --native or --json=… in "
	         "the native form. Text that came from outside stands behind \"| \", and what "
	         "could drive a terminal is shown as <U+001B>.",
	.opts = opts,
	.needs = NEED_SPOOL,
	.group = GROUP_LOOK,
	.first = ARG_ID,
	.states = ~0u,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 8",
	.examples = "erctl show 01J8\nerctl show \"$id\" --json=state,result.answer",
	.fields = task_fields,
	.run = run,
};
