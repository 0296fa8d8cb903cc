#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

# Verification from end to end: what each stage does with answers, and what people see of it.

SCHEMA='{"type":"object","required":["v"],"additionalProperties":false,"properties":{"v":{"enum":
	["SECRET-ONE","one","two","x","y","z","mine","wrong","mended","bad","known","no","yes","again"]}}}'

# Three workers, a senior one who reviews, and a lane with this verify: VERIFY [MORE MEMBERS]
lane() {
	local etc=$ER_SPOOL/etc w
	for w in ana bo cy sen; do echo '{}' >"$etc/workers/$w.json"; done
	echo '{"members":["ana","bo","cy"]}' >"$etc/pools/team.json"
	echo '{"members":["sen"]}' >"$etc/pools/senior.json"
	echo '{"pools":["senior"]}' >"$etc/lanes/qa.review.json"
	echo "{\"pools\":[\"team\"],\"schema\":$SCHEMA,\"sla\":{\"backup\":false},\"verify\":$1${2:+,$2}}" \
		>"$etc/lanes/checked.json"
}

submit() { # into $id
	id=$(erctl submit --lane checked --title "Look" "$@")
}

asked() { # who is asked or at work
	erctl show "$1" --json=assignments |
		jq -r '[.assignments[] | select(.state=="offered" or .state=="started") | .worker][0] // ""'
}

somebody_asked() {
	[ -n "$(asked "$1")" ]
}

# The next one who is asked about TASK says VALUE.
says() {
	eventually somebody_asked "$1"
	who=$(asked "$1")
	expect "${3:-0}" erctl --as "$who" answer "$1" --set "v=$2"
}

field() { # of TASK
	erctl show "$1" --native --json | jq -r ".$2"
}

is_field() {
	[ "$(field "$1" "$2")" = "$3" ]
}

review_of() {
	erctl qa list --json | jq -r ".[] | select(.task==\"$1\") | .id"
}

under_review() {
	[ -n "$(review_of "$1")" ]
}

@test "verify: two who agree; who answered is not asked again, and nobody sees the other's answer" {
	need_erd
	lane '{"minOverlap":2,"maxOverlap":3,"consensus":"majority"}'
	start_erd
	submit
	says "$id" SECRET-ONE
	first=$who
	is_field "$id" 'verification.wanted' 2
	expect 0 erctl show "$id"
	[[ $output == *"consensus     waits for more answers: 1 of 2"* ]]
	[ "$(field "$id" "assignments[] | select(.worker==\"$first\") | .awaits")" = answers ]
	[ -z "$(find "$ER_SPOOL/inbox/$first" -name '*.json')" ]
	eventually somebody_asked "$id"
	[ "$(asked "$id")" != "$first" ]
	[ "$(jq -c 'del(.answerSchema)' "$ER_SPOOL"/inbox/*/*.json | grep -c SECRET-ONE)" = 0 ]
	expect 6 erctl --as "$first" answer "$id" --set v=again
	says "$id" SECRET-ONE
	[ "$who" != "$first" ]
	eventually has_state "$id" completed
	is_field "$id" result.answer.v SECRET-ONE
	is_field "$id" result.agreement.answers 2
	for stage in schema rules anomaly gold consensus qa; do
		is_field "$id" "answers[0].checks | map(select(.stage==\"$stage\" and .passed)) | length" 1
	done
	expect 0 erctl wait "$id" --json=agreement
	[ "$(jq .agreement.answers <<<"$output")" = 2 ]
	expect 0 erctl explain "$id"
	[[ $output == *"waits for     answers, 1 of 2: the lane asks for so many"* ]]
	[[ $output == *"check_passed answer 1 consensus"* ]]
}

@test "verify: two who do not agree; a third decides" {
	need_erd
	lane '{"minOverlap":2,"maxOverlap":3,"consensus":"majority","confidence":"0.6"}'
	start_erd
	submit
	says "$id" one
	says "$id" two
	is_field "$id" verification.wanted 3
	says "$id" two
	eventually has_state "$id" completed
	is_field "$id" result.answer.v two
	is_field "$id" result.agreement.answers 3
	is_field "$id" 'answers | map(.checks[] | select(.stage=="consensus" and (.passed|not))) | length' 1
	expect 0 erctl explain "$id"
	[[ $output == *"answers, 2 of 3: those there are do not agree enough"* ]]
}

@test "verify: a rule fails, says why, and the answer comes back mended" {
	need_erd
	lane '{"rules":[{"name":"known","logic":{"in":[{"var":"answer.v"},["x","y"]]},
		"message":"is x or y","field":"/v"}]}'
	start_erd
	submit
	says "$id" z 5
	[[ $stderr == *"is x or y"* ]]
	has_state "$id" started
	expect 0 erctl show "$id"
	[[ $output == *"rules         failed: /v: is x or y"* ]]
	[[ $output == *"consensus     -"* ]]
	expect 0 erctl --as "$who" answer "$id" --set v=y
	has_state "$id" completed
	is_field "$id" 'answers[1].checks[] | select(.stage=="rules") | .rules' 1
	expect 0 erctl explain "$id" --json
	[ "$(jq '[.decisions[] | select(.event=="task.check_failed" and .why.stage=="rules")] | length' <<<"$output")" = 1 ]
}

