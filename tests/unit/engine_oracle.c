/*
 * Who may be asked, by brute force: random worlds, and for every offer made in them a second
 * opinion that reads the documents themselves and knows nothing of rosters, bits or orders.  Also
 * the other way round: no task waits while this opinion finds somebody.  ER_OFFERS says after how
 * many offers to stop.
 */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "engine/decide.h"
#include "engine/evolve.h"
#include "model/message.h"
#include "engine_opinion.h"

enum { POOLS = 6, LANES = 5, SKILLS = 4, CERTS = 3, STEPS = 1500 };

static uint64_t draw(struct desk *d, uint64_t n)
{
	d->rng ^= d->rng << 13;
	d->rng ^= d->rng >> 7;
	d->rng ^= d->rng << 17;
	return d->rng % n;
}

static void apply(struct desk *d, const struct decision *dec)
{
	struct err err = ERR_INIT;

	for (size_t i = 0; i < dec->n; i++) {
		const struct draft *dr = &dec->events[i];
		struct event ev = {.type = dr->type, .seq = ++d->seq, .at_ms = d->now,
		                   .has_task = dr->has_task, .task = dr->task, .state = dr->state,
		                   .actor = dr->actor, .data = dr->data};
		watch(d, &ev);
		ck_assert_msg(evolve(d->w, &ev, &err) == 0, "%s", err.msg);
	}
}

static int feed(struct desk *d, const struct input *in)
{
	struct err err = ERR_INIT;
	struct decision dec;
	int rc = decide(d->w, d->now, in, &dec, &err);

	ck_assert_msg(rc == 0 || in->kind == IN_MESSAGE, "%s", err.msg);
	if (rc == 0) {
		apply(d, &dec);
		if (in->kind == IN_ROUTE && !dec.n)
			engine_route_failed(d->w, &in->task, dec.class_full);
	}
	decision_release(&dec);
	return rc;
}

static void nobody_waits_in_vain(struct desk *d)
{
	char name[16];

	for (int i = 0; i < TASKS; i++) {
		const struct seen *t = &d->tasks[i];
		const struct task *real = t->open ? world_task(d->w, &t->id) : NULL;
		if (!real || !task_wants(real))
			continue;
		d->silent++;
		for (int k = 0; k < WORKERS; k++)
			ck_assert_msg(!eligible(d, t, named('w', k, name)),
			              "a task waits while %s could be asked", name);
	}
}

static void settle(struct desk *d)
{
	struct input in;

	while (engine_next(d->w, d->now, &in))
		feed(d, &in);
	if (draw(d, 16) == 0)
		nobody_waits_in_vain(d);
}

static void set(struct desk *d, enum config_kind kind, json_t *all, const char *name, json_t *doc)
{
	struct input in = {.kind = IN_CONFIG, .config_kind = kind, .config_name = name,
	                   .config_doc = doc};

	json_object_set_new(all, name, doc);
	feed(d, &in);
}

static json_t *some_skills(struct desk *d, uint64_t share, int levels)
{
	json_t *out = json_array();
	char name[16];

	for (int i = 0; i < SKILLS; i++) {
		if (draw(d, 100) >= share)
			continue;
		named('s', i, name);
		json_array_append_new(out, levels && draw(d, 2)
		                               ? json_pack("{s:s,s:i}", "name", name, "level",
		                                           1 + (int)draw(d, 3))
		                               : json_string(name));
	}
	return out;
}

static void set_moment(json_t *obj, const char *key, struct desk *d, int64_t range)
{
	js_set_time(obj, key, d->now - range / 4 + (int64_t)draw(d, (uint64_t)range));
}

static json_t *some_certs(struct desk *d, uint64_t share, int expiring)
{
	json_t *out = json_array();
	char name[16];

	for (int i = 0; i < CERTS; i++) {
		if (draw(d, 100) >= share)
			continue;
		json_t *c = json_string(named('c', i, name));
		if (expiring && draw(d, 2)) {
			json_decref(c);
			c = json_object();
			js_set_str(c, "name", name);
			set_moment(c, "expires", d, 600 * MINUTE);
		}
		json_array_append_new(out, c);
	}
	return out;
}

static json_t *absences(struct desk *d)
{
	json_t *out = json_array(), *a = json_object();
	char name[16];
	int64_t from = d->now - 60 * MINUTE + (int64_t)draw(d, 300 * MINUTE);

	js_set_time(a, "from", from);
	js_set_time(a, "until", from + MINUTE + (int64_t)draw(d, 300 * MINUTE));
	if (draw(d, 4))
		js_set_str(a, "delegate", named('w', (int)draw(d, WORKERS), name));
	json_array_append_new(out, a);
	return out;
}

