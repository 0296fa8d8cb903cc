/*
 * spool/delivery.h -- the outbox file of one webhook (er.delivery.v1, see spool/views.h).
 *
 * Purpose    The one place that renders it, for views_flush and views_rebuild alike.
 * Errors     None: renderers never fail on a view that taskview made.
 */
#ifndef SPOOL_DELIVERY_H
#define SPOOL_DELIVERY_H

#include <jansson.h>

#include "model/event.h"

struct buf;

/* Does a task whose task.created carries ${created_data} send ${type}? */
int delivery_wanted(const json_t *created_data, enum event_type type);
/* Append the file for ${ev}, ${view} being the task right after it.  0 when there is none. */
int delivery_render(struct buf *out, const json_t *created_data, const json_t *view,
                    const struct event *ev);
/* "due/evt_….json"; ${out} has SPOOL_NAME_MAX bytes; returns out. */
char *delivery_path(const struct id *event, char *out);

#endif
