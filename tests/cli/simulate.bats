#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

scenario() {
	cat >"$T/s.json" <<-'JSON'
	{"length":"4h","etc":{"lanes":{"l":{"pools":["p"],"slaSeconds":1800}}},
	 "crews":[{"name":"w","count":6,"pools":["p"],"behaviour":{"workMinutes":{"median":6,"spread":2},"right":0.9}}],
	 "arrivals":[{"lane":"l","perHour":30}]}
	JSON
}

@test "simulate: same seed, same bytes; another seed, others" {
	scenario
	expect 0 erctl simulate "$T/s.json"
	[[ $output == *"IN TIME"*"open tasks"* ]]
	one=$output
	expect 0 erctl simulate "$T/s.json"
	[ "$output" = "$one" ]
	expect 0 erctl simulate "$T/s.json" --seed 2
	[ "$output" != "$one" ]
	expect 0 erctl simulate "$T/s.json" --json
	echo "$output" | jq -e '.all.submitted > 60 and (.openTasks | length) == 60' >/dev/null
}

@test "simulate: the example's scenario, over a spool's documents" {
	expect 0 erctl simulate "$BATS_TEST_DIRNAME/../../spool-example/scenarios/busy-desk.json" \
		--json
	echo "$output" | jq -e '.all.inTime / .all.submitted > 0.8' >/dev/null
	echo '{"length":"1h","arrivals":[{"lane":"general","at":["1m","2m"]}]}' >"$T/s.json"
	expect 5 erctl simulate "$T/s.json"
	[[ $stderr == *"/arrivals/0"* ]]
	expect 0 erctl simulate "$T/s.json" --etc "$ER_SPOOL" --json
	[ "$(echo "$output" | jq .all.completed)" = 2 ]
}

@test "simulate --from: the spool's own days, and what a change would have done" {
	for i in 1 2 3 4; do erctl -q submit --lane general --title "t$i" >/dev/null; done
	erd --once
	for w in ana bo cora; do
		for id in $(erctl --as $w inbox --json=task --ndjson | jq -r .task); do
			erctl -q --as $w answer --no-wait "$id" --set answer=yes >/dev/null
		done
	done
	erd --once
	mkdir -p "$T/new/lanes" && echo '{"pools":["nobody"]}' >"$T/new/lanes/general.json"
	mkdir -p "$T/new/pools" && echo '{"members":[]}' >"$T/new/pools/nobody.json"
	expect 0 erctl simulate --from "$ER_SPOOL" --with "$T/new" --json
	[ "$(echo "$output" | jq -c '[.[] | [.run, .all.completed]]')" \
		= '[["as it is",4],["changed",0]]' ]
	expect 3 erctl simulate --from "$ER_SPOOL" --last 0s
}

@test "simulate: nonsense is refused with the place" {
	expect 2 erctl simulate
	scenario
	expect 2 erctl simulate "$T/s.json" --with x
	echo '{"length":"4h","arrivals":[{"lane":"l","perHour":"many"}]}' >"$T/s.json"
	expect 5 erctl simulate "$T/s.json"
	[[ $stderr == *"/perHour"* ]]
}

@test "simulate: what is no scenario is named, too much is told, hours count" {
	local base='"length":"8h","etc":{"lanes":{"l":{"pools":["p"],"slaSeconds":3600}},"pools":{"p":{}}}'
	while IFS='|' read -r more field; do
		echo "{$base} {$more}" | jq -s '.[0] * .[1]' >"$T/s.json"
		expect 5 erctl simulate "$T/s.json"
		[[ $stderr == *"$field"* ]] || { echo "$more: $stderr"; return 1; }
	done <<-'END'
		"crews":[{"name":"w","pools":[7]}],"arrivals":[{"lane":"l","perHour":1}]|/crews/0: /pools
		"crews":[{"name":"w"},{"name":"w"}],"arrivals":[{"lane":"l","perHour":1}]|/crews/1: /name
		"arrivals":[{"lane":"l","perHour":1,"profile":["a",1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]}]|/profile
		"etc":{"lanse":{}},"arrivals":[{"lane":"l","perHour":1}]|/etc
		"etc":{"lanes":[]},"arrivals":[{"lane":"l","perHour":1}]|/etc
		"crews":[{"name":"w","pools":["p"],"worker":{"hours":{"zone":"Europe/Atlantis","weekly":{}}}}],"arrivals":[{"lane":"l","perHour":1}]|Europe/Atlantis
	END
	echo "{$base,\"arrivals\":[{\"lane\":\"l\",\"perHour\":1e-300}]}" >"$T/s.json"
	expect 0 erctl simulate "$T/s.json" --json
	[ "$(jq .all.submitted <<<"$output")" = 0 ]
	# Monday 2026-01-05 from 08:00 UTC: in Tokyo the day is over at once
	for z in UTC:true Asia/Tokyo:false; do
		echo "{$base,\"crews\":[{\"name\":\"w\",\"count\":9,\"pools\":[\"p\"],\"worker\":{\"hours\":{\"zone\":\"${z%:*}\",
			\"weekly\":{\"mon\":[\"08:00-17:00\"]}}}}],\"arrivals\":[{\"lane\":\"l\",\"perHour\":2}]}" >"$T/s.json"
		expect 0 erctl simulate "$T/s.json" --json
		[ "$(jq '.all.completed > 0' <<<"$output")" = "${z#*:}" ]
	done
}