@test "verify: a reviewer confirms, corrects, rejects" {
	need_erd
	lane '{"qa":{"lane":"qa.review","rate":"1"}}'
	start_erd
	submit --title "Is it?"
	says "$id" mine
	eventually under_review "$id"
	expect 0 erctl show "$id"
	[[ $output == *"qa            waits for a reviewer: task_"* ]]
	review=$(review_of "$id")
	expect 0 erctl qa show "$id"
	[[ $output == *"mine"* && $output == *"$review"* ]]
	eventually somebody_asked "$review"
	[ "$(asked "$review")" = sen ]
	expect 0 erctl --as sen answer "$review" --set verdict=confirm
	eventually has_state "$id" completed
	is_field "$id" result.reviewed confirm
	expect 0 erctl show "$id"
	[[ $output == *"qa            passed, confirmed by sen"* ]]

	submit
	says "$id" wrong
	eventually under_review "$id"
	review=$(review_of "$id")
	eventually somebody_asked "$review"
	expect 0 erctl --as sen answer "$review" --set verdict=correct --set answer.v=mended
	eventually has_state "$id" completed
	is_field "$id" result.answer.v mended
	is_field "$id" 'answers[0].answer.v' wrong

	submit
	says "$id" bad
	first=$who
	eventually under_review "$id"
	review=$(review_of "$id")
	eventually somebody_asked "$review"
	expect 0 erctl --as sen answer "$review" --set verdict=reject \
		--set "reason=not what was asked"
	eventually somebody_asked "$id"
	[ "$(asked "$id")" != "$first" ]
	is_field "$id" 'answers[0].rejected[0].message' "not what was asked"
	expect 0 erctl worker show "$first" --json=reputation
	[ "$(jq '.reputation[0].observations.reviewers.wrong > 0' <<<"$output")" = true ]
}

@test "verify: kill -9 between two answers, and while a review waits" {
	need_erd
	lane '{"minOverlap":2,"maxOverlap":2,"consensus":"majority","qa":{"lane":"qa.review","rate":"1"}}'
	start_erd
	submit
	says "$id" x
	kill -9 "$ERD_PID"
	wait "$ERD_PID" 2>/dev/null || true
	start_erd
	is_field "$id" verification.wanted 2
	says "$id" x
	eventually under_review "$id"
	kill -9 "$ERD_PID"
	wait "$ERD_PID" 2>/dev/null || true
	start_erd
	review=$(review_of "$id")
	eventually somebody_asked "$review"
	expect 0 erctl --as sen answer "$review" --set verdict=confirm
	eventually has_state "$id" completed
	is_field "$id" result.agreement.answers 2
	stop_erd
	expect 0 erctl fsck
}

