#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
# What a request asks of its worker, in every spelling, and who it comes from.
load helper

candidates() { # ID: of the last decision that had any
	erctl explain "$1" --json |
		jq -r '[.decisions[] | select(.why.candidates)][-1].why.candidates[] | "\(.worker) \(.verdict)"'
}

submit() { # JSON → its id, when erd has seen it
	erctl -q submit - <<<"$1"
	once
}

@test "requirements: the native form and the service's own words for them" {
	need_erd
	echo '{"trustLevel":2,"rating":"4.0"}' >"$ER_SPOOL/etc/workers/ana.json"
	local r
	for r in '"trust_level":3' '"trustLevel":3'; do
		id=$(submit '{"er":1,"lane":"general","title":"a","requirements":{'"$r"'}}')
		[[ $(candidates "$id") == *"ana trust_too_low"* ]]
	done
	id=$(submit '{"er":1,"lane":"general","title":"a","requirements":{"min_rating":4.5}}')
	[[ $(candidates "$id") == *"ana rating_too_low"* ]]
	expect 5 erctl submit - <<<'{"er":1,"lane":"general","title":"a","requirements":{"trust_level":"3"}}'
	[[ $stderr == *"/requirements/trust_level"* ]]
	expect 5 erctl submit - <<<'{"er":1,"lane":"general","title":"a","requirements":{"worker_pool_id":"nope"}}'
	[[ $stderr == *"/requirements/worker_pool_id: no such pool"* ]]
	id=$(submit '{"er":1,"lane":"general","title":"a","sla":{"target_latency_seconds":120}}')
	run -0 erctl show "$id" --json=createdAt,dueAt
	[ "$(jq -r '(.dueAt|.[0:19]+"Z"|fromdate) - (.createdAt|.[0:19]+"Z"|fromdate)' <<<"$output")" -eq 120 ]
}

@test "pool: a name, or the kind of pool that is meant" {
	need_erd
	local etc=$ER_SPOOL/etc t='"er":1,"lane":"wide","title":"a"'
	echo '{"external":true}' >"$etc/workers/freelance.json"
	echo '{"kind":"hybrid","members":["ana","freelance"]}' >"$etc/pools/bench.json"
	echo '{"kind":"external","members":["freelance"]}' >"$etc/pools/agency.json"
	echo '{"pools":["team","bench","agency"]}' >"$etc/lanes/wide.json"
	id=$(submit "{$t,\"pool\":\"hybrid\"}")
	[ "$(erctl show "$id" --json=pool | jq -r .pool)" = bench ]
	id=$(submit "{$t,\"pool\":\"external\"}")
	[ "$(candidates "$id" | tr '\n' ' ')" = "freelance eligible " ]
	echo '{"kind":"internal","members":["ana"]}' >"$etc/pools/more.json"
	echo '{"pools":["team","more","agency"]}' >"$etc/lanes/wide.json"
	id=$(submit "{$t,\"pool\":\"internal\"}") # several: our own people
	[[ $(candidates "$id") == *"freelance pool_not_allowed"* ]]
	id=$(submit "{$t,\"pool\":\"hybrid\"}") # none: all
	[[ $(candidates "$id") == *"freelance eligible"* ]]
	echo '{"pools":["team"]}' >"$etc/lanes/wide.json"
	expect 5 erctl submit - <<<"{$t,\"pool\":\"external\"}"
	[[ $stderr == *"/pool: no pool of the lane wide is external"* ]]
	expect 5 erctl submit - <<<"{$t,\"pool\":\"nope\"}"
	[[ $stderr == *"no such pool"* ]]
}

@test "the requester is never asked, whatever the name" {
	need_erd
	echo '{"user":"bo-unix"}' >"$ER_SPOOL/etc/workers/bo.json"
	id=$(erctl -q --as ana submit --title "mine")
	once
	[ "$(erctl show "$id" --json=from | jq -r .from)" = ana ]
	[[ $(candidates "$id") == *"bo eligible"*"ana is_the_requester"* ]]
	id=$(USER=bo-unix erctl -q submit --title "mine")
	once
	[[ $(candidates "$id") == *"ana eligible"*"bo is_the_requester"* ]]
	expect 0 erctl --as bo accept "$id" --no-wait
	once
	run -0 erctl status --refused
	[[ $output == *"$id"* ]]
}

@test "a lane that a chain routes needs no pools" {
	need_erd
	local etc=$ER_SPOOL/etc
	mkdir -p "$etc/chains"
	echo '{"levels":[{"agentId":"ana","timeoutSeconds":60}]}' >"$etc/chains/one.json"
	echo '{"chain":"one"}' >"$etc/lanes/chained.json"
	expect 0 erd --check
	id=$(submit '{"er":1,"lane":"chained","title":"a"}')
	[ "$(erctl show "$id" --json=assignments | jq -r '.assignments[0].worker')" = ana ]
	echo '{"pools":[]}' >"$etc/lanes/chained.json"
	expect 78 erd --check
	[[ $stderr == *"/pools: needs at least one name"* ]]
}
