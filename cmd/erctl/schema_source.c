#include "schema_source.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "cmd.h"
#include "input.h"
#include "json/schema/uri.h"
#include "model/config.h"
#include "model/contract.h"

/* ---- folders that stand for a URI ---- */

static int add_base(struct schema_source *s, const char *text, struct err *err)
{
	const char *equals = strstr(text, "/=");
	if (!equals || !uri_is_absolute(text) || !equals[2])
		return err_set(err, FAIL_USAGE, "--base: needs URI/=DIR, as "
		                                "http://localhost:1234/=remotes");
	if (s->nbases == BASES_MAX)
		return err_set(err, FAIL_USAGE, "--base: at most %d", BASES_MAX);
	int dir = io_open_dir(AT_FDCWD, equals + 2, err);
	if (dir < 0)
		return -1;
	s->base[s->nbases].uri = text;
	s->base[s->nbases].n = (size_t)(equals + 1 - text);
	s->base[s->nbases++].dir = dir;
	return 0;
}

static int is_plain(const char *step, size_t n)
{
	return n > 0 && step[0] != '.' && !memchr(step, '\\', n);
}

/* Step by step, so that no link and no ".." leads out. */
static int open_below(int dir, const char *path)
{
	char step[NAME_MAX + 1];
	int at = dir;
	for (;;) {
		size_t n = strcspn(path, "/");
		int last = path[n] == '\0';
		if (!is_plain(path, n) || n > NAME_MAX)
			break;
		snprintf(step, sizeof step, "%.*s", (int)n, path);
		int next = io_open(at, step, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
		                   (last ? 0 : O_DIRECTORY), 0);
		if (at != dir)
			close(at);
		if (next < 0 || last)
			return next;
		at = next;
		path += n + 1;
	}
	if (at != dir)
		close(at);
	return -1;
}

static json_t *read_below(int dir, const char *path, struct err *err)
{
	struct buf name = BUF_INIT, text = BUF_INIT;
	struct stat st;
	json_t *doc = NULL;
	int fd = -1;
	if (uri_decode(&name, path) == 0 && strlen(buf_str(&name)) == name.len)
		fd = open_below(dir, buf_str(&name));
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    io_read_fd(fd, js_limits_schema.bytes, &text, err) == 0)
		doc = js_parse_any(buf_str(&text), text.len, &js_limits_schema, err);
	if (fd >= 0)
		close(fd);
	buf_release(&name);
	buf_release(&text);
	return doc;
}

static json_t *load(void *arg, const char *uri, struct err *err)
{
	struct schema_source *s = arg;
	struct err no_spool = ERR_INIT;
	const char *name;
	for (size_t i = 0; i < s->nbases; i++) {
		if (strncmp(uri, s->base[i].uri, s->base[i].n) == 0)
			return read_below(s->base[i].dir, uri + s->base[i].n, err);
	}
	struct config *c = source_registry(s, &no_spool);
	return c ? contract_find(c, uri, &name, err) : NULL;
}

/* ---- the source ---- */

int source_open(struct schema_source *s, struct run *r, struct err *err)
{
	const char *text;
	*s = (struct schema_source){.r = r};
	for (size_t pos = 0; (text = args_each(r, "base", &pos));) {
		if (add_base(s, text, err) < 0) {
			source_close(s);
			return -1;
		}
	}
	return 0;
}

void source_close(struct schema_source *s)
{
	for (size_t i = 0; i < s->nbases; i++)
		close(s->base[i].dir);
	if (s->config)
		config_free(s->config);
	s->nbases = 0;
	s->config = NULL;
}

/* Of --format and --no-format the last one counts. */
static int formats(const struct run *r)
{
	for (size_t i = r->ngiven; i > 0; i--) {
		if (strcmp(r->given[i - 1].opt->name, "no-format") == 0)
			return -1;
		if (strcmp(r->given[i - 1].opt->name, "format") == 0)
			return 1;
	}
	return 0;
}

static int draft(const struct run *r)
{
	const char *text = args_str(r, "draft", "2020-12");
	return (int)strtol(text, NULL, 10);
}

struct schema_options source_options(struct schema_source *s)
{
	return (struct schema_options){.draft = draft(s->r), .assert_formats = formats(s->r),
	                               .load = load, .arg = s};
}