# ---- gold ----

# A rehearsal with time of its own, and ${1} gold tasks.
gold_world() {
	rm -rf sp
	erctl init sp --empty --organisation test --rehearsal >/dev/null 2>&1
	mkdir -p sp/etc/{lanes,pools,workers,gold}
	lane "$2"
	echo '{"members":["ana"]}' >sp/etc/pools/team.json
	echo '{"capacity":0}' >sp/etc/workers/ana.json
	for i in $(seq "$1"); do
		echo '{"lane":"checked","body":{"er":1,"lane":"checked","title":"Look","payload":{"n":'"$i"'}},
			"answer":{"v":"known"}}' >"sp/etc/gold/g$i.json"
	done
	echo '{"er":1,"title":"Look","payload":{"n":0}}' >body.json
	echo '{"v":"known"}' >right.json
	expect 0 erctl gold add --name g0 --lane checked --body body.json --answer right.json
	NOW=$(date -d 2026-03-02T08:00:00Z +%s)
	pass 0
}

pass() { # so many seconds
	NOW=$((NOW + $1))
	erd -C "$ER_SPOOL" --once --at "$(date -u -d "@$NOW" +%FT%TZ)" 2>"$T/erd.log" ||
		{ cat "$T/erd.log" >&2; return 1; }
}

