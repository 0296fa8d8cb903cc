/* erctl dispute: what became of an answer is looked at again, by a reviewer. */
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/safe.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "etcverbs.h"
#include "idargs.h"
#include "identity.h"
#include "json/js.h"
#include "model/config.h"
#include "model/gold.h"
#include "model/message.h"
#include "model/state.h"
#include "model/taskview.h"
#include "results.h"
#include "submission.h"
#include "verb_message.h"
#include "verbs.h"

enum { DISPUTE_DAYS = 90 };

/* ---- may it be disputed? ---- */

static int in_time(const json_t *view, struct err *err)
{
	int64_t closed;

	if (!state_final(taskview_state(view)) ||
	    time_parse(js_str_or(view, "/closedAt", ""), &closed, NULL) != 0 ||
	    now_wall_ms() - closed <= (int64_t)DISPUTE_DAYS * 24 * 3600 * 1000)
		return 0;
	return err_set(err, FAIL_CONFLICT, "%s: closed more than %d days ago",
	               js_str_or(view, "/id", "?"), DISPUTE_DAYS);
}

/* The answer that stands, or the last one. */
static const json_t *answer_of(const json_t *view)
{
	const json_t *all = json_object_get(view, "answers");
	const json_t *result = js_at(view, "/result/answer");

	return result ? result
	              : json_object_get(json_array_get(all, json_array_size(all) - 1), "answer");
}

/* The requester, or somebody who worked at it. */
static int concerns(const json_t *view, const char *who)
{
	const json_t *all = json_object_get(view, "assignments");

	if (strcmp(js_str_or(view, "/from", ""), who) == 0)
		return 1;
	for (size_t i = 0; i < json_array_size(all); i++)
		if (strcmp(js_str_or(json_array_get(all, i), "/worker", ""), who) == 0)
			return 1;
	return 0;
}

static int check(const json_t *view, const char *who, struct err *err)
{
	const char *id = js_str_or(view, "/id", "?");

	if (json_object_get(view, "reviews") ||
	    strcmp(js_str_or(view, "/from", ""), GOLD_FROM) == 0)
		return err_set(err, FAIL_CONFLICT, "%s: such a task is not disputed", id);
	if (!concerns(view, who))
		return err_set(err, FAIL_DENIED, "%s: %s neither asked for it nor worked at it", id,
		               who);
	if (!answer_of(view))
		return err_set(err, FAIL_CONFLICT, "%s: there is no answer", id);
	return in_time(view, err);
}

/* The lane that reviews for the task's lane, into ${out}. */
static int lane_of(const struct run *r, const json_t *view, char out[65], struct err *err)
{
	struct config *c = etc_load_usable(r, CFG_LANE);
	const struct lane *lane = config_lane(c, js_str_or(view, "/lane", ""));
	int rc = 0;

	if (lane && lane->verify.qa.lane)
		snprintf(out, 65, "%s", lane->verify.qa.lane);
	else
		rc = err_set(err, FAIL_CONFLICT,
		             "the lane %s has nobody who reviews (verify.qa.lane)",
		             js_str_or(view, "/lane", "?"));
	config_free(c);
	return rc;
}

/* ---- the review ---- */

static json_t *verdict_schema(const json_t *view)
{
	const json_t *answers = json_object_get(view, "answerSchema");
	json_t *answer = json_is_object(answers) ? json_copy((json_t *)answers) : json_object();

	if (json_is_object(answers) && !json_object_get(answer, "$id"))
		js_set_str(answer, "$id", "urn:er:answer");
	return json_pack("{s:s, s:{s:{s:[s,s]}, s:o, s:{s:s, s:i}}, s:[s], s:b}", "type", "object",
	                 "properties", "verdict", "enum", "uphold", "overturn", "answer", answer,
	                 "reason", "type", "string", "maxLength", 4000, "required", "verdict",
	                 "additionalProperties", 0);
}

/* What each answer's stages said: without names, a reviewer judges answers. */
static json_t *verdicts_of(const json_t *view)
{
	static const char *const keys[] = {"attempt", "answer", "checks", "rejected", NULL};
	const json_t *all = json_object_get(view, "answers");
	json_t *out = json_array();

	for (size_t i = 0; i < json_array_size(all); i++) {
		json_t *one = json_object();
		for (size_t k = 0; keys[k]; k++)
			js_set_copy(one, keys[k], json_object_get(json_array_get(all, i), keys[k]));
		json_array_append_new(out, one);
	}
	return out;
}

/* The last reviewer who gave a verdict, or NULL. */
static const char *reviewer_of(const json_t *view)
{
	const json_t *all = json_object_get(view, "answers");

	for (size_t i = json_array_size(all); i-- > 0;) {
		const json_t *checks = json_object_get(json_array_get(all, i), "checks");
		for (size_t k = json_array_size(checks); k-- > 0;) {
			const char *who = js_str_or(json_array_get(checks, k), "/reviewer", NULL);
			if (who)
				return who;
		}
	}
	return NULL;
}

