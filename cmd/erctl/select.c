#include "select.h"

#include "base/buf.h"
#include "base/err.h"
#include "json/js.h"

enum { WORD_MAX = 128 };

/* Copy the text up to one of ${stops} into ${word}; what follows the stop is returned. */
static const char *next_word(const char *p, const char *stops, char word[WORD_MAX])
{
	size_t n = strcspn(p, stops);
	snprintf(word, WORD_MAX, "%.*s", (int)(n < WORD_MAX - 1 ? n : WORD_MAX - 1), p);
	return p[n] ? p + n + 1 : p + n;
}

static int known(const char *word, const char *const *fields)
{
	for (; *fields; fields++) {
		if (strcmp(*fields, word) == 0)
			return 1;
	}
	return 0;
}

int select_check(const char *paths, const char *const *fields, struct err *err)
{
	char path[WORD_MAX], word[WORD_MAX];
	do {
		paths = next_word(paths, ",", path);
		next_word(path, ".", word);
		if (known(word, fields))
			continue;
		struct buf list = BUF_INIT;
		for (size_t i = 0; fields[i]; i++)
			buf_addf(&list, "%s%s", i ? ", " : "", fields[i]);
		err_set(err, FAIL_USAGE, "--json: no field \"%s\"; there are %s", word,
		        buf_str(&list));
		buf_release(&list);
		return -1;
	} while (*paths);
	return 0;
}

static void put(json_t *to, const json_t *from, const char *path)
{
	char word[WORD_MAX];
	const char *rest = next_word(path, ".", word);
	json_t *value = from ? json_object_get(from, word) : NULL;
	if (!*rest) {
		json_object_set_new(to, word, value ? json_incref(value) : json_null());
		return;
	}
	json_t *child = json_object_get(to, word);
	if (!json_is_object(child)) {
		child = json_object();
		json_object_set_new(to, word, child);
	}
	put(child, json_is_object(value) ? value : NULL, rest);
}

json_t *select_apply(const json_t *doc, const char *paths)
{
	char path[WORD_MAX];
	json_t *out = json_object();
	while (*paths) {
		paths = next_word(paths, ",", path);
		if (*path)
			put(out, doc, path);
	}
	return out;
}
