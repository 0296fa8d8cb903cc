/* model/form/form_html.c -- a form as one page that stands alone. */
#include "model/form/form_html.h"

#include <string.h>

#include "base/base64.h"
#include "base/safe.h"
#include "base/sha256.h"
#include "json/js.h"
#include "model/form/form_draft.h"

/* ---- where it is sent ---- */

/* Scheme and host of an http address: what a policy may name.  0: it is none of these. */
static size_t origin_length(const char *url)
{
	static const char ok[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]";
	size_t n = !strncmp(url, "https://", 8) ? 8 : !strncmp(url, "http://", 7) ? 7 : 0;
	size_t host = n ? strspn(url + n, ok) : 0;

	return host && (!url[n + host] || strchr("/?", url[n + host])) ? n + host : 0;
}

/* A path on the host that the page came from. */
static int is_relative(const char *url)
{
	size_t n = strcspn(url, ":/?#");

	return *url && url[n] != ':' && strncmp(url, "//", 2) != 0 && !strchr(url, '\\') &&
	       *url > ' ';
}

static int is_usable(const char *url)
{
	return url && html_is_plain(url) && (origin_length(url) || is_relative(url));
}

/* ---- the head ---- */

static void add_hash(struct buf *out, const char *text)
{
	struct sha256 sum;

	sha256_of(&sum, text, strlen(text));
	buf_adds(out, "'sha256-");
	base64_encode(out, sum.b, sizeof(sum.b));
	buf_adds(out, "'");
}

static void add_policy(struct buf *out, const char *action)
{
	struct buf to = BUF_INIT;
	size_t n = action ? origin_length(action) : 0;

	if (n)
		buf_add(&to, action, n);
	else
		buf_adds(&to, "'self'");
	buf_adds(out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	              "script-src ");
	add_hash(out, form_html_script);
	buf_adds(out, "; style-src ");
	add_hash(out, form_html_style);
	buf_addf(out, "; connect-src %s; form-action %s; base-uri 'none'\">\n",
	         action ? buf_str(&to) : "'none'", buf_str(&to));
	buf_release(&to);
}

static void add_head(struct page *p, const char *title, const char *action)
{
	buf_adds(p->out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
	add_policy(p->out, action);
	buf_adds(p->out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	                 "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
	html_text(p->out, title);
	buf_addf(p->out, "</title>\n<style>%s</style>\n</head>\n", form_html_style);
}

/* ---- what it is about ---- */

static void add_fact(struct page *p, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_addf(p->out, "<dt>%s</dt><dd>", name);
	html_text(p->out, value);
	buf_adds(p->out, "</dd>\n");
}

static void add_about(struct page *p, const struct form_about *a, const char *title)
{
	struct buf context = BUF_INIT;

	buf_adds(p->out, "<h1>");
	html_text(p->out, title);
	buf_adds(p->out, "</h1>\n<dl>\n");
	add_fact(p, "Task", a->id);
	add_fact(p, "Lane", a->lane);
	add_fact(p, "Due", a->due);
	add_fact(p, "Price", a->price);
	add_fact(p, "Evidence", a->evidence_required ? "is required, and handed in beside the answer"
	                                             : NULL);
	buf_adds(p->out, "</dl>\n");
	if (a->instructions && *a->instructions) {
		buf_adds(p->out, "<section class=\"quote\"><h2>Instructions</h2>\n<p class=\"lines\">");
		html_lines(p->out, a->instructions);
		buf_adds(p->out, "</p></section>\n");
	}
	if (a->context) {
		draft_value(&context, a->context, JS_PRETTY);
		buf_adds(p->out, "<details class=\"quote\" open><summary>Context</summary>\n<pre>\n");
		html_exact(p->out, buf_str(&context));
		buf_adds(p->out, "</pre></details>\n");
		buf_release(&context);
	}
}

/* ---- what the script needs ---- */

static void collect_when(json_t *list, const struct form_when *when)
{
	for (; when; when = when->next) {
		const struct when *w = (const struct when *)when;
		json_t *o = json_object();

		js_set_int(o, "level", (int64_t)w->level);
		js_set_new(o, "negate", json_boolean(when->negate));
		js_set_copy(o, "test", w->json);
		json_array_set_new(list, w->id, o);
	}
}

static void collect(json_t *list, const struct form_field *f)
{
	collect_when(list, f->when);
	for (const struct need *n = inside(f)->need; n; n = n->next)
		collect_when(list, n->when);
	for (size_t i = 0; i < f->nchild; i++)
		collect(list, f->child[i]);
}

static void add_data(struct page *p, const struct form_about *a, const char *action)
{
	json_t *data = json_object(), *list = json_array();

	for (size_t i = 0; i < p->form->nwhens; i++)
		json_array_append_new(list, json_null());
	collect(list, &p->form->root->f);
	js_set_new(data, "when", list);
	js_set_str(data, "task", a->id && utf8_valid(a->id, strlen(a->id)) ? a->id : NULL);
	js_set_str(data, "action", action);
	buf_adds(p->out, "<script type=\"application/json\" id=\"data\">");
	html_script_json(p->out, data);
	buf_adds(p->out, "</script>\n");
	json_decref(data);
}

static void add_form(struct page *p, const char *action)
{
	buf_adds(p->out, "<form id=\"form\" method=\"post\" accept-charset=\"utf-8\"");
	if (action) {
		buf_adds(p->out, " action=\"");
		html_exact(p->out, action);
		buf_adds(p->out, "\"");
	}
	buf_adds(p->out, ">\n");
	html_field(p, &p->form->root->f, 1);
	buf_addf(p->out, "<p><button type=\"submit\">%s</button></p>\n</form>\n",
	         action ? "Hand in" : "Make the answer");
	buf_adds(p->out,
	         "<noscript><p class=\"hint\">Without a script each field is sent under its own name, a "
	         "JSON pointer; leave empty what does not apply.</p></noscript>\n"
	         "<section id=\"result\" hidden aria-live=\"polite\"><h2>The answer</h2>\n"
	         "<p id=\"said\" role=\"status\"></p>\n"
	         "<label for=\"json\">As JSON, ready for <code>erctl answer</code></label>\n"
	         "<textarea id=\"json\" class=\"code\" rows=\"12\" readonly></textarea>\n"
	         "<p><button type=\"button\" id=\"copy\">Copy</button> "
	         "<button type=\"button\" id=\"save\">Save as a file</button></p>\n</section>\n");
}

void form_html(const struct form *f, const struct form_about *about, struct buf *out)
{
	static const struct form_about nothing = {.id = NULL};
	struct page p = {.form = f, .out = out, .at = BUF_INIT};
	const struct form_about *a = about ? about : &nothing;
	const char *title = a->title && *a->title ? a->title : f->root->f.label;
	const char *action = is_usable(a->action) ? a->action : NULL;

	add_head(&p, title, action);
	buf_adds(out, "<body>\n<main>\n");
	add_about(&p, a, title);
	add_form(&p, action);
	buf_adds(out, "</main>\n");
	add_data(&p, a, action);
	buf_addf(out, "<script>%s</script>\n</body>\n</html>\n", form_html_script);
	buf_release(&p.at);
}
