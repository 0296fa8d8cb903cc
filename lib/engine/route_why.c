/* Why somebody was chosen, for the journal, and why nobody can take a task, for people. */
#include <string.h>

#include "base/buf.h"
#include "engine/roster.h"
#include "engine/route_p.h"
#include "engine/world.h"
#include "json/js.h"

void route_reasons(json_t *out, const uint32_t counts[ROUTE_VERDICTS])
{
	for (int v = ROUTE_ELIGIBLE + 1; v < ROUTE_VERDICTS; v++)
		if (counts[v])
			js_set_int(out, route_verdict_names[v], counts[v]);
}

static void add_names(struct buf *b, const struct strings *names)
{
	for (size_t i = 0; i < names->n; i++)
		buf_addf(b, "%s%s", i ? ", " : "", names->s[i]);
}

static void add_skills(struct buf *b, const struct traits *skills)
{
	for (size_t i = 0; i < skills->names.n; i++) {
		buf_addf(b, "%s%s", i ? ", " : "", skills->names.s[i]);
		if (skills->value[i] > 1)
			buf_addf(b, " at level %d", (int)skills->value[i]);
	}
}

/* One sentence per reason. */
static void remedy(struct buf *b, const struct match *m, enum route_verdict v)
{
	switch (v) {
	case ROUTE_NO_WORKER:
		buf_adds(b, "a document in etc/workers for each member of the pools");
		break;
	case ROUTE_PAUSED:
		buf_adds(b, "a worker who is no longer paused");
		break;
	case ROUTE_AWAY:
		buf_adds(b, "a delegate for those who are away");
		break;
	case ROUTE_NOT_NAMED:
		buf_adds(b, "one of the workers it is restricted to in its pools: ");
		add_names(b, &m->need.workers);
		break;
	case ROUTE_CONFIDENTIALITY:
		buf_adds(b, "somebody of our own in its pools, or a wider confidentiality");
		break;
	case ROUTE_SKILLS:
		buf_adds(b, "a worker with the skills ");
		add_skills(b, &m->need.skills);
		break;
	case ROUTE_CERTIFICATIONS:
		buf_adds(b, "a worker with the certifications, not expired: ");
		add_names(b, &m->need.certifications);
		break;
	case ROUTE_TRUST:
		buf_addf(b, "a worker of trust level %d", m->need.trust_level);
		break;
	case ROUTE_RATING:
		buf_addf(b, "a worker rated %d.%03d", m->need.min_rating_milli / 1000,
		         m->need.min_rating_milli % 1000);
		break;
	case ROUTE_SUSPENDED:
		buf_adds(b, "a worker who is not suspended: erctl worker reinstate");
		break;
	case ROUTE_REQUESTER:
		buf_adds(b, "somebody else than the requester");
		break;
	case ROUTE_LANE_PAUSED:
		buf_addf(b, "an end of the pause: erctl resume %s", m->lane);
		break;
	case ROUTE_DECLINED:
		buf_adds(b, "somebody who has not declined it");
		break;
	case ROUTE_OFF:
		buf_adds(b, "somebody whose hours it is in, or who is on call");
		break;
	default:
		break;
	}
}

json_t *route_remedies(const struct task *t, const uint32_t counts[ROUTE_VERDICTS])
{
	json_t *out = json_array();

	for (int v = ROUTE_ELIGIBLE + 1; v < ROUTE_VERDICTS; v++) {
		struct buf b = BUF_INIT;
		if (counts[v])
			remedy(&b, t->match, (enum route_verdict)v);
		if (b.len)
			json_array_append_new(out, json_string(buf_str(&b)));
		buf_release(&b);
	}
	if (!json_array_size(out))
		json_array_append_new(out, json_string("a member in the lane's pools"));
	return out;
}

/* ---- candidates ---- */

/* One line a candidate: a decision makes several, and objects would cost more than the choice. */
struct line {
	char text[256];
	size_t n;
};

static void add_word(struct line *l, const char *before, const char *word)
{
	size_t b = strlen(before), n = strlen(word);

	if (l->n + b + n > sizeof(l->text))
		return;
	memcpy(l->text + l->n, before, b);
	memcpy(l->text + l->n + b, word, n);
	l->n += b + n;
}

static void add_number(struct line *l, int64_t v)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;

	digits[--at] = '\0';
	do
		digits[--at] = (char)('0' + u % 10);
	while (u /= 10);
	add_word(l, v < 0 ? " -" : " ", digits + at);
}

static void add_milli(struct line *l, double v)
{
	add_number(l, (int64_t)(v * 1000 + (v < 0 ? -0.5 : 0.5)));
}

static json_t *line_json(const struct line *l)
{
	return json_stringn_nocheck(l->text, l->n);
}

static json_t *show_scored(const struct picking *p, const struct scored *c)
{
	const struct seat *s = c->seat;
	struct line l = {.n = 0};

	add_word(&l, "", s->wk->name);
	add_word(&l, " ", route_verdict_names[ROUTE_ELIGIBLE]);
	add_milli(&l, c->score);
	add_milli(&l, s->take);
	add_milli(&l, roster_in_time(s, p->log_left, c->live));
	add_milli(&l, s->pass);
	add_milli(&l, -s->base);
	add_number(&l, c->live);
	if (s->instead_of)
		add_word(&l, " for ", s->instead_of);
	return line_json(&l);
}

/* Documents and names of those that are shown lie far apart: to be loaded side by side. */
static void fetch(const struct picking *p)
{
	for (int i = 0; i < p->n_best; i++)
		__builtin_prefetch(p->best[i].seat->wk);
	for (int i = 0; i < p->n_others; i++) {
		__builtin_prefetch(p->others[i].seat->wk);
		__builtin_prefetch(&p->others[i].seat->crew->off);
	}
	for (int i = 0; i < p->n_best; i++)
		__builtin_prefetch(p->best[i].seat->wk->name);
	for (int i = 0; i < p->n_others; i++)
		__builtin_prefetch(p->others[i].seat->wk->name);
}

void route_show(const struct picking *p, json_t *why)
{
	json_t *all = json_array();

	fetch(p);
	for (int i = 0; i < p->n_best; i++)
		json_array_append_new(all, show_scored(p, &p->best[i]));
	if (p->again.seat)
		json_array_append_new(all, show_scored(p, &p->again));
	for (int i = 0; i < p->n_others; i++) {
		struct line l = {.n = 0};
		add_word(&l, p->others[i].seat->wk->name, " ");
		add_word(&l, "", route_verdict_names[route_judge(p, p->others[i].seat)]);
		json_array_append_new(all, line_json(&l));
	}
	json_array_extend(all, p->r->shown);
	js_set_new(why, "candidates", all);
	js_set_int(why, "eligible", p->r->n);
	if (json_object_size(p->r->reasons))
		js_set_copy(why, "refused", p->r->reasons);
}
