/* json/js_build.c -- building JSON trees. */
#include "json/js.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/safe.h"
#include "base/timefmt.h"

void js_set_new(json_t *obj, const char *key, json_t *value)
{
	assert(json_is_object(obj));
	if (!value)
		mem_oom();
	if (json_object_set_new(obj, key, value)) {
		assert(utf8_valid(key, strlen(key)));
		mem_oom();
	}
}

void js_set_str(json_t *obj, const char *key, const char *s)
{
	json_t *value;

	if (!s)
		return;
	value = json_string(s);
	assert(value || utf8_valid(s, strlen(s)));
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
