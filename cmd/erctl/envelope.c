#include "envelope.h"

#include "base/buf.h"
#include "base/timefmt.h"
#include "json/js.h"

static void add_text(struct buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	buf_addf(out, ",\"%s\":", name);
	js_dump_string(out, value, strlen(value));
}

void envelope_add(struct buf *out, const struct envelope *e)
{
	char at[TIME_TEXT_MAX];
	buf_addf(out, "{\"er\":1,\"type\":\"%s\",\"id\":\"%s\"", message_type_name(e->type), e->id);
	add_text(out, "task", e->task);
	add_text(out, "from", e->from);
	buf_addf(out, ",\"at\":\"%s\"", time_format_ms(e->at_ms, at));
	add_text(out, "key", e->key);
	add_text(out, "reply", e->reply);
	buf_adds(out, ",\"body\":");
	buf_add(out, e->body, e->nbody);
	buf_addc(out, '}');
}
