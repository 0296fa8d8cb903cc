/*
 * erctl/etcnoun.h -- list, show, set, rm, check of lanes, pools and workers: what they share.
 *
 * Rules      Which kind is meant follows from the noun in the verb's name.  show tells of each
 *            member whether the document has it or its default counts; with --json the document
 *            stands beside the defaults, so it can be given back to set.
 */
#ifndef ERCTL_ETCNOUN_H
#define ERCTL_ETCNOUN_H

#include "cmd.h"

int etcnoun_list(struct run *r, struct err *err);
int etcnoun_show(struct run *r, struct err *err);
int etcnoun_set(struct run *r, struct err *err);
int etcnoun_rm(struct run *r, struct err *err);
int etcnoun_check(struct run *r, struct err *err);

extern const struct opt etcnoun_change_opts[];
extern const char *const etcnoun_list_aliases[], *const etcnoun_rm_aliases[];
extern const char *const etcnoun_list_fields[], *const etcnoun_show_fields[];

#define ETCNOUN_LIST_ABOUT "A row for each; with --json the documents, as they were written."
#define ETCNOUN_SHOW_ABOUT \
	"A row for each member, nested ones with a dot; those that the document does not have stand " \
	"there with their default. --json prints the document and, beside it, the defaults."
#define ETCNOUN_SET_ABOUT \
	"The document is checked with all of etc/ as it would then be; a running erd takes it up " \
	"before the command returns."
#define ETCNOUN_CHECK_ABOUT "A line for each error. Without one nothing is printed."

#endif
