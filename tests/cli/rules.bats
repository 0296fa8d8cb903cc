#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

# Stage 2: rules in a lane's document, and programs that judge answers.

# program NAME: the script on stdin is etc/programs/NAME
program() {
	mkdir -p "$ER_SPOOL/etc/programs"
	cat >"$ER_SPOOL/etc/programs/$1"
	chmod +x "$ER_SPOOL/etc/programs/$1"
}

# lane VERIFY: the lane "checked" with this member "verify"
lane() {
	jq -n --argjson verify "$1" '{pools: ["team"], slaSeconds: 600, verify: $verify}' \
		>"$ER_SPOOL/etc/lanes/checked.json"
}

# one_program [JSON]: the lane with the program etc/programs/p, with these members beside
one_program() {
	lane "$(jq -n --argjson more "${1:-null}" \
		'{programs: [{name: "p", command: ["etc/programs/p"]} + $more]}')"
}

submit() {
	id=$(erctl -q submit --lane checked --title "Is it so?" --payload '{"amount": 7}')
}

# answered [ANSWER]: a task of the lane with an answer that erd has not seen yet
answered() {
	submit
	once
	say "$@"
}

say() {
	say_as ana "${1:-{\"decision\":\"approve\"\}}"
}

say_as() { # exit status 8: there is no erd yet
	echo "$2" | erctl -q --as "$1" answer "$id" - >/dev/null || [ $? -eq 8 ]
}

data() { # TYPE: data of the task's events of that type
	erctl events "$id" --ndjson | jq -c --arg t "$1" 'select(.type == $t) | .data'
}

reasons() { # of the last rejection
	data task.rejected | tail -n 1 | jq -r '.reasons[] | "\(.instance)|\(.keyword)|\(.message)"'
}

rejected() {
	[ -n "$(data task.rejected)" ]
}

held() {
	data task.held | tail -n 1 | grep -q '"awaits":"programs"'
}

logged() {
	grep -q "$1" "$T/erd.log"
}

# cannot_judge REASON: nothing is held against the worker, the answer waits, and the log says why
cannot_judge() {
	once
	[ -z "$(data task.rejected)" ]
	[ -z "$(data task.completed)" ]
	held
	[ "$(grep -c rule.failing "$T/erd.log")" = 1 ] || { cat "$T/erd.log"; false; }
	logged "$1" || { cat "$T/erd.log"; false; }
}

# Not there, or a zombie that its new parent will collect.
gone() {
	[ ! -e "/proc/$1/stat" ] || grep -q ') [ZX] ' "/proc/$1/stat"
}

rules_passed() {
	data task.check_passed | grep -c '"stage":"rules"'
}

