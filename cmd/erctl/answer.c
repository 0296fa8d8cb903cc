#include "answering.h"
#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "draft.h"
#include "evidence.h"
#include "idargs.h"
#include "input.h"
#include "json/js.h"
#include "model/state.h"
#include "model/taskview.h"
#include "setting.h"
#include "tui.h"
#include "verb_message.h"
#include "verbs.h"
#include "waiter.h"

/* One answer on its way. */
struct job {
	struct run *r;
	struct id task;
	char id[ID_TEXT_MAX];
	json_t *view;        /* owned, or NULL: erd has not taken the task yet */
	int mine;            /* the task is with this worker */
	struct answering a;
	struct draft d;
	const char *file;    /* "-": standard input; NULL: none */
	int ask, edit;       /* where the answer comes from, when from nothing named */
};

/* ---- the task ---- */

/* For the checks of an answer that erd will refuse anyway, or has not seen the task of. */
static json_t *bare_doc(const struct job *j)
{
	static const char *const keys[] = {"lane", "title", "answerSchema", NULL};
	json_t *doc = json_object();
	js_set_str(doc, "task", j->id);
	for (size_t i = 0; keys[i]; i++)
		js_set_copy(doc, keys[i], json_object_get(j->view, keys[i]));
	return doc;
}

static int begin(struct job *j, struct err *err)
{
	if (idarg(j->r, j->r->argv[0], &j->task, err) < 0)
		return -1;
	id_format(&j->task, "task_", j->id);
	draft_init(&j->d, &j->task, j->r->worker);
	j->view = view_read(&j->r->spool, VIEW_TASK, &j->task);
	json_t *doc = j->view ? taskview_worker_doc(j->view, j->r->worker) : NULL;
	j->mine = doc != NULL;
	if (!doc)
		doc = bare_doc(j);
	int rc = answering_begin(&j->a, j->r, doc, err);
	json_decref(doc);
	return rc;
}

/* Nobody should type what cannot be handed in.  Who names a source may: erd has the last word. */
static int may_answer(const struct job *j, struct err *err)
{
	if (!j->view)
		return err_set(err, FAIL_PENDING, "%s: waits for erd", j->id);
	enum state s = taskview_state(j->view);
	if (state_final(s))
		return err_set(err, FAIL_CONFLICT, "%s: already %s", j->id, state_name(s));
	if (!j->mine)
		return err_set(err, FAIL_CONFLICT, "%s: not with %s now", j->id, j->r->worker);
	if (s == ST_BLOCKED)
		return err_set(err, FAIL_CONFLICT, "%s: waits for the requester's reply", j->id);
	return 0;
}

/* ---- what is named on the command line ---- */

static int find_source(struct job *j, struct err *err)
{
	struct run *r = j->r;
	const char *named = args_str(r, "file", NULL);
	j->file = r->argc > 1 ? r->argv[1] : named;
	j->edit = args_has(r, "edit");
	if (named && r->argc > 1)
		return err_set(err, FAIL_USAGE, "answer: one file, not two");
	if (j->file && args_has(r, "draft"))
		return err_set(err, FAIL_USAGE, "answer: a file or the draft, not both");
	if (j->file || j->edit || args_has(r, "set") || args_has(r, "draft"))
		return 0;
	j->ask = terminal_asks(r);
	if (!j->ask)
		j->file = "-";
	return 0;
}

/* Somebody's text is in it, and nobody should be kept from answering by it. */
static int set_aside(struct job *j, const struct err *why, struct err *err)
{
	struct buf where = BUF_INIT;
	int rc = draft_set_aside(&j->d, j->r, &where, err);
	if (rc == 0)
		out_warn(&j->r->out, "%s; it is kept as %s", why->msg, buf_str(&where));
	buf_release(&where);
	return rc;
}

static int read_draft(struct job *j, struct err *err)
{
	struct err why = ERR_INIT;
	int found = draft_load(&j->d, j->r, &why);
	if (found < 0 && why.code == FAIL_INVALID && !args_has(j->r, "draft"))
		return set_aside(j, &why, err);
	return found < 0 ? err_set(err, why.code, "%s", why.msg) : found;
}

static int load_draft(struct job *j, struct err *err)
{
	int found = read_draft(j, err);
	if (found < 0)
		return -1;
	if (args_has(j->r, "draft") || (j->edit && args_has(j->r, "set"))) {
		int adopted = answering_adopt(&j->a, j->r, &j->d, err);
		if (adopted < 0)
			return -1;
		found |= adopted;
	}
	if (!found && args_has(j->r, "draft"))
		return err_set(err, FAIL_NOT_FOUND, "%s: %s has no draft of an answer", j->id,
		               j->r->worker);
	return 0;
}

