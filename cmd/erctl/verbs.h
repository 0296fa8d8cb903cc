/*
 * erctl/verbs.h -- the values that main.c lists; each is defined in the file of its name.
 */
#ifndef ERCTL_VERBS_H
#define ERCTL_VERBS_H

#include "cmd.h"

extern const struct cmd cmd_accept, cmd_aggregate, cmd_answer, cmd_ask, cmd_blob, cmd_block,
    cmd_cancel, cmd_chain, cmd_comment, cmd_complete, cmd_completion, cmd_decline, cmd_dispute,
    cmd_drafts, cmd_escalation, cmd_events, cmd_explain, cmd_form, cmd_fsck, cmd_gold, cmd_help,
    cmd_inbox, cmd_init, cmd_lane, cmd_list, cmd_man, cmd_pause, cmd_pool, cmd_qa, cmd_reassign,
    cmd_release, cmd_reply, cmd_resume, cmd_rule, cmd_schedule, cmd_schema, cmd_show, cmd_simulate,
    cmd_start, cmd_stats, cmd_status, cmd_submit, cmd_wait, cmd_worker;

#endif
