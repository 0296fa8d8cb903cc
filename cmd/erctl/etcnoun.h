/*
 * erctl/etcnoun.h -- list, show, set, rm, check of lanes, pools and workers, and their tables.
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

#define ETCNOUN_CHECK_ABOUT "A line for each error. Without one nothing is printed."

/* What the verbs of any noun have in common whose documents lie in etc/. */
#define ETC_VERB(noun, verb) .name = noun " " verb, .needs = NEED_SPOOL, .group = GROUP_SPOOL
#define ETC_LIST(noun) \
	ETC_VERB(noun, "list"), .args = "", .aliases = etcnoun_list_aliases, .max_args = 0, \
	.exits = "0 2 3 5"
#define ETC_ONE(noun, verb, name, type) \
	ETC_VERB(noun, verb), .args = name, .first = type, .min_args = 1, .max_args = 1
#define ETC_SET(noun, verb, name, type) \
	ETC_VERB(noun, verb), .args = name " [FILE|-]", .first = type, .rest = ARG_FILE, \
	.min_args = 1, .max_args = 2
#define ETC_CHECK(noun, name, type) \
	ETC_VERB(noun, "check"), .args = "[" name "]...", \
	.summary = "every error of these documents, or of all", .about = ETCNOUN_CHECK_ABOUT, \
	.first = type, .max_args = -1, .exits = "0 2 3 5", .examples = "erctl " noun " check"

/* All verbs of lanes, pools and workers: ${example} is the name in the examples, ${list} the
 * summary of list, ${rm_about} what help says of rm, ${show_more} what else it says of show;
 * ${more} verbs between list and rm, each with a COMMA. */
#define COMMA ,
#define ETCNOUN_VERBS(noun, type, example, list, rm_about, show_more, show_fields, more) \
	static const struct cmd verb_list = { \
	    ETC_LIST(noun), .summary = list, \
	    .about = "A row for each; with --json the documents, as they were written.", \
	    .examples = "erctl " noun " list\nerctl " noun " list --json", \
	    .fields = etcnoun_list_fields, .run = etcnoun_list}; \
	static const struct cmd verb_show = { \
	    ETC_ONE(noun, "show", "NAME", type), \
	    .summary = "every member, with its default where the document has none", \
	    .about = "A row for each member, nested ones with a dot; those that the document " \
		     "does not have stand there with their default. --json prints the document " \
		     "and, beside it, the defaults." show_more, \
	    .exits = "0 2 3 5", \
	    .examples = "erctl " noun " show " example "\nerctl " noun " show " example \
			" --json=document", \
	    .fields = show_fields, .run = etcnoun_show}; \
	static const struct cmd verb_set = { \
	    ETC_SET(noun, "set", "NAME", type), .summary = ETCNOUN_SET_SUMMARY, \
	    .about = ETCNOUN_SET_ABOUT, .opts = etcnoun_change_opts, .exits = "0 2 3 4 5 75", \
	    .examples = "erctl " noun " set " example " " example ".json", \
	    .fields = etcnoun_list_fields, .run = etcnoun_set}; \
	static const struct cmd verb_rm = { \
	    ETC_ONE(noun, "rm", "NAME", type), .summary = ETCNOUN_RM_SUMMARY, .about = rm_about, \
	    .opts = etcnoun_change_opts, .aliases = etcnoun_rm_aliases, .exits = "0 2 3 4 5 75", \
	    .examples = "erctl " noun " rm " example, .run = etcnoun_rm}; \
	static const struct cmd verb_check = { \
	    ETC_CHECK(noun, "NAME", type), .rest = type, .run = etcnoun_check}; \
	static const struct cmd *const verbs[] = { \
	    &verb_check, &verb_list, more &verb_rm, &verb_set, &verb_show, NULL}

/* The noun itself, but for its summary and what it is about. */
#define ETCNOUN(noun, example) \
	.name = noun, .args = "VERB", .group = GROUP_SPOOL, .max_args = -1, \
	.exits = "0 2 3 4 5 75", .verbs = verbs, \
	.examples = "erctl " noun " list\n" \
		    "erctl " noun " show " example "\n" \
		    "erctl " noun " set " example " " example ".json"

#define ETCNOUN_SET_SUMMARY "write the document, checked"
#define ETCNOUN_SET_ABOUT \
	"The document is checked with all of etc/ as it would then be; a running erd takes it up " \
	"before the command returns."
#define ETCNOUN_RM_SUMMARY "remove it, unless something refers to it"

#endif
