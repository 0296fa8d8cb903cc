/*
 * base/clock.h -- the two clocks.  Not for lib/engine, which is handed ${now}.
 *
 * Units      Milliseconds.  clock_now_ms is wall clock UTC and may jump; it is
 *            what the journal records.  clock_mono_ms never goes back; use it
 *            for waits and budgets.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

int64_t now_wall_ms(void);
int64_t now_mono_ms(void);
int64_t now_mono_us(void);
int64_t now_boot_ms(void); /* like mono, and goes on while the machine sleeps */

#endif
