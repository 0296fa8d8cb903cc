/* cmd/erd/notify.c -- tell systemd how we are. */
#include "notify.h"

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"

static struct {
	struct sockaddr_un addr;
	socklen_t len;       /* 0: nobody listens */
	int64_t watchdog_ms; /* half of what it waits; 0: there is none */
	int64_t alive_ms;    /* when it was last told, of now_mono_ms */
	int known;           /* the environment was read */
} to;

static int64_t env_number(const char *name)
{
	const char *text = getenv(name);
	char *end;
	long long v = text ? strtoll(text, &end, 10) : 0;

	return text && end != text && !*end && v > 0 ? v : 0;
}

static void set_address(const char *name)
{
	size_t n = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || n < 2 || n >= sizeof(to.addr.sun_path))
		return;
	to.addr.sun_family = AF_UNIX;
	memcpy(to.addr.sun_path, name, n);
	if (name[0] == '@')
		to.addr.sun_path[0] = '\0';
	/* an abstract name ends with its length, a path with a NUL */
	to.len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n + (name[0] == '/'));
}

static void read_environment(void)
{
	const char *name = getenv("NOTIFY_SOCKET");
	int64_t pid = env_number("WATCHDOG_PID");

	if (to.known)
		return;
	to.known = 1;
	if (name)
		set_address(name);
	if (to.len && (!pid || pid == getpid()))
		to.watchdog_ms = env_number("WATCHDOG_USEC") / 2000;
}

/* A socket per message: a few a minute, and none to keep across a restart of systemd. */
static void tell(const char *text)
{
	int fd;

	read_environment();
	if (!to.len)
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	(void)!sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&to.addr,
	              to.len);
	close(fd);
}

void notify_ready(void)
{
	tell("READY=1");
}

void notify_stopping(void)
{
	tell("STOPPING=1");
}

int64_t notify_wait_ms(void)
{
	int64_t left;

	read_environment();
	if (!to.watchdog_ms)
		return INT64_MAX;
	left = to.alive_ms + to.watchdog_ms - now_mono_ms();
	return left > 0 ? left : 0;
}

void notify_alive(void)
{
	if (notify_wait_ms() > 0)
		return;
	to.alive_ms = now_mono_ms();
	tell("WATCHDOG=1");
}
