#include "extern.h"

#include <unistd.h>

#include "args.h"
#include "base/err.h"
#include "cmd.h"
#include "help.h"

enum { PROGRAM_MAX = 4096 };

int extern_run(struct run *r, char **argv, struct err *err)
{
	char program[PROGRAM_MAX];
	const char *word = argv[0];
	if (!*word || strlen(word) > 32 || strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-") !=
	                                       strlen(word))
		return help_unknown("unknown command", word, NULL, err);
	r->spool_path = spool_find(args_str(r, "spool", NULL), &r->spool_why);
	if (r->spool_path)
		setenv("ER_SPOOL", r->spool_path, 1);
	snprintf(program, sizeof program, "%s/erctl-%s", ER_LIBEXECDIR, word);
	execv(program, argv);
	snprintf(program, sizeof program, "erctl-%s", word);
	execvp(program, argv);
	return help_unknown("unknown command", word, NULL, err);
}
