/* json/schema/meta.c -- find a metaschema by its URI. */
#include "json/schema/meta.h"

#include <string.h>

const char *meta_find(const char *uri)
{
	const struct meta *m;

	for (m = metas; m->uri; m++)
		if (!strcmp(m->uri, uri))
			return m->text;
	return NULL;
}
