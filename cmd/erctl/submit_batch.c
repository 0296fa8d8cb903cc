#include "submit_batch.h"

#include "args.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "checklines.h"
#include "cmd.h"
#include "envelope.h"
#include "input.h"
#include "json/js.h"
#include "lines.h"
#include "model/config.h"
#include "model/intake.h"
#include "spool/drop.h"
#include "submission.h"
#include "taskdoc.h"

enum { BAD_SHOWN = 20, KEY_TEXT_MAX = MESSAGE_KEY_MAX + 32, PROGRESS_LINES = 16384 };

struct batch {
	struct run *r;
	/* One per thread, made when it first needs it: even counting references is shared work. */
	struct config *config[CHECK_THREADS];
	struct drop_batch *drop;
	const char *key; /* --key or NULL */
	char from[IDENTITY_MAX];
	int64_t at_ms;
	int64_t start_mono;
	struct buf ids;     /* printed only after the commit */
	size_t good, bad;
	int given_up;       /* a line is bad and nothing will be taken: check on, add no more */
};

static void note_bad(struct batch *b, size_t line, const struct err *why)
{
	struct run *r = b->r;
	b->bad++;
	if (!args_has(r, "keep-going"))
		b->given_up = 1;
	if (b->bad > BAD_SHOWN)
		return;
	if (r->out.format == FMT_TEXT) {
		out_warn(&r->out, "line %zu: %s", line, why->msg);
		return;
	}
	json_t *e = json_object();
	js_set_int(e, "line", (int64_t)line);
	out_set_safe(e, "instance", why->field);
	out_set_safe(e, "message", why->msg);
	if (!r->details)
		r->details = json_array();
	json_array_append_new(r->details, e);
}

static void add_id(struct batch *b, size_t line, const char *id)
{
	if (b->r->out.format == FMT_TEXT)
		buf_addf(&b->ids, "%s\n", id);
	else if (b->r->out.format == FMT_NDJSON)
		buf_addf(&b->ids, "{\"line\":%zu,\"id\":\"%s\"}\n", line, id);
	else
		buf_addf(&b->ids, "%s\n{\"line\":%zu,\"id\":\"%s\"}", b->good ? "," : "", line, id);
	b->good++;
}

/* The key of a line: its own, else K:LINE, else none. */
static const char *line_key(const struct batch *b, const struct spec *spec, size_t line,
                            char scratch[KEY_TEXT_MAX])
{
	if (spec->key || !b->key)
		return spec->key;
	snprintf(scratch, KEY_TEXT_MAX, "%s:%zu", b->key, line);
	return scratch;
}

static void progress(const struct batch *b, int last)
{
	int64_t ms = now_mono_ms() - b->start_mono;
	if (!b->r->out.tty_err || b->r->out.quiet || ms < 1000)
		return;
	fprintf(stderr, "\r%zu tasks, %lld/s\033[K%s", b->good,
	        (long long)((int64_t)b->good * 1000 / ms), last ? "\n" : "");
}

/* A good line's id, and its message in ${bytes}. */
static int make_line(const struct batch *b, const json_t *body, const struct spec *spec,
                     const char *text, size_t n, struct checked *out, struct buf *bytes,
                     struct err *err)
{
	char scratch[KEY_TEXT_MAX];
	struct id task;
	const char *key = line_key(b, spec, out->number, scratch);
	if (submission_id(b->r, key, &task, err) < 0)
		return -1;
	id_format(&task, "task_", out->id);
	out->keyed = key != NULL;
	if (out->keyed)
		js_hash(body, &out->content);
	struct envelope e = {.type = MSG_SUBMIT, .id = out->id, .from = b->from, .at_ms = b->at_ms,
	                     .key = key, .body = text, .nbody = n};
	envelope_add(bytes, &e);
	return 0;
}

/* A document of etc/ that is bad matters to the lines that name it. */
static const struct config *config_of(struct batch *b, unsigned thread)
{
	struct err ignored = ERR_INIT;
	if (!b->config[thread]) {
		b->config[thread] = config_new();
		spool_load_config(&b->r->spool, b->config[thread], NULL, &ignored);
	}
	return b->config[thread];
}

static int check_line(void *ctx, unsigned thread, const char *text, size_t n, struct checked *out,
                      struct buf *bytes, struct err *err)
{
	struct batch *b = ctx;
	struct spec spec;
	int rc = -1;
	json_t *body = input_parse("", text, n, err);
	if (body && intake(config_of(b, thread), body, NULL, &spec, err) == 0) {
		rc = make_line(b, body, &spec, text, n, out, bytes, err);
		spec_release(&spec);
	}
	json_decref(body);
	return rc;
}

