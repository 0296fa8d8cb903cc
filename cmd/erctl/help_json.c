/* erctl help --json: all that the tables know, as one document. */
#include <jansson.h>

#include "base/err.h"
#include "cmd.h"
#include "help.h"
#include "json/js.h"

static json_t *opts_json(const struct opt *o)
{
	static const char *const types[] = {
		[OPT_FLAG] = "flag", [OPT_STRING] = "string", [OPT_INT] = "integer",
		[OPT_DURATION] = "duration", [OPT_TIME] = "time", [OPT_ENUM] = "enum",
		[OPT_FIELDS] = "fields", [OPT_STATE] = "states", [OPT_LANE] = "lane",
		[OPT_POOL] = "pool", [OPT_WORKER] = "worker", [OPT_SCHEMA] = "schema",
		[OPT_FILE] = "file", [OPT_DIR] = "directory"};
	json_t *list = json_array();
	for (; o && o->name; o++) {
		char letter[2] = {o->letter, '\0'};
		json_t *j = json_object();
		js_set_str(j, "name", o->name);
		js_set_str(j, "letter", o->letter ? letter : NULL);
		js_set_str(j, "type", types[o->type]);
		js_set_str(j, "value", o->arg);
		js_set_str(j, "help", o->help);
		json_array_append_new(list, j);
	}
	return list;
}

static json_t *exits_json(const char *list)
{
	json_t *out = json_array();
	int code;
	while ((code = exits_next(&list)) >= 0)
		json_array_append_new(out, json_integer(code));
	return out;
}

static json_t *cmd_json(const struct cmd *c)
{
	json_t *j = json_object();
	js_set_str(j, "name", c->name);
	js_set_str(j, "arguments", c->args);
	js_set_str(j, "summary", c->summary);
	js_set_new(j, "options", opts_json(c->opts));
	js_set_new(j, "exitCodes", exits_json(c->exits));
	if (c->verbs) {
		json_t *below = json_array();
		for (const struct cmd *const *v = c->verbs; *v; v++)
			json_array_append_new(below, cmd_json(*v));
		js_set_new(j, "commands", below);
	}
	if (c->fields) {
		json_t *f = json_array();
		for (size_t i = 0; c->fields[i]; i++)
			json_array_append_new(f, json_string(c->fields[i]));
		js_set_new(j, "fields", f);
	}
	return j;
}

void help_json(struct run *r)
{
	json_t *root = json_object(), *list = json_array(), *codes = json_array();
	js_set_str(root, "schema", "er.help.v1");
	js_set_str(root, "version", ER_VERSION);
	for (const struct cmd *const *c = commands; *c; c++) {
		if (!(*c)->hidden)
			json_array_append_new(list, cmd_json(*c));
	}
	for (int f = FAIL_NONE; f < FAIL_COUNT; f++) {
		json_t *j = json_object();
		int code = fail_exit((enum fail)f);
		js_set_int(j, "code", code);
		js_set_str(j, "name", exit_word(code));
		js_set_str(j, "meaning", exit_text(code));
		json_array_append_new(codes, j);
	}
	js_set_new(root, "commands", list);
	js_set_new(root, "globalOptions", opts_json(global_opts));
	js_set_new(root, "exitCodes", codes);
	out_doc(&r->out, root);
	json_decref(root);
}
