/* out/http.c -- POST bytes somewhere, without ever blocking the caller. */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/safe.h"
#include "out/http_p.h"

struct http *http_new(struct err *err)
{
	struct http *h;

	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		err_set(err, FAIL_FAILURE, "libcurl does not start");
		return NULL;
	}
	h = mem_alloc(sizeof(*h));
	h->multi = curl_multi_init();
	if (!h->multi)
		mem_oom();
	/* HTTP/1.1 and one request per connection at a time: a connection to a private address
	 * is then never lent to a request that may not have it. */
	curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	return h;
}

static void easy_return(struct http *h, CURL *easy)
{
	if (h->npool == POOL_MAX) {
		curl_easy_cleanup(easy);
		return;
	}
	curl_easy_reset(easy);
	h->pool[h->npool++] = easy;
}

/* Take ${t} off the running ones; the struct stays. */
static void unlink_transfer(struct transfer *t)
{
	struct http *h = t->http;

	curl_multi_remove_handle(h->multi, t->easy);
	if (t->prev)
		t->prev->next = t->next;
	else
		h->first = t->next;
	if (t->next)
		t->next->prev = t->prev;
	h->running--;
}

static void transfer_free(struct transfer *t)
{
	easy_return(t->http, t->easy);
	curl_slist_free_all(t->headers);
	buf_release(&t->body);
	if (t->upload.data)
		explicit_bzero(t->upload.data, t->upload.len);
	buf_release(&t->upload);
	free(t);
}

void http_free(struct http *h)
{
	if (!h)
		return;
	while (h->first) {
		struct transfer *t = h->first;

		unlink_transfer(t);
		transfer_free(t);
	}
	while (h->npool)
		curl_easy_cleanup(h->pool[--h->npool]);
	curl_multi_cleanup(h->multi);
	free(h->wait);
	free(h);
	curl_global_cleanup();
}

size_t http_running(const struct http *h)
{
	return h->running;
}

/* ---- the guard ---- */

/* Whether ${addr} is one of this machine's own: then the kernel picks it as the source too.
 * Connecting a datagram socket sends nothing. */
static int own_address(const struct sockaddr *addr, socklen_t len)
{
	struct sockaddr_storage me;
	socklen_t melen = sizeof(me);
	int fd = socket(addr->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), own = 0;

	if (fd < 0)
		return 0;
	if (!connect(fd, addr, len) && !getsockname(fd, (struct sockaddr *)&me, &melen)) {
		if (addr->sa_family == AF_INET)
			own = ((const struct sockaddr_in *)addr)->sin_addr.s_addr ==
			      ((const struct sockaddr_in *)&me)->sin_addr.s_addr;
		else if (addr->sa_family == AF_INET6)
			own = IN6_ARE_ADDR_EQUAL(&((const struct sockaddr_in6 *)addr)->sin6_addr,
			                         &((const struct sockaddr_in6 *)&me)->sin6_addr);
	}
	close(fd);
	return own;
}

/* Web ports, and those that need no privilege to listen on: no mail, shell or name servers. */
static int port_allowed(unsigned port)
{
	return port == 80 || port == 443 || port >= 1024;
}

/* ${text} is set to the address, and the port where that was the reason. */
static int target_allowed(const struct sockaddr *addr, socklen_t len, char *text, size_t size)
{
	char host[INET6_ADDRSTRLEN] = "?";
	unsigned port = 0;

	if (addr->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)addr;

		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		port = ntohs(in->sin_port);
	} else if (addr->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;

		inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
		port = ntohs(in6->sin6_port);
	}
	if (!port_allowed(port)) {
		snprintf(text, size, "%s:%u", host, port);
		return 0;
	}
	snprintf(text, size, "%s", host);
	return http_address_public(addr) && !own_address(addr, len);
}

static curl_socket_t open_socket(void *clientp, curlsocktype purpose, struct curl_sockaddr *a)
{
	struct transfer *t = clientp;
	char text[sizeof(t->refused)];

	(void)purpose;
	if (!t->allow_private && !target_allowed(&a->addr, a->addrlen, text, sizeof(text))) {
		memcpy(t->refused, text, sizeof(text));
		return CURL_SOCKET_BAD;
	}
	return socket(a->family, a->socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->protocol);
}

/* ---- one transfer ---- */

static size_t take_body(char *data, size_t size, size_t nmemb, void *clientp)
{
	struct transfer *t = clientp;
	size_t n = size * nmemb, room = t->body_max - t->body.len;

	buf_add(&t->body, data, n < room ? n : room);
	t->got += n;
	if (t->got > t->read_max) {
		t->cut = 1;
		return 0; /* ends the transfer */
	}
	return n;
}

