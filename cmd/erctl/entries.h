/*
 * erctl/entries.h -- a worker's inbox as a list that stays fresh, however long it is.
 *
 * Purpose    What the full screen and the line mode stand on.  The names alone sort by deadline and
 *            carry the task's id, so ten thousand entries are one listing; a file is opened when it
 *            is shown, and the rest while nobody types (entries_load_some).
 * Method     inotify tells which name changed: that one is inserted, forgotten or removed.  After
 *            an overflow, and whenever entries_refresh is called, the listing is compared as a
 *            whole.
 * Limits     A file of at most ENTRY_MAX_BYTES.  Names that are not "DUE-task_ID.json" are passed
 *            over.
 * Ownership  entries_close frees.  Pointers into .e hold until the list changes.
 * Errors     An inbox that is not there (yet) is empty.
 */
#ifndef ERCTL_ENTRIES_H
#define ERCTL_ENTRIES_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ids.h"
#include "model/state.h"

struct err;
struct run;

enum { ENTRY_MAX_BYTES = 16 << 20 };

/* 20261122T184438Z-task_….json */
enum { ENTRY_NAME_LEN = 16 + 1 + 5 + ID_DIGITS + 5 };

struct entry {
	char name[ENTRY_NAME_LEN + 1];
	int loaded; /* what follows is of the file as it stands */
	enum state state;
	/* owned, foreign, "" when absent; NULL: never loaded */
	char *title, *lane, *price, *urgency;
	int64_t due_ms, created_ms, offer_ms; /* 0: none */
};

struct entries {
	const struct run *r; /* borrowed */
	int dir, notify;     /* -1: none */
	int watch_own;
	struct entry *e;
	size_t n, cap;
	size_t idle_at;      /* where entries_load_some goes on */
	size_t nloaded;
};

int entries_open(struct entries *l, const struct run *r, struct err *err);
void entries_close(struct entries *l);
/* Compare with the folder; 1 when something changed, 0, -1. */
int entries_refresh(struct entries *l, struct err *err);
/* What inotify said (poll .notify); 1 when something changed. */
int entries_events(struct entries *l);

int64_t entry_due_ms(const struct entry *e); /* 0: none */
/* "2m LEFT", "5m LATE"; ${out} has ENTRY_LEFT_BYTES.  SOON: a fifth of the time is left. */
enum { ENTRY_LEFT_BYTES = 32 };
enum entry_left { LEFT_UNKNOWN, LEFT_ENOUGH, LEFT_SOON, LEFT_LATE };
enum entry_left entry_left(const struct entry *e, int64_t now_ms, char *out);
int64_t entry_soon_ms(const struct entry *e); /* when 80 % are over; 0: unknown */
/* "task_…"; ${out} has ID_TEXT_MAX bytes; returns out. */
char *entry_id(const struct entry *e, char *out);
/* Its place, or SIZE_MAX. */
size_t entries_find(const struct entries *l, const char *id);
/* Fill in the entry; 0 when its file is gone. */
int entries_load(struct entries *l, size_t i);
/* Load others for about ${us} microseconds; 1 while there are more. */
int entries_load_some(struct entries *l, int64_t us);
/* The document (er.inbox.v1), a new reference, or NULL. */
json_t *entries_doc(const struct entries *l, size_t i);

#endif
