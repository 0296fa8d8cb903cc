/* Lanes whose answers are verified in all the ways that a lane can ask for, drawn at random. */
#ifndef TESTS_ENGINE_REPLAY_LANES_H
#define TESTS_ENGINE_REPLAY_LANES_H

#include "engine_replay_kit.h"

static const char *const workers[] = {"ana", "ben", "cho", "bot", "dot", "eve", "fay", "gus"};
static const char *const lanes[] = {"v0", "v1", "v2", "v3", "v4"};

static inline const char *one_of(struct sim *s, const char *const *words, size_t n)
{
	return words[draw(s, n)];
}

static inline void draw_approval(struct sim *s, int most, struct buf *out)
{
	buf_addf(out,
	         ",\"approval\":{\"field\":\"/ok\",\"approve\":[true],\"quorum\":%d,\"veto\":%s%s}",
	         1 + (int)draw(s, (uint64_t)most), draw(s, 2) ? "true" : "false",
	         draw(s, 2) ? ",\"groups\":[{\"pool\":\"seniors\",\"quorum\":1}]" : "");
}

static inline void draw_checks(struct sim *s, struct buf *out)
{
	static const char *const logic[] = {"{\"==\":[{\"var\":\"answer.ok\"},true]}",
	                                    "{\"<\":[{\"var\":\"answer.n\"},8]}",
	                                    "{\"!=\":[{\"var\":\"worker.name\"},\"gus\"]}"};
	static const char *const alphas[] = {"0", "0.001", "0.1", "0.1"};
	static const char *const trust[] =
	    {"", "", ",\"acceptIfAtLeast\":\"0.7\",\"askMoreIfLess\":\"0.6\"",
	     ",\"rejectIfLess\":\"0.8\",\"acceptIfAtLeast\":\"0.8\""};

	if (draw(s, 3) == 0)
		buf_addf(out,
		         ",\"rules\":[{\"name\":\"r\",\"field\":\"/ok\",\"message\":\"no\","
		         "\"logic\":%s}]",
		         one_of(s, logic, NITEMS(logic)));
	if (draw(s, 4) == 0)
		buf_adds(out, ",\"programs\":[{\"name\":\"p\",\"command\":[\"p\"]}]");
	if (draw(s, 4))
		buf_addf(out, ",\"anomaly\":{\"alpha\":\"%s\"}", one_of(s, alphas, NITEMS(alphas)));
	if (draw(s, 3))
		buf_addf(out, ",\"gold\":{\"rate\":\"0.%d\",\"floor\":\"0.%d\"%s}",
		         1 + (int)draw(s, 5), 2 + (int)draw(s, 8), one_of(s, trust, NITEMS(trust)));
}

static inline void draw_qa(struct sim *s, struct buf *out)
{
	static const char *const rates[] = {"", ",\"rate\":\"1\"", ",\"rate\":\"0.5\""};

	if (draw(s, 5))
		buf_addf(out, ",\"qa\":{\"lane\":\"%s\"%s}", draw(s, 12) ? "review" : "nowhere",
		         one_of(s, rates, NITEMS(rates)));
}

static inline void draw_verify(struct sim *s, struct buf *out)
{
	static const char *const ways[] = {"crowd", "majority", "weighted"};
	static const char *const sure[] = {"0.5", "0.7", "0.95", "0.99"};
	static const char *const fails[] = {"return", "reroute", "fail"};
	static const char *const unsure[] = {"accept", "review", "fail"};
	int least = 1 + (int)draw(s, 3), most = least + (int)draw(s, 3);

	buf_addf(out,
	         "{\"minOverlap\":%d,\"maxOverlap\":%d,\"confidence\":\"%s\",\"consensus\":\"%s\"",
	         least, most, one_of(s, sure, NITEMS(sure)), one_of(s, ways, NITEMS(ways)));
	if (draw(s, 5) == 0)
		draw_approval(s, most, out);
	draw_checks(s, out);
	draw_qa(s, out);
	buf_addf(out, ",\"onFail\":{\"rules\":\"%s\",\"anomaly\":\"%s\",\"qa\":\"%s\",",
	         one_of(s, fails, 3), one_of(s, fails, 3), one_of(s, fails, 3));
	buf_addf(out, "\"consensus\":\"%s\"}}", one_of(s, unsure, 3));
}