inbox_ids() {
	jq -r .task "$ER_SPOOL"/inbox/ana/*.json 2>/dev/null
}

some_tasks() { # and time for tests to follow them
	for i in $(seq "$1"); do
		erctl submit --lane checked --title Look --set "payload.n=$i" >/dev/null 2>&1
	done
	pass 1
	pass 100
}

answer_all() { # ana says VALUE to whatever she has
	inbox_ids | while read -r one; do
		erctl --as ana answer "$one" --set "v=$1" >/dev/null 2>&1 || [ $? = 8 ]
	done
	pass 20
}

golds() {
	erctl list --all --from er/gold --json=id --limit 0 | jq -r '.[].id'
}

@test "verify: gold comes among the others, looks like them, and leaves no result" {
	need_erd
	gold_world 6 '{"gold":{"rate":"0.5"}}'
	some_tasks 10
	n=$(golds | wc -l)
	[ "$n" -gt 0 ]
	[ "$(inbox_ids | wc -l)" = $((n + 10)) ]
	[ "$(erctl list --count)" = 10 ]
	# the same members in the same order, whatever the task
	[ "$(jq -c '[paths | map(if type=="number" then 0 else . end)]' sp/inbox/ana/*.json | sort -u | wc -l)" = 1 ]
	run grep -rl gold sp/inbox
	[ -z "$output" ]
	answer_all known
	[ "$(golds | wc -l)" -ge "$n" ]
	for one in $(golds | head -n 1); do
		has_state "$one" completed
		[ -z "$(find sp/results -name "$one.json")" ]
		run --separate-stderr erctl events "$one" --json
		[[ $output != *'"right"'* && $output != *'"gold":'* && $output != *notBefore* ]]
	done
	[ "$(find sp/results -name '*.json' | wc -l)" = 10 ]
	expect 0 erctl stats --last $((($(date +%s) - NOW) / 86400 + 9))d --json
	[ "$(jq .tasks <<<"$output")" = 10 ]
	expect 0 erctl status --json
	[ "$(jq .tasks.completed <<<"$output")" = 10 ]
	expect 0 erctl worker show ana --json=reputation
	[ "$(jq ".reputation[0].golds == $n and .reputation[0].observations.gold.right > 0" <<<"$output")" = true ]
	expect 0 erctl gold list --left
	[[ $output == *"checked  ana"* ]]
}

@test "verify: who is wrong too often is suspended, and an operator takes that back" {
	need_erd
	gold_world 40 '{"gold":{"rate":"0.5","floor":"0.9"}}'
	for _ in 1 2 3 4 5; do
		some_tasks 6
		answer_all wrong
		[ "$(erctl status --json | jq '.suspended | length')" = 0 ] || break
	done
	expect 0 erctl status
	[[ $output == *"suspended"*"ana in checked"* ]]
	expect 0 erctl worker show ana
	[[ $output == *"ACCURACY"*"SUSPENDED"* ]]
	expect 0 erctl worker show ana --json=reputation
	[ "$(jq -r '.reputation[0] | (.suspicion == 0) or (.suspendedSince != null)' <<<"$output")" = true ]
	expect 0 erctl events --type worker.suspended --json
	[ "$(jq -r '.[0].data.worker' <<<"$output")" = ana ]
	# no more of that lane
	erctl submit --lane checked --title Look >id 2>/dev/null
	pass 10
	[ -z "$(asked "$(cat id)")" ]
	expect 8 erctl worker reinstate ana --lane checked --reason "the tests were wrong"
	pass 10
	expect 0 erctl status --json
	[ "$(jq '.suspended | length' <<<"$output")" = 0 ]
	[ "$(asked "$(cat id)")" = ana ]
	expect 0 erctl events --type worker.reinstated --json
	[ "$(jq -r '.[0].data.reason' <<<"$output")" = "the tests were wrong" ]
	expect 0 erctl fsck
}

@test "gold: documents are checked with their lane, and nobody takes the name er/gold" {
	need_erd
	lane '{}'
	echo '{"lane":"checked","body":{"er":1,"lane":"checked","title":"T"},"answer":{"v":7}}' \
		>g.json
	expect 5 erctl gold add g.json
	[[ $stderr == *"/answer/v"* ]]
	sed -i 's/7/"x"/' g.json
	expect 0 erctl gold add g.json
	[ "$output" = g ]
	expect 0 erctl gold add g.json
	expect 0 erctl gold list
	[[ $output == *"g     checked  T"* ]]
	expect 0 erctl gold show g --json=document
	[ "$(jq -r .document.answer.v <<<"$output")" = x ]
	expect 0 erctl gold check
	echo '{"pools":["team"],"schema":{"other":"string"}}' >"$ER_SPOOL/etc/lanes/checked.json"
	expect 5 erctl gold check
	[[ $output == *"etc/gold/g.json: /answer"* ]]
	expect 0 erctl gold rm g
	expect 3 erctl gold show g
	start_erd
	expect 4 erctl submit --lane checked --title T --from er/gold
}

# ---- disputes ----

@test "dispute: a requester's or a worker's; it goes to the reviewers, and twice is once" {
	need_erd
	lane '{"qa":{"lane":"qa.review","rate":"0"}}'
	start_erd
	submit --from alice
	expect 6 erctl dispute "$id" --from alice
	says "$id" no
	eventually has_state "$id" completed
	expect 4 erctl dispute "$id" --from mallory
	expect 0 erctl dispute "$id" --from alice --reason "it is yes"
	review=$output
	expect 0 erctl dispute "$id" --from alice --reason "it is yes"
	[ "$output" = "$review" ]
	expect 0 erctl show "$review" --json=body
	[ "$(jq -r '.body.disputes + " " + .body.payload.answer.v + " " + .body.payload.reason' <<<"$output")" = "$id no it is yes" ]
	[ "$(jq '.body.payload.verdicts[0].checks | length' <<<"$output")" = 6 ]
	eventually somebody_asked "$review"
	expect 0 erctl --as sen answer "$review" --set verdict=overturn --set answer.v=yes
	expect 0 erctl wait "$review"
	expect 0 erctl events --type worker.corrected --json
	[ "$(jq -r '.[0].data | .worker + " " + .lane' <<<"$output")" = "$who checked" ]
	expect 0 erctl dispute "$id" --from "$who" --reason "no indeed" --dry-run
	expect 0 erctl submit --lane general --title x --from alice
	expect 6 erctl dispute "$output" --from alice
}
