/*
 * json_kit.h -- JSON from a literal, for the tests of every layer that has json below it.
 */
#ifndef JSON_KIT_H
#define JSON_KIT_H

#include <string.h>

#include "base/err.h"
#include "json/js.h"
#include "kit.h"

/* A new reference; the test fails when it is none. */
KIT json_t *kit_parse(const char *text)
{
	struct err err = ERR_INIT;
	json_t *v = js_parse_any(text, strlen(text), &js_limits_own, &err);

	ck_assert_msg(v != NULL, "%s in %s", err.msg, text);
	return v;
}

#endif
