/* erctl/draft_command.c -- the command that goes on with a draft, to be pasted into a shell. */
#include <string.h>

#include "args.h"
#include "base/buf.h"
#include "cmd.h"
#include "draft.h"

static const char plain[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+,:@%";

static void add_word(struct buf *out, const char *word)
{
	if (*word && strspn(word, plain) == strlen(word)) {
		buf_adds(out, word);
		return;
	}
	buf_addc(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			buf_adds(out, "'\\''");
		else
			buf_addc(out, *word);
	}
	buf_addc(out, '\'');
}

const char *draft_command(const struct draft *d, const struct run *r, struct buf *out)
{
	char id[ID_TEXT_MAX];
	const char *spool = args_str(r, "spool", NULL);
	buf_adds(out, "erctl ");
	if (spool) { /* else the next command finds it the way this one did */
		buf_adds(out, "-C ");
		add_word(out, spool);
		buf_addc(out, ' ');
	}
	buf_addf(out, "--as %s answer %s", d->worker, id_format(&d->task, "task_", id));
	return buf_str(out);
}
