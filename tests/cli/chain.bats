#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

# Escalation chains by the bodies of Agent Teams' API, as that service's own page has them.

# seed N FILE: the N-th body of the page
seed_bodies() {
	cat >create.json <<-'JSON'
		{
		    "name": "support-escalation",
		    "levels": [
		      { "agentId": "support-agent", "timeoutSeconds": 300 },
		      { "agentId": "senior-agent", "timeoutSeconds": 600, "confidenceThreshold": 0.5 },
		      { "agentId": "human-escalation", "timeoutSeconds": 3600 }
		    ]
		}
	JSON
	cat >trigger.json <<-'JSON'
		{
		    "reason": "Customer cannot access their account after password reset",
		    "context": { "ticketId": "T-4821", "severity": "high" }
		}
	JSON
	echo '{ "agentId": "senior-agent" }' >acknowledge.json
	echo '{ "resolution": "Password reset link was expired. Regenerated and confirmed access." }' \
		>resolve.json
}

# Its three agents: two people and a pool; ${1} is senior-agent's document.
agents() {
	local etc=$ER_SPOOL/etc
	echo '{}' >"$etc/workers/support-agent.json"
	echo "${1:-"{}"}" >"$etc/workers/senior-agent.json"
	echo '{"members":["ana"]}' >"$etc/pools/human-escalation.json"
	seed_bodies
}

# A program that answers with confidence ${1}
program() {
	cat >"$T/senior" <<-SH
		#!/bin/sh
		cat >"$T/senior.stdin"
		echo '{"answer":{"resolution":"perhaps the link"},"confidence":$1}'
	SH
	chmod +x "$T/senior"
	echo "{\"kind\":\"exec\",\"exec\":{\"command\":[\"$T/senior\"]}}"
}

field() {
	erctl escalation show "$1" --json | jq -r ".$2"
}

rehearse() { # at TIME: everything due then
	erd -C "$ER_SPOOL" --once --at "$1" 2>"$T/erd.log" || { cat "$T/erd.log" >&2; return 1; }
}

@test "three levels by timeout, on a virtual clock" {
	need_erd
	rm -rf sp
	erctl init sp --empty --organisation test --rehearsal >/dev/null 2>&1
	configure
	agents
	expect 0 erctl chain create create.json
	[ "$output" = support-escalation ]
	id=$(erctl -q chain trigger support-escalation trigger.json)
	[[ $id == e_* ]]
	rehearse 2030-01-07T09:00:00Z
	[ "$(erctl escalation show "$id" --json | jq -c '[.status,.agentId,.level]')" = \
		'["triggered","support-agent",1]' ]
	rehearse 2030-01-07T09:04:59Z
	[ "$(field "$id" level)" = 1 ]
	rehearse 2030-01-07T09:05:00Z
	[ "$(field "$id" agentId)" = senior-agent ]
	rehearse 2030-01-07T09:14:59Z
	[ "$(field "$id" level)" = 2 ]
	expect 0 erctl escalation show "$id"
	[[ $output == *"level         2 of 3"*"level ends    2030-01-07T09:15:00Z"* ]]
	rehearse 2030-01-07T09:15:00Z
	[ "$(field "$id" agentId)" = human-escalation ]
	expect 0 erctl --as ana inbox --json=task
	[[ $output == *"${id#e_}"* ]]
	run -0 erctl events "$id" --ndjson
	[ "$(jq -r .type <<<"$output" | grep -c escalation.escalated)" -eq 2 ]
	expect 0 erctl fsck
}

