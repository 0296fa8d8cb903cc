# Shared by all tests of the command line.  Each test has a folder and a spool of its own.
#   ER_BIN      the folder with erctl and erd (default: build/ of this tree)
#   expect N COMMAND…   run it: exit status N; stdout in $output, stderr in $stderr
bats_require_minimum_version 1.5.0
unset CI # no prompts under CI: the tests of prompts bring their own terminal

ROOT=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
ER_BIN=${ER_BIN:-$ROOT/build}

setup() {
	export LC_ALL=C.UTF-8 TZ=UTC USER=tester LOGNAME=tester
	unset ER_SPOOL ER_WORKER ER_FORMAT ER_COLOR ER_LIST_FORMAT ER_PAGER PAGER NO_COLOR
	unset CLICOLOR CLICOLOR_FORCE FORCE_COLOR TERM
	PATH=$ER_BIN:$PATH
	T=$(mktemp -d "${BATS_TEST_TMPDIR:-${TMPDIR:-/tmp}}/er.XXXXXX")
	export HOME=$T XDG_STATE_HOME=$T/state ER_EXAMPLE=$ROOT/spool-example
	cd "$T" || return 1
	erctl init "$T/sp" --empty --organisation test >/dev/null 2>&1
	export ER_SPOOL=$T/sp
	configure
}

teardown() {
	stop_erd
	rm -rf "$T"
}

# A small world of our own: what the tests say does not depend on the example.
configure() {
	local etc=$ER_SPOOL/etc
	mkdir -p "$etc/lanes" "$etc/pools" "$etc/workers" "$etc/schemas"
	echo '{"title":"Anything","pools":["team"],"slaSeconds":3600}' >"$etc/lanes/general.json"
	echo '{"pools":["team"],"slaSeconds":600,"priceUsd":"25.00","schema":"verdict.v1"}' \
		>"$etc/lanes/review.json"
	echo '{"pools":["bots"],"slaSeconds":600}' >"$etc/lanes/echo.json"
	echo '{"members":["ana","bo"]}' >"$etc/pools/team.json"
	echo '{"members":["bot"]}' >"$etc/pools/bots.json"
	echo '{"kind":"human","user":"ana-unix"}' >"$etc/workers/ana.json"
	echo '{"kind":"human","paused":true}' >"$etc/workers/bo.json"
	printf '#!/bin/sh\ncat >/dev/null\necho %s\n' \
		"'"'{"answer":{"answer":"no"},"confidence":0.9}'"'" \
		>"$T/say-no"
	chmod +x "$T/say-no"
	echo "{\"kind\":\"exec\",\"exec\":{\"command\":[\"$T/say-no\"]}}" >"$etc/workers/bot.json"
	cat >"$etc/schemas/verdict.v1.json" <<-'JSON'
		{"type":"object","required":["decision"],"additionalProperties":false,
		 "properties":{"decision":{"enum":["approve","reject"]},"note":{"type":"string"}}}
	JSON
}

expect() {
	local want=$1
	shift
	run --separate-stderr "-$want" "$@"
}

need_erd() {
	[ -x "$ER_BIN/erd" ] || skip "there is no erd in $ER_BIN"
}

once() {
	erd -C "$ER_SPOOL" --once 2>"$T/erd.log" || { cat "$T/erd.log" >&2; return 1; }
}

start_erd() {
	need_erd
	erd -C "$ER_SPOOL" 2>"$T/erd.log" 3>&- &
	ERD_PID=$!
	eventually erd_listens
}

stop_erd() {
	[ -z "${ERD_PID:-}" ] || { kill "$ERD_PID" 2>/dev/null; wait "$ERD_PID" 2>/dev/null; }
	ERD_PID=
	return 0
}

erd_listens() {
	[ "$(erctl status --json | sed -n 's/.*"erdRunning": \([a-z]*\).*/\1/p')" = true ] &&
		[ -p "$ER_SPOOL/control" ]
}

# eventually COMMAND…: within thirty seconds, for a machine that has much else to do
eventually() {
	local end=$((SECONDS + 30))
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || { echo "not within 30 s: $*" >&2; return 1; }
		sleep 0.05
	done
}

count_new() {
	find "$ER_SPOOL/new" -type f | wc -l
}

state_of() {
	erctl show "$1" --json=state | sed -n 's/.*"state": "\(.*\)".*/\1/p'
}

has_state() {
	[ "$(state_of "$1")" = "$2" ]
}
