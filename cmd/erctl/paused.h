/*
 * erctl/paused.h -- lanes and workers that are paused now, as etc/ says.
 */
#ifndef ERCTL_PAUSED_H
#define ERCTL_PAUSED_H

#include <jansson.h>
#include <stdint.h>

#include "model/config.h"

struct buf;

/* When the pause of this lane or worker ends.  INT64_MAX: when somebody resumes it; INT64_MIN:
 * there is none, or no such document. */
int64_t paused_until(const struct config *c, enum config_kind kind, const char *name);
/* "lane general, worker bo until 2026-…" into ${text}, and into the array ${list}
 * {"kind","name","until"?,"by"?,"reason"?}. */
void paused_list(const struct config *c, int64_t now_ms, struct buf *text, json_t *list);

#endif
