/* spool/resolve.c -- the task that an abbreviation means. */
#include <ctype.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "spool/dirlist.h"
#include "spool/index.h"
#include "spool/layout.h"

enum { ABBREV_MIN = 4, SHOW_MAX = 5 };

static const char prefix[] = "task_";

/* The digits typed match at either end: ids made in the same hour differ at the back only. */
struct search {
	char digits[ID_DIGITS + 1];
	size_t n;
	struct id hit[SHOW_MAX + 1];
	size_t hits;
};

static int offer(struct search *q, const char *text)
{
	const char *digits = text + strlen(prefix);
	struct id id;

	if (id_parse(text, prefix, &id))
		return 0;
	if (memcmp(digits, q->digits, q->n) && memcmp(digits + ID_DIGITS - q->n, q->digits, q->n))
		return 0;
	for (size_t i = 0; i < q->hits; i++)
		if (!id_cmp(&q->hit[i], &id))
			return 0;
	q->hit[q->hits++] = id;
	return q->hits > SHOW_MAX;
}

static int offer_row(void *ctx, const struct index_row *row)
{
	char text[ID_TEXT_MAX];

	if (row->len[IX_ID] >= sizeof(text))
		return 0;
	memcpy(text, row->col[IX_ID], row->len[IX_ID]);
	text[row->len[IX_ID]] = '\0';
	return offer(ctx, text);
}

static int offer_name(void *ctx, const char *name, struct err *err)
{
	char text[ID_TEXT_MAX];
	size_t n = strlen(prefix) + ID_DIGITS;

	(void)err;
	if (strlen(name) < n)
		return 0;
	memcpy(text, name, n);
	text[n] = '\0';
	return offer(ctx, text);
}

struct shards {
	struct search *q;
	int tasks;
};

static int offer_shard(void *ctx, const char *name, struct err *err)
{
	struct shards *sh = ctx;

	if (strlen(name) != 2)
		return 0;
	if (dirlist_each(sh->tasks, name, offer_name, sh->q, err))
		return -1;
	return sh->q->hits > SHOW_MAX;
}

static int search(const struct spool *s, struct search *q, struct err *err)
{
	struct shards sh = {q, s->tasks};

	if (index_read_open(s, offer_row, q, err))
		return -1;
	if (q->hits <= SHOW_MAX && index_read_closed(s, offer_row, q, err))
		return -1;
	/* The index may have been deleted; it is only a view. */
	if (!q->hits && dirlist_each(s->tasks, ".", offer_shard, &sh, err))
		return -1;
	if (q->hits <= SHOW_MAX && dirlist_each(s->new_, ".", offer_name, q, err))
		return -1;
	return 0;
}

static int ambiguous(const struct search *q, const char *abbrev, struct err *err)
{
	struct buf list = BUF_INIT;
	char text[ID_TEXT_MAX];

	for (size_t i = 0; i < q->hits && i < SHOW_MAX; i++)
		buf_addf(&list, "%s%s", i ? ", " : "", id_format(&q->hit[i], prefix, text));
	err_set(err, FAIL_NOT_FOUND, "%s: ambiguous, could be %s%s", abbrev, buf_str(&list),
	        q->hits > SHOW_MAX ? ", …" : "");
	buf_release(&list);
	return -1;
}

static int read_abbrev(struct search *q, const char *abbrev, struct err *err)
{
	const char *p = abbrev;

	if (!strncmp(p, prefix, strlen(prefix)))
		p += strlen(prefix);
	else if (!strncmp(p, "e_", 2)) /* an escalation has the digits of its task */
		p += 2;
	for (; *p; p++) {
		if (!isalnum((unsigned char)*p) || q->n == ID_DIGITS)
			return err_set(err, FAIL_NOT_FOUND, "no such task: not an id");
		q->digits[q->n++] = (char)toupper((unsigned char)*p);
	}
	if (q->n < ABBREV_MIN)
		return err_set(err, FAIL_NOT_FOUND, "%s: give at least %d characters of the id", abbrev,
		               ABBREV_MIN);
	return 0;
}

int spool_resolve(const struct spool *s, const char *abbrev, struct id *out, struct err *err)
{
	struct search q = {.n = 0};

	if (!id_parse(abbrev, prefix, out) || !id_parse(abbrev, "e_", out))
		return 0;
	if (read_abbrev(&q, abbrev, err) || search(s, &q, err))
		return -1;
	if (q.hits == 0)
		return err_set(err, FAIL_NOT_FOUND, "no such task: %s", abbrev);
	if (q.hits > 1)
		return ambiguous(&q, abbrev, err);
	*out = q.hit[0];
	return 0;
}
