/* base: the heap of timers against a plain list. */

#include "base/heap.h"
#include "kit.h"

enum { OWNERS = 300, ROUNDS = 20000, ABSENT = -1 };

static uint32_t slots[OWNERS]; /* as told by the heap */

static void moved(void *ctx, uint32_t owner, uint32_t slot)
{
	if (ctx != slots || owner >= OWNERS)
		ck_abort_msg("moved() was told nonsense");
	slots[owner] = slot;
}

static void expect_least(const struct heap *h, const int64_t *at)
{
	const struct heap_item *top = heap_top(h);
	uint32_t i, least = OWNERS;

	for (i = 0; i < OWNERS; i++)
		if (at[i] != ABSENT && (least == OWNERS || at[i] < at[least]))
			least = i;
	if (least == OWNERS) {
		ck_assert_ptr_null(top);
		return;
	}
	ck_assert_uint_eq(top->owner, least);
	ck_assert_int_eq(top->at_ms, at[least]);
}

static void expect_slots(const struct heap *h, const int64_t *at)
{
	uint32_t i;

	for (i = 0; i < OWNERS; i++) {
		if (at[i] == ABSENT) {
			ck_assert_uint_eq(slots[i], HEAP_NONE);
			continue;
		}
		ck_assert_uint_lt(slots[i], h->n);
		ck_assert_uint_eq(h->items[slots[i]].owner, i);
		ck_assert_int_eq(h->items[slots[i]].at_ms, at[i]);
	}
}

START_TEST(agrees_with_a_list)
{
	int64_t at[OWNERS];
	struct heap h;
	int i;

	srandom(7);
	heap_init(&h, moved, slots);
	for (i = 0; i < OWNERS; i++) {
		at[i] = ABSENT;
		slots[i] = HEAP_NONE;
	}
	for (i = 0; i < ROUNDS; i++) {
		uint32_t owner = (uint32_t)(random() % OWNERS);
		int64_t when = random() % 100; /* few values: ties are common */

		if (at[owner] == ABSENT)
			heap_add(&h, at[owner] = when, owner);
		else if (random() % 3) {
			heap_move(&h, slots[owner], at[owner] = when);
		} else {
			heap_remove(&h, slots[owner]);
			at[owner] = ABSENT;
		}
		expect_least(&h, at);
		if (i % 64 == 0)
			expect_slots(&h, at);
	}
	heap_release(&h);
}
END_TEST

START_TEST(drains_in_order)
{
	struct heap h;
	int64_t last = -1;
	uint32_t i, owner = 0;

	heap_init(&h, NULL, NULL);
	for (i = 0; i < 1000; i++)
		heap_add(&h, (int64_t)(i * 7919 % 50), i);
	for (i = 0; i < 1000; i++) {
		const struct heap_item *top = heap_top(&h);

		ck_assert(top->at_ms > last || (top->at_ms == last && top->owner > owner));
		last = top->at_ms;
		owner = top->owner;
		heap_remove(&h, 0);
	}
	ck_assert_ptr_null(heap_top(&h));
	heap_release(&h);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("base_heap");
	TCase *tc = tcase_create("all");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, agrees_with_a_list);
	tcase_add_test(tc, drains_in_order);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
