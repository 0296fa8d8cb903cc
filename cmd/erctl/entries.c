#include "entries.h"

#include <limits.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "cmd.h"
#include "json/js.h"
#include "spool/dirlist.h"

enum { DUE_LEN = 16, ID_LEN = 5 + ID_DIGITS };

/* Thousands of names are looked at: the id itself is parsed when somebody acts on it. */
static int name_ok(const char *name)
{
	if (strnlen(name, ENTRY_NAME_LEN + 1) != ENTRY_NAME_LEN || name[8] != 'T' ||
	    memcmp(name + DUE_LEN, "-task_", 6) != 0 ||
	    memcmp(name + ENTRY_NAME_LEN - 5, ".json", 5) != 0)
		return 0;
	for (int i = 0; i < DUE_LEN - 1; i++) {
		if (i != 8 && !(name[i] >= '0' && name[i] <= '9'))
			return 0;
	}
	for (const char *p = name + DUE_LEN + 6; *p != '.'; p++) {
		if (!(*p >= '0' && *p <= '9') && !(*p >= 'A' && *p <= 'Z'))
			return 0;
	}
	return 1;
}

char *entry_id(const struct entry *e, char *out)
{
	memcpy(out, e->name + DUE_LEN + 1, ID_LEN);
	out[ID_LEN] = '\0';
	return out;
}

int64_t entry_due_ms(const struct entry *e)
{
	char text[TIME_TEXT_MAX];
	int64_t ms = 0;
	const char *n = e->name;
	if (e->loaded)
		return e->due_ms;
	snprintf(text, sizeof text, "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", n, n + 4, n + 6, n + 9,
	         n + 11, n + 13);
	return time_parse(text, &ms, NULL) == 0 ? ms : 0;
}

int64_t entry_soon_ms(const struct entry *e)
{
	int64_t due = entry_due_ms(e);
	if (!e->loaded || !e->created_ms || due <= e->created_ms)
		return 0;
	return due - (due - e->created_ms) / 5;
}

enum entry_left entry_left(const struct entry *e, int64_t now_ms, char *out)
{
	char span[DURATION_TEXT_MAX];
	int64_t due = entry_due_ms(e), left = due - now_ms, soon = entry_soon_ms(e);
	if (due == 0) {
		snprintf(out, ENTRY_LEFT_BYTES, "-");
		return LEFT_UNKNOWN;
	}
	duration_format(left < 0 ? -left : left, span);
	snprintf(out, ENTRY_LEFT_BYTES, "%s %s", span, left < 0 ? "LATE" : "LEFT");
	return left < 0 ? LEFT_LATE : soon && now_ms >= soon ? LEFT_SOON : LEFT_ENOUGH;
}

/* ---- one entry ---- */

/* What was read may be old; the title stays until the new one is read. */
static void forget(struct entries *l, struct entry *e)
{
	l->nloaded -= (size_t)e->loaded;
	e->loaded = 0;
	l->idle_at = 0;
}

static void release(struct entry *e)
{
	free(e->title);
	free(e->lane);
	free(e->price);
	free(e->urgency);
	e->title = e->lane = e->price = e->urgency = NULL;
}

static void remove_entry(struct entries *l, struct entry *e)
{
	forget(l, e);
	release(e);
}

json_t *entries_doc(const struct entries *l, size_t i)
{
	struct buf b = BUF_INIT;
	struct err gone = ERR_INIT; /* the entry may have ended meanwhile */
	json_t *doc = NULL;
	if (io_read_file(l->dir, l->e[i].name, ENTRY_MAX_BYTES, &b, &gone) == 0)
		doc = js_parse_trusted(buf_str(&b), b.len, &gone);
	buf_release(&b);
	return doc;
}

static int64_t time_at(const json_t *doc, const char *pointer)
{
	int64_t ms = 0;
	return time_parse(js_str_or(doc, pointer, ""), &ms, NULL) == 0 ? ms : 0;
}

