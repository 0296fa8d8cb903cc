#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/timefmt.h"
#include "erd.h"
#include "log.h"

static const char usage[] =
    "usage: erd [-C SPOOL] [--once [--strict] [--at TIME]] [--check] [--log-format FORMAT]\n"
    "\n"
    "Route, verify and settle the tasks of a spool.  Stays in the foreground, logs to\n"
    "stderr, one per spool; kill -9 is a supported way to stop.\n"
    "\n"
    "  -C, --spool DIR          the spool (else ER_SPOOL, /var/spool/er, ~/.local/state/er/spool)\n"
    "      --once               do everything that is due, then exit 0; silent on success\n"
    "      --strict             with --once: exit 75 when another erd holds the spool\n"
    "      --at TIME            with --once on a rehearsal spool: what time it is (RFC 3339)\n"
    "      --check              check the configuration in etc/ and exit (78 when it is bad)\n"
    "      --log-format FORMAT  text, logfmt or json\n"
    "  -h, --help               this text\n"
    "  -V, --version            the version\n"
    "\n"
    "Exit status: 0 done, 1 failure, 2 usage, 75 try again, 78 bad configuration.\n";

enum { OPT_ONCE = 256, OPT_CHECK, OPT_AT, OPT_STRICT, OPT_LOG };

static const struct option options[] = {
	{"spool", required_argument, NULL, 'C'},
	{"once", no_argument, NULL, OPT_ONCE},
	{"check", no_argument, NULL, OPT_CHECK},
	{"at", required_argument, NULL, OPT_AT},
	{"strict", no_argument, NULL, OPT_STRICT},
	{"log-format", required_argument, NULL, OPT_LOG},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

struct args {
	struct erd_options o;
	const char *log_format;
	int strict;
};

static int usage_error(const char *text)
{
	fprintf(stderr, "erd: %s\nTry 'erd --help'.\n", text);
	return 2;
}

/* -1: go on; otherwise the exit status. */
static int read_args(int argc, char **argv, struct args *a)
{
	struct err err = ERR_INIT;
	int c;

	while ((c = getopt_long(argc, argv, "C:hV", options, NULL)) != -1) {
		switch (c) {
		case 'C':
			a->o.spool = optarg;
			break;
		case OPT_ONCE:
			a->o.once = 1;
			break;
		case OPT_CHECK:
			a->o.check = 1;
			break;
		case OPT_STRICT:
			a->strict = 1;
			break;
		case OPT_LOG:
			a->log_format = optarg;
			break;
		case OPT_AT:
			if (time_parse(optarg, &a->o.at_ms, &err) != 0)
				return usage_error(err.msg);
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		case 'V':
			puts("erd " ER_VERSION);
			return 0;
		default:
			fprintf(stderr, "Try 'erd --help'.\n");
			return 2;
		}
	}
	if (optind < argc)
		return usage_error("takes no arguments");
	if (a->o.at_ms >= 0 && !a->o.once)
		return usage_error("--at goes with --once");
	return -1;
}

/* A daemon's table is shorter: what it was pointed at is its configuration. */
static int exit_status(enum fail code)
{
	switch (code) {
	case FAIL_USAGE:
	case FAIL_TEMPORARY:
		return fail_exit(code);
	case FAIL_NOT_FOUND:
	case FAIL_DENIED:
	case FAIL_INVALID:
	case FAIL_CONFIG:
		return fail_exit(FAIL_CONFIG);
	default:
		return fail_exit(FAIL_FAILURE);
	}
}

static int run(struct args *a)
{
	struct err err = ERR_INIT;
	struct erd e;
	int rc = erd_start(&e, &a->o, &err);
	if (rc == 0 && !a->o.check)
		rc = erd_loop(&e, &err);
	erd_end(&e);
	if (rc == 0 || (e.locked_out && a->o.once && !a->strict))
		return 0;
	log_event(LOG_ERR_, "stopped", "reason", err.msg, NULL);
	return exit_status(err.code);
}

int main(int argc, char **argv)
{
	struct args a = {.o = {.at_ms = -1}};
	const char *why;
	int rc = read_args(argc, argv, &a);

	if (rc >= 0)
		return rc;
	if (log_open(a.log_format, a.o.once) != 0)
		return usage_error("--log-format is text, logfmt or json");
	char *path = spool_find(a.o.spool, &why);
	a.o.spool = path;
	rc = run(&a);
	free(path);
	return rc;
}
