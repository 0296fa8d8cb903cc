#include "colour.h"

static int set(const char *name)
{
	const char *v = getenv(name);
	return v && *v;
}

static int on(const char *name)
{
	const char *v = getenv(name);
	return v && *v && strcmp(v, "0") != 0;
}

int colour_wanted(const char *option, int is_terminal)
{
	const char *word = option ? option : getenv("ER_COLOR");
	const char *clicolor = getenv("CLICOLOR");
	const char *term = getenv("TERM");
	if (word && strcmp(word, "always") == 0)
		return 1;
	if (word && strcmp(word, "never") == 0)
		return 0;
	if (set("NO_COLOR"))
		return 0;
	if (on("CLICOLOR_FORCE") || on("FORCE_COLOR"))
		return 1;
	if (clicolor && strcmp(clicolor, "0") == 0)
		return 0;
	if (!term || strcmp(term, "dumb") == 0)
		return 0;
	return is_terminal;
}
