/* base/mem.c -- allocation that does not return NULL. */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void mem_oom(void)
{
	static const char text[] = "out of memory\n";
	ssize_t ignored = write(STDERR_FILENO, text, sizeof(text) - 1);

	(void)ignored; /* nothing is left to tell it to */
	_exit(75);
}

void *mem_alloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		mem_oom();
	return p;
}

void *mem_grow(void *p, size_t nmemb, size_t size)
{
	if (!nmemb || !size)
		nmemb = size = 1;
	p = reallocarray(p, nmemb, size);
	if (!p)
		mem_oom();
	return p;
}

char *mem_strdup(const char *s)
{
	return mem_strndup(s, strlen(s));
}

char *mem_strndup(const char *s, size_t n)
{
	char *p;

	n = strnlen(s, n);
	p = mem_grow(NULL, n + 1, 1);
	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}