int entries_load(struct entries *l, size_t i)
{
	struct entry *e = &l->e[i];
	if (e->loaded)
		return 1;
	json_t *doc = entries_doc(l, i);
	if (!doc)
		return 0;
	release(e);
	int state = state_by_name(js_str_or(doc, "/state", ""));
	e->state = state < 0 ? ST_NONE : (enum state)state;
	e->title = mem_strdup(js_str_or(doc, "/title", ""));
	e->lane = mem_strdup(js_str_or(doc, "/lane", ""));
	e->price = mem_strdup(js_str_or(doc, "/priceUsd", ""));
	e->urgency = mem_strdup(js_str_or(doc, "/urgency", ""));
	e->created_ms = time_at(doc, "/createdAt");
	e->offer_ms = time_at(doc, "/offerExpires");
	e->due_ms = entry_due_ms(e);
	e->loaded = 1;
	l->nloaded++;
	json_decref(doc);
	return 1;
}

int entries_load_some(struct entries *l, int64_t us)
{
	int64_t until = now_mono_us() + us;
	while (l->idle_at < l->n && now_mono_us() < until)
		entries_load(l, l->idle_at++);
	return l->idle_at < l->n;
}

/* ---- the list ---- */

/* Where ${name} is, or would be. */
static size_t place(const struct entries *l, const char *name, int *found)
{
	size_t lo = 0, hi = l->n;
	*found = 0;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int d = strcmp(l->e[mid].name, name);
		if (d == 0) {
			*found = 1;
			return mid;
		}
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void room(struct entries *l)
{
	if (l->n == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 64;
		l->e = mem_grow(l->e, l->cap, sizeof *l->e);
	}
}

static void set_name(struct entry *e, const char *name)
{
	*e = (struct entry){.loaded = 0};
	memcpy(e->name, name, ENTRY_NAME_LEN);
}

static int put(struct entries *l, const char *name)
{
	int found;
	size_t at = place(l, name, &found);
	if (found) {
		forget(l, &l->e[at]);
		return 1;
	}
	room(l);
	memmove(l->e + at + 1, l->e + at, (l->n - at) * sizeof *l->e);
	set_name(&l->e[at], name);
	l->n++;
	l->idle_at = 0;
	return 1;
}

static int drop(struct entries *l, const char *name)
{
	int found;
	size_t at = place(l, name, &found);
	if (!found)
		return 0;
	remove_entry(l, &l->e[at]);
	memmove(l->e + at, l->e + at + 1, (l->n - at - 1) * sizeof *l->e);
	l->n--;
	return 1;
}

size_t entries_find(const struct entries *l, const char *id)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strncmp(l->e[i].name + DUE_LEN + 1, id, ID_LEN) == 0)
			return i;
	}
	return SIZE_MAX;
}

/* ---- folder ---- */

struct listing {
	char (*name)[ENTRY_NAME_LEN + 1]; /* owned, in one piece: sorting looks at all of them */
	size_t n, cap;
};
struct sort_key {
	uint64_t due; /* its digits */
	const char *name;
};

static int take_name(void *ctx, const char *name, struct err *err)
{
	struct listing *all = ctx;
	(void)err;
	if (!name_ok(name))
		return 0;
	if (all->n == all->cap) {
		all->cap = all->cap ? 2 * all->cap : 64;
		all->name = mem_grow(all->name, all->cap, sizeof *all->name);
	}
	memcpy(all->name[all->n++], name, ENTRY_NAME_LEN + 1);
	return 0;
}

static int by_key(const void *a, const void *b)
{
	const struct sort_key *x = a, *y = b;
	if (x->due != y->due)
		return x->due < y->due ? -1 : 1;
	return memcmp(x->name, y->name, ENTRY_NAME_LEN);
}

static struct sort_key *sorted(const struct listing *all)
{
	struct sort_key *key = mem_grow(NULL, all->n + 1, sizeof *key);
	for (size_t i = 0; i < all->n; i++) {
		key[i] = (struct sort_key){0, all->name[i]};
		for (int k = 0; k < DUE_LEN - 1; k++) {
			if (k != 8)
				key[i].due = key[i].due * 10 + (uint64_t)(all->name[i][k] - '0');
		}
	}
	if (all->n > 1)
		qsort(key, all->n, sizeof *key, by_key);
	return key;
}

