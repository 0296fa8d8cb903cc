#include <limits.h>
#include <unistd.h>

#include "args.h"
#include "base/err.h"
#include "cmd.h"
#include "json/js.h"
#include "spool/layout.h"
#include "verbs.h"

static int is_spool(const char *path)
{
	char file[PATH_MAX + 16];
	snprintf(file, sizeof file, "%s/spool.json", path);
	return access(file, R_OK) == 0;
}

/* Where the example lies: named, installed, or beside the build folder.  NULL when nowhere. */
static const char *example(char out[PATH_MAX])
{
	const char *named = getenv("ER_EXAMPLE");
	char exe[PATH_MAX];
	if (named && *named)
		return named;
	snprintf(out, PATH_MAX, "%s/spool-example", ER_DATADIR);
	if (is_spool(out))
		return out;
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
	if (n <= 0)
		return NULL;
	exe[n] = '\0';
	char *slash = strrchr(exe, '/');
	*slash = '\0';
	if (strlen(exe) + 32 > PATH_MAX)
		return NULL;
	snprintf(out, PATH_MAX, "%.*s/../spool-example", PATH_MAX - 32, exe);
	return is_spool(out) ? out : NULL;
}

static void say(struct run *r, const char *path, const char *from)
{
	if (r->out.format == FMT_TEXT) {
		out_line(&r->out, "%s", path);
		out_note(&r->out, "made a spool%s%s", from ? " with what is configured in " : "",
		         from ? from : "; etc/ is empty");
		return;
	}
	json_t *doc = json_object();
	js_set_str(doc, "schema", "er.init.v1");
	out_set_safe(doc, "spool", path);
	out_set_safe(doc, "from", from);
	out_doc(&r->out, doc);
	json_decref(doc);
}

static int run(struct run *r, struct err *err)
{
	char found[PATH_MAX];
	const char *why, *from = args_str(r, "from", NULL);
	char *path = r->argc ? NULL : spool_find(args_str(r, "spool", NULL), &why);
	if (!from && !args_has(r, "empty"))
		from = example(found);
	struct spool_init how = {.path = r->argc ? r->argv[0] : path, .from = from,
	                         .organisation = args_str(r, "organisation", NULL),
	                         .rehearsal = args_has(r, "rehearsal")};
	int rc = -1;
	if (!how.path)
		err_set(err, FAIL_USAGE, "init: name a directory");
	else if (args_has(r, "dry-run"))
		rc = 0;
	else
		rc = spool_init(&how, err);
	if (rc == 0)
		say(r, how.path, from);
	free(path);
	return rc;
}

static const struct opt opts[] = {
	{0, "from", OPT_DIR, "DIR", "copy the configuration of this spool (default: the example)"},
	{0, "empty", OPT_FLAG, NULL, "no configuration"},
	{0, "organisation", OPT_STRING, "NAME", "whose spool it is; keys are unique within it"},
	{0, "rehearsal", OPT_FLAG, NULL, "for rehearsals: erd --once --at TIME sets the clock"},
	{'n', "dry-run", OPT_FLAG, NULL, "say what would be made"},
	OPT_END};

const struct cmd cmd_init = {
	.name = "init",
	.args = "[DIR]",
	.summary = "make a spool",
	.about = "Without a directory the spool is made where other verbs look for one. The lanes, "
	         "pools, workers and schemas of the example come along, so that it works at once; "
	         "change them in etc/. A directory that holds a spool already is left alone (exit "
	         "status 6).",
	.opts = opts,
	.group = GROUP_SPOOL,
	.first = ARG_DIR,
	.max_args = 1,
	.exits = "0 2 3 4 6 75",
	.examples = "erctl init ./spool && export ER_SPOOL=$PWD/spool",
	.run = run,
};
