/*
 * bench/verify -- what the verification of one answer costs, with a year of history behind it.
 *
 *   verify [ANSWERS]      default: 150,000; a year of this desk is 1,000,000
 *
 * A desk of 200 workers and ten lanes that ask for all six stages: rules, anomaly tests, gold
 * tasks, up to five answers by consensus, and a review of some.  A virtual clock spreads ANSWERS
 * over a year, so that each has its workers' whole past in reputation.  One worker in ten is
 * careless.
 *
 * verify.decide  decide() of an answer: all stages in process, events and their JSON data made.
 * verify.encode  those events as lines of the journal.
 * verify.evolve  evolve() of them: what is learned.
 * verify.all     the three together.
 *                Each for 20,000 answers after the first 10,000 (history=early), after 100,000
 *                (history=middle, where there are twice as many) and for the last 20,000
 *                (history=late); processor time.  Reading the task's documents back, which the
 *                shell does before, is told apart: verify.documents.
 * verify.memory  what reputation keeps, by lane and worker and by lane, and what that is for each
 *                answer; rss: of the whole process, with ids of closed tasks and the journal's
 *                last documents.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/heap.h"
#include "base/mem.h"
#include "engine/decide.h"
#include "engine/evolve.h"
#include "engine/lot.h"
#include "engine/reputation.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/message.h"
#include "figures.h"
#include "verify_journal.h"
#include "verify_papers.h"

enum { WORKERS = 200, LANES = 10, SENIORS = 10, GOLDS = 60, ACTIONS = 1 << 16 };
enum { EARLY = 10000, MIDDLE = 100000, WINDOW = 20000, QUESTIONS_PER_ANSWERS = 2 };

static const int64_t year_ms = INT64_C(365) * 24 * 3600 * 1000;

static struct world *w;
static uint64_t seq;
static int64_t now = 1770000000000;

/* ---- figures ---- */

struct window;
static struct window *at_hand; /* or NULL: nothing is measured */

/* Only while something is measured: it is a call of the kernel's. */
static double clock_us(void)
{
	return at_hand ? now_us() : 0;
}

struct window {
	struct figures documents, decide, encode, evolve, whole;
};

static struct window early, middle, late;

static void print(const char *name, const char *history, struct figures *f)
{
	if (!f->n)
		return;
	printf("verify.%s history=%s", name, history);
	figures_print(f);
}

static void print_window(struct window *v, const char *history)
{
	print("documents", history, &v->documents);
	print("decide", history, &v->decide);
	print("encode", history, &v->encode);
	print("evolve", history, &v->evolve);
	print("all", history, &v->whole);
}

/* ---- what workers do, by the clock ---- */

struct action {
	struct id task;
	uint8_t worker, answers; /* or accepts */
};

static struct action actions[ACTIONS];
static uint32_t free_actions[ACTIONS], n_free;
static struct heap agenda;

static void no_move(void *ctx, uint32_t owner, uint32_t slot)
{
	(void)ctx;
	(void)owner;
	(void)slot;
}

static int worker_at(const char *name)
{
	return (int)strtol(name + 1, NULL, 10);
}

static void plan(int64_t at_ms, const struct id *task, const char *worker, int answers)
{
	if (!n_free)
		die("agenda", "full");
	uint32_t i = free_actions[--n_free];
	actions[i] = (struct action){*task, (uint8_t)worker_at(worker), (uint8_t)answers};
	heap_add(&agenda, at_ms, i);
}

/* Log-normal, about a minute. */
static int64_t working_ms(void)
{
	double normal = sqrt(-2 * log(unit())) * cos(6.283185307179586 * unit());

	return (int64_t)(60000 * exp(0.5 * normal));
}

/* ---- deciding ---- */

struct took {
	double documents, decide, encode, evolve;
};

