/* tests/unit/out_webhook.c -- deliveries from an outbox to a receiver on loopback. */
#include "kit.h"
#include "out_hooks.h"

START_TEST(signed_in_both_styles_with_bearer)
{
	struct sign_in in = {SECRET, event_of(9), 0, "{\"a\":1}", 7};
	const char *value;

	server_start(f.server);
	allow_server();
	put_file(9, json_pack("{s:s,s:s,s:s}", "secret", SECRET, "bearer", "tok en", "dialect",
	                      "humanrail"));
	add(1, 9);
	run_until(1, NOW);
	ck_assert_int_eq(f.told[0].outcome, WEBHOOK_DELIVERED);
	ck_assert_int_eq(f.told[0].status, 200);
	ck_assert_int_eq(f.told[0].attempt, 1);
	ck_assert_int_eq(f.told[0].raw_key, 0);
	ck_assert_uint_eq(f.told[0].seq, 9);
	ck_assert_str_eq(f.told[0].event, event_of(9));

	ck_assert_str_eq(server_header(f.server, 0, "content-type"), "application/json");
	ck_assert_str_eq(server_header(f.server, 0, "user-agent"), "er/" ER_VERSION);
	ck_assert_str_eq(server_header(f.server, 0, "authorization"), "Bearer tok en");
	ck_assert_str_eq(server_header(f.server, 0, "webhook-id"), event_of(9));
	ck_assert_str_eq(server_header(f.server, 0, "webhook-timestamp"), "1700000000");
	in.timestamp_s = NOW / 1000;
	value = server_header(f.server, 0, "webhook-signature");
	ck_assert_int_eq(sign_verify_standard(&in, value, NOW / 1000, NULL), 0);
	value = server_header(f.server, 0, "X-Escalation-Signature");
	ck_assert_int_eq(sign_verify_humanrail(&in, value, NOW / 1000, NULL), 0);
	value = server_header(f.server, 0, "X-HumanRail-Signature");
	ck_assert_int_eq(sign_verify_humanrail(&in, value, NOW / 1000, NULL), 0);
	ck_assert_str_eq(server_body(f.server, 0), "{\"a\":1}");

	ck_assert_int_eq(exists("due", 9), 0);
	ck_assert_ptr_nonnull(strstr(delivered_log(), event_of(9)));
	ck_assert_ptr_nonnull(strstr(delivered_log(), "\"type\":\"task.completed\""));
	ck_assert_int_eq(webhooks_settle(f.w, &f.told[0], NOW, NULL), 0); /* again: harmless */
	ck_assert_str_eq(strchr(delivered_log(), '\n'), "\n");            /* one line */
	ck_assert_int_eq(webhooks_next_ms(f.w), INT64_MAX);
}
END_TEST

START_TEST(unsigned_without_a_secret)
{
	server_start(f.server);
	allow_server();
	put_file(1, NULL);
	add(1, 1);
	run_until(1, NOW);
	ck_assert_ptr_nonnull(server_header(f.server, 0, "webhook-id"));
	ck_assert_ptr_null(server_header(f.server, 0, "webhook-signature"));
	ck_assert_ptr_null(server_header(f.server, 0, "X-HumanRail-Signature"));
	ck_assert_ptr_null(server_header(f.server, 0, "authorization"));
}
END_TEST

START_TEST(one_task_in_order)
{
	f.server->status[0] = 500;
	f.server->status[1] = 200;
	server_start(f.server);
	allow_server();
	put_file(5, NULL);
	put_file(9, NULL);
	add(1, 9);
	add(1, 5);
	f.settle = 0;
	run_until(1, NOW);
	ck_assert_int_eq(f.told[0].outcome, WEBHOOK_RETRY);
	ck_assert_uint_eq(f.told[0].seq, 5);
	ck_assert_int_ge(f.told[0].next_ms, NOW + 4000);
	ck_assert_int_le(f.told[0].next_ms, NOW + 6000 + WAIT_MS);
	ck_assert_int_eq(webhooks_next_ms(f.w), f.told[0].next_ms);
	ck_assert_str_eq(f.told[0].error, "answered 500");
	run_until(2, f.told[0].next_ms);
	ck_assert_uint_eq(f.told[1].seq, 5);
	ck_assert_int_eq(f.told[1].attempt, 2);
	ck_assert_int_eq(webhooks_next_ms(f.w), INT64_MAX); /* until 5 is committed */
	ck_assert_int_eq(exists("due", 5), 1);
	ck_assert_int_eq(webhooks_settle(f.w, &f.told[1], NOW, NULL), 0);
	run_until(3, f.told[0].next_ms);
	ck_assert_uint_eq(f.told[2].seq, 9);
	ck_assert_str_eq(server_header(f.server, 0, "webhook-id"), event_of(5));
	ck_assert_str_eq(server_header(f.server, 1, "webhook-id"), event_of(5));
	ck_assert_str_eq(server_header(f.server, 2, "webhook-id"), event_of(9));
	ck_assert_str_ne(server_header(f.server, 1, "webhook-timestamp"), "1700000000");
}
END_TEST

