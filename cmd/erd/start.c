#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "base/mem.h"
#include "engine/evolve.h"
#include "engine/snapshot.h"
#include "engine/world.h"
#include "erd.h"
#include "json/js.h"
#include "log.h"
#include "out/agent.h"
#include "out/caller.h"
#include "out/http.h"
#include "out/notice.h"
#include "out/webhook.h"
#include "spool/lock.h"
#include "spool/snapshot.h"
#include "spool/uses.h"
#include "spool/views.h"

/* ---- recovery ---- */

/* Events behind the snapshot: applied at once, their views mended when the journal is open. */
struct tail {
	struct erd *e;
	struct {
		struct journal_pos pos, created;
		uint64_t prior_seq;
	} *items;
	size_t n, cap;
};

static int replay(void *ctx, const struct event *ev, struct err *err)
{
	struct tail *tail = ctx;
	const struct task *t = ev->has_task ? world_task(tail->e->world, &ev->task) : NULL;
	struct journal_pos created = t ? t->created : ev->pos;
	uint64_t prior = t ? t->last_seq : 0;

	if (evolve(tail->e->world, ev, err) != 0)
		return -1;
	if (!ev->has_task)
		return 0;
	if (tail->n == tail->cap) {
		tail->cap = tail->cap ? tail->cap * 2 : 1024;
		tail->items = mem_grow(tail->items, tail->cap, sizeof(*tail->items));
	}
	tail->items[tail->n].pos = ev->pos;
	tail->items[tail->n].created = created;
	tail->items[tail->n++].prior_seq = prior;
	return 0;
}

static int mend_views(struct erd *e, const struct tail *tail, struct err *err)
{
	for (size_t i = 0; i < tail->n; i++) {
		struct event ev;
		json_t *line = journal_read(e->journal, tail->items[i].pos, err);
		int rc = -1;
		if (line && event_parse(line, &ev, err) == 0) {
			ev.pos = tail->items[i].pos;
			if (ev.seq > e->told_seq)
				notices_again(e, &ev);
			rc = ev.type >= EV_CONFIG_SET
			         ? hooks_mend(e, &ev, err)
			         : views_note(e->views, &ev, tail->items[i].prior_seq,
			                      tail->items[i].created, 1, err);
		}
		json_decref(line);
		if (rc != 0)
			return err_wrap(err, "mending views");
	}
	return 0;
}

static int load_snapshot(struct erd *e, struct journal_mark *mark, int *found, struct err *err)
{
	struct buf state = BUF_INIT;
	struct err why = ERR_INIT;
	int rc = snapshot_load(&e->spool, mark, &state, err);

	*found = 0;
	if (rc == 1 && world_load(e->world, state.data, state.len, &why) == 0) {
		*found = 1;
		e->snapshot_seq = mark->seq;
	} else if (rc == 1) {
		log_event(LOG_WARNING_, "snapshot.ignored", "reason", why.msg, NULL);
		world_free(e->world);
		e->world = world_new(e->spool.organisation);
	}
	buf_release(&state);
	return rc < 0 ? -1 : 0;
}

static int recover(struct erd *e, struct err *err)
{
	struct journal_mark mark;
	struct tail tail = {.e = e};
	size_t torn = 0;
	int found, rc = -1;

	e->world = world_new(e->spool.organisation);
	if (load_snapshot(e, &mark, &found, err) != 0)
		return -1;
	e->journal = journal_open(&e->spool, found ? &mark : NULL, replay, &tail, &torn, err);
	if (e->journal)
		e->views = views_new(&e->spool, e->journal, err);
	if (e->views)
		rc = 0;
	if (torn) {
		char n[24];
		snprintf(n, sizeof(n), "%zu", torn);
		log_event(LOG_WARNING_, "journal.torn_tail", "bytes", n, NULL);
	}
	if (rc == 0 && (e->http = http_new(err)) == NULL)
		rc = -1;
	if (rc == 0)
		/* before views may tell of deliveries */
		rc = hooks_start(e, err) || notices_start(e, err) ? -1 : 0;
	if (rc == 0)
		rc = mend_views(e, &tail, err);
	free(tail.items);
	return rc;
}

/* ---- configuration ---- */

struct change {
	struct erd *e;
	const struct config *other;
	enum config_kind kind;
	struct err *err;
	char **gone; /* owned names, removed after the walk */
	size_t n_gone;
};

