#include "refused.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/io.h"
#include "cmd.h"
#include "json/js.h"
#include "spool/dirlist.h"

enum { WHY_MAX_BYTES = 64 * 1024 };

static json_t *read_why(const struct spool *s, const char *name)
{
	struct buf b = BUF_INIT;
	struct err bad = ERR_INIT;
	json_t *doc = NULL;
	if (io_read_file(s->refused, name, WHY_MAX_BYTES, &b, &bad) == 0)
		doc = js_parse(buf_str(&b), b.len, &js_limits_doc, &bad);
	buf_release(&b);
	return doc;
}

int refused_list(struct run *r, struct err *err)
{
	struct names names = {.n = 0};
	if (names_read(&names, r->spool.refused, ".", ".why.json", err) < 0)
		return -1;
	out_items_begin(&r->out);
	for (size_t i = 0; i < names.n; i++) {
		json_t *why = read_why(&r->spool, names.name[i]);
		if (r->out.format == FMT_TEXT)
			out_line(&r->out, "%.*s: %s",
			         (int)(strlen(names.name[i]) - strlen(".why.json")),
			         names.name[i], js_str_or(why, "/message", "no reason was left"));
		else if (why)
			out_item(&r->out, why);
		json_decref(why);
	}
	out_items_end(&r->out);
	names_release(&names);
	return 0;
}
