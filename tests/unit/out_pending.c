/* tests/unit/out_pending.c -- who is next, and when again. */
#include <stdint.h>

#include "base/mem.h"
#include "out/pending.h"
#include "out/retry.h"
#include "kit.h"

static struct id id_of(unsigned n)
{
	struct id id = {{0}};

	id.b[0] = (uint8_t)(n >> 8);
	id.b[1] = (uint8_t)n;
	return id;
}

static void add(struct pending *p, unsigned task, uint64_t seq, int64_t next_ms)
{
	struct id t = id_of(task), e = id_of((unsigned)seq);

	pending_add(p, &t, &e, seq, 0, next_ms);
}

START_TEST(first_of_each_line_by_time)
{
	struct pending *p = pending_new();
	struct line *a, *b;

	ck_assert_int_eq(pending_next_ms(p), INT64_MAX);
	add(p, 1, 7, 50);
	add(p, 1, 3, 90); /* comes before 7, whatever its time */
	add(p, 2, 5, 70);
	ck_assert_int_eq(pending_next_ms(p), 70);
	ck_assert_ptr_null(pending_take(p, 69));
	a = pending_take(p, 100);
	b = pending_take(p, 100);
	ck_assert_ptr_null(pending_take(p, 100));
	ck_assert_uint_eq(a->taken->seq, 5);
	ck_assert_uint_eq(b->taken->seq, 3);
	pending_wait(p, b, 200);
	ck_assert_int_eq(pending_next_ms(p), 200);
	b = pending_take(p, 200);
	ck_assert_uint_eq(b->taken->seq, 3);
	pending_drop(p, b);
	b = pending_take(p, 200);
	ck_assert_uint_eq(b->taken->seq, 7);
	pending_drop(p, b);
	pending_drop(p, a);
	ck_assert_uint_eq(pending_lines(p), 0);
	pending_free(p);
}
END_TEST

START_TEST(a_known_one_changes_nothing)
{
	struct pending *p = pending_new();
	struct line *a;

	add(p, 1, 3, 90);
	add(p, 1, 3, 10);
	ck_assert_int_eq(pending_next_ms(p), 90);
	a = pending_take(p, 90);
	add(p, 1, 3, 10);
	add(p, 1, 2, 10); /* late, while 3 is under way */
	ck_assert_int_eq(pending_next_ms(p), INT64_MAX);
	pending_drop(p, a);
	a = pending_take(p, 90);
	ck_assert_uint_eq(a->taken->seq, 2);
	a->taken->missing = 1;
	pending_wait(p, a, 5000);
	add(p, 1, 2, 10); /* its file has come */
	ck_assert_int_eq(pending_next_ms(p), 10);
	pending_free(p);
}
END_TEST

START_TEST(a_host_takes_four)
{
	enum { LINES = 12 };
	struct pending *p = pending_new();
	struct host *host[LINES];
	struct line *line;
	unsigned n = 0, parked = 0;

	for (unsigned i = 0; i < LINES; i++)
		add(p, i, i + 1, 0);
	while ((line = pending_take(p, 0))) {
		host[n] = pending_admit(p, line, "a.example");
		host[n] ? n++ : parked++;
	}
	ck_assert_uint_eq(n, PENDING_PER_HOST);
	ck_assert_uint_eq(parked, LINES - PENDING_PER_HOST);
	/* a place that is passed on and not used is passed on again */
	pending_leave(p, host[--n]);
	line = pending_take(p, 0);
	ck_assert_ptr_nonnull(line);
	pending_wait(p, line, 1000);
	line = pending_take(p, 0);
	ck_assert_ptr_nonnull(line);
	host[n] = pending_admit(p, line, "a.example");
	ck_assert_ptr_nonnull(host[n++]);
	ck_assert_ptr_null(pending_take(p, 0));
	/* and so is one whose line now goes elsewhere */
	pending_leave(p, host[--n]);
	line = pending_take(p, 0);
	host[n] = pending_admit(p, line, "b.example");
	ck_assert_ptr_nonnull(host[n++]);
	line = pending_take(p, 0);
	ck_assert_ptr_nonnull(pending_admit(p, line, "a.example"));
	pending_free(p);
}
END_TEST

