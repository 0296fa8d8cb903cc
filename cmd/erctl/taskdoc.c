#include "taskdoc.h"

#include "args.h"
#include "base/err.h"
#include "base/mem.h"
#include "cmd.h"
#include "input.h"
#include "json/js.h"
#include "model/dialect.h"

enum flag_kind { AS_TEXT, AS_JSON, AS_SCHEMA, AS_SECONDS };

static const struct {
	const char *flag, *path;
	enum flag_kind kind;
} flags[] = {
	{"lane", "lane", AS_TEXT},
	{"title", "title", AS_TEXT},
	{"objective", "objective", AS_TEXT},
	{"payload", "payload", AS_JSON},
	{"schema", "schema", AS_SCHEMA},
	{"pool", "pool", AS_TEXT},
	{"sla", "sla.seconds", AS_SECONDS},
	{"urgency", "urgency", AS_TEXT},
	{"budget", "policy.maxBudgetUsd", AS_TEXT},
	{"webhook", "webhook.url", AS_TEXT},
};

int taskdoc_flags(const struct run *r)
{
	for (size_t i = 0; i < NITEMS(flags); i++) {
		if (args_has(r, flags[i].flag))
			return 1;
	}
	return args_has(r, "set");
}

json_t *taskdoc_schema(const char *text, struct err *err)
{
	return text[0] == '@' ? input_value("--schema", text, err) : json_string(text);
}

static json_t *value_of(const struct run *r, size_t i, struct err *err)
{
	const char *text = args_str(r, flags[i].flag, "");
	json_t *v = NULL;
	switch (flags[i].kind) {
	case AS_SECONDS:
		return json_integer(args_num(r, flags[i].flag, 0) / 1000);
	case AS_JSON:
		return input_value("--payload", text, err);
	case AS_SCHEMA:
		v = taskdoc_schema(text, err);
		break;
	case AS_TEXT:
		v = json_string(text);
		break;
	}
	if (!v)
		err_set(err, FAIL_INVALID, "--%s: not UTF-8", flags[i].flag);
	return v;
}

static int overlay(json_t *body, const struct run *r, struct err *err)
{
	const char *dialect = dialect_recognise(body)->name;
	for (size_t i = 0; i < NITEMS(flags); i++) {
		if (!args_has(r, flags[i].flag))
			continue;
		if (strcmp(dialect, "er") != 0)
			return err_set(err, FAIL_USAGE,
			               "--%s is for native documents; this one is %s: use --set",
			               flags[i].flag, dialect);
		json_t *v = value_of(r, i, err);
		if (!v || input_put_new(body, flags[i].path, v, err) < 0)
			return -1;
	}
	const char *assignment;
	for (size_t pos = 0; (assignment = args_each(r, "set", &pos));) {
		if (input_set(body, assignment, err) < 0)
			return -1;
	}
	return 0;
}

int taskdoc_make(struct taskdoc *d, const struct run *r, const char *path, struct err *err)
{
	if (path) {
		if (input_read(path, &d->text, err) < 0)
			return -1;
		d->body = input_parse(path, buf_str(&d->text), d->text.len, err);
		if (!d->body)
			return -1;
		if (!json_is_object(d->body))
			return err_set(err, FAIL_INVALID, "%s: a task is one JSON object", path);
		if (!taskdoc_flags(r))
			return 0;
	} else {
		d->body = json_pack("{s:i}", "er", 1);
	}
	if (overlay(d->body, r, err) < 0)
		return -1;
	taskdoc_take_new(d, d->body);
	if (d->text.len > JS_MAX_BYTES)
		return err_set(err, FAIL_INVALID, "the task is larger than %d bytes", JS_MAX_BYTES);
	return 0;
}

void taskdoc_take_new(struct taskdoc *d, json_t *body)
{
	d->body = body;
	buf_clear(&d->text);
	js_dump(&d->text, body, JS_COMPACT);
}

void taskdoc_release(struct taskdoc *d)
{
	buf_release(&d->text);
	json_decref(d->body);
	d->body = NULL;
}
