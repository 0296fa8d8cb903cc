#include "etcnoun.h"
#include "verbs.h"

ETCNOUN_VERBS("lane", ARG_LANE, "general", "every lane, whom it asks and how soon",
              "A lane that a chain names stays: exit 5. Its open tasks keep what they were told.",
              "", etcnoun_show_fields, );

const struct cmd cmd_lane = {
	ETCNOUN("lane", "general"),
	.summary = "kinds of work: who may do it, at what price, how soon",
	.about = "A lane is a document in etc/lanes/ (er-config(5)); a task names its lane, or the "
	         "dialect that it came in says it.",
};
