#!/usr/bin/env bats
load helper

@test "a worker's program is told of an offer, once, with the title" {
	jq '.notify = {exec: {command: ["sh", "-c", "cat >> told.ndjson"]}}' \
		"$ER_SPOOL/etc/workers/ana.json" >ana && mv ana "$ER_SPOOL/etc/workers/ana.json"
	find "$ER_SPOOL/etc/workers" -name '*.json' ! -name ana.json -delete
	for p in "$ER_SPOOL"/etc/pools/*.json; do
		jq '.members |= map(select(. == "ana"))' "$p" >p && mv p "$p"
	done
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
