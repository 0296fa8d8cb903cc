#include "noun.h"

#include "args.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/near.h"
#include "cmd.h"

static const struct subverb *find(const struct cmd *noun, const char *word)
{
	for (const struct subverb *v = noun->verbs; v->name; v++)
		if (strcmp(v->name, word) == 0 || (v->alias && strcmp(v->alias, word) == 0))
			return v;
	return NULL;
}

static int unknown(const struct cmd *noun, const char *word, struct err *err)
{
	struct near near;
	struct buf tip = BUF_INIT;

	near_init(&near, word);
	for (const struct subverb *v = noun->verbs; v->name; v++)
		near_offer(&near, v->name);
	near_add(&near, &tip);
	err_set(err, FAIL_USAGE, "%s: no such verb: %s%s", noun->name, word, buf_str(&tip));
	buf_release(&tip);
	return -1;
}

/* "name" stands in "name other" as a word. */
static int listed(const char *words, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = words; p && *p; p += strcspn(p, " "), p += *p == ' ')
		if (strncmp(p, name, n) == 0 && (p[n] == ' ' || p[n] == '\0'))
			return 1;
	return 0;
}

static int own_option(const struct cmd *noun, const struct opt *o)
{
	for (const struct opt *own = noun->opts; own && own->name; own++)
		if (own == o)
			return 1;
	return 0;
}

static int check(const struct run *r, const struct subverb *v, struct err *err)
{
	for (size_t i = 0; i < r->ngiven; i++)
		if (own_option(r->cmd, r->given[i].opt) &&
		    !listed(v->options, r->given[i].opt->name))
			return err_set(err, FAIL_USAGE, "%s %s: does not take --%s", r->cmd->name,
				       v->name, r->given[i].opt->name);
	if (r->argc < v->min_args)
		return err_set(err, FAIL_USAGE, "%s %s: needs %s", r->cmd->name, v->name, v->args);
	if (v->max_args >= 0 && r->argc > v->max_args)
		return err_set(err, FAIL_USAGE, "%s %s: unexpected argument %s", r->cmd->name,
			       v->name, r->argv[v->max_args]);
	return 0;
}

int noun_run(struct run *r, struct err *err)
{
	const struct subverb *v = find(r->cmd, r->argv[0]);

	if (!v)
		return unknown(r->cmd, r->argv[0], err);
	r->argc--;
	r->argv++;
	return check(r, v, err) != 0 ? -1 : v->run(r, err);
}
