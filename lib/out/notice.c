/* When, to whom, how often. */
#include "out/notice.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/safe.h"
#include "json/js.h"
#include "model/config.h"
#include "out/agent.h"
#include "out/notice_p.h"
#include "spool/layout.h"

enum { SENDINGS_MAX = 10000, MIN_SECONDS = 60 };

static const char *const notice_names[NOTICE_KINDS + 1] = {"offered", "assigned", "reminder",
                                                           "backup", "breach", NULL};
const char *const channel_names[CHANNELS] = {"exec", "mail", "ntfy", "slack"};

static const int64_t backoff_ms[] = {5000, 30000, 120000, 600000, 3600000};

/* ---- what a worker wants ---- */

static const json_t *settings(const struct notices *n, const char *worker)
{
	const struct worker *wk = config_worker(n->config, worker);

	return wk ? json_object_get(wk->doc, "notify") : NULL;
}

static int wanted(const json_t *how, enum notice_kind kind)
{
	const json_t *on = json_object_get(how, "on");

	for (size_t i = 0; i < json_array_size(on); i++) {
		const char *word = json_string_value(json_array_get(on, i));
		if (word && strcmp(word, notice_names[kind]) == 0)
			return 1;
	}
	return on == NULL;
}

/* ---- collecting ---- */

struct person *person_of(struct notices *n, const char *name)
{
	struct person *p = NULL;

	HASH_FIND_STR(n->people, name, p);
	if (!p) {
		p = mem_alloc(sizeof(*p));
		p->name = mem_strdup(name);
		HASH_ADD_KEYPTR(hh, n->people, p->name, strlen(p->name), p);
	}
	return p;
}

static void set_safe(json_t *doc, const char *key, const char *text)
{
	struct buf b = BUF_INIT;

	safe_adds(&b, text ? text : "", SAFE_LINE);
	js_set_str(doc, key, buf_str(&b));
	buf_release(&b);
}

static json_t *task_doc(const struct notice *what)
{
	char id[ID_TEXT_MAX];
	json_t *doc = json_object();

	js_set_str(doc, "what", notice_names[what->kind]);
	if (what->seq)
		js_set_int(doc, "seq", (int64_t)what->seq);
	js_set_str(doc, "task", id_format(&what->task, "task_", id));
	set_safe(doc, "title", what->title);
	set_safe(doc, "lane", what->lane);
	if (what->due_ms)
		js_set_time(doc, "due", what->due_ms);
	return doc;
}

void notices_add(struct notices *n, const struct notice *what, int64_t now_ms)
{
	const json_t *how = settings(n, what->worker);

	if (!how || !wanted(how, what->kind))
		return;
	struct person *p = person_of(n, what->worker);
	if (!p->tasks)
		p->tasks = json_array();
	if (json_array_size(p->tasks) < NOTICE_SHOWN)
		json_array_append_new(p->tasks, task_doc(what));
	else
		p->more++;
	refs_add(&p->refs, &(struct notice_ref){what->seq, what->pos});
	int64_t at = p->next_ms > now_ms ? p->next_ms : now_ms;
	n->next_ms = at < n->next_ms ? at : n->next_ms;
}

/* ---- sending ---- */

static json_t *bundle(struct person *p)
{
	json_t *doc = json_object();

	js_set_str(doc, "schema", "er.notice.v1");
	js_set_str(doc, "worker", p->name);
	js_set_new(doc, "tasks", p->tasks);
	if (p->more)
		js_set_int(doc, "more", (int64_t)p->more);
	p->tasks = NULL;
	p->more = 0;
	return doc;
}

static void plan(struct notices *n, struct person *p, int64_t now_ms)
{
	const json_t *how = settings(n, p->name);
	json_t *doc = bundle(p);

	for (int c = 0; how && c < CHANNELS && n->n_sendings < SENDINGS_MAX; c++) {
		if (!json_object_get(how, channel_names[c]))
			continue;
		struct sending *s = mem_alloc(sizeof(*s));
		*s = (struct sending){.next = n->first, .n = n, .worker = mem_strdup(p->name),
		                      .channel = (enum channel)c, .doc = json_incref(doc),
		                      .next_ms = now_ms};
		refs_add_all(&s->refs, &p->refs);
		n->first = s;
		n->n_sendings++;
	}
	refs_release(&p->refs);
	p->next_ms = now_ms + js_int_or(how, "/minSeconds", MIN_SECONDS) * 1000;
	json_decref(doc);
}

