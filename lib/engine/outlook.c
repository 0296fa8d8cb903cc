#include "engine/outlook.h"

#include <math.h>
#include <string.h>

#include "engine/stats.h"
#include "engine/world.h"

/* The stated defaults, and how many observations each level counts as for the one above. */
static const double take_dflt = 0.85, take_lane = 2, take_crew = 3, take_pair = 4;
static const double pass_lane = 2, pass_crew = 3, pass_pair = 4;
static const double sla_share = 0.35; /* of the SLA is the median time of the unknown */
static const double time_lane = 2, time_crew = 2, time_pair = 2;
static const double sd_dflt = 0.8, sd_lane = 6, sd_pair = 8;
static const double slope_dflt = 0.8, slope_n = 3;

static double mean(const struct tally *t, double prior, double n)
{
	return (t->yes + n * prior) / (t->yes + t->no + n);
}

static const struct record nothing;

void outlook_of_lane(const struct lane_stats *l, const struct lane *lane, struct outlook_lane *out)
{
	const struct spread *t = &l->shown.time;
	double sla_mu = log(sla_share * (double)(lane ? lane->sla_ms : HOUR_MS));
	double b = (l->shown_slope.xy + slope_n * slope_dflt) / (l->shown_slope.xx + slope_n);

	out->take = mean(&l->shown.take, take_dflt, take_lane);
	out->mu = (t->n * t->mean + time_lane * sla_mu) / (t->n + time_lane);
	out->var = (t->ss + sd_lane * sd_dflt * sd_dflt) / (t->n + sd_lane);
	out->slope = b < 0 ? 0 : b > 1.2 ? 1.2 : b;
}

static void chances(const struct record *p, const struct lane_stats *l, double take_in_lane,
                    const struct crew *c, const struct worker *wk, struct outlook *out)
{
	/* who is rated 5 of 5 is expected to be right in 95 of 100 */
	double rated = 0.7 + 0.25 * (wk ? wk->rating_milli : 5000) / 5000;
	double crew = mean(&c->shown.take, take_in_lane, take_crew);

	out->take = mean(&p->take, crew, take_pair);
	crew = mean(&c->shown.pass, mean(&l->shown.pass, rated, pass_lane), pass_crew);
	out->pass = mean(&p->pass, crew, pass_pair);
}

static void times(const struct record *p, const struct outlook_lane *usual, const struct crew *c,
                  struct outlook *out)
{
	const struct spread *ct = &c->shown.time, *pt = &p->time;

	out->lane_mu = usual->mu;
	out->offset = ct->n * ct->mean / (ct->n + time_crew);
	out->mu = (pt->n * pt->mean + time_pair * (out->lane_mu + out->offset)) / (pt->n + time_pair);
	double var = (pt->ss + sd_pair * usual->var) / (pt->n + sd_pair);
	out->sd = sqrt(var * (1 + 1 / (pt->n + 2 * time_pair)));
	out->nu = pt->n + sd_pair;
}

void outlook_in(const struct world *w, const struct lane_stats *l, const struct outlook_lane *usual,
                const struct crew *c, const struct worker *wk, struct outlook *out)
{
	const struct record *p = stats_pair(w, l, c);

	if (!p)
		p = &nothing;
	chances(p, l, usual->take, c, wk, out);
	times(p, usual, c, out);
	/* a program does not do one thing after the other */
	out->slope = wk && wk->kind == WORKER_HUMAN ? usual->slope : 0;
	out->known = p->take.yes + p->take.no + p->time.n;
}

void outlook_of(const struct world *w, const struct lane_stats *l, const struct crew *c,
                const struct worker *wk, const struct lane *lane, struct outlook *out)
{
	struct outlook_lane usual;

	outlook_of_lane(l, lane, &usual);
	outlook_in(w, l, &usual, c, wk, out);
}

/* Abramowitz and Stegun 26.7.8: the Student t as a normal. */
double outlook_within(const struct outlook *o, double log_ms, double x)
{
	double t = (log_ms - o->mu - o->slope * x) / o->sd;
	double z = t * (1 - 1 / (4 * o->nu)) / sqrt(1 + t * t / (2 * o->nu));

	return 0.5 * erfc(-z * M_SQRT1_2);
}

/* Hastings, Approximations for Digital Computers (1955), 26.2.23 in Abramowitz and Stegun. */
static double normal_quantile(double p)
{
	double s = sqrt(-2 * log(p < 0.5 ? p : 1 - p));
	double z = s - (2.515517 + s * (0.802853 + s * 0.010328)) /
	                   (1 + s * (1.432788 + s * (0.189269 + s * 0.001308)));

	return p < 0.5 ? -z : z;
}

/* With Cornish and Fisher's first term for the t. */
double outlook_quantile(const struct outlook *o, double p, double x)
{
	double z = normal_quantile(p);

	return exp(o->mu + o->slope * x + o->sd * (z + (z * z * z + z) / (4 * o->nu)));
}
