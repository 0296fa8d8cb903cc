/*
 * erctl/simulate_zones.h -- the time zones that a rehearsal's documents name.
 *
 * Purpose    The engine knows a zone only as a document (model/zone.h).  erd makes those from
 *            tzdata when it reads etc/; here the same is done for documents from elsewhere.
 */
#ifndef ERCTL_SIMULATE_ZONES_H
#define ERCTL_SIMULATE_ZONES_H

#include <jansson.h>

struct err;

/* Add to (*etc)->zones what workers and schedules of *etc (may be NULL), of ${scenario}'s "etc" and
 * of its crews need.  FAIL_INVALID: there is no such zone. */
int simulate_zones(json_t **etc, const json_t *scenario, struct err *err);

#endif