START_TEST(own_policy_then_dead)
{
	int64_t now = NOW;

	f.server->status[0] = 500;
	server_start(f.server);
	allow_server();
	put_file(1, json_pack("{s:{s:i,s:i}}", "retry", "max", 2, "backoffSeconds", 30));
	add(1, 1);
	for (int i = 0; i < 3; i++) {
		run_until(i + 1, now);
		ck_assert_int_eq(f.told[i].outcome, i < 2 ? WEBHOOK_RETRY : WEBHOOK_DEAD);
		ck_assert_int_eq(f.told[i].attempt, i + 1);
		ck_assert_int_eq(f.told[i].status, 500);
		if (i == 2)
			break;
		ck_assert_int_ge(f.told[i].next_ms, now + 24000);
		ck_assert_int_le(f.told[i].next_ms, now + 36000 + WAIT_MS);
		now = f.told[i].next_ms;
	}
	ck_assert_int_eq(exists("due", 1), 0);
	ck_assert_int_eq(exists("dead", 1), 1);
	ck_assert_str_eq(delivered_log(), "");
}
END_TEST

START_TEST(gone_is_dead_at_once)
{
	f.server->status[0] = 410;
	f.server->status[1] = 200;
	server_start(f.server);
	allow_server();
	put_file(1, NULL);
	put_file(2, NULL);
	add(1, 1);
	add(1, 2);
	run_until(2, NOW);
	ck_assert_int_eq(f.told[0].outcome, WEBHOOK_DEAD);
	ck_assert_int_eq(f.told[0].status, 410);
	ck_assert_int_eq(f.told[1].outcome, WEBHOOK_DELIVERED); /* the next one goes on */
}
END_TEST

START_TEST(a_restart_keeps_the_schedule)
{
	struct id task = task_of(1);

	server_start(f.server);
	allow_server();
	put_file(1, NULL);
	restart();
	webhooks_add(f.w, &task, 1, event_of(1), 3, NOW + 7200000);
	add(1, 1); /* the file was found too */
	ck_assert_int_eq(webhooks_run(f.w, NOW + 7199999, NULL), 0);
	ck_assert_uint_eq(webhooks_active(f.w), 0);
	ck_assert_int_eq(webhooks_next_ms(f.w), NOW + 7200000);
	run_until(1, NOW + 7200000);
	ck_assert_int_eq(f.told[0].attempt, 4);
}
END_TEST

START_TEST(retry_after_lengthens)
{
	f.server->status[0] = 503;
	f.server->extra = "retry-after: 120\r\n";
	server_start(f.server);
	allow_server();
	put_file(1, NULL);
	add(1, 1);
	run_until(1, NOW);
	ck_assert_int_ge(f.told[0].next_ms, NOW + 120000);
	ck_assert_int_le(f.told[0].next_ms, NOW + 120000 + WAIT_MS);
}
END_TEST

START_TEST(a_redirect_is_a_failure)
{
	f.server->status[0] = 307;
	f.server->extra = "location: /elsewhere\r\n";
	server_start(f.server);
	allow_server();
	put_file(1, NULL);
	add(1, 1);
	run_until(1, NOW);
	ck_assert_int_eq(f.told[0].outcome, WEBHOOK_RETRY);
	ck_assert_int_eq(f.told[0].status, 307);
	ck_assert_int_eq(server_hits(f.server), 1);
}
END_TEST

