#!/usr/bin/env bats
# What --json prints is what share/schemas says.
load helper

is_a() { # SCHEMA < document
	cat >doc.json
	erctl schema validate --format "$ROOT/share/schemas/$1.json" doc.json ||
		{ head -c 600 doc.json >&2; return 1; }
}

@test "stats, status and explain: empty, and with work done" {
	need_erd
	erctl stats --json | is_a er.stats.v1
	erctl status --json | is_a er.status.v1
	mkdir -p "$ER_SPOOL/etc/schedules"
	echo '{"zone":"UTC","rotation":"daily","start":"2026-01-01","members":["ana"]}' \
		>"$ER_SPOOL/etc/schedules/desk.json"
	echo '{"zone":"UTC","rotation":"daily","start":"2026-01-01","members":["ana"],"hours":{"weekly":{}}}' \
		>"$ER_SPOOL/etc/schedules/nobody.json"
	start_erd
	expect 7 erctl ask --lane echo "Ship?" --timeout 20s
	id=$(erctl -q submit --title "Look")
	eventually has_state "$id" offered
	expect 0 erctl --as ana accept "$id"
	erctl -q pause general --reason "too much" --until 2h
	erctl stats --json | is_a er.stats.v1
	erctl status --json | is_a er.status.v1
	[ "$(jq -c '[.paused[].name] | sort' doc.json)" = '["bo","general"]' ]
	erctl explain "$id" --json | is_a er.explanation.v1
	echo '{"pools":["team"],"requirements":{"skills":["welding"]}}' >"$ER_SPOOL/etc/lanes/weld.json"
	kill -HUP "$ERD_PID"
	eventually erctl -q submit --title "Weld" --lane weld --json
	erctl explain "$(erctl list --lane weld --json=id | jq -r '.[0].id')" --json | is_a er.explanation.v1
}

@test "simulate: one run, several, and where lanes verify" {
	local at=$ROOT/spool-example/scenarios
	erctl simulate "$at/busy-desk.json" --json | is_a er.simulation.v1
	erctl simulate "$at/verification.json" --json | is_a er.simulation.v1
	erctl simulate "$at/busy-desk.json" --compare --json >all.json
	for i in 0 1 2 3; do
		jq ".[$i]" all.json | is_a er.simulation.v1
	done
	jq 'del(.lanes)' doc.json >less.json
	expect 5 erctl schema validate "$ROOT/share/schemas/er.simulation.v1.json" less.json
}
