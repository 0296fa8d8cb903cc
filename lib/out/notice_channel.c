/* How a notice goes out: a program, mail, ntfy, Slack. */
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/timefmt.h"
#include "json/js.h"
#include "model/config.h"
#include "out/agent.h"
#include "out/http.h"
#include "out/notice_p.h"
#include "out/secret.h"

enum { TIMEOUT_MS = 20000, PROGRAM_SECONDS = 30, SUBJECT_TITLE_MAX = 120 };

/* ---- words ---- */

static const char *const sentences[][2] = {
	{"offered", "is offered to you"},
	{"assigned", "was given to you"},
	{"reminder", "still waits for you"},
	{"backup", "needs a second pair of hands"},
	{"breach", "is overdue"},
};

static const char *sentence(const char *what)
{
	for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++)
		if (strcmp(sentences[i][0], what) == 0)
			return sentences[i][1];
	return what;
}

/* "2 tasks wait". */
static void notice_subject(struct buf *out, const json_t *doc)
{
	const json_t *tasks = json_object_get(doc, "tasks"), *one = json_array_get(tasks, 0);
	size_t n = json_array_size(tasks) + (size_t)js_int_or(doc, "/more", 0);

	if (n > 1)
		buf_addf(out, "%zu tasks wait for you", n);
	else
		buf_addf(out, "%.*s %s", SUBJECT_TITLE_MAX, js_str_or(one, "/title", "a task"),
		         sentence(js_str_or(one, "/what", "")));
}

/* A line each, which. */
static void notice_text(struct buf *out, const json_t *doc)
{
	size_t i;
	json_t *t;

	json_array_foreach(json_object_get(doc, "tasks"), i, t) {
		buf_addf(out, "%s %s\n  lane %s", js_str_or(t, "/title", ""),
		         sentence(js_str_or(t, "/what", "")), js_str_or(t, "/lane", ""));
		if (json_object_get(t, "due"))
			buf_addf(out, ", due %s", js_str_or(t, "/due", ""));
		buf_addf(out, "\n  erctl show %s\n", js_str_or(t, "/task", ""));
	}
	if (js_int_or(doc, "/more", 0))
		buf_addf(out, "and %lld more\n", (long long)js_int_or(doc, "/more", 0));
}

/* ---- HTTP ---- */

static void posted(void *ctx, const struct http_result *r)
{
	char text[300];

	if (r->status >= 200 && r->status < 300) {
		sending_done(ctx, NULL);
		return;
	}
	if (r->status)
		snprintf(text, sizeof(text), "HTTP status %d", r->status);
	else
		snprintf(text, sizeof(text), "%s", r->error);
	sending_done(ctx, text);
}

static int post(struct sending *s, const json_t *how, const char *url, const char *const *headers,
                const struct buf *body, struct err *err)
{
	struct http_request rq = {.url = url, .headers = headers, .body = body->data, .n = body->len,
	                          .allow_private = json_is_true(json_object_get(how, "allowPrivate")),
	                          .timeout_ms = TIMEOUT_MS, .body_max = 256};

	return http_post(s->n->http, &rq, posted, s, err);
}

/* RFC 2047, one word: header fields are ASCII. */
static void add_encoded_word(struct buf *out, const char *text)
{
	buf_adds(out, "=?UTF-8?B?");
	base64_encode(out, text, strlen(text));
	buf_adds(out, "?=");
}

static int start_ntfy(struct sending *s, const json_t *how, struct err *err)
{
	struct buf subject = BUF_INIT, body = BUF_INIT, title = BUF_INIT, bearer = BUF_INIT;
	const char *file = js_str_or(how, "/ntfy/tokenFile", NULL);
	struct buf token = BUF_INIT;
	int rc = file ? secret_read(&token, s->n->spool, file, err) : 0;

	notice_subject(&subject, s->doc);
	buf_adds(&title, "Title: ");
	add_encoded_word(&title, buf_str(&subject));
	notice_text(&body, s->doc);
	if (file)
		buf_addf(&bearer, "Authorization: Bearer %s", buf_str(&token));
	const char *const headers[] = {"Content-Type: text/plain; charset=utf-8", buf_str(&title),
	                               file ? buf_str(&bearer) : NULL, NULL};
	if (rc == 0)
		rc = post(s, how, js_str_or(how, "/ntfy/url", ""), headers, &body, err);
	buf_release(&subject);
	buf_release(&body);
	buf_release(&title);
	buf_release(&bearer);
	buf_release(&token);
	return rc;
}

/* Slack's three characters that mean something. */
static void add_slack_text(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '&')
			buf_adds(out, "&amp;");
		else if (*text == '<')
			buf_adds(out, "&lt;");
		else if (*text == '>')
			buf_adds(out, "&gt;");
		else
			buf_addc(out, *text);
	}
}

