/* sim/scenario_p.h -- parts of scenario.h that its files share. */
#ifndef SIM_SCENARIO_P_H
#define SIM_SCENARIO_P_H

#include "sim/scenario.h"

/* A number in a range; absent: *out untouched. */
int read_chance(const json_t *doc, const char *pointer, double low, double high, double *out,
                struct err *err);

void behaviour_default(struct behaviour *b);
int behaviour_read(const json_t *doc, struct behaviour *b, struct err *err); /* NULL: as it is */
void behaviour_release(struct behaviour *b);

#endif
