/* What the members count as that a document does not have. */
#include <stdio.h>
#include <string.h>

#include "json/js.h"
#include "model/config_fields.h"
#include "model/config_p.h"

/* ${v} / 10^${places}, without zeros at the end. */
static json_t *amount(int64_t v, int places)
{
	char text[32];
	int64_t scale = 1;

	for (int i = 0; i < places; i++)
		scale *= 10;
	int n = snprintf(text, sizeof(text), "%lld.%0*lld", (long long)(v / scale), places,
	                 (long long)(v % scale));
	while (n > 0 && text[n - 1] == '0')
		text[--n] = '\0';
	if (n > 0 && text[n - 1] == '.')
		text[n - 1] = '\0';
	return json_string(text);
}

/* NULL: it has none. */
static json_t *value_of(const struct field *f)
{
	switch (f->kind) {
	case F_SECONDS:
	case F_DAYS:
	case F_INT:
		return f->dflt < f->lo ? NULL : json_integer(f->dflt);
	case F_USD:
		return amount(f->dflt, 6);
	case F_MILLI:
		return f->dflt < f->lo ? NULL : amount(f->dflt, 3);
	case F_MICRO:
		return amount(f->dflt, 6);
	case F_WORD:
		return json_string(f->words[f->dflt]);
	case F_BOOL:
		return json_boolean(f->dflt);
	case F_STRINGS:
	case F_SKILLS:
	case F_CERTS:
		return f->lo ? NULL : json_array();
	case F_NONE:
	case F_TEXT:
	case F_OBJECT:
		break;
	}
	return NULL;
}

void config_add_defaults(const json_t *doc, const char *parent, const struct field *fields,
                         size_t n, json_t *out)
{
	json_t *own = json_object();

	for (size_t i = 0; i < n; i++) {
		const json_t *given = js_at(doc, fields[i].pointer);
		json_t *v = !given || json_is_null(given) ? value_of(&fields[i]) : NULL;
		if (v)
			js_set_new(own, fields[i].pointer + strlen(parent) + 1, v);
	}
	if (!parent[0])
		json_object_update(out, own);
	else if (json_object_size(own))
		js_set_copy(out, parent + 1, own);
	json_decref(own);
}

json_t *config_defaults(enum config_kind kind, const json_t *doc)
{
	static void (*const adders[CFG_COUNT])(const json_t *, json_t *) = {
	    [CFG_LANE] = config_lane_defaults,
	    [CFG_POOL] = config_pool_defaults,
	    [CFG_WORKER] = config_worker_defaults,
	};
	json_t *out = json_object();

	if (adders[kind])
		adders[kind](doc, out);
	return out;
}
