/* json/js_build.c -- building JSON trees. */
#include "json/js.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/safe.h"
#include "base/timefmt.h"

/* Most is, and needs no other look. */
static int is_ascii(const char *s, size_t n)
{
	uint64_t bits = 0, word;

	for (; n >= sizeof(word); s += sizeof(word), n -= sizeof(word)) {
		memcpy(&word, s, sizeof(word));
		bits |= word;
	}
	for (; n > 0; n--)
		bits |= (unsigned char)*s++;
	return !(bits & 0x8080808080808080u);
}

void js_set_new(json_t *obj, const char *key, json_t *value)
{
	assert(json_is_object(obj));
	if (!value)
		mem_oom();
	size_t n = strlen(key);
	assert(is_ascii(key, n) || utf8_valid(key, n));
	if (json_object_set_new_nocheck(obj, key, value))
		mem_oom();
}

void js_set_str(json_t *obj, const char *key, const char *s)
{
	json_t *value;

	if (!s)
		return;
	size_t n = strlen(s);
	assert(is_ascii(s, n) || utf8_valid(s, n));
	value = json_stringn_nocheck(s, n);
	js_set_new(obj, key, value);
}

void js_set_int(json_t *obj, const char *key, int64_t v)
{
	js_set_new(obj, key, json_integer(v));
}

void js_set_time(json_t *obj, const char *key, int64_t ms)
{
	char text[TIME_TEXT_MAX];

	js_set_new(obj, key, json_string_nocheck(time_format_ms(ms, text)));
}

void js_set_copy(json_t *obj, const char *key, const json_t *value)
{
	if (value)
		js_set_new(obj, key, json_incref((json_t *)value));
}

void js_pointer_add(struct buf *pointer, const char *key)
{
	buf_addc(pointer, '/');
	while (*key) {
		size_t n = strcspn(key, "~/");

		buf_add(pointer, key, n);
		key += n;
		if (*key)
			buf_adds(pointer, *key++ == '~' ? "~0" : "~1");
	}
}
