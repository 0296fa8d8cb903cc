#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

make_lines() {
	local i
	for i in $(seq "$1"); do
		echo "{\"er\":1,\"title\":\"task $i\"}"
	done
}

@test "a batch is one file in new/, and one id a line in order" {
	make_lines 300 >b.ndjson
	expect 0 erctl submit --batch b.ndjson
	[ "${#lines[@]}" -eq 300 ]
	[ -z "$stderr" ]
	[ "$(printf '%s\n' "${lines[@]}" | sort -u | wc -l)" -eq 300 ]
	[ "$(count_new)" -eq 1 ]
	[ "$(wc -l <"$ER_SPOOL"/new/batch_*)" -eq 301 ]
	[ "$(sed -n 8p "$ER_SPOOL"/new/batch_* | grep -c "${lines[6]}")" -eq 1 ]
}

@test "bad lines are named and nothing is taken" {
	{
		make_lines 3
		echo '{"er":1,"title":"x","lane":"nowhere"}'
		echo 'nonsense'
		make_lines 2
	} >b
	expect 5 erctl submit --batch b
	[ -z "$output" ]
	[[ $stderr == *"line 4: /lane"* ]]
	[[ $stderr == *"line 5: "* ]]
	[[ $stderr == *"nothing was taken"* ]]
	[ "$(count_new)" -eq 0 ]
	[ -z "$(ls -A "$ER_SPOOL/tmp")" ]
}

@test "--keep-going takes the good ones, exit 5" {
	{ make_lines 3; echo nonsense; } >b
	expect 5 erctl submit --batch b --keep-going
	[ "${#lines[@]}" -eq 3 ]
	[ "$(count_new)" -eq 1 ]
}

@test "at most twenty bad lines are shown" {
	for i in $(seq 50); do echo nonsense; done >b
	expect 5 erctl submit --batch b
	[ "$(grep -c '^erctl: line' <<<"$stderr")" -eq 20 ]
	[[ $stderr == *"30 more"* ]]
	expect 5 erctl submit --batch b --json
	[[ $stderr == '{"error":'* ]]
}

@test "a keyed batch can be repeated" {
	make_lines 40 >b
	expect 0 erctl submit --batch b --key night
	first=$output
	expect 0 erctl submit --batch b --key night
	[ "$output" = "$first" ]
	[[ $stderr == *"40 of 40 replayed"* ]]
	sed -i 's/task 7"/other 7"/' b
	expect 6 erctl submit --batch b --key night
	[ -z "$output" ]
}

@test "a line's own key goes before K:N" {
	echo '{"er":1,"title":"x","idempotencyKey":"mine"}' >b
	expect 0 erctl submit --batch b --key night
	batch=$output
	expect 0 erctl submit --title x --set idempotencyKey=mine
	[ "$output" = "$batch" ]
}

@test "empty lines, no last LF, standard input, NDJSON output" {
	printf '\n{"er":1,"title":"a"}\n  \n{"er":1,"title":"b"}' >b
	run -0 --separate-stderr bash -c 'erctl submit --batch --ndjson <b'
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == '{"line":2,"id":"task_'* ]]
	[[ ${lines[1]} == '{"line":4,"id":"task_'* ]]
	: >empty
	expect 0 erctl submit --batch empty
	[ -z "$output" ]
	[ "$(count_new)" -eq 1 ]
}

@test "a line that is too long ends the batch with its number" {
	{ make_lines 1; head -c 1200000 /dev/zero | tr '\0' 'x'; echo; } >b
	expect 5 erctl submit --batch b
	[[ $stderr == *"line 2"* ]]
	[ "$(count_new)" -eq 0 ]
}

@test "-n checks a batch and sends nothing" {
	make_lines 5 >b
	expect 0 erctl submit --batch b -n
	[ "$(count_new)" -eq 0 ]
	[ -z "$(ls -A "$ER_SPOOL/tmp")" ]
}

@test "two batches at once with one key make each task once" {
	make_lines 50 >b
	erctl submit --batch b --key both >ids.1 2>/dev/null & p=$!
	erctl submit --batch b --key both >ids.2 2>/dev/null || rc=$?
	wait "$p" || rc=$?
	[ -z "${rc:-}" ]
	cmp ids.1 ids.2
}
