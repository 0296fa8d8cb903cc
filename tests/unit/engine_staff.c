/*
 * A pool with an index by skill gives the same lists as the same members in two pools without one:
 * who may be asked, how many may not and why, and which of them are shown.
 */
#include <string.h>

#include "base/err.h"
#include "engine/decide.h"
#include "engine/evolve.h"
#include "engine/roster.h"
#include "engine/staff.h"
#include "engine/world.h"
#include "json/js.h"
#include "model/message.h"
#include "kit.h"

enum { MEMBERS = 2 * STAFF_INDEXED - 2, SKILLS = 12, KINDS = 60, DESKS = 6 };

static const int64_t now = 1770000000000;
static uint64_t rng = 4711;

static uint64_t draw(uint64_t n)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng % n;
}

struct side {
	struct world *w;
	uint64_t seq;
};

static void feed(struct side *s, const struct input *in)
{
	struct err err = ERR_INIT;
	struct decision d;

	ck_assert_msg(decide(s->w, now, in, &d, &err) == 0, "%s", err.msg);
	for (size_t i = 0; i < d.n; i++) {
		const struct draft *dr = &d.events[i];
		struct event ev = {.type = dr->type, .seq = ++s->seq, .at_ms = now,
		                   .has_task = dr->has_task,
		                   .task = dr->task, .state = dr->state, .actor = dr->actor,
		                   .data = dr->data};
		ck_assert_msg(evolve(s->w, &ev, &err) == 0, "%s", err.msg);
	}
	decision_release(&d);
}

static void set(struct side *s, enum config_kind kind, const char *name, json_t *doc)
{
	struct input in = {.kind = IN_CONFIG, .config_kind = kind, .config_name = name,
	                   .config_doc = doc};

	feed(s, &in);
}

/* The higher the number of a skill, the rarer. */
static json_t *some_skills(int levels)
{
	json_t *out = json_array();

	for (int i = 0; i < SKILLS; i++) {
		char name[16];
		snprintf(name, sizeof(name), "s%02d", i);
		if (draw((uint64_t)i * i + 1) == 0)
			json_array_append_new(out, json_pack("{s:s,s:i}", "name", name, "level",
			                                     1 + (int)draw((uint64_t)levels)));
	}
	return out;
}

static json_t *absence(void)
{
	char name[16];
	json_t *a = json_object();

	js_set_time(a, "from", now - 3600000 + (int64_t)draw(7200000));
	js_set_time(a, "until", now + 3600000 + (int64_t)draw(7200000));
	snprintf(name, sizeof(name), "w%03d", (int)draw(MEMBERS));
	if (draw(3))
		js_set_str(a, "delegate", name);
	return json_pack("[o]", a);
}

static json_t *worker(void)
{
	json_t *doc = json_object();

	js_set_new(doc, "skills", some_skills(3));
	js_set_int(doc, "trustLevel", (int64_t)draw(4));
	js_set_new(doc, "external", json_boolean(draw(3) == 0));
	js_set_new(doc, "paused", json_boolean(draw(10) == 0));
	if (draw(10) == 0)
		js_set_new(doc, "away", absence());
	return doc;
}

static json_t *members(const char *kind, int from, int to)
{
	json_t *list = json_array();
	char name[16];

	for (int i = from; i < to; i++) {
		snprintf(name, sizeof(name), "w%03d", i);
		json_array_append_new(list, json_string(name));
	}
	return json_pack("{s:s,s:o}", "kind", kind, "members", list);
}

static void set_both(struct side both[2], enum config_kind kind, const char *name, json_t *doc)
{
	set(&both[0], kind, name, doc);
	set(&both[1], kind, name, doc);
	json_decref(doc);
}

