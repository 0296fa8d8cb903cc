#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

# Lanes, pools and workers: list, show, set, rm, check.

@test "list and show, for people and as JSON" {
	expect 0 erctl lane list
	[[ ${lines[0]} == LANE* && ${lines[2]} == general*team*1h00m*Anything ]]
	expect 0 erctl worker list
	[[ $output == *bo*human*paused* ]]
	expect 0 erctl pool list --json
	[ "$(jq -c '.[1]' <<<"$output")" = '{"name":"team","document":{"members":["ana","bo"]}}' ]
	expect 0 erctl lane show general
	[[ $output == *slaSeconds*document*3600* ]]
	[[ $output == *sla.backup*default*true* ]]
	expect 0 erctl lane show review --json
	jq -e '.document.priceUsd == "25.00" and .defaults.sla.onBreach == "reroute" and
		(.defaults | has("priceUsd") or has("expireSeconds") | not)' <<<"$output"
	expect 0 erctl worker show bot --json=defaults
	jq -e '.defaults.exec.timeoutSeconds == 300 and .defaults.costUsd == "0"' <<<"$output"
	expect 3 erctl worker show anna
	[[ $stderr == *"did you mean ana"* ]]
}

@test "what show prints as the document can be given back" {
	for n in lane:review pool:team worker:bot; do
		erctl "${n%:*}" show "${n#*:}" --json | jq .document |
			erctl -q "${n%:*}" set "${n#*:}"
		erctl "${n%:*}" show "${n#*:}" --json | jq .defaults >defaults.json
		jq -s '.[0] * .[1]' defaults.json "$ER_SPOOL/etc/${n%:*}s/${n#*:}.json" >all.json
		# the defaults are what would be taken
		expect 0 erctl "${n%:*}" set "${n#*:}" all.json
	done
}

@test "what something needs stays; a running erd takes a change at once" {
	expect 5 erctl pool rm team
	[[ $stderr == *'lanes/general.json: /pools/0: no such pool "team"'* ]]
	expect 5 erctl worker rm ana
	expect 5 erctl lane set general - \
		<<<'{"pools":["team"],"sla":{"onBreach":"escalate","escalateTo":"x"}}'
	expect 5 erctl worker set ana - \
		<<<'{"away":[{"from":"2030-01-01T00:00:00Z","until":"2030-01-02T00:00:00Z","delegate":"ana"}]}'
	[[ $stderr == *"leads back to ana"* ]]
	expect 0 erctl worker set new -n - <<<'{}'
	[ ! -e "$ER_SPOOL/etc/workers/new.json" ]
	start_erd
	id=$(erctl -q submit --lane general --title t)
	eventually has_state "$id" offered
	expect 0 erctl worker set kim - <<<'{}'
	expect 0 erctl pool set team - <<<'{"members":["kim"]}'
	expect 0 erctl lane set night - <<<'{"pools":["team"]}'
	id=$(erctl -q submit --lane night --title t)
	eventually has_state "$id" offered
	expect 0 erctl --as kim inbox --json=task
	[[ $output == *"$id"* ]]
	expect 0 erctl lane rm night
	expect 5 erctl submit --lane night --title t
	expect 0 erctl worker rm ana
	expect 0 erctl lane check
	echo '{"pools":["team"],"prize":1}' >"$ER_SPOOL/etc/lanes/bad.json"
	expect 5 erctl lane check
	[[ $output == *"lanes/bad.json"*prize* ]]
}

@test "of two who create at once, one is told" {
	echo '{"levels":[{"agentId":"ana","timeoutSeconds":60}]}' >a.json
	for i in 1 2 3 4 5 6; do
		jq ".name = \"c\" | .title = \"$i\"" a.json >"c$i.json"
		erctl -q chain create "c$i.json" >"out$i" 2>&1 || echo $? >>rcs &
	done
	wait
	[ "$(sort rcs | uniq -c | xargs)" = "5 6" ]
	grep -lx c out? | wc -l | grep -qx 1
	[ -z "$(find "$ER_SPOOL/etc/chains" -name '.*' -type f)" ]
}
