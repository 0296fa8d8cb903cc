/* The verdict on one answer, and its words. */
#include "engine/verify/anomaly.h"

#include <math.h>
#include <stdio.h>

#include "engine/verify/anomaly_p.h"
#include "json/js.h"

enum { MILLION = 1000000 };

const struct anomaly_limits anomaly_defaults = {INT64_C(30) * 86400 * 1000, 1000, 10000, 0};

static const enum anomaly of_answer[] = {ANOMALY_TOO_FAST, ANOMALY_COPIED_TEXT, ANOMALY_OUTLIER};

enum { OF_ANSWER = sizeof(of_answer) / sizeof(of_answer[0]) };

const char *anomaly_name(enum anomaly a)
{
	static const char *const names[ANOMALY_COUNT] = {
	    "too_fast", "same_answer", "copied_text", "burst", "disagreement", "outlier"};

	return names[a];
}

static int32_t ppm(double p)
{
	double v = ceil(p * MILLION);

	return v < 1 ? 1 : v > MILLION ? MILLION : (int32_t)v;
}

/* ---- this answer ---- */

/* Several numbers: Bonferroni. */
static double outlier_p(const struct anomaly_lane *l, const struct traces *t, const struct look *k)
{
	double least = 1;
	unsigned n = 0;

	for (unsigned i = 0; i < t->n_numbers; i++) {
		if (k->field[i] < 0 || !isfinite(k->outlier[i]))
			continue;
		least = fmin(least, tail_p(&l->field[k->field[i]].tail, k->outlier[i]));
		n++;
	}
	return n ? fmin(1, least * n) : 1;
}

/* Holm, step by step. */
static void judge_answer(const double *p, const struct anomaly_limits *lim,
                         struct anomaly_verdict *out)
{
	unsigned done = 0;

	for (unsigned left = OF_ANSWER; left > 0; left--) {
		unsigned least = OF_ANSWER;
		for (unsigned i = 0; i < OF_ANSWER; i++)
			if (!(done & 1u << i) && (least == OF_ANSWER || p[i] < p[least]))
				least = i;
		if (left == OF_ANSWER)
			out->answer_ppm = ppm(fmin(1, p[least] * OF_ANSWER));
		if (p[least] * left * MILLION > lim->answer_ppm)
			return;
		out->of[of_answer[least]].fired |= FIRED_ANSWER;
		out->fired |= FIRED_ANSWER;
		done |= 1u << least;
	}
}

/* ---- this worker ---- */

static void judge_life(const struct anomaly_worker *w, const struct anomaly_limits *lim,
                       struct anomaly_verdict *out)
{
	double sum = 0, pass = (double)MILLION / (lim->life_ppm > 0 ? lim->life_ppm : 1e-9);

	for (int a = 0; a < ANOMALY_COUNT; a++) {
		double e = (lim->off & 1u << a) ? 0 : watch_value(w, a);
		out->of[a].life_ppm = ppm(1 / fmax(1, e));
		if (e >= pass * ANOMALY_COUNT)
			out->of[a].fired |= FIRED_LIFE;
		sum += e;
	}
	out->life_ppm = ppm(1 / fmax(1, sum / ANOMALY_COUNT));
	if (sum >= pass * ANOMALY_COUNT)
		out->fired |= FIRED_LIFE;
}

static int32_t habit_of(const struct anomaly_worker *w, enum anomaly a, int hit)
{
	double looks = (double)w->looks[a], hits = (double)w->hits[a];

	if (hit >= 0) {
		looks++;
		hits += hit;
	}
	return looks > 0 ? (int32_t)(hits / looks * MILLION) : 0;
}

static void judge_habits(const struct anomaly_lane *l, const struct anomaly_worker *w,
                         const struct look *k, struct anomaly_worker *next,
                         struct anomaly_verdict *out)
{
	for (int a = 0; a < ANOMALY_COUNT; a++) {
		struct peers peers = look_peers(l, w, a, k);
		out->of[a].habit_ppm = habit_of(w, a, k->hit[a]);
		out->of[a].peers_ppm = peers.rate < 0 ? -1 : ppm(peers.rate);
		if (k->hit[a] >= 0 && peers.bound >= 0)
			watch_step(next, a, k->hit[a], peers.bound);
	}
}

static void say_numbers(const struct traces *t, const struct look *k, struct anomaly_verdict *out)
{
	struct anomaly_finding *f = out->of;
	int known = k->pace.typical >= 0;

	f[ANOMALY_TOO_FAST].seen = t->took_ms;
	f[ANOMALY_TOO_FAST].limit = known ? (int64_t)exp2(k->pace.least) : -1;
	f[ANOMALY_SAME_ANSWER].seen = k->hit[ANOMALY_SAME_ANSWER];
	f[ANOMALY_SAME_ANSWER].limit = 1;
	f[ANOMALY_COPIED_TEXT].seen = k->nearest;
	f[ANOMALY_COPIED_TEXT].limit = TEXT_NEAR;
	f[ANOMALY_BURST].seen = k->span_ms;
	f[ANOMALY_BURST].limit = known ? (int64_t)exp2(k->usual) : -1;
	f[ANOMALY_DISAGREEMENT].seen = f[ANOMALY_DISAGREEMENT].limit = -1;
	f[ANOMALY_OUTLIER].seen = k->hit[ANOMALY_OUTLIER] < 0 ? -1 : (int64_t)(k->worst_z * 1000);
	f[ANOMALY_OUTLIER].limit = OUTLIER_Z * 1000;
}