static int take_file(struct job *j, struct err *err)
{
	json_t *answer = input_any(j->file, err);
	if (!answer)
		return -1;
	json_decref(j->d.answer);
	j->d.answer = answer;
	json_decref(j->d.texts);
	j->d.texts = NULL;
	return 0;
}

static int take_sets(struct job *j, struct err *err)
{
	const char *assignment;
	for (size_t pos = 0; (assignment = args_each(j->r, "set", &pos));) {
		if (j->d.answer && !json_is_object(j->d.answer) && !json_is_array(j->d.answer))
			return err_set(err, FAIL_USAGE,
			               "answer: --set needs an object to set it in");
		if (setting_apply(j->a.form, &j->d.answer, assignment, err) < 0)
			return -1;
	}
	return 0;
}

static int take_confidence(struct job *j, struct err *err)
{
	const char *text = args_str(j->r, "confidence", NULL);
	struct err no_json = ERR_INIT;
	if (!text)
		return 0;
	json_t *v = js_parse_any(text, strlen(text), &js_limits_doc, &no_json);
	if (!v || !json_is_number(v) || !(json_number_value(v) >= 0 && json_number_value(v) <= 1)) {
		json_decref(v);
		return err_set(err, FAIL_USAGE, "--confidence: needs a number from 0 to 1");
	}
	json_decref(j->d.confidence);
	j->d.confidence = v;
	return 0;
}

static int has_item(const json_t *list, const json_t *item)
{
	size_t i;
	json_t *have;
	json_array_foreach((json_t *)list, i, have) {
		if (json_equal(have, item))
			return 1;
	}
	return 0;
}

static int take_evidence(struct job *j, struct err *err)
{
	const char *text;
	for (size_t pos = 0; (text = args_each(j->r, "evidence", &pos));) {
		json_t *item = evidence_item(text, err);
		if (!item)
			return -1;
		if (!j->d.evidence)
			j->d.evidence = json_array();
		if (!has_item(j->d.evidence, item))
			json_array_append(j->d.evidence, item);
		json_decref(item);
	}
	return 0;
}

static int collect(struct job *j, struct err *err)
{
	if ((j->ask || j->edit || args_has(j->r, "draft")) && load_draft(j, err) < 0)
		return -1;
	if (j->file && take_file(j, err) < 0)
		return -1;
	if (take_sets(j, err) < 0 || take_confidence(j, err) < 0 || take_evidence(j, err) < 0)
		return -1;
	/* What is named now goes before what an editor left. */
	if (j->edit && (j->file || args_has(j->r, "set")))
		return draft_save(&j->d, j->r, err);
	return 0;
}

/* ---- what a person fills in ---- */

static void say_draft(struct job *j)
{
	char when[32];
	if (j->d.at_ms > 1)
		out_note(&j->r->out, "going on with the draft of %s",
		         out_when(&j->r->out, j->d.at_ms, now_wall_ms(), when));
	else if (j->d.at_ms)
		out_note(&j->r->out, "going on with your draft");
}

static int keep_draft(struct job *j, struct err *err)
{
	struct buf next = BUF_INIT;
	if (!j->d.at_ms) {
		out_note(&j->r->out, "nothing was typed, so there is no draft");
		return 0;
	}
	out_note(&j->r->out, "kept as a draft; %s goes on with it",
	         draft_command(&j->d, j->r, &next));
	buf_release(&next);
	return draft_sync(j->r, err);
}

static int give_up(struct job *j, struct err *err)
{
	out_note(&j->r->out, "Answer cancelled, the draft is gone.");
	return draft_drop(&j->d, j->r, err);
}

static int fill_in_lines(struct job *j, enum form_end *end, struct err *err)
{
	say_draft(j);
	return line_form(j->r, j->a.form, &j->a.about, &j->d, end, err);
}

static int fill_in(struct job *j, enum form_end *end, struct err *err)
{
	struct err why = ERR_INIT;
	if (!tui_usable(j->r))
		return fill_in_lines(j, end, err);
	if (tui_form(j->r, j->a.form, &j->a.about, &j->d, end, &why) == 0)
		return 0;
	if (why.code == FAIL_USAGE) /* the terminal cannot do it */
		return fill_in_lines(j, end, err);
	return err_set(err, why.code, "%s", why.msg);
}

/* 1: hand it in, 0: not now, -1. */
static int edit(struct job *j, struct err *err)
{
	int submit = 0;
	if (!j->d.answer && j->a.form && !j->d.at_ms)
		j->d.answer = form_initial(j->a.form);
	int rc = answering_edit(&j->a, j->r, &j->d, &submit, err);
	return rc < 0 ? -1 : submit;
}

