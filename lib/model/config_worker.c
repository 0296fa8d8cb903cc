#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "json/js.h"
#include "model/calendar.h"
#include "model/config_fields.h"
#include "model/config_p.h"
#include "model/traits.h"

enum { ARGV_MAX = 64, AWAY_MAX = 64, FILE_MAX = 255 };

static const char *const worker_words[] = {"human", "exec", "http", NULL};

static const struct field worker_fields[] = {
	{"/title", F_NONE, 0, 0, 0, 0, NULL},
	{"/description", F_NONE, 0, 0, 0, 0, NULL},
	{"/kind", F_WORD, AT(worker, kind), 0, 0, WORKER_HUMAN, worker_words},
	{"/user", F_TEXT, AT(worker, user), 0, 64, 0, NULL},
	{"/capacity", F_INT, AT(worker, capacity), 0, 1000000, 10, NULL},
	{"/skills", F_SKILLS, AT(worker, skills), 0, 256, 0, NULL},
	{"/certifications", F_CERTS, AT(worker, certifications), 0, 256, 0, NULL},
	{"/trustLevel", F_INT, AT(worker, trust_level), 0, 10, 0, NULL},
	{"/rating", F_MILLI, AT(worker, rating_milli), 0, 5000, 5000, NULL},
	{"/external", F_BOOL, AT(worker, external), 0, 0, 0, NULL},
	{"/costUsd", F_USD, AT(worker, cost_usd_micro), 0, USD_MAX, 0, NULL},
	{"/hours", F_NONE, 0, 0, 0, 0, NULL},
	{"/away", F_NONE, 0, 0, 0, 0, NULL},
	{"/notify", F_OBJECT, 0, 0, 0, 0, NULL},
	{"/exec", F_NONE, 0, 0, 0, 0, NULL},
	{"/http", F_NONE, 0, 0, 0, 0, NULL},
	{"/paused", F_BOOL, AT(worker, paused), 0, 0, 0, NULL},
	{"/pausedUntil", F_NONE, 0, 0, 0, 0, NULL},
	{"/pausedBy", F_NONE, 0, 0, 0, 0, NULL},
	{"/pausedReason", F_NONE, 0, 0, 0, 0, NULL},
};

static const struct field exec_fields[] = {
	{"/exec/command", F_NONE, 0, 0, 0, 0, NULL},
	{"/exec/timeoutSeconds", F_SECONDS, AT(worker, exec_timeout_ms), 1, DAY_S, 300, NULL},
};

static int read_exec(struct worker *w, struct err *err)
{
	json_t *argv = NULL;

	if (config_read_fields(w->doc, "/exec", exec_fields, NITEMS(exec_fields), w, err) != 0 ||
	    js_get_arr(w->doc, "/exec/command", ARGV_MAX, &argv, err) != 0)
		return -1;
	if (w->kind != WORKER_EXEC)
		return json_object_get(w->doc, "exec")
		           ? err_field(err, FAIL_INVALID, "/exec", "only for a worker of kind exec")
		           : 0;
	if (json_array_size(argv) == 0)
		return err_field(err, FAIL_INVALID, "/exec/command",
		                 "required: the program and its arguments");
	for (size_t i = 0; i < json_array_size(argv); i++)
		if (!json_is_string(json_array_get(argv, i)))
			return err_field(err, FAIL_INVALID, "/exec/command", "must be strings only");
	w->exec_argv = argv;
	return 0;
}

static const struct field http_fields[] = {
	{"/http/url", F_TEXT, AT(worker, http.url), 0, URL_MAX, 0, NULL},
	{"/http/secretFile", F_TEXT, AT(worker, http.secret_file), 0, FILE_MAX, 0, NULL},
	{"/http/bearerFile", F_TEXT, AT(worker, http.bearer_file), 0, FILE_MAX, 0, NULL},
	{"/http/timeoutSeconds", F_SECONDS, AT(worker, http.timeout_ms), 1, 600, 60, NULL},
	{"/http/allowPrivate", F_BOOL, AT(worker, http.allow_private), 0, 0, 0, NULL},
};

