#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

ana_alone() {
	local pool
	find "$ER_SPOOL/etc/workers" -name '*.json' ! -name ana.json -delete
	for pool in "$ER_SPOOL"/etc/pools/*.json; do
		jq '.members |= map(select(. == "ana"))' "$pool" >one && mv one "$pool"
	done
}

@test "a worker's program is told of an offer, once, with the title" {
	jq '.notify = {exec: {command: ["sh", "-c", "cat >> told.ndjson"]}}' \
		"$ER_SPOOL/etc/workers/ana.json" >ana && mv ana "$ER_SPOOL/etc/workers/ana.json"
	ana_alone
	id=$(erctl -q submit --lane general --title "Is it real?")
	erd --once
	expect 0 jq -r '.tasks[0] | .what + " " + .task + " " + .title' "$ER_SPOOL/told.ndjson"
	[ "$output" = "offered $id Is it real?" ]
	erd --once
	[ "$(wc -l <"$ER_SPOOL/told.ndjson")" = 1 ]
}

@test "a program that fails does not hold anything up, and the log says so" {
	jq '.notify = {exec: {command: ["false"]}}' "$ER_SPOOL/etc/workers/ana.json" >ana
	cp ana "$ER_SPOOL/etc/workers/ana.json"
	for i in 1 2 3; do erctl -q submit --lane general --title "t$i" >/dev/null; done
	run erd --once
	[ "$status" = 0 ]
	[[ $output == *notice.retry*exec* ]]
}

@test "bad settings are named" {
	jq '.notify = {mail: {}}' "$ER_SPOOL/etc/workers/ana.json" >ana
	cp ana "$ER_SPOOL/etc/workers/ana.json"
	expect 78 erd --check
	[[ $stderr == *"/notify/mail"*"needs to"* ]]
}

# only ana, who is told by a program: it fails until there is a file "go"
only_ana() { # MINSECONDS
	jq --argjson min "$1" '.notify = {minSeconds: $min, exec: {command: ["sh", "-c",
		"[ -e go ] && cat >> told.ndjson"]}}' "$ER_SPOOL/etc/workers/ana.json" >ana
	mv ana "$ER_SPOOL/etc/workers/ana.json"
	ana_alone
	: >"$ER_SPOOL/told.ndjson"
}

kill_erd() {
	kill -9 "$ERD_PID"
	wait "$ERD_PID" 2>/dev/null || true
	ERD_PID=
}

told() { # how often of this task
	jq -r '.tasks[].task' "$ER_SPOOL/told.ndjson" | grep -c "$1"
}

told_once() {
	[ "$(told "$1")" = 1 ]
}

all_said() {
	[ "$(jq -c .open "$ER_SPOOL/outbox/notices.json")" = "[]" ]
}

retried() {
	grep -q notice.retry "$T/erd.log"
}

@test "killed before somebody was told: told after the restart, once" {
	only_ana 0
	start_erd
	id=$(erctl -q submit --lane general --title "Lost?")
	eventually retried
	kill_erd
	touch "$ER_SPOOL/go"
	start_erd
	eventually told_once "$id"
	eventually all_said
	expect 0 erctl events "$id" --type task.offered --json
	seq=$(jq '.[0].seq' <<<"$output")
	[ "$(jq '.tasks[0].seq' "$ER_SPOOL/told.ndjson")" = "$seq" ]
	kill_erd
	other=$(erctl -q submit --lane general --title "Next")
	start_erd
	eventually told_once "$other"
	[ "$(told "$id")" = 1 ]
	expect 0 erctl fsck
}

@test "a stop in good order loses nothing either; what is over is not told" {
	only_ana 0
	start_erd
	id=$(erctl -q submit --lane general --title "Kept")
	gone=$(erctl -q submit --lane general --title "Declined")
	eventually has_state "$gone" offered
	eventually retried
	expect 0 erctl --as ana decline "$gone"
	stop_erd
	touch "$ER_SPOOL/go"
	start_erd
	eventually told_once "$id"
	eventually all_said
	[ "$(told "$gone")" = 0 ]
}

@test "the least time between two notices holds across a kill" {
	only_ana 4
	touch "$ER_SPOOL/go"
	start_erd
	one=$(erctl -q submit --lane general --title "One")
	eventually told_once "$one"
	eventually all_said
	first=$(date +%s%N)
	two=$(erctl -q submit --lane general --title "Two")
	eventually has_state "$two" offered
	kill_erd
	start_erd
	eventually told_once "$two"
	[ $(($(date +%s%N) - first)) -gt 3000000000 ]
	[ "$(told "$one")" = 1 ]
}
