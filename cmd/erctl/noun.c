#include "noun.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/near.h"
#include "cmd.h"

const char *noun_word(const struct cmd *verb)
{
	const char *space = strrchr(verb->name, ' ');
	return space ? space + 1 : verb->name;
}

const struct cmd *noun_verb(const struct cmd *noun, const char *word)
{
	for (const struct cmd *const *v = noun->verbs; v && *v; v++) {
		if (strcmp(noun_word(*v), word) == 0)
			return *v;
		for (const char *const *a = (*v)->aliases; a && *a; a++) {
			if (strcmp(*a, word) == 0)
				return *v;
		}
	}
	return NULL;
}

int noun_unknown(const struct cmd *noun, const char *word, struct err *err)
{
	struct near near;
	struct buf tip = BUF_INIT;
	near_init(&near, word);
	for (const struct cmd *const *v = noun->verbs; *v; v++)
		near_offer(&near, noun_word(*v));
	near_add(&near, &tip);
	err_set(err, FAIL_USAGE, "%s: unknown verb %.40s%s", noun->name, word, buf_str(&tip));
	buf_release(&tip);
	return -1;
}

void noun_help(struct buf *b, const struct cmd *noun)
{
	int width = 10;

	for (const struct cmd *const *v = noun->verbs; *v; v++)
		if ((int)strlen(noun_word(*v)) > width)
			width = (int)strlen(noun_word(*v));
	buf_adds(b, "\nVerbs:\n");
	for (const struct cmd *const *v = noun->verbs; *v; v++)
		buf_addf(b, "  %-*s  %s\n", width, noun_word(*v), (*v)->summary);
	buf_addf(b, "\n'erctl help %s VERB' explains a verb.\n", noun->name);
}
