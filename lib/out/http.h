/*
 * out/http.h -- POST bytes somewhere, without ever blocking the caller.
 *
 * Purpose    The only user of libcurl: many transfers at once in erd's one loop.
 * Method     One curl_multi; http_poll is where erd sleeps: it waits for transfers and for the
 *            caller's descriptors.  Easy handles are pooled; the CA store is loaded once.
 * Guards     Address checked in CURLOPT_OPENSOCKETFUNCTION, after name resolution and for each
 *            attempt (RELIABILITY.md 11): loopback, private, link-local, … refused unless
 *            ${allow_private}.  http and https only, no redirects, no proxy from the environment,
 *            no credentials in URLs, TLS >= 1.2 verified, no compression, total time limit; a reply
 *            is read to ${body_max} or 64 KiB, whichever is more.
 * Ownership  A request is copied by http_post; the result passed to the callback is borrowed.
 * Threads    One.
 */
#ifndef OUT_HTTP_H
#define OUT_HTTP_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct http;
struct pollfd;

enum { HTTP_BODY_MAX = 1 << 20 };

struct http_request {
	const char *url;
	const char *const *headers; /* "Name: value", NULL-ended */
	const void *body;
	size_t n;
	int allow_private;
	int64_t timeout_ms;         /* total; 20000 for webhooks */
	size_t body_max;            /* what of the reply is kept, <= HTTP_BODY_MAX */
};

struct http_result {
	int status;           /* 0: no reply */
	char error[256];      /* "" when there was a reply */
	int refused;          /* by the guard: another attempt will not help */
	int64_t retry_after_ms; /* -1 when the reply named none */
	const char *body;
	size_t n;
	int cut;              /* there was more of it than body_max */
};
typedef void http_done(void *ctx, const struct http_result *r);

struct http *http_new(struct err *err);
void http_free(struct http *h); /* unfinished transfers are dropped, their callbacks not called */
int http_post(struct http *h, const struct http_request *rq, http_done *done, void *ctx, struct err *err);

/* A mail by SMTP (RFC 5321), through a server that the operator names: any address may be that. */
struct http_mail {
	const char *url;            /* smtp://host:port, or smtps:// */
	const char *from, *to;      /* bare addresses */
	const char *user, *password; /* NULL: none */
	int plain;                  /* 1: TLS where the server has it, 0: TLS or not at all */
	const void *text;           /* header and body, lines ending in CRLF */
	size_t n;
	int64_t timeout_ms;
};
/* The result's status is the server's last code (250), 0 when it did not take the mail. */
int http_mail(struct http *h, const struct http_mail *m, http_done *done, void *ctx, struct err *err);

size_t http_running(const struct http *h);

/* Wait until something is ready on ${fds} (revents set), a transfer finished (callbacks run here), or
 * ${timeout_ms} passed.  0, or -1 on a broken multi handle. */
int http_poll(struct http *h, struct pollfd *fds, size_t n, int64_t timeout_ms, struct err *err);

/* Judge an address: 1 public, 0 refused.  ${addr} is a struct sockaddr. For tests. */
int http_address_public(const void *addr);

#endif
