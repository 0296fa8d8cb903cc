#include <unistd.h>

#include "args.h"
#include "base/clock.h"
#include "base/err.h"
#include "cmd.h"
#include "engine/route.h"
#include "etcdoc.h"
#include "input.h"
#include "json/js.h"
#include "model/config.h"
#include "sim/sim.h"
#include "simulate_from.h"
#include "simulate_report.h"
#include "simulate_zones.h"
#include "verbs.h"

enum { RUNS_MAX = 2 * ROUTE_RULES, LAST_DAYS = 7 };

/* One run: the same scenario over these documents. */
struct plan {
	const char *label; /* NULL when it is the only one */
	json_t *etc;       /* owned, or NULL */
	int rule;          /* enum route_rule */
};

/* ---- running ---- */

static void progress(void *arg, double done)
{
	struct run *r = arg;

	if (r->out.tty_err && !r->out.quiet)
		fprintf(stderr, "\r%3d %% ", (int)(done * 100));
}

static int run_one(struct run *r, const struct scenario *s, const struct plan *p,
                   struct sim_report *report, struct err *err)
{
	struct sim_options o = {.seed = s->seed, .etc = p->etc, .rule = p->rule,
	                        .progress = progress, .arg = r};
	if (args_has(r, "seed"))
		o.seed = (uint64_t)args_num(r, "seed", 1);
	int rc = sim_run(s, &o, report, err);

	if (r->out.tty_err && !r->out.quiet)
		fputs("\r      \r", stderr);
	return rc == 0 || !p->label ? rc : err_wrap(err, "%s", p->label);
}

static void print_docs(struct run *r, const struct simulated *done, size_t n)
{
	if (n == 1 && !done[0].label) {
		json_t *doc = simulate_doc(done[0].report);
		out_doc(&r->out, doc);
		json_decref(doc);
		return;
	}
	out_items_begin(&r->out);
	for (size_t i = 0; i < n; i++) {
		json_t *doc = simulate_doc(done[i].report);
		js_set_str(doc, "run", done[i].label);
		out_item(&r->out, doc);
		json_decref(doc);
	}
	out_items_end(&r->out);
}

static void tell_refused(struct run *r, const struct simulated *done, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct sim_report *rep = done[i].report;
		if (rep->refused)
			out_note(&r->out, "%s%s%llu of its tasks would be refused, left out: %s",
			         done[i].label ? done[i].label : "", done[i].label ? ": " : "",
			         (unsigned long long)rep->refused, rep->why_refused);
	}
}

static int simulate(struct run *r, const struct scenario *s, const struct plan *plans, size_t n,
                    struct err *err)
{
	struct sim_report report[RUNS_MAX];
	struct simulated done[RUNS_MAX];
	size_t i = 0;
	int rc = 0;

	for (; rc == 0 && i < n; i++) {
		rc = run_one(r, s, &plans[i], &report[i], err);
		done[i] = (struct simulated){plans[i].label, &report[i]};
	}
	if (rc == 0 && r->out.format == FMT_TEXT)
		simulate_print(&r->out, s, done, n, args_has(r, "workers"));
	else if (rc == 0)
		print_docs(r, done, n);
	if (rc == 0)
		tell_refused(r, done, n);
	for (size_t k = 0; k + (rc != 0) < i; k++)
		sim_report_release(&report[k]);
	return rc;
}

/* ---- what to run ---- */

/* ${etc} with the documents of ${over} in the place of, and beside, its own. */
static json_t *changed(const json_t *etc, const json_t *over)
{
	json_t *all = json_object();

	for (int k = 0; k < CFG_COUNT; k++) {
		json_t *kind = json_object();
		const json_t *old = json_object_get(etc, config_dirs[k]);
		const json_t *new = json_object_get(over, config_dirs[k]);
		if (old)
			json_object_update(kind, (json_t *)old);
		if (new)
			json_object_update(kind, (json_t *)new);
		js_set_new(all, config_dirs[k], kind);
	}
	return all;
}

static int plan_history(struct run *r, json_t **scenario, struct plan plans[RUNS_MAX], size_t *n,
                        struct err *err)
{
	struct spool s;
	int64_t last = args_num(r, "last", (int64_t)LAST_DAYS * 24 * 3600 * 1000);
	const char *with = args_str(r, "with", NULL);

	if (spool_open(&s, args_str(r, "from", ""), err) < 0)
		return -1;
	int rc = simulate_from(&s, now_wall_ms() - last, scenario, &plans[0].etc, err);
	spool_close(&s);
	*n = 1;
	if (rc != 0 || !with)
		return rc;
	json_t *over = etcdoc_read(with, err);
	if (!over)
		return -1;
	plans[0].label = "as it is";
	plans[1] = (struct plan){"changed", changed(plans[0].etc, over), ROUTE_BY_VALUE};
	*n = 2;
	json_decref(over);
	return 0;
}