START_TEST(private_only_where_a_rule_says_so)
{
	char prefix[128];

	server_start(f.server);
	/* neither a rule for another place, nor half a port, nor a dialect's, opens the door */
	endpoint("other", json_pack("{s:s,s:b}", "match", "http://127.0.0.2/", "allowPrivate", 1));
	snprintf(prefix, sizeof(prefix), "%s", url(""));
	prefix[strlen(prefix) - 1] = '\0';
	endpoint("half", json_pack("{s:s,s:b}", "match", prefix, "allowPrivate", 1));
	endpoint("dialect",
	         json_pack("{s:s,s:s,s:b}", "dialect", "er", "url", url("/d"), "allowPrivate", 1));
	put_file(1, NULL);
	add(1, 1);
	run_until(1, NOW);
	ck_assert_int_eq(f.told[0].outcome, WEBHOOK_RETRY);
	ck_assert_int_eq(f.told[0].status, 0);
	ck_assert_ptr_nonnull(strstr(f.told[0].error, "not public"));
	ck_assert_int_eq(server_hits(f.server), 0);
}
END_TEST

START_TEST(a_dialect_s_default_target)
{
	server_start(f.server);
	endpoint("dialect",
	         json_pack("{s:s,s:s,s:b}", "dialect", "er", "url", url("/d"), "allowPrivate", 1));
	put_file(1, json_pack("{s:n}", "url"));
	add(1, 1);
	put_file(2, json_pack("{s:n,s:s}", "url", "dialect", "biolayer")); /* has none */
	add(2, 2);
	run_until(2, NOW);
	ck_assert_int_eq(server_hits(f.server), 1);
	ck_assert_int_eq(strncmp(f.server->seen[0], "POST /d HTTP/1.1\r\n", 18), 0);
	ck_assert_int_eq(f.told[f.told[0].seq == 2 ? 0 : 1].outcome, WEBHOOK_DEAD);
}
END_TEST

START_TEST(the_longest_match_redirects)
{
	server_start(f.server);
	endpoint("a", json_pack("{s:s}", "match", "https://hooks.example/"));
	endpoint("b", json_pack("{s:s,s:s,s:b}", "match", "https://hooks.example/team", "url",
	                        url("/b"), "allowPrivate", 1));
	put_file(1, json_pack("{s:s}", "url", "https://hooks.example/team/7?x=1"));
	add(1, 1);
	run_until(1, NOW);
	ck_assert_int_eq(f.told[0].outcome, WEBHOOK_DELIVERED);
	ck_assert_int_eq(strncmp(f.server->seen[0], "POST /b HTTP/1.1\r\n", 18), 0);
}
END_TEST

