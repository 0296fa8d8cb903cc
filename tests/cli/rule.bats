#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

files() {
	unset ER_SPOOL
	export XDG_STATE_HOME=$T/nowhere
	echo '{"<=":[{"var":"answer.refund"},{"var":"task.limit"}]}' >limit.json
	echo '{"task":{"limit":50},"answer":{"refund":20}}' >low.json
	echo '{"task":{"limit":50},"answer":{"refund":80}}' >high.json
}

@test "rule test: the result, a sentence, exit status" {
	files
	expect 0 erctl rule test limit.json low.json
	[ "$output" = true ]
	[ "$stderr" = "the rule holds" ]
	expect 7 erctl rule test limit.json high.json
	[ "$output" = false ]
	[ "$stderr" = "the rule does not hold" ]
	expect 0 erctl rule test - low.json <limit.json
	expect 7 erctl -q rule test limit.json - <high.json
	[ -z "$stderr" ]
	echo '{"cat":["a\u001b[31m",{"var":"answer"},1.50]}' >text.json
	expect 0 erctl rule test text.json low.json
	[ "$output" = '"a\u001b[31m[object Object]1.5"' ]
	echo '[]' >none.json
	expect 7 erctl rule test none.json low.json
	[ "$output" = "[]" ]
}

@test "rule test: JSON names what the rule reads" {
	files
	expect 0 erctl rule test limit.json low.json --json
	[[ $output == *'"schema": "er.rule-test.v1"'*'"result": true'*'"truthy": true'* ]]
	echo '{"all":[{"var":"a.l"},{"in":[{"var":"x"},{"var":"x"}]}]}' >each.json
	expect 7 erctl --ndjson rule test each.json low.json
	[ "$output" = '{"schema":"er.rule-test.v1","result":false,"truthy":false,"reads":["/a/l","/a/l/-/x"]}' ]
	expect 7 erctl rule test each.json low.json --json=truthy
	[[ $output != *reads* ]]
}

@test "rule test: what is wrong with a rule is named by its place" {
	files
	echo '{"and":[{"==":[1,1]},{"fitler":[[],1]}]}' >bad.json
	expect 5 erctl rule test bad.json low.json
	[ -z "$output" ]
	[[ $stderr == *"bad.json: /and/1/fitler: unknown operator; did you mean filter?"* ]]
	echo '{"==":[1]}' >bad.json
	expect 5 erctl rule test bad.json low.json --json
	[[ $stderr == *'"field":"/=="'* ]]
	echo '{"reduce":[[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17],{"merge":[{"var":"accumulator"},
		{"var":"accumulator"}]},[1]]}' >bomb.json
	expect 5 erctl rule test bomb.json low.json
	[[ $stderr == *"took more than 100000 steps"* ]]
	echo '{"var":' >torn.json
	expect 5 erctl rule test torn.json low.json
	[[ $stderr == *torn.json* ]]
	expect 5 erctl rule test limit.json torn.json
	expect 3 erctl rule test nowhere.json low.json
	expect 2 erctl rule test - - <limit.json
	expect 2 erctl rule test limit.json
	expect 2 erctl rule tset limit.json low.json
	[[ $stderr == *"did you mean test"* ]]
}
