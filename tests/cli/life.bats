#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

# The life of a task, one `erd --once` at a time: what the client says when no erd is running.

# submitted → offered to ana
offered() {
	need_erd
	ID=$(erctl submit --lane review --title "Ship 1.2?" --objective $'Look\033[2J hard')
	once
	has_state "$ID" offered
	export ER_WORKER=ana
}

@test "submit, offer, accept, answer, result: queued is exit 8, erd --once does it" {
	offered
	expect 0 erctl inbox
	[[ $output == *"$ID"* ]]
	expect 8 erctl accept "$ID"
	[ "$output" = "$ID" ]
	[[ $stderr == *"no erd is running"* ]]
	has_state "$ID" offered
	once
	has_state "$ID" accepted
	expect 8 erctl start "$ID"
	once
	has_state "$ID" started
	expect 8 erctl answer "$ID" --set decision=approve --confidence 0.8
	once
	has_state "$ID" completed
	expect 0 erctl wait "$ID" --timeout 5s
	[[ $output == *'"decision": "approve"'* ]]
	expect 0 erctl wait "$ID" --json=state,answer.decision,confidence
	[[ $output == *'"state": "completed"'* ]]
	[[ $output == *'0.8'* ]]
	expect 0 erctl inbox --json
	[ "$output" = "[]" ]
	[ "$(count_new)" -eq 0 ]
	expect 0 erctl fsck
}

@test "an answer against the schema is not sent: all errors, exit 5" {
	offered
	expect 5 erctl answer "$ID" --set decision=perhaps --set extra=1
	[[ $stderr == *"/decision"* ]]
	[[ $stderr == *"nothing was sent"* ]]
	[ "$(count_new)" -eq 0 ]
	expect 5 erctl answer "$ID" --set decision=perhaps --json
	[[ $stderr == *'"instance":"/decision"'* ]]
	echo '{"decision":"reject"}' >a.json
	expect 8 erctl answer "$ID" a.json
	run -8 bash -c "erctl answer $ID - <a.json"
	expect 2 erctl answer "$ID" a.json --confidence 2
	expect 5 erctl answer "$ID" /dev/null
}

@test "an answer that erd rejects goes back to work with reasons" {
	offered
	expect 8 erctl answer "$ID" --set decision=perhaps --no-check
	once
	has_state "$ID" started
	expect 0 erctl inbox --json
	[[ $output == *'"rejections"'* ]]
	expect 0 erctl show "$ID"
	[[ $output == *"(rejected)"* ]]
}

@test "decline and release give the task back" {
	offered
	expect 8 erctl decline "$ID" --reason "on leave"
	once
	expect 0 erctl events "$ID" --ndjson
	[[ $output == *task.declined* ]]
	[[ $output == *"on leave"* ]]
}

@test "block asks, reply answers" {
	offered
	expect 8 erctl block "$ID" --ask "Which one?"
	once
	has_state "$ID" blocked
	expect 0 erctl show "$ID"
	[[ $output == *"| Which one?"* ]]
	expect 8 erctl reply "$ID" "the first"
	once
	has_state "$ID" started
	expect 2 erctl block "$ID"
	expect 2 erctl block "$ID" a --ask b
}

@test "comments reach the view; cancel closes, and later verbs are a conflict" {
	offered
	expect 8 erctl comment "$ID" "please hurry"
	expect 8 erctl cancel "$ID" --reason "fixed itself"
	once
	once
	has_state "$ID" cancelled
	expect 0 erctl show "$ID" --json=comments,closedAt
	[[ $output == *"please hurry"* ]]
	expect 6 erctl accept "$ID"
	[[ $stderr == *cancelled* ]]
	expect 7 erctl wait "$ID" --exit-status
	expect 0 erctl wait "$ID"
	[ "$(count_new)" -eq 0 ]
}

@test "a submit and its cancel that wait together are taken in this order" {
	need_erd
	ID=$(erctl submit --title t)
	expect 8 erctl cancel "$ID"
	once
	has_state "$ID" cancelled
	[ -z "$(ls "$ER_SPOOL/refused")" ]
}

