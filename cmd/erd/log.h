/*
 * cmd/erd/log.h -- what erd says on stderr.
 *
 * Purpose    One line per event: its name, then pairs of key and value.
 * Format     text    18:44:38 task.offered task=task_01J8… lane=deploy
 *            logfmt  time=… level=info event=task.offered task=task_01J8… lane=deploy
 *            json    {"time":…,"level":"info","event":"task.offered","task":"task_01J8…",…}
 *            Text puts "warning: " or "error: " before such an event's name.  To the journal
 *            (JOURNAL_STREAM names fd 2) each line begins with <N>, and logfmt leaves time and
 *            level to it.  Without a format: text on a terminal, else logfmt.
 * Safety     Values are made safe (base/safe.h), so each event is one line and no value can begin
 *            a key of its own; at most LOG_VALUE_MAX bytes of one are shown.  Secrets and payloads
 *            are the caller's to leave out.
 * Errors     A line that cannot be written is lost.
 */
#ifndef CMD_ERD_LOG_H
#define CMD_ERD_LOG_H

#include <stdint.h>

/* syslog's numbers; its names belong to <syslog.h>. */
enum log_level { LOG_CRIT_ = 2, LOG_ERR_, LOG_WARNING_, LOG_NOTICE_, LOG_INFO_, LOG_DEBUG_ };

enum { LOG_VALUE_MAX = 1024 };

/* ${format}: "text", "logfmt", "json", or NULL to choose by what stderr is; -1 for others.
 * ${quiet}: nothing below a warning.  Before it is called: chosen, not quiet. */
int log_open(const char *format, int quiet);

/* Pairs of const char *, NULL at the end.  A pair whose value is NULL is left out. */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

#endif
