#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

# What operators do: reassign, pause, resume.

# ana and kim work, bo is paused
with_kim() {
	echo '{}' >"$ER_SPOOL/etc/workers/kim.json"
	echo '{"members":["ana","bo","kim"]}' >"$ER_SPOOL/etc/pools/team.json"
	echo '{"title":"Anything","pools":["team"],"slaSeconds":3600,"scoring":{"explore":"0"}}' \
		>"$ER_SPOOL/etc/lanes/general.json"
}

holder() {
	erctl show "$1" --json=assignments |
		jq -r '[.assignments[] | select(.endedAt | not) | .worker] | join(",")'
}

has_holder() {
	[ "$(holder "$1")" = "$2" ]
}

@test "reassign: to somebody named, back to routing, only to those who may" {
	with_kim
	start_erd
	id=$(erctl -q submit --lane general --title t)
	eventually has_state "$id" offered
	[ "$(holder "$id")" = ana ]
	expect 0 erctl --as ana start "$id"
	expect 4 erctl reassign "$id" --to bot
	[[ $stderr == *"bot cannot take it: not_in_its_pools"* ]]
	expect 4 erctl reassign "$id" --to bo
	[[ $stderr == *"bo cannot take it: paused"* ]]
	expect 3 erctl reassign "$id" --to kin
	[[ $stderr == *"did you mean kim"* ]]
	expect 6 erctl reassign "$id" --from kim
	[[ $stderr == *"kim does not have it"* ]]
	expect 0 erctl reassign "$id" --to kim --reason "ana is ill" -n
	[ "$(holder "$id")" = ana ]
	expect 0 erctl reassign "$id" --to kim --reason "ana is ill"
	[ "$output" = "$id" ]
	[[ $stderr == *"reassigned, now offered"* ]]
	eventually has_holder "$id" kim
	expect 6 erctl --as ana answer "$id" --set answer=x
	expect 0 erctl explain "$id"
	echo "$output"
	[[ $output == *"reassigned ana, to kim: ana is ill by tester"* ]]
	expect 0 erctl events "$id" --json
	jq -e 'map(select(.type == "task.reassigned"))[0] | .actor == "tester" and .data.by == "tester" and
		.data.worker == "ana" and .data.to == "kim"' <<<"$output"
	expect 0 erctl reassign "$id" # ana lost it, bo is paused
	eventually has_state "$id" queued
	expect 6 erctl reassign "$id"
	[[ $stderr == *"nobody has it"* ]]
	expect 0 erctl reassign "$id" --to ana --json
	jq -e '.outcome == "granted" and .state == "offered"' <<<"$output"
	expect 0 erctl cancel "$id"
	expect 6 erctl reassign "$id" --to ana
	[[ $stderr == *"already cancelled"* ]]
}

@test "reassign: load may be overruled, the requester never; a chain has its own way" {
	with_kim
	echo '{"capacity":1}' >"$ER_SPOOL/etc/workers/kim.json"
	mkdir -p "$ER_SPOOL/etc/chains"
	echo '{"levels":[{"agentId":"ana","timeoutSeconds":600},{"agentId":"kim","timeoutSeconds":600}]}' \
		>"$ER_SPOOL/etc/chains/up.json"
	echo '{"pools":["team"],"chain":"up"}' >"$ER_SPOOL/etc/lanes/chained.json"
	echo '{"members":["ana"]}' >"$ER_SPOOL/etc/pools/team.json"
	start_erd
	one=$(erctl -q submit --lane general --title t --from kim)
	two=$(erctl -q submit --lane general --title t)
	three=$(erctl -q submit --lane general --title t)
	eventually has_state "$three" offered
	expect 0 erctl pool set team - <<<'{"members":["ana","kim"]}'
	expect 0 erctl reassign "$two" --to kim
	expect 6 erctl reassign "$three" --to kim
	[[ $stderr == *at_capacity* ]]
	expect 0 erctl reassign "$three" --to kim --force
	eventually has_holder "$three" kim
	expect 4 erctl reassign "$one" --to kim --force
	[[ $stderr == *is_the_requester* ]]
	id=$(erctl -q submit --lane chained --title t)
	eventually has_state "$id" offered
	expect 6 erctl reassign "$id" --to kim
	[[ $stderr == *"erctl escalation escalate"* ]]
}

