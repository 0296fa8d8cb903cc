#include "extern.h"

#include <unistd.h>

#include "args.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/near.h"
#include "cmd.h"

enum { PROGRAM_MAX = 4096 };

static int unknown(const char *word, struct err *err)
{
	struct near near;
	struct buf tip = BUF_INIT;
	near_init(&near, word);
	for (const struct cmd *const *c = commands; *c; c++) {
		if (!(*c)->hidden)
			near_offer(&near, (*c)->name);
	}
	near_add(&near, &tip);
	err_set(err, FAIL_USAGE, "unknown command %s%s", word, buf_str(&tip));
	buf_release(&tip);
	return -1;
}

int extern_run(struct run *r, char **argv, struct err *err)
{
	char program[PROGRAM_MAX];
	const char *word = argv[0];
	if (!*word || strlen(word) > 32 || strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-") !=
	                                       strlen(word))
		return unknown(word, err);
	r->spool_path = spool_find(args_str(r, "spool", NULL), &r->spool_why);
	if (r->spool_path)
		setenv("ER_SPOOL", r->spool_path, 1);
	snprintf(program, sizeof program, "%s/erctl-%s", ER_LIBEXECDIR, word);
	execv(program, argv);
	snprintf(program, sizeof program, "erctl-%s", word);
	execvp(program, argv);
	return unknown(word, err);
}
