/* spool/find.c -- which spool is meant. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "spool/layout.h"

static const char system_spool[] = "/var/spool/er";

static int usable(const char *spool)
{
	char path[SPOOL_NAME_MAX];

	snprintf(path, sizeof(path), "%s/spool.json", spool);
	if (access(path, R_OK))
		return 0;
	snprintf(path, sizeof(path), "%s/new", spool);
	return access(path, W_OK | X_OK) == 0;
}

static const char *home(char *scratch, size_t n)
{
	const char *dir = getenv("HOME");
	struct passwd entry, *found = NULL;

	if (dir && *dir)
		return dir;
	if (!getpwuid_r(getuid(), &entry, scratch, n, &found) && found)
		return found->pw_dir;
	return "";
}

char *spool_find(const char *option, const char **why)
{
	char scratch[1024];
	struct buf path = BUF_INIT;
	const char *dir;

	*why = "-C";
	if (option)
		return mem_strdup(option);
	*why = "ER_SPOOL";
	dir = getenv("ER_SPOOL");
	if (dir && *dir)
		return mem_strdup(dir);
	*why = system_spool;
	if (usable(system_spool))
		return mem_strdup(system_spool);
	*why = "XDG_STATE_HOME";
	dir = getenv("XDG_STATE_HOME");
	if (dir && *dir == '/') {
		buf_addf(&path, "%s/er/spool", dir);
	} else {
		*why = "~/.local/state";
		buf_addf(&path, "%s/.local/state/er/spool", home(scratch, sizeof(scratch)));
	}
	return buf_detach(&path);
}