@test "by confidence, with a program: under the threshold the next level sees its answer" {
	need_erd
	agents "$(program 0.3)"
	erctl -q chain create create.json
	start_erd
	id=$(erctl -q chain trigger support-escalation trigger.json)
	eventually at_level "$id" 1
	expect 0 erctl escalation escalate "$id" --reason "she is at lunch"
	eventually at_level "$id" 3
	jq -e '.context.ticketId == "T-4821"' senior.stdin
	run -0 jq -c '.escalation.earlierAnswers[0] | [.worker, .confidence]' \
		"$ER_SPOOL"/inbox/ana/*.json
	[ "$output" = '["senior-agent",0.3]' ]
	expect 0 erctl --as ana escalation resolve "$id" resolve.json
	[ "$(field "$id" status)" = resolved ]
}

at_level() {
	[ "$(field "$1" level)" = "$2" ]
}

@test "by confidence: sure enough resolves" {
	need_erd
	agents "$(program 0.5)"
	erctl -q chain create create.json
	start_erd
	id=$(erctl -q chain trigger support-escalation trigger.json)
	expect 0 erctl escalation escalate "$id" --level 2
	eventually has_status "$id" resolved
	[ "$(field "$id" resolution)" = "perhaps the link" ]
}

has_status() {
	[ "$(field "$1" status)" = "$2" ]
}

@test "acknowledged and resolved by the service's own calls" {
	need_erd
	agents
	start_erd
	expect 0 erctl chain create create.json --json
	esc=$(jq -r .id <<<"$output")
	[[ $esc == esc_* ]]
	expect 0 erctl chain trigger "$esc" trigger.json --json
	[ "$(jq -r .status <<<"$output")" = triggered ]
	id=$(jq -r .id <<<"$output")
	expect 0 erctl escalation list --status triggered --json
	[ "$(jq -r '.[0].id' <<<"$output")" = "$id" ]
	expect 0 erctl escalation acknowledge "$id" acknowledge.json
	[ "$(field "$id" status)" = acknowledged ]
	[ "$(field "$id" acknowledgedBy)" = senior-agent ]
	expect 0 erctl escalation list --status triggered --json
	[ "$output" = "[]" ]
	expect 6 erctl escalation acknowledge "$id" --agent ana
	expect 0 erctl escalation unack "$id"
	[ "$(field "$id" status)" = triggered ]
	expect 0 erctl escalation acknowledge "$id" acknowledge.json
	expect 0 erctl escalation resolve "$id" resolve.json
	expect 0 erctl escalation list --status resolved --json
	[ "$(jq -r '.[0].resolution' <<<"$output")" = \
		"Password reset link was expired. Regenerated and confirmed access." ]
	expect 6 erctl escalation resolve "$id" resolve.json
	expect 4 erctl escalation acknowledge "$(erctl -q chain trigger "$esc" trigger.json)" \
		--agent bot
}

@test "chains: create, list, show, update, delete; a running one keeps its own" {
	need_erd
	agents
	start_erd
	expect 0 erctl chain create create.json
	expect 0 erctl chain create create.json
	jq '.levels[0].timeoutSeconds = 1' create.json >other.json
	expect 6 erctl chain create other.json
	id=$(erctl -q chain trigger support-escalation trigger.json)
	eventually has_status "$id" triggered
	expect 0 erctl chain list --json
	esc=$(jq -r '.[0].id' <<<"$output")
	expect 0 erctl chain update "$esc" other.json
	[ "$(erctl chain show support-escalation | jq .levels[0].timeoutSeconds)" = 1 ]
	expect 0 erctl chain show "$esc"
	jq -e '.name == "support-escalation"' <<<"$output"
	expect 0 erctl chain delete "$esc"
	expect 3 erctl chain show support-escalation
	expect 3 erctl chain trigger support-escalation trigger.json
	[ "$(field "$id" chain)" = support-escalation ]
	expect 0 erctl escalation escalate "$id" --level 3
	[ "$(field "$id" agentId)" = human-escalation ]
	expect 5 erctl escalation escalate "$id" --level 4
}

@test "chains: what is wrong is said before anything is written" {
	agents
	jq '.levels[1].agentId = "nobody"' create.json >a.json
	expect 5 erctl chain create a.json
	[[ $stderr == *"/levels/1/agentId"*'no such worker, pool or schedule "nobody"'* ]]
	jq '.levels[1].timeoutSecond = 1' create.json >b.json
	expect 5 erctl chain create b.json
	[[ $stderr == *timeoutSeconds* ]]
	jq '.levels[1].confidenceThreshold = 1.5' create.json >c.json
	expect 5 erctl chain create c.json
	[ ! -e "$ER_SPOOL/etc/chains/support-escalation.json" ]
	expect 0 erctl chain create create.json
	expect 0 erctl chain check
	cp a.json "$ER_SPOOL/etc/chains/broken.json"
	expect 5 erctl chain check broken
	[[ $output == *broken.json* ]]
	expect 2 erctl chain frobnicate
	expect 2 erctl chain list --reason x
	expect 2 erctl chain trigger
}

@test "a level that is a schedule asks who is on call then" {
	need_erd
	rm -rf sp
	erctl init sp --empty --organisation test --rehearsal >/dev/null 2>&1
	configure
	echo '{}' >"$ER_SPOOL/etc/workers/bo.json"
	echo '{"zone":"Europe/Berlin","rotation":"daily","start":"2030-01-01","handoff":"09:00",
		"members":["ana","bo"]}' | erctl schedule set desk
	echo '{"name":"Night Shift!","levels":[{"agentId":"desk","timeoutSeconds":60}]}' |
		erctl chain create
	id=$(erctl -q chain trigger night-shift --reason "disk is full" --context '{"host":"a"}')
	rehearse 2030-03-31T06:59:00Z # summer time began that night: 08:59 in Berlin
	expect 0 erctl --as bo inbox --json
	[ "$output" = "[]" ]
	expect 0 erctl --as ana inbox --json=task
	[[ $output == *"${id#e_}"* ]]
}

@test "kill -9 between levels: the next one comes at the same instant" {
	need_erd
	agents
	jq '.levels[0].timeoutSeconds = 2' create.json >quick.json
	erctl -q chain create quick.json
	start_erd
	id=$(erctl -q chain trigger support-escalation trigger.json)
	eventually has_status "$id" triggered
	ends=$(erctl show "$id" --native --json=escalation.levelEndsAt | jq -r .escalation.levelEndsAt)
	kill -9 "$ERD_PID"
	wait "$ERD_PID" 2>/dev/null || true
	start_erd
	eventually at_level "$id" 2
	run -0 erctl events "$id" --ndjson
	at=$(jq -r 'select(.type == "escalation.escalated") | .at' <<<"$output")
	[ "${at%.*}" = "${ends%.*}" ] # to the second
	expect 0 erctl fsck
}

@test "what is wrong elsewhere in etc/ stops nobody from escalating" {
	need_erd
	agents
	erctl -q chain create create.json
	start_erd
	echo '{"pools":["nobody"]}' >"$ER_SPOOL/etc/lanes/broken.json"
	echo '{' >"$ER_SPOOL/etc/workers/broken.json"
	expect 0 erctl -q chain trigger support-escalation trigger.json
	id=$output
	eventually has_status "$id" triggered
	expect 0 erctl escalation list --json=id
	[[ $output == *"$id"* ]]
	expect 0 erctl escalation acknowledge "$id" acknowledge.json
}

@test "what cannot be said is said at once; who gave it back has it no longer" {
	need_erd
	agents
	erctl -q chain create create.json
	id=$(erctl -q chain trigger support-escalation trigger.json)
	once
	expect 5 erctl escalation escalate "$id" --level 0
	expect 5 erctl escalation escalate "$id" - <<<'{"level":"2"}'
	expect 5 erctl escalation resolve "$id" --resolution ""
	expect 8 erctl escalation acknowledge "$id" acknowledge.json
	once
	expect 0 erctl escalation show "$id"
	[[ $output == *"by            senior-agent"* ]]
	expect 8 erctl escalation unack "$id"
	once
	[ "$(field "$id" acknowledgedBy)" = null ]
}

@test "who is away is not asked: the delegate is, and both names are told" {
	need_erd
	rm -rf sp
	erctl init sp --empty --organisation test --rehearsal >/dev/null 2>&1
	configure
	local etc=$ER_SPOOL/etc away='{"from":"2030-01-01T00:00:00Z","until":"2030-01-09T00:00:00Z"'
	echo "{\"away\":[$away,\"delegate\":\"bo\"}]}" >"$etc/workers/ana.json"
	echo '{}' >"$etc/workers/bo.json"
	echo "{\"away\":[$away}]}" >"$etc/workers/cy.json"
	echo '{"levels":[{"agentId":"cy","timeoutSeconds":60},{"agentId":"team","timeoutSeconds":60,
		"acknowledgers":2},{"agentId":"cy","timeoutSeconds":60}]}' | erctl -q chain set c
	id=$(erctl -q chain trigger c --reason r)
	rehearse 2030-01-08T12:00:00Z # cy is away: straight on; ana and bo are one
	run -0 erctl events "$id" --ndjson
	[ "$(jq -c 'select(.type == "task.offered") | [.data.worker, .data.for, .data.level]' <<<"$output")" = \
		'["bo","ana",2]' ]
	rehearse 2030-01-08T12:01:00Z # the last level waits for cy
	[ "$(field "$id" level)" = 3 ]
	expect 0 erctl --as cy inbox --json=task
	[ "$output" = "[]" ]
	id=$(erctl -q chain trigger c --reason r)
	rehearse 2030-01-09T00:00:00Z
	expect 0 erctl --as cy inbox --json=task
	[[ $output == *"${id#e_}"* ]]
	expect 0 erctl fsck
}

@test "explain: levels, agents, candidates, and how sure an answer was" {
	need_erd
	agents "$(program 0.4)"
	echo '{"members":["ana","bo"]}' >"$ER_SPOOL/etc/pools/human-escalation.json"
	erctl -q chain create create.json
	start_erd
	id=$(erctl -q chain trigger support-escalation trigger.json)
	expect 0 erctl escalation escalate "$id"
	eventually at_level "$id" 3
	expect 0 erctl explain "$id"
	[[ $output == *"triggered: level 1 of 3, support-agent"* ]]
	[[ $output == *"escalated to level 2 of 3, senior-agent: forced"* ]]
	[[ $output == *"escalated to level 3 of 3, human-escalation, after senior-agent: low_confidence, 0.4 is less than 0.5"* ]]
	[[ $output == *"agent         human-escalation"*"ana"*"eligible"*"bo"*"paused"* ]]
	expect 0 erctl explain "$id" --json
	[ "$(jq -c '[.decisions[] | select(.event=="task.matched")][-1].why.candidates' <<<"$output")" = \
		'[{"worker":"ana","verdict":"eligible"},{"worker":"bo","verdict":"paused"}]' ]
}

@test "a trigger without a text is told so" {
	agents
	erctl -q chain create create.json
	for body in '{}' '{"reason":3}' '{"title":"x"}' '{"reason":""}'; do
		expect 5 erctl chain trigger support-escalation - <<<"$body"
		[[ $stderr == *"/reason: required"* ]]
	done
	[ "$(count_new)" -eq 0 ]
	echo '{"name":"support-escalation","levels":[{"agentId":"ana","timeoutSeconds":3}]}' >other.json
	expect 6 erctl chain create other.json
	[[ $stderr == *"use update to replace it"* ]]
}
