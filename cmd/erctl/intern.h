/*
 * erctl/intern.h -- texts as numbers: each different one gets the next, from 0.
 *
 * Method     Open addressing; the hash begins with random bits, so that no file can be made whose
 *            names all collide.  Numbers do not depend on it.
 * Limits     2^32-2 names, 16 GiB of text.
 * Ownership  Texts are copied; intern_text is borrowed until the next intern_id.
 */
#ifndef ERCTL_INTERN_H
#define ERCTL_INTERN_H

#include <stddef.h>
#include <stdint.h>

#define INTERN_NONE UINT32_MAX

struct intern {
	char *text;     /* owned, NUL-ended, one after the other */
	size_t used, cap;
	size_t *at;     /* [n] */
	uint32_t n, room;
	uint32_t *slot; /* [mask + 1] number + 1, 0: free */
	size_t mask;
	uint64_t seed;
};

void intern_init(struct intern *s);
void intern_release(struct intern *s);
uint32_t intern_id(struct intern *s, const char *text, size_t n);
uint32_t intern_find(const struct intern *s, const char *text, size_t n); /* or INTERN_NONE */
const char *intern_text(const struct intern *s, uint32_t id);

/* Bits of a pair of numbers, for tables of the same kind. */
uint64_t intern_mix(uint64_t seed, uint64_t value);

#endif