static int start_slack(struct sending *s, const json_t *how, struct err *err)
{
	static const char *const headers[] = {"Content-Type: application/json", NULL};
	const char *file = js_str_or(how, "/slack/urlFile", NULL);
	struct buf text = BUF_INIT, plain = BUF_INIT, body = BUF_INIT, url = BUF_INIT;
	int rc = file ? secret_read(&url, s->n->spool, file, err) : 0;

	notice_text(&plain, s->doc);
	add_slack_text(&text, buf_str(&plain));
	buf_adds(&body, "{\"text\":");
	js_dump_string(&body, buf_str(&text), text.len);
	buf_addc(&body, '}');
	if (rc == 0)
		rc = post(s, how, file ? buf_str(&url) : js_str_or(how, "/slack/url", ""), headers, &body,
		          err);
	buf_release(&text);
	buf_release(&plain);
	buf_release(&body);
	buf_release(&url);
	return rc;
}

/* ---- mail ---- */

static int find_smtp(void *ctx, const char *name, const json_t *doc)
{
	const json_t **found = ctx;

	(void)name;
	*found = json_object_get(doc, "smtp");
	return *found != NULL;
}

static void add_line(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, "%s: %s\r\n", name, value);
}

/* RFC 5322; the text in base 64, so that no line is too long and none begins with a dot. */
static void compose(struct buf *out, const struct sending *s, const char *from, const char *to)
{
	struct buf subject = BUF_INIT, word = BUF_INIT, text = BUF_INIT, coded = BUF_INIT;
	char date[TIME_MAIL_MAX];

	notice_subject(&subject, s->doc);
	add_encoded_word(&word, buf_str(&subject));
	notice_text(&text, s->doc);
	base64_encode(&coded, buf_str(&text), text.len);
	add_line(out, "Date", time_format_mail(s->n->now_ms, date));
	add_line(out, "From", from);
	add_line(out, "To", to);
	add_line(out, "Subject", buf_str(&word));
	add_line(out, "Auto-Submitted", "auto-generated");
	add_line(out, "MIME-Version", "1.0");
	add_line(out, "Content-Type", "text/plain; charset=utf-8");
	add_line(out, "Content-Transfer-Encoding", "base64");
	buf_adds(out, "\r\n");
	for (size_t i = 0; i < coded.len; i += 76) {
		buf_add(out, coded.data + i, coded.len - i < 76 ? coded.len - i : 76);
		buf_adds(out, "\r\n");
	}
	buf_release(&subject);
	buf_release(&word);
	buf_release(&text);
	buf_release(&coded);
}

static int start_mail(struct sending *s, const json_t *how, struct err *err)
{
	const json_t *smtp = NULL;
	struct buf text = BUF_INIT, password = BUF_INIT;
	int rc = 0;

	config_each(s->n->config, CFG_ENDPOINT, find_smtp, &smtp);
	if (!smtp)
		return err_set(err, FAIL_CONFIG, "no document in etc/endpoints has \"smtp\"");
	const char *file = js_str_or(smtp, "/passwordFile", NULL);
	struct http_mail m = {.url = js_str_or(smtp, "/url", ""), .from = js_str_or(smtp, "/from", ""),
	                      .to = js_str_or(how, "/mail/to", ""),
	                      .user = js_str_or(smtp, "/user", NULL),
	                      .plain = json_is_true(json_object_get(smtp, "plain")),
	                      .timeout_ms = TIMEOUT_MS};
	if (file)
		rc = secret_read(&password, s->n->spool, file, err);
	m.password = file ? buf_str(&password) : NULL;
	compose(&text, s, m.from, m.to);
	m.text = text.data;
	m.n = text.len;
	if (rc == 0)
		rc = http_mail(s->n->http, &m, posted, s, err);
	buf_release(&text);
	buf_release(&password);
	return rc;
}

/* ---- a program ---- */

static int start_exec(struct sending *s, const json_t *how, struct err *err)
{
	struct buf in = BUF_INIT;

	js_dump(&in, s->doc, JS_COMPACT);
	buf_addc(&in, '\n');
	struct agent_job job = {.worker = s->worker, .argv = js_at(how, "/exec/command"),
	                        .stdin_bytes = in.data, .stdin_len = in.len, .silent = 1,
	                        .timeout_ms = 1000 * js_int_or(how, "/exec/timeoutSeconds", PROGRAM_SECONDS)};
	id_parse(js_str_or(json_array_get(json_object_get(s->doc, "tasks"), 0), "/task", ""), "task_",
	         &job.task);
	int rc = agents_start(s->n->agents, &job, err);
	buf_release(&in);
	return rc;
}

int channel_start(struct sending *s, struct err *err)
{
	static int (*const starts[CHANNELS])(struct sending *, const json_t *, struct err *) = {
		[CHANNEL_EXEC] = start_exec,
		[CHANNEL_MAIL] = start_mail,
		[CHANNEL_NTFY] = start_ntfy,
		[CHANNEL_SLACK] = start_slack,
	};
	const struct worker *wk = config_worker(s->n->config, s->worker);
	const json_t *how = wk ? json_object_get(wk->doc, "notify") : NULL;

	if (!json_object_get(how, channel_names[s->channel]))
		return err_set(err, FAIL_CONFIG, "no longer wanted");
	return starts[s->channel](s, how, err);
}