@test "a program passes the answer, and what it was told" {
	need_erd
	one_program
	program p <<-END
		#!/bin/sh
		cat >$T/told
		env | grep -v -e ^_= -e ^PWD= -e ^OLDPWD= -e ^SHLVL= | sort >$T/env
		pwd >$T/pwd
		umask >>$T/pwd
	END
	answered '{"decision":"approve"}'
	once
	has_state "$id" completed
	[ "$(rules_passed)" = 1 ]
	[ "$(data task.check_passed | jq -c 'select(.stage == "rules") | .programs')" = 1 ]
	jq -e --arg id "$id" '.task.id == $id and .task.lane == "checked" and .task.payload.amount == 7 and
		.task.title == "Is it so?" and .answer.decision == "approve" and .worker == {name: "ana"} and
		.attempt == 1 and (.now | test("^20..-.*Z$"))' told
	[ "$(cat env)" = "ER_LANE=checked
ER_SPOOL=$ER_SPOOL
ER_TASK=$id
ER_WORKER=ana
HOME=/nonexistent
LANG=C.UTF-8
PATH=$PATH
TZ=UTC" ]
	[ "$(cat pwd)" = "$ER_SPOOL
0077" ]
	expect 0 erctl fsck
}

@test "it says no: the reasons come back to the worker, and the next answer passes" {
	need_erd
	one_program
	program p <<-'END'
		#!/bin/sh
		jq -e '.answer.note // "" | length > 3' >/dev/null && exit 0
		echo '{"reasons":[{"field":"/note","message":"say more"},{"message":"as a whole, too"}]}'
		exit 1
	END
	answered
	once
	[ "$(reasons)" = "/note|/programs/p|say more
|/programs/p|as a whole, too" ]
	has_state "$id" started
	[[ $(cat "$ER_SPOOL"/inbox/ana/*.json) == *"say more"* ]]
	expect 0 erctl --as ana inbox --json
	[[ $output == *"$id"* ]]
	say '{"decision":"approve","note":"because"}'
	once
	has_state "$id" completed
	[ "$(rules_passed)" = 1 ]
	[ "$(data task.check_failed | jq -r .stage)" = rules ]
}

@test "text, no text and too much of it are reasons, too" {
	need_erd
	one_program
	submit
	once
	while IFS='~' read -r script want; do
		printf '#!/bin/sh\n%s\nexit 1\n' "$script" | program p
		jq -n '{pools: ["team"], maxAttempts: 20,
			verify: {programs: [{name: "p", command: ["etc/programs/p"]}]}}' \
			>"$ER_SPOOL/etc/lanes/checked.json"
		answered
		once
		[ "$(reasons | head -n 1)" = "|/programs/p|$want" ] || { reasons; false; }
	done <<-'END'
		echo too short~too short
		printf "one\ntwo\n"~one
		:~does not pass this check
		printf '\033[2Jx'~<U+001B>[2Jx
		printf '{"reasons": 7}'~{"reasons": 7}
		echo '[{"message":"no","field":7}]'~[{"message":"no","field":7}]
	END
	printf '#!/bin/sh\nyes "a line of text" | head -n 5000\nexit 1\n' | program p
	answered
	once
	[ "$(reasons | wc -l)" = 16 ]
	[ "$(reasons | tail -n 1)" = "|/programs/p|… and more that is not shown" ]
	printf '#!/bin/sh\nhead -c 300000 /dev/urandom\nexit 1\n' | program p
	answered
	once
	[ "$(reasons | wc -l)" -ge 1 ]
	expect 0 erctl fsck
}

@test "to somebody else where the lane says so, and the end where it says that" {
	need_erd
	echo '{"kind":"human"}' >"$ER_SPOOL/etc/workers/bo.json"
	printf '#!/bin/sh\necho no\nexit 1\n' | program p
	lane '{"programs":[{"name":"p","command":["etc/programs/p"]}],"onFail":{"rules":"reroute"}}'
	submit
	once
	first=$(data task.offered | jq -r .worker)
	say_as "$first" '{"a":1}'
	once
	second=$(data task.offered | tail -n 1 | jq -r .worker)
	[ "$first" != "$second" ]
	lane '{"programs":[{"name":"p","command":["etc/programs/p"]}],"onFail":{"rules":"fail"}}'
	say_as "$second" '{"a":1}'
	once
	has_state "$id" failed
}

@test "a worker that is a program is told no like any other, and asked again" {
	need_erd
	printf '#!/bin/sh\necho no\nexit 1\n' | program p
	jq -n '{pools: ["bots"], slaSeconds: 600, maxAttempts: 2,
		verify: {programs: [{name: "p", command: ["etc/programs/p"]}]}}' \
		>"$ER_SPOOL/etc/lanes/checked.json"
	submit
	once
	has_state "$id" failed
	[ "$(data task.rejected | wc -l)" = 2 ]
}

@test "two programs: in order, and the first that says no is the last" {
	need_erd
	lane '{"programs":[{"name":"a","command":["etc/programs/log","a","0"]},
		{"name":"b","command":["etc/programs/log","b","0"]}]}'
	printf '#!/bin/sh\necho $1 >>%s/ran\nexit $2\n' "$T" | program log
	answered
	once
	has_state "$id" completed
	[ "$(xargs <ran)" = "a b" ]
	lane '{"programs":[{"name":"a","command":["etc/programs/log","a","1"]},
		{"name":"b","command":["etc/programs/log","b","0"]}]}'
	answered
	once
	[ "$(xargs <ran)" = "a b a" ]
	[ "$(reasons)" = "|/programs/a|does not pass this check" ]
}

@test "a program that takes too long is ended with all it started" {
	need_erd
	one_program '{"timeoutSeconds": 1}'
	printf '#!/bin/sh\nsleep 1000 &\necho $! >%s/sub\necho $$ >%s/main\nwait\n' "$T" "$T" |
		program p
	answered
	cannot_judge 'no answer within 1s'
	eventually gone "$(cat main)"
	eventually gone "$(cat sub)"
}

@test "what a program leaves behind is ended" {
	need_erd
	one_program
	printf '#!/bin/sh\nsleep 1000 >/dev/null 2>&1 </dev/null &\necho $! >%s/sub\nexit 0\n' \
		"$T" | program p
	answered
	once
	has_state "$id" completed
	eventually gone "$(cat sub)"
}

@test "memory, file size and time are limited, and no fault of the worker" {
	need_erd
	command -v python3 >/dev/null || skip "no python3"
	one_program '{"memoryMiB": 128}'
	printf '#!/usr/bin/env python3\nx = bytearray(1 << 30)\n' | program p
	answered
	cannot_judge 'exit status 1 with nothing but errors: MemoryError'
	printf '#!/bin/sh\nulimit -v\nulimit -n\nulimit -c\nulimit -t\nulimit -H -v\nexit 1\n' |
		program p
	once
	[ "$(reasons | cut -d '|' -f 3 | xargs)" = "131072 64 0 10 131072" ]
	printf '#!/bin/sh\nhead -c 2000000 /dev/zero >%s/big\n' "$T" | program p
	answered
	cannot_judge 'File size limit exceeded\|exit status'
	[ "$(stat -c %s big)" = 1048576 ]
}

@test "a program gets three descriptors, all its own" {
	need_erd
	one_program
	printf '#!/bin/sh\nexec ls -l /proc/self/fd >%s/fds\n' "$T" | program p
	exec 7<"$T" 8<"$ER_SPOOL/spool.json"
	answered
	once
	exec 7<&- 8<&-
	has_state "$id" completed
	# beside its three ls has the folder that it reads open
	[ "$(awk 'NR > 1 && $11 !~ /^\/proc\// { print $9 }' fds | xargs)" = "0 1 2" ]
}

@test "what cannot judge: other exit, signal, no such program, nothing to run, a flood" {
	need_erd
	while IFS='~' read -r script want; do
		one_program
		printf '#!/bin/sh\n%s\n' "$script" | program p
		answered
		cannot_judge "$want"
		erctl -q cancel "$id" || [ $? -eq 8 ]
	done <<-'END'
		echo why >&2; exit 2~exit status 2: why
		kill -9 $$~ended by signal 9
		exit 127~exit status 127
		cat /dev/zero~more than 1048576 bytes
	END
	rm "$ER_SPOOL/etc/programs/p"
	answered
	cannot_judge 'no program.*etc/programs/p'
	echo garbage | program p
	answered
	cannot_judge 'exit status 126'
}

@test "once it can judge again the answer goes on, and both are said once" {
	printf '#!/bin/sh\nexit 3\n' | program p
	one_program
	submit
	start_erd
	eventually has_state "$id" offered
	say
	eventually logged rule.failing
	printf '#!/bin/sh\nexit 0\n' | program p
	eventually has_state "$id" completed
	[ "$(grep -c rule.failing erd.log)" = 1 ]
	[ "$(grep -c 'rule.recovered.*checked/p' erd.log)" = 1 ]
	stop_erd
	expect 0 erctl fsck
}

@test "another configuration is another chance, at once" {
	program p <<-END
		#!/bin/sh
		echo x >>$T/tries
		exit 3
	END
	one_program
	submit
	start_erd
	eventually has_state "$id" offered
	say
	eventually logged rule.failing
	lane '{}'
	kill -HUP "$ERD_PID"
	eventually has_state "$id" completed
}

@test "a task that is cancelled while its answer is judged: no verdict, nothing refused" {
	mkfifo "$T/go"
	printf '#!/bin/sh\necho $$ >%s/main\nread x <%s/go\nexit 0\n' "$T" "$T" | program p
	one_program
	submit
	start_erd
	eventually has_state "$id" offered
	say
	eventually test -s main
	expect 0 erctl cancel "$id"
	eventually has_state "$id" cancelled
	echo >"$T/go"
	eventually gone "$(cat main)"
	stop_erd
	[ -z "$(find "$ER_SPOOL/refused" -type f)" ]
	run ! logged message.refused
	expect 0 erctl fsck
}

@test "erd ends while a program judges: it is asked again, and there is one verdict" {
	mkfifo "$T/go"
	printf '#!/bin/sh\necho x >>%s/tries\nread x <%s/go\nexit 0\n' "$T" "$T" | program p
	one_program
	submit
	start_erd
	eventually has_state "$id" offered
	say
	eventually test -s tries
	kill -9 "$ERD_PID"
	wait "$ERD_PID" 2>/dev/null || true
	held
	start_erd
	eventually tries 2
	stop_erd # in good order: with a snapshot
	held
	start_erd
	eventually tries 3
	echo >"$T/go" &
	eventually has_state "$id" completed
	stop_erd
	[ "$(rules_passed)" = 1 ]
	expect 0 erctl fsck
}

tries() {
	[ "$(wc -l <"$T/tries")" -ge "$1" ]
}

@test "kill -9 between the verdict and its commit: there is one verdict" {
	printf '#!/bin/sh\nexit 0\n' | program p
	one_program
	answered
	# the verdict is put into new/ and erd is gone before it reads it: done here by hand
	printf '#!/bin/sh\nkill -9 $PPID\n' | program p
	run erd -C "$ER_SPOOL" --once
	[ "$status" -eq 137 ]
	held
	printf '{"er":1,"type":"checked","id":"msg_%026d","task":"%s","from":"erd","body":{"worker":"ana","attempt":1,"passed":true}}\n' \
		1 "$id" >"$ER_SPOOL/new/msg_$(printf %026d 1)"
	printf '#!/bin/sh\necho x >>%s/tries\nexit 1\n' "$T" | program p
	once
	has_state "$id" completed
	[ ! -e tries ]
	[ "$(rules_passed)" = 1 ]
	[ -z "$(data task.rejected)" ]
	# a second one is for nothing that waits
	printf '{"er":1,"type":"checked","id":"msg_%026d","task":"%s","from":"erd","body":{"worker":"ana","attempt":1,"passed":false}}\n' \
		2 "$id" >"$ER_SPOOL/new/msg_$(printf %026d 2)"
	once
	has_state "$id" completed
	expect 0 erctl fsck
}

@test "many at once: eight run, the others wait, all are judged" {
	program p <<-END
		#!/bin/sh
		echo \$\$ >$T/run.\$\$
		ls $T/run.* | wc -l >>$T/most
		rm $T/run.\$\$
	END
	one_program
	jq '.capacity = 0' "$ER_SPOOL/etc/workers/ana.json" >w &&
		mv w "$ER_SPOOL/etc/workers/ana.json"
	need_erd
	for _ in $(seq 30); do submit; echo "$id"; done >ids
	once
	while read -r id; do say; done <ids
	once
	while read -r id; do has_state "$id" completed; done <ids
	[ "$(wc -l <most)" = 30 ]
	[ "$(sort -n most | tail -n 1)" -le 8 ]
}

@test "rules in the lane's document: reasons with their field" {
	need_erd
	lane '{"rules":[{"name":"note","field":"/note","message":"a rejection says why",
		"logic":{"or":[{"==":[{"var":"answer.decision"},"approve"]},{"!!":{"var":"answer.note"}}]}},
		{"name":"small","logic":{"<":[{"var":"task.payload.amount"},10]}}]}'
	answered '{"decision":"reject"}'
	once
	[ "$(reasons)" = "/note|/rules/note|a rejection says why" ]
	say '{"decision":"reject","note":"late"}'
	once
	has_state "$id" completed
	[ "$(data task.check_passed | jq -c 'select(.stage == "rules") | .rules')" = 2 ]
}

@test "rules come before programs" {
	need_erd
	lane '{"rules":[{"name":"never","logic":false}],"programs":[{"name":"p","command":["etc/programs/p"]}]}'
	printf '#!/bin/sh\necho x >%s/ran\n' "$T" | program p
	answered
	once
	[ "$(reasons)" = "|/rules/never|does not meet the rule" ]
	[ ! -e ran ]
}

@test "what is wrong in a lane's verify is named by its pointer" {
	while IFS='~' read -r verify pointer; do
		lane "$verify"
		expect 5 erctl lane check checked
		[[ $output$stderr == *"$pointer"* ]] || { echo "$output$stderr"; false; }
	done <<-'END'
		{"rules":[{"name":"r","logic":{"nosuch":[1]}}]}~/verify/rules/0/logic
		{"rules":[{"name":"r"}]}~/verify/rules/0/logic
		{"rules":[{"logic":true}]}~/verify/rules/0/name
		{"programs":[{"name":"p"}]}~/verify/programs/0/command
		{"programs":[{"name":"p","command":[]}]}~/verify/programs/0/command
		{"programs":[{"name":"p","command":["x"],"timeoutSeconds":601}]}~/verify/programs/0/timeoutSeconds
		{"programs":[{"name":"p","command":["x"],"memoryMiB":8}]}~/verify/programs/0/memoryMiB
		{"onFail":{"rules":"shrug"}}~/verify/onFail/rules
	END
}
