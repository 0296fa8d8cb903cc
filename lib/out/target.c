/* out/target.c -- one delivery file and the operator's rules: where to send what, signed how. */
#include "out/target.h"

#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "json/js.h"
#include "model/config.h"
#include "model/dialect.h"
#include "out/secret.h"
#include "out/sign.h"
#include "spool/layout.h"

enum { DELIVERY_MAX = 4 << 20, BACKOFF_MAX_S = 30 * 86400, RETRIES_MAX = 1000 };

/* ---- the file ---- */

static int read_retry(struct target *t, struct err *err)
{
	int64_t max = RETRY_STANDARD, backoff_s = -1;

	if (js_get_int(t->doc, "/retry/max", 0, RETRIES_MAX, &max, err) ||
	    js_get_int(t->doc, "/retry/backoffSeconds", 0, BACKOFF_MAX_S, &backoff_s, err))
		return -1;
	t->retry.max = (int)max;
	t->retry.backoff_ms = backoff_s < 0 ? RETRY_STANDARD : backoff_s * 1000;
	return 0;
}

static int read_document(struct target *t, struct err *err)
{
	const json_t *body = json_object_get(t->doc, "body");

	if (strcmp(js_str_or(t->doc, "/schema", ""), "er.delivery.v1"))
		return err_set(err, FAIL_INVALID, "not an er.delivery.v1 document");
	t->event = js_str_or(t->doc, "/id", NULL);
	t->type = js_str_or(t->doc, "/type", "");
	t->dialect = js_str_or(t->doc, "/dialect", "");
	t->url = js_str_or(t->doc, "/url", NULL);
	if (!t->event || !json_is_string(body))
		return err_set(err, FAIL_INVALID, "id or body is missing");
	t->body = json_string_value(body);
	t->n = json_string_length(body);
	return read_retry(t, err);
}

static int load_document(struct target *t, const struct spool *s, const char *name, struct err *err)
{
	struct buf text = BUF_INIT;
	int rc = io_read_file(s->outbox, name, DELIVERY_MAX, &text, err);

	if (!rc) {
		t->doc = js_parse(buf_str(&text), text.len, &js_limits_own, err);
		rc = t->doc ? read_document(t, err) : -1;
		if (rc)
			err_wrap(err, "%s", name);
	}
	if (text.data)
		explicit_bzero(text.data, text.len); /* it may hold the task's secret */
	buf_release(&text);
	return rc;
}

/* ---- the rule ---- */

struct search {
	const struct config *config;
	const struct target *t;
	const struct endpoint *match, *dialect;
};

/* "https://a.example" must not match "https://a.example.evil.example/". */
static int url_matches(const char *url, const char *prefix)
{
	size_t n = strlen(prefix);

	if (!n || strncmp(url, prefix, n))
		return 0;
	return strchr("/?#", prefix[n - 1]) || !url[n] || strchr("/?#", url[n]);
}

static int consider(void *ctx, const char *name, const json_t *doc)
{
	struct search *s = ctx;
	const struct endpoint *e = config_endpoint(s->config, name);

	(void)doc;
	if (e->match) {
		if (s->t->url && url_matches(s->t->url, e->match) &&
		    (!s->match || strlen(e->match) > strlen(s->match->match)))
			s->match = e;
	} else if (e->dialect && !s->dialect && !strcmp(e->dialect, s->t->dialect)) {
		s->dialect = e;
	}
	return 0;
}

/* Which secret signs: see Rules in the header. */
static int choose_secret(struct target *t, const struct spool *s, struct err *err)
{
	const char *own = js_str_or(t->doc, "/secret", NULL);
	int rule_first = t->rule && t->rule->match;

	if (t->rule && t->rule->secret_file && (rule_first || !own))
		return secret_read(&t->secret, s, t->rule->secret_file, err);
	if (own)
		buf_adds(&t->secret, own);
	return 0;
}

static void choose_rule(struct target *t, const struct config *config)
{
	struct search s = {.config = config, .t = t};

	config_each(config, CFG_ENDPOINT, consider, &s);
	t->rule = s.match ? s.match : s.dialect;
	if (!t->rule)
		return;
	if (t->rule->url && (s.match || !t->url)) {
		t->url = t->rule->url;
		t->allow_private = t->rule->allow_private;
	} else {
		t->allow_private = s.match && t->rule->allow_private;
	}
	t->unwanted = t->rule->events.n && !strings_has(&t->rule->events, t->type);
}

static void set_host(struct target *t)
{
	const char *from = strstr(t->url, "://");
	size_t n;

	from = from ? from + 3 : t->url;
	n = strcspn(from, "/?#");
	if (n >= sizeof(t->host))
		n = sizeof(t->host) - 1;
	for (size_t i = 0; i < n; i++)
		t->host[i] = (char)(from[i] >= 'A' && from[i] <= 'Z' ? from[i] + 32 : from[i]);
	t->host[n] = '\0';
}

int target_load(struct target *t, const struct spool *s, const struct config *config,
                const char *name, struct err *err)
{
	memset(t, 0, sizeof(*t));
	if (load_document(t, s, name, err))
		return -1;
	choose_rule(t, config);
	if (t->unwanted)
		return 0;
	if (!t->url || !t->url[0])
		return err_set(err, FAIL_INVALID, "neither the task nor an endpoint names a URL");
	set_host(t);
	return choose_secret(t, s, err);
}

/* ---- the headers ---- */

static struct buf *next_header(struct target *t, size_t *n)
{
	struct buf *b = &t->headers[(*n)++];

	buf_clear(b);
	return b;
}

static int add_signatures(struct target *t, size_t *n, int64_t now_s, struct err *err)
{
	struct sign_in in = {buf_str(&t->secret), t->event, now_s, t->body, t->n};
	const struct dialect *d = dialect_by_name(t->dialect);
	struct buf value = BUF_INIT, *b = next_header(t, n);
	int rc;

	buf_adds(b, "webhook-signature: ");
	if (sign_standard(&in, b, &t->raw_key, err))
		return -1;
	if (!d || d->sign != SIGN_HUMANRAIL)
		return 0;
	rc = sign_humanrail(&in, &value, err);
	buf_addf(next_header(t, n), "X-Escalation-Signature: %s", buf_str(&value));
	buf_addf(next_header(t, n), "X-HumanRail-Signature: %s", buf_str(&value));
	buf_release(&value);
	return rc;
}

int target_sign(struct target *t, int64_t now_s, struct err *err)
{
	const char *bearer = js_str_or(t->doc, "/bearer", NULL);
	size_t n = 0;

	buf_adds(next_header(t, &n), "content-type: application/json");
	buf_adds(next_header(t, &n), "user-agent: er/" ER_VERSION);
	buf_addf(next_header(t, &n), "webhook-id: %s", t->event);
	buf_addf(next_header(t, &n), "webhook-timestamp: %" PRId64, now_s);
	if (t->secret.len && add_signatures(t, &n, now_s, err))
		return -1;
	if (bearer)
		buf_addf(next_header(t, &n), "authorization: Bearer %s", bearer);
	for (size_t i = 0; i < n; i++)
		t->header[i] = buf_str(&t->headers[i]);
	t->header[n] = NULL;
	return 0;
}

static void wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->len);
	buf_release(b);
}

void target_release(struct target *t)
{
	wipe(&t->secret);
	for (size_t i = 0; i < NITEMS(t->headers); i++)
		wipe(&t->headers[i]);
	json_decref(t->doc);
	t->doc = NULL;
}
