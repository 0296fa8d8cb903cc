/* spool: making, opening and finding one; configuration; abbreviations; the lock. */
#include "spool_kit.h"
#include "spool/put.h"

#include <sys/file.h>

#include "model/config.h"
#include "spool/lock.h"

START_TEST(init_makes_it_all)
{
	static const char *const parts[] = {"etc/lanes", "etc/workers", "tmp", "new", "refused",
	                                    "journal", "tasks", "inbox", "results", "outbox/due",
	                                    "outbox/dead", "index", "blobs"};
	struct stat st;

	for (size_t i = 0; i < NITEMS(parts); i++)
		ck_assert_msg(kit_exists(kit_spool.root, parts[i]), "%s", parts[i]);
	fstatat(kit_spool.root, "new", &st, 0);
	ck_assert_uint_eq(st.st_mode & 07777, 02770);
	fstatat(kit_spool.root, "etc", &st, 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0750);
	ck_assert_str_eq(kit_spool.organisation, "acme");
	ck_assert_uint_lt(kit_spool.tag, (uint64_t)1 << 40);
	ck_assert_int_eq(kit_spool.rehearsal, 0);
	ck_assert_int_eq(spool_space_ok(&kit_spool), 1);
}
END_TEST

START_TEST(init_again_and_from)
{
	char path[300], from[300];
	struct spool_init again = {.path = kit_dir};
	struct spool_init copy = {.path = path, .from = from, .rehearsal = 1};
	struct spool s;
	char *text;

	ck_fails(spool_init(&again, &kit_err), FAIL_CONFLICT);
	kit_puts(kit_spool.etc, "lanes/a.json", "{\"pools\":[\"p\"]}");
	mkdirat(kit_spool.etc, "rules", 0750);
	kit_puts(kit_spool.etc, "rules/check", "#!/bin/sh\n");
	ck_assert_int_eq(fchmodat(kit_spool.etc, "rules/check", 0755, 0), 0);
	snprintf(from, sizeof(from), "%s", kit_dir);
	snprintf(path, sizeof(path), "%s/deep/er/spool", kit_dir);
	ck_ok(spool_init(&copy, &kit_err));
	ck_ok(spool_open(&s, path, &kit_err));
	ck_assert_str_eq(s.organisation, "acme");
	ck_assert_int_eq(s.rehearsal, 1);
	ck_assert_uint_ne(s.tag, kit_spool.tag);
	text = kit_read(s.etc, "lanes/a.json", NULL);
	ck_assert_str_eq(text, "{\"pools\":[\"p\"]}");
	free(text);
	ck_assert_int_eq(faccessat(s.etc, "rules/check", X_OK, 0), 0);
	spool_close(&s);
	spool_close(&s); /* twice is fine */
}
END_TEST

START_TEST(open_says_what_is_wrong)
{
	static const struct {
		const char *text;
		enum fail want;
	} rows[] = {
		{"{\"er\":1,\"format\":2,\"id\":\"0123456789\"}", FAIL_CONFIG},
		{"{\"er\":1,\"format\":1}", FAIL_CONFIG},
		{"{\"er\":1,\"format\":1,\"id\":\"012345678g\"}", FAIL_CONFIG},
		{"{\"er\":1,", FAIL_CONFIG},
		{"{\"er\":1,\"format\":\"1\",\"id\":\"0123456789\"}", FAIL_CONFIG},
	};
	struct spool s;

	for (size_t i = 0; i < NITEMS(rows); i++) {
		kit_puts(kit_spool.root, "spool.json", rows[i].text);
		ck_fails(spool_open(&s, kit_dir, &kit_err), rows[i].want);
	}
	unlinkat(kit_spool.root, "spool.json", 0);
	ck_fails(spool_open(&s, kit_dir, &kit_err), FAIL_NOT_FOUND);
	ck_fails(spool_open(&s, "/nowhere/at/all", &kit_err), FAIL_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(kit_err.msg, "no spool at /nowhere/at/all"));
}
END_TEST