@test "without erd it waits; a worker without a document loses it" {
	with_kim
	id=$(erctl -q submit --lane general --title t)
	once
	expect 8 erctl reassign "$id" --to kim
	once
	[ "$(holder "$id")" = kim ]
	echo '{"members":["ana","bo"]}' >"$ER_SPOOL/etc/pools/team.json"
	rm "$ER_SPOOL/etc/workers/kim.json"
	start_erd
	expect 0 erctl reassign "$id" --from kim
	eventually has_state "$id" queued
}

@test "pause and resume a worker: durable, with who and why, and the journal has it" {
	start_erd
	expect 0 erctl pause ana --until 2h --reason lunch
	[ "$output" = ana ]
	[[ $stderr == *"worker ana: paused until 20"* ]]
	jq -e '.paused and .pausedBy == "tester" and .pausedReason == "lunch" and .user == "ana-unix"' \
		"$ER_SPOOL/etc/workers/ana.json"
	expect 0 erctl events --type config.set --json
	jq -e '[.[] | select(.data.name == "ana")][-1].data.doc.pausedBy == "tester"' <<<"$output"
	id=$(erctl -q submit --lane general --title t)
	eventually has_state "$id" queued
	expect 0 erctl explain "$id"
	[[ $output == *"2 paused"* ]]
	expect 0 erctl status
	[[ $output == *"paused"*"worker ana until 20"*"worker bo"* ]]
	expect 0 erctl status --json
	jq -e '.paused | map(select(.name == "ana"))[0] | .kind == "worker" and .by == "tester" and
		.reason == "lunch" and (.until | startswith("20"))' <<<"$output"
	expect 0 erctl worker list
	[[ $output == *ana*paused* ]]
	expect 0 erctl resume ana bo
	[ "${lines[*]}" = "ana bo" ]
	eventually has_state "$id" offered
	[ "$(jq -c . "$ER_SPOOL/etc/workers/ana.json")" = '{"kind":"human","user":"ana-unix"}' ]
	expect 0 erctl resume ana
	[[ $stderr == *"was not paused"* ]]
}

@test "pause a lane: it takes tasks, asks nobody, work in hand goes on" {
	start_erd
	has=$(erctl -q submit --lane general --title t)
	eventually has_state "$has" offered
	expect 0 erctl pause general --reason "new rules"
	[[ $stderr == *"lane general: paused"* ]]
	id=$(erctl -q submit --lane general --title t)
	eventually has_state "$id" queued
	expect 0 erctl explain "$id"
	[[ $output == *"1 the_lane_is_paused"* && $output == *"erctl resume general"* ]]
	expect 0 erctl lane list
	[[ $output == *general*"nobody (paused)"* ]]
	expect 0 erctl --as ana answer "$has" --set answer=x
	expect 6 erctl reassign "$id" --to ana
	[[ $stderr == *the_lane_is_paused* ]]
	expect 0 erctl resume --lane general
	eventually has_state "$id" offered
}

@test "a pause ends by itself; names, kinds and times are checked before anything is written" {
	start_erd
	expect 0 erctl pause ana --until 2s
	id=$(erctl -q submit --lane general --title t)
	eventually has_state "$id" offered
	echo '{"pools":["team"]}' >"$ER_SPOOL/etc/lanes/ana.json"
	expect 2 erctl pause ana
	[[ $stderr == *"--lane or --worker"* ]]
	expect 0 erctl pause --lane ana
	expect 3 erctl pause bot generl
	[[ $stderr == *"did you mean general"* ]]
	expect 2 erctl pause bot --until 2020-01-01T00:00:00Z
	expect 2 erctl pause bot --until soon
	expect 2 erctl pause bot --lane --worker
	expect 0 erctl pause bot -n
	[ "$(jq -r .paused "$ER_SPOOL/etc/workers/bot.json")" = null ]
	expect 5 erctl worker set ana - <<<'{"paused":true,"pausedUntil":"soon"}'
	[[ $stderr == *pausedUntil* ]]
	expect 0 erctl __complete pause ""
	[[ $output == *ana* && $output == *general* && $output == *bot* ]]
}
