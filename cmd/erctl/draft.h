/*
 * erctl/draft.h -- what somebody typed and has not handed in, kept where no crash takes it.
 *
 * Purpose    A killed terminal, a refused submit, an editor that dies: nothing typed is lost.
 * Format     $XDG_STATE_HOME/er/drafts/SPOOLID-TASK-WORKER.json (er.draft.v1, mode 0600, folder
 *            0700), and beside it .jsonc, the text of the editor loop, while there is one.
 *            SPOOLID is of spool.json.
 * Method     Each save writes a temporary file and renames it: whole or not there.  No fsync for
 *            each keystroke; the folder is synced by draft_sync when somebody leaves.
 * Ownership  draft_release.
 * Errors     FAIL_TEMPORARY, FAIL_INVALID (a draft that is none; it is kept), FAIL_CONFLICT (open
 *            elsewhere).
 */
#ifndef ERCTL_DRAFT_H
#define ERCTL_DRAFT_H

#include <jansson.h>
#include <stdint.h>

#include "base/ids.h"

struct buf;
struct err;
struct run;

struct draft {
	struct id task;
	char worker[65];
	int64_t at_ms;      /* last save; 0: there is no draft, 1: there is, of whatever time */
	json_t *answer;     /* so far; NULL: none */
	json_t *texts;      /* {pointer: text}: typed but not (yet) a valid value of its field */
	json_t *confidence; /* or NULL */
	json_t *evidence;   /* [path or reference], or NULL */
	struct draft_lock *lock; /* owned; NULL: it was not loaded to be worked on */
};

void draft_init(struct draft *d, const struct id *task, const char *worker);
void draft_release(struct draft *d);
/* 1 loaded, 0 there is none, -1.  From now on it is this process's, until draft_release or its end:
 * FAIL_CONFLICT when it is another's, whose next save would take what was typed here. */
int draft_load(struct draft *d, const struct run *r, struct err *err);
int draft_save(struct draft *d, const struct run *r, struct err *err);
int draft_sync(const struct run *r, struct err *err);
/* The file of a draft that cannot be read gets another name, added to ${where}. */
int draft_set_aside(const struct draft *d, const struct run *r, struct buf *where, struct err *err);
/* Handed in, or given up: the draft and its .jsonc go. */
int draft_drop(const struct draft *d, const struct run *r, struct err *err);

/* The editor's text: path of the .jsonc, owned by the caller. */
char *draft_editor_path(const struct draft *d, const struct run *r, struct err *err);
/* Replace it (mode 0600), or with ${text} NULL remove it. */
int draft_editor_write(const struct draft *d, const struct run *r, const struct buf *text,
                       struct err *err);
/* 1 when there is one and the draft was not saved after it: what it says counts. */
int draft_editor_newer(const struct draft *d, const struct run *r);

/* "erctl --as WORKER answer ID", with -C where this command has it; added to ${out}, all of which
 * it returns. */
const char *draft_command(const struct draft *d, const struct run *r, struct buf *out);
/* er.draft.v1; a new reference. */
json_t *draft_doc(const struct draft *d);

/* Every draft of this spool, newest first; stops when ${fn} returns non-zero. */
int draft_each(const struct run *r, int (*fn)(void *ctx, const struct draft *d), void *ctx,
               struct err *err);

#endif
