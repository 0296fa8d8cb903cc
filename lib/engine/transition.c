#include "engine/transition.h"

#include "base/mem.h"

/* Rows for what may happen in any open state before verification. */
#define IN_EVERY_OPEN_STATE(on, to_of)                                                             \
	{ST_QUEUED, on, to_of(ST_QUEUED)}, {ST_OFFERED, on, to_of(ST_OFFERED)},                    \
	    {ST_ACCEPTED, on, to_of(ST_ACCEPTED)}, {ST_STARTED, on, to_of(ST_STARTED)},            \
	    {ST_BLOCKED, on, to_of(ST_BLOCKED)}, {ST_SUBMITTED, on, to_of(ST_SUBMITTED)}
#define SAME(s) s
#define FAILED(s) ST_FAILED
#define CANCELLED(s) ST_CANCELLED
#define EXPIRED(s) ST_EXPIRED
#define QUEUED(s) ST_QUEUED
#define STARTED(s) ST_STARTED
#define VERIFIED(s) ST_VERIFIED

/* Where a task may go back to when one of those who had it has it no longer; submitted: of another the
 * answer is held. */
#define BACK_FROM_OFFERED(on)                                                                      \
	{ST_OFFERED, on, ST_QUEUED}, {ST_OFFERED, on, ST_OFFERED}, {ST_OFFERED, on, ST_SUBMITTED}
#define BACK_FROM_ACCEPTED(on)                                                                     \
	{ST_ACCEPTED, on, ST_QUEUED}, {ST_ACCEPTED, on, ST_OFFERED}, {ST_ACCEPTED, on, ST_ACCEPTED}, \
	    {ST_ACCEPTED, on, ST_SUBMITTED}
#define BACK_FROM_STARTED(on)                                                                      \
	{ST_STARTED, on, ST_QUEUED}, {ST_STARTED, on, ST_OFFERED}, {ST_STARTED, on, ST_ACCEPTED},  \
	    {ST_STARTED, on, ST_STARTED}, {ST_STARTED, on, ST_SUBMITTED}
#define BACK_FROM_BLOCKED(on)                                                                      \
	{ST_BLOCKED, on, ST_QUEUED}, {ST_BLOCKED, on, ST_OFFERED}, {ST_BLOCKED, on, ST_ACCEPTED},  \
	    {ST_BLOCKED, on, ST_STARTED}, {ST_BLOCKED, on, ST_BLOCKED}, {ST_BLOCKED, on, ST_SUBMITTED}
#define WHILE_OTHERS_WORK(on)                                                                      \
	{ST_ACCEPTED, on, ST_ACCEPTED}, {ST_STARTED, on, ST_STARTED}, {ST_BLOCKED, on, ST_BLOCKED}