static int set_one(void *ctx, const char *name, const json_t *doc)
{
	struct change *c = ctx;
	struct input in = {.kind = IN_CONFIG, .config_kind = c->kind, .config_name = name,
	                   .config_doc = doc};
	struct decision d;
	int rc = record_input(c->e, &in, NULL, &d, c->err);

	decision_release(&d);
	return rc;
}

static int find_gone(void *ctx, const char *name, const json_t *doc)
{
	struct change *c = ctx;

	(void)doc;
	if (!config_doc(c->other, c->kind, name)) {
		c->gone = mem_grow(c->gone, c->n_gone + 1, sizeof(*c->gone));
		c->gone[c->n_gone++] = mem_strdup(name);
	}
	return 0;
}

/* What is referred to comes first, so that no journalled state refers to nothing. */
static const enum config_kind set_order[CFG_COUNT] = {CFG_ZONE,     CFG_SCHEMA, CFG_WORKER,
                                                      CFG_POOL,     CFG_SCHEDULE, CFG_CHAIN,
                                                      CFG_LANE,     CFG_ENDPOINT, CFG_GOLD};

static int take_config(struct erd *e, const struct config *fresh, struct err *err)
{
	struct change c = {.e = e, .other = fresh, .err = err};
	int rc = 0;

	for (int i = 0; rc == 0 && i < CFG_COUNT; i++) {
		c.kind = set_order[i];
		rc = config_each(fresh, c.kind, set_one, &c);
	}
	for (int i = CFG_COUNT - 1; rc == 0 && i >= 0; i--) {
		c.kind = set_order[i];
		config_each(e->world->config, c.kind, find_gone, &c);
		for (size_t k = 0; k < c.n_gone; k++) {
			if (rc == 0)
				rc = set_one(&c, c.gone[k], NULL);
			free(c.gone[k]);
		}
		c.n_gone = 0;
	}
	free(c.gone);
	return rc;
}

/* Programs are named there, and money: it belongs to the operator. */
static int check_owner(const struct erd *e, struct err *err)
{
	struct stat st;

	for (int k = -1; k < CFG_COUNT; k++) {
		const char *dir = k < 0 ? "." : config_dirs[k];
		if (fstatat(e->spool.etc, dir, &st, 0) == 0 && (st.st_mode & S_IWOTH))
			return err_set(err, FAIL_CONFIG, "etc/%s: others may write it (chmod o-w)",
			               k < 0 ? "" : dir);
	}
	return 0;
}

/* ---- schemas that were used keep their document ---- */

struct schemas {
	const struct config *now; /* what erd has; NULL: nothing */
	struct schema_use *list;  /* owned; those that change */
	const json_t **fresh;     /* owned */
	size_t n;
};

static int note_change(void *ctx, const char *name, const json_t *doc)
{
	struct schemas *s = ctx;
	const json_t *have = s->now ? config_doc(s->now, CFG_SCHEMA, name) : NULL;

	if (have && json_equal(have, doc))
		return 0;
	s->list = mem_grow(s->list, s->n + 1, sizeof(*s->list));
	s->fresh = mem_grow(s->fresh, s->n + 1, sizeof(*s->fresh));
	s->list[s->n] = (struct schema_use){.name = name};
	s->fresh[s->n++] = doc;
	return 0;
}

/* Only those that came with another document before are of interest. */
static int find_used(struct erd *e, struct schemas *s, struct err *err)
{
	struct sha256 sha;

	if (uses_documents(&e->spool, s->list, s->n, err) != 0)
		return -1;
	for (size_t i = 0; i < s->n; i++) {
		js_hash(s->fresh[i], &sha);
		if (memcmp(sha.b, s->list[i].sha.b, sizeof(sha.b)) == 0)
			s->list[i].known = 0;
	}
	return uses_tasks(&e->spool, s->list, s->n, err);
}

static int check_used(struct erd *e, const struct config *fresh, struct err *err)
{
	struct schemas s = {.now = e->world ? e->world->config : NULL};
	char next[CONFIG_NAME_MAX];
	int rc;

	config_each(fresh, CFG_SCHEMA, note_change, &s);
	rc = s.n ? find_used(e, &s, err) : 0;
	for (size_t i = 0; i < s.n && rc == 0; i++)
		if (s.list[i].used)
			rc = err_set(err, FAIL_CONFIG,
			             "schemas/%s.json: tasks used this name for another document; "
			             "put that back (erctl schema show %s --taken) and call this "
			             "one %s",
			             s.list[i].name, s.list[i].name,
			             config_next_version(fresh, s.list[i].name, next));
	uses_release(s.list, s.n);
	free(s.list);
	free(s.fresh);
	return rc;
}

