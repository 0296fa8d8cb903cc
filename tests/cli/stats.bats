#!/usr/bin/env bats
load helper

@test "stats: nothing yet is exit 0" {
	expect 0 erctl stats
	[ -z "$output" ]
	expect 0 erctl stats --json
	echo "$output" | jq -e '.tasks == 0 and .lanes == []' >/dev/null
}

@test "stats: what was done, by lane and by worker" {
	for i in 1 2 3; do erctl -q submit --lane general --title "t$i" >/dev/null; done
	gone=$(erctl -q submit --lane general --title gone)
	erd --once
	for w in ana bo cora; do
		for id in $(erctl --as $w inbox --json=task --ndjson | jq -r .task); do
			if [ "$id" = "$gone" ]; then continue; fi
			erctl -q --as $w answer --no-wait "$id" --set answer=yes >/dev/null
		done
	done
	erctl -q cancel --no-wait "$gone" >/dev/null
	erd --once
	expect 0 erctl stats --json
	echo "$output" | jq -e '.tasks == 4 and (.lanes[0] | .tasks == 4 and .completed == 3 and
		.cancelled == 1 and .inTime == 3 and .late == 0 and .took.n == 3) and
		([.workers[].answers] | add) == 3' >/dev/null
	expect 0 erctl stats
	[[ $output == *"general"*"100.0 %"*"██████████"* ]]
	expect 0 erctl stats --last 0s --json
	[ "$(echo "$output" | jq .tasks)" = 0 ]
}
