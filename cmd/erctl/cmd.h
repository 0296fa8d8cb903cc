/*
 * erctl/cmd.h -- a command is a value at the end of its own file.
 *
 * Purpose    main.c holds the alphabetised table of these values.  Parsing, usage
 *            errors, --help, `help --json`, the man pages and completion are read
 *            from it, so nothing about a verb or an option is written twice.
 * Order      main finds the verb, args.c parses and checks the options by type,
 *            main opens what .needs asks for, .run does the work.
 * Result     .run returns the exit status itself, or -1 with *err set; main then
 *            prints the error and maps its code (base/err.h).
 * Nouns      A noun (schema, lane …) is a value with .verbs, a table of values whose names are
 *            "schema add" and so on; it has no .run.  Everything about options, help, pages and
 *            completion holds for its verbs, too (noun.h).
 * Adding     1. NAME.c with `const struct cmd cmd_NAME`.  2. A row in main.c, or in the table of
 *            its noun.  3. tests/golden/help/NAME.txt (`erctl NAME --help`; NOUN-VERB.txt).  The
 *            help, man and completion tests fail until all three agree.
 */
#ifndef ERCTL_CMD_H
#define ERCTL_CMD_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "out.h"
#include "spool/layout.h"

struct err;

/* What a value is: decides how it is checked and what completes it. */
enum opt_type {
	OPT_FLAG,
	OPT_STRING,
	OPT_INT,      /* 0 .. 2^31-1 */
	OPT_DURATION, /* 90s 15m 4h 2d */
	OPT_TIME,     /* RFC 3339, or a duration: that long ago, with + from now */
	OPT_ENUM,     /* .arg is "one|two|three" */
	OPT_FIELDS,   /* optional: --json or --json=a,b */
	OPT_STATE,    /* state names, comma-separated */
	OPT_LANE,
	OPT_POOL,
	OPT_WORKER,
	OPT_SCHEMA,   /* a name in etc/schemas, or @FILE */
	OPT_FILE,
	OPT_DIR
};

struct opt {
	char letter; /* 0: long only */
	const char *name;
	enum opt_type type;
	const char *arg; /* placeholder, NULL for flags */
	const char *help;
};
#define OPT_END {0, NULL, OPT_FLAG, NULL, NULL}

enum arg_type { ARG_NONE, ARG_ID, ARG_TEXT, ARG_FILE, ARG_DIR, ARG_VERB, ARG_SHELL,
	ARG_SCHEMA,      /* a name in etc/schemas */
	ARG_SCHEMA_FILE, /* the same, or a file */
	ARG_LANE, ARG_POOL, ARG_WORKER, ARG_SCHEDULE, ARG_CHAIN, ARG_GOLD, /* names in etc/ */
	ARG_WORKER_LANE  /* of either kind */
};

enum need {
	NEED_SPOOL = 1 << 0,
	NEED_WORKER = 1 << 1 /* r->worker is set and its document exists */
};

enum cmd_group { GROUP_REQUESTER, GROUP_WORKER, GROUP_LOOK, GROUP_SPOOL, GROUP_COUNT };

struct run;

struct cmd {
	const char *name;
	const char *args;    /* "[ID]..." */
	const char *summary; /* one line, lower case, no full stop */
	const char *about;   /* paragraphs separated by an empty line */
	const struct opt *opts;
	const char *const *aliases; /* NULL-ended, or NULL */
	unsigned needs;
	enum cmd_group group;
	enum arg_type first, rest; /* positional arguments, for completion */
	unsigned states;           /* ARG_ID: states offered, bits 1 << enum state; 0: open ones */
	int min_args, max_args;    /* max -1: no limit */
	const char *exits;         /* "0 2 3": rows of the exit table */
	const char *examples;      /* one command a line */
	const char *const *fields; /* what --json=… may name first; NULL: no selection */
	int hidden;
	const struct cmd *const *verbs; /* of a noun, by name, NULL-ended; or NULL */
	int (*run)(struct run *r, struct err *err);
};

/* One option as given, checked by type. */
struct given {
	const struct opt *opt;
	const char *text; /* borrowed from argv; NULL for flags */
	int64_t num;      /* OPT_INT, and milliseconds of OPT_DURATION and OPT_TIME */
};

enum { GIVEN_MAX = 256 };

struct run {
	const struct cmd *cmd;
	char **words; /* as main got them */
	int argc;     /* positional arguments */
	char **argv;
	struct given given[GIVEN_MAX];
	size_t ngiven;
	struct out out;
	struct spool spool; /* open when .needs has NEED_SPOOL */
	int have_spool;
	char *spool_path;   /* owned */
	const char *spool_why;
	char worker[65];    /* "" unless NEED_WORKER */
	char hint[512];     /* printed below an error when set */
	json_t *details;    /* owned: "errors" of an error object, or NULL */
};

extern const struct cmd *const commands[]; /* by name, NULL-ended */
extern const struct opt global_opts[];

const struct cmd *cmd_find(const char *name); /* exact name or alias, or NULL */
/* Find and open the spool of -C, ER_SPOOL … into r->spool. */
int run_open_spool(struct run *r, struct err *err);

#endif
