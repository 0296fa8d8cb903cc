#include "etcnoun.h"
#include "verbs.h"

ETCNOUN_VERBS("worker", ARG_WORKER, "ana", "every worker, and who is here now",
              "A worker who is in a pool, a schedule or a chain, or stands for somebody, "
              "stays: exit 5.");

const struct cmd cmd_worker = {
	ETCNOUN("worker", "ana"),
	.summary = "workers: who they are, what they can, when they are there",
	.about = "A worker is a document in etc/workers/ (er-config(5)): a person, a program or a "
	         "service, with skills, hours, absences and how to tell them. How well they do is in "
	         "`erctl stats`.",
};
