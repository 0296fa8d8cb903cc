/* spool: erd's side of the drop, against whatever may lie in new/. */
#include "spool_kit.h"

#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"
#include "spool/pickup.h"

static int64_t late(void)
{
	return now_wall_ms() + 2 * TORN_WAIT_MS;
}

static enum pickup_verdict look(const char *name, int64_t now, struct buf *out)
{
	int fd;
	enum pickup_verdict v;

	err_clear(&kit_err);
	v = pickup_read(&kit_spool, name, now, out, &fd, &kit_err);
	ck_assert_int_eq(fd >= 0, v == PICKUP_BATCH);
	if (fd >= 0)
		close(fd);
	return v;
}

/* Refuse ${name}; the reason under refused/${target}, as text that the caller frees. */
static char *refuse(const char *name, const char *target)
{
	struct err why = ERR_INIT;
	char path[512];

	err_field(&why, FAIL_INVALID, "/body/x", "too odd");
	ck_ok(pickup_refuse(&kit_spool, name, 1800000000000, &why, &kit_err));
	ck_assert(!kit_exists(kit_spool.new_, name));
	ck_assert_msg(kit_exists(kit_spool.refused, target), "refused/%s", target);
	snprintf(path, sizeof(path), "%s.why.json", target);
	return kit_read(kit_spool.refused, path, NULL);
}

START_TEST(scan_sorts_and_skips)
{
	struct pickup_names names;

	kit_puts(kit_spool.new_, "b", "{}");
	kit_puts(kit_spool.new_, "a", "{}");
	kit_puts(kit_spool.new_, ".hidden", "{}");
	kit_puts(kit_spool.new_, "c", "{}");
	ck_ok(pickup_scan(&kit_spool, NULL, NULL, &names, &kit_err));
	ck_assert_uint_eq(names.n, 3);
	ck_assert_str_eq(names.name[0], "a");
	ck_assert_str_eq(names.name[2], "c");
	pickup_names_release(&names);
}
END_TEST

static int claims(void *ctx, const char *name)
{
	return strcmp(name, ctx) == 0;
}

START_TEST(scan_limit)
{
	struct pickup_names names;
	char name[32], claimed[] = "n00000";

	for (int i = 0; i < PICKUP_SCAN_MAX + 5; i++) {
		snprintf(name, sizeof(name), "n%05d", i);
		kit_puts(kit_spool.new_, name, "");
	}
	ck_ok(pickup_scan(&kit_spool, claims, claimed, &names, &kit_err));
	ck_assert_uint_eq(names.n, PICKUP_SCAN_MAX);
	for (size_t i = 0; i < names.n; i++)
		ck_assert_str_ne(names.name[i], "n00000");
	pickup_names_release(&names);
}
END_TEST

START_TEST(message_is_read_whole)
{
	struct buf out = BUF_INIT;

	kit_puts(kit_spool.new_, "m", "{\"a\":1}\n");
	ck_assert_int_eq(look("m", now_wall_ms(), &out), PICKUP_MESSAGE);
	ck_assert_str_eq(buf_str(&out), "{\"a\":1}\n");
	buf_clear(&out);
	kit_puts(kit_spool.new_, "m2", "{\"a\":1} \r"); /* parses, whatever its end */
	ck_assert_int_eq(look("m2", now_wall_ms(), &out), PICKUP_MESSAGE);
	ck_ok(pickup_done(&kit_spool, "m", &kit_err));
	ck_ok(pickup_done(&kit_spool, "m", &kit_err));
	buf_clear(&out);
	ck_assert_int_eq(look("m", now_wall_ms(), &out), PICKUP_GONE);
	buf_release(&out);
}
END_TEST

