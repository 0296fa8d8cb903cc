#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

# What verification says of answers, in numbers and words, and what an operator can make it do.

ENUM='{"type":"object","required":["v"],"additionalProperties":false,"properties":{"v":{"enum":["x","y","z"]}}}'

# LANE VERIFY [SCHEMA]: five workers, three who review
lane() {
	local etc=$ER_SPOOL/etc w
	for w in ana bo cy dan eve sen tom; do echo '{}' >"$etc/workers/$w.json"; done
	echo '{"members":["ana","bo","cy","dan","eve"]}' >"$etc/pools/team.json"
	echo '{"members":["ana","bo"]}' >"$etc/pools/legal.json"
	[ -f "$etc/pools/senior.json" ] || echo '{"members":["sen","tom"]}' >"$etc/pools/senior.json"
	[ -f "$etc/lanes/qa.review.json" ] || echo '{"pools":["senior"]}' >"$etc/lanes/qa.review.json"
	echo "{\"pools\":[\"team\"],\"schema\":${2:-$ENUM},\"sla\":{\"backup\":false},\"verify\":$1}" \
		>"$etc/lanes/checked.json"
}

submit() { # into $id
	id=$(erctl -q submit --lane checked --title "Look" --from alice "$@")
}

asked() {
	erctl show "$1" --json=assignments |
		jq -r '[.assignments[]? | select(.state=="offered" or .state=="started") | .worker][0] // ""'
}

somebody_asked() {
	[ -n "$(asked "$1")" ]
}

says() { # TASK ANSWER: whoever is asked next
	eventually somebody_asked "$1"
	who=$(asked "$1")
	echo "$2" | erctl -q --as "$who" answer "$1" - >/dev/null
}

review_of() {
	erctl qa list --json | jq -r ".[] | select(.task==\"$1\") | .id"
}

under_review() {
	[ -n "$(review_of "$1")" ]
}

result() { # of TASK: a jq expression
	erctl show "$1" --native --json | jq -r "$2"
}

@test "fields: numbers with their spread, and where an answer was another one" {
	need_erd
	lane '{"minOverlap":3,"maxOverlap":3,"consensus":"majority","onFail":{"consensus":"accept"}}' \
		'{"type":"object","properties":{"ok":{"type":"boolean"},"n":{"type":"number"},"sub":{"type":
		"object","properties":{"k":{"enum":["p","q"]}}}}}'
	start_erd
	submit
	says "$id" '{"ok":true,"n":10,"sub":{"k":"q"}}'
	says "$id" '{"ok":true,"n":11,"sub":{"k":"q"}}'
	says "$id" '{"ok":false,"n":900,"sub":{"k":"q"}}'
	eventually has_state "$id" completed
	[ "$(result "$id" '.result.answer | tojson')" = '{"ok":true,"n":11,"sub":{"k":"q"}}' ]
	[ "$(result "$id" '[.answers[2].checks[] | select(.stage=="consensus") | .reasons[].instance] | join(" ")')" = "/ok /n" ]
	expect 0 erctl explain "$id"
	[[ $output == *"FIELD   VALUE  POSTERIOR  SPREAD"* && $output == *"/n      11     -          1"* ]]
	expect 0 erctl explain "$id" --json
	jq -e '[.decisions[].why.fields["/n"].spread | numbers] | length == 3' <<<"$output" >/dev/null
}

@test "approvals: how they were counted is said" {
	need_erd
	lane '{"maxOverlap":4,"approval":{"field":"/v","approve":["x"],"quorum":2}}'
	start_erd
	submit
	says "$id" '{"v":"x"}'
	says "$id" '{"v":"y"}'
	says "$id" '{"v":"x"}'
	eventually has_state "$id" completed
	[ "$(result "$id" .result.agreement.score)" = 0.666666 ]
	expect 0 erctl show "$id"
	[[ $output == *"consensus     passed, agreement 0.667 of 3, approved: 2 of 3 approve, 2 must"* ]]
	lane '{"maxOverlap":4,"approval":{"field":"/v","approve":["x"],"quorum":3,"veto":true}}'
	kill -HUP "$ERD_PID"
	expect 0 erctl lane check
	submit
	says "$id" '{"v":"x"}'
	says "$id" '{"v":"y"}'
	eventually has_state "$id" completed
	[ "$(result "$id" .result.answer.v)" = y ]
	expect 0 erctl explain "$id"
	[[ $output == *"refused: 1 of 2 approve, 3 must; each has a veto"* ]]
}

