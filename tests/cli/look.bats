#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

@test "an empty spool: empty lists are exit 0" {
	expect 0 erctl list
	[ -z "$output" ]
	expect 0 erctl list --json
	[ "$output" = "[]" ]
	expect 0 erctl list --ndjson
	[ -z "$output" ]
	expect 0 erctl list --all --count
	[ "$output" = 0 ]
	expect 0 erctl events
	[ -z "$output" ]
	expect 0 erctl --as ana inbox
	expect 0 erctl --as ana inbox --json
	[ "$output" = "[]" ]
}

@test "ids: too short, unknown, no id at all" {
	expect 3 erctl show abc
	expect 3 erctl show task_00000000000000000000000000
	expect 3 erctl show ABCDEFGH
	expect 3 erctl show '../etc'
	expect 3 erctl wait task_00000000000000000000000000 --timeout 1s
	expect 3 erctl --as ana accept task_00000000000000000000000000
}

@test "a task that waits for erd: show is pending, wait knows it, also in a batch" {
	id=$(erctl submit --title a)
	expect 8 erctl show "$id"
	expect 8 erctl show "${id:5:12}"
	expect 8 erctl wait "$id" --timeout 100ms
	[[ $stderr == *"erctl wait $id"* ]]
	echo '{"er":1,"title":"in a batch"}' >b
	id=$(erctl submit --batch b)
	expect 8 erctl wait "$id" --timeout 100ms
}

@test "status names the spool, why, and what waits" {
	erctl submit --title a >/dev/null
	expect 0 erctl status
	[[ $output == *"$ER_SPOOL (chosen by ER_SPOOL)"* ]]
	[[ $output == *"not running"* ]]
	[[ $output == *"1 waiting, 0 refused"* ]]
	expect 0 erctl status --json
	[[ $output == *'"messagesWaiting": 1'* ]]
}

@test "status --check speaks as monitoring plugins do" {
	expect 1 erctl status --check
	[[ $output == "ER WARNING:"* ]]
	id=$(erctl submit --title a)
	touch -d '10 minutes ago' "$ER_SPOOL/new/$id"
	expect 2 erctl status --check
	[[ $output == "ER CRITICAL:"* ]]
	expect 3 erctl -C "$T/nowhere" status --check
	[[ $output == "ER UNKNOWN:"* ]]
}

@test "refused messages are listed without harm to the terminal" {
	name=$'evil\033]52;c;aGk=\007'
	printf 'x' >"$ER_SPOOL/refused/$name"
	printf '{"schema":"er.refusal.v1","message":"bad \\u001b[2J \\u202e text"}' \
		>"$ER_SPOOL/refused/$name.why.json"
	expect 0 erctl status --refused
	[[ $output != *$'\033'* ]]
	[[ $output != *$'\007'* ]]
	[[ $output == *'<U+001B>'* ]]
	[[ $output == *'<U+202E>'* ]]
	expect 0 erctl status --refused --json
	[[ $output != *$'\u202e'* ]]
	[[ $output == *'\u202e'* ]]
}

@test "names from the command line come back safe" {
	expect 2 erctl $'bad\033[31mverb'
	[[ $stderr != *$'\033'* ]]
	expect 3 erctl show $'abcd\033[2J'
	[[ $stderr != *$'\033'* ]]
	expect 3 erctl --as $'x\033[2J' inbox
	[[ $stderr != *$'\033'* ]]
	expect 5 erctl submit --title a --lane $'\u202egeneral'
	[[ $stderr != *$'\u202e'* ]]
}

@test "who am I: --as, ER_WORKER, the account; near names" {
	expect 3 erctl --as anna inbox
	[[ $stderr == *"did you mean ana?"* ]]
	ER_WORKER=ana expect 0 erctl inbox
	USER=ana-unix expect 0 erctl inbox
	expect 3 erctl inbox
	[[ $stderr == *--as* ]]
	expect 3 erctl --as ../../etc/x inbox
}

@test "list --format is checked" {
	expect 0 erctl list --format '%(id)%x09%(due:relative)%n'
	[ -z "$output" ]
}

@test "list --due-before: times to come, overdue, nonsense" {
	soon=$(erctl submit --title soon --sla 60s)
	late=$(erctl submit --title late --sla 2d)
	erd --once
	expect 0 erctl list --due-before +30m --format '%(id)'
	[ "$output" = "$soon" ]
	expect 0 erctl list --due-before +3d --count
	[ "$output" = 2 ]
	expect 0 erctl list --due-before 0s --count
	[ "$output" = 0 ]
	expect 0 erctl list --due-before 2000-01-01T00:00:00Z --count
	[ "$output" = 0 ]
	expect 2 erctl list --due-before tomorrow
	expect 2 erctl list --due-before +
	[ -n "$late" ]
}