START_TEST(torn_waits_then_is_bad)
{
	static const char *const torn[] = {"", "{\"a\":", "{\"a\":1", "batch"};
	struct buf out = BUF_INIT;
	struct timespec future[2] = {{.tv_sec = 4000000000}, {.tv_sec = 4000000000}};

	kit_puts(kit_spool.new_, "t", torn[_i]);
	ck_assert_int_eq(look("t", now_wall_ms(), &out), PICKUP_WAIT);
	buf_clear(&out);
	ck_assert_int_eq(look("t", late(), &out), PICKUP_BAD);
	ck_assert_int_eq(kit_err.code, FAIL_INVALID);
	buf_clear(&out);
	utimensat(kit_spool.new_, "t", future, 0); /* a date far ahead is no way to stay for ever */
	ck_assert_int_eq(look("t", late(), &out), PICKUP_BAD);
	buf_release(&out);
}
END_TEST

static void make_odd(int kind)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd;

	switch (kind) {
	case 0:
		ck_assert_int_eq(mkfifoat(kit_spool.new_, "odd", 0666), 0);
		break;
	case 1:
		ck_assert_int_eq(symlinkat("/etc/passwd", kit_spool.new_, "odd"), 0);
		break;
	case 2:
		kit_puts(kit_spool.root, "elsewhere", "{}\n");
		ck_assert_int_eq(linkat(kit_spool.root, "elsewhere", kit_spool.new_, "odd", 0), 0);
		break;
	case 3:
		ck_assert_int_eq(mkdirat(kit_spool.new_, "odd", 0700), 0);
		break;
	case 4:
		fd = socket(AF_UNIX, SOCK_STREAM, 0);
		snprintf(un.sun_path, sizeof(un.sun_path), "%.90s/new/odd", kit_dir);
		ck_assert_int_eq(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
		close(fd);
		break;
	case 5:
		fd = openat(kit_spool.new_, "odd", O_WRONLY | O_CREAT, 0640);
		ck_assert_int_eq(ftruncate(fd, (off_t)1 << 30), 0);
		close(fd);
		break;
	default:
		ck_assert_int_eq(symlinkat("../../../../etc/passwd", kit_spool.new_, "odd"), 0);
		break;
	}
}

START_TEST(odd_files_are_put_away)
{
	struct buf out = BUF_INIT;
	char *why;

	make_odd(_i);
	ck_assert_int_eq(look("odd", late(), &out), PICKUP_BAD);
	ck_assert_uint_eq(out.len, 0);
	why = refuse("odd", "odd");
	ck_assert_ptr_nonnull(strstr(why, "\"exitCode\": 5"));
	ck_assert_ptr_nonnull(strstr(why, "\"field\": \"/body/x\""));
	free(why);
	buf_release(&out);
}
END_TEST

/* Publishing by link and unlink shows two names for an instant. */
START_TEST(young_link_waits)
{
	struct buf out = BUF_INIT;

	make_odd(2);
	ck_assert_int_eq(look("odd", now_wall_ms(), &out), PICKUP_WAIT);
	buf_release(&out);
}
END_TEST

START_TEST(size_limit)
{
	struct buf out = BUF_INIT;
	char *text = mem_alloc(DROP_MESSAGE_MAX + 1);

	memset(text, ' ', DROP_MESSAGE_MAX + 1);
	text[0] = '{';
	text[DROP_MESSAGE_MAX - 1] = '}';
	kit_write(kit_spool.new_, "fits", text, DROP_MESSAGE_MAX);
	ck_assert_int_eq(look("fits", late(), &out), PICKUP_MESSAGE);
	ck_assert_uint_eq(out.len, DROP_MESSAGE_MAX);
	buf_clear(&out);
	kit_write(kit_spool.new_, "large", text, DROP_MESSAGE_MAX + 1);
	ck_assert_int_eq(look("large", late(), &out), PICKUP_BAD);
	buf_release(&out);
	free(text);
}
END_TEST