static int plan_file(struct run *r, json_t **scenario, struct plan *p, struct err *err)
{
	const char *dir = args_str(r, "etc", NULL);

	if (dir && !(p->etc = etcdoc_read(dir, err)))
		return -1;
	*scenario = input_any(r->argv[0], err);
	return *scenario ? 0 : -1;
}

/* The same work routed by each rule. */
static size_t add_rules(struct plan *plans)
{
	for (int i = ROUTE_RULES - 1; i >= 0; i--) {
		json_t *etc = plans[0].etc;
		plans[i] = (struct plan){route_rule_names[i], i ? json_incref(etc) : etc, i};
	}
	return ROUTE_RULES;
}

static int run(struct run *r, struct err *err)
{
	struct plan plans[RUNS_MAX] = {{NULL, NULL, ROUTE_BY_VALUE}};
	json_t *doc = NULL;
	size_t n = 1;

	if ((r->argc == 1) == args_has(r, "from"))
		return err_set(err, FAIL_USAGE, "simulate: needs a scenario, or --from SPOOL");
	if (args_has(r, "with") && !args_has(r, "from"))
		return err_set(err, FAIL_USAGE, "--with: goes with --from SPOOL");
	if (args_has(r, "with") && args_has(r, "compare"))
		return err_set(err, FAIL_USAGE, "--compare: not beside --with");
	int rc = r->argc == 1 ? plan_file(r, &doc, &plans[0], err)
	                      : plan_history(r, &doc, plans, &n, err);
	if (rc == 0 && args_has(r, "compare"))
		n = add_rules(plans);
	struct scenario *s = rc == 0 ? scenario_new(doc, err) : NULL;
	if (s)
		s->lenient = args_has(r, "from");
	for (size_t i = 0; s && rc == 0 && i < n; i++)
		rc = simulate_zones(&plans[i].etc, doc, err);
	rc = s && rc == 0 ? simulate(r, s, plans, n, err) : -1;
	if (rc != 0 && r->argc == 1)
		err_wrap(err, "%s", r->argv[0]);
	scenario_free(s);
	for (size_t i = 0; i < RUNS_MAX; i++)
		json_decref(plans[i].etc);
	json_decref(doc);
	return rc;
}

static const struct opt opts[] = {
	{0, "seed", OPT_INT, "N", "another seed than the scenario's"},
	{0, "etc", OPT_DIR, "DIR",
	 "documents below the scenario's own: of a spool, or a folder like its etc/"},
	{0, "from", OPT_DIR, "SPOOL",
	 "instead of a scenario: what this spool's journal has of its last days"},
	{0, "last", OPT_DURATION, "TIME", "how far back (default: 7d)"},
	{0, "with", OPT_DIR, "DIR",
	 "with --from: a second run with these documents in the place of the spool's"},
	{0, "compare", OPT_FLAG, NULL,
	 "the same work routed by load, by turns and by chance as well"},
	{0, "workers", OPT_FLAG, NULL, "a row for each worker, however many"},
	OPT_END};

const struct cmd cmd_simulate = {
	.name = "simulate",
	.args = "[SCENARIO.json]",
	.summary = "rehearse: the real router, a virtual clock, simulated people",
	.about = "A scenario says who works, how fast and how well, and what comes in "
	         "(er.scenario.v1). The tables show for each lane how many tasks were answered in "
	         "time, how many were lost, how long they took, how often the answer was the true "
	         "one, what an answer cost, and how often the predicted 90 % bound held; for the "
	         "workers their load; the plot how many tasks were open.\n\n"
	         "Where a lane verifies, two more tables: how often what was accepted is true "
	         "beside what the lane wants, answers for each task, how many were rejected, "
	         "reviews and tasks with known answers that it took (they count in the lane's "
	         "cost); and of each kind of worker how many were suspended, and after how many "
	         "answers. Rule programs are not run.\n\n"
	         "With --from the same tasks come in as in a spool's last days, and workers are as "
	         "quick as its journal knows them; --with shows what other lanes, pools or workers "
	         "would have made of it; tasks that these would refuse are left out, and counted. "
	         "Which answers were true is not in a journal: all count as right.\n\n"
	         "The same scenario and seed give the same output, byte for byte. Nothing is "
	         "written.",
	.opts = opts,
	.group = GROUP_LOOK,
	.first = ARG_FILE,
	.min_args = 0,
	.max_args = 1,
	.exits = "0 2 3 5 78",
	.examples = "erctl simulate busy-desk.json\n"
	            "erctl simulate busy-desk.json --etc ./spool --seed 7 --json\n"
	            "erctl simulate verification.json --compare\n"
	            "erctl simulate --from /var/spool/er --last 30d --with ./etc-new",
	.run = run,
};