/* Against a model: every delivery comes out once, each line in order, never two at a time. */
START_TEST(random_histories)
{
	enum { TASKS = 300, EACH = 6, HOSTS = 5 };
	static uint64_t expect[TASKS];
	static struct host *held[TASKS];
	static struct line *lines[TASKS];
	struct pending *p = pending_new();
	unsigned done = 0, under_way = 0, per_host[HOSTS] = {0};
	int64_t now = 0;

	srandom(7);
	for (uint64_t seq = 1; seq <= EACH; seq++)
		for (unsigned t = 0; t < TASKS; t++)
			add(p, t, seq, random() % 50);
	while (done < TASKS * EACH) {
		struct line *line = pending_take(p, now);
		unsigned t;

		if (line) {
			char host[2] = "a";

			t = (unsigned)line->task.b[0] << 8 | line->task.b[1];
			host[0] = (char)('a' + t % HOSTS);
			ck_assert_ptr_null(lines[t]);
			ck_assert_uint_eq(line->taken->seq, expect[t] + 1);
			held[t] = pending_admit(p, line, host);
			if (held[t]) {
				lines[t] = line;
				under_way++;
				ck_assert_uint_le(++per_host[t % HOSTS], PENDING_PER_HOST);
			}
			continue;
		}
		if (!under_way) {
			ck_assert_int_ne(pending_next_ms(p), INT64_MAX); /* nothing is stuck */
			now = pending_next_ms(p);
			continue;
		}
		do
			t = (unsigned)random() % TASKS;
		while (!lines[t]);
		line = lines[t];
		lines[t] = NULL;
		under_way--;
		per_host[t % HOSTS]--;
		pending_leave(p, held[t]);
		if (random() % 3 == 0) {
			pending_wait(p, line, now + random() % 20);
			continue;
		}
		expect[t]++;
		done++;
		pending_drop(p, line);
	}
	ck_assert_uint_eq(pending_lines(p), 0);
	ck_assert_int_eq(pending_next_ms(p), INT64_MAX);
	pending_free(p);
}
END_TEST

START_TEST(the_standard_schedule)
{
	static const int64_t s[] = {5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400};
	const struct retry_policy p = {RETRY_STANDARD, RETRY_STANDARD};

	for (int i = 0; i < (int)NITEMS(s); i++) {
		ck_assert_int_eq(retry_wait_ms(&p, i + 1, 0, 500, -1), s[i] * 800);
		ck_assert_int_eq(retry_wait_ms(&p, i + 1, 200, 500, -1), s[i] * 1000);
		ck_assert_int_eq(retry_wait_ms(&p, i + 1, 400, 500, -1), s[i] * 1200);
		ck_assert_int_eq(retry_wait_ms(&p, i + 1, 401, 500, -1), s[i] * 800);
	}
	ck_assert_int_eq(retry_wait_ms(&p, 10, 0, 500, -1), -1);
	ck_assert_int_eq(retry_wait_ms(&p, 11, 0, 500, -1), -1);
}
END_TEST

START_TEST(a_task_s_own_policy)
{
	const struct retry_policy p = {6, 30000}, once = {0, 30000};
	const struct retry_policy many = {20, RETRY_STANDARD}, few = {RETRY_STANDARD, 1000};

	for (int i = 1; i <= 6; i++)
		ck_assert_int_eq(retry_wait_ms(&p, i, 200, 500, -1), 30000);
	ck_assert_int_eq(retry_wait_ms(&p, 7, 200, 500, -1), -1);
	ck_assert_int_eq(retry_wait_ms(&once, 1, 200, 500, -1), -1);
	ck_assert_int_eq(retry_wait_ms(&many, 20, 200, 500, -1), 86400000);
	ck_assert_int_eq(retry_wait_ms(&many, 21, 200, 500, -1), -1);
	ck_assert_int_eq(retry_wait_ms(&few, 9, 200, 500, -1), 1000);
	ck_assert_int_eq(retry_wait_ms(&few, 10, 200, 500, -1), -1);
}
END_TEST

START_TEST(retry_after_only_lengthens)
{
	const struct retry_policy p = {6, 30000}, slow = {6, INT64_C(30) * 86400000};

	ck_assert_int_eq(retry_wait_ms(&p, 1, 200, 429, 60000), 60000);
	ck_assert_int_eq(retry_wait_ms(&p, 1, 200, 502, 60000), 60000);
	ck_assert_int_eq(retry_wait_ms(&p, 1, 200, 503, 60000), 60000);
	ck_assert_int_eq(retry_wait_ms(&p, 1, 200, 504, 60000), 60000);
	ck_assert_int_eq(retry_wait_ms(&p, 1, 200, 500, 60000), 30000);
	ck_assert_int_eq(retry_wait_ms(&p, 1, 200, 503, 1000), 30000);
	ck_assert_int_eq(retry_wait_ms(&p, 1, 200, 503, INT64_C(999999999999)), 86400000);
	ck_assert_int_eq(retry_wait_ms(&slow, 1, 200, 503, INT64_MAX), slow.backoff_ms);
	ck_assert_int_eq(retry_wait_ms(&p, 7, 200, 503, 60000), -1);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("out_pending");
	TCase *t = tcase_create("pending");

	tcase_add_test(t, first_of_each_line_by_time);
	tcase_add_test(t, a_known_one_changes_nothing);
	tcase_add_test(t, a_host_takes_four);
	tcase_add_test(t, random_histories);
	tcase_add_test(t, the_standard_schedule);
	tcase_add_test(t, a_task_s_own_policy);
	tcase_add_test(t, retry_after_only_lengthens);
	suite_add_tcase(s, t);
	return kit_run(s);
}
