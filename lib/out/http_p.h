/*
 * out/http_p.h -- transfers, for the files of out/http*.c.
 */
#ifndef OUT_HTTP_P_H
#define OUT_HTTP_P_H

#include <curl/curl.h>
#include <netinet/in.h>

#include "base/buf.h"
#include "out/http.h"

enum {
	REPLY_MAX = 65536, /* of a reply that is kept in part or not at all */
	URL_MAX = 4096,
	POOL_MAX = 16, /* idle handles kept */
	CONNECT_TIMEOUT_MS = 10000,
	RETRY_AFTER_MAX_S = 366 * 86400
};

struct transfer {
	struct transfer *next, *prev; /* of the running ones */
	struct http *http;
	CURL *easy;                 /* owned */
	struct curl_slist *headers; /* owned: header lines, or recipients */
	http_done *done;
	void *ctx;
	struct buf body;
	size_t body_max, read_max, got;
	struct buf upload; /* a mail */
	size_t sent;
	int cut; /* the reply passed read_max: enough was seen */
	int allow_private;
	char refused[INET6_ADDRSTRLEN + 8]; /* the last address that was refused */
	char error[CURL_ERROR_SIZE];
};

struct http {
	CURLM *multi;
	struct transfer *first;
	size_t running;
	CURL *pool[POOL_MAX];
	size_t npool;
	struct curl_waitfd *wait; /* owned */
	size_t wait_cap;
};

/* A handle with all guards on and nothing else; ${body_max} of the reply is kept. */
struct transfer *transfer_new(struct http *h, size_t body_max, int allow_private);
/* Time limits and where the end of it is told. */
void transfer_limit(struct transfer *t, int64_t timeout_ms, http_done *done, void *ctx);
int transfer_start(struct transfer *t, struct err *err); /* frees it on error */

#endif
