/* erctl/answering_edit.c -- the answer as text in the user's editor, until it is right. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "answering.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "cmd.h"
#include "draft.h"
#include "editor.h"
#include "json/js.h"
#include "tui.h"

enum { TEXT_MAX = 4 << 20, RIGHT = 1, AGAIN = 2 };
static const char error_mark[] = "// error:";
static const char cancelled[] = "Answer cancelled, no changes made.";

struct editing {
	const struct answering *a;
	struct run *r;
	struct draft *d;
	const struct form *form;
	struct form *any;  /* owned: the form of a task without a schema, or NULL */
	char *path;        /* owned */
	struct buf text;   /* as it was given to the editor */
	int resumed;       /* that was somebody's work already */
	int had_draft;
	int wrong;         /* it came back wrong before */
};

/* ---- the text before ---- */

/* What was typed and is no value shows up where it belongs, to be put right. */
static json_t *with_texts(const struct editing *e)
{
	json_t *answer = json_deep_copy(e->d->answer), *text;
	const char *at;
	json_object_foreach(e->d->texts, at, text) {
		if (*at == '/' || *at == '\0')
			form_put_new(e->form, &answer, at, json_incref(text));
	}
	return answer;
}

static void generate(struct editing *e)
{
	json_t *answer = with_texts(e);
	form_draft_write(e->form, &e->a->about, answer, NULL, &e->text);
	json_decref(answer);
}

static int read_text(const char *path, struct buf *out, struct err *err)
{
	struct err why = ERR_INIT;
	buf_clear(out);
	if (io_read_file(AT_FDCWD, path, TEXT_MAX, out, &why) == 0 || why.code == FAIL_NOT_FOUND)
		return 0;
	return err_set(err, why.code, "%s", why.msg); /* has the path in it */
}

static const struct form *any_form(const struct answering *a, struct form **owned, struct err *err)
{
	if (a->form)
		return a->form;
	json_t *anything = json_true();
	*owned = form_new(anything, NULL, err);
	return *owned;
}

/* A text that an older session left, and a form was used after: set aside, not written over. */
static int set_aside(struct editing *e, struct err *err)
{
	struct buf old = BUF_INIT, name = BUF_INIT;
	json_t *answer = NULL;
	struct err unread = ERR_INIT;
	int rc = read_text(e->path, &old, err);
	int same = rc == 0 && (old.len == 0 ||
	                       (form_draft_read(buf_str(&old), old.len, &answer, &unread) == 1 &&
	                        json_equal(answer, e->d->answer)));
	if (rc == 0 && !same) {
		buf_addf(&name, "%s~", e->path);
		if (rename(e->path, buf_str(&name)) != 0)
			rc = err_errno(err, "cannot rename %s", e->path);
		if (rc == 0)
			out_note(&e->r->out, "an older text is kept in %s", buf_str(&name));
	}
	json_decref(answer);
	buf_release(&old);
	buf_release(&name);
	return rc;
}

/* What came with the command must outlive the editor.  The text, written after it, is newer. */
static int save_both(struct editing *e, struct err *err)
{
	if ((e->d->evidence || e->d->confidence) && draft_save(e->d, e->r, err) < 0)
		return -1;
	return draft_editor_write(e->d, e->r, &e->text, err);
}

static int begin(struct editing *e, struct err *err)
{
	e->had_draft = e->d->at_ms != 0;
	e->form = any_form(e->a, &e->any, err);
	e->path = e->form ? draft_editor_path(e->d, e->r, err) : NULL;
	if (!e->path)
		return -1;
	e->resumed = draft_editor_newer(e->d, e->r);
	if (e->resumed) {
		out_note(&e->r->out, "going on with %s", e->path);
		if (read_text(e->path, &e->text, err) < 0)
			return -1;
	} else {
		if (set_aside(e, err) < 0)
			return -1;
		generate(e);
	}
	return save_both(e, err);
}

/* ---- the text after ---- */

static const char *behind_errors(const char *text)
{
	while (strncmp(text, error_mark, strlen(error_mark)) == 0) {
		const char *lf = strchr(text, '\n');
		if (!lf)
			return "";
		text = lf + 1;
	}
	return text;
}

static int same_text(const struct buf *a, const struct buf *b)
{
	const char *x = behind_errors(buf_str(a)), *y = behind_errors(buf_str(b));
	size_t n = a->len - (size_t)(x - buf_str(a)), m = b->len - (size_t)(y - buf_str(b));
	return n == m && memcmp(x, y, n) == 0;
}

/* 1 and a right answer in e->d, 0: nothing in it, -1: what is wrong in *why and *errors. */
static int judge(struct editing *e, const struct buf *text, struct schema_errors *errors,
                 struct err *why)
{
	json_t *answer = NULL;
	int got = form_draft_read(buf_str(text), text->len, &answer, why);
	if (got != 1)
		return got;
	if (form_check(e->form, answer, errors) > 0) {
		json_decref(answer);
		return err_set(why, FAIL_INVALID, "the answer does not meet the task's schema");
	}
	json_decref(e->d->answer);
	e->d->answer = answer;
	json_decref(e->d->texts);
	e->d->texts = NULL;
	return 1;
}

static void say_errors(struct run *r, const struct schema_errors *errors, const struct err *why)
{
	if (errors->n == 0)
		out_warn(&r->out, "%s", why->msg);
	for (size_t i = 0; i < errors->n; i++)
		out_warn(&r->out, "%s: %s", *errors->e[i].instance ? errors->e[i].instance : "/",
		         errors->e[i].message);
}