const struct transition transitions[] = {
	{ST_NONE, EV_CREATED, ST_QUEUED},
	{ST_QUEUED, EV_QUEUED, ST_QUEUED},
	{ST_QUEUED, EV_MATCHED, ST_QUEUED},
	{ST_OFFERED, EV_MATCHED, ST_OFFERED},
	{ST_ACCEPTED, EV_MATCHED, ST_ACCEPTED},
	{ST_STARTED, EV_MATCHED, ST_STARTED},
	{ST_QUEUED, EV_OFFERED, ST_OFFERED},
	{ST_OFFERED, EV_OFFERED, ST_OFFERED},
	{ST_ACCEPTED, EV_OFFERED, ST_ACCEPTED},
	{ST_STARTED, EV_OFFERED, ST_STARTED},
	{ST_OFFERED, EV_ACCEPTED, ST_ACCEPTED},
	WHILE_OTHERS_WORK(EV_ACCEPTED),
	BACK_FROM_OFFERED(EV_DECLINED),
	WHILE_OTHERS_WORK(EV_DECLINED),
	BACK_FROM_OFFERED(EV_OFFER_EXPIRED),
	WHILE_OTHERS_WORK(EV_OFFER_EXPIRED),
	{ST_ACCEPTED, EV_STARTED, ST_STARTED},
	{ST_STARTED, EV_STARTED, ST_STARTED},
	{ST_BLOCKED, EV_STARTED, ST_BLOCKED},
	BACK_FROM_OFFERED(EV_RELEASED),
	BACK_FROM_ACCEPTED(EV_RELEASED),
	BACK_FROM_STARTED(EV_RELEASED),
	BACK_FROM_BLOCKED(EV_RELEASED),
	{ST_VERIFIED, EV_RELEASED, ST_VERIFIED}, /* another's answer stands */
	BACK_FROM_OFFERED(EV_REASSIGNED),
	BACK_FROM_ACCEPTED(EV_REASSIGNED),
	BACK_FROM_STARTED(EV_REASSIGNED),
	BACK_FROM_BLOCKED(EV_REASSIGNED),
	{ST_STARTED, EV_BLOCKED, ST_BLOCKED},
	{ST_BLOCKED, EV_UNBLOCKED, ST_STARTED},
	{ST_STARTED, EV_SUBMITTED, ST_SUBMITTED},
	{ST_BLOCKED, EV_SUBMITTED, ST_SUBMITTED}, /* by one who did not ask */
	IN_EVERY_OPEN_STATE(EV_CHECK_PASSED, SAME), /* of an answer that was held, while others work */
	IN_EVERY_OPEN_STATE(EV_CHECK_FAILED, SAME),
	IN_EVERY_OPEN_STATE(EV_REJECTED, STARTED), /* back to work, with reasons */
	{ST_SUBMITTED, EV_REJECTED, ST_BLOCKED},
	{ST_BLOCKED, EV_REJECTED, ST_BLOCKED},
	IN_EVERY_OPEN_STATE(EV_HELD, SAME),
	{ST_SUBMITTED, EV_HELD, ST_QUEUED}, /* one more is asked */
	{ST_SUBMITTED, EV_HELD, ST_OFFERED},
	{ST_SUBMITTED, EV_HELD, ST_ACCEPTED},
	{ST_SUBMITTED, EV_HELD, ST_STARTED},
	{ST_SUBMITTED, EV_HELD, ST_BLOCKED},
	{ST_QUEUED, EV_HELD, ST_SUBMITTED}, /* enough of them: to a reviewer */
	{ST_SUBMITTED, EV_RELEASED, ST_QUEUED}, /* an answer that was held counts no longer */
	{ST_SUBMITTED, EV_RELEASED, ST_SUBMITTED},
	{ST_SUBMITTED, EV_RELEASED, ST_OFFERED},
	{ST_SUBMITTED, EV_RELEASED, ST_ACCEPTED},
	{ST_SUBMITTED, EV_RELEASED, ST_STARTED},
	{ST_SUBMITTED, EV_RELEASED, ST_BLOCKED},
	{ST_QUEUED, EV_RELEASED, ST_QUEUED},
	IN_EVERY_OPEN_STATE(EV_VERIFIED, VERIFIED),
	{ST_VERIFIED, EV_COMPLETED, ST_COMPLETED},
	IN_EVERY_OPEN_STATE(EV_COMMENTED, SAME),
	IN_EVERY_OPEN_STATE(EV_SLA_WARNING, SAME),
	IN_EVERY_OPEN_STATE(EV_SLA_BREACHED, SAME),
	IN_EVERY_OPEN_STATE(EV_ESCALATED, SAME),
	IN_EVERY_OPEN_STATE(EV_REMINDED, SAME),
	IN_EVERY_OPEN_STATE(EV_ESC_TRIGGERED, SAME),
	IN_EVERY_OPEN_STATE(EV_ESC_ACKNOWLEDGED, SAME),
	IN_EVERY_OPEN_STATE(EV_ESC_UNACKNOWLEDGED, QUEUED), /* nobody has it then */
	IN_EVERY_OPEN_STATE(EV_ESC_ESCALATED, QUEUED),
	{ST_VERIFIED, EV_ESC_RESOLVED, ST_VERIFIED},
	IN_EVERY_OPEN_STATE(EV_FAILED, FAILED),
	IN_EVERY_OPEN_STATE(EV_CANCELLED, CANCELLED),
	IN_EVERY_OPEN_STATE(EV_EXPIRED, EXPIRED),
};

const size_t transitions_count = NITEMS(transitions);

int state_next(enum state from, enum event_type on)
{
	for (size_t i = 0; i < NITEMS(transitions); i++)
		if (transitions[i].from == from && transitions[i].on == on)
			return transitions[i].to;
	return -1;
}

void moves_make(struct moves *m)
{
	for (int s = 0; s < ST_COUNT; s++)
		for (int on = 0; on < EV_COUNT; on++)
			m->next[s][on] = (int8_t)state_next((enum state)s, (enum event_type)on);
	for (size_t i = 0; i < NITEMS(transitions); i++)
		m->to[transitions[i].from][transitions[i].on] |= (uint16_t)(1U << transitions[i].to);
}