static int use_line(void *ctx, const struct checked *line, const char *message, struct err *err)
{
	struct batch *b = ctx;
	struct drop_submit d = {.id = line->id, .keyed = line->keyed, .content = line->content,
	                        .bytes = message, .n = line->n};
	if (line->why) {
		note_bad(b, line->number, line->why);
		return 0;
	}
	if (!b->given_up && b->drop && drop_batch_add(b->drop, &d, err) < 0)
		return err_wrap(err, "line %zu", line->number);
	add_id(b, line->number, line->id);
	if (b->good % PROGRESS_LINES == 0)
		progress(b, 0);
	return 0;
}

static int take_all(struct batch *b, int fd, struct err *err)
{
	struct lines lines;
	struct checklines how = {.check = check_line, .use = use_line, .ctx = b};
	lines_init(&lines, fd, JS_MAX_BYTES);
	int rc = checklines_run(&lines, &how, err);
	lines_release(&lines);
	return rc;
}

static void print_ids(struct batch *b)
{
	struct out *o = &b->r->out;
	if (o->format == FMT_JSON)
		out_plain(o, "[");
	out_plain(o, buf_str(&b->ids));
	if (o->format == FMT_JSON)
		out_plain(o, b->good ? "\n]\n" : "]\n");
}

static int finish(struct batch *b, struct err *err)
{
	struct out *o = &b->r->out;
	size_t replayed = 0;
	struct drop_batch *drop = b->drop;
	if (b->bad > BAD_SHOWN && o->format == FMT_TEXT)
		out_warn(o, "%zu more bad lines", b->bad - BAD_SHOWN);
	if (b->given_up)
		return err_set(err, FAIL_INVALID, "%zu of %zu lines are bad; nothing was taken",
		               b->bad, b->bad + b->good);
	if (b->good > 0 && !args_has(b->r, "dry-run")) {
		b->drop = NULL; /* freed by the commit in every case */
		if (drop_batch_commit(drop, &replayed, err) < 0)
			return -1;
		if (!drop_nudge(&b->r->spool))
			out_remark(o, "erd is not running; the tasks will be taken up later");
	}
	progress(b, 1);
	print_ids(b);
	if (replayed > 0)
		out_note(o, "%zu of %zu replayed, they were submitted before", replayed, b->good);
	if (args_has(b->r, "dry-run"))
		out_note(o, "%zu tasks would be submitted", b->good);
	if (b->bad > 0)
		return err_set(err, FAIL_INVALID, "%zu of %zu lines are bad; the others were taken",
		               b->bad, b->bad + b->good);
	return 0;
}

static int start(struct batch *b, struct err *err)
{
	if (identity_requester(b->r, b->from, err) < 0)
		return -1;
	b->at_ms = now_wall_ms();
	b->start_mono = now_mono_ms();
	b->drop = args_has(b->r, "dry-run") ? NULL : drop_batch_new(&b->r->spool, err);
	return b->drop || args_has(b->r, "dry-run") ? 0 : -1;
}

int submit_batch(struct run *r, struct err *err)
{
	if (taskdoc_flags(r))
		return err_set(err, FAIL_USAGE,
		               "submit: --batch takes no options for a task's members");
	if (args_has(r, "wait"))
		return err_set(err, FAIL_USAGE,
		               "submit: --batch does not wait: give its ids to erctl wait");
	struct batch b = {.r = r, .key = args_str(r, "key", NULL)};
	if (r->argc > 1)
		return err_set(err, FAIL_USAGE, "submit: --batch takes one file");
	if (b.key && (!*b.key || strlen(b.key) > MESSAGE_KEY_MAX - 24))
		return err_set(err, FAIL_USAGE, "submit: --key of a batch has 1 to %d bytes",
		               MESSAGE_KEY_MAX - 24);
	int fd = input_open(r->argc ? r->argv[0] : "-", err);
	if (fd < 0)
		return -1;
	int rc = start(&b, err);
	if (rc == 0)
		rc = take_all(&b, fd, err);
	if (rc == 0)
		rc = finish(&b, err);
	if (b.drop)
		drop_batch_abort(b.drop);
	for (int i = 0; i < CHECK_THREADS; i++) {
		if (b.config[i])
			config_free(b.config[i]);
	}
	buf_release(&b.ids);
	input_close(fd);
	return rc;
}
