/*
 * erctl/cells.h -- numbers as table cells: shares, times, bars, money.  Texts are ours and safe.
 */
#ifndef ERCTL_CELLS_H
#define ERCTL_CELLS_H

#include <stdint.h>

struct table;

void cell_text(struct table *t, const char *text);
void cell_count(struct table *t, uint64_t n);
void cell_share(struct table *t, uint64_t part, uint64_t whole); /* "97.5 %", "-" of nothing */
void cell_bar(struct table *t, uint64_t part, uint64_t whole);   /* ten columns, in eighths */
void cell_time(struct table *t, int64_t ms);                     /* "42s" "3m07s" "2h05m" "3d04h" */
void cell_usd(struct table *t, int64_t micro, uint64_t per);     /* of one, "-" of none */

#endif