START_TEST(too_deep_is_read_for_its_parser)
{
	struct buf out = BUF_INIT;
	char text[4001];

	memset(text, '[', 2000);
	memset(text + 2000, ']', 2000);
	text[4000] = '}'; /* claims to be whole: the parser says why it is not */
	kit_write(kit_spool.new_, "deep", text, sizeof(text));
	ck_assert_int_eq(look("deep", now_wall_ms(), &out), PICKUP_MESSAGE);
	buf_release(&out);
}
END_TEST

START_TEST(batch_header)
{
	static const struct {
		const char *text;
		enum pickup_verdict want;
	} rows[] = {
		{"{\"er\":1,\"type\":\"batch\",\"id\":\"batch_01JD8M3V9KTQ4W2X5Y6Z7A8B9C\","
		 "\"count\":1}\n{}\n",
		 PICKUP_BATCH},
		{"{\"er\":1,\"type\":\"batch\",\"id\":\"batch_01JD8M3V9KTQ4W2X5Y6Z7A8B9C\","
		 "\"count\":1   }\n{}\n",
		 PICKUP_BATCH},
		{"{\"er\":1,\"type\":\"batch\",\"id\":\"batch_x\",\"count\":1}\n{}\n", PICKUP_BAD},
		{"{\"er\":1,\"type\":\"batch\",\"id\":\"batch_01JD8M3V9KTQ4W2X5Y6Z7A8B9C\","
		 "\"count\":-1}\n",
		 PICKUP_BAD},
		{"{\"er\":1,\"type\":\"submit\"}\n", PICKUP_BAD},
		{"\n", PICKUP_BAD},
		{"{\"er\":1,\"type\":\"batch\"}", PICKUP_BAD},
	};
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < NITEMS(rows); i++) {
		kit_puts(kit_spool.new_, "batch_1", rows[i].text);
		ck_assert_int_eq(look("batch_1", late(), &out), rows[i].want);
	}
	buf_release(&out);
}
END_TEST

/* The name, what it is called in refused/ ("" for a made-up name), how the reason shows it. */
static const struct {
	const char *name, *target, *shown;
} odd_names[] = {
	{"plain", "plain", "plain"},
	{"\033[2Jboom", "", "<U+001B>[2Jboom"},
	{"a\nb", "", "a<U+000A>b"},
	{"\xff\xfe", "", "<0xFF><0xFE>"},
	{"x.why.json", "", "x.why.json"},
	{"sp ace", "sp ace", "sp ace"},
	{"gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f"},
	{"\xe2\x80\xae" "evil", "", "<U+202E>evil"},
};

START_TEST(names_are_made_safe)
{
	char target[64], hex[SHA256_HEX], *text;
	struct sha256 sha;
	json_t *why;

	sha256_of(&sha, odd_names[_i].name, strlen(odd_names[_i].name));
	snprintf(target, sizeof(target), "name_%.16s", sha256_hex(&sha, hex));
	kit_puts(kit_spool.new_, odd_names[_i].name, "nonsense");
	text = refuse(odd_names[_i].name, *odd_names[_i].target ? odd_names[_i].target : target);
	why = js_parse(text, strlen(text), &js_limits_doc, &kit_err);
	ck_assert_str_eq(js_str_or(why, "/name", ""), odd_names[_i].shown);
	ck_assert_str_eq(js_str_or(why, "/schema", ""), "er.refusal.v1");
	ck_assert_str_eq(js_str_or(why, "/code", ""), "invalid");
	json_decref(why);
	free(text);
}
END_TEST

START_TEST(long_name)
{
	char name[256];
	struct pickup_names names;

	memset(name, 'x', 255);
	name[255] = '\0';
	kit_puts(kit_spool.new_, name, "nonsense");
	ck_ok(pickup_scan(&kit_spool, NULL, NULL, &names, &kit_err));
	ck_assert_uint_eq(names.n, 1);
	pickup_names_release(&names);
	ck_ok(pickup_refuse(&kit_spool, name, 0, &(struct err){FAIL_INVALID, "no", ""}, &kit_err));
	ck_assert_uint_eq(kit_count(kit_spool.refused), 2);
	ck_assert_uint_eq(kit_count(kit_spool.new_), 0);
}
END_TEST

