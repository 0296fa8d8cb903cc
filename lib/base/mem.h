/*
 * base/mem.h -- allocation that does not return NULL.
 *
 * Purpose    Spare every caller a branch that could not do anything useful.
 * Errors     Out of memory ends the process with "out of memory" on stderr and
 *            exit status 75: nothing was acknowledged, the same call may be
 *            repeated.  This is the only place in lib/ that ends a process.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

#define NITEMS(a) (sizeof(a) / sizeof((a)[0]))

void *mem_alloc(size_t size);                            /* zeroed */
void *mem_grow(void *p, size_t nmemb, size_t size);      /* overflow-checked realloc */
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t n);
void mem_oom(void) __attribute__((noreturn));

#endif
