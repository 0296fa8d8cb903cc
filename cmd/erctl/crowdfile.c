#include "crowdfile.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/safe.h"
#include "csv.h"
#include "input.h"

enum { TELL_EVERY = 1 << 16, INT_DIGITS = 18, COLUMNS = 3 };

static const char *const question_names[] = {"question", "task", "item", "example", "object",
                                             "question_id", "task_id", "item_id", NULL};
static const char *const worker_names[] = {"worker", "labeler", "annotator", "labeller", "user",
                                           "worker_id", "annotator_id", "performer", NULL};
static const char *const answer_names[] = {"answer", "label", "response", "category", "vote", NULL};
static const char *const truth_names[] = {"truth", "gold", "answer", "label", "gt", "category",
                                          NULL};

/* ---- columns ---- */

struct column {
	const char *const *names;
	size_t at;
};

static int header(struct csv *c, struct column *cols, size_t n, struct err *err)
{
	int rc = csv_next(c, err);

	if (rc <= 0)
		return rc < 0 ? -1 : err_set(err, FAIL_INVALID, "empty: needs a header line");
	for (size_t i = 0; i < n; i++) {
		int at = csv_column(c, cols[i].names);
		if (at < 0)
			return err_set(err, FAIL_INVALID, "line %zu: the header has %s column %s",
			               c->line, at == CSV_TWICE ? "more than one" : "no",
			               cols[i].names[0]);
		cols[i].at = (size_t)at;
	}
	return 0;
}

/* The texts of the next record's columns: checked, not empty.  1, 0 at the end, -1. */
static int next(struct csv *c, size_t width, const struct column *cols, size_t n,
                const char **text, size_t *len, struct err *err)
{
	int rc = csv_next(c, err);

	if (rc <= 0)
		return rc;
	if (c->n != width)
		return err_set(err, FAIL_INVALID, "line %zu: %zu columns where the header has %zu",
		               c->line, c->n, width);
	for (size_t i = 0; i < n; i++) {
		text[i] = csv_field(c, cols[i].at, &len[i]);
		if (len[i] == 0 || !utf8_valid(text[i], len[i]))
			return err_set(err, FAIL_INVALID, "line %zu, column %zu (%s): %s", c->line,
			               cols[i].at + 1, cols[i].names[0],
			               len[i] == 0 ? "empty" : "not UTF-8");
	}
	return 1;
}

/* ---- answers ---- */

/* Where the vote of this worker on this question stands: for the second of the two. */
struct places {
	uint32_t *slot; /* vote + 1 */
	size_t mask;
};

static size_t place(const struct crowdfile *c, const struct places *p, const struct agg_vote *v)
{
	uint64_t pair = (uint64_t)v->question << 32 | v->worker;
	size_t i = (size_t)intern_mix(c->questions.seed, pair) & p->mask;

	for (; p->slot[i]; i = (i + 1) & p->mask) {
		const struct agg_vote *have = &c->votes[p->slot[i] - 1];
		if (have->question == v->question && have->worker == v->worker)
			break;
	}
	return i;
}

static void grow(struct crowdfile *c, struct places *p)
{
	c->cap = c->cap ? 2 * c->cap : 1024;
	c->votes = mem_grow(c->votes, c->cap, sizeof *c->votes);
	free(p->slot);
	p->mask = 2 * c->cap - 1;
	p->slot = mem_alloc((p->mask + 1) * sizeof *p->slot);
	for (size_t i = 0; i < c->n; i++)
		p->slot[place(c, p, &c->votes[i])] = (uint32_t)i + 1;
}

static int add_vote(struct crowdfile *c, struct places *p, const struct agg_vote *v,
                    struct err *err)
{
	if (c->n == c->cap)
		grow(c, p);
	size_t i = place(c, p, v);
	if (p->slot[i]) {
		c->votes[p->slot[i] - 1].answer = v->answer;
		c->changed++;
		return 0;
	}
	if (c->n == AGG_VOTES_MAX)
		return err_set(err, FAIL_INVALID, "more than %d answers", AGG_VOTES_MAX);
	c->votes[c->n++] = *v;
	p->slot[i] = (uint32_t)c->n;
	return 0;
}

static int read_votes(struct crowdfile *c, struct csv *in, void (*line)(void *, size_t), void *arg,
                      struct err *err)
{
	struct column cols[COLUMNS] = {{question_names, 0}, {worker_names, 0}, {answer_names, 0}};
	struct places p = {0};
	const char *text[COLUMNS];
	size_t len[COLUMNS];
	int rc = header(in, cols, COLUMNS, err);
	size_t width = in->n;