/* Tasks and tokens go over the open net encrypted or not at all. */
static int check_url(const struct worker *w, struct err *err)
{
	static const char tls[] = "https://", plain[] = "http://";
	const char *host = NULL;

	if (!w->http.url)
		return err_field(err, FAIL_INVALID, "/http/url", "required: where to ask");
	if (strncmp(w->http.url, tls, strlen(tls)) == 0)
		host = w->http.url + strlen(tls);
	else if (w->http.allow_private && strncmp(w->http.url, plain, strlen(plain)) == 0)
		host = w->http.url + strlen(plain);
	if (!host)
		return err_field(err, FAIL_INVALID, "/http/url",
		                 "must begin with https://, or with http:// beside allowPrivate");
	size_t n = strcspn(host, "/?#");
	if (n == 0 || memchr(host, '@', n))
		return err_field(err, FAIL_INVALID, "/http/url",
		                 n ? "must not hold a password: use bearerFile" : "names no host");
	return 0;
}

static int read_http(struct worker *w, struct err *err)
{
	if (config_read_fields(w->doc, "/http", http_fields, NITEMS(http_fields), w, err) != 0)
		return -1;
	if (w->kind == WORKER_HTTP)
		return check_url(w, err);
	return json_object_get(w->doc, "http")
	           ? err_field(err, FAIL_INVALID, "/http", "only for a worker of kind http")
	           : 0;
}

static int read_hours(struct worker *w, struct err *err)
{
	if (!json_object_get(w->doc, "hours"))
		return 0;
	w->hours = mem_alloc(sizeof(*w->hours));
	return hours_from_json(w->doc, "/hours", 1, w->hours, err);
}

static int read_one_away(const json_t *doc, size_t i, struct away *a, struct err *err)
{
	static const char *const known[] = {"from", "until", "delegate", NULL};
	char at[32], where[48];

	snprintf(at, sizeof(at), "/away/%zu", i);
	if (!json_is_object(js_at(doc, at)))
		return err_field(err, FAIL_INVALID, at, "must be an object");
	if (js_only_keys(js_at(doc, at), at, known, err) != 0)
		return -1;
	snprintf(where, sizeof(where), "%s/from", at);
	if (config_read_moment(doc, where, &a->from_ms, err) != 0)
		return -1;
	snprintf(where, sizeof(where), "%s/until", at);
	if (config_read_moment(doc, where, &a->until_ms, err) != 0)
		return -1;
	if (a->until_ms <= a->from_ms)
		return err_field(err, FAIL_INVALID, where, "must be later than from");
	snprintf(where, sizeof(where), "%s/delegate", at);
	return js_get_str(doc, where, &a->delegate, 64, err);
}

static int read_away(struct worker *w, struct err *err)
{
	json_t *array = NULL;

	if (js_get_arr(w->doc, "/away", AWAY_MAX, &array, err) != 0)
		return -1;
	w->away = mem_alloc((json_array_size(array) + 1) * sizeof(*w->away));
	for (size_t i = 0; i < json_array_size(array); i++) {
		if (read_one_away(w->doc, i, &w->away[i], err) != 0)
			return -1;
		w->n_away++;
	}
	return 0;
}

void config_worker_defaults(const json_t *doc, json_t *out)
{
	config_add_defaults(doc, "", worker_fields, NITEMS(worker_fields), out);
	if (json_object_get(doc, "exec"))
		config_add_defaults(doc, "/exec", exec_fields, NITEMS(exec_fields), out);
	if (json_object_get(doc, "http"))
		config_add_defaults(doc, "/http", http_fields, NITEMS(http_fields), out);
}

int config_read_worker(struct entry *e, struct err *err)
{
	struct worker *w = &e->u.worker;

	w->name = e->name;
	w->doc = e->doc;
	if (config_read_fields(e->doc, "", worker_fields, NITEMS(worker_fields), w, err) != 0)
		return -1;
	if (read_hours(w, err) != 0 || read_away(w, err) != 0 ||
	    config_read_pause(w->doc, &w->pause_ends_ms, err) != 0 ||
	    config_check_notify(w->doc, err) != 0)
		return -1;
	return read_exec(w, err) != 0 || read_http(w, err) != 0 ? -1 : 0;
}

void config_free_worker(struct worker *w)
{
	traits_release(&w->skills);
	traits_release(&w->certifications);
	if (w->hours)
		hours_release(w->hours);
	free(w->hours);
	free(w->away);
}