static json_t *hours(struct desk *d)
{
	static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
	json_t *h = json_object(), *weekly = json_object();
	char win[16];

	snprintf(win, sizeof(win), "%02d:%02d-%02d:%02d", (int)draw(d, 24), (int)draw(d, 60),
	         (int)draw(d, 12), 13);
	for (int i = 0; i < 7; i++)
		js_set_new(weekly, days[i], json_pack("[s]", win));
	js_set_str(h, "zone", "Test/Plus1");
	js_set_new(h, "weekly", weekly);
	return h;
}

static void set_worker(struct desk *d, int i)
{
	static const char *const ratings[] = {"3.5", "4.2", "4.8", "5"};
	json_t *doc = json_object();
	char name[16];

	js_set_new(doc, "skills", some_skills(d, 60, 1));
	js_set_new(doc, "certifications", some_certs(d, 60, 1));
	js_set_int(doc, "capacity", (int64_t)draw(d, 4));
	js_set_int(doc, "trustLevel", (int64_t)draw(d, 5));
	js_set_str(doc, "rating", ratings[draw(d, 4)]);
	js_set_new(doc, "external", json_boolean(draw(d, 3) == 0));
	js_set_new(doc, "paused", json_boolean(draw(d, 8) == 0));
	if (draw(d, 4) == 0)
		js_set_new(doc, "away", absences(d));
	if (draw(d, 4) == 0)
		js_set_new(doc, "hours", hours(d));
	set(d, CFG_WORKER, d->workers, named('w', i, name), doc);
}

static void set_pool(struct desk *d, int i)
{
	static const char *const kinds[] = {"internal", "external", "hybrid"};
	json_t *doc = json_object(), *members = json_array();
	char name[16];

	for (int k = 0; k < WORKERS; k++)
		if (draw(d, 3) == 0)
			json_array_append_new(members, json_string(named('w', k, name)));
	js_set_str(doc, "kind", kinds[draw(d, 3)]);
	js_set_new(doc, "members", members);
	set(d, CFG_POOL, d->pools, named('p', i, name), doc);
}

static void set_lane(struct desk *d, int i)
{
	static const char *const modes[] = {"one", "fanOut", "claim"};
	json_t *doc = json_object(), *pools = json_array();
	char name[16];

	for (int k = 0; k < 1 + (int)draw(d, 3); k++)
		json_array_append_new(pools, json_string(named('p', (int)draw(d, POOLS), name)));
	js_set_new(doc, "pools", pools);
	js_set_int(doc, "slaSeconds", 1200);
	js_set_int(doc, "offerSeconds", 120);
	js_set_new(doc, "offers", json_pack("{s:s}", "mode", modes[draw(d, 3)]));
	js_set_new(doc, "scoring", json_pack("{s:s}", "explore", "0.3"));
	js_set_new(doc, "paused", json_boolean(draw(d, 12) == 0));
	set(d, CFG_LANE, d->lanes, named('l', i, name), doc);
}

static void set_up(struct desk *d, uint64_t seed)
{
	json_t *zones = json_object(), *zone = json_pack("{s:i}", "offset", 3600);

	memset(d, 0, sizeof(*d));
	d->rng = seed * 0x9e3779b97f4a7c15u | 1;
	d->now = 1770000000000 + (int64_t)draw(d, 1440) * MINUTE;
	d->w = world_new("test");
	d->workers = json_object();
	d->pools = json_object();
	d->lanes = json_object();
	set(d, CFG_ZONE, zones, "Test/Plus1", zone);
	json_decref(zones);
	for (int i = 0; i < WORKERS; i++)
		set_worker(d, i);
	for (int i = 0; i < POOLS; i++)
		set_pool(d, i);
	for (int i = 0; i < LANES; i++)
		set_lane(d, i);
}

static int say(struct desk *d, enum message_type type, const struct id *task, const char *from,
               json_t *body)
{
	char id[40];

	snprintf(id, sizeof(id), "msg_%llu", (unsigned long long)++d->msgs);
	struct message m = {.type = type, .id = id, .task = *task, .from = from, .body = body};
	struct input in = {.kind = IN_MESSAGE, .msg = &m};
	int rc = feed(d, &in);
	json_decref(body);
	settle(d);
	return rc;
}

