/*
 * model/form/form_rows.h -- rows, and whether what they stand in is there; private to this folder.
 */
#ifndef MODEL_FORM_FORM_ROWS_H
#define MODEL_FORM_FORM_ROWS_H

#include "model/form/form_p.h"

struct rows_active {
	struct form_rows rows;
	char *active; /* per row: its object or list is there, or must be */
};

void rows_active(const struct form *f, const json_t *answer, struct rows_active *out);
void rows_active_release(struct rows_active *r);

#endif
