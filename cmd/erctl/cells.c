#include "cells.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "table.h"

enum { BAR_COLUMNS = 10, EIGHTHS = 8 };

void cell_text(struct table *t, const char *text)
{
	table_add(t, text, strlen(text));
}

void cell_count(struct table *t, uint64_t n)
{
	char text[32];
	snprintf(text, sizeof text, "%llu", (unsigned long long)n);
	cell_text(t, text);
}

void cell_share(struct table *t, uint64_t part, uint64_t whole)
{
	char text[32];
	if (whole == 0) {
		cell_text(t, "-");
		return;
	}
	uint64_t mille = (part * 1000 + whole / 2) / whole;
	snprintf(text, sizeof text, "%llu.%llu %%", (unsigned long long)(mille / 10),
	         (unsigned long long)(mille % 10));
	cell_text(t, text);
}

void cell_bar(struct table *t, uint64_t part, uint64_t whole)
{
	static const char *const block[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
	struct buf b = BUF_INIT;
	uint64_t full = whole ? (part * BAR_COLUMNS * EIGHTHS + whole / 2) / whole : 0;

	for (int i = 0; i < BAR_COLUMNS; i++) {
		uint64_t here = full > (uint64_t)i * EIGHTHS ? full - (uint64_t)i * EIGHTHS : 0;
		buf_adds(&b, here == 0 ? "·" : block[here > EIGHTHS ? EIGHTHS : here]);
	}
	cell_text(t, buf_str(&b));
	buf_release(&b);
}

void cell_time(struct table *t, int64_t ms)
{
	char text[32];
	long long s = (long long)((ms + 500) / 1000);
	if (s < 60)
		snprintf(text, sizeof text, "%llds", s);
	else if (s < 3600)
		snprintf(text, sizeof text, "%lldm%02llds", s / 60, s % 60);
	else if (s < 48 * 3600)
		snprintf(text, sizeof text, "%lldh%02lldm", s / 3600, s / 60 % 60);
	else
		snprintf(text, sizeof text, "%lldd%02lldh", s / 86400, s / 3600 % 24);
	cell_text(t, text);
}

void cell_usd(struct table *t, int64_t micro, uint64_t per)
{
	char text[48];
	int64_t v = per ? (micro + (int64_t)per / 2) / (int64_t)per : 0;
	if (per == 0)
		snprintf(text, sizeof text, "-");
	else
		snprintf(text, sizeof text, "%lld.%04lld", (long long)(v / 1000000),
		         (long long)(v % 1000000 / 100));
	cell_text(t, text);
}
