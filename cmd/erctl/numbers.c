#include "numbers.h"

#include "json/js.h"

json_t *numbers_doc(const char *kind, const char *name, const struct number *v, size_t n)
{
	json_t *doc = json_object();
	js_set_str(doc, kind, name);
	for (size_t i = 0; i < n; i++)
		js_set_int(doc, v[i].key, (int64_t)v[i].n);
	return doc;
}