static int has(const json_t *names, const char *name)
{
	for (size_t i = 0; i < json_array_size(names); i++)
		if (strcmp(json_string_value(json_array_get(names, i)), name) == 0)
			return 1;
	return 0;
}

/* Somebody of the reviewing lane's pools is none of ${names}. */
static int others(const struct config *pools, const struct lane *reviews, const json_t *names)
{
	for (size_t i = 0; reviews && i < reviews->pools.n; i++) {
		const struct pool *pool = config_pool(pools, reviews->pools.s[i]);
		for (size_t k = 0; pool && k < pool->members.n; k++)
			if (!has(names, pool->members.s[k]))
				return 1;
	}
	return 0;
}

/* Nobody judges an own answer, nor an own verdict while there is another reviewer. */
static json_t *not_by(const struct run *r, const json_t *view, const char *lane)
{
	const json_t *all = json_object_get(view, "answers");
	const char *reviewer = reviewer_of(view);
	struct config *lanes = etc_load_usable(r, CFG_LANE), *pools = etc_load_usable(r, CFG_POOL);
	json_t *names = json_array();

	for (size_t i = 0; i < json_array_size(all); i++) {
		const char *who = js_str_or(json_array_get(all, i), "/worker", NULL);
		if (who && !has(names, who))
			json_array_append_new(names, json_string(who));
	}
	if (reviewer && !has(names, reviewer)) {
		json_array_append_new(names, json_string(reviewer));
		if (!others(pools, config_lane(lanes, lane), names))
			json_array_remove(names, json_array_size(names) - 1);
	}
	config_free(lanes);
	config_free(pools);
	return names;
}

/* Whose answer it is, and whether it stood: for er, not for the reviewer (metadata is hidden). */
static json_t *metadata_of(const struct run *r, const json_t *view, const char *lane)
{
	const json_t *all = json_object_get(view, "answers");
	const json_t *last = json_array_get(all, json_array_size(all) - 1);
	const json_t *stood = js_at(view, "/result/worker");
	json_t *meta = json_object(), *disputed = json_object();

	js_set_copy(disputed, "lane", json_object_get(view, "lane"));
	js_set_copy(disputed, "worker", stood ? stood : json_object_get(last, "worker"));
	js_set_new(disputed, "accepted", json_boolean(stood != NULL));
	js_set_str(disputed, "reviewer", reviewer_of(view));
	js_set_new(disputed, "notBy", not_by(r, view, lane));
	js_set_new(meta, "disputed", disputed);
	return meta;
}

static json_t *body_of(const struct run *r, const json_t *view, const char *lane, const char *who,
                       const char *reason)
{
	static const char *const parts[] = {"payload", "context", "artifacts", "task", NULL};
	static const char *const about[] = {"id", "lane", "title", "state", NULL};
	json_t *body = json_object(), *payload = json_object(), *task = json_object();
	char title[200] = "Dispute: ";
	size_t n = strlen(title), cut;
	const char *of = js_str_or(view, "/title", js_str_or(view, "/lane", ""));

	cut = strlen(of) < 120 ? strlen(of) : 120;
	while (cut && (of[cut] & 0xc0) == 0x80) /* not within a character */
		cut--;
	snprintf(title + n, sizeof title - n, "%.*s", (int)cut, of);
	js_set_int(body, "er", 1);
	js_set_str(body, "lane", lane);
	js_set_str(body, "title", title);
	js_set_str(body, "instructions", "What became of this task is disputed.  Uphold it, or "
	                                 "overturn it and give the right answer.");
	js_set_copy(body, "disputes", json_object_get(view, "id"));
	for (size_t i = 0; about[i]; i++)
		js_set_copy(task, about[i], json_object_get(view, about[i]));
	for (size_t i = 0; parts[i]; i++)
		js_set_copy(task, parts[i],
		            json_object_get(json_object_get(view, "body"), parts[i]));
	js_set_new(payload, "task", task);
	js_set_copy(payload, "answer", answer_of(view));
	js_set_new(payload, "verdicts", verdicts_of(view));
	js_set_str(payload, "by", who);
	js_set_str(payload, "reason", reason);
	js_set_new(body, "payload", payload);
	js_set_new(body, "schema", verdict_schema(view));
	js_set_new(body, "metadata", metadata_of(r, view, lane));
	return body;
}

/* ---- the verb ---- */