/* The list becomes what the folder has; what is known of an entry stays. */
static int merge(struct entries *l, const struct listing *all)
{
	struct sort_key *key = sorted(all);
	struct entry *old = l->e;
	size_t n_old = l->n, at = 0;
	int changed = 0;
	l->n = 0;
	l->cap = all->n + 16;
	l->e = mem_grow(NULL, l->cap, sizeof *l->e);
	for (size_t i = 0; i < all->n; i++) {
		while (at < n_old && strcmp(old[at].name, key[i].name) < 0) {
			remove_entry(l, &old[at++]);
			changed = 1;
		}
		if (at < n_old && strcmp(old[at].name, key[i].name) == 0) {
			l->e[l->n++] = old[at++];
			continue;
		}
		set_name(&l->e[l->n++], key[i].name);
		changed = 1;
	}
	for (; at < n_old; at++, changed = 1)
		remove_entry(l, &old[at]);
	free(old);
	free(key);
	l->idle_at = 0;
	return changed;
}

static void watch_own(struct entries *l)
{
	char path[64];
	if (l->dir < 0 || l->notify < 0)
		return;
	snprintf(path, sizeof path, "/proc/self/fd/%d/.", l->dir);
	l->watch_own = inotify_add_watch(l->notify, path, IN_CREATE | IN_MOVED_TO | IN_DELETE |
	                                 IN_MOVED_FROM | IN_DELETE_SELF | IN_ONLYDIR);
}

static int open_dir(struct entries *l, struct err *err)
{
	struct err absent = ERR_INIT;
	if (l->dir >= 0)
		close(l->dir);
	l->dir = io_open_dir(l->r->spool.inbox, l->r->worker, &absent);
	if (l->dir < 0 && absent.code != FAIL_NOT_FOUND)
		return err_set(err, absent.code, "%s", absent.msg);
	watch_own(l);
	return 0;
}

/* With ${anew} what is in the files may have changed under the same names. */
static int read_all(struct entries *l, int anew, struct err *err)
{
	struct listing all = {.n = 0};
	if (open_dir(l, err) < 0)
		return -1;
	int rc = l->dir < 0 ? 0 : dirlist_each(l->dir, ".", take_name, &all, err);
	for (size_t i = 0; rc == 0 && anew && i < l->n; i++)
		forget(l, &l->e[i]);
	if (rc == 0)
		rc = merge(l, &all) || anew;
	free(all.name);
	return rc;
}

int entries_refresh(struct entries *l, struct err *err)
{
	return read_all(l, l->notify < 0, err);
}

int entries_open(struct entries *l, const struct run *r, struct err *err)
{
	char path[64];
	*l = (struct entries){.r = r, .dir = -1, .watch_own = -1};
	l->notify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	snprintf(path, sizeof path, "/proc/self/fd/%d/.", r->spool.inbox);
	if (l->notify >= 0) /* the folder of this worker may be made, or made anew */
		inotify_add_watch(l->notify, path, IN_CREATE | IN_MOVED_TO | IN_ONLYDIR);
	return entries_refresh(l, err) < 0 ? -1 : 0;
}

void entries_close(struct entries *l)
{
	struct listing none = {.n = 0};
	merge(l, &none);
	free(l->e);
	if (l->dir >= 0)
		close(l->dir);
	if (l->notify >= 0)
		close(l->notify);
	l->dir = l->notify = -1;
}

static int take(struct entries *l, const struct inotify_event *ev, int *again)
{
	if ((ev->mask & (IN_Q_OVERFLOW | IN_DELETE_SELF)) || ev->wd != l->watch_own) {
		if (ev->wd == l->watch_own || ev->len == 0 || strcmp(ev->name, l->r->worker) == 0)
			*again = !(ev->mask & IN_IGNORED);
		return 0;
	}
	if (ev->len == 0 || !name_ok(ev->name))
		return 0;
	return ev->mask & (IN_DELETE | IN_MOVED_FROM) ? drop(l, ev->name) : put(l, ev->name);
}

int entries_events(struct entries *l)
{
	char bytes[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t n;
	int changed = 0, again = 0;
	struct err ignored = ERR_INIT;
	while (l->notify >= 0 && (n = read(l->notify, bytes, sizeof bytes)) > 0) {
		for (char *p = bytes; p < bytes + n;) {
			const struct inotify_event *ev = (const struct inotify_event *)(void *)p;
			changed |= take(l, ev, &again);
			p += sizeof *ev + ev->len;
		}
	}
	if (again && read_all(l, 1, &ignored) > 0)
		changed = 1;
	return changed;
}