static inline void draw_lane(struct sim *s, const char *name)
{
	static const char *const offers[] = {"", "",
	                                     ",\"offers\":{\"mode\":\"fanOut\",\"atOnce\":3}",
	                                     ",\"offers\":{\"mode\":\"claim\"}"};
	static const char *const breach[] = {"reroute", "reroute", "expire"};
	struct buf text = BUF_INIT;

	buf_addf(&text, "{\"pools\":[\"all\"],\"slaSeconds\":%d,\"offerSeconds\":90,"
	         "\"maxAttempts\":%d%s,\"sla\":{\"onBreach\":\"%s\"},"
	         "\"risk\":{\"high\":{\"minOverlap\":2,\"qaRate\":\"0.5\"}}",
	         600 + (int)draw(s, 3000), 1 + (int)draw(s, 4), one_of(s, offers, NITEMS(offers)),
	         one_of(s, breach, NITEMS(breach)));
	if (draw(s, 10)) {
		buf_adds(&text, ",\"verify\":");
		draw_verify(s, &text);
	}
	buf_addc(&text, '}');
	set_config(s, CFG_LANE, name, buf_str(&text));
	buf_release(&text);
}

/* Reviews are tasks, and may be verified like others. */
static inline void draw_review_lane(struct sim *s)
{
	struct buf text = BUF_INIT;

	buf_addf(&text,
	         "{\"pools\":[\"seniors\"],\"slaSeconds\":%d,\"offerSeconds\":90,\"maxAttempts\":2",
	         300 + (int)draw(s, 900));
	if (draw(s, 3) == 0)
		buf_addf(&text, ",\"verify\":{\"minOverlap\":%d,\"maxOverlap\":2,"
		         "\"qa\":{\"lane\":\"review\",\"rate\":\"1\"}}", 1 + (int)draw(s, 2));
	buf_addc(&text, '}');
	set_config(s, CFG_LANE, "review", buf_str(&text));
	buf_release(&text);
}

static inline void draw_worker(struct sim *s, const char *name)
{
	char doc[256];

	snprintf(doc, sizeof(doc), "{\"capacity\":%d,\"trustLevel\":%d%s}", (int)draw(s, 4),
	         (int)draw(s, 5), draw(s, 12) ? "" : ",\"paused\":true");
	set_config(s, CFG_WORKER, name, doc);
}

#define SCHEMA \
	"{\"type\":\"object\",\"required\":[\"ok\"]," \
	"\"properties\":{\"ok\":{\"type\":\"boolean\"}," \
	"\"n\":{\"type\":\"integer\"},\"c\":{\"enum\":[\"a\",\"b\",\"c\"]}}}"

static inline void draw_gold(struct sim *s)
{
	char name[16], doc[512];
	const char *lane = one_of(s, lanes, NITEMS(lanes));

	snprintf(name, sizeof(name), "g%d", (int)draw(s, 40));
	snprintf(doc, sizeof(doc),
	         "{\"lane\":\"%s\",\"body\":{\"er\":1,\"lane\":\"%s\",\"title\":\"t\","
	         "\"schema\":" SCHEMA "},\"answer\":{\"ok\":%s}}", lane, lane,
	         draw(s, 6) ? "true" : "false");
	set_config(s, CFG_GOLD, name, doc);
}

static inline void draw_desk(struct sim *s)
{
	for (size_t i = 0; i < NITEMS(workers); i++)
		draw_worker(s, workers[i]);
	set_config(s, CFG_POOL, "all",
	           "{\"members\":[\"ana\",\"ben\",\"cho\",\"bot\",\"dot\",\"eve\",\"gus\"]}");
	set_config(s, CFG_POOL, "seniors", "{\"members\":[\"ana\",\"eve\",\"fay\",\"gus\"]}");
	draw_review_lane(s);
	for (size_t i = 0; i < NITEMS(lanes); i++)
		draw_lane(s, lanes[i]);
	for (int i = 0; i < 30; i++)
		draw_gold(s);
	s->workers = workers;
	s->n_workers = NITEMS(workers);
	s->lanes = lanes;
	s->n_lanes = NITEMS(lanes);
}

/* In mid-life: what was asked for under other rules goes on. */
static inline void change_config(struct sim *s)
{
	switch (draw(s, 6)) {
	case 0:
		draw_worker(s, one_of(s, workers, NITEMS(workers)));
		break;
	case 1:
		draw_review_lane(s);
		break;
	case 2:
		draw_gold(s);
		break;
	default:
		draw_lane(s, one_of(s, lanes, NITEMS(lanes)));
	}
	settle(s);
}

#endif
