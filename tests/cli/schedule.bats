#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

# Schedules: documents, a week on the terminal, a calendar file.

desk() {
	cat >desk.json <<-'JSON'
		{"title": "Support; first, line","zone":"Europe/Berlin","rotation":"daily","start":"2026-01-05",
		 "handoff":"09:00","members":["ana","bo"],
		 "overrides":[{"from":"2026-11-24T12:00:00Z","to":"2026-11-24T16:00:00Z","worker":"ana"}]}
	JSON
	expect 0 erctl schedule set desk desk.json
}

@test "set, list, show, now, rm" {
	desk
	[ "$output" = desk ]
	expect 0 erctl schedule show desk
	jq -e '.zone == "Europe/Berlin"' <<<"$output"
	expect 0 erctl schedule now desk --at 2026-11-24T13:00:00Z
	[ "$output" = ana ]
	expect 0 erctl schedule now desk --at 2026-11-24T16:00:00Z --json
	[ "$(jq -r '.worker, .until' <<<"$output" | paste -sd' ')" = "bo 2026-11-25T08:00:00.000Z" ]
	expect 7 erctl schedule now desk --at 2026-01-05T07:59:59Z
	[ -z "$output" ]
	expect 0 erctl schedule list --at 2026-11-24T13:00:00Z
	[[ $output == *"desk"*"ana"*"Europe/Berlin"* ]]
	expect 3 erctl schedule now dask
	[[ $stderr == *desk* ]]
	echo '{"levels":[{"agentId":"desk","timeoutSeconds":60}]}' | erctl -q chain set night
	expect 5 erctl schedule rm desk
	expect 0 erctl chain rm night
	expect 0 erctl schedule rm desk
	expect 3 erctl schedule show desk
}

@test "what is wrong is named, and nothing is written" {
	while IFS='|' read -r doc field; do
		echo "$doc" >bad.json
		expect 5 erctl schedule set bad bad.json
		[[ $stderr == *"$field"* ]] || { echo "$doc: $stderr"; return 1; }
	done <<-'END'
		{"rotation":"daily","start":"2026-01-05","members":["ana"]}|/zone
		{"zone":"Europe/Atlantis","rotation":"daily","start":"2026-01-05","members":["ana"]}|no such time zone
		{"zone":"../../etc/passwd","rotation":"daily","start":"2026-01-05","members":["ana"]}|/zone
		{"zone":"UTC","rotation":"fortnightly","start":"2026-01-05","members":["ana"]}|/rotation
		{"zone":"UTC","rotation":{"hours":0},"start":"2026-01-05","members":["ana"]}|/rotation/hours
		{"zone":"UTC","rotation":"daily","start":"2026-02-30","members":["ana"]}|/start
		{"zone":"UTC","rotation":"daily","start":"2026-01-05","handoff":"24:00","members":["ana"]}|/handoff
		{"zone":"UTC","rotation":"daily","start":"2026-01-05","members":["nobody"]}|/members/0
		{"zone":"UTC","rotation":"daily","start":"2026-01-05","members":[]}|/members
		{"zone":"UTC","rotation":"daily","start":"2026-01-05","members":["ana"],"hours":{"weekly":{"mon":["9-17"]}}}|/hours/weekly/mon/0
		{"zone":"UTC","layers":[],"start":"2026-01-05"}|/start
		{"zone":"UTC","rotation":"daily","start":"2026-01-05","members":["ana"],"overides":[]}|overrides
	END
	[ ! -e "$ER_SPOOL/etc/schedules/bad.json" ]
}

@test "--calendar: a week in the zone, 80 columns, safe for a terminal" {
	desk
	expect 0 erctl schedule show desk --calendar --at 2026-11-24T10:00:00Z
	[ "${#lines[@]}" -eq 8 ]
	[[ ${lines[2]} == "Tue 11-24 > … ana  09:00 bo  13:00 ana*  17:00 bo" ]]
	expect 0 erctl schedule show desk --calendar --at 2026-10-25T10:00:00Z
	[[ ${lines[7]} == *"behind 02:59 comes 02:00"* ]]
	jq '.rotation = "hourly" | .title = "\u001b]0;x\u0007"' desk.json |
		erctl -q schedule set hours
	expect 0 erctl schedule show hours --calendar --at 2026-03-29T10:00:00Z
	[[ $output != *$'\033'* ]]
	[ "$(wc -L <<<"$output")" -le 80 ]
	[[ $output == *"behind 01:59 comes 03:00"* ]]
}

@test "--ical: RFC 5545, the same UIDs in every export" {
	desk
	export ER_AT=2026-11-24T10:00:00Z
	expect 0 erctl schedule show desk --ical --days 3 --at $ER_AT
	erctl schedule show desk --ical --days 3 --at $ER_AT >a.ics
	[ "$(grep -c $'\r$' a.ics)" -eq "$(wc -l <a.ics)" ]
	[ "$(head -1 a.ics)" = $'BEGIN:VCALENDAR\r' ] && [ "$(tail -1 a.ics)" = $'END:VCALENDAR\r' ]
	grep -q 'SUMMARY:Support\\; first\\, line: ana (override)' a.ics
	grep -q $'DTSTART:20261124T120000Z\r' a.ics
	erctl schedule show desk --ical --days 9 --at 2026-11-23T10:00:00Z >b.ics
	grep ^UID a.ics | sort >a.uid
	grep ^UID b.ics | sort >b.uid
	[ -z "$(comm -23 a.uid b.uid)" ]
	[ "$(sort -u a.uid | wc -l)" -eq "$(wc -l <a.uid)" ]
	jq '.title = ("\u00e4" * 60)' desk.json | erctl -q schedule set long
	erctl schedule show long --ical --days 1 --at $ER_AT >c.ics
	LC_ALL=C awk '{ sub(/\r$/, "") } length > 75 { exit 1 }' c.ics
	iconv -f UTF-8 -t UTF-8 c.ics >/dev/null
	[ "$(tr -d '\r' <c.ics | sed -e ':a' -e 'N' -e '$!ba' -e 's/\n //g' | grep -c "$(printf 'ä%.0s' {1..60})")" -ge 2 ]
}