@test "rules: a message of its own, not the schema's" {
	need_erd
	lane '{"rules":[{"name":"r","logic":{"==":[{"var":"answer.v"},"x"]},"message":"is x","field":"/v"}]}'
	start_erd
	submit
	eventually somebody_asked "$id"
	expect 5 erctl --as "$(asked "$id")" answer "$id" --set v=y
	[[ $stderr == *"does not pass the lane's rules"*"/v: is x"* ]]
}

@test "several reviewers: what they say together decides, and is on their record" {
	need_erd
	lane '{"qa":{"lane":"qa.review","rate":"1"}}'
	echo '{"members":["sen","tom","una"]}' >"$ER_SPOOL/etc/pools/senior.json"
	echo '{}' >"$ER_SPOOL/etc/workers/una.json"
	echo '{"pools":["senior"],"sla":{"backup":false},"verify":{"minOverlap":3,"maxOverlap":3,"consensus":
		"majority","confidence":"0.5","onFail":{"consensus":"accept"}}}' >"$ER_SPOOL/etc/lanes/qa.review.json"
	start_erd
	submit
	says "$id" '{"v":"x"}'
	eventually under_review "$id"
	review=$(review_of "$id")
	says "$review" '{"verdict":"confirm","reason":"yes, it is"}'
	says "$review" '{"verdict":"confirm","reason":"it is, yes"}'
	says "$review" '{"verdict":"reject","reason":"it is no x"}'
	lost=$who
	eventually has_state "$id" completed
	[ "$(result "$id" .result.reviewed)" = confirm ]
	expect 0 erctl worker show "$lost" --json=reputation
	jq -e '.reputation[0] | .lane == "qa.review" and .observations.peers.wrong > 0.5' <<<"$output" >/dev/null
}

@test "a review that is cancelled: the next one is named, three times in all" {
	need_erd
	lane '{"qa":{"lane":"qa.review","rate":"1"}}'
	start_erd
	submit
	says "$id" '{"v":"x"}'
	eventually under_review "$id"
	first=$(review_of "$id")
	expect 0 erctl cancel "$first"
	eventually names_another "$first"
	second=$(result "$id" .verification.review)
	expect 0 erctl show "$id"
	[[ $output == *"qa            waits for a reviewer: $second"* ]]
	eventually under_review "$id"
	[ "$(review_of "$id")" = "$second" ]
	says "$second" '{"verdict":"confirm"}'
	eventually has_state "$id" completed
}

names_another() {
	[ "$(result "$id" .verification.review)" != "$1" ]
}

