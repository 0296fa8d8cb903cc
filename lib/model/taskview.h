/*
 * model/taskview.h -- a task as it stands: the fold of its events.
 *
 * Purpose    The content of tasks/XX/ID.json, from which inbox entries, results, the
 *            index row and every dialect's rendering follow.  taskview_apply is a
 *            pure fold, so a view can be made from nothing but the journal, byte for
 *            byte the same whenever and however often it is made.
 * Format     er.task.v1, keys in this order (absent when empty):
 *            schema "er.task.v1", seq (last event), id, state, dialect, lane, pool, title, urgency,
 *            domain, from, key, contentSha256, reviews (the task whose answer it judges), createdAt,
 *            updatedAt, dueAt, expiresAt, closedAt, attempts, maxAttempts, priceUsd,
 *            estimatedCompletionMinutes,
 *            assignments [{worker, kind? (absent: human), state, awaits? (what its answer waits for:
 *            programs, answers, review), offeredAt, offerExpiresAt?, acceptedAt?, startedAt?,
 *            endedAt?, reason?}],
 *            question {text, askedAt, by}?, comments [{from, at, text}],
 *            answers [{attempt, worker, at, answer, confidence?, evidence?,
 *            checks [{stage, passed, reasons?, rules?, programs?, scoreMicro?, answers?, tie?,
 *            unsure?, rateMilli?, verdict?, reviewer?, reason?, note?}], rejected?}],
 *            verification {awaits, answers?, wanted?, review?}? while one waits,
 *            result {answer, worker, at, confidence?, evidence?, reviewed?, agreement {score,
 *            answers}?}?, failure {reason?, by?}?, responseSchema name?, schemaSha256,
 *            answerSchema (expanded, inline), webhook {url}?, body (verbatim, secrets as "***")
 * Limits     At most 64 assignments (older ones that are over leave first) and 200 comments.
 * Ownership  The view is a json_t object owned by the caller; values in it are shared with the
 *            events they came from and must not be changed in place.
 */
#ifndef MODEL_TASKVIEW_H
#define MODEL_TASKVIEW_H

#include <jansson.h>
#include <stddef.h>

#include "model/event.h"

struct buf;
struct err;

/* A new view from a task.created event. FAIL_INVALID when it is none. */
json_t *taskview_create(const struct event *created, struct err *err);
/* Apply a later event of the same task.  Idempotent: an event whose seq is not above the
 * view's is ignored. */
int taskview_apply(json_t *view, const struct event *ev, struct err *err);

/* The data of any event as it may be shown: a task's without what a view hides, nothing that tells
 * a gold task from others (model/gold.h).  A new reference, NULL when the event has none. */
json_t *taskview_public(const struct event *ev);
/* Of that the body alone: of the data of task.created; a new reference, or NULL: it has none. */
json_t *taskview_body(const json_t *created);

enum state taskview_state(const json_t *view);
int64_t taskview_seq(const json_t *view);

/*
 * The inbox entries that this view implies: for each live assignment of a human worker
 * (offered, accepted, started, blocked) one.  NAME is "<due, compact>-<task id>.json", so names
 * sort by urgency; ${doc} is er.inbox.v1: what the worker may know, without requester's secrets,
 * webhook or other workers' answers: schema, task, state, lane, title, urgency, createdAt, due,
 * offerExpires, priceUsd, instructions/objective, payload, artifacts, context, question, comments, rejections
 * (reasons of the last rejected answer), answerSchema, body minus webhook parts.
 */
struct inbox_entry {
	char worker[65];
	char name[64];
	json_t *doc; /* owned; NULL when only names were asked for */
};
enum { INBOX_ENTRIES_MAX = 16 };
/* Number of entries; with_docs 0 leaves doc NULL. */
size_t taskview_inbox(const json_t *view, int with_docs, struct inbox_entry out[INBOX_ENTRIES_MAX]);
/* The same document for one worker of any kind: what a program gets on stdin.  NULL when
 * the task is not with that worker. */
json_t *taskview_worker_doc(const json_t *view, const char *worker);
void taskview_inbox_release(struct inbox_entry *e, size_t n);

/* results/XX/ID.json: er.result.v1 {schema, seq, id, state, lane, dialect, closedAt, answer?,
 * worker?, confidence?, evidence?, agreement?, reviewed?, reason?, document (the dialect's own result; absent for
 * "er")}.  NULL while open, and of gold tasks. */
json_t *taskview_result(const json_t *view);

/* One line of the index, LF included, tab-separated, text made safe and free of tabs,
 * "-" where there is nothing:
 * id state lane worker urgency due created updated dialect from domain pool title */
void taskview_index_row(const json_t *view, struct buf *out);

#endif