static void sending_free(struct sending *s)
{
	for (struct sending **at = &s->n->first; *at; at = &(*at)->next) {
		if (*at == s) {
			*at = s->next;
			break;
		}
	}
	s->n->n_sendings--;
	s->n->changed = 1;
	refs_release(&s->refs);
	json_decref(s->doc);
	free(s->worker);
	free(s);
}

void sending_done(struct sending *s, const char *error)
{
	struct notices *n = s->n;
	int last = s->attempts > (int)NITEMS(backoff_ms);

	n->active -= (size_t)s->active;
	s->active = 0;
	n->told(n->ctx, s->worker, channel_names[s->channel], error, last);
	if (!error || last) {
		sending_free(s);
		return;
	}
	s->next_ms = n->now_ms + backoff_ms[s->attempts - 1];
	n->next_ms = s->next_ms < n->next_ms ? s->next_ms : n->next_ms;
}

static void start(struct sending *s)
{
	struct err why = ERR_INIT;

	s->attempts++;
	s->active = 1;
	s->n->active++;
	if (channel_start(s, &why) != 0)
		sending_done(s, why.msg);
}

void notices_run(struct notices *n, int64_t now_ms)
{
	int64_t next = INT64_MAX;

	n->now_ms = now_ms;
	if (now_ms < n->next_ms)
		return;
	n->next_ms = INT64_MAX;
	for (struct person *p = n->people; p; p = p->hh.next) {
		if (p->tasks && p->next_ms <= now_ms)
			plan(n, p, now_ms);
		else if (p->tasks && p->next_ms < next)
			next = p->next_ms;
	}
	for (struct sending *s = n->first, *after; s; s = after) {
		after = s->next;
		if (s->active)
			continue;
		if (s->next_ms <= now_ms)
			start(s);
		else if (s->next_ms < next)
			next = s->next_ms;
	}
	n->next_ms = next < n->next_ms ? next : n->next_ms;
}

int64_t notices_next_ms(const struct notices *n)
{
	return n->next_ms;
}

/* ---- programs ---- */

static void program_done(void *ctx, const struct agent_job *job, const struct agent_result *r)
{
	struct notices *n = ctx;

	for (struct sending *s = n->first; s; s = s->next) {
		if (s->active && s->channel == CHANNEL_EXEC && strcmp(s->worker, job->worker) == 0) {
			sending_done(s, r->outcome == AGENT_ANSWERED ? NULL : r->reason);
			return;
		}
	}
}

size_t notices_pollfds(const struct notices *n, struct pollfd *fds)
{
	return agents_pollfds(n->agents, fds);
}

void notices_handle(struct notices *n, const struct pollfd *fds, size_t count)
{
	agents_handle(n->agents, fds, count);
}

int64_t notices_program_ms(const struct notices *n)
{
	return agents_next_ms(n->agents);
}

size_t notices_active(const struct notices *n)
{
	return n->active;
}

/* ---- the whole ---- */

struct notices *notices_new(const struct spool *s, struct http *h, const struct config *config,
                            notice_told *told, void *ctx, struct err *err)
{
	struct notices *n = mem_alloc(sizeof(*n));

	*n = (struct notices){.spool = s, .http = h, .config = config, .told = told, .ctx = ctx,
	                      .next_ms = INT64_MAX};
	n->agents = agents_new(s->path, program_done, n, err);
	if (n->agents)
		return n;
	free(n);
	return NULL;
}

void notices_free(struct notices *n)
{
	struct person *p, *next;

	if (!n)
		return;
	agents_free(n->agents);
	while (n->first)
		sending_free(n->first);
	HASH_ITER(hh, n->people, p, next) {
		HASH_DEL(n->people, p);
		json_decref(p->tasks);
		refs_release(&p->refs);
		free(p->name);
		free(p);
	}
	free(n);
}
