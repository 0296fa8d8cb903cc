#include "sim/draw.h"

#include <math.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "json/js.h"

enum { SAMPLES_MAX = 100000 };

static const double pi = 3.14159265358979323846, minute_ms = 60000, minutes_max = 1e6;

void draw_seed(struct draw *d, uint64_t seed, uint64_t stream)
{
	struct draw mix = {seed};

	d->state = draw_bits(&mix) ^ stream * 0xd1342543de82ef95u;
	draw_bits(d);
}

size_t draw_below(struct draw *d, size_t n)
{
	return (size_t)(draw_unit(d) * (double)n);
}

double draw_exponential(struct draw *d)
{
	return -log(1 - draw_unit(d));
}

/* Box and Muller, Annals of Mathematical Statistics 29(2), 1958. */
double draw_normal(struct draw *d)
{
	double r = sqrt(2 * draw_exponential(d));

	return r * cos(2 * pi * draw_unit(d));
}

/* ---- durations ---- */

static int number(const json_t *v, const char *pointer, double low, double *out, struct err *err)
{
	if (!json_is_number(v) || json_number_value(v) < low || json_number_value(v) > minutes_max)
		return err_field(err, FAIL_INVALID, pointer, "must be a number from %g to %g", low,
		                 minutes_max);
	*out = json_number_value(v);
	return 0;
}

static int read_samples(const json_t *list, const char *pointer, struct dist *out, struct err *err)
{
	size_t n = json_array_size(list);

	if (n == 0 || n > SAMPLES_MAX)
		return err_field(err, FAIL_INVALID, pointer, "samples must be a list of 1 to %d numbers",
		                 SAMPLES_MAX);
	double *samples = mem_alloc(n * sizeof(*samples));
	for (size_t i = 0; i < n; i++) {
		if (number(json_array_get(list, i), pointer, 0, &samples[i], err) != 0) {
			free(samples);
			return -1;
		}
	}
	dist_release(out);
	*out = (struct dist){.kind = DIST_SAMPLES, .samples = samples, .n = n};
	return 0;
}

static int read_lognormal(const json_t *v, const char *pointer, struct dist *out, struct err *err)
{
	const json_t *spread = json_object_get(v, "spread");
	double factor = 1;

	if (number(json_object_get(v, "median"), pointer, 0, &out->middle, err) != 0 ||
	    (spread && number(spread, pointer, 1, &factor, err) != 0))
		return -1;
	out->kind = DIST_LOGNORMAL;
	out->sigma = log(factor);
	return 0;
}

int dist_read(const json_t *doc, const char *pointer, struct dist *out, struct err *err)
{
	static const char *const known[] = {"median", "spread", "mean", "samples", NULL};
	const json_t *v = js_at(doc, pointer);

	if (!v)
		return 0;
	if (json_is_object(v)) {
		if (js_only_keys(v, pointer, known, err) != 0)
			return -1;
		if (json_object_get(v, "samples"))
			return read_samples(json_object_get(v, "samples"), pointer, out, err);
		if (json_object_get(v, "median"))
			return read_lognormal(v, pointer, out, err);
		out->kind = DIST_EXPONENTIAL;
		return number(json_object_get(v, "mean"), pointer, 0, &out->middle, err);
	}
	out->kind = DIST_CONSTANT;
	return number(v, pointer, 0, &out->middle, err);
}

void dist_release(struct dist *d)
{
	free(d->samples);
	d->samples = NULL;
}

int64_t dist_draw(const struct dist *d, double factor, struct draw *draw)
{
	double minutes = d->middle;

	switch (d->kind) {
	case DIST_CONSTANT:
		break;
	case DIST_LOGNORMAL:
		minutes *= exp(d->sigma * draw_normal(draw));
		break;
	case DIST_EXPONENTIAL:
		minutes *= draw_exponential(draw);
		break;
	case DIST_SAMPLES:
		minutes = d->samples[draw_below(draw, d->n)];
		break;
	}
	minutes *= factor;
	return (int64_t)((minutes < minutes_max ? minutes : minutes_max) * minute_ms);
}
