#include "args.h"

#include <assert.h>
#include <getopt.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/near.h"
#include "cmd.h"

enum { OPTS_MAX = 64, CODE_BASE = 256 };

const struct opt global_opts[] = {
	{'C', "spool", OPT_DIR, "DIR", "the spool to use (default: $ER_SPOOL, /var/spool/er, …)"},
	{0, "as", OPT_WORKER, "WORKER", "act as this worker (default: $ER_WORKER, your account's)"},
	{'q', "quiet", OPT_FLAG, NULL, "no sentences on stderr, only errors"},
	{'v', "verbose", OPT_FLAG, NULL, "say more on stderr"},
	{0, "json", OPT_FIELDS, "FIELDS", "print one JSON document; with fields: only these"},
	{0, "ndjson", OPT_FLAG, NULL, "print one JSON object a line"},
	{0, "color", OPT_ENUM, "always|never|auto", "colour"},
	{0, "format-version", OPT_ENUM, "1", "the version of the JSON that you can read"},
	{0, "no-input", OPT_FLAG, NULL, "never ask anything"},
	{0, "no-pager", OPT_FLAG, NULL, "never start a pager"},
	{'h', "help", OPT_FLAG, NULL, "print help and exit"},
	{'V', "version", OPT_FLAG, NULL, "print the version and exit"},
	OPT_END};

struct parser {
	const struct opt *opts[OPTS_MAX];
	struct option longs[OPTS_MAX + 1];
	char shorts[2 * OPTS_MAX + 4];
	size_t n;
	const char *where; /* "submit: " in messages, or "" */
};

static void parser_add(struct parser *p, const struct opt *opts)
{
	size_t at = strlen(p->shorts);
	for (; opts && opts->name; opts++) {
		assert(p->n < OPTS_MAX);
		struct option *l = &p->longs[p->n];
		l->name = opts->name;
		l->has_arg = opts->type == OPT_FLAG     ? no_argument
		             : opts->type == OPT_FIELDS ? optional_argument
		                                        : required_argument;
		l->val = CODE_BASE + (int)p->n;
		p->opts[p->n++] = opts;
		if (opts->letter) {
			p->shorts[at++] = opts->letter;
			if (opts->type != OPT_FLAG)
				p->shorts[at++] = ':';
		}
	}
	p->shorts[at] = '\0';
}

static const struct opt *parser_find(const struct parser *p, int code)
{
	if (code >= CODE_BASE)
		return p->opts[code - CODE_BASE];
	for (size_t i = 0; i < p->n; i++) {
		if (p->opts[i]->letter == code)
			return p->opts[i];
	}
	return NULL;
}

/* getopt_long takes abbreviations; names are exact here, and near ones are told. */
static int check_names(const struct parser *p, int argc, char **argv, int stop, struct err *err)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		const char *w = argv[i];
		if (stop && w[0] != '-')
			return 0;
		if (strncmp(w, "--", 2) != 0)
			continue;
		size_t len = strcspn(w + 2, "=");
		struct near near;
		char name[65], other[65];
		snprintf(name, sizeof name, "%.*s", (int)(len < 62 ? len + 2 : 64), w);
		near_init(&near, name);
		size_t k = 0;
		for (; k < p->n; k++) {
			if (strcmp(name + 2, p->opts[k]->name) == 0)
				break;
			snprintf(other, sizeof other, "--%s", p->opts[k]->name);
			near_offer(&near, other);
		}
		if (k < p->n) {
			if (stop && p->longs[k].has_arg == required_argument && !strchr(w, '='))
				i++;
			continue;
		}
		struct buf tip = BUF_INIT;
		near_add(&near, &tip);
		err_set(err, FAIL_USAGE, "%sunknown option %s%s", p->where, name, buf_str(&tip));
		buf_release(&tip);
		return -1;
	}
	return 0;
}

static int take(struct run *r, const struct opt *opt, const char *text, struct err *err)
{
	if (r->ngiven == GIVEN_MAX)
		return err_set(err, FAIL_USAGE, "more than %d options", GIVEN_MAX);
	struct given *g = &r->given[r->ngiven++];
	*g = (struct given){.opt = opt, .text = text};
	return text ? args_check(g, err) : 0;
}

static int parse(struct run *r, struct parser *p, int argc, char **argv, int *next, struct err *err)
{
	int code;
	opterr = 0;
	optind = 0; /* GNU: start anew */
	while ((code = getopt_long(argc, argv, p->shorts, p->longs, NULL)) != -1) {
		if (code == '?' && optopt >= CODE_BASE) /* an argument for a flag */
			return err_set(err, FAIL_USAGE, "%s--%s takes no value", p->where,
			               parser_find(p, optopt)->name);
		if (code == '?')
			return err_set(err, FAIL_USAGE, "%sunknown option -%c", p->where, optopt);
		if (code == ':' && optopt >= CODE_BASE)
			return err_set(err, FAIL_USAGE, "%s--%s needs a value", p->where,
			               parser_find(p, optopt)->name);
		if (code == ':')
			return err_set(err, FAIL_USAGE, "%s-%c needs a value", p->where, optopt);
		if (take(r, parser_find(p, code), optarg, err) < 0)
			return -1;
	}
	*next = optind;
	return 0;
}

int args_global(struct run *r, int argc, char **argv, int *next, struct err *err)
{
	struct parser p = {.shorts = "+:", .where = ""};
	parser_add(&p, global_opts);
	if (check_names(&p, argc, argv, 1, err) < 0)
		return -1;
	return parse(r, &p, argc, argv, next, err);
}

int args_parse(struct run *r, int argc, char **argv, struct err *err)
{
	char where[40];
	struct parser p = {.shorts = ":", .where = where};
	int next = 0;
	snprintf(where, sizeof where, "%s: ", r->cmd->name);
	parser_add(&p, r->cmd->opts);
	parser_add(&p, global_opts);
	if (check_names(&p, argc, argv, 0, err) < 0 || parse(r, &p, argc, argv, &next, err) < 0)
		return -1;
	r->argc = argc - next;
	r->argv = argv + next;
	return 0;
}

int args_json_wanted(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--json") == 0 || strncmp(argv[i], "--json=", 7) == 0 ||
		    strcmp(argv[i], "--ndjson") == 0)
			return 1;
	}
	return 0;
}

static const struct given *last(const struct run *r, const char *name)
{
	for (size_t i = r->ngiven; i > 0; i--) {
		if (strcmp(r->given[i - 1].opt->name, name) == 0)
			return &r->given[i - 1];
	}
	return NULL;
}

int args_has(const struct run *r, const char *name)
{
	return last(r, name) != NULL;
}

const char *args_str(const struct run *r, const char *name, const char *dflt)
{
	const struct given *g = last(r, name);
	return g && g->text ? g->text : dflt;
}

int64_t args_num(const struct run *r, const char *name, int64_t dflt)
{
	const struct given *g = last(r, name);
	return g ? g->num : dflt;
}

const char *args_each(const struct run *r, const char *name, size_t *pos)
{
	while (*pos < r->ngiven) {
		const struct given *g = &r->given[(*pos)++];
		if (strcmp(g->opt->name, name) == 0)
			return g->text;
	}
	return NULL;
}
