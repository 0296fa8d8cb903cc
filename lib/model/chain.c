#include "model/chain.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/ids.h"
#include "json/js.h"

enum { NAME_LEN = 64, SHOWN_LEN = 200, POINTER_MAX = 64, DAYS_30_S = 30 * 86400, DAY_S = 86400 };

int confidence_of(const json_t *number)
{
	double v = json_number_value(number);

	if (!json_is_number(number) || !(v >= 0))
		return -1;
	return v >= 1 ? CONFIDENCE_ONE : (int)(v * CONFIDENCE_ONE + 0.5);
}

static int read_threshold(const json_t *level, const char *parent, int *out, struct err *err)
{
	const json_t *v = json_object_get(level, "confidenceThreshold");
	char field[POINTER_MAX];

	if (!v || json_is_null(v))
		return 0;
	*out = confidence_of(v);
	if (*out >= 0 && json_number_value(v) <= 1)
		return 0;
	snprintf(field, sizeof(field), "%.30s/confidenceThreshold", parent);
	return err_field(err, FAIL_INVALID, field, "must be a number from 0 to 1");
}

static int read_level(const json_t *doc, size_t i, int acknowledgers, struct chain_level *l,
		      struct err *err)
{
	static const char *const keys[] = {"agentId", "timeoutSeconds", "confidenceThreshold",
					   "acknowledgers", NULL};
	char parent[POINTER_MAX], field[POINTER_MAX];
	int64_t seconds = 0, acks = acknowledgers;
	const json_t *level;

	snprintf(parent, sizeof(parent), "/levels/%zu", i);
	level = js_at(doc, parent);
	if (!json_is_object(level))
		return err_field(err, FAIL_INVALID, parent, "must be an object");
	if (js_only_keys(level, parent, keys, err) != 0)
		return -1;
	snprintf(field, sizeof(field), "%.30s/agentId", parent);
	if (js_get_str(doc, field, &l->agent, NAME_LEN, err) != 0)
		return -1;
	if (!l->agent || !*l->agent)
		return err_field(err, FAIL_INVALID, field,
				 "required: a worker, a pool or a schedule");
	snprintf(field, sizeof(field), "%.30s/timeoutSeconds", parent);
	if (js_get_int(doc, field, 1, DAYS_30_S, &seconds, err) != 0)
		return -1;
	if (!seconds)
		return err_field(err, FAIL_INVALID, field, "required: an integer from 1 to %d",
				 DAYS_30_S);
	snprintf(field, sizeof(field), "%.30s/acknowledgers", parent);
	if (js_get_int(doc, field, 1, CHAIN_ACKS_MAX, &acks, err) != 0)
		return -1;
	l->timeout_ms = seconds * 1000;
	l->acknowledgers = (int)acks;
	return read_threshold(level, parent, &l->threshold, err);
}

static int read_levels(const json_t *doc, int acknowledgers, struct chain *c, struct err *err)
{
	json_t *list = NULL;

	if (js_get_arr(doc, "/levels", CHAIN_LEVELS_MAX, &list, err) != 0)
		return -1;
	if (json_array_size(list) == 0)
		return err_field(err, FAIL_INVALID, "/levels", "required: at least one level");
	for (; c->n < json_array_size(list); c->n++)
		if (read_level(doc, c->n, acknowledgers, &c->level[c->n], err) != 0)
			return -1;
	return 0;
}

int chain_from_json(const char *name, const json_t *doc, struct chain *out, struct err *err)
{
	static const char *const keys[] = {"id",
					   "name",
					   "levels",
					   "repeat",
					   "skipEmpty",
					   "acknowledgers",
					   "acknowledgeSeconds",
					   "lane",
					   "title",
					   "description",
					   NULL};
	int64_t repeat = 0, acks = 1, ack_s = 0;
	const char *text = NULL;

	memset(out, 0, sizeof(*out));
	out->name = out->shown = name;
	out->doc = doc;
	out->skip_empty = 1;
	if (js_only_keys(doc, "", keys, err) != 0 ||
	    js_get_str(doc, "/name", &out->shown, SHOWN_LEN, err) != 0 ||
	    js_get_str(doc, "/title", &text, SHOWN_LEN, err) != 0 ||
	    js_get_str(doc, "/lane", &out->lane, NAME_LEN, err) != 0 ||
	    js_get_int(doc, "/repeat", 0, CHAIN_REPEAT_MAX, &repeat, err) != 0 ||
	    js_get_bool(doc, "/skipEmpty", &out->skip_empty, err) != 0 ||
	    js_get_int(doc, "/acknowledgers", 1, CHAIN_ACKS_MAX, &acks, err) != 0 ||
	    js_get_int(doc, "/acknowledgeSeconds", 0, 7 * DAY_S, &ack_s, err) != 0)
		return -1;
	out->repeat = (int)repeat;
	out->ack_ms = ack_s * 1000;
	return read_levels(doc, (int)acks, out, err);
}

int64_t chain_total_ms(const struct chain *c)
{
	int64_t sum = 0;

	for (size_t i = 0; i < c->n; i++)
		sum += c->level[i].timeout_ms;
	return sum * (c->repeat + 1);
}

int chain_file_name(const char *shown, char *out)
{
	size_t n = 0;

	for (; *shown && n < NAME_LEN; shown++) {
		char c = *shown >= 'A' && *shown <= 'Z' ? (char)(*shown + 32) : *shown;
		int plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
			    c == '-' || c == '.';

		if (plain && (n || (c != '_' && c != '-' && c != '.')))
			out[n++] = c;
		else if (n && out[n - 1] != '-')
			out[n++] = '-';
	}
	while (n && (out[n - 1] == '-' || out[n - 1] == '.'))
		n--;
	out[n] = '\0';
	return name_valid(out);
}