static json_t *some_body(struct desk *d)
{
	static const char *const confs[] = {"public", "internal_first", "internal_only",
	                                    "restricted"};
	char name[16];
	json_t *body = json_pack("{s:i,s:s,s:s}", "er", 1, "title", "t", "lane",
	                         named('l', (int)draw(d, LANES), name));
	json_t *need = json_object(), *policy = json_object();

	js_set_new(need, "skills", some_skills(d, 25, 1));
	js_set_new(need, "certifications", some_certs(d, 15, 0));
	js_set_int(need, "trustLevel", (int64_t)draw(d, 3));
	if (draw(d, 3) == 0)
		js_set_str(need, "minRating", "4.2");
	js_set_str(policy, "confidentiality", confs[draw(d, 4)]);
	if (draw(d, 4) == 0)
		js_set_new(policy, "workers",
		           json_pack("[s,s]", named('w', (int)draw(d, WORKERS), name), "w03"));
	js_set_new(body, "requirements", need);
	js_set_new(body, "policy", policy);
	return body;
}

static void submit(struct desk *d)
{
	char from[16];

	for (int i = 0; i < TASKS; i++) {
		struct seen *t = &d->tasks[i];
		if (t->open)
			continue;
		t->open = 1;
		id_from_seq(&t->id, d->now, 3, ++d->msgs);
		ck_assert_int_eq(say(d, MSG_SUBMIT, &t->id, named('w', (int)draw(d, WORKERS), from),
		                     some_body(d)), 0);
		return;
	}
}

static void act(struct desk *d)
{
	static const enum message_type types[] = {MSG_ACCEPT, MSG_DECLINE, MSG_ANSWER, MSG_ANSWER,
	                                          MSG_RELEASE, MSG_ACCEPT, MSG_START};
	const struct seen *t = &d->tasks[draw(d, TASKS)];
	enum message_type type = types[draw(d, 7)];
	char name[16];
	int who = (int)draw(d, WORKERS);

	for (int i = 0; i < WORKERS && t->state[who] != 'o' && draw(d, 8); i++)
		who = (who + 1) % WORKERS;
	if (t->open)
		say(d, type, &t->id, named('w', who, name),
		    type == MSG_ANSWER ? json_pack("{s:b}", "answer", 1) : json_object());
}

/* To whoever may have it, and only to them. */
static void reassign(struct desk *d)
{
	const struct seen *t = &d->tasks[draw(d, TASKS)];
	int by = draw(d, 2) ? BY_FORCE : BY_OPERATOR, who = (int)draw(d, WORKERS);
	char to[16];

	if (!t->open)
		return;
	named('w', who, to);
	for (int i = 0; i < WORKERS && !eligible_for(d, t, to, by) && draw(d, 8); i++)
		named('w', who = (who + 1) % WORKERS, to);
	if (draw(d, 3) == 0) {
		say(d, MSG_REASSIGN, &t->id, "boss", json_object());
		return;
	}
	int may = eligible_for(d, t, to, by) != 0, has = t->state[who] == 'o';
	int rc = say(d, MSG_REASSIGN, &t->id, "boss",
	             json_pack("{s:s,s:b}", "to", to, "force", by == BY_FORCE));
	ck_assert_msg(has || (rc == 0) == may, "to %s: %s", to, may ? "refused" : "granted");
	d->given += rc == 0;
}

static void step(struct desk *d)
{
	if (draw(d, 4) == 0)
		reassign(d);
	switch (draw(d, 8)) {
	case 0:
	case 1:
		submit(d);
		break;
	case 2:
		d->now += (int64_t)draw(d, 4 * MINUTE);
		settle(d);
		break;
	case 3:
		if (draw(d, 20) == 0)
			set_worker(d, (int)draw(d, WORKERS));
		settle(d);
		break;
	default:
		act(d);
	}
}

static void tear_down(struct desk *d)
{
	for (int i = 0; i < TASKS; i++)
		json_decref(d->tasks[i].spec);
	json_decref(d->workers);
	json_decref(d->pools);
	json_decref(d->lanes);
	world_free(d->w);
}

START_TEST(no_ineligible_offer)
{
	const char *env = getenv("ER_OFFERS");
	uint64_t want = env ? strtoull(env, NULL, 10) : 50000, offers = 0, silent = 0, given = 0;

	for (uint64_t seed = 1; offers < want; seed++) {
		struct desk d;
		set_up(&d, seed);
		for (int i = 0; i < STEPS; i++)
			step(&d);
		offers += d.offers;
		silent += d.silent;
		given += d.given;
		tear_down(&d);
	}
	ck_assert_uint_gt(given, want / 200);
	ck_assert_uint_gt(silent, want / 100); /* tasks that waited were looked at, too */
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_oracle");
	TCase *t = tcase_create("oracle");

	tcase_set_timeout(t, 1200);
	tcase_add_test(t, no_ineligible_offer);
	suite_add_tcase(s, t);
	return kit_run(s);
}
