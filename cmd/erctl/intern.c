#include "intern.h"

#include <stdlib.h>
#include <string.h>

#include "base/entropy.h"
#include "base/mem.h"

void intern_init(struct intern *s)
{
	*s = (struct intern){.mask = 1023};
	s->slot = mem_alloc((s->mask + 1) * sizeof *s->slot);
	entropy_fill(&s->seed, sizeof s->seed);
}

void intern_release(struct intern *s)
{
	free(s->text);
	free(s->at);
	free(s->slot);
	*s = (struct intern){0};
}

/* Moremur (Pelle Evensen, 2019): a permutation of 64 bits. */
uint64_t intern_mix(uint64_t seed, uint64_t value)
{
	uint64_t z = seed ^ value;

	z = (z ^ z >> 27) * 0x3C79AC492BA7B653u;
	z = (z ^ z >> 33) * 0x1C69B3F74AC4AE35u;
	return z ^ z >> 27;
}

static uint64_t hash(const struct intern *s, const char *text, size_t n)
{
	uint64_t h = s->seed, word;

	for (; n >= sizeof word; text += sizeof word, n -= sizeof word) {
		memcpy(&word, text, sizeof word);
		h = intern_mix(h, word) + s->seed;
	}
	word = n;
	memcpy(&word, text, n);
	return intern_mix(h + n, word);
}

static size_t place(const struct intern *s, const char *text, size_t n)
{
	size_t i = (size_t)hash(s, text, n) & s->mask;

	for (; s->slot[i]; i = (i + 1) & s->mask) {
		const char *have = s->text + s->at[s->slot[i] - 1];
		if (strncmp(have, text, n) == 0 && have[n] == '\0')
			break;
	}
	return i;
}

static void grow(struct intern *s)
{
	free(s->slot);
	s->mask = 2 * s->mask + 1;
	s->slot = mem_alloc((s->mask + 1) * sizeof *s->slot);
	for (uint32_t id = 0; id < s->n; id++) {
		const char *text = intern_text(s, id);
		s->slot[place(s, text, strlen(text))] = id + 1;
	}
}

uint32_t intern_id(struct intern *s, const char *text, size_t n)
{
	size_t i = place(s, text, n);

	if (s->slot[i])
		return s->slot[i] - 1;
	if (s->used + n + 1 > s->cap) {
		s->cap = 2 * s->cap + n + 4096;
		s->text = mem_grow(s->text, s->cap, 1);
	}
	if (s->n == s->room) {
		s->room = 2 * s->room + 256;
		s->at = mem_grow(s->at, s->room, sizeof *s->at);
	}
	memcpy(s->text + s->used, text, n);
	s->text[s->used + n] = '\0';
	s->at[s->n] = s->used;
	s->used += n + 1;
	s->slot[i] = ++s->n;
	if (s->n > s->mask / 2)
		grow(s);
	return s->n - 1;
}

uint32_t intern_find(const struct intern *s, const char *text, size_t n)
{
	size_t i = place(s, text, n);

	return s->slot[i] ? s->slot[i] - 1 : INTERN_NONE;
}

const char *intern_text(const struct intern *s, uint32_t id)
{
	return s->text + s->at[id];
}
