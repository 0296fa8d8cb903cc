/* base/entropy.c -- random bytes from the kernel. */
#include "base/entropy.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/ids.h"

void entropy_fill(void *p, size_t n)
{
	char *to = p;

	while (n > 0) {
		ssize_t got = getrandom(to, n, 0);

		if (got < 0) {
			assert(errno == EINTR);
			continue;
		}
		to += got;
		n -= (size_t)got;
	}
}

void id_new(struct id *id)
{
	uint8_t random[10];

	entropy_fill(random, sizeof(random));
	id_from_ulid(id, now_wall_ms(), random);
}
