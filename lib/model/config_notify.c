/* How workers are told: "notify" of a worker, "smtp" of an endpoint (out/notice.h reads them). */
#include <string.h>

#include "json/js.h"
#include "model/config_fields.h"
#include "model/config_p.h"

enum { ARGV_MAX = 64, ADDRESS_MAX = 254, FILE_MAX = 255 };

static const char *const kinds[] = {"offered", "assigned", "reminder", "backup", "breach", NULL};

/* The values are read from the document when they are needed: only checked here. */
struct nothing {
	const char *text;
	int64_t ms;
	int number;
};

static const struct field notify_fields[] = {
	{"/notify/on", F_NONE, 0, 0, 0, 0, NULL},
	{"/notify/minSeconds", F_INT, AT(nothing, number), 0, DAY_S, 60, NULL},
	{"/notify/exec", F_OBJECT, 0, 0, 0, 0, NULL},
	{"/notify/mail", F_OBJECT, 0, 0, 0, 0, NULL},
	{"/notify/ntfy", F_OBJECT, 0, 0, 0, 0, NULL},
	{"/notify/slack", F_OBJECT, 0, 0, 0, 0, NULL},
	{"/notify/allowPrivate", F_BOOL, AT(nothing, number), 0, 0, 0, NULL},
};
static const struct field exec_fields[] = {
	{"/notify/exec/command", F_NONE, 0, 0, 0, 0, NULL},
	{"/notify/exec/timeoutSeconds", F_SECONDS, AT(nothing, ms), 1, 600, 30, NULL},
};
static const struct field mail_fields[] = {
	{"/notify/mail/to", F_TEXT, AT(nothing, text), 0, ADDRESS_MAX, 0, NULL},
};
static const struct field ntfy_fields[] = {
	{"/notify/ntfy/url", F_TEXT, AT(nothing, text), 0, URL_MAX, 0, NULL},
	{"/notify/ntfy/tokenFile", F_TEXT, AT(nothing, text), 0, FILE_MAX, 0, NULL},
};
static const struct field slack_fields[] = {
	{"/notify/slack/url", F_TEXT, AT(nothing, text), 0, URL_MAX, 0, NULL},
	{"/notify/slack/urlFile", F_TEXT, AT(nothing, text), 0, FILE_MAX, 0, NULL},
};
static const struct field smtp_fields[] = {
	{"/smtp/url", F_TEXT, AT(nothing, text), 0, URL_MAX, 0, NULL},
	{"/smtp/from", F_TEXT, AT(nothing, text), 0, ADDRESS_MAX, 0, NULL},
	{"/smtp/user", F_TEXT, AT(nothing, text), 0, ADDRESS_MAX, 0, NULL},
	{"/smtp/passwordFile", F_TEXT, AT(nothing, text), 0, FILE_MAX, 0, NULL},
	{"/smtp/plain", F_BOOL, AT(nothing, number), 0, 0, 0, NULL},
};

#define READ(doc, parent, fields) \
	config_read_fields(doc, parent, fields, sizeof(fields) / sizeof((fields)[0]), &unused, err)

static int is_kind(const char *word)
{
	for (size_t i = 0; word && kinds[i]; i++)
		if (strcmp(kinds[i], word) == 0)
			return 1;
	return 0;
}

static int check_kinds(const json_t *doc, struct err *err)
{
	json_t *on = NULL;

	if (js_get_arr(doc, "/notify/on", 16, &on, err) != 0)
		return -1;
	for (size_t i = 0; i < json_array_size(on); i++)
		if (!is_kind(json_string_value(json_array_get(on, i))))
			return err_field(err, FAIL_INVALID, "/notify/on",
			                 "has offered, assigned, reminder, backup and breach");
	return 0;
}

static int check_command(const json_t *doc, struct err *err)
{
	json_t *argv = NULL;

	if (!js_at(doc, "/notify/exec"))
		return 0;
	if (js_get_arr(doc, "/notify/exec/command", ARGV_MAX, &argv, err) != 0)
		return -1;
	for (size_t i = 0; i < json_array_size(argv); i++)
		if (!json_is_string(json_array_get(argv, i)))
			return err_field(err, FAIL_INVALID, "/notify/exec/command", "must be strings only");
	if (json_array_size(argv) == 0)
		return err_field(err, FAIL_INVALID, "/notify/exec/command",
		                 "required: the program and its arguments");
	return 0;
}

/* ${parent} needs one of the two. */
static int check_needed(const json_t *doc, const char *parent, const char *one, const char *other,
                        struct err *err)
{
	const json_t *v = js_at(doc, parent);

	if (!v || json_object_get(v, one) || (other && json_object_get(v, other)))
		return 0;
	return err_field(err, FAIL_INVALID, parent, "needs %s%s%s", one, other ? " or " : "",
	                 other ? other : "");
}

int config_check_notify(const json_t *doc, struct err *err)
{
	struct nothing unused;

	if (!json_object_get(doc, "notify"))
		return 0;
	if (READ(doc, "/notify", notify_fields) != 0 || READ(doc, "/notify/exec", exec_fields) != 0 ||
	    READ(doc, "/notify/mail", mail_fields) != 0 || READ(doc, "/notify/ntfy", ntfy_fields) != 0 ||
	    READ(doc, "/notify/slack", slack_fields) != 0)
		return -1;
	if (check_kinds(doc, err) != 0 || check_command(doc, err) != 0 ||
	    check_needed(doc, "/notify/mail", "to", NULL, err) != 0 ||
	    check_needed(doc, "/notify/ntfy", "url", NULL, err) != 0)
		return -1;
	return check_needed(doc, "/notify/slack", "url", "urlFile", err);
}

int config_check_smtp(const json_t *doc, struct err *err)
{
	struct nothing unused;

	if (READ(doc, "/smtp", smtp_fields) != 0 || check_needed(doc, "/smtp", "url", NULL, err) != 0)
		return -1;
	return check_needed(doc, "/smtp", "from", NULL, err);
}
