#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

# With an erd in the background: verdicts.

@test "verbs report erd's verdict: granted, denied, conflict, not found" {
	start_erd
	id=$(erctl submit --lane review --title t)
	eventually has_state "$id" offered
	expect 6 erctl --as bot accept "$id"
	[[ $stderr == *"$id"* ]]
	expect 0 erctl --as ana accept "$id"
	[ "$output" = "$id" ]
	[[ $stderr == *accepted* ]]
	expect 0 erctl --as ana accept "$id" --json
	[[ $output == *'"outcome": "granted"'* ]]
	expect 6 erctl --as bot accept "$id"
	expect 6 erctl reply "$id" "nobody asked"
	expect 0 erctl --as ana answer "$id" --set decision=reject
	expect 6 erctl --as ana answer "$id" --set decision=reject
	expect 0 erctl wait "$id" --exit-status
	[ -z "$(ls "$ER_SPOOL/tmp")" ]
	id=$(erctl submit --title t)
	eventually has_state "$id" offered
	expect 0 erctl --as ana decline "$id"
	expect 4 erctl --as ana accept "$id"
	[[ $stderr == *"not offered"* ]]
}

@test "an answer that erd rejects is exit 5 with its errors" {
	start_erd
	id=$(erctl submit --lane review --title t)
	eventually has_state "$id" offered
	expect 5 erctl --as ana answer "$id" --set decision=perhaps --no-check
	[[ $stderr == *decision* ]]
}

@test "submit --json waits for the decision and prints the reply" {
	start_erd
	expect 0 erctl submit --lane review --title t --json
	[[ $output == *'"lane": "review"'* ]]
	[ -z "$stderr" ]
	expect 0 erctl submit --lane review --title t --key k --json
	expect 0 erctl submit --lane review --title t --key k --json
	[[ $output == *'"replayed": true'* ]]
	expect 6 erctl submit --lane review --title other --key k --json
	[[ $stderr == *'"code":"conflict"'* ]]
}

@test "a program answers, ask prints it; no is exit 7" {
	start_erd
	expect 7 erctl ask "Ship it?" --lane echo --choice yes,no --timeout 10s
	[ "$output" = no ]
	expect 7 erctl ask "Ship it?" --lane echo --choice yes,no --timeout 10s --json
	[ "$output" = '"no"' ]
}

@test "ask: answered yes is exit 0; nobody in time is exit 8 and the task stays" {
	start_erd
	expect 8 erctl ask "Ship it?" --choice yes,no --timeout 200ms --key q1
	[ -z "$output" ]
	id=$(grep -o 'task_[0-9A-Z]*' <<<"$stderr" | head -1)
	eventually has_state "$id" offered
	expect 0 erctl --as ana answer "$id" --set answer=yes
	expect 0 erctl ask "Ship it?" --choice yes,no --timeout 10s --key q1
	[ "$output" = yes ]
}

@test "ask of a cancelled task is exit 7" {
	start_erd
	erctl ask "Ship it?" --timeout 10s --key q2 >out 2>err & p=$!
	eventually listed
	erctl cancel "$(erctl list --format '%(id)')" >/dev/null
	wait "$p" && rc=0 || rc=$?
	[ "$rc" -eq 7 ]
	grep -q cancelled err
}

listed() {
	[ "$(erctl list --count)" = 1 ]
}

@test "submit --wait, wait --any and many ids" {
	start_erd
	expect 0 erctl submit --lane echo --title t --wait --timeout 10s
	[[ $output == *'"no"'* ]]
	a=$(erctl submit --title "nobody")
	b=$(erctl submit --lane echo --title t)
	expect 0 erctl wait "$a" "$b" --any --timeout 10s --json=id
	[[ $output == *"$b"* ]]
	expect 8 erctl wait "$a" "$b" --timeout 200ms
	expect 8 erctl wait "$a" "$b" --timeout 200ms --json
}

@test "events --follow prints what happens, until the reader goes" {
	start_erd
	erctl events --follow --ndjson >ev 2>/dev/null & p=$!
	id=$(erctl submit --lane echo --title t)
	eventually grep -q "task.completed.*$id" ev
	kill "$p"
	wait "$p" || true
	expect 0 erctl events "$id" --type task.completed --ndjson
	[ "${#lines[@]}" -eq 1 ]
	expect 0 erctl events --last 2 --json
	[[ ${lines[0]} == "[" ]]
	expect 0 erctl events "$id"
	[ "${#lines[@]}" -ge 5 ]
}

@test "Ctrl-C leaves the task alone: exit 130 and how to go on" {
	start_erd
	id=$(erctl submit --title t)
	erctl wait "$id" >out 2>err & p=$!
	eventually waits_in_poll "$p"
	kill -INT "$p"
	wait "$p" && rc=0 || rc=$?
	[ "$rc" -eq 130 ]
	grep -q "erctl wait $id" err
}

# A shell starts background jobs with SIGINT ignored; erctl must catch it all the same.
waits_in_poll() {
	[ "$(cut -d' ' -f3 "/proc/$1/stat")" = S ] && grep -q "inotify" <(ls -l "/proc/$1/fd")
}

@test "a batch is worked off" {
	start_erd
	for i in $(seq 30); do echo "{\"er\":1,\"lane\":\"echo\",\"title\":\"t $i\"}"; done >b
	erctl submit --batch b --key night >ids
	mapfile -t ids <ids
	expect 0 erctl wait "${ids[@]}" --timeout 60s --ndjson
	[ "${#lines[@]}" -eq 30 ]
	expect 0 erctl submit --batch b --key night
	[[ $stderr == *"30 of 30 replayed"* ]]
	expect 0 erctl list --all --count
	[ "$output" = 30 ]
}

@test "status and --check with a running erd" {
	start_erd
	expect 0 erctl status
	[[ $output == *running* ]]
	expect 0 erctl status --check
	expect 75 erctl fsck --rebuild
	expect 0 erctl fsck
}

@test "--no-wait is done when the message is durable" {
	start_erd
	id=$(erctl submit --title t)
	eventually has_state "$id" offered
	expect 0 erctl --as ana accept "$id" --no-wait
	eventually has_state "$id" accepted
}