START_TEST(same_name_again)
{
	char *text;

	kit_puts(kit_spool.new_, "m", "one");
	free(refuse("m", "m"));
	kit_puts(kit_spool.new_, "m", "two");
	free(refuse("m", "m.1"));
	kit_puts(kit_spool.new_, "m", "three");
	free(refuse("m", "m.2"));
	text = kit_read(kit_spool.refused, "m.1", NULL);
	ck_assert_str_eq(text, "two");
	free(text);
}
END_TEST

START_TEST(refuse_bytes_and_gone)
{
	struct err why = ERR_INIT;
	char *text;

	err_set(&why, FAIL_CONFLICT, "control \001 and \xff");
	ck_ok(pickup_refuse_bytes(&kit_spool, "batch_1.line7", "{}", 2, 0, &why, &kit_err));
	text = kit_read(kit_spool.refused, "batch_1.line7", NULL);
	ck_assert_str_eq(text, "{}");
	free(text);
	text = kit_read(kit_spool.refused, "batch_1.line7.why.json", NULL);
	ck_assert_ptr_nonnull(strstr(text, "control <U+0001> and <0xFF>"));
	ck_assert_ptr_null(strstr(text, "field"));
	free(text);
	/* Read again after a crash: the same line once; another of that name beside it. */
	ck_ok(pickup_refuse_bytes(&kit_spool, "batch_1.line7", "{}", 2, 0, &why, &kit_err));
	ck_assert_uint_eq(kit_count(kit_spool.refused), 2);
	ck_ok(pickup_refuse(&kit_spool, "never", 0, &why, &kit_err));
	ck_assert_uint_eq(kit_count(kit_spool.refused), 2);
	ck_ok(pickup_refuse_bytes(&kit_spool, "batch_1.line7", "[]", 2, 0, &why, &kit_err));
	ck_assert_uint_eq(kit_count(kit_spool.refused), 4);
}
END_TEST

START_TEST(clean_removes_only_old)
{
	struct timespec old[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
	int64_t hour = 3600 * 1000;

	kit_puts(kit_spool.tmp, "young", "x");
	kit_puts(kit_spool.tmp, "copied", "x");
	utimensat(kit_spool.tmp, "copied", old, 0); /* its ctime is of today */
	ck_assert_int_eq(mkfifoat(kit_spool.tmp, "f.reply", 0600), 0);
	ck_ok(pickup_clean(&kit_spool, now_wall_ms() + 35 * hour, &kit_err));
	ck_assert_uint_eq(kit_count(kit_spool.tmp), 3);
	ck_ok(pickup_clean(&kit_spool, now_wall_ms() + 37 * hour, &kit_err));
	ck_assert_uint_eq(kit_count(kit_spool.tmp), 0);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("spool_pickup");
	TCase *tc = tcase_create("all");

	tcase_add_checked_fixture(tc, kit_setup, kit_teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, scan_sorts_and_skips);
	tcase_add_test(tc, scan_limit);
	tcase_add_test(tc, message_is_read_whole);
	tcase_add_loop_test(tc, torn_waits_then_is_bad, 0, 4);
	tcase_add_loop_test(tc, odd_files_are_put_away, 0, 7);
	tcase_add_test(tc, young_link_waits);
	tcase_add_test(tc, size_limit);
	tcase_add_test(tc, too_deep_is_read_for_its_parser);
	tcase_add_test(tc, batch_header);
	tcase_add_loop_test(tc, names_are_made_safe, 0, NITEMS(odd_names));
	tcase_add_test(tc, long_name);
	tcase_add_test(tc, same_name_again);
	tcase_add_test(tc, refuse_bytes_and_gone);
	tcase_add_test(tc, clean_removes_only_old);
	suite_add_tcase(s, tc);
	return kit_run(s);
}