/* The worker sees it, and so does the requester; a comment that does not arrive changes nothing. */
static void comment(struct run *r, const json_t *view, const char *who, const char *review,
                    const char *reason)
{
	char text[600];
	struct verb_sent sent;
	struct err lost = ERR_INIT;
	json_t *verdict = NULL;

	if (state_final(taskview_state(view)))
		return;
	snprintf(text, sizeof text, "disputed (%s)%s%.400s", review, *reason ? ": " : "", reason);
	size_t n = strlen(text);
	while (n && !utf8_valid(text, n))
		text[--n] = '\0';
	struct verb_message m = {.type = MSG_COMMENT, .id_text = js_str_or(view, "/id", ""),
	                         .from = who, .done = "commented",
	                         .body = verb_body_text(text, &lost)};
	if (verb_message_judge(r, &m, &sent, &verdict, &lost) < 0)
		out_warn(&r->out, "the comment: %s", lost.msg);
	json_decref(verdict);
}

static void print_result(void *ctx, const struct id *id, const json_t *doc)
{
	struct run *r = ctx;

	(void)id;
	out_doc(&r->out, doc);
}

static int follow(struct run *r, const struct submission *s, struct err *err)
{
	struct results w = {.ids = &s->task, .n = 1, .closed = print_result, .ctx = r,
	                    .limit_ms = args_num(r, "timeout", RESULTS_DEFAULT_LIMIT)};

	if (args_has(r, "wait"))
		return results_wait(r, &w, err);
	if (r->out.format == FMT_TEXT) {
		out_line(&r->out, "%s", s->id);
		return 0;
	}
	json_t *doc = json_object();
	js_set_str(doc, "schema", "er.dispute.v1");
	js_set_str(doc, "id", s->id);
	js_set_copy(doc, "disputes", json_object_get(s->doc.body, "disputes"));
	out_doc(&r->out, doc);
	json_decref(doc);
	return 0;
}

static int send(struct run *r, const json_t *view, const char *who, struct err *err)
{
	struct submission s = {.want_verdict = 1};
	const char *reason = args_str(r, "reason", "");
	char lane[65], key[MESSAGE_KEY_MAX + 1];
	int rc = -1;

	if (lane_of(r, view, lane, err) == 0) {
		snprintf(key, sizeof key, "dispute/%s/%s", js_str_or(view, "/id", ""), who);
		s.key = key; /* said twice, it is one */
		taskdoc_take_new(&s.doc, body_of(r, view, lane, who, reason));
		rc = submission_check(&s, r, err);
	}
	if (rc == 0 && args_has(r, "dry-run"))
		out_note(&r->out, "nothing was sent (dry run)");
	else if (rc == 0 && (rc = submission_send(&s, r, err)) == 0) {
		if (!s.replayed)
			comment(r, view, who, s.id, reason);
		rc = follow(r, &s, err);
	}
	submission_release(&s);
	return rc;
}

static int run(struct run *r, struct err *err)
{
	char login[IDENTITY_MAX];
	const char *who = login;
	json_t *reason = verb_body_reason(r, err), *view = NULL;
	struct id id;
	int rc = -1;

	if (reason && identity_requester(r, login, err) == 0 && idarg(r, r->argv[0], &id, err) == 0)
		view = idarg_view(r, &id, err);
	if (view && check(view, who, err) == 0)
		rc = send(r, view, who, err);
	json_decref(view);
	json_decref(reason);
	return rc;
}

static const struct opt opts[] = {
	{'r', "reason", OPT_STRING, "TEXT", "what is wrong with it"},
	{0, "from", OPT_STRING, "NAME",
	 "who says so: the requester, or a worker of the task (default: --as, else your "
	 "login name)"},
	{'w', "wait", OPT_FLAG, NULL, "wait for the reviewer and print the result"},
	{0, "timeout", OPT_DURATION, "TIME", "how long with --wait; 0 is for ever"},
	{'n', "dry-run", OPT_FLAG, NULL, "check, send nothing"},
	OPT_END};

const struct cmd cmd_dispute = {
	.name = "dispute",
	.args = "ID",
	.summary = "have a reviewer look at what became of an answer",
	.about = "For the requester and for those who worked at the task, while it is open and up "
	         "to 90 days after it was closed. The reviewers of the task's lane "
	         "(verify.qa.lane) get a task with the answer, what each stage of verification "
	         "said of it, and the reason; they uphold or overturn it. What is decided counts "
	         "from then on; history stays as it was.\n\n"
	         "Prints the id of the review. The same person disputing a task again gets the "
	         "same review, with another reason exit 6. Exit 6, too: the lane has no reviewers.",
	.opts = opts,
	.needs = NEED_SPOOL,
	.group = GROUP_REQUESTER,
	.first = ARG_ID,
	.states = ~0u,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 4 5 6 8 75 130",
	.examples = "erctl dispute 01J8 --reason \"the invoice is from 2024\"\n"
	            "erctl dispute 01J8 --from ana --wait",
	.run = run,
};