START_TEST(view_folders_come_back)
{
	struct spool s;

	ck_assert_int_eq(unlinkat(kit_spool.root, "tasks", AT_REMOVEDIR), 0);
	ck_ok(spool_open(&s, kit_dir, &kit_err));
	spool_close(&s);
	ck_assert_int_eq(unlinkat(kit_spool.root, "journal", AT_REMOVEDIR), 0);
	ck_fails(spool_open(&s, kit_dir, &kit_err), FAIL_CONFIG); /* but the truth does not */
}
END_TEST

START_TEST(view_folders_come_back_while_open)
{
	struct id id;
	char path[SPOOL_NAME_MAX];
	struct buf text = {.data = (char *)"x", .len = 1};
	int tasks = kit_spool.tasks;

	id_new(&id);
	ck_assert_int_eq(spool_mend(&kit_spool, &kit_err), 0);
	ck_assert_int_eq(unlinkat(kit_spool.root, "tasks", AT_REMOVEDIR), 0);
	ck_fails(put_file(kit_spool.tasks, layout_task_path(&id, path), &text, &kit_err),
	         FAIL_NOT_FOUND);
	err_clear(&kit_err);
	ck_assert_int_eq(spool_mend(&kit_spool, &kit_err), 1);
	ck_assert_int_eq(kit_spool.tasks, tasks);
	ck_ok(put_file(kit_spool.tasks, path, &text, &kit_err));
	ck_assert_int_eq(faccessat(kit_spool.root, "tasks", F_OK, 0), 0);
}
END_TEST

START_TEST(find_order)
{
	const char *why;
	char *path;

	setenv("ER_SPOOL", "/from/env", 1);
	path = spool_find("/from/option", &why);
	ck_assert_str_eq(path, "/from/option");
	free(path);
	path = spool_find(NULL, &why);
	ck_assert_str_eq(path, "/from/env");
	ck_assert_str_eq(why, "ER_SPOOL");
	free(path);
	unsetenv("ER_SPOOL");
	setenv("XDG_STATE_HOME", "/state", 1);
	path = spool_find(NULL, &why);
	ck_assert(!strcmp(path, "/state/er/spool") || !strcmp(path, "/var/spool/er"));
	free(path);
	unsetenv("XDG_STATE_HOME");
	setenv("HOME", "/home/x", 1);
	path = spool_find(NULL, &why);
	ck_assert(!strcmp(path, "/home/x/.local/state/er/spool") || !strcmp(path, "/var/spool/er"));
	free(path);
}
END_TEST

START_TEST(paths)
{
	char out[SPOOL_NAME_MAX];
	struct id id;

	kit_id(5, &id);
	ck_assert_str_eq(layout_shard(&id, out), "05");
	ck_assert_str_eq(layout_task_path(&id, out), "05/task_01000000000000000000000005.json");
}
END_TEST