static int check_url(const char *url, struct err *err)
{
	CURLU *u;
	CURLUcode rc;
	char *scheme = NULL;
	int bad = 0;

	if (strlen(url) > URL_MAX)
		return err_set(err, FAIL_INVALID, "URL longer than %d bytes", URL_MAX);
	u = curl_url();
	if (!u)
		mem_oom();
	rc = curl_url_set(u, CURLUPART_URL, url, CURLU_DISALLOW_USER);
	if (!rc)
		rc = curl_url_get(u, CURLUPART_SCHEME, &scheme, 0);
	if (rc)
		bad = err_set(err, FAIL_INVALID, "bad URL: %s", curl_url_strerror(rc));
	else if (strcmp(scheme, "http") && strcmp(scheme, "https"))
		bad = err_set(err, FAIL_INVALID, "bad URL: neither http nor https");
	curl_free(scheme);
	curl_url_cleanup(u);
	return bad;
}

/* A value from outside must not be able to start another header. */
static int check_headers(const char *const *headers, struct err *err)
{
	for (; *headers; headers++) {
		const char *colon = strchr(*headers, ':');

		if (!colon || colon == *headers)
			return err_set(err, FAIL_INVALID, "a header without a name");
		for (const char *p = *headers; *p; p++)
			if (((unsigned char)*p < 0x20 && *p != '\t') || *p == 0x7f)
				return err_set(err, FAIL_INVALID, "header %.*s: control character",
				               (int)(colon - *headers), *headers);
	}
	return 0;
}

static struct curl_slist *header_list(const char *const *headers)
{
	struct curl_slist *list = curl_slist_append(NULL, "Expect:"); /* no 100-continue wait */

	for (; list && *headers; headers++) {
		struct curl_slist *longer = curl_slist_append(list, *headers);

		if (!longer)
			mem_oom();
		list = longer;
	}
	if (!list)
		mem_oom();
	return list;
}

static void set_guards(struct transfer *t)
{
	CURL *e = t->easy;

	curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(e, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(e, CURLOPT_PROXY, "");
	curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(e, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	curl_easy_setopt(e, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(e, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(e, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
	/* A name server that hangs must not hold us when its transfer's time is up. */
	curl_easy_setopt(e, CURLOPT_QUICK_EXIT, 1L);
	/* The address is checked when a connection opens: one that was allowed a private
	 * address is not kept for others. */
	curl_easy_setopt(e, CURLOPT_FORBID_REUSE, t->allow_private ? 1L : 0L);
}

void transfer_limit(struct transfer *t, int64_t timeout_ms, http_done *done, void *ctx)
{
	int64_t connect_ms = timeout_ms < CONNECT_TIMEOUT_MS ? timeout_ms : CONNECT_TIMEOUT_MS;

	assert(timeout_ms > 0 && timeout_ms <= INT_MAX);
	t->done = done;
	t->ctx = ctx;
	curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)timeout_ms);
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
}

static int set_request(struct transfer *t, const struct http_request *rq)
{
	CURL *e = t->easy;

	t->headers = header_list(rq->headers);
	curl_easy_setopt(e, CURLOPT_HTTPHEADER, t->headers);
	curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)rq->n);
	return curl_easy_setopt(e, CURLOPT_COPYPOSTFIELDS, rq->n ? (const char *)rq->body : "") ||
	       curl_easy_setopt(e, CURLOPT_URL, rq->url);
}

struct transfer *transfer_new(struct http *h, size_t body_max, int allow_private)
{
	struct transfer *t = mem_alloc(sizeof(*t));

	assert(body_max <= HTTP_BODY_MAX);
	t->http = h;
	t->easy = h->npool ? h->pool[--h->npool] : curl_easy_init();
	if (!t->easy)
		mem_oom();
	t->body_max = body_max;
	t->read_max = body_max > REPLY_MAX ? body_max : REPLY_MAX;
	t->allow_private = allow_private;
	set_guards(t);
	curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->error);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	return t;
}

int transfer_start(struct transfer *t, struct err *err)
{
	struct http *h = t->http;
	CURLMcode rc = curl_multi_add_handle(h->multi, t->easy);

	if (rc) {
		transfer_free(t);
		return err_set(err, FAIL_FAILURE, "cannot start a transfer: %s",
		               curl_multi_strerror(rc));
	}
	t->next = h->first;
	if (h->first)
		h->first->prev = t;
	h->first = t;
	h->running++;
	return 0;
}