/* 'e', 's' or 'q'; 'e' where there is nobody to ask: the same text twice ends it. */
static int ask(struct run *r)
{
	char line[64];
	if (!terminal_asks(r))
		return 'e';
	for (;;) {
		fputs("[e]dit again, [s]ave the draft and leave, [q]uit and throw it away? ",
		      stderr);
		if (!fgets(line, sizeof line, stdin)) {
			fputc('\n', stderr);
			clearerr(stdin);
			return 's';
		}
		if (line[0] && strchr("esq", line[0]) && line[1] == '\n')
			return line[0];
	}
}

/* ---- the ends ---- */

static int cancel(struct editing *e, int untouched, struct err *err)
{
	out_note(&e->r->out, "%s", cancelled);
	if (untouched && e->resumed) {
		out_note(&e->r->out, "the draft stays in %s", e->path);
		return 0;
	}
	return e->had_draft ? draft_editor_write(e->d, e->r, NULL, err)
	                    : draft_drop(e->d, e->r, err);
}

static int keep(struct editing *e, enum fail code, const char *what, struct err *err)
{
	struct buf next = BUF_INIT;
	struct err unsynced = ERR_INIT; /* it is there; only a power cut could take it */
	draft_sync(e->r, &unsynced);
	if (!e->r->hint[0])
		snprintf(e->r->hint, sizeof e->r->hint, "%s --edit goes on",
		         draft_command(e->d, e->r, &next));
	buf_release(&next);
	err_clear(err);
	return err_set(err, code, "%s; edits left in %s", what, e->path);
}

/* What came back is wrong. */
struct wrong {
	struct schema_errors errors;
	struct err why;
};

static int keep_wrong(struct editing *e, const struct wrong *w, enum fail code, struct err *err)
{
	if (w->errors.n) {
		json_decref(e->r->details);
		e->r->details = schema_errors_json(&w->errors);
	}
	return keep(e, code, w->why.msg, err);
}

/* Errors on top, the user's text below as it was; -1, AGAIN, or 0: given up. */
static int complain(struct editing *e, const struct buf *now, const struct wrong *w,
                    struct err *err)
{
	struct buf marked = BUF_INIT;
	form_draft_errors(buf_str(now), &w->errors, w->errors.n ? NULL : w->why.msg, &marked);
	buf_release(&e->text);
	e->text = marked;
	e->wrong = 1;
	say_errors(e->r, &w->errors, &w->why);
	if (draft_editor_write(e->d, e->r, &e->text, err) < 0)
		return -1;
	switch (ask(e->r)) {
	case 's':
		return keep_wrong(e, w, FAIL_FAILURE, err);
	case 'q':
		return draft_drop(e->d, e->r, err);
	default:
		return AGAIN;
	}
}

/* RIGHT, AGAIN, 0: cancelled, -1. */
static int consider(struct editing *e, const struct buf *now, struct err *err)
{
	int same = same_text(now, &e->text), rc;
	struct wrong w = {.errors = {.n = 0}, .why = ERR_INIT};
	if (same && !e->wrong)
		return cancel(e, 1, err);
	int found = judge(e, now, &w.errors, &w.why);
	if (found > 0)
		rc = RIGHT;
	else if (found == 0)
		rc = cancel(e, 0, err);
	else if (same)
		rc = keep_wrong(e, &w, FAIL_INVALID, err);
	else
		rc = complain(e, now, &w, err);
	schema_errors_release(&w.errors);
	return rc;
}

/* One look in the editor. */
static int round_trip(struct editing *e, struct err *err)
{
	struct buf now = BUF_INIT;
	struct err why = ERR_INIT;
	if (editor_run(e->path, &why) < 0)
		return keep(e, FAIL_FAILURE, why.msg, err);
	int rc;
	if (read_text(e->path, &now, &why) < 0)
		rc = keep(e, why.code, why.msg, err);
	else if (memchr(buf_str(&now), '\0', now.len)) /* no errors on top: it would end there */
		rc = keep(e, FAIL_INVALID, "a zero byte is in the text", err);
	else
		rc = consider(e, &now, err);
	buf_release(&now);
	return rc;
}

int answering_edit(const struct answering *a, struct run *r, struct draft *d, int *submit,
                   struct err *err)
{
	struct editing e = {.a = a, .r = r, .d = d, .text = BUF_INIT};
	int rc = begin(&e, err);
	*submit = 0;
	if (rc == 0)
		rc = AGAIN;
	while (rc == AGAIN)
		rc = round_trip(&e, err);
	if (rc == RIGHT) {
		*submit = 1;
		rc = draft_save(d, r, err);
	}
	form_free(e.any);
	free(e.path);
	buf_release(&e.text);
	return rc;
}

int answering_adopt(const struct answering *a, struct run *r, struct draft *d, struct err *err)
{
	struct buf text = BUF_INIT;
	struct form *any = NULL;
	json_t *answer = NULL;
	if (!draft_editor_newer(d, r))
		return 0;
	char *path = draft_editor_path(d, r, err);
	int rc = path && any_form(a, &any, err) ? read_text(path, &text, err) : -1;
	if (rc == 0) {
		rc = form_draft_read(buf_str(&text), text.len, &answer, err);
		if (rc < 0)
			err_wrap(err, "%s", path);
	}
	if (rc == 1) {
		json_decref(d->answer);
		d->answer = answer;
		if (!d->at_ms)
			d->at_ms = 1; /* there is a draft: its editor's text */
	}
	form_free(any);
	free(path);
	buf_release(&text);
	return rc;
}
