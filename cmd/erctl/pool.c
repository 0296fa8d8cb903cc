#include "etcnoun.h"
#include "verbs.h"

ETCNOUN_VERBS("pool", ARG_POOL, "support", "every pool and its members",
              "A pool that a lane or a chain names stays: exit 5.", "", etcnoun_show_fields, );

const struct cmd cmd_pool = {
	ETCNOUN("pool", "support"),
	.summary = "pools: the workers who serve a lane",
	.about = "A pool is a document in etc/pools/ (er-config(5)): workers, and whether "
	         "they are our own.",
};