void anomaly_judge(const struct anomaly_lane *l, const struct anomaly_worker *w,
                   const struct traces *t, const struct anomaly_limits *lim,
                   struct anomaly_verdict *out)
{
	struct anomaly_worker next = *w;
	double p[OF_ANSWER];
	struct look k;

	*out = (struct anomaly_verdict){.fired = 0};
	look_at(l, w, t, &k);
	p[0] = isfinite(k.fast) ? tail_p(&l->fast, k.fast) : 1;
	p[1] = isfinite(k.copied) ? tail_p(&l->copied, k.copied) : 1;
	p[2] = outlier_p(l, t, &k);
	for (int a = 0; a < ANOMALY_COUNT; a++)
		out->of[a].answer_ppm = MILLION;
	for (unsigned i = 0; i < OF_ANSWER; i++) {
		if (lim->off & 1u << of_answer[i])
			p[i] = 1;
		out->of[of_answer[i]].answer_ppm = ppm(p[i]);
	}
	judge_answer(p, lim, out);
	judge_habits(l, w, &k, &next, out);
	judge_life(&next, lim, out);
	say_numbers(t, &k, out);
}

/* ---- words ---- */

static void say_seen(const struct anomaly_finding *f, enum anomaly a, char *out, size_t n)
{
	long long seen = f->seen, limit = f->limit;

	if (a == ANOMALY_DISAGREEMENT)
		snprintf(out, n, "counted is another answer than the peers'");
	else if (seen < 0 || limit < 0)
		snprintf(out, n, "this answer says nothing");
	else if (a == ANOMALY_TOO_FAST)
		snprintf(out, n, "answered in %lld ms, counted below %lld ms", seen, limit);
	else if (a == ANOMALY_SAME_ANSWER)
		snprintf(out, n, seen == 1 ? "the worker's usual answer" : "not the worker's usual answer");
	else if (a == ANOMALY_COPIED_TEXT)
		snprintf(out, n, "%lld of 64 bits differ from a text of another task, counted up to %lld",
		         seen, limit);
	else if (a == ANOMALY_BURST)
		snprintf(out, n, "%d answers within %lld ms, counted below %lld ms", OWN_LAST + 1, seen,
		         limit);
	else
		snprintf(out, n, "%.1f spreads from the middle, counted above %.1f", (double)seen / 1000,
		         (double)limit / 1000);
}

static int judges_answers(enum anomaly a)
{
	return a == ANOMALY_TOO_FAST || a == ANOMALY_COPIED_TEXT || a == ANOMALY_OUTLIER;
}

void anomaly_reason(const struct anomaly_verdict *v, enum anomaly a, char *out, size_t n)
{
	const struct anomaly_finding *f = &v->of[a];
	char seen[128], peers[48] = "the peers are not known", chance[48] = "";

	say_seen(f, a, seen, sizeof(seen));
	if (f->peers_ppm >= 0)
		snprintf(peers, sizeof(peers), "%.1f %% of a peer's", f->peers_ppm / 1e4);
	if (judges_answers(a))
		snprintf(chance, sizeof(chance), "%.6f for this answer, ", f->answer_ppm / 1e6);
	snprintf(out, n,
	         "%s: %s; counted in %.1f %% of the worker's answers, %s; "
	         "by chance: %s%.6f for this worker",
	         anomaly_name(a), seen, f->habit_ppm / 1e4, peers, chance, f->life_ppm / 1e6);
}

void anomaly_verdict_json(const struct anomaly_verdict *v, json_t *doc)
{
	json_t *tests = json_object();

	js_set_new(doc, "alarm", json_boolean(v->fired));
	js_set_int(doc, "answer", v->answer_ppm);
	js_set_int(doc, "life", v->life_ppm);
	for (int a = 0; a < ANOMALY_COUNT; a++) {
		const struct anomaly_finding *f = &v->of[a];
		if (f->answer_ppm == MILLION && f->life_ppm == MILLION)
			continue;
		json_t *one = json_object();
		js_set_int(one, "answer", f->answer_ppm);
		js_set_int(one, "life", f->life_ppm);
		js_set_int(one, "seen", f->seen);
		js_set_int(one, "limit", f->limit);
		js_set_int(one, "habit", f->habit_ppm);
		js_set_int(one, "peers", f->peers_ppm);
		if (f->fired)
			js_set_new(one, "fired", json_true());
		js_set_new(tests, anomaly_name(a), one);
	}
	js_set_new(doc, "tests", tests);
}
