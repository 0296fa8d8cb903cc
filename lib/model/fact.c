#include "model/fact.h"

#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "base/timefmt.h"
#include "json/js.h"

enum kind { TEXT, FLAG, TIME, NUMBER, TREE };

#define AT(member) offsetof(struct fact, member)

/* In the order in which data has them; the prediction and what is not written come behind. */
static const struct member {
	const char *name;
	enum kind kind;
	size_t at; /* TEXT, NUMBER, TREE: the member; FLAG: the bit; TIME: which */
} members[] = {
	{"stage", TEXT, AT(stage)},
	{"worker", TEXT, AT(worker)},
	{"for", TEXT, AT(instead_of)},
	{"backup", FLAG, FACT_BACKUP},
	{"claimed", FLAG, FACT_CLAIMED},
	{"automatic", FLAG, FACT_AUTOMATIC},
	{"attempt", NUMBER, AT(attempt)},
	{"expiresAt", TIME, FACT_EXPIRES},
	{"kind", TEXT, AT(kind)},
	{"remindAt", TIME, FACT_REMIND},
	{"backupAt", TIME, FACT_BACKUP_AT},
	{"reason", TEXT, AT(reason)},
	{"by", TEXT, AT(by)},
	{"declined", FLAG, FACT_DECLINED},
	{"penalty", FLAG, FACT_PENALTY},
	{"predicted", FLAG, FACT_PREDICTED},
	{"dueAt", TIME, FACT_DUE},
	{"nextAt", TIME, FACT_NEXT},
	{"want", NUMBER, AT(want)},
	{"pool", TEXT, AT(pool)},
	{"awaits", TEXT, AT(awaits)},
	{"answers", NUMBER, AT(answers)},
	{"wanted", NUMBER, AT(wanted)},
	{"review", TEXT, AT(review)},
	{"tookMs", NUMBER, AT(took_ms)},
	{"answer", TREE, AT(answer)},
	{"confidence", TREE, AT(confidence)},
	{"evidence", TREE, AT(evidence)},
};

/* ---- writing ---- */

static void write_member(json_t *data, const struct fact *f, const struct member *m)
{
	const char *field = (const char *)f + m->at;

	switch (m->kind) {
	case TEXT:
		js_set_str(data, m->name, *(const char *const *)field);
		break;
	case FLAG:
		if (f->is & m->at)
			js_set_new(data, m->name, json_true());
		break;
	case TIME:
		if (f->has >> m->at & 1)
			js_set_time(data, m->name, f->at[m->at]);
		break;
	case NUMBER:
		if (*(const int *)field)
			js_set_int(data, m->name, *(const int *)field);
		break;
	case TREE:
		js_set_copy(data, m->name, *(const json_t *const *)field);
		break;
	}
}

static json_t *prediction(const struct fact *f)
{
	json_t *p = json_object();

	js_set_time(p, "p50At", f->at[FACT_P50]);
	js_set_time(p, "p90At", f->at[FACT_P90]);
	js_set_int(p, "modelMs", f->model_ms);
	return p;
}

json_t *fact_json(const struct fact *f)
{
	json_t *data = f->more ? f->more : json_object();

	for (size_t i = 0; i < NITEMS(members); i++)
		write_member(data, f, &members[i]);
	if (f->has >> FACT_P90 & 1)
		js_set_new(data, "prediction", prediction(f));
	return data;
}

/* ---- reading ---- */

static void read_time(struct fact *f, enum fact_time which, const json_t *value)
{
	const char *text = json_string_value(value);

	if (text && time_parse(text, &f->at[which], NULL) == 0)
		f->has |= 1U << which;
}

/* A number that no event of ours has counts as not said. */
static int read_number(const json_t *value)
{
	json_int_t v = json_integer_value(value);

	return v > 0 && v <= INT32_MAX ? (int)v : 0;
}

static void read_member(struct fact *f, const struct member *m, const json_t *value)
{
	char *field = (char *)f + m->at;

	switch (m->kind) {
	case TEXT:
		*(const char **)field = json_string_value(value);
		break;
	case FLAG:
		f->is |= json_is_true(value) ? (unsigned)m->at : 0;
		break;
	case TIME:
		read_time(f, (enum fact_time)m->at, value);
		break;
	case NUMBER:
		*(int *)field = read_number(value);
		break;
	case TREE:
		break;
	}
}

static void read_prediction(struct fact *f, const json_t *p)
{
	read_time(f, FACT_P50, json_object_get(p, "p50At"));
	read_time(f, FACT_P90, json_object_get(p, "p90At"));
	f->model_ms = json_integer_value(json_object_get(p, "modelMs"));
}

static const struct member *find(const char *name)
{
	for (size_t i = 0; i < NITEMS(members); i++)
		if (members[i].name[0] == name[0] && strcmp(members[i].name, name) == 0)
			return &members[i];
	return NULL;
}

void fact_read(struct fact *f, const json_t *data)
{
	const struct member *m;
	const char *name;
	json_t *value;

	memset(f, 0, sizeof(*f));
	json_object_foreach((json_t *)data, name, value) {
		if ((m = find(name)))
			read_member(f, m, value);
		else if (strcmp(name, "prediction") == 0)
			read_prediction(f, value);
		else if (strcmp(name, "reasons") == 0)
			f->is |= FACT_REASONS;
	}
}