@test "simulate: what verification catches and costs; nothing of it where no lane verifies" {
	dir=$BATS_TEST_DIRNAME/../../spool-example/scenarios
	expect 0 erctl simulate "$dir/verification.json" --json
	jq -e '.lanes[] | select(.lane == "receipts") | .right / .completed >= 0.975 and
		.verification.answers / .completed < 3.5 and .verification.reviews > 0 and
		.verification.goldTasks > 0' <<<"$output"
	jq -e '.kinds[] | select(.kind == "spammer") | .suspended == .workers' <<<"$output"
	jq -e '[.workers[] | select(.suspendedAfter)] | length > 0' <<<"$output"
	expect 0 erctl simulate "$dir/verification.json"
	[[ "$output" == *"ANSWERS EACH"*"spammer"* ]]
	expect 0 erctl simulate "$dir/busy-desk.json" --json
	jq -e '(has("kinds") or (.lanes[0] | has("verification"))) | not' <<<"$output"
}

@test "simulate: escalations count under their chain, from history and in a scenario" {
	need_erd
	mkdir -p "$ER_SPOOL/etc/chains" new
	echo '{"levels":[{"agentId":"ana","timeoutSeconds":300},{"agentId":"team","timeoutSeconds":300}]}' \
		>"$ER_SPOOL/etc/chains/desk.json"
	start_erd
	for i in 1 2 3; do
		id=$(erctl -q chain trigger desk --reason "it is down ($i)")
		expect 0 erctl escalation resolve "$id" --agent ana --resolution "up again"
	done
	cp -r "$ER_SPOOL"/etc/* new/
	echo '{"levels":[{"agentId":"bo","timeoutSeconds":60},{"agentId":"ana","timeoutSeconds":60}]}' \
		>new/chains/desk.json
	expect 0 erctl simulate --from "$ER_SPOOL" --with new --json
	[ "$(jq -c '[.[] | .lanes[] | select(.lane=="desk") | .submitted]' <<<"$output")" = '[3,3]' ]
	cat >scene.json <<-'JSON'
		{"start":"2026-01-05T08:00:00Z","length":"4h","seed":1,
		 "etc":{"lanes":{"l":{"pools":["p"]}},"pools":{"p":{"members":["w1","w2"]}},
		  "workers":{"w1":{},"w2":{}},
		  "chains":{"desk":{"levels":[{"agentId":"w1","timeoutSeconds":60},
		    {"agentId":"p","timeoutSeconds":600}]},"idle":{"levels":[{"agentId":"w1","timeoutSeconds":60}]}}},
		 "arrivals":[{"lane":"l","perHour":4},
		  {"lane":"l","perHour":10,"body":{"chain":"desk","reason":"it is down"}}]}
	JSON
	expect 0 erctl simulate scene.json --json
	[ "$(jq -c '[.lanes[] | .lane]' <<<"$output")" = '["l","desk"]' ]
	[ "$(jq '.lanes[1].submitted' <<<"$output")" -gt 20 ]
	erctl simulate scene.json >a
	erctl simulate scene.json >b
	cmp a b
}

@test "simulate --from: tasks with keys, and such as would be refused now" {
	need_erd
	for k in a b; do
		erctl -q submit - <<<'{"er":1,"lane":"general","title":"t","idempotencyKey":"'$k'"}'
	done
	erctl -q submit --lane review --title "r" --key c
	once
	expect 0 erctl simulate --from "$ER_SPOOL" --json
	[ "$(jq -c '[.all.submitted, .refused]' <<<"$output")" = '[3,null]' ]
	mkdir -p new/lanes
	echo '{"pools":["team"],"slaSeconds":600,"priceUsd":"25.00","schema":"verdict.v2"}' \
		>new/lanes/review.json
	expect 78 erctl simulate --from "$ER_SPOOL" --with new --json
	rm "$ER_SPOOL/etc/lanes/review.json"
	once
	expect 0 erctl simulate --from "$ER_SPOOL" --json
	[ "$(jq -c '[.all.submitted, .refused]' <<<"$output")" = '[2,1]' ]
	[[ $stderr == *"1 of its tasks would be refused"*"no such lane"* ]]
}