@test "dispute: not to the reviewer who said so, and on the reviewer's record" {
	need_erd
	lane '{"qa":{"lane":"qa.review","rate":"1"}}'
	start_erd
	submit
	says "$id" '{"v":"x"}'
	author=$who
	eventually under_review "$id"
	says "$(review_of "$id")" '{"verdict":"confirm"}'
	reviewer=$who
	eventually has_state "$id" completed
	expect 0 erctl dispute "$id" --from alice --reason "it is y"
	dispute=$output
	eventually somebody_asked "$dispute"
	[ "$(asked "$dispute")" != "$reviewer" ]
	! grep -q "$author" "$ER_SPOOL"/inbox/*/*"$dispute"*
	says "$dispute" '{"verdict":"overturn","answer":{"v":"y"}}'
	eventually has_state "$dispute" completed
	expect 0 erctl events --type worker.corrected --json
	[ "$(jq -r 'map(.data.worker + " " + .data.lane + " " + (.data.right | tostring)) | join("; ")' <<<"$output")" = \
		"$author checked false; $reviewer qa.review false" ]
	expect 0 erctl worker show "$reviewer" --json=reputation
	jq -e '.reputation[] | select(.lane=="qa.review") | .observations.reviewers.wrong == 1' <<<"$output" >/dev/null
}

@test "a rule program that is gone ends the task at once; status names where answers wait" {
	need_erd
	lane '{"programs":[{"name":"p","command":["etc/programs/p"]}]}'
	mkdir -p "$ER_SPOOL/etc/programs"
	printf '#!/bin/sh\nexit 3\n' >"$ER_SPOOL/etc/programs/p"
	chmod +x "$ER_SPOOL/etc/programs/p"
	start_erd
	submit
	says "$id" '{"v":"x"}'
	has_state "$id" submitted
	expect 0 erctl status
	[[ $output == *"programs      1 answer of checked waits"* ]]
	rm "$ER_SPOOL/etc/programs/p"
	expect 0 erctl status --json
	[ "$(jq -c '.programs' <<<"$output")" = '[{"lane":"checked","answers":1,"absent":["p"]}]' ]
	eventually has_state "$id" failed
	[ "$(result "$id" .failure.reason)" = "the lane's program p is not there" ]
	[ "$(result "$id" '.answers[0].checks[] | select(.stage=="rules") | .reasons[0].keyword')" = /programs/p ]
	expect 0 erctl status
	[[ $output != *"programs "* ]]
	expect 0 erctl worker show "$who" --json=reputation
	[ "$(jq '.reputation | map(.answers) | add // 0' <<<"$output")" = 0 ]
	stop_erd
	expect 0 erctl fsck
}

# ---- what is known of a worker's accuracy decides ----


# ana has been right or wrong so often: reviewers say so.
record() { # N VERDICT
	lane '{"qa":{"lane":"qa.review","rate":"1"},"gold":{"floor":"0.05"}}'
	echo '{"members":["ana"]}' >"$ER_SPOOL/etc/pools/team.json"
	start_erd
	for _ in $(seq "$1"); do
		submit
		says "$id" '{"v":"x"}'
		eventually under_review "$id"
		review=$(review_of "$id")
		says "$review" "{\"verdict\":\"$2\"}"
		eventually has_state "$review" completed
		erctl -q cancel "$id" 2>/dev/null || true
	done
}

now_lane() { # VERIFY: from now on
	lane "$1"
	erctl lane set checked "$ER_SPOOL/etc/lanes/checked.json" >/dev/null
	kill -HUP "$ERD_PID"
	eventually knows "$(erctl events --type config.changed --json | jq length)"
}

knows() {
	erctl lane check >/dev/null
}

@test "gold: accept if at least, ask more if less" {
	need_erd
	record 12 confirm
	now_lane '{"minOverlap":3,"maxOverlap":3,"gold":{"acceptIfAtLeast":"0.75"}}'
	echo '{"members":["ana"]}' >"$ER_SPOOL/etc/pools/team.json"
	kill -HUP "$ERD_PID"
	submit
	says "$id" '{"v":"y"}'
	eventually has_state "$id" completed
	[ "$(result "$id" .attempts)" = 1 ]
	[ "$(result "$id" '.answers[0].checks | length')" = 6 ]
	expect 0 erctl show "$id"
	[[ $output == *"gold          passed, needs no other: the accuracy is 0.750 at least"* ]]
	expect 0 erctl explain "$id" --json
	jq -e '[.decisions[].why.action | strings] == ["accept"]' <<<"$output" >/dev/null

	now_lane '{"minOverlap":1,"maxOverlap":2,"confidence":"0.5","consensus":"majority","gold":{"askMoreIfLess":"0.95"}}'
	submit
	says "$id" '{"v":"y"}'
	expect 0 erctl show "$id"
	[[ $output == *"gold          passed, one more is asked for: the accuracy may be less than 0.950"* ]]
	[[ $output == *"consensus     waits for more answers: 1 of 2"* ]]
	says "$id" '{"v":"y"}'
	eventually has_state "$id" completed
	[ "$(result "$id" .result.agreement.answers)" = 2 ]
}

@test "gold: reject if less" {
	need_erd
	record 5 reject
	now_lane '{"gold":{"floor":"0.05","rejectIfLess":"0.8"}}'
	submit
	[ "$(erctl worker show ana --json=reputation | jq '.reputation[0].accuracy.upper < 0.8')" = true ]
	eventually somebody_asked "$id"
	erctl -q reassign "$id" --to ana >/dev/null || true
	says "$id" '{"v":"y"}'
	[ "$who" = ana ]
	expect 0 erctl show "$id"
	[[ $output == *"gold          failed: the accuracy that is known is less than 0.800"* ]]
	says "$id" '{"v":"y"}'
	[ "$who" != ana ]
	eventually has_state "$id" completed
}

@test "gold: a lane that accepts below what it rejects is refused" {
	lane '{"gold":{"acceptIfAtLeast":"0.5","rejectIfLess":"0.6"}}'
	expect 5 erctl lane check
	[[ $output == *"/verify/gold/acceptIfAtLeast: is below rejectIfLess"* ]]
}
