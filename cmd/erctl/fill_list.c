#include "fill_p.h"

#include "base/buf.h"
#include "base/mem.h"
#include "draft.h"
#include "json/js.h"

/* The pointer of the list that line ${l}, an item, is in; the caller frees. */
static char *fill_list_of(const struct fill_line *l)
{
	const char *slash = strrchr(l->at, '/');
	return slash ? mem_strndup(l->at, (size_t)(slash - l->at)) : mem_strdup("");
}

/* ---- texts follow their items ---- */

/* The key that ${key} has when the items of ${list} moved; NULL: none, its item is gone.  The
 * caller frees. */
static char *moved_key(const char *key, const char *list, const size_t *to, size_t n)
{
	const char *mark = *key == '=' ? "=" : *key == '?' ? "?" : "", *p = key + strlen(mark);
	size_t len = strlen(list);
	char *end;
	if (strncmp(p, list, len) != 0 || p[len] != '/' || p[len + 1] < '0' || p[len + 1] > '9')
		return mem_strdup(key);
	size_t at = strtoul(p + len + 1, &end, 10);
	if (at >= n || (*end && *end != '/'))
		return mem_strdup(key);
	if (to[at] == SIZE_MAX)
		return NULL;
	struct buf b = BUF_INIT;
	buf_addf(&b, "%s%s/%zu%s", mark, list, to[at], end);
	return buf_detach(&b);
}

/* ${list}/N -> ${list}/${to[N]} in all texts; SIZE_MAX: forgotten.  ${n}: entries in ${to}. */
static void fill_texts_move(struct fill *f, const char *list, const size_t *to, size_t n)
{
	json_t *moved = json_object(), *text;
	const char *key;
	json_object_foreach(f->draft->texts, key, text) {
		char *now = moved_key(key, list, to, n);
		if (now)
			js_set_copy(moved, now, text);
		free(now);
	}
	json_decref(f->draft->texts);
	f->draft->texts = moved;
}

/* ---- items ---- */

static json_t *empty_item(const struct form_field *item)
{
	return item->kind == FORM_LIST ? json_array() : json_object();
}

void fill_add_item(struct fill *f, size_t i)
{
	fill_set_new(f, i, empty_item(f->line[i].field));
}

void fill_remove_item(struct fill *f, size_t i)
{
	char *list = fill_list_of(&f->line[i]);
	size_t index = f->line[i].index;
	json_t *items = (json_t *)js_at(f->draft->answer, list);
	size_t n = json_array_size(items);
	if (index < n) {
		/* one more than there are: what was typed behind "add" moves as well */
		size_t *to = mem_grow(NULL, n + 1, sizeof *to);
		for (size_t k = 0; k <= n; k++)
			to[k] = k < index ? k : k - 1;
		to[index] = SIZE_MAX;
		fill_texts_move(f, list, to, n + 1);
		free(to);
		size_t section = fill_find(f, FILL_SECTION, list);
		if (n == 1 && (section == f->n || !f->line[section].required))
			fill_put_new(f, list, NULL);
		else
			json_array_remove(items, index);
	}
	free(list);
	fill_refresh(f, 0);
}

static void swap_items(json_t *items, size_t a, size_t b)
{
	json_t *one = json_incref(json_array_get(items, a));
	json_array_set(items, a, json_array_get(items, b));
	json_array_set_new(items, b, one);
}

size_t fill_move_item(struct fill *f, size_t i, int step)
{
	char *list = fill_list_of(&f->line[i]);
	json_t *items = (json_t *)js_at(f->draft->answer, list);
	size_t n = json_array_size(items), from = f->line[i].index;
	size_t first = f->line[i].field->parent->nchild - 1; /* what comes before is fixed */
	size_t target = step < 0 ? from - 1 : from + 1;
	size_t found = i;
	if (f->line[i].item && from < n && target < n && from + (size_t)(step > 0) > first) {
		struct buf at = BUF_INIT;
		size_t *to = mem_grow(NULL, n, sizeof *to);
		enum fill_what what = f->line[i].what;
		for (size_t k = 0; k < n; k++)
			to[k] = k;
		to[from] = target;
		to[target] = from;
		fill_texts_move(f, list, to, n);
		swap_items(items, from, target);
		fill_refresh(f, 0);
		buf_addf(&at, "%s/%zu", list, target);
		found = fill_find(f, what, buf_str(&at));
		if (found == f->n)
			found = i < f->n ? i : 0;
		buf_release(&at);
		free(to);
	}
	free(list);
	return found;
}