START_TEST(config_is_loaded_and_reported)
{
	struct config *c = config_new();
	struct buf report = BUF_INIT;

	kit_puts(kit_spool.etc, "workers/ana.json", "{}");
	kit_puts(kit_spool.etc, "pools/p.json", "{\"members\":[\"ana\"]}");
	kit_puts(kit_spool.etc, "lanes/l.json", "{\"pools\":[\"p\"]}");
	ck_ok(spool_load_config(&kit_spool, c, &report, &kit_err));
	ck_assert_ptr_nonnull(config_lane(c, "l"));
	ck_assert_uint_eq(report.len, 0);
	config_free(c);

	c = config_new();
	kit_puts(kit_spool.etc, "lanes/bad.json", "{\"pols\":[\"p\"]}");
	kit_puts(kit_spool.etc, "lanes/Bad Name.json", "{}");
	kit_puts(kit_spool.etc, "pools/q.json", "{");
	ck_fails(spool_load_config(&kit_spool, c, &report, &kit_err), FAIL_CONFIG);
	ck_assert_ptr_nonnull(strstr(buf_str(&report), "lanes/bad.json: "));
	ck_assert_ptr_nonnull(strstr(buf_str(&report), "lanes/Bad Name.json: "));
	ck_assert_ptr_nonnull(strstr(buf_str(&report), "pools/q.json: "));
	ck_assert_ptr_nonnull(config_lane(c, "l")); /* the good ones are there */
	buf_clear(&report);
	config_free(c);

	c = config_new();
	unlinkat(kit_spool.etc, "lanes/bad.json", 0);
	unlinkat(kit_spool.etc, "lanes/Bad Name.json", 0);
	unlinkat(kit_spool.etc, "pools/q.json", 0);
	unlinkat(kit_spool.etc, "pools/p.json", 0);
	ck_fails(spool_load_config(&kit_spool, c, &report, &kit_err), FAIL_CONFIG);
	ck_assert_uint_gt(report.len, 0);
	config_free(c);
	buf_release(&report);
}
END_TEST

START_TEST(documents_by_name)
{
	struct config *c = config_new();
	json_t *body;

	kit_puts(kit_spool.etc, "pools/p.json", "{\"members\":[]}");
	kit_puts(kit_spool.etc, "pools/q.json", "{\"members\":[]}");
	kit_puts(kit_spool.etc, "lanes/l.json", "{\"pools\":[\"p\"]}");
	kit_puts(kit_spool.etc, "lanes/m.json", "{\"pools\":[\"q\"]}");
	ck_assert_int_eq(spool_load_document(&kit_spool, c, CFG_POOL, "p", &kit_err), 1);
	ck_assert_int_eq(spool_load_document(&kit_spool, c, CFG_POOL, "none", &kit_err), 0);
	ck_assert_int_eq(spool_load_document(&kit_spool, c, CFG_POOL, "../lanes/l", &kit_err), 0);
	config_free(c);

	c = config_new();
	body = json_pack("{s:s}", "lane", "l");
	ck_ok(spool_load_for(&kit_spool, c, body, &kit_err));
	ck_assert_ptr_nonnull(config_lane(c, "l"));
	ck_assert_ptr_nonnull(config_pool(c, "p"));
	ck_assert_ptr_null(config_lane(c, "m"));
	ck_assert_ptr_null(config_pool(c, "q"));
	json_decref(body);
	config_free(c);

	c = config_new(); /* a wrong name: all, so that near ones can be told */
	body = json_pack("{s:s}", "lane", "ll");
	ck_ok(spool_load_for(&kit_spool, c, body, &kit_err));
	ck_assert_ptr_nonnull(config_lane(c, "l"));
	ck_assert_ptr_nonnull(config_lane(c, "m"));
	json_decref(body);
	config_free(c);
}
END_TEST

static void put_row(const char *file, const char *id, const char *state)
{
	char row[256];
	int fd = openat(kit_spool.index, file, O_WRONLY | O_CREAT | O_APPEND, 0644);

	snprintf(row, sizeof(row),
	         "%s\t%s\tl\t-\tlow\t-\t2026-11-22T18:44:38.123Z\t-\ter\ta\t-\t-\tt\n", id, state);
	ck_ok(io_write_all(fd, row, strlen(row), &kit_err));
	close(fd);
}

