/* out/limits.c -- how much a program may take. */
#include "out/limits.h"

#include <sys/prctl.h>
#include <sys/resource.h>

static int set(int what, int64_t most)
{
	struct rlimit lim;

	if (!most)
		return 0;
	if (getrlimit((__rlimit_resource_t)what, &lim))
		return -1;
	if (lim.rlim_max == RLIM_INFINITY || lim.rlim_max > (rlim_t)most)
		lim.rlim_max = (rlim_t)most;
	lim.rlim_cur = lim.rlim_max;
	return setrlimit((__rlimit_resource_t)what, &lim);
}

int limits_apply(const struct limits *l)
{
	if (!l->memory_bytes && !l->file_bytes && !l->cpu_s && !l->files)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || set(RLIMIT_FSIZE, l->file_bytes) ||
	    set(RLIMIT_CPU, l->cpu_s) || set(RLIMIT_NOFILE, l->files))
		return -1;
	return set(RLIMIT_AS, l->memory_bytes);
}
