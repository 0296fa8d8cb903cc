#include "input.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/safe.h"
#include "json/js.h"

enum { STEP_MAX = 128 };

int input_open(const char *path, struct err *err)
{
	if (strcmp(path, "-") == 0) {
		if (isatty(STDIN_FILENO))
			return err_set(err, FAIL_USAGE,
			               "input is expected, and standard input is a terminal");
		return STDIN_FILENO;
	}
	int fd = io_open(AT_FDCWD, path, O_RDONLY, 0);
	if (fd < 0)
		err_errno(err, "cannot open %s", path);
	return fd;
}

void input_close(int fd)
{
	if (fd > STDIN_FILENO)
		close(fd); /* read only: nothing can be lost */
}

int input_read(const char *path, struct buf *out, struct err *err)
{
	int fd = input_open(path, err);
	if (fd < 0)
		return -1;
	int rc = io_read_fd(fd, JS_MAX_BYTES, out, err);
	input_close(fd);
	return rc < 0 ? err_wrap(err, "%s", path) : 0;
}

json_t *input_parse(const char *name, const char *text, size_t n, struct err *err)
{
	json_t *v = js_parse(text, n, &js_limits_doc, err);
	if (!v && *name)
		err_wrap(err, "%s", name);
	return v;
}

json_t *input_any(const char *path, struct err *err)
{
	struct buf b = BUF_INIT;
	json_t *v = NULL;
	if (input_read(path, &b, err) == 0) {
		v = js_parse_any(buf_str(&b), b.len, &js_limits_doc, err);
		if (!v)
			err_wrap(err, "%s", path);
	}
	buf_release(&b);
	return v;
}

json_t *input_value(const char *what, const char *text, struct err *err)
{
	json_t *v = text[0] == '@' ? input_any(text + 1, err)
	                           : js_parse_any(text, strlen(text), &js_limits_doc, err);
	if (!v)
		err_wrap(err, "%s", what);
	return v;
}

int input_put_new(json_t *root, const char *path, json_t *value, struct err *err)
{
	char step[STEP_MAX];
	for (json_t *at = root;;) {
		size_t n = strcspn(path, ".");
		if (n == 0 || n >= sizeof step)
			break;
		snprintf(step, sizeof step, "%.*s", (int)n, path);
		if (!path[n]) {
			json_object_set_new(at, step, value);
			return 0;
		}
		json_t *child = json_object_get(at, step);
		if (!json_is_object(child)) {
			child = json_object();
			json_object_set_new(at, step, child);
		}
		at = child;
		path += n + 1;
	}
	json_decref(value);
	return err_set(err, FAIL_USAGE, "a path is names joined by dots, like sla.urgency");
}

int input_set(json_t *root, const char *assignment, struct err *err)
{
	char path[STEP_MAX];
	struct err no_json = ERR_INIT;
	const char *eq = strchr(assignment, '=');
	if (!eq || eq == assignment || (size_t)(eq - assignment) >= sizeof path)
		return err_set(err, FAIL_USAGE, "--set: needs NAME=VALUE");
	if (!utf8_valid(assignment, strlen(assignment)))
		return err_set(err, FAIL_USAGE, "--set: not UTF-8");
	snprintf(path, sizeof path, "%.*s", (int)(eq - assignment), assignment);
	json_t *v = js_parse_any(eq + 1, strlen(eq + 1), &js_limits_doc, &no_json);
	if (!v)
		v = json_string(eq + 1);
	return input_put_new(root, path, v, err);
}
