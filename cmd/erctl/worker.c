#include "etcnoun.h"
#include "standing.h"
#include "verbs.h"

static const char *const show_fields[] = {"name", "document", "defaults", "reputation", NULL};

ETCNOUN_VERBS("worker", ARG_WORKER, "ana", "every worker, and who is here now",
              "A worker who is in a pool, a schedule or a chain, or stands for somebody, "
              "stays: exit 5.",
              "\n\nBelow stands, for each lane, what verification has shown of the worker "
              "(er-verify(7)): the accuracy with 90 % of its posterior, how many answers gold "
              "tasks, peers and reviewers found right, as they count today, how near suspicion is "
              "to suspension, and since when the worker is suspended.",
              show_fields, &cmd_worker_reinstate COMMA);

const struct cmd cmd_worker = {
	ETCNOUN("worker", "ana"),
	.summary = "workers: who they are, what they can, when they are there",
	.about = "A worker is a document in etc/workers/ (er-config(5)): a person, a program or a "
	         "service, with skills, hours, absences and how to tell them. How well they do is "
	         "in `erctl stats`, how right they are in `erctl worker show`.",
};
