/*
 * tests/unit/out_server.h -- an HTTP receiver on loopback, in a thread, that answers as told.
 *
 * Order      server_start; set nothing after it; server_stop joins the thread.  server_hits and
 *            server_header may be called at any time.
 */
#ifndef TESTS_OUT_SERVER_H
#define TESTS_OUT_SERVER_H

#include <arpa/inet.h>
#include <check.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SERVER_REQUESTS = 64, SERVER_BYTES = 16384, SERVER_STATUSES = 16 };

enum server_mode { SERVER_ANSWERS, SERVER_HANGS, SERVER_ENDLESS };

struct server {
	enum server_mode mode;
	int status[SERVER_STATUSES]; /* per request; 0: as the one before */
	const char *extra;           /* header lines with CRLF, or NULL */
	const char *body;            /* "ok\n" when NULL */
	int port;
	int fd, stop[2];
	pthread_t thread;
	pthread_mutex_t lock;
	int hits;
	char seen[SERVER_REQUESTS][SERVER_BYTES]; /* head and body as they came */
};

static int server_wait(struct server *s, int fd, short events)
{
	struct pollfd p[2] = {{.fd = fd, .events = events}, {.fd = s->stop[0], .events = POLLIN}};

	return poll(p, 2, 10000) > 0 && !p[1].revents;
}

static int server_read(struct server *s, int fd, char *out)
{
	size_t n = 0;

	for (;;) {
		char *end, *length;
		ssize_t got;

		if (!server_wait(s, fd, POLLIN))
			return -1;
		got = read(fd, out + n, SERVER_BYTES - 1 - n);
		if (got <= 0)
			return -1;
		n += (size_t)got;
		out[n] = '\0';
		end = strstr(out, "\r\n\r\n");
		length = strcasestr(out, "content-length:");
		if (end &&
		    n >= (size_t)(end + 4 - out) + (length ? strtoul(length + 15, NULL, 10) : 0))
			return 0;
	}
}

static void server_answer(struct server *s, int fd, int hit)
{
	static const char more[4096];
	const char *body = s->body ? s->body : "ok\n";
	char head[512], length[48];
	int status = 200;

	for (int i = 0; i <= hit && i < SERVER_STATUSES; i++)
		if (s->status[i])
			status = s->status[i];
	snprintf(length, sizeof(length), "content-length: %zu\r\n", strlen(body));
	snprintf(head, sizeof(head), "HTTP/1.1 %d X\r\n%sconnection: close\r\n%s\r\n", status,
	         s->extra ? s->extra : "", s->mode == SERVER_ENDLESS ? "" : length);
	if (send(fd, head, strlen(head), MSG_NOSIGNAL) < 0)
		return;
	if (s->mode != SERVER_ENDLESS && send(fd, body, strlen(body), MSG_NOSIGNAL) < 0)
		return;
	while (s->mode == SERVER_ENDLESS && server_wait(s, fd, POLLOUT))
		if (send(fd, more, sizeof(more), MSG_NOSIGNAL) < 0)
			return;
}

static void *server_main(void *arg)
{
	struct server *s = arg;
	char *request = malloc(SERVER_BYTES);

	while (server_wait(s, s->fd, POLLIN)) {
		int fd = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC), hit;

		if (fd >= 0 && !server_read(s, fd, request)) {
			pthread_mutex_lock(&s->lock);
			hit = s->hits++;
			if (hit < SERVER_REQUESTS)
				memcpy(s->seen[hit], request, SERVER_BYTES);
			pthread_mutex_unlock(&s->lock);
			if (s->mode == SERVER_HANGS)
				while (server_wait(s, fd, 0))
					continue;
			else
				server_answer(s, fd, hit);
		}
		close(fd);
	}
	free(request);
	return NULL;
}

static struct server *server_new(enum server_mode mode)
{
	struct server *s = calloc(1, sizeof(*s));

	s->mode = mode;
	return s;
}

static void server_start(struct server *s)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(in);

	pthread_mutex_init(&s->lock, NULL);
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(s->fd, (struct sockaddr *)&in, sizeof(in)), 0);
	ck_assert_int_eq(listen(s->fd, 64), 0);
	ck_assert_int_eq(getsockname(s->fd, (struct sockaddr *)&in, &len), 0);
	s->port = ntohs(in.sin_port);
	ck_assert_int_eq(pipe(s->stop), 0);
	ck_assert_int_eq(pthread_create(&s->thread, NULL, server_main, s), 0);
}

static void server_stop(struct server *s)
{
	close(s->stop[1]); /* hang-up ends every wait */
	pthread_join(s->thread, NULL);
	close(s->stop[0]);
	close(s->fd);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/* Also of one that was never started. */
static __attribute__((unused)) void server_end(struct server *s)
{
	if (s->thread)
		server_stop(s);
	else
		free(s);
}

static __attribute__((unused)) void tree_remove(const char *path)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -r %s", path);
	FILE *rm = popen(command, "r");
	ck_assert_ptr_nonnull(rm);
	ck_assert_int_eq(pclose(rm), 0);
}

static int server_hits(struct server *s)
{
	int hits;

	pthread_mutex_lock(&s->lock);
	hits = s->hits;
	pthread_mutex_unlock(&s->lock);
	return hits;
}

/* The value of a header of request ${hit}, or NULL; static memory. */
static __attribute__((unused)) const char *server_header(struct server *s, int hit,
                                                         const char *name)
{
	static char value[1024];
	char want[128], *at;
	size_t n;

	snprintf(want, sizeof(want), "\r\n%s: ", name);
	pthread_mutex_lock(&s->lock);
	at = strcasestr(s->seen[hit], want);
	if (at) {
		at += strlen(want);
		n = strcspn(at, "\r");
		snprintf(value, sizeof(value), "%.*s", (int)n, at);
	}
	pthread_mutex_unlock(&s->lock);
	return at ? value : NULL;
}

static __attribute__((unused)) const char *server_body(struct server *s, int hit)
{
	const char *end = strstr(s->seen[hit], "\r\n\r\n");

	return end ? end + 4 : "";
}

#endif