struct config *source_registry(struct schema_source *s, struct err *err)
{
	struct err bad = ERR_INIT;
	if (s->config)
		return s->config;
	if (!s->r->have_spool && run_open_spool(s->r, err) < 0)
		return NULL;
	s->config = config_new();
	/* a bad document is there for `schema check` to tell; who refers to it is told */
	spool_load_kind(&s->r->spool, s->config, CFG_SCHEMA, NULL, &bad);
	return s->config;
}

static void set_uri(const char *path, char uri[SOURCE_URI])
{
	char whole[PATH_MAX];
	struct buf b = BUF_INIT;
	*uri = '\0';
	if (!realpath(path, whole))
		return;
	buf_adds(&b, "file://");
	uri_add_fragment(&b, whole);
	if (b.len < SOURCE_URI && !strpbrk(buf_str(&b), "?#"))
		snprintf(uri, SOURCE_URI, "%s", buf_str(&b));
	buf_release(&b);
}

static json_t *expanded(struct run *r, const char *name, json_t *doc)
{
	struct err ignored = ERR_INIT;
	json_t *full = schema_expand(doc, &ignored);
	if (!full || full == doc) {
		json_decref(full);
		return doc;
	}
	out_remark(&r->out, "%s: taken as the shorthand of a schema", name);
	json_decref(doc);
	return full;
}

static json_t *read_file(struct schema_source *s, const char *path, char uri[SOURCE_URI],
                         struct err *err)
{
	struct buf text = BUF_INIT;
	json_t *doc = NULL;
	if (input_read(path, &text, err) == 0) {
		doc = js_parse_any(buf_str(&text), text.len, &js_limits_schema, err);
		if (!doc)
			err_wrap(err, "%s", path);
	}
	buf_release(&text);
	set_uri(path, uri);
	return doc ? expanded(s->r, path, doc) : NULL;
}

/* "verdict.v1", and no such file. */
static int is_registered(const char *arg)
{
	return config_versioned(arg) && !strchr(arg, '/') && access(arg, F_OK) != 0;
}

json_t *source_read(struct schema_source *s, const char *arg, char uri[SOURCE_URI], struct err *err)
{
	const char *name;
	*uri = '\0';
	if (strcmp(arg, "-") == 0 || !is_registered(arg))
		return read_file(s, arg, uri, err);
	struct config *c = source_registry(s, err);
	if (!c)
		return NULL;
	if (config_schema(c, arg)) {
		snprintf(uri, SOURCE_URI, "urn:er:schema:%s", arg);
		return contract_find(c, arg, &name, err);
	}
	struct err why = ERR_INIT;
	contract_find(c, arg, &name, &why);
	err_set(err, FAIL_NOT_FOUND, "no schema is called %.64s, and no file%s", arg,
	        strstr(why.msg, "; did") ? strstr(why.msg, "; did") : "");
	return NULL;
}

/* ---- what is wrong ---- */

static json_t *fault(const struct err *why)
{
	json_t *list = json_array(), *e = json_object();
	size_t n = strlen(why->field);
	const char *text = why->msg;
	if (n && strncmp(text, why->field, n) == 0 && strncmp(text + n, ": ", 2) == 0)
		text += n + 2;
	js_set_str(e, "instance", why->field);
	js_set_str(e, "keyword", "");
	js_set_str(e, "message", text);
	json_array_append_new(list, e);
	return list;
}

json_t *source_faults(struct schema_source *s, const json_t *doc)
{
	struct schema_options o = source_options(s);
	struct schema_errors errors = {.n = 0};
	struct err why = ERR_INIT;
	json_t *list;
	if (schema_check(doc, o.draft, &errors)) {
		list = schema_errors_json(&errors);
		schema_errors_release(&errors);
		return list;
	}
	struct schema *compiled = schema_compile_with(doc, &o, &why);
	if (!compiled)
		return fault(&why);
	schema_free(compiled);
	return NULL;
}

int source_check(struct schema_source *s, const char *name, const json_t *doc, struct err *err)
{
	json_t *faults = source_faults(s, doc);
	if (!faults)
		return 0;
	json_decref(s->r->details);
	s->r->details = faults;
	return err_set(err, FAIL_INVALID, "%s: not a schema that er can use (%zu error%s)", name,
	               json_array_size(faults), json_array_size(faults) == 1 ? "" : "s");
}
