#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

# Workers that are services: the task is posted to a URL, the reply is its answer.

serve() {
	need_erd
	command -v python3 >/dev/null || skip "no python3"
	python3 "$ROOT/tests/cli/answerer.py" "$T/port" "$T/requests" 3>&- &
	SERVER_PID=$!
	eventually test -s "$T/port"
	PORT=$(cat "$T/port")
	: >"$T/requests"
	echo '{"pools":["web"],"slaSeconds":600,"scoring":{"explore":"0"}}' \
		>"$ER_SPOOL/etc/lanes/ask.json"
	echo '{"members":["a-service","ana"]}' >"$ER_SPOOL/etc/pools/web.json"
	echo '{"capacity":1,"paused":true}' >"$ER_SPOOL/etc/workers/ana.json"
}

teardown() {
	stop_erd
	[ -z "${SERVER_PID:-}" ] || { kill "$SERVER_PID"; wait "$SERVER_PID" 2>/dev/null || true; }
	rm -rf "$T"
}

# service PATH [JQ]: the worker a-service, at that path
service() {
	jq -n --arg url "http://127.0.0.1:$PORT$1" \
		'{kind: "http", http: {url: $url, allowPrivate: true}}'"${2:+ | $2}" \
		>"$ER_SPOOL/etc/workers/a-service.json"
}

ask() {
	erctl -q submit --lane ask --title "Is it real?"
}

requests() {
	[ "$(wc -l <"$T/requests")" -ge "$1" ]
}

reason() { # of the release
	erctl events "$1" --ndjson | jq -r 'select(.type == "task.released") | .data.reason'
}

released() {
	[ -n "$(reason "$1")" ]
}

logged() {
	grep -q "$1" "$T/erd.log"
}