static void set_up(struct side both[2])
{
	static const char *const kinds[] = {"internal", "external", "hybrid", "hybrid"};
	const char *kind = kinds[draw(4)];

	for (int i = 0; i < 2; i++)
		both[i] = (struct side){.w = world_new("test")};
	for (int i = 0; i < MEMBERS; i++) {
		char name[16];
		snprintf(name, sizeof(name), "w%03d", i);
		if (draw(20))
			set_both(both, CFG_WORKER, name, worker());
	}
	set_both(both, CFG_POOL, "a", members(kind, 0, MEMBERS / 2));
	set_both(both, CFG_POOL, "b", members(kind, MEMBERS / 2, MEMBERS));
	set_both(both, CFG_POOL, "all", members(kind, 0, MEMBERS));
	json_t *one = json_pack("{s:[s]}", "pools", "all");
	json_t *two = json_pack("{s:[s,s]}", "pools", "a", "b");
	set(&both[0], CFG_LANE, "l", one);
	set(&both[1], CFG_LANE, "l", two);
	json_decref(one);
	json_decref(two);
}

static const struct roster *list_of(struct side *s, const struct id *id, json_t *body)
{
	char mid[40];
	struct message m = {.type = MSG_SUBMIT, .id = mid, .task = *id, .from = "x", .body = body};
	struct input in = {.kind = IN_MESSAGE, .msg = &m};

	snprintf(mid, sizeof(mid), "msg_%llu", (unsigned long long)s->seq);
	feed(s, &in);
	struct task *t = world_task(s->w, id);
	ck_assert_ptr_nonnull(t);
	return roster_of(s->w, t->match, now);
}

static void same_lists(const struct roster *a, const struct roster *b)
{
	ck_assert_uint_eq(a->n, b->n);
	for (uint32_t i = 0; i < a->n; i++) {
		ck_assert_str_eq(a->seats[i].wk->name, b->seats[i].wk->name);
		ck_assert_int_eq(a->seats[i].external, b->seats[i].external);
		ck_assert_int_eq(!a->seats[i].instead_of, !b->seats[i].instead_of);
	}
	ck_assert(memcmp(a->refused, b->refused, sizeof(a->refused)) == 0);
	ck_assert(json_equal(a->shown, b->shown));
	ck_assert(json_equal(a->reasons, b->reasons));
	ck_assert(a->until_ms == b->until_ms);
}

static json_t *some_body(void)
{
	static const char *const confs[] = {"public", "internal_first", "internal_only",
	                                    "restricted"};
	json_t *need = json_pack("{s:i}", "trustLevel", (int)draw(3)), *skills = json_array();
	char name[16];

	for (int n = (int)draw(4); n > 0; n--) {
		/* the last one nobody has */
		snprintf(name, sizeof(name), "s%02d", (int)draw(SKILLS + 1));
		json_array_append_new(skills, json_pack("{s:s,s:i}", "name", name, "level",
		                                        1 + (int)draw(2)));
	}
	js_set_new(need, "skills", skills);
	return json_pack("{s:i,s:s,s:s,s:o,s:{s:s}}", "er", 1, "title", "t", "lane", "l",
	                 "requirements", need, "policy", "confidentiality", confs[draw(4)]);
}

START_TEST(same_with_and_without)
{
	uint64_t seats = 0;

	for (int desk = 0; desk < DESKS; desk++) {
		struct side both[2];
		set_up(both);
		for (int k = 0; k < KINDS; k++) {
			json_t *body = some_body();
			struct id id;
			id_from_seq(&id, now, 3, (uint64_t)k);
			const struct roster *a = list_of(&both[0], &id, body);
			same_lists(a, list_of(&both[1], &id, body));
			seats += a->n;
			json_decref(body);
		}
		ck_assert_ptr_nonnull(both[0].w->staff);
		ck_assert_int_eq(both[0].w->staff->indexed, 1);
		ck_assert_int_eq(both[1].w->staff->indexed, 0);
		world_free(both[0].w);
		world_free(both[1].w);
	}
	ck_assert_uint_gt(seats, DESKS * KINDS);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_staff");
	TCase *t = tcase_create("staff");

	tcase_set_timeout(t, 300);
	tcase_add_test(t, same_with_and_without);
	suite_add_tcase(s, t);
	return kit_run(s);
}
