#include "paused.h"

#include "base/buf.h"
#include "base/timefmt.h"
#include "json/js.h"

struct listing {
	const struct config *c;
	enum config_kind kind;
	int64_t now_ms;
	struct buf *text;
	json_t *list;
};

int64_t paused_until(const struct config *c, enum config_kind kind, const char *name)
{
	const struct lane *lane = kind == CFG_LANE ? config_lane(c, name) : NULL;
	const struct worker *worker = kind == CFG_WORKER ? config_worker(c, name) : NULL;
	return lane ? lane->pause_ends_ms : worker ? worker->pause_ends_ms : INT64_MIN;
}

static int add(void *ctx, const char *name, const json_t *doc)
{
	struct listing *l = ctx;
	char when[TIME_TEXT_MAX];
	int64_t until = paused_until(l->c, l->kind, name);
	if (l->now_ms >= until)
		return 0;
	json_t *one = json_object();
	js_set_str(one, "kind", config_words[l->kind]);
	js_set_str(one, "name", name);
	if (until != INT64_MAX)
		js_set_str(one, "until", time_format_ms(until, when));
	js_set_copy(one, "by", json_object_get(doc, "pausedBy"));
	js_set_copy(one, "reason", json_object_get(doc, "pausedReason"));
	json_array_append_new(l->list, one);
	buf_addf(l->text, "%s%s %s", l->text->len ? ", " : "", config_words[l->kind], name);
	if (until != INT64_MAX)
		buf_addf(l->text, " until %s", time_format_ms(until, when));
	return 0;
}

void paused_list(const struct config *c, int64_t now_ms, struct buf *text, json_t *list)
{
	struct listing l = {.c = c, .kind = CFG_LANE, .now_ms = now_ms, .text = text, .list = list};
	config_each(c, CFG_LANE, add, &l);
	l.kind = CFG_WORKER;
	config_each(c, CFG_WORKER, add, &l);
}
