/* Is there a terminal for a full screen, and does the user want one? */
#include <sys/ioctl.h>
#include <unistd.h>

#include "args.h"
#include "cmd.h"
#include "handover.h"
#include "tui.h"

static int wanted(const char *name)
{
	const char *v = getenv(name);
	return v && *v && strcmp(v, "0") != 0;
}

int terminal_asks(const struct run *r)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && isatty(STDERR_FILENO) &&
	       r->out.format == FMT_TEXT && !args_has(r, "plain") && !args_has(r, "no-input") &&
	       !wanted("ER_NO_INPUT") && !wanted("CI");
}

int tui_usable(const struct run *r)
{
	const char *term = getenv("TERM");
	struct winsize ws;

	if (!terminal_asks(r) || args_has(r, "line") || wanted("ER_ACCESSIBLE"))
		return 0;
	if (!term || !*term || strcmp(term, "dumb") == 0)
		return 0;
	return ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 0 && ws.ws_row > 0 &&
	       handover_possible();
}
