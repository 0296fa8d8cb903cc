#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

@test "submit prints the id and nothing else; the message is in new/" {
	expect 0 erctl submit --title "Look at this"
	[[ $output =~ ^task_[0-9A-Z]{26}$ ]]
	[ -z "$stderr" ]
	[ -f "$ER_SPOOL/new/$output" ]
	[ -z "$(ls -A "$ER_SPOOL/tmp")" ]
}

@test "the body goes in byte for byte" {
	printf '{ "lane":"review" , "title":"a\\u00e9",\n "er":1, "unknownField": 1.50 }' >t.json
	id=$(erctl submit t.json)
	grep -qF '"unknownField": 1.50 }' "$ER_SPOOL/new/$id"
	grep -qF 'a\u00e9' "$ER_SPOOL/new/$id"
}

@test "standard input, several files, aliases" {
	echo '{"er":1,"title":"x"}' >t.json
	run -0 bash -c 'erctl submit <t.json'
	run -0 bash -c 'erctl submit - <t.json'
	expect 0 erctl new t.json t.json
	[ "${#lines[@]}" -eq 2 ]
	[ "${lines[0]}" != "${lines[1]}" ]
}

@test "one key is one task: replayed, and a conflict for other content" {
	expect 0 erctl submit --title a --key k1
	first=$output
	expect 0 erctl submit --title a --key k1
	[ "$output" = "$first" ]
	[[ $stderr == *replayed* ]]
	expect 6 erctl submit --title b --key k1
	[ -z "$output" ]
	[ "$(count_new)" -eq 1 ]
}

@test "white space and key order do not make other content" {
	echo '{"er":1,"title":"a","idempotencyKey":"k2","urgency":"low"}' >a.json
	echo '{ "urgency":"low",  "idempotencyKey":"k2","title":"\u0061","er":1}' >b.json
	first=$(erctl submit a.json)
	expect 0 erctl submit b.json
	[ "$output" = "$first" ]
}

@test "--json prints the reply in the document's dialect, and says that erd is not running" {
	expect 0 erctl submit --title a --lane review --key k --json
	[[ $output == *'"lane": "review"'* ]]
	[[ $stderr == *"erd is not running"* ]]
	expect 0 erctl submit --title a --lane review --key k --json
	[[ $output == *'"replayed": true'* ]]
	echo '{"lane":"review","task":{"title":"t"},"policy":{"targetSlaMinutes":30}}' >e.json
	expect 0 erctl submit e.json --json -q
	[[ $output == *'"status": "accepted"'* ]]
	[ -z "$stderr" ]
	expect 0 erctl submit e.json --json=id,lane -q
	[[ $output != *status* ]]
}

@test "flags make and overlay a native document" {
	expect 0 erctl submit --lane review --title T --objective O --payload '{"a":[1]}' \
		--sla 30m \
		--urgency high --budget 30 --set meta.x=1 --set meta.y=yes \
		--webhook https://example.org/h
	body=$(cat "$ER_SPOOL/new/$output")
	for part in '"lane":"review"' '"payload":{"a":[1]}' '"sla":{"seconds":1800}' \
		'"urgency":"high"' \
		'"policy":{"maxBudgetUsd":"30"}' '"meta":{"x":1,"y":"yes"}' \
		'"webhook":{"url":"https://example.org/h"}'; do
		[[ $body == *"$part"* ]]
	done
	echo '{"lane":"review","task":{"title":"t"},"policy":{}}' >e.json
	expect 2 erctl submit e.json --title other
	[[ $stderr == *--set* ]]
	expect 0 erctl submit e.json --set task.title=other
}

@test "what cannot become a task is refused at once, exit 5, and nothing is left" {
	expect 5 erctl submit --title a --lane reviews
	[[ $stderr == *"/lane"* ]]
	[[ $stderr == *review* ]]
	expect 5 erctl submit --title a --lane review --budget 10
	[[ $stderr == *"25.00"* ]]
	expect 5 erctl submit --title a --schema nope.v1
	expect 5 erctl submit --title a --pool nobody
	for bad in 'not json' '{"er":1,"title":"a","title":"b"}' '[1]' '{"er":1}' \
		'{"er":1,"title":"a","urgency":"soon"}' '{"er":1,"title":"a"} x' \
		'{"er":1,"title":"\ud800"}'; do
		printf '%s' "$bad" >bad.json
		expect 5 erctl submit bad.json
	done
	printf '{"er":1,"title":"a","n":%s}' "$(printf '%0.s[' {1..200})" >deep.json
	expect 5 erctl submit deep.json
	head -c 1100000 /dev/zero | tr '\0' ' ' >big.json
	expect 5 erctl submit big.json
	[ "$(count_new)" -eq 0 ]
	[ -z "$(ls -A "$ER_SPOOL/tmp")" ]
}

@test "errors as JSON name code, exit code and field" {
	expect 5 erctl submit --title a --lane nowhere --json
	[ -z "$output" ]
	[[ $stderr == '{"error":{"code":"invalid","exit_code":5,'* ]]
	[[ $stderr == *'"field":"/lane"'* ]]
	expect 2 erctl submit --json --bogus
	[[ $stderr == *'"code":"usage"'* ]]
}

@test "a missing file is exit 3" {
	expect 3 erctl submit nothere.json
}

@test "-n checks and sends nothing" {
	expect 0 erctl submit --title a -n
	[ "$(count_new)" -eq 0 ]
	expect 0 erctl submit --title a -n --json
	[[ $output == *'"dryRun": true'* ]]
	expect 5 erctl submit --title a --lane nowhere -n
}

@test "the requester is --from, else the login name; nonsense is refused" {
	id=$(erctl submit --title a --from robot)
	grep -q '"from":"robot"' "$ER_SPOOL/new/$id"
	id=$(erctl submit --title a)
	grep -q '"from":"tester"' "$ER_SPOOL/new/$id"
	expect 2 erctl submit --title a --from $'a\033b'
	id=$(USER=$'\033[2J' LOGNAME='' erctl submit --title a)
	grep -q "\"from\":\"uid:$(id -u)\"" "$ER_SPOOL/new/$id"
}

@test "a full output is not a silent success" {
	[ -e /dev/full ] || skip "no /dev/full"
	run -75 bash -c 'erctl submit --title a >/dev/full'
}

@test "twenty at once with one key are one task" {
	for i in $(seq 20); do
		erctl submit --title same --key race >"out.$i" 2>/dev/null &
	done
	wait
	[ "$(sort -u out.* | wc -l)" -eq 1 ]
	[ "$(cat out.* | wc -l)" -eq 20 ]
	[ "$(count_new)" -eq 1 ]
}
