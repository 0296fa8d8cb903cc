/* Not part of erctl-tui. */
#include "handover.h"

#include <limits.h>
#include <unistd.h>

#include "base/err.h"
#include "cmd.h"
#include "tui.h"

static const char program[] = "erctl-tui";

static int beside(char *path, size_t n)
{
	ssize_t len = readlink("/proc/self/exe", path, n - 1);
	if (len <= 0)
		return 0;
	path[len] = '\0';
	char *slash = strrchr(path, '/');
	if (!slash || (size_t)(slash + 1 - path) + sizeof program > n)
		return 0;
	memcpy(slash + 1, program, sizeof program);
	return access(path, X_OK) == 0;
}

static int find(char *path, size_t n)
{
	if (beside(path, n))
		return 1;
	snprintf(path, n, "%s/%s", ER_LIBEXECDIR, program);
	return access(path, X_OK) == 0;
}

int handover_possible(void)
{
	char path[PATH_MAX];
	return find(path, sizeof path);
}

static int become(struct run *r, struct err *err)
{
	char path[PATH_MAX];
	if (!find(path, sizeof path))
		return err_set(err, FAIL_USAGE, "%s is not installed", program);
	out_flush(&r->out);
	execv(path, r->words);
	return err_set(err, FAIL_USAGE, "cannot start %s", path);
}

int tui_inbox(struct run *r, struct err *err)
{
	return become(r, err);
}

int tui_form(struct run *r, const struct form *form, const struct form_about *about,
             struct draft *draft, enum form_end *end, struct err *err)
{
	(void)form;
	(void)about;
	(void)draft;
	(void)end;
	return become(r, err);
}