static void evolve_one(const struct draft *dr, struct took *took)
{
	struct err err = ERR_INIT;
	struct event ev = {.type = dr->type, .seq = ++seq, .at_ms = now, .has_task = dr->has_task,
	                   .task = dr->task, .state = dr->state, .actor = dr->actor,
	                   .data = dr->data};

	id_from_seq(&ev.id, now, 7, ev.seq);
	buf_clear(&line);
	double from = clock_us();
	event_encode(&ev, &line);
	double encoded = clock_us();
	took->encode += encoded - from;
	fingerprint(&line);
	if (dr->type == EV_CREATED || dr->type == EV_SUBMITTED)
		ev.pos = keep(&ev);
	if (dr->type == EV_OFFERED)
		plan(now + 1000 + (int64_t)draw(60000), &ev.task,
		     js_str_or(dr->data, "/worker", ""), 0);
	double before = clock_us();
	if (evolve(w, &ev, &err) != 0)
		die("evolve", err.msg);
	took->evolve += clock_us() - before;
}

static void free_documents(json_t **docs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		json_decref(docs[i]);
}

static size_t documents(struct input *in, json_t *docs[INPUT_ANSWERS_MAX + 2])
{
	struct input_docs need;
	size_t n = 0;

	if (!input_needs(w, in, &need))
		return 0;
	in->created = docs[n++] = data_at(need.created);
	for (size_t i = 0; i < need.n; i++)
		in->answers[i] = docs[n++] = data_at(need.answers[i]);
	if (need.verdict.length)
		in->verdict = docs[n++] = data_at(need.verdict);
	return n;
}

/* 1 when it was refused. */
static int feed(struct input *in, struct took *took)
{
	json_t *docs[INPUT_ANSWERS_MAX + 2];
	struct err err = ERR_INIT;
	struct decision d;
	double begun = clock_us();
	size_t n_docs = documents(in, docs);
	double from = clock_us();
	int rc = decide(w, now, in, &d, &err);

	*took = (struct took){.documents = from - begun, .decide = clock_us() - from};
	if (rc != 0 && in->kind == IN_CONFIG)
		die(in->config_name, err.msg);
	for (size_t i = 0; rc == 0 && i < d.n; i++) {
		evolve_one(&d.events[i], took);
	}
	if (rc == 0 && in->kind == IN_ROUTE && !d.n)
		engine_route_failed(w, &in->task, d.class_full);
	if (rc == 0)
		decision_release(&d);
	free_documents(docs, n_docs);
	return rc != 0;
}

static void settle(void)
{
	struct took took;
	struct input in;

	while (engine_next(w, now, &in))
		if (feed(&in, &took))
			die("engine_next", "refused");
}

/* Every timer of the engine at its own instant. */
static void until(int64_t at_ms)
{
	for (int64_t t; (t = engine_next_ms(w)) <= at_ms;) {
		now = t > now ? t : now;
		settle();
	}
	now = at_ms > now ? at_ms : now;
	settle();
}

/* ---- the desk ---- */

static void config(enum config_kind kind, const char *name, json_t *doc)
{
	struct input in = {.kind = IN_CONFIG, .config_kind = kind, .config_name = name,
	                   .config_doc = doc};
	struct took took;

	if (!doc)
		die(name, "no document");
	feed(&in, &took);
	json_decref(doc);
}

static void config_text(enum config_kind kind, const char *name, const char *text)
{
	struct err err = ERR_INIT;
	json_t *doc = js_parse(text, strlen(text), &js_limits_doc, &err);

	if (!doc)
		die(name, err.msg);
	config(kind, name, doc);
}

static void make_golds(int lane)
{
	for (int i = 0; i < GOLDS; i++) {
		char name[32], own[16];
		uint64_t truth = (uint64_t)(lane * GOLDS + i);

		snprintf(own, sizeof(own), "l%d", lane);
		snprintf(name, sizeof(name), "g%d", (int)truth);
		json_t *right = answer_of(truth, 0);
		json_object_del(right, "marks");
		json_object_del(right, "summary");
		json_object_del(right, "comment");
		config(CFG_GOLD, name, json_pack("{s:s,s:o,s:o}", "lane", own, "body",
		                                 body_of(lane, draw(100000)), "answer", right));
	}
}