static void secret_file(const char *text, mode_t mode)
{
	int fd = openat(f.spool.etc, "hook.secret", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	ck_assert_int_eq(io_write_all(fd, text, strlen(text), NULL), 0);
	ck_assert_int_eq(fchmod(fd, mode), 0);
	close(fd);
}

START_TEST(a_secret_from_a_file)
{
	struct sign_in in = {"plain words", event_of(1), NOW / 1000, "{\"a\":1}", 7};

	server_start(f.server);
	secret_file("plain words\n", 0600);
	endpoint("local", json_pack("{s:s,s:b,s:s}", "match", url("/"), "allowPrivate", 1,
	                            "secretFile", "hook.secret"));
	put_file(1, json_pack("{s:s}", "secret", SECRET));
	add(1, 1);
	run_until(1, NOW);
	ck_assert_int_eq(f.told[0].raw_key, 1);
	ck_assert_int_eq(sign_verify_standard(&in, server_header(f.server, 0, "webhook-signature"),
	                                      NOW / 1000, NULL),
	                 0);
}
END_TEST

static const struct {
	const char *text;
	mode_t mode;
} bad_secrets[] = {{"secret", 0640}, {"secret", 0604}, {"", 0600}, {"\nsecret", 0600}, {NULL, 0}};

START_TEST(a_bad_secret_file_sends_nothing)
{
	server_start(f.server);
	if (bad_secrets[_i].text)
		secret_file(bad_secrets[_i].text, bad_secrets[_i].mode);
	endpoint("local", json_pack("{s:s,s:b,s:s}", "match", url("/"), "allowPrivate", 1,
	                            "secretFile", "hook.secret"));
	put_file(1, NULL);
	add(1, 1);
	run_until(1, NOW);
	ck_assert_int_eq(f.told[0].outcome, WEBHOOK_RETRY);
	ck_assert_ptr_nonnull(strstr(f.told[0].error, "hook.secret"));
	ck_assert_ptr_null(strstr(f.told[0].error, "\n"));
	ck_assert_int_eq(server_hits(f.server), 0);
}
END_TEST

START_TEST(a_smuggled_header_is_not_sent)
{
	server_start(f.server);
	allow_server();
	put_file(1, json_pack("{s:s}", "bearer", "x\r\nx-evil: 1"));
	add(1, 1);
	run_until(1, NOW);
	ck_assert_int_eq(f.told[0].outcome, WEBHOOK_RETRY);
	ck_assert_ptr_null(strstr(f.told[0].error, "evil"));
	ck_assert_int_eq(server_hits(f.server), 0);
}
END_TEST

START_TEST(events_the_rule_does_not_want)
{
	server_start(f.server);
	endpoint("local", json_pack("{s:s,s:b,s:[s]}", "match", url("/"), "allowPrivate", 1,
	                            "events", "task.created"));
	put_file(1, NULL);
	add(1, 1);
	run_until(1, NOW);
	ck_assert_int_eq(f.told[0].outcome, WEBHOOK_DELIVERED);
	ck_assert_int_eq(f.told[0].status, 0);
	ck_assert_int_eq(server_hits(f.server), 0);
	ck_assert_int_eq(exists("due", 1), 0);
}
END_TEST

START_TEST(a_file_that_is_late)
{
	server_start(f.server);
	allow_server();
	add(1, 1);
	run_until(0, NOW);
	ck_assert_int_gt(webhooks_next_ms(f.w), NOW);
	put_file(1, NULL);
	add(1, 1);
	run_until(1, NOW);
	ck_assert_int_eq(f.told[0].attempt, 1);
	ck_assert_int_eq(f.told[0].outcome, WEBHOOK_DELIVERED);
}
END_TEST

START_TEST(a_damaged_file_is_dead)
{
	server_start(f.server);
	ck_assert_int_eq(io_replace(f.spool.outbox, outbox_name("due", 1), "{", 1, NULL), 0);
	put_file(2, json_pack("{s:s}", "schema", "er.other.v1"));
	add(1, 1);
	add(2, 2);
	run_until(2, NOW);
	ck_assert_int_eq(f.told[0].outcome, WEBHOOK_DEAD);
	ck_assert_int_eq(f.told[1].outcome, WEBHOOK_DEAD);
	ck_assert_int_eq(exists("dead", 1), 1);
	ck_assert_int_eq(exists("dead", 2), 1);
}
END_TEST

START_TEST(four_at_once_per_host)
{
	teardown();
	setup_with(SERVER_HANGS);
	server_start(f.server);
	allow_server();
	for (unsigned i = 1; i <= 10; i++) {
		put_file(i, NULL);
		add(i, i);
	}
	ck_assert_int_eq(webhooks_run(f.w, NOW, NULL), 0);
	ck_assert_uint_eq(webhooks_active(f.w), 4);
	ck_assert_int_eq(webhooks_next_ms(f.w), INT64_MAX);
}
END_TEST

START_TEST(many_tasks_all_arrive)
{
	server_start(f.server);
	allow_server();
	for (unsigned i = 1; i <= 40; i++) {
		put_file(i, NULL);
		add(i % 13, i);
	}
	run_until(40, NOW);
	ck_assert_int_eq(server_hits(f.server), 40);
	for (int i = 0; i < 40; i++)
		for (int k = 0; k < i; k++)
			if (!id_cmp(&f.told[i].task, &f.told[k].task))
				ck_assert_uint_gt(f.told[i].seq, f.told[k].seq);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("out_webhook");
	TCase *t = tcase_create("webhook");

	tcase_set_timeout(t, 30);
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, signed_in_both_styles_with_bearer);
	tcase_add_test(t, unsigned_without_a_secret);
	tcase_add_test(t, one_task_in_order);
	tcase_add_test(t, own_policy_then_dead);
	tcase_add_test(t, gone_is_dead_at_once);
	tcase_add_test(t, a_restart_keeps_the_schedule);
	tcase_add_test(t, retry_after_lengthens);
	tcase_add_test(t, a_redirect_is_a_failure);
	tcase_add_test(t, private_only_where_a_rule_says_so);
	tcase_add_test(t, a_dialect_s_default_target);
	tcase_add_test(t, the_longest_match_redirects);
	tcase_add_test(t, a_secret_from_a_file);
	tcase_add_loop_test(t, a_bad_secret_file_sends_nothing, 0, NITEMS(bad_secrets));
	tcase_add_test(t, a_smuggled_header_is_not_sent);
	tcase_add_test(t, events_the_rule_does_not_want);
	tcase_add_test(t, a_file_that_is_late);
	tcase_add_test(t, a_damaged_file_is_dead);
	tcase_add_test(t, four_at_once_per_host);
	tcase_add_test(t, many_tasks_all_arrive);
	suite_add_tcase(s, t);
	return kit_run(s);
}
