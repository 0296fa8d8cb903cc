/* Why nobody can take a task, for people. */
#include "base/buf.h"
#include "engine/route.h"
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
	case ROUTE_DECLINED:
		buf_adds(b, "somebody who has not declined it");
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