@test "answered end to end, and what the service was given" {
	serve
	service /answer '.http.secretFile = "secret" | .http.bearerFile = "token"'
	(umask 077; echo whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3 >"$ER_SPOOL/etc/secret"; echo t0ken >"$ER_SPOOL/etc/token")
	id=$(ask)
	start_erd
	eventually has_state "$id" completed
	[ "$(wc -l <requests)" = 1 ]
	jq -e --arg key "$id-1" '.headers | .["idempotency-key"] == $key and .["webhook-id"] == $key and
		.authorization == "Bearer t0ken" and .["content-type"] == "application/json" and
		(.["user-agent"] | startswith("er/")) and (.["webhook-signature"] | startswith("v1,"))' requests
	python3 - requests <<-'PY'
		import base64, hashlib, hmac, json, sys
		r = json.loads(open(sys.argv[1]).readline())
		h = r["headers"]
		text = f'{h["webhook-id"]}.{h["webhook-timestamp"]}.{r["body"]}'.encode()
		mac = hmac.new(b"0123456789abcdef01234567", text, hashlib.sha256).digest()
		assert h["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
	PY
	jq -e --arg id "$id" '.body | fromjson | .task == $id and .title == "Is it real?"' requests
	expect 0 erctl show "$id" --native --json
	[[ $output == *'"worker": "a-service"'* ]]
	expect 0 erctl fsck
}

@test "a service and a program are given the same bytes" {
	serve
	service /later
	printf '#!/bin/sh\ncat >%s/stdin\nexit 1\n' "$T" >"$T/see" && chmod +x "$T/see"
	id=$(ask)
	start_erd
	eventually requests 1
	stop_erd
	echo "{\"kind\":\"exec\",\"exec\":{\"command\":[\"$T/see\"]}}" \
		>"$ER_SPOOL/etc/workers/a-service.json"
	start_erd
	eventually test -s stdin
	cmp <(jq -rj .body requests) stdin
}

@test "one that says no gives the task back, and the next worker is asked" {
	serve
	service /forbidden
	echo '{}' >"$ER_SPOOL/etc/workers/ana.json"
	id=$(ask)
	once
	[ "$(erctl --as ana inbox --json | jq length)" = 1 ]
	[ "$(reason "$id")" = 'replied 403: not for us<U+001B>[2J' ]
	once
	[ "$(wc -l <requests)" = 1 ] # not asked a second time
}

@test "what is no answer gives the task back" {
	serve
	while read -r path want; do
		service "$path"
		id=$(ask)
		once
		[[ $(reason "$id") == *"$want"* ]] || { reason "$id"; false; }
	done <<-'END'
		/wrong no "answer"
		/nonsense line 1
		/moved 302, a redirect
		/toolong more than 1048576 bytes
	END
	service /long
	id=$(ask)
	once
	has_state "$id" completed
}

@test "an error, then an answer" {
	serve
	service /flaky
	id=$(ask)
	start_erd
	eventually logged program.retry
	eventually has_state "$id" completed
	requests 2
	[ "$(jq -r '.headers["idempotency-key"]' requests | sort -u)" = "$id-1" ]
	[ "$(jq -c .body requests | sort -u | wc -l)" = 1 ]
}

@test "asked to wait for longer than there is time: given back" {
	serve
	service /busy
	id=$(ask)
	once
	[ "$(reason "$id")" = "replied 503 (try 1 of 4, and no time for another)" ]
}

@test "no reply in time: asked again, and nothing else is held up" {
	serve
	service /hang '.http.timeoutSeconds = 1'
	id=$(ask)
	start_erd
	eventually requests 1
	other=$(erctl -q submit --lane echo --title "meanwhile")
	eventually has_state "$other" completed
	eventually logged program.retry
	eventually requests 2
	has_state "$id" started
}

@test "a private address is refused, and plain HTTP and other slips before anything is asked" {
	serve
	service /answer ".http = {url: \"https://127.0.0.1:$PORT/answer\"}"
	id=$(ask)
	once
	[[ $(reason "$id") == *127.0.0.1*"not public"* ]]
	[ ! -s requests ]
	service /answer 'del(.http.allowPrivate)'
	expect 78 erd --check
	[[ $stderr == *"/http/url"*"https://"* ]]
	service /answer '.http.url = "https://me:secret@x.example/"'
	expect 78 erd --check
	[[ $stderr == *"/http/url"*bearerFile* ]]
	service /answer '.http.timeoutSeconds = 601'
	expect 78 erd --check
	[[ $stderr == *"/http/timeoutSeconds"* ]]
	service /answer 'del(.http)'
	expect 78 erd --check
	[[ $stderr == *"/http/url"*required* ]]
	service /answer '.kind = "human"'
	expect 78 erd --check
	[[ $stderr == *"only for a worker of kind http"* ]]
}

@test "a secret that others may read is not used" {
	serve
	service /answer '.http.bearerFile = "token"'
	(umask 022; echo t0ken >"$ER_SPOOL/etc/token")
	id=$(ask)
	once
	[[ $(reason "$id") == *"secret file token"* ]]
	[ ! -s requests ]
}

@test "202: it answers by itself, through the drop" {
	serve
	service /later
	id=$(ask)
	start_erd
	eventually requests 1
	eventually has_state "$id" started
	expect 0 erctl --as a-service answer "$id" --set answer=later
	eventually has_state "$id" completed
	[ "$(wc -l <requests)" = 1 ]
}

@test "kill -9 while a service thinks: it is asked again, with the same key" {
	serve
	service /hang
	id=$(ask)
	start_erd
	eventually requests 1
	kill -9 "$ERD_PID"
	wait "$ERD_PID" 2>/dev/null || true
	start_erd
	eventually requests 2
	[ "$(jq -r '.headers["idempotency-key"]' requests | sort -u)" = "$id-1" ]
	stop_erd
	service /answer
	once
	has_state "$id" completed
	expect 0 erctl fsck
}

@test "a chain: under the threshold the next level sees its answer" {
	serve
	service /unsure
	echo '{}' >"$ER_SPOOL/etc/workers/ana.json"
	echo '{"name":"help","levels":[{"agentId":"a-service","timeoutSeconds":60,"confidenceThreshold":0.5},
		{"agentId":"ana","timeoutSeconds":60}]}' | erctl -q chain create
	start_erd
	id=$(erctl -q chain trigger help --reason "cannot log in" --context '{"ticketId":"T-1"}')
	eventually waits_for_ana
	run -0 jq -c '.escalation.earlierAnswers[0] | [.worker, .confidence]' \
		"$ER_SPOOL"/inbox/ana/*.json
	[ "$output" = '["a-service",0.3]' ]
	[ "$(jq -r '.body | fromjson | .context.ticketId' requests)" = T-1 ]
	stop_erd
	service /answer
	start_erd
	id=$(erctl -q chain trigger help --reason "again")
	eventually resolved "$id"
}

waits_for_ana() {
	[ "$(erctl --as ana inbox --json | jq length)" = 1 ]
}

resolved() {
	[ "$(erctl escalation show "$1" --json | jq -r .status)" = resolved ]
}
