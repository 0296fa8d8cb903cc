/* The table of a task's life: no path leaves a final state, every state is reachable. */

#include "engine/transition.h"
#include "kit.h"

START_TEST(final_states_are_final)
{
	for (int s = 0; s < ST_COUNT; s++)
		for (int on = 0; on < EV_COUNT; on++)
			if (state_final((enum state)s))
				ck_assert_int_eq(state_next((enum state)s, (enum event_type)on),
				                 -1);
}
END_TEST

START_TEST(rows_are_unique_and_sane)
{
	for (size_t i = 0; i < transitions_count; i++) {
		ck_assert_int_lt(transitions[i].to, ST_COUNT);
		ck_assert_int_ne(transitions[i].to, ST_NONE);
		ck_assert_int_lt(transitions[i].on, EV_CONFIG_SET);
		for (size_t k = i + 1; k < transitions_count; k++)
			ck_assert(transitions[i].from != transitions[k].from ||
			          transitions[i].on != transitions[k].on ||
			          transitions[i].to != transitions[k].to);
	}
}
END_TEST

START_TEST(every_state_is_reachable_and_every_open_one_can_end)
{
	int reach[ST_COUNT] = {[ST_NONE] = 1}, ends[ST_COUNT] = {0};

	for (int s = 0; s < ST_COUNT; s++)
		ends[s] = state_final((enum state)s);
	for (int round = 0; round < ST_COUNT; round++)
		for (size_t i = 0; i < transitions_count; i++) {
			const struct transition *t = &transitions[i];
			reach[t->to] |= reach[t->from];
			ends[t->from] |= ends[t->to];
		}
	for (int s = 0; s < ST_COUNT; s++) {
		ck_assert_msg(reach[s], "%s is not reachable", state_name((enum state)s));
		ck_assert_msg(ends[s], "%s cannot end", state_name((enum state)s));
	}
}
END_TEST

START_TEST(names_round_trip)
{
	for (int s = 0; s < ST_COUNT; s++)
		ck_assert_int_eq(state_by_name(state_name((enum state)s)), s);
	for (int e = 0; e < EV_COUNT; e++)
		ck_assert_int_eq(event_by_name(event_name((enum event_type)e)), e);
	ck_assert_int_eq(state_by_name("nonsense"), -1);
	ck_assert_int_eq(event_by_name("nonsense"), -1);
}
END_TEST

START_TEST(only_created_leaves_none)
{
	for (int on = 0; on < EV_COUNT; on++)
		ck_assert_int_eq(state_next(ST_NONE, (enum event_type)on),
		                 on == EV_CREATED ? ST_QUEUED : -1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("engine_transition");
	TCase *t = tcase_create("table");

	tcase_add_test(t, final_states_are_final);
	tcase_add_test(t, rows_are_unique_and_sane);
	tcase_add_test(t, every_state_is_reachable_and_every_open_one_can_end);
	tcase_add_test(t, names_round_trip);
	tcase_add_test(t, only_created_leaves_none);
	suite_add_tcase(s, t);
	return kit_run(s);
}