int http_post(struct http *h, const struct http_request *rq, http_done *done, void *ctx,
              struct err *err)
{
	if (check_url(rq->url, err) || check_headers(rq->headers, err))
		return -1;
	struct transfer *t = transfer_new(h, rq->body_max, rq->allow_private);
	transfer_limit(t, rq->timeout_ms, done, ctx);
	if (set_request(t, rq))
		mem_oom(); /* copying is all that can fail there */
	return transfer_start(t, err);
}

/* ---- the end of a transfer ---- */

/* Copy as one safe line, cut between characters. */
static void safe_copy(char *out, size_t size, const char *text)
{
	struct buf safe = BUF_INIT;
	size_t n;

	safe_adds(&safe, text, SAFE_LINE);
	n = safe.len < size ? safe.len : size - 1;
	while (n < safe.len && n > 0 && ((unsigned char)safe.data[n] & 0xc0) == 0x80)
		n--;
	memcpy(out, buf_str(&safe), n);
	out[n] = '\0';
	buf_release(&safe);
}

static void describe(const struct transfer *t, CURLcode code, struct http_result *r)
{
	char text[256];

	if (t->refused[0] && code == CURLE_COULDNT_CONNECT) {
		r->refused = 1;
		snprintf(text, sizeof(text), "address %s is refused: not public", t->refused);
		safe_copy(r->error, sizeof(r->error), text);
	} else {
		safe_copy(r->error, sizeof(r->error),
		          t->error[0] ? t->error : curl_easy_strerror(code));
	}
}

static int64_t retry_after_ms(CURL *easy)
{
	curl_off_t s = 0;

	if (curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &s) || s <= 0)
		return -1;
	return (int64_t)(s < RETRY_AFTER_MAX_S ? s : RETRY_AFTER_MAX_S) * 1000;
}

static void finish(struct transfer *t, CURLcode code)
{
	struct http_result r = {.retry_after_ms = -1};
	long status = 0;

	if (code == CURLE_OK || (t->cut && code == CURLE_WRITE_ERROR)) {
		curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
		r.status = (int)status;
		r.retry_after_ms = retry_after_ms(t->easy);
		r.body = buf_str(&t->body);
		r.n = t->body.len;
		r.cut = t->got > t->body_max;
	} else {
		describe(t, code, &r);
		r.body = "";
	}
	unlink_transfer(t);
	t->done(t->ctx, &r);
	transfer_free(t);
}

static void finish_all(struct http *h)
{
	const CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(h->multi, &left))) {
		CURLcode code = m->data.result; /* m is gone once the handle is removed */
		char *t = NULL;

		if (m->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t);
		finish((struct transfer *)(void *)t, code);
	}
}

/* ---- waiting ---- */

static int poll_plain(struct pollfd *fds, size_t n, int timeout_ms, struct err *err)
{
	if (poll(fds, n, timeout_ms) >= 0)
		return 0;
	if (errno != EINTR)
		return err_errno(err, "cannot poll");
	for (size_t i = 0; i < n; i++)
		fds[i].revents = 0;
	return 0;
}

static void fill_wait(struct http *h, const struct pollfd *fds, size_t n)
{
	if (n > h->wait_cap) {
		h->wait = mem_grow(h->wait, n, sizeof(*h->wait));
		h->wait_cap = n;
	}
	for (size_t i = 0; i < n; i++) {
		h->wait[i].fd = fds[i].fd;
		h->wait[i].events = (short)((fds[i].events & POLLIN ? CURL_WAIT_POLLIN : 0) |
		                            (fds[i].events & POLLPRI ? CURL_WAIT_POLLPRI : 0) |
		                            (fds[i].events & POLLOUT ? CURL_WAIT_POLLOUT : 0));
		h->wait[i].revents = 0;
	}
}

int http_poll(struct http *h, struct pollfd *fds, size_t n, int64_t timeout_ms, struct err *err)
{
	int wait = timeout_ms < 0 ? 0 : timeout_ms < INT_MAX ? (int)timeout_ms : INT_MAX;
	int running;
	CURLMcode rc;

	if (!h->running)
		return poll_plain(fds, n, wait, err);
	fill_wait(h, fds, n);
	rc = curl_multi_poll(h->multi, h->wait, (unsigned)n, wait, NULL);
	if (!rc)
		rc = curl_multi_perform(h->multi, &running);
	if (rc)
		return err_set(err, FAIL_FAILURE, "transfers: %s", curl_multi_strerror(rc));
	finish_all(h);
	/* libcurl wakes for a hang-up but does not pass it on: ask again for all of it */
	return poll_plain(fds, n, 0, err);
}
