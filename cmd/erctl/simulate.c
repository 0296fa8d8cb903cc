#include <stdlib.h>
#include <unistd.h>

#include "args.h"
#include "base/err.h"
#include "cmd.h"
#include "etcdoc.h"
#include "input.h"
#include "json/js.h"
#include "sim/sim.h"
#include "simulate_report.h"
#include "verbs.h"

static void progress(void *arg, double done)
{
	struct run *r = arg;

	if (r->out.tty_err && !r->out.quiet)
		fprintf(stderr, "\r%3d %% ", (int)(done * 100));
}

static void progress_end(const struct run *r)
{
	if (r->out.tty_err && !r->out.quiet)
		fputs("\r      \r", stderr);
}

static int simulate(struct run *r, const struct scenario *s, const json_t *etc, struct err *err)
{
	struct sim_report report;
	struct sim_options o = {.seed = args_has(r, "seed") ? (uint64_t)args_num(r, "seed", 1) : s->seed,
	                        .etc = etc, .progress = progress, .arg = r};
	int rc = sim_run(s, &o, &report, err);

	progress_end(r);
	if (rc != 0)
		return -1;
	if (r->out.format == FMT_TEXT) {
		struct simulated one = {NULL, &report};
		simulate_print(&r->out, s, &one, 1, args_has(r, "workers"));
	} else {
		json_t *doc = simulate_doc(&report);
		out_doc(&r->out, doc);
		json_decref(doc);
	}
	sim_report_release(&report);
	return 0;
}

static int run(struct run *r, struct err *err)
{
	const char *dir = args_str(r, "etc", NULL);
	json_t *etc = dir ? etcdoc_read(dir, err) : NULL;
	json_t *doc = dir && !etc ? NULL : input_any(r->argv[0], err);
	struct scenario *s = doc ? scenario_new(doc, err) : NULL;
	int rc = s ? simulate(r, s, etc, err) : err_wrap(err, "%s", r->argv[0]);

	scenario_free(s);
	json_decref(doc);
	json_decref(etc);
	return rc;
}

static const struct opt opts[] = {
	{0, "seed", OPT_INT, "N", "another seed than the scenario's"},
	{0, "etc", OPT_DIR, "DIR", "documents below the scenario's own: of a spool, or a folder like its etc/"},
	{0, "workers", OPT_FLAG, NULL, "a row for each worker, however many"},
	OPT_END};

const struct cmd cmd_simulate = {
	.name = "simulate",
	.args = "SCENARIO.json",
	.summary = "rehearse: the real router, a virtual clock, simulated people",
	.about = "A scenario says who works, how fast and how well, and what comes in "
	         "(er.scenario.v1). The tables show for each lane how many tasks were answered in "
	         "time, how long they took, how often the answer was the true one, what an answer "
	         "cost, and how often the predicted 90 % bound held; for the workers their load; "
	         "the plot how many tasks were open.\n\n"
	         "The same scenario and seed give the same output, byte for byte. Nothing is written.",
	.opts = opts,
	.group = GROUP_LOOK,
	.first = ARG_FILE,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2 3 5",
	.examples = "erctl simulate busy-desk.json\n"
	            "erctl simulate busy-desk.json --etc ./spool --seed 7 --json",
	.run = run,
};
