/*
 * probe -- what make bench measures from inside one process.
 *
 *   probe latency SPOOL WORKER LANE N     drop N tasks one after the other, durably; time each
 *                                         until its entry shows in inbox/WORKER.  p50 p99 max, in
 *                                         microseconds, from the first write and from the
 *                                         acknowledgement
 *   probe drop SPOOL LANE N               put N single messages into new/ at once
 *   probe drain SPOOL PID LANE N          the same, then wait until new/ is empty.  Microseconds of
 *                                         wall time and nanoseconds of CPU time of PID
 *   probe ready COMMAND...                start COMMAND, wait for READY=1 (sd_notify).
 *                                         Milliseconds, and its pid, which goes on running
 *   probe run COMMAND...                  to its end.  Microseconds of wall time and of CPU time,
 *                                         its children's included
 *   probe lines SPOOL N                   wait until the journal has N lines.  Microseconds, and
 *                                         how many lines there are
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "timing.h"

enum { LIMIT_MS = 120000 };

extern char **environ;
static char padding[1024];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void percentiles(const char *what, int64_t *us, long n)
{
	qsort(us, (size_t)n, sizeof(*us), by_size);
	printf("%s %lld %lld %lld\n", what, (long long)us[n / 2], (long long)us[n * 99 / 100],
	       (long long)us[n - 1]);
}

static int dir_of(const char *spool, const char *name)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", spool, name);
	fd = open(path, O_RDONLY | O_DIRECTORY);
	if (fd < 0)
		die(path);
	return fd;
}

/* A task id as any writer of messages may make one: 26 digits of base 32, the first at most 7. */
static void new_id(char id[32])
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	unsigned char r[26];

	if (getrandom(r, sizeof(r), 0) != sizeof(r))
		die("getrandom");
	snprintf(id, 32, "task_");
	for (int i = 0; i < 26; i++)
		id[5 + i] = digits[r[i] & (i ? 31 : 7)];
	id[31] = '\0';
}

/* A task of about 1 KB, in tmp/ and then in new/. */
static void put(int tmp, int new_, const char *lane, const char *id, int durable)
{
	char text[2048];
	int n = snprintf(text, sizeof(text),
	                 "{\"er\":1,\"type\":\"submit\",\"id\":\"%s\",\"from\":\"bench\","
	                 "\"body\":{\"er\":1,\"lane\":\"%s\",\"title\":\"Bench\","
	                 "\"payload\":{\"x\":\"%.800s\"}}}\n",
	                 id, lane, padding);
	int fd = openat(tmp, id, O_WRONLY | O_CREAT | O_EXCL, 0640);

	if (fd < 0 || write(fd, text, (size_t)n) != n || (durable && fsync(fd) != 0) ||
	    close(fd) != 0)
		die("tmp");
	if (renameat(tmp, id, new_, id) != 0 || (durable && fsync(new_) != 0))
		die("new");
}

static int named(const char *buf, ssize_t n, const char *id)
{
	for (const char *p = buf; p < buf + n;) {
		const struct inotify_event *e = (const void *)p;
		if (e->len && strstr(e->name, id))
			return 1;
		p += sizeof(*e) + e->len;
	}
	return 0;
}

static void await_entry(int in, const char *id)
{
	char buf[8192] __attribute__((aligned(8)));
	struct pollfd p = {.fd = in, .events = POLLIN};

	for (;;) {
		if (poll(&p, 1, LIMIT_MS) != 1)
			die("no entry in the inbox");
		ssize_t n = read(in, buf, sizeof(buf));
		if (n > 0 && named(buf, n, id))
			return;
	}
}

static int latency(const char *spool, const char *worker, const char *lane, long n)
{
	int tmp = dir_of(spool, "tmp"), new_ = dir_of(spool, "new"), in = inotify_init1(0);
	int64_t *whole = calloc((size_t)n, sizeof(*whole));
	int64_t *after = calloc((size_t)n, sizeof(*after));
	char path[4096], id[32];

	snprintf(path, sizeof(path), "%s/inbox/%s", spool, worker);
	if (inotify_add_watch(in, path, IN_CREATE | IN_MOVED_TO) < 0)
		die(path);
	for (long i = 0; i < n; i++) {
		int64_t start, acknowledged;
		new_id(id);
		start = now_us();
		put(tmp, new_, lane, id, 1);
		acknowledged = now_us();
		await_entry(in, id);
		whole[i] = now_us() - start;
		after[i] = now_us() - acknowledged;
		poll(NULL, 0, 3); /* erd is to be idle again */
	}
	percentiles("from-write", whole, n);
	percentiles("from-ack", after, n);
	return 0;
}

static void drop(const char *spool, const char *lane, long n)
{
	int tmp = dir_of(spool, "tmp"), new_ = dir_of(spool, "new");
	char id[32];

	while (n-- > 0) {
		new_id(id);
		put(tmp, new_, lane, id, 0);
	}
	if (syncfs(new_) != 0)
		die("syncfs");
}

