/* out/http_mail.c -- a mail through the same transfers as everything else. */
#include "base/err.h"
#include "base/mem.h"
#include "out/http_p.h"

/* An address from a document must not be able to add a command. */
static int address_ok(const char *s)
{
	size_t n = strlen(s);

	if (n == 0 || n > 254)
		return 0;
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f || *s == '<' || *s == '>')
			return 0;
	return 1;
}

static size_t give_mail(char *to, size_t size, size_t nmemb, void *clientp)
{
	struct transfer *t = clientp;
	size_t n = t->upload.len - t->sent;

	if (n > size * nmemb)
		n = size * nmemb;
	memcpy(to, t->upload.data + t->sent, n);
	t->sent += n;
	return n;
}

static void set_mail(struct transfer *t, const struct http_mail *m)
{
	CURL *e = t->easy;

	buf_add(&t->upload, m->text, m->n);
	t->headers = curl_slist_append(NULL, m->to);
	if (!t->headers)
		mem_oom();
	curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(e, CURLOPT_URL, m->url);
	curl_easy_setopt(e, CURLOPT_MAIL_FROM, m->from);
	curl_easy_setopt(e, CURLOPT_MAIL_RCPT, t->headers);
	curl_easy_setopt(e, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(e, CURLOPT_READFUNCTION, give_mail);
	curl_easy_setopt(e, CURLOPT_READDATA, t);
	curl_easy_setopt(e, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->upload.len);
	curl_easy_setopt(e, CURLOPT_USE_SSL, (long)(m->plain ? CURLUSESSL_TRY : CURLUSESSL_ALL));
	if (m->user) {
		curl_easy_setopt(e, CURLOPT_USERNAME, m->user);
		curl_easy_setopt(e, CURLOPT_PASSWORD, m->password ? m->password : "");
	}
}

int http_mail(struct http *h, const struct http_mail *m, http_done *done, void *ctx, struct err *err)
{
	if (!address_ok(m->from) || !address_ok(m->to))
		return err_set(err, FAIL_INVALID, "not a bare mail address");
	if (strncmp(m->url, "smtp://", 7) != 0 && strncmp(m->url, "smtps://", 8) != 0)
		return err_set(err, FAIL_INVALID, "bad URL: neither smtp nor smtps");
	struct transfer *t = transfer_new(h, 1024, 1);
	transfer_limit(t, m->timeout_ms, done, ctx);
	set_mail(t, m);
	return transfer_start(t, err);
}
