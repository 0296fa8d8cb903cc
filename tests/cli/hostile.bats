#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

# What a stranger tries: secrets that could be shown, text that could drive a terminal, inputs that
# would be taken for something else.
# Bytes that no terminal may get, in ${output} and ${stderr}: ESC, C1, DEL, bidi, zero width.
no_raw() {
	! printf '%s%s' "$output" "$stderr" |
		LC_ALL=C grep -q -P '\x1b|\x7f|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xaa-\xae]'
}

@test "the secrets of a webhook stand in the journal and are shown nowhere" {
	need_erd
	for body in \
		'{"er":1,"lane":"general","title":"t","webhook":{"url":"https://h.invalid/","secret":"whsec_SEKRIT","bearer":"SEKRIT2"}}' \
		'{"lane":"general","task":{"title":"t"},"webhook":{"url":"https://h.invalid/","secret":"whsec_SEKRIT","bearer":"SEKRIT2"}}' \
		'{"task_type":"general","domain":"d","title":"t","handoff":{"callback_url":"https://h.invalid/","secret":"whsec_SEKRIT","callback_auth":{"type":"bearer","token":"SEKRIT2"}}}' \
		'{"reason":"r","webhook":{"url":"https://h.invalid/","secret":"whsec_SEKRIT","bearer":"SEKRIT2"}}'; do
		echo "$body" | erctl submit - >>ids
	done
	once
	grep -q SEKRIT "$ER_SPOOL"/journal/*
	run -1 grep -r SEKRIT "$ER_SPOOL/tasks" "$ER_SPOOL/inbox" "$ER_SPOOL/index" "$T/erd.log"
	while read -r id; do
		for how in "events $id" "events $id --json" "show $id" "show $id --json" \
			"show $id --native"; do
			expect 0 erctl $how
			[ -n "$output" ]
			[[ "$output$stderr" != *SEKRIT* ]]
		done
	done <ids
	for how in "events" "events --ndjson" "events --last 50" "events --last 50 --ndjson" \
		"events --type task.created"; do
		expect 0 erctl $how
		[[ "$output" == *task.created* ]]
		[[ "$output" != *SEKRIT* ]]
	done
	expect 0 erctl events --type task.created --ndjson
	[[ "$output" == *'"secret":"***"'* ]]
	expect 0 erctl fsck
}

@test "an error as JSON is escaped as every other JSON" {
	need_erd
	local x='\u001b[31m\u009b31m\u202e\u200b\u007fX'
	id=$(echo '{"er":1,"title":"t","schema":{"type":"object","additionalProperties":false,"properties":{"'"$x"'":{"enum":["'"$x"'"]}}}}' | erctl submit -)
	start_erd
	eventually has_state "$id" offered
	expect 0 erctl accept "$id" --as ana
	echo '{"'"$x"'":"'"$x"'no","'"$x"'2":1}' >answer.json
	expect 5 erctl answer "$id" answer.json --as ana
	no_raw
	expect 5 erctl answer "$id" answer.json --as ana --json
	no_raw
	[[ "$stderr" == *'\u202e'* ]]
	printf '{"er":1,"title":"t","lane":"%s"}\n' "$x" >bad.ndjson
	expect 5 erctl submit --batch bad.ndjson --json
	no_raw
}

@test "a full output ends events --follow too" {
	[ -w /dev/full ] || skip "no /dev/full"
	need_erd
	erctl submit --title t
	once
	run timeout 5 sh -c 'erctl events --follow >/dev/full'
	[ "$status" -eq 75 ]
}

@test "key in a native body is the key that the reply calls so" {
	echo '{"er":1,"title":"t","key":"k-1"}' >a.json
	expect 0 erctl submit a.json
	first=$output
	expect 0 erctl submit a.json
	[ "$output" = "$first" ]
	[[ "$stderr" == *replayed* ]]
	echo '{"er":1,"title":"other","key":"k-1"}' >b.json
	expect 6 erctl submit b.json
	expect 0 erctl submit --json --key k-1 a.json
	[[ "$output" == *'"key": "k-1"'* ]]
}

@test "webhook secrets that cannot be sent are refused at once" {
	echo '{"er":1,"title":"t","webhook":{"url":"https://h.invalid/","bearer":"a\r\nX: y"}}' \
		>a.json
	expect 5 erctl submit a.json
	[[ "$stderr" == *"/webhook/bearer"* && "$stderr" != *"X: y"* ]]
	echo '{"er":1,"title":"t","webhook":{"url":"https://h.invalid/","secret":"whsec_"}}' >a.json
	expect 5 erctl submit a.json
	[[ "$stderr" == *"/webhook/secret"* ]]
	echo '{"reason":""}' >a.json
	expect 5 erctl submit a.json
	[[ "$stderr" == *"/reason"* ]]
}

@test "options that contradict each other are told, not ignored" {
	echo '{"er":1,"title":"t"}' >a.ndjson
	expect 2 erctl submit --batch a.ndjson --wait
	expect 2 erctl submit --batch a.ndjson --lane review
	expect 2 erctl submit --batch a.ndjson --set a=1
	id=$(erctl submit a.ndjson)
	expect 2 erctl wait "$id" --any --all
	for words in "," "a,,b" "a,b," ",a" "a,b,a"; do
		expect 2 erctl ask Q --choice "$words" --timeout 1s
	done
	expect 2 erctl list --json=
	expect 2 erctl list --json=id,,state
	expect 2 erctl list --state ""
	expect 2 erctl help nonsense --json
	expect 0 erctl help exit-codes --json
}

@test "%x in a format needs two digits" {
	need_erd
	erctl submit --title t
	once
	for bad in '%x-1' '%x 1' '%x1' '%xg0'; do
		expect 2 erctl list --format "$bad"
	done
	expect 0 erctl list --format '%x41%x20b'
	[ "$output" = "A b" ]
}

@test "a damaged spool is not told to be made" {
	rm -r "$ER_SPOOL/new"
	expect 78 erctl list
	[[ "$stderr" == *"cannot open new"* && "$stderr" == *"chosen by"* && "$stderr" != *"erctl init"* ]]
	expect 3 erctl -C "$T/nothing" list
	[[ "$stderr" == *"erctl init"* ]]
}