static struct config *read_config(struct erd *e, struct err *err)
{
	if (check_owner(e, err) != 0)
		return NULL;
	struct config *fresh = config_new();
	struct buf report = BUF_INIT;

	if (spool_load_config(&e->spool, fresh, &report, err) != 0 ||
	    config_check(fresh, err) != 0 || check_used(e, fresh, err) != 0) {
		err->code = FAIL_CONFIG;
		if (report.len) {
			log_event(LOG_ERR_, "config.bad", "report", buf_str(&report), NULL);
		}
		config_free(fresh);
		fresh = NULL;
	}
	buf_release(&report);
	return fresh;
}

struct inboxes {
	const struct spool *s;
	struct err *err;
};

static int make_inbox(void *ctx, const char *name, const json_t *doc)
{
	struct inboxes *in = ctx;

	(void)doc;
	return io_mkdir(in->s->inbox, name, 0750, in->err);
}

/* Every worker has a folder, empty or not; a rebuild makes the same ones. */
int erd_reload(struct erd *e, struct err *err)
{
	struct config *fresh = read_config(e, err);
	struct inboxes in = {&e->spool, err};

	if (!fresh)
		return -1;
	int rc = take_config(e, fresh, err);
	if (rc == 0)
		rc = config_each(fresh, CFG_WORKER, make_inbox, &in);
	config_free(fresh);
	return rc;
}

/* ---- descriptors ---- */

/* Before recovery, which may take its time: what comes meanwhile is read in the loop. */
static int catch_signals(struct erd *e, struct err *err)
{
	static const int caught[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGCHLD};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < NITEMS(caught); i++)
		sigaddset(&set, caught[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	e->signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	return e->signals < 0 ? err_errno(err, "signalfd") : 0;
}

static int watch(struct erd *e, struct err *err)
{
	char path[64];

	if (e->once)
		return 0;
	e->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (e->inotify < 0)
		return err_errno(err, "inotify");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", e->spool.new_);
	if (inotify_add_watch(e->inotify, path, IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE) < 0)
		return err_errno(err, "inotify on new/");
	e->control = control_open(&e->spool, err);
	return e->control < 0 ? -1 : 0;
}

int erd_start(struct erd *e, const struct erd_options *o, struct err *err)
{
	memset(e, 0, sizeof(*e));
	e->lock = e->control = e->inotify = e->signals = -1;
	e->at_ms = o->at_ms;
	e->once = o->once;
	if (spool_open(&e->spool, o->spool, err) != 0)
		return -1;
	if (e->at_ms >= 0 && !e->spool.rehearsal)
		return err_set(err, FAIL_USAGE, "--at needs a spool made with init --rehearsal");
	if (o->check) {
		struct config *c = read_config(e, err);
		config_free(c);
		return c ? 0 : -1;
	}
	e->lock = lock_take(&e->spool, err);
	if (e->lock < 0) {
		e->locked_out = lock_held(&e->spool);
		return -1;
	}
	if (catch_signals(e, err) != 0 || recover(e, err) != 0 || erd_reload(e, err) != 0 ||
	    watch(e, err) != 0)
		return -1;
	return experts_start(e, err) != 0 ? -1 : rulings_start(e, err);
}

void erd_end(struct erd *e)
{
	while (e->snapshot_pid && waitpid(e->snapshot_pid, NULL, 0) == -1)
		if (errno != EINTR)
			break;
	agents_free(e->agents);
	callers_free(e->callers);
	rulings_free(e->rulings);
	batch_free(e->batch);
	webhooks_free(e->hooks);
	notices_free(e->notices);
	http_free(e->http);
	views_free(e->views);
	journal_close(e->journal);
	world_free(e->world);
	free(e->pending);
	told_release(e);
	experts_release(e);
	free(e->reports);
	for (int *fd = (int[]){e->control, e->inotify, e->signals, -2}; *fd != -2; fd++)
		if (*fd >= 0)
			close(*fd);
	if (e->lock >= 0)
		lock_release(e->lock);
	spool_close(&e->spool);
}
