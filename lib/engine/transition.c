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

const struct transition transitions[] = {
	{ST_NONE, EV_CREATED, ST_QUEUED},
	{ST_QUEUED, EV_QUEUED, ST_QUEUED},
	{ST_QUEUED, EV_MATCHED, ST_QUEUED},
	{ST_QUEUED, EV_OFFERED, ST_OFFERED},
	{ST_OFFERED, EV_ACCEPTED, ST_ACCEPTED},
	{ST_OFFERED, EV_DECLINED, ST_QUEUED},
	{ST_OFFERED, EV_OFFER_EXPIRED, ST_QUEUED},
	{ST_OFFERED, EV_REASSIGNED, ST_QUEUED},
	{ST_ACCEPTED, EV_STARTED, ST_STARTED},
	{ST_ACCEPTED, EV_RELEASED, ST_QUEUED},
	{ST_ACCEPTED, EV_REASSIGNED, ST_QUEUED},
	{ST_STARTED, EV_BLOCKED, ST_BLOCKED},
	{ST_STARTED, EV_SUBMITTED, ST_SUBMITTED},
	{ST_STARTED, EV_RELEASED, ST_QUEUED},
	{ST_STARTED, EV_REASSIGNED, ST_QUEUED},
	{ST_BLOCKED, EV_UNBLOCKED, ST_STARTED},
	{ST_BLOCKED, EV_RELEASED, ST_QUEUED},
	{ST_BLOCKED, EV_REASSIGNED, ST_QUEUED},
	{ST_SUBMITTED, EV_CHECK_PASSED, ST_SUBMITTED},
	{ST_SUBMITTED, EV_CHECK_FAILED, ST_SUBMITTED},
	{ST_SUBMITTED, EV_REJECTED, ST_STARTED}, /* back to work, with reasons */
	{ST_SUBMITTED, EV_VERIFIED, ST_VERIFIED},
	{ST_VERIFIED, EV_COMPLETED, ST_COMPLETED},
	IN_EVERY_OPEN_STATE(EV_COMMENTED, SAME),
	IN_EVERY_OPEN_STATE(EV_SLA_WARNING, SAME),
	IN_EVERY_OPEN_STATE(EV_SLA_BREACHED, SAME),
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
