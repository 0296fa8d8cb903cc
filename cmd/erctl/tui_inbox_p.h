/*
 * erctl/tui_inbox_p.h -- between the files of the full-screen inbox.
 *
 *   tui_inbox.c   the loop: keys to commands, what happens by itself, in and out
 *   tui_list.c    title, rows, footer; which entry is selected
 *   tui_reader.c  the text of the selected task
 *   tui_act.c     messages to erd, and their verdicts as they come
 *   tui_answer.c  form or editor, the wait in which an answer can be taken back, sending
 *   tui_find.c    search, the `:` line, the page of keys, links and pipes
 */
#ifndef ERCTL_TUI_INBOX_P_H
#define ERCTL_TUI_INBOX_P_H

#include <jansson.h>

#include "answering.h"
#include "draft.h"
#include "entries.h"
#include "inbox_verbs.h"
#include "spool/dirlist.h"
#include "tui_widgets.h"

enum { INBOX_WAITING_MAX = 48, INBOX_WIDE = 120, INBOX_TALL = 40, SEARCH_MAX = 200 };

/* A message that erd has not judged yet. */
struct waiting {
	struct inbox *in;
	struct verb_message m; /* .body is gone */
	struct verb_sent sent;
	int64_t until_mono_ms;
	int used;
};

/* An answer that can still be taken back. */
struct held {
	struct answering a; /* points into itself: never moved */
	struct draft d;
	char id[ID_TEXT_MAX];
	int64_t at_mono_ms;
	struct held *next;
};

struct inbox {
	struct run *r;
	struct entries list;
	size_t at, top;             /* selected, first row shown */
	char selected[ID_TEXT_MAX]; /* its id: survives every change of the list */
	int reading;                /* the keys go to the task's text */
	struct names marks, drafts; /* ids, sorted */
	char search[SEARCH_MAX + 1];
	json_t *doc;                /* of the selected task; NULL: not read, or gone */
	struct area text;           /* made of it */
	char text_id[ID_TEXT_MAX];
	int text_cols;
	int64_t text_made_ms;
	struct waiting waiting[INBOX_WAITING_MAX];
	struct held *held;          /* owned, the last one first */
	int64_t undo_ms, poll_mono_ms, bell_ms;
	int quit, ended;            /* .ended: SK_END, nothing more is sent */
	struct buf typed;           /* of a message that could not be sent */
	enum inbox_do typed_for;
	struct buf said;            /* for stderr, when the screen is gone */
};

/* tui_list.c */
void inbox_draw(void *ctx);
int inbox_list_rows(const struct inbox *in);
void inbox_select(struct inbox *in, size_t i);
void inbox_keep_selection(struct inbox *in); /* after the list changed */
void inbox_now(struct inbox *in, struct inbox_now *now);

/* tui_reader.c */
int inbox_reader_wide(void);
void inbox_reader_forget(struct inbox *in); /* the task may have changed */
const json_t *inbox_reader_doc(struct inbox *in); /* in->doc, read when it is not yet */
void inbox_reader_draw(struct inbox *in, int y, int x, int rows, int cols);
const char *inbox_link(const struct inbox *in, size_t i); /* the ${i}-th http(s) address, or NULL */

/* tui_act.c */
void inbox_act(struct inbox *in, const struct inbox_verb *v, const char *text);
void inbox_act_later(struct inbox *in); /* those nobody judged in time */
void inbox_act_end(struct inbox *in);
int inbox_act_count(const struct inbox *in);
void inbox_forget_details(struct run *r); /* of the last error */

/* tui_answer.c */
void inbox_answer(struct inbox *in, int editor);
struct held *inbox_held(const struct inbox *in, const char *id);
void inbox_undo(struct inbox *in);
int inbox_answer_due(struct inbox *in);  /* send what was held long enough; 1 when something was */
int64_t inbox_answer_next(const struct inbox *in); /* monotonic ms, INT64_MAX: none */
void inbox_answer_end(struct inbox *in); /* send all; after SK_END keep all */
void inbox_drafts_read(struct inbox *in);

/* tui_find.c */
void inbox_search(struct inbox *in, const char *text);
void inbox_find(struct inbox *in, int step);
void inbox_next_draft(struct inbox *in);
void inbox_help(struct inbox *in);
void inbox_command(struct inbox *in);
void inbox_pipe(struct inbox *in, const char *command);
void inbox_open(struct inbox *in);

/* tui_inbox.c */
void inbox_do(struct inbox *in, const struct inbox_verb *v, const char *text);

#endif