static void make_desk(void)
{
	json_t *all = json_array(), *seniors = json_array();
	char name[16];

	for (int i = 0; i < WORKERS + SENIORS; i++) {
		snprintf(name, sizeof(name), "w%03d", i);
		json_array_append_new(i < WORKERS ? all : seniors, json_string(name));
		config_text(CFG_WORKER, name, "{\"kind\":\"human\",\"capacity\":5}");
	}
	config(CFG_POOL, "everyone", json_pack("{s:o}", "members", all));
	config(CFG_POOL, "seniors", json_pack("{s:o}", "members", seniors));
	config_text(CFG_LANE, "review", "{\"pools\":[\"seniors\"],\"slaSeconds\":14400}");
	for (int i = 0; i < LANES; i++) {
		snprintf(name, sizeof(name), "l%d", i);
		config_text(CFG_LANE, name, lane_text);
		make_golds(i);
	}
	settle();
}

/* ---- at work ---- */

static uint64_t n_answers, n_wanted, n_refused, n_tasks;

static int say(enum message_type type, const struct id *task, int worker, json_t *body,
               struct took *took)
{
	char from[16], mid[40];

	snprintf(from, sizeof(from), "w%03d", worker);
	snprintf(mid, sizeof(mid), "msg_%llu", (unsigned long long)seq);
	struct message m = {.type = type, .id = mid, .task = *task, .from = from, .at_ms = now,
	                    .body = body};
	struct input in = {.kind = IN_MESSAGE, .msg = &m};
	return feed(&in, took);
}

static void submit(void)
{
	struct id id;
	char mid[40];
	json_t *body = body_of((int)draw(LANES), n_tasks);
	struct took took;

	id_from_seq(&id, now, 2, ++n_tasks);
	snprintf(mid, sizeof(mid), "task_%llu", (unsigned long long)n_tasks);
	struct message m = {.type = MSG_SUBMIT, .id = mid, .task = id, .from = "somebody",
	                    .body = body};
	struct input in = {.kind = IN_MESSAGE, .msg = &m};
	if (feed(&in, &took))
		die("submit", "refused");
	json_decref(body);
	settle();
}

static uint64_t truth_of(const struct task *t)
{
	json_t *created;
	uint64_t truth;

	if (!t->gold)
		return t->content ^ t->born << 20;
	created = data_at(t->created);
	truth = strtoull(js_str_or(created, "/gold", "g0") + 1, NULL, 10);
	json_decref(created);
	return truth;
}

/* The careless, and the others. */
static int errors_of(int worker)
{
	return worker % 10 == 3 ? 20 : 2 + worker % 7;
}

static long rss_mib(void)
{
	struct rusage use;

	getrusage(RUSAGE_SELF, &use);
	return use.ru_maxrss / 1024;
}

static void print_memory(void)
{
	size_t pairs = 0, bytes = 0, lanes = 0, suspended = 0;

	for (size_t i = 0; i < w->pairs.cap; i++) {
		const struct pair *p = &w->pairs.v[i];
		if (!p->lane || !p->skill)
			continue;
		pairs++;
		bytes += sizeof(*p->skill) + p->skill->n_voters * sizeof(*p->skill->voters);
		suspended += p->skill->suspended_ms != 0;
	}
	for (const struct lane_stats *l = w->lanes; l; l = l->hh.next)
		lanes += l->book != NULL;
	printf("verify.memory answers=%llu pairs=%zu pair=%zu B lanes=%zu lane=%zu B answer=%.1f B "
	       "suspended=%zu rss=%ld MiB\n", (unsigned long long)n_answers, pairs,
	       pairs ? bytes / pairs : 0, lanes, sizeof(struct book),
	       (double)(bytes + lanes * sizeof(struct book)) / (double)n_answers, suspended,
	       rss_mib());
}

static int is_in(uint64_t from)
{
	return n_answers >= from && n_answers < from + WINDOW;
}

