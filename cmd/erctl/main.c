/* erctl: the table of verbs, and the way every one of them is run. */
#include <signal.h>
#include <unistd.h>

#include "args.h"
#include "base/err.h"
#include "cmd.h"
#include "extern.h"
#include "help.h"
#include "identity.h"
#include "noun.h"
#include "select.h"
#include "verbs.h"

const struct cmd *const commands[] = {
	&cmd_complete, &cmd_man, &cmd_accept, &cmd_aggregate, &cmd_answer, &cmd_ask, &cmd_blob,
	&cmd_block, &cmd_cancel, &cmd_chain, &cmd_comment, &cmd_completion, &cmd_decline,
	&cmd_dispute, &cmd_drafts, &cmd_escalation, &cmd_events, &cmd_explain, &cmd_form, &cmd_fsck,
	&cmd_gold, &cmd_help, &cmd_inbox, &cmd_init, &cmd_lane, &cmd_list, &cmd_pause, &cmd_pool,
	&cmd_qa, &cmd_reassign, &cmd_release, &cmd_reply, &cmd_resume, &cmd_rule, &cmd_schedule,
	&cmd_schema, &cmd_show, &cmd_simulate, &cmd_start, &cmd_stats,
	&cmd_status, &cmd_submit, &cmd_wait, &cmd_worker, NULL};

const struct cmd *cmd_find(const char *name)
{
	for (const struct cmd *const *c = commands; *c; c++) {
		if (strcmp((*c)->name, name) == 0)
			return *c;
		for (const char *const *a = (*c)->aliases; a && *a; a++) {
			if (strcmp(*a, name) == 0)
				return *c;
		}
	}
	return NULL;
}

int run_open_spool(struct run *r, struct err *err)
{
	r->spool_path = spool_find(args_str(r, "spool", NULL), &r->spool_why);
	if (!r->spool_path || spool_open(&r->spool, r->spool_path, err) < 0) {
		snprintf(r->hint, sizeof r->hint, "chosen by %s%s",
		         r->spool_why ? r->spool_why : "nothing",
		         r->spool_path && err->code != FAIL_NOT_FOUND
		             ? "" : "; `erctl init DIR` makes a spool");
		return err_set(err, FAIL_NOT_FOUND,
		               "no spool at all: give one with -C or ER_SPOOL");
	}
	r->have_spool = 1;
	return 0;
}

static void set_format(struct run *r)
{
	const char *env = getenv("ER_FORMAT");
	if (args_has(r, "ndjson"))
		r->out.format = FMT_NDJSON;
	else if (args_has(r, "json"))
		r->out.format = FMT_JSON;
	else if (env && strcmp(env, "json") == 0)
		r->out.format = FMT_JSON;
	else if (env && strcmp(env, "ndjson") == 0)
		r->out.format = FMT_NDJSON;
	r->out.select = args_str(r, "json", NULL);
	r->out.quiet = args_has(r, "quiet");
	r->out.verbose = args_has(r, "verbose");
	r->out.no_pager = args_has(r, "no-pager");
	out_init(&r->out, args_str(r, "color", NULL));
}

/* --json=help lists what --json=… takes; 1 when that was asked. */
static int check_selection(struct run *r, struct err *err)
{
	const char *const *f = r->cmd->fields;
	if (!r->out.select)
		return 0;
	if (!f)
		return err_set(err, FAIL_USAGE, "%s: --json takes no fields here", r->cmd->name);
	if (strcmp(r->out.select, "help") != 0)
		return select_check(r->out.select, f, err);
	for (; *f; f++)
		out_line(&r->out, "%s", *f);
	return 1;
}

static int check_count(const struct run *r, struct err *err)
{
	if (r->argc < r->cmd->min_args)
		return err_set(err, FAIL_USAGE, "%s: needs %s", r->cmd->name, r->cmd->args);
	if (r->cmd->max_args >= 0 && r->argc > r->cmd->max_args)
		return err_set(err, FAIL_USAGE, "%s: unexpected argument %s", r->cmd->name,
		               r->argv[r->cmd->max_args]);
	return 0;
}

static int run_cmd(struct run *r, int argc, char **argv, struct err *err);

static int run_noun(struct run *r, int argc, char **argv, struct err *err)
{
	const struct cmd *noun = r->cmd;
	int next = argc;
	if (args_global(r, argc, argv, &next, err) < 0)
		return -1;
	set_format(r);
	if (next == argc || args_has(r, "help"))
		return help_print(r, noun);
	r->cmd = noun_verb(noun, argv[next]);
	if (r->cmd)
		return run_cmd(r, argc - next, argv + next, err);
	r->cmd = noun;
	return noun_unknown(noun, argv[next], err);
}

static int run_cmd(struct run *r, int argc, char **argv, struct err *err)
{
	int raw = r->cmd->rest == ARG_VERB && r->cmd->hidden; /* __complete: words, not options */
	if (raw) {
		r->argc = argc - 1;
		r->argv = argv + 1;
		return r->cmd->run(r, err);
	}
	if (r->cmd->verbs)
		return run_noun(r, argc, argv, err);
	if (args_parse(r, argc, argv, err) < 0)
		return -1;
	set_format(r);
	if (args_has(r, "help"))
		return help_print(r, r->cmd);
	if (args_has(r, "version"))
		return help_version(r);
	int listed = check_selection(r, err);
	if (listed != 0)
		return listed < 0 ? -1 : 0;
	if (check_count(r, err) < 0)
		return -1;
	if ((r->cmd->needs & NEED_SPOOL) && run_open_spool(r, err) < 0)
		return -1;
	if ((r->cmd->needs & NEED_WORKER) && identity_worker(r, err) < 0)
		return -1;
	return r->cmd->run(r, err);
}

static int dispatch(struct run *r, int argc, char **argv, struct err *err)
{
	int next = argc;
	if (args_global(r, argc, argv, &next, err) < 0)
		return -1;
	set_format(r);
	if (next < argc) {
		r->cmd = cmd_find(argv[next]);
		if (!r->cmd)
			return extern_run(r, argv + next, err);
		return run_cmd(r, argc - next, argv + next, err);
	}
	if (args_has(r, "version"))
		return help_version(r);
	return help_overview(r);
}

static int report(struct run *r, const struct err *err, int argc, char **argv)
{
	if (r->out.format == FMT_TEXT && args_json_wanted(argc, argv))
		r->out.format = FMT_JSON;
	if (err->code == FAIL_USAGE && !r->hint[0])
		snprintf(r->hint, sizeof r->hint, "Try 'erctl %s%s--help'.",
		         r->cmd && !r->cmd->hidden ? r->cmd->name : "",
		         r->cmd && !r->cmd->hidden ? " " : "");
	out_error(&r->out, err, r->hint, r->details);
	return fail_exit(err->code);
}

int main(int argc, char **argv)
{
	static struct run r;
	struct err err = ERR_INIT;
	r.words = argv;
	signal(SIGPIPE, SIG_IGN); /* a reader of a FIFO that left must not end us; see out_flush */
	int rc = dispatch(&r, argc, argv, &err);
	if (rc < 0)
		rc = report(&r, &err, argc, argv);
	struct err lost = ERR_INIT;
	if (out_finish(&r.out, &lost) < 0)
		rc = report(&r, &lost, argc, argv);
	json_decref(r.details);
	if (r.have_spool)
		spool_close(&r.spool);
	free(r.spool_path);
	return rc;
}
