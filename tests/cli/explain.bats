#!/usr/bin/env bats
# erctl explain: who was asked and why, from the journal.
load helper

@test "explain: every candidate with its terms, then each later step" {
	need_erd
	echo '{"kind":"human","skills":["law"]}' >"$ER_SPOOL/etc/workers/ana.json"
	echo '{"pools":["team"],"offers":{"mode":"claim"},"requirements":{"skills":["law"]}}' \
		>"$ER_SPOOL/etc/lanes/general.json"
	expect 0 erctl submit --lane general --title "Look"
	id=$output
	once
	expect 0 erctl explain "$id"
	[[ $output == *"matched ana"* ]]
	[[ $output == *"expected by"*"in 9 of 10 by"* ]]
	[[ $output == *"1 paused"* ]]
	[[ $output == *"CANDIDATE"*"VERDICT"*"SCORE"* ]]
	expect 8 erctl --as ana accept "$id"
	once
	expect 0 erctl explain "$id" --json
	[ "$(jq -r '.decisions[] | select(.event=="task.matched") | .why.candidates[0].verdict' <<<"$output")" = eligible ]
	[ "$(jq -r '.decisions[-1].event' <<<"$output")" = task.accepted ]
	[ "$(jq -r .schema <<<"$output")" = er.explanation.v1 ]
}

@test "explain: nobody can take it, and what would help; a document that changes does" {
	need_erd
	echo '{"pools":["team"],"requirements":{"skills":["welding"]}}' \
		>"$ER_SPOOL/etc/lanes/general.json"
	expect 0 erctl submit --lane general --title "Look"
	id=$output
	once
	expect 0 erctl explain "$id"
	[[ $output == *"nobody can take it"*"lacks_skills"* ]]
	[[ $output == *"would help"*"a worker with the skills welding"* ]]
	echo '{"kind":"human","skills":[{"name":"welding","level":2}]}' \
		>"$ER_SPOOL/etc/workers/bo.json"
	once
	expect 0 erctl explain "$id"
	[[ $output == *"matched bo"* ]]
	expect 3 erctl explain 01J8ZZZZZZZZZZZZZZZZZZZZZZ
}

@test "claim: whoever could be asked may take it unasked" {
	need_erd
	echo '{"kind":"human"}' >"$ER_SPOOL/etc/workers/bo.json"
	for i in 1 2 3; do echo '{}' >"$ER_SPOOL/etc/workers/w$i.json"; done
	echo '{"members":["ana","bo","w1","w2","w3"]}' >"$ER_SPOOL/etc/pools/team.json"
	echo '{"pools":["team"],"offers":{"mode":"claim","atOnce":2},"scoring":{"explore":"0"}}' \
		>"$ER_SPOOL/etc/lanes/general.json"
	expect 0 erctl submit --lane general --title "Look"
	id=$output
	once
	expect 8 erctl --as w3 accept "$id"
	once
	expect 0 erctl show "$id" --json=state,assignments
	[ "$(jq -r '[.assignments[] | select(.state=="accepted") | .worker] | join(" ")' <<<"$output")" = w3 ]
	expect 0 erctl explain "$id"
	[[ $output == *"offered w3, who took it unasked"* ]]
}
