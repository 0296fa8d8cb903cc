/*
 * cmd/erd/notify.h -- tell systemd how we are (sd_notify(3)), without libsystemd.
 *
 * Method     One datagram per call to the socket that $NOTIFY_SOCKET names: a path, or with a
 *            leading @ an abstract name.  Without it every call does nothing.
 * Errors     None: nobody would be helped by a daemon that stops because of them.
 * Order      Any; the environment is read at the first call.
 */
#ifndef CMD_ERD_NOTIFY_H
#define CMD_ERD_NOTIFY_H

#include <stdint.h>

void notify_ready(void);
void notify_stopping(void);

/* From the main loop only, each turn: says so when half of what the watchdog waits is over. */
void notify_alive(void);
/* How long until notify_alive has something to say; INT64_MAX: never.  The loop must not sleep
 * longer. */
int64_t notify_wait_ms(void);

#endif
