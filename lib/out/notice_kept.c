/* What a restart needs to know of notices: outbox/notices.json. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "json/js.h"
#include "out/notice_p.h"
#include "spool/layout.h"

enum { FILE_MAX_BYTES = 1 << 20, DAY_MS = 86400 * 1000 };
static const char file_name[] = "notices.json";

/* ---- references ---- */

void refs_add(struct notice_refs *r, const struct notice_ref *one)
{
	if (r->n == r->cap) {
		r->cap = r->cap ? 2 * r->cap : 4;
		r->v = mem_grow(r->v, r->cap, sizeof(*r->v));
	}
	r->v[r->n++] = *one;
}

void refs_add_all(struct notice_refs *to, const struct notice_refs *from)
{
	for (size_t i = 0; i < from->n; i++)
		refs_add(to, &from->v[i]);
}

void refs_release(struct notice_refs *r)
{
	free(r->v);
	*r = (struct notice_refs){.n = 0};
}

static int by_seq(const void *a, const void *b)
{
	uint64_t x = ((const struct notice_ref *)a)->seq, y = ((const struct notice_ref *)b)->seq;

	return (x > y) - (x < y);
}

/* By number, each once; of too many the newest. */
static void tidy(struct notice_refs *r)
{
	size_t kept = 0;

	if (r->n)
		qsort(r->v, r->n, sizeof(*r->v), by_seq);
	for (size_t i = 0; i < r->n; i++)
		if (!kept || r->v[kept - 1].seq != r->v[i].seq)
			r->v[kept++] = r->v[i];
	r->n = kept;
	if (r->n <= NOTICE_KEPT_MAX)
		return;
	memmove(r->v, r->v + r->n - NOTICE_KEPT_MAX, NOTICE_KEPT_MAX * sizeof(*r->v));
	r->n = NOTICE_KEPT_MAX;
}

static struct notice_refs all_refs(const struct notices *n)
{
	struct notice_refs all = {.n = 0};

	for (const struct person *p = n->people; p; p = p->hh.next)
		refs_add_all(&all, &p->refs);
	for (const struct sending *s = n->first; s; s = s->next)
		refs_add_all(&all, &s->refs);
	tidy(&all);
	return all;
}

/* ---- writing ---- */

static json_t *open_list(const struct notice_refs *refs)
{
	json_t *list = json_array();

	for (size_t i = 0; i < refs->n; i++) {
		const struct notice_ref *r = &refs->v[i];
		json_t *one = json_object();
		js_set_int(one, "seq", (int64_t)r->seq);
		js_set_int(one, "segment", r->pos.segment);
		js_set_int(one, "offset", r->pos.offset);
		js_set_int(one, "length", r->pos.length);
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *next_times(const struct notices *n)
{
	json_t *next = json_object();

	for (const struct person *p = n->people; p; p = p->hh.next)
		if (p->next_ms > n->now_ms)
			js_set_time(next, p->name, p->next_ms);
	return next;
}

int notices_keep(struct notices *n, uint64_t seq, int all, struct err *err)
{
	struct notice_refs open;
	struct buf text = BUF_INIT;

	if (!n->changed && !(all && (n->first || n->people)))
		return 0;
	open = all_refs(n);
	if (!n->changed && !open.n)
		return 0;
	json_t *doc = json_object();
	js_set_int(doc, "er", 1);
	js_set_int(doc, "seq", (int64_t)seq);
	js_set_new(doc, "open", open_list(&open));
	js_set_new(doc, "next", next_times(n));
	js_dump(&text, doc, JS_COMPACT);
	buf_addc(&text, '\n');
	int rc = io_replace(n->spool->outbox, file_name, text.data, text.len, err);
	n->changed = 0;
	refs_release(&open);
	buf_release(&text);
	json_decref(doc);
	return rc;
}

/* ---- reading ---- */

static int read_ref(const json_t *one, struct notice_ref *out, struct err *err)
{
	int64_t seq = 0, segment = 0, offset = 0, length = 0;

	if (js_get_int(one, "/seq", 1, INT64_MAX, &seq, err) != 0 ||
	    js_get_int(one, "/segment", 1, UINT32_MAX, &segment, err) != 0 ||
	    js_get_int(one, "/offset", 1, UINT32_MAX, &offset, err) != 0 ||
	    js_get_int(one, "/length", 2, UINT32_MAX, &length, err) != 0)
		return -1;
	*out = (struct notice_ref){(uint64_t)seq,
	                           {(uint32_t)segment, (uint32_t)offset, (uint32_t)length}};
	return seq && segment && offset && length ? 0 : err_set(err, FAIL_INVALID, "lacks a member");
}

static int read_open(const json_t *doc, struct notice_refs *open, struct err *err)
{
	json_t *list = NULL;
	const json_t *one;
	struct notice_ref ref;
	size_t i;

	if (js_get_arr(doc, "/open", NOTICE_KEPT_MAX, &list, err) != 0)
		return -1;
	json_array_foreach(list, i, one) {
		if (read_ref(one, &ref, err) != 0)
			return -1;
		refs_add(open, &ref);
	}
	return 0;
}

/* Whoever was told lately is not told again at once; a clock set back must not silence them. */
static void read_next(struct notices *n, const json_t *doc, int64_t now_ms)
{
	const char *name;
	json_t *v;
	int64_t at;

	json_object_foreach(json_object_get(doc, "next"), name, v)
		if (json_is_string(v) && time_parse(json_string_value(v), &at, NULL) == 0 &&
		    at > now_ms && at <= now_ms + DAY_MS)
			person_of(n, name)->next_ms = at;
}

static json_t *read_note(const struct notices *n, struct err *err)
{
	struct buf text = BUF_INIT;
	json_t *doc = NULL;

	if (io_read_file(n->spool->outbox, file_name, FILE_MAX_BYTES, &text, err) == 0)
		doc = js_parse(buf_str(&text), text.len, &js_limits_doc, err);
	buf_release(&text);
	return doc;
}

int notices_kept(struct notices *n, int64_t now_ms, uint64_t *seq, struct notice_refs *open,
                 struct err *err)
{
	struct err why = ERR_INIT;
	json_t *doc = read_note(n, &why);
	int64_t number = 0;
	int rc;

	*seq = 0;
	*open = (struct notice_refs){.n = 0};
	if (!doc)
		return why.code == FAIL_NOT_FOUND
		           ? 0
		           : err_set(err, why.code, "outbox/%s: %s", file_name, why.msg);
	rc = json_is_object(doc) ? js_get_int(doc, "/seq", 0, INT64_MAX, &number, err)
	                         : err_set(err, FAIL_INVALID, "must be an object");
	if (rc == 0)
		rc = read_open(doc, open, err);
	if (rc == 0) {
		*seq = (uint64_t)number;
		read_next(n, doc, now_ms);
	} else {
		refs_release(open);
		err_wrap(err, "outbox/%s", file_name);
	}
	json_decref(doc);
	return rc;
}