static int ask(struct job *j, struct err *err)
{
	enum form_end end = FORM_KEEP;
	struct err unread = ERR_INIT;
	if (!j->a.form || form_root(j->a.form)->kind == FORM_JSON)
		return edit(j, err);
	if (answering_adopt(&j->a, j->r, &j->d, &unread) < 0)
		out_warn(&j->r->out, "%s; answer --edit goes on with it", unread.msg);
	if (!j->d.answer)
		j->d.answer = form_initial(j->a.form);
	if (fill_in(j, &end, err) < 0)
		return -1;
	switch (end) {
	case FORM_SUBMIT:
		return 1;
	case FORM_EDITOR:
		return edit(j, err);
	case FORM_GIVE_UP:
		return give_up(j, err);
	case FORM_KEEP:
		break;
	}
	return keep_draft(j, err);
}

/* ---- handing in ---- */

static int send(struct job *j, struct err *err)
{
	struct verb_message m = {.type = MSG_ANSWER, .id_text = j->id, .from = j->r->worker,
	                         .done = "answered"};
	struct verb_sent sent;
	json_t *verdict = NULL;
	if (answering_check(&j->a, j->r, &j->d, err) < 0)
		return -1;
	if (args_has(j->r, "dry-run")) {
		m.body = json_object();
		if (verb_message_post(j->r, &m, &sent, err) < 0)
			return -1;
	} else if (answering_post(&j->a, j->r, &j->d, &sent, &verdict, err) < 0) {
		return -1;
	}
	int rc = verb_message_report(j->r, &m, &sent, verdict);
	json_decref(verdict);
	return rc;
}

static int run(struct run *r, struct err *err)
{
	struct job j = {.r = r};
	int rc = find_source(&j, err), ready = 1;
	if (rc == 0)
		rc = begin(&j, err);
	if (rc == 0 && (j.ask || j.edit))
		rc = may_answer(&j, err);
	if (rc == 0)
		rc = collect(&j, err);
	if (rc == 0 && (j.ask || j.edit))
		ready = j.ask ? ask(&j, err) : edit(&j, err);
	if (rc == 0)
		rc = ready == 1 ? send(&j, err) : ready;
	answering_end(&j.a);
	draft_release(&j.d);
	json_decref(j.view);
	return rc;
}

static const struct opt opts[] = {
	{'s', "set", OPT_STRING, "PATH=VALUE", "set a member of the answer; may be repeated"},
	{'f', "file", OPT_FILE, "FILE", "the answer as JSON; the same as FILE behind ID"},
	{'e', "edit", OPT_FLAG, NULL, "write the answer in your editor"},
	{0, "draft", OPT_FLAG, NULL, "hand in your draft as it is"},
	{0, "evidence", OPT_FILE, "FILE",
	 "a file, a link or the SHA-256 of a blob; may be repeated"},
	{0, "confidence", OPT_STRING, "0..1", "how sure you are"},
	{0, "line", OPT_FLAG, NULL, "ask line by line, not on a full screen"},
	{0, "no-check", OPT_FLAG, NULL, "leave schema and evidence to erd"},
	OPTS_MESSAGE, OPT_END};

const struct cmd cmd_answer = {
	.name = "answer",
	.args = "ID [FILE|-]",
	.summary = "hand in the answer to a task",
	.about = "On a terminal, with nothing but ID, the task's schema becomes a form. With "
	         "--edit the answer is a commented text in your editor (ER_EDITOR, VISUAL, "
	         "EDITOR); it comes back with the errors on top until it is right or you give up. "
	         "What you typed is kept as a draft until erd has the answer: see erctl drafts.\n\n"
	         "Elsewhere the answer is JSON from FILE or standard input, the members that --set "
	         "names, or both, --set last. PATH is names and list numbers with dots: "
	         "actions.0.title. VALUE is read as the schema says: 5 is a string where a string "
	         "is wanted.\n\n"
	         "--evidence copies a file into the spool before the answer that names it; its "
	         "type is found out by its content. A task may demand evidence; a lane limits its "
	         "size.\n\n"
	         "The answer is checked here first: all errors are listed, and nothing is sent "
	         "(exit status 5). A task that is still offered is accepted on the way. erd "
	         "verifies the answer once more; a rejected one returns to work with its reasons.",
	.opts = opts,
	.needs = NEED_SPOOL | NEED_WORKER,
	.group = GROUP_WORKER,
	.first = ARG_ID,
	.rest = ARG_FILE,
	.states = 1u << ST_OFFERED | 1u << ST_ACCEPTED | 1u << ST_STARTED,
	.min_args = 1,
	.max_args = 2,
	.exits = "0 1 2 3 4 5 6 8 75",
	.examples = "erctl answer 01J8\n"
	            "erctl answer 01J8 --set decision=approve --set severity=low\n"
	            "erctl answer 01J8 answer.json --confidence 0.8 --evidence invoice.pdf\n"
	            "erctl answer 01J8 --edit",
	.run = run,
};
