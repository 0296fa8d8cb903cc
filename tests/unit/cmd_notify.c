/* tests/unit/cmd_notify.c -- what systemd is told.  The source is part of erd, not of a library. */
#include "../../cmd/erd/notify.c"
#include "kit.h"


static int sock;
static char got[512];

static void forget(void)
{
	memset(&to, 0, sizeof(to));
	unsetenv("NOTIFY_SOCKET");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static void listen_at(const char *name)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	size_t n = strlen(name);

	forget();
	memcpy(addr.sun_path, name, n);
	if (name[0] == '@')
		addr.sun_path[0] = '\0';
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	ck_assert_int_eq(bind(sock, (struct sockaddr *)&addr,
	                      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)),
	                 0);
	setenv("NOTIFY_SOCKET", name, 1);
}

static const char *message(void)
{
	ssize_t n = recv(sock, got, sizeof(got) - 1, 0);

	got[n > 0 ? n : 0] = '\0';
	return got;
}

static void exchange(void)
{
	notify_ready();
	ck_assert_str_eq(message(), "READY=1");
	notify_stopping();
	ck_assert_str_eq(message(), "STOPPING=1");
	ck_assert_str_eq(message(), "");
	close(sock);
}

START_TEST(a_path)
{
	char dir[] = "/tmp/er-notify-XXXXXX", name[64];

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(name, sizeof(name), "%s/socket", dir);
	listen_at(name);
	exchange();
	unlink(name);
	rmdir(dir);
}
END_TEST

START_TEST(an_abstract_name)
{
	char name[64];

	snprintf(name, sizeof(name), "@er-notify-%d", (int)getpid());
	listen_at(name);
	exchange();
}
END_TEST

START_TEST(nobody_there)
{
	static const char *const names[] = {"", "@", "/", "relative", "/nowhere/at/all"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		forget();
		setenv("NOTIFY_SOCKET", names[i], 1);
		notify_ready();
		notify_alive();
	}
	forget();
	setenv("WATCHDOG_USEC", "1000000", 1);
	notify_ready();
	notify_alive();
	ck_assert_int_eq(notify_wait_ms(), INT64_MAX);
}
END_TEST

START_TEST(the_watchdog)
{
	char name[64], pid[32];

	snprintf(name, sizeof(name), "@er-watchdog-%d", (int)getpid());
	listen_at(name);
	setenv("WATCHDOG_USEC", "60000000", 1);
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	to.alive_ms = now_mono_ms();
	notify_alive();
	ck_assert_str_eq(message(), ""); /* too early */
	ck_assert_int_gt(notify_wait_ms(), 20000);
	ck_assert_int_le(notify_wait_ms(), 30000);
	to.alive_ms -= 30000;
	ck_assert_int_eq(notify_wait_ms(), 0);
	notify_alive();
	ck_assert_str_eq(message(), "WATCHDOG=1");
	notify_alive();
	ck_assert_str_eq(message(), "");
	to.known = 0;
	to.watchdog_ms = 0;
	setenv("WATCHDOG_PID", "1", 1); /* somebody else's */
	ck_assert_int_eq(notify_wait_ms(), INT64_MAX);
	close(sock);
}
END_TEST

int main(void)
{
	Suite *s = suite_create("cmd_notify");
	TCase *t = tcase_create("notify");

	tcase_add_test(t, a_path);
	tcase_add_test(t, an_abstract_name);
	tcase_add_test(t, nobody_there);
	tcase_add_test(t, the_watchdog);
	suite_add_tcase(s, t);
	return kit_run(s);
}