static int is_empty(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	int n = 0;

	if (!d)
		die(path);
	while (n == 0 && (e = readdir(d)))
		n += e->d_name[0] != '.';
	closedir(d);
	return n == 0;
}

static int64_t cpu_ns(const char *pid)
{
	char path[64];
	long long ns = 0;

	snprintf(path, sizeof(path), "/proc/%s/schedstat", pid);
	FILE *f = fopen(path, "r");
	if (!f || fscanf(f, "%lld", &ns) != 1)
		die(path);
	fclose(f);
	return ns;
}

static int drain(const char *spool, const char *pid, const char *lane, long n)
{
	char path[4096];
	int64_t cpu = cpu_ns(pid), start = now_us();

	snprintf(path, sizeof(path), "%s/new", spool);
	drop(spool, lane, n);
	while (!is_empty(path)) {
		if (now_us() - start > LIMIT_MS * 1000LL)
			die("new/ does not empty");
		poll(NULL, 0, 2);
	}
	poll(NULL, 0, 100); /* what it still tidies belongs to the price */
	printf("%lld %lld\n", (long long)(now_us() - start), (long long)(cpu_ns(pid) - cpu));
	return 0;
}

static int ready(char **argv)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	char text[512];
	pid_t pid;

	snprintf(at.sun_path, sizeof(at.sun_path), "%s/er-bench-%d",
	         getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (int)getpid());
	if (s < 0 || bind(s, (struct sockaddr *)&at, sizeof(at)) != 0)
		die("socket");
	setenv("NOTIFY_SOCKET", at.sun_path, 1);
	int64_t start = now_us();
	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0)
		die(argv[0]);
	struct pollfd p = {.fd = s, .events = POLLIN};
	while (poll(&p, 1, LIMIT_MS) == 1) {
		ssize_t n = recv(s, text, sizeof(text) - 1, 0);
		text[n > 0 ? n : 0] = '\0';
		if (strstr(text, "READY=1")) {
			printf("%lld %d\n", (long long)(now_us() - start) / 1000, (int)pid);
			unlink(at.sun_path);
			return 0;
		}
	}
	unlink(at.sun_path);
	die("not ready");
	return 1;
}

static int run(char **argv)
{
	int64_t start = now_us();
	struct rusage u;
	int status;
	pid_t pid;

	if (posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ) != 0 ||
	    waitpid(pid, &status, 0) != pid || status != 0 || getrusage(RUSAGE_CHILDREN, &u) != 0)
		die(argv[0]);
	printf("%lld %lld\n", (long long)(now_us() - start),
	       (long long)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000 + u.ru_utime.tv_usec +
	       u.ru_stime.tv_usec);
	return 0;
}

/* Count lines of journal segments as they grow. */
static int lines(const char *spool, long want)
{
	static char buf[1 << 20];
	int dir = dir_of(spool, "journal"), fd = -1, segment = 1;
	int64_t start = now_us();
	long n = 0;
	ssize_t got;

	while (n < want && now_us() - start < LIMIT_MS * 1000LL) {
		char name[32];
		snprintf(name, sizeof(name), "%08d.ndjson", segment);
		if (fd < 0 && (fd = openat(dir, name, O_RDONLY)) < 0) {
			poll(NULL, 0, 1);
			continue;
		}
		while ((got = read(fd, buf, sizeof(buf))) > 0)
			for (ssize_t i = 0; i < got; i++)
				n += buf[i] == '\n';
		snprintf(name, sizeof(name), "%08d.ndjson", segment + 1);
		if (faccessat(dir, name, R_OK, 0) == 0) {
			close(fd);
			fd = -1;
			segment++;
		} else {
			poll(NULL, 0, 1);
		}
	}
	printf("%lld %ld\n", (long long)(now_us() - start), n);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	memset(padding, 'x', sizeof(padding) - 1);
	if (!strcmp(what, "latency") && argc == 6)
		return latency(argv[2], argv[3], argv[4], strtol(argv[5], NULL, 10));
	if (!strcmp(what, "drop") && argc == 5) {
		drop(argv[2], argv[3], strtol(argv[4], NULL, 10));
		return 0;
	}
	if (!strcmp(what, "drain") && argc == 6)
		return drain(argv[2], argv[3], argv[4], strtol(argv[5], NULL, 10));
	if (!strcmp(what, "ready") && argc > 2)
		return ready(argv + 2);
	if (!strcmp(what, "run") && argc > 2)
		return run(argv + 2);
	if (!strcmp(what, "lines") && argc == 4)
		return lines(argv[2], strtol(argv[3], NULL, 10));
	fprintf(stderr, "usage: probe latency|drop|drain|ready|run|lines ...\n");
	return 2;
}