	while (rc == 0 && (rc = next(in, width, cols, COLUMNS, text, len, err)) == 1) {
		struct agg_vote v = {intern_id(&c->questions, text[0], len[0]),
		                     intern_id(&c->workers, text[1], len[1]),
		                     intern_id(&c->categories, text[2], len[2])};
		rc = add_vote(c, &p, &v, err);
		if (rc < 0)
			break;
		if (line && c->n % TELL_EVERY == 0)
			line(arg, c->n);
	}
	free(p.slot);
	return rc;
}

int crowdfile_read(struct crowdfile *c, const char *path, void (*line)(void *, size_t), void *arg,
                   struct err *err)
{
	struct csv in;
	int fd = input_open(path, err);

	*c = (struct crowdfile){0};
	if (fd < 0)
		return -1;
	intern_init(&c->questions);
	intern_init(&c->workers);
	intern_init(&c->categories);
	csv_init(&in, fd);
	int rc = read_votes(c, &in, line, arg, err);
	csv_release(&in);
	input_close(fd);
	return rc < 0 ? err_wrap(err, "%s", path) : 0;
}

void crowdfile_release(struct crowdfile *c)
{
	intern_release(&c->questions);
	intern_release(&c->workers);
	intern_release(&c->categories);
	free(c->votes);
	free(c->order);
	*c = (struct crowdfile){0};
}

/* ---- truths ---- */

static int read_truths(struct crowdfile *c, struct csv *in, int32_t *out, size_t *unknown,
                       struct err *err)
{
	struct column cols[] = {{question_names, 0}, {truth_names, 0}};
	const char *text[NITEMS(cols)];
	size_t len[NITEMS(cols)];
	int rc = header(in, cols, NITEMS(cols), err);
	size_t width = in->n;

	while (rc == 0 && (rc = next(in, width, cols, NITEMS(cols), text, len, err)) == 1) {
		uint32_t q = intern_find(&c->questions, text[0], len[0]);
		rc = 0;
		if (q == INTERN_NONE)
			++*unknown;
		else
			out[q] = (int32_t)intern_id(&c->categories, text[1], len[1]);
	}
	return rc;
}

int crowdfile_truth(struct crowdfile *c, const char *path, int32_t **out, size_t *unknown,
                    struct err *err)
{
	struct csv in;
	int fd = input_open(path, err);

	*unknown = 0;
	*out = NULL;
	if (fd < 0)
		return -1;
	*out = mem_grow(NULL, c->questions.n + (size_t)1, sizeof **out);
	memset(*out, -1, (c->questions.n + (size_t)1) * sizeof **out);
	csv_init(&in, fd);
	int rc = read_truths(c, &in, *out, unknown, err);
	csv_release(&in);
	input_close(fd);
	return rc < 0 ? err_wrap(err, "%s", path) : 0;
}

/* ---- the order of categories ---- */

static int is_int(const char *s)
{
	size_t digits = strspn(s + (*s == '-'), "0123456789");

	return digits > 0 && digits <= INT_DIGITS && s[(*s == '-') + digits] == '\0';
}

struct named {
	const char *text;
	long long value;
	uint32_t id;
};

static int by_value(const void *x, const void *y)
{
	const struct named *a = x, *b = y;

	if (a->value != b->value)
		return a->value < b->value ? -1 : 1;
	return strcmp(a->text, b->text);
}

void crowdfile_sort(struct crowdfile *c, int32_t *truth, int32_t *gold)
{
	uint32_t k = c->categories.n;
	struct named *all = mem_alloc((k + (size_t)1) * sizeof *all);
	uint32_t *number = mem_alloc((k + (size_t)1) * sizeof *number);
	int ints = 1;

	c->order = mem_alloc((k + (size_t)1) * sizeof *c->order);
	for (uint32_t i = 0; i < k; i++) {
		all[i] = (struct named){intern_text(&c->categories, i), 0, i};
		ints &= is_int(all[i].text);
	}
	for (uint32_t i = 0; ints && i < k; i++)
		all[i].value = strtoll(all[i].text, NULL, 10);
	qsort(all, k, sizeof *all, by_value);
	for (uint32_t i = 0; i < k; i++) {
		c->order[i] = all[i].id;
		number[all[i].id] = i;
	}
	for (size_t i = 0; i < c->n; i++)
		c->votes[i].answer = number[c->votes[i].answer];
	for (uint32_t q = 0; q < c->questions.n; q++) {
		if (truth && truth[q] >= 0)
			truth[q] = (int32_t)number[truth[q]];
		if (gold && gold[q] >= 0)
			gold[q] = (int32_t)number[gold[q]];
	}
	free(all);
	free(number);
}

const char *crowdfile_category(const struct crowdfile *c, uint32_t number)
{
	return intern_text(&c->categories, c->order[number]);
}