@test "text from a task cannot drive the terminal" {
	offered
	for verb in "show $ID" "show $ID --json" "list" "inbox" "inbox --json" "events $ID" \
		"events $ID --ndjson" "list --json"; do
		expect 0 erctl $verb
		[[ $output != *$'\033'* ]]
	done
	expect 0 erctl show "$ID"
	[[ $output == *'| '* ]]
}

@test "list filters, formats, counts; the index knows closed tasks" {
	need_erd
	erctl submit --lane review --title "One" --urgency high >/dev/null
	erctl submit --title "Two" >/dev/null
	three=$(erctl submit --title $'Three\tand\033[31m more')
	once
	expect 8 erctl cancel "$three"
	once
	expect 0 erctl list --lane review --count
	[ "$output" = 1 ]
	expect 0 erctl list --format '%(title)'
	[ "${#lines[@]}" -eq 2 ]
	expect 0 erctl list --urgency high --json
	[[ $output == *'"title":"One"'* ]]
	expect 0 erctl list --state cancelled --ndjson
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"$three"* ]]
	[[ $output != *$'\033'* ]]
	expect 0 erctl list --all --limit 1
	[[ $stderr == *"1 of 3 shown"* ]]
	expect 0 erctl list --json=id,state
	[[ $output != *title* ]]
	expect 2 erctl list --format '%(nonsense)'
	expect 0 erctl list --format '%(id:.9)%x09%(state:json)'
	[[ ${lines[0]} =~ ^task_ ]]
}

@test "ids complete where the verb accepts the task, newest first" {
	offered
	expect 0 erctl __complete accept ""
	[[ ${lines[0]} == "$ID"$'\t'"offered"* ]]
	[ "${lines[-1]}" = ":36" ]
	expect 0 erctl __complete reply ""
	[ "${lines[*]}" = ":36" ]
}

@test "what erd refuses lies in refused/ and is listed" {
	need_erd
	echo 'not json}' >"$ER_SPOOL/new/some-name"
	once
	expect 0 erctl status --refused
	[[ $output == some-name:* ]]
	expect 0 erctl status --refused --ndjson
	[[ $output == *'er.refusal.v1'* ]]
}

@test "views can be deleted and rebuilt, byte for byte" {
	offered
	erctl answer "$ID" --set decision=approve >/dev/null 2>&1 || [ $? -eq 8 ]
	erctl submit --title other >/dev/null
	once
	mkdir before
	cp -a "$ER_SPOOL"/tasks "$ER_SPOOL"/inbox "$ER_SPOOL"/results before/
	rm -r "$ER_SPOOL"/tasks "$ER_SPOOL"/inbox "$ER_SPOOL"/results
	expect 0 erctl fsck --rebuild
	diff -r before/tasks "$ER_SPOOL/tasks"
	diff -r before/inbox "$ER_SPOOL/inbox"
	diff -r before/results "$ER_SPOOL/results"
	expect 0 erctl fsck --json
	[[ $output == *'"clean": true'* ]]
}

@test "a damaged journal is an error that names the place" {
	offered
	sed -i '3s/"actor"/"actoR"/' "$ER_SPOOL/journal/00000001.ndjson"
	run --separate-stderr erctl fsck
	[ "$status" -eq 1 ]
}

# the text of a literal block of a manual page
example() {
	sed -n '/^\.Sh EXAMPLES/,$p' "$ROOT/share/man/$1" |
		awk -v want="$2" '/^\.Bd/ {n++; next} /^\.Ed/ {on = 0; next} n == want {print}' |
		awk '/^\.[A-Z]/ {exit} {gsub(/\\e/, "\\"); print}'
}

@test "er-spool(5) tells the truth: submit by shell, check a hash by shell" {
	need_erd
	example er-spool.5 1 | sed "s|/var/spool/er|$ER_SPOOL|" >submit.sh
	bash -e submit.sh
	[ "$(count_new)" -eq 1 ]
	once
	[ "$(count_new)" -eq 0 ]
	expect 0 erctl list --format '%(title)'
	[ "$output" = "Look at this" ]
	cd "$ER_SPOOL"
	example er-spool.5 2 >"$T/hash.sh"
	expect 0 bash -e "$T/hash.sh"
	sed -n 3p journal/00000001.ndjson | grep -q "\"hash\":\"${output%% *}\"}"
}
