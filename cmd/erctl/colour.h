/*
 * erctl/colour.h -- may this descriptor have colour?
 *
 * Order      --color > ER_COLOR > NO_COLOR > CLICOLOR_FORCE, FORCE_COLOR > CLICOLOR=0 >
 *            TERM=dumb > is it a terminal.  Colour never carries meaning alone.
 */
#ifndef ERCTL_COLOUR_H
#define ERCTL_COLOUR_H

int colour_wanted(const char *option, int is_terminal);

#endif