START_TEST(abbreviations)
{
	struct id id, want;
	char text[ID_TEXT_MAX];

	put_row("open.tsv", "task_01JD8M3V9KTQ4W2X5Y6Z7A8B9C", "queued");
	put_row("closed.tsv", "task_01JD8M3V9KTQ4W2X5Y6Z7A8B9D", "completed");
	ck_assert_int_eq(id_parse("task_01JD8M3V9KTQ4W2X5Y6Z7A8B9C", "task_", &want), 0);
	ck_ok(spool_resolve(&kit_spool, "8B9C", &id, &kit_err));
	ck_assert_int_eq(id_cmp(&id, &want), 0);
	ck_ok(spool_resolve(&kit_spool, "task_8b9c", &id, &kit_err));
	ck_assert_int_eq(id_cmp(&id, &want), 0);
	ck_fails(spool_resolve(&kit_spool, "01JD", &id, &kit_err), FAIL_NOT_FOUND);
	ck_assert_ptr_nonnull(strstr(kit_err.msg, "ambiguous"));
	ck_assert_ptr_nonnull(strstr(kit_err.msg, "B9D"));
	ck_fails(spool_resolve(&kit_spool, "B9C", &id, &kit_err), FAIL_NOT_FOUND);
	ck_fails(spool_resolve(&kit_spool, "ZZZZ", &id, &kit_err), FAIL_NOT_FOUND);
	ck_fails(spool_resolve(&kit_spool, "\033[2J", &id, &kit_err), FAIL_NOT_FOUND);
	ck_assert_ptr_null(strchr(kit_err.msg, '\033'));
	/* whole: not looked up */
	ck_ok(spool_resolve(&kit_spool, kit_task_name(77), &id, &kit_err));
	kit_puts(kit_spool.new_, "task_0SDFGHJKZXCVBNM0123456789A", "{}");
	ck_ok(spool_resolve(&kit_spool, "0SDF", &id, &kit_err));
	ck_assert_str_eq(id_format(&id, "task_", text), "task_0SDFGHJKZXCVBNM0123456789A");
	unlinkat(kit_spool.index, "open.tsv", 0);
	kit_view(123456, 1);
	ck_ok(spool_resolve(&kit_spool, kit_task_name(123456) + 27, &id, &kit_err));
}
END_TEST

START_TEST(one_erd)
{
	int fd, go[2], status;
	char byte = 0;

	ck_assert_int_eq(lock_held(&kit_spool), 0);
	ck_assert_int_eq(pipe(go), 0);
	fd = lock_take(&kit_spool, &kit_err);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(lock_held(&kit_spool), 1);
	if (fork() == 0) {
		struct err err = ERR_INIT;
		struct spool s;
		int bad;

		close(fd);
		bad = spool_open(&s, kit_dir, &err) || lock_take(&s, &err) != -1 ||
		      err.code != FAIL_TEMPORARY || !strstr(err.msg, "another erd (pid ");
		bad |= write(go[1], &byte, 1) != 1;
		_exit(bad);
	}
	ck_assert_int_eq(read(go[0], &byte, 1), 1);
	wait(&status);
	ck_assert_int_eq(status, 0);
	lock_release(fd);
	ck_assert_int_eq(lock_held(&kit_spool), 0);
	fd = lock_take(&kit_spool, &kit_err);
	ck_assert_int_ge(fd, 0);
	lock_release(fd);
	lock_release(-1);
}
END_TEST

START_TEST(control_must_be_a_fifo)
{
	kit_puts(kit_spool.root, "control", "x");
	ck_fails(control_open(&kit_spool, &kit_err), FAIL_FAILURE);
	ck_assert_int_eq(drop_nudge(&kit_spool), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("spool_layout");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, kit_setup, kit_teardown);
	tcase_add_test(tc, init_makes_it_all);
	tcase_add_test(tc, init_again_and_from);
	tcase_add_test(tc, open_says_what_is_wrong);
	tcase_add_test(tc, view_folders_come_back);
	tcase_add_test(tc, view_folders_come_back_while_open);
	tcase_add_test(tc, find_order);
	tcase_add_test(tc, paths);
	tcase_add_test(tc, config_is_loaded_and_reported);
	tcase_add_test(tc, documents_by_name);
	tcase_add_test(tc, abbreviations);
	tcase_add_test(tc, one_erd);
	tcase_add_test(tc, control_must_be_a_fifo);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
