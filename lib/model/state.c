#include "model/state.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

static const char *const names[] = {
	[ST_NONE] = "none",           [ST_QUEUED] = "queued",       [ST_OFFERED] = "offered",
	[ST_ACCEPTED] = "accepted",   [ST_STARTED] = "started",     [ST_BLOCKED] = "blocked",
	[ST_SUBMITTED] = "submitted", [ST_VERIFIED] = "verified",   [ST_COMPLETED] = "completed",
	[ST_FAILED] = "failed",       [ST_CANCELLED] = "cancelled", [ST_EXPIRED] = "expired",
};
_Static_assert(NITEMS(names) == ST_COUNT, "name every state");

const char *state_name(enum state s)
{
	assert((unsigned)s < ST_COUNT);
	return names[s];
}

int state_by_name(const char *name)
{
	for (int s = 0; s < ST_COUNT; s++)
		if (strcmp(names[s], name) == 0)
			return s;
	return -1;
}

int state_final(enum state s)
{
	return s >= ST_COMPLETED && s < ST_COUNT;
}