static void measure(const struct took *t)
{
	struct window *v = at_hand;

	n_answers++;
	at_hand = is_in(EARLY)                                           ? &early
	          : n_answers + WINDOW >= n_wanted                       ? &late
	          : is_in(MIDDLE) && n_wanted >= 2 * (uint64_t)MIDDLE    ? &middle
	                                                                 : NULL;
	if (n_answers == EARLY || n_answers == MIDDLE)
		print_memory();
	if (!v)
		return;
	figures_add(&v->documents, t->documents);
	figures_add(&v->decide, t->decide);
	figures_add(&v->encode, t->encode);
	figures_add(&v->evolve, t->evolve);
	figures_add(&v->whole, t->decide + t->encode + t->evolve);
}

static void answer(const struct task *t, int worker)
{
	struct took took;
	int reviews = t->reviews;
	json_t *own = reviews ? json_pack("{s:s}", "verdict", "confirm")
	                      : answer_of(truth_of(t), errors_of(worker));
	json_t *body = json_pack("{s:o,s:f}", "answer", own, "confidence", 0.9);
	struct id id = t->id;

	if (say(MSG_ANSWER, &id, worker, body, &took))
		n_refused++;
	else if (!reviews)
		measure(&took);
	json_decref(body);
}

static void act(uint32_t i)
{
	const struct action a = actions[i];
	const struct task *t = world_task(w, &a.task);
	char name[16];
	struct took took;

	free_actions[n_free++] = i;
	snprintf(name, sizeof(name), "w%03d", a.worker);
	const struct assign *own = t ? task_assign_of(t, name) : NULL;
	if (own && own->state == AS_OFFERED && !a.answers) {
		say(MSG_ACCEPT, &a.task, a.worker, NULL, &took);
		plan(now + working_ms(), &a.task, name, 1);
	} else if (own && own->state > AS_OFFERED && a.answers) {
		answer(t, a.worker);
		t = world_task(w, &a.task);
		own = t ? task_assign_of(t, name) : NULL;
		if (own && own->state > AS_OFFERED) /* it came back */
			plan(now + working_ms(), &a.task, name, 1);
	}
	settle();
}

static void run(uint64_t answers)
{
	double mean_ms = (double)year_ms / (double)answers * QUESTIONS_PER_ANSWERS;
	int64_t submit_ms = now;

	n_wanted = answers;
	while (n_answers < n_wanted) {
		const struct heap_item *top = heap_top(&agenda);
		if (top && top->at_ms <= submit_ms) {
			uint32_t owner = top->owner;
			int64_t at = top->at_ms;
			heap_remove(&agenda, 0);
			until(at);
			act(owner);
		} else {
			until(submit_ms);
			submit();
			submit_ms += 1 + (int64_t)(-mean_ms * log(unit()));
		}
	}
}

static void release(void)
{
	world_free(w);
	heap_release(&agenda);
	buf_release(&line);
	for (int i = 0; i < KEPT; i++)
		free(kept[i].line);
	for (int i = 0; i < WORDS; i++)
		free(words[i]);
}

int main(int argc, char **argv)
{
	int64_t from = now;

	w = world_new("bench");
	buf_init(&line, 0);
	heap_init(&agenda, no_move, NULL);
	for (uint32_t i = 0; i < ACTIONS; i++)
		free_actions[n_free++] = i;
	make_words();
	make_desk();
	run(argc > 1 ? strtoull(argv[1], NULL, 10) : 150000);
	printf("verify.desk workers=%d lanes=%d answers=%llu tasks=%llu refused=%llu days=%.0f "
	       "cpu=%.0f s\n",
	       WORKERS, LANES, (unsigned long long)n_answers, (unsigned long long)n_tasks,
	       (unsigned long long)n_refused, (double)(now - from) / 86400000, now_us() / 1e6);
	print_window(&early, "early");
	print_window(&middle, "middle");
	print_window(&late, "late");
	print_memory();
	printf("verify.journal lines=%llu hash=%016llx\n", (unsigned long long)n_lines,
	       (unsigned long long)lines_hash);
	release();
	return 0;
}
