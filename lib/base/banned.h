/*
 * base/banned.h -- functions this project does not call; included by the build
 * before every source file.  Each has a bounded or thread-safe sibling.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <alloca.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef alloca
#undef sprintf /* clang: macros of the fortified headers */
#undef vsprintf
#pragma GCC poison strcpy strcat strncat sprintf vsprintf strtok atoi atol atoll gets
#pragma GCC poison gmtime localtime asctime ctime mktemp tmpnam tempnam system alloca regcomp

#endif
