/* engine: how workers are asked: one by one, several at once, whoever wants, or not at all. */
#include "engine_desk.h"

static struct kit k;

static void setup(void)
{
	k = kit_new();
	kit_set(&k, CFG_WORKER, "ana", "{\"capacity\":1}");
	kit_set(&k, CFG_WORKER, "ben", "{\"capacity\":1}");
	kit_set(&k, CFG_WORKER, "cho", "{\"capacity\":1}");
	kit_set(&k, CFG_WORKER, "dot", "{\"capacity\":1,\"trustLevel\":5}");
	kit_set(&k, CFG_POOL, "p", "{\"members\":[\"ana\",\"ben\",\"cho\",\"dot\"]}");
}

static void teardown(void)
{
	kit_free(&k);
}

static void lane(const char *offers)
{
	char doc[512];

	snprintf(doc, sizeof(doc),
	         "{\"pools\":[\"p\"],\"slaSeconds\":36000,\"offerSeconds\":60,"
	         "\"scoring\":{\"explore\":\"0\"},\"offers\":{%s}}",
	         offers);
	kit_set(&k, CFG_LANE, "l", doc);
}

static int live(const char *worker)
{
	const struct crew *c = world_find_crew(k.w, worker);

	return c ? (int)c->live : 0;
}

START_TEST(one_by_one)
{
	lane("\"mode\":\"one\"");
	desk_submit(&k, "x", "");
	ck_assert(desk_has(&k, 0, "ana", AS_OFFERED));
	kit_after(&k, 60 * SECOND); /* ran out */
	ck_assert(desk_has(&k, 0, "ben", AS_OFFERED));
	ck_assert_int_eq(desk_ok(&k, 0, "ben", "decline"), 0);
	ck_assert(desk_has(&k, 0, "cho", AS_OFFERED));
	ck_assert_int_eq(desk_ok(&k, 0, "ana", "accept"), -1); /* held by cho */
	ck_assert_int_eq(k.refused.code, FAIL_CONFLICT);
	kit_after(&k, 60 * SECOND);
	ck_assert(desk_has(&k, 0, "dot", AS_OFFERED));
	kit_after(&k, 60 * SECOND);
	ck_assert(desk_has(&k, 0, "ana", AS_OFFERED)); /* again: ben said no */
	ck_assert_int_eq(desk_assign(&k, 0, "ana")->offers, 2);
}
END_TEST

START_TEST(fan_out_first_to_accept)
{
	lane("\"mode\":\"fanOut\",\"atOnce\":3");
	desk_submit(&k, "x", "");
	ck_assert_int_eq(desk_count(&k, "task.offered"), 3);
	ck_assert_int_eq(desk_ok(&k, 0, "ben", "decline"), 0);
	ck_assert_int_eq(desk_count(&k, "task.offered"), 4); /* made up for */
	ck_assert_int_eq(desk_ok(&k, 0, "cho", "accept"), 0);
	ck_assert(desk_has(&k, 0, "cho", AS_ACCEPTED));
	ck_assert_int_eq(desk_count(&k, "task.released"), 2);
	ck_assert_int_eq(live("ana") + live("ben") + live("dot"), 0);
	ck_assert_int_eq(desk_ok(&k, 0, "ana", "accept"), -1); /* too late, and told so */
	ck_assert_int_eq(k.refused.code, FAIL_CONFLICT);
}
END_TEST

/* Offers in parallel never take more than a worker can. */
START_TEST(capacity_holds_under_races)
{
	lane("\"mode\":\"fanOut\",\"atOnce\":4");
	desk_submit(&k, "x", "");
	desk_submit(&k, "x", "");
	ck_assert_int_eq(desk_count(&k, "task.offered"), 4); /* all are asked for the first */
	ck_assert_int_eq(kit_task(&k, 1)->state, ST_QUEUED);
	ck_assert_int_eq(desk_ok(&k, 0, "ana", "accept"), 0);
	ck_assert_int_eq(kit_task(&k, 1)->state, ST_OFFERED);
	ck_assert_int_eq(kit_task(&k, 1)->n_assigns, 3);
	for (int i = 0; i < 4; i++)
		ck_assert_int_le(live((const char *[]){"ana", "ben", "cho", "dot"}[i]), 1);
}
END_TEST

START_TEST(claim)
{
	lane("\"mode\":\"claim\",\"atOnce\":2");
	desk_submit(&k, "x", "");
	ck_assert_ptr_null(desk_assign(&k, 0, "dot"));
	ck_assert_int_eq(desk_ok(&k, 0, "dot", "accept"), 0);
	ck_assert(desk_has(&k, 0, "dot", AS_ACCEPTED));
	ck_assert(json_is_true(js_at(desk_last(&k, "task.offered"), "/data/claimed")));
	ck_assert_int_eq(live("ana") + live("ben"), 0);
	ck_assert_int_eq(desk_ok(&k, 0, "ana", "start"), -1); /* somebody has it */
	desk_submit(&k, "ana", "");
	ck_assert_int_eq(desk_ok(&k, 1, "ana", "accept"), -1); /* it is her own */
	ck_assert_int_eq(k.refused.code, FAIL_DENIED);
	ck_assert_int_eq(desk_ok(&k, 1, "dot", "start"), -1); /* has his one task */
	ck_assert_int_eq(k.refused.code, FAIL_CONFLICT);
	ck_assert_int_eq(desk_ok(&k, 1, "cho", "start"), 0);
	ck_assert(desk_has(&k, 1, "cho", AS_STARTED));
}
END_TEST

START_TEST(assigned_when_trusted)
{
	lane("\"autoAssignTrust\":5");
	kit_set(&k, CFG_POOL, "p", "{\"members\":[\"dot\"]}");
	desk_submit(&k, "x", "");
	ck_assert(desk_has(&k, 0, "dot", AS_ACCEPTED));
	ck_assert(json_is_true(js_at(desk_last(&k, "task.accepted"), "/data/automatic")));
	kit_set(&k, CFG_POOL, "p", "{\"members\":[\"ana\"]}");
	desk_submit(&k, "x", "");
	ck_assert(desk_has(&k, 1, "ana", AS_OFFERED));
}
END_TEST

START_TEST(released_early_counts_for_nothing)
{
	struct outlook o[3];
	const struct lane_stats *l;

	lane("\"releaseFreeSeconds\":100");
	kit_set(&k, CFG_POOL, "p", "{\"members\":[\"ana\"]}");
	for (int i = 0; i < 3; i++) {
		int n = desk_submit(&k, "x", "");
		desk_ok(&k, n, "ana", "accept");
		kit_after(&k, i == 2 ? 101 * SECOND : 99 * SECOND);
		ck_assert_int_eq(desk_ok(&k, n, "ana", "release"), 0);
		kit_say(&k, n, "x", "cancel", "{}");
		l = world_lane(k.w, "l", 1);
		outlook_of(k.w, l, world_find_crew(k.w, "ana"), NULL, NULL, &o[i]);
	}
	ck_assert_double_gt(o[1].take, o[0].take);
	ck_assert_double_lt(o[2].take, o[1].take);
	ck_assert(json_is_true(js_at(desk_last(&k, "task.released"), "/data/penalty")));
}
END_TEST

int main(void)
{
	TCase *t = tcase_create("offers");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, one_by_one);
	tcase_add_test(t, fan_out_first_to_accept);
	tcase_add_test(t, capacity_holds_under_races);
	tcase_add_test(t, claim);
	tcase_add_test(t, assigned_when_trusted);
	tcase_add_test(t, released_early_counts_for_nothing);
	return desk_main("engine_offers", t);
}
