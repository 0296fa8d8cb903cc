#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

@test "init makes a spool that other verbs find" {
	expect 0 erctl init "$T/other"
	[ "$output" = "$T/other" ]
	[ -d "$T/other/new" ]
	[ -s "$T/other/spool.json" ]
	expect 0 erctl -C "$T/other" status
}

@test "init of an existing spool is a conflict and changes nothing" {
	before=$(cat "$ER_SPOOL/spool.json")
	expect 6 erctl init "$ER_SPOOL"
	[ "$(cat "$ER_SPOOL/spool.json")" = "$before" ]
}

@test "init without a directory makes the spool where others look" {
	unset ER_SPOOL
	expect 0 erctl init --empty
	[ "$output" = "$XDG_STATE_HOME/er/spool" ]
	expect 0 erctl status
}

@test "init --from copies the configuration, --json says so" {
	expect 0 erctl init "$T/copy" --from "$ER_SPOOL" --json
	[[ $output == *'"schema": "er.init.v1"'* ]]
	cmp "$ER_SPOOL/etc/lanes/review.json" "$T/copy/etc/lanes/review.json"
}

@test "init takes the example along" {
	[ -d "$ROOT/spool-example" ] || skip "no example in this tree"
	expect 0 erctl init "$T/demo"
	[ -n "$(ls "$T/demo/etc/lanes")" ]
}

@test "no spool: exit 3, the place and the reason are named" {
	expect 3 erctl -C "$T/nowhere" list
	[[ $stderr == *"$T/nowhere"* ]]
	[[ $stderr == *"chosen by -C"* ]]
	export ER_SPOOL=$T/nowhere2
	expect 3 erctl list
	[[ $stderr == *"chosen by ER_SPOOL"* ]]
}
