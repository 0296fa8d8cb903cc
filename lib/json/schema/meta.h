/*
 * json/schema/meta.h -- the metaschemas of the five drafts, inside the program.
 *
 * Purpose    A $ref or a $schema may name them; the network is never asked.
 * Changing   The texts lie in share/metaschemas; make.py there writes meta_data.c.
 */
#ifndef JSON_SCHEMA_META_H
#define JSON_SCHEMA_META_H

#include <stddef.h>

struct meta {
	const char *uri; /* without a fragment; NULL ends the table */
	const char *text;
};

extern const struct meta metas[];

const char *meta_find(const char *uri); /* NULL when it is none of them */

#endif
