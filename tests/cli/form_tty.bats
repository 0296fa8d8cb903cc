#!/usr/bin/env bats
# Forms on terminals: the line prompts through a pty, the full screen in tmux.
# shellcheck disable=SC2154,SC2046 # $output and $stderr are set by bats; pids are words
load helper
load tmux

setup_form() {
	need_erd
	unset CI ER_NO_INPUT ER_ACCESSIBLE VISUAL EDITOR ER_EDITOR ESCDELAY
	export TERM=xterm ER_WORKER=ana
	cp "$ROOT/spool-example/etc/schemas/review_decision.v1.json" "$ER_SPOOL/etc/schemas/"
	echo '{"pools":["solo"],"slaSeconds":6000,"priceUsd":"25.00","schema":"review_decision.v1"}' \
		>"$ER_SPOOL/etc/lanes/ship.json"
	echo '{"members":["ana"]}' >"$ER_SPOOL/etc/pools/solo.json"
	echo '{"pools":["solo"],"slaSeconds":6000}' >"$ER_SPOOL/etc/lanes/plain.json"
}

teardown() {
	tui_stop
	stop_erd
	rm -rf "$T"
}

# A task with that schema, offered to ana; its id.
task_of() {
	printf '%s\n' "$1" >schema.json
	erctl -q submit --lane plain --title "${2:-A question}" --schema @schema.json
	once
}

review_task() {
	erctl -q submit --lane ship --title "Ship release 4.2?" \
		--set instructions="Look at the diff."
	once
}

line_form() {
	run --separate-stderr python3 "$BATS_TEST_DIRNAME/terminal.py" -- erctl answer "$ID" --line
}

# A script of these lines as the user's editor.
editor() {
	printf '%s\n' '#!/bin/sh' "$@" >"$T/ed.sh"
	chmod +x "$T/ed.sh"
	export ER_EDITOR=$T/ed.sh
}

answer_of() {
	erctl show "$1" --ndjson --json=answers |
		python3 -c 'import json,sys; print(json.dumps(json.load(sys.stdin)["answers"][-1]["answer"]))'
}

draft_file() {
	find "$XDG_STATE_HOME/er/drafts" -name '*.json' ! -name '.*'
}

# draft EXPRESSION: of the one draft there is
draft() {
	python3 -c 'import json,sys; d=json.load(open(sys.argv[1])); print(json.dumps(eval(sys.argv[2])))' \
		"$(draft_file)" "$1"
}

draft_is() {
	[ "$(draft "$1" 2>/dev/null)" = "$2" ]
}

# ---- full screen ----

full_screen() { # COLS ROWS
	tui_start "$1" "$2" erctl answer "$ID"
}

# What the shell of the terminal runs.
form_pid() {
	local shell
	shell=$(tmux_ display -p '#{pane_pid}')
	cat "/proc/$shell/task/$shell/children"
}

server_gone() {
	! tmux_ list-sessions >/dev/null 2>&1
}

# The terminal dies, without a word to what runs in it.
kill_terminal() {
	kill -9 "$(tmux_ display -p '#{pid}')"
	eventually server_gone
	rm -f "$T/tmux.sock"
}

# ---- line by line ----

@test "line form: a decision answered end to end" {
	setup_form
	ID=$(review_task)
	line_form <<-'STEPS'
		wait | Ship release 4.2?
		wait [1/3] Decision *
		wait 2  ship_with_fixes
		wait >
		line 2
		wait [2/3] Severity *
		line med
		wait [3/3] Summary *
		line Two findings.
		line Neither blocks.
		line .
		wait Actions
		line Patch the guard
		wait Item 2
		line Run the smoke test
		wait Item 3
		line
		wait Confidence
		line 0.8
		wait | price  25.00 USD
		wait submit, edit N
		line submit
	STEPS
	[ "$status" -eq 8 ] || { echo "$output$stderr"; false; }
	once
	[ "$(answer_of "$ID")" = '{"actions": ["Patch the guard", "Run the smoke test"], "decision": "ship_with_fixes", "severity": "medium", "summary": "Two findings.\nNeither blocks."}' ] ||
		{ answer_of "$ID"; false; }
	[ "$(find "$XDG_STATE_HOME/er/drafts" -type f | wc -l)" = 0 ]
}

@test "line form: what is wrong is explained at the field and asked again" {
	setup_form
	ID=$(task_of '{"type":"object","required":["n"],"properties":{"n":{"type":"integer",
		"minimum":1,"maximum":10},"mail":{"type":"string","minLength":3}}}')
	line_form <<-'STEPS'
		wait [1/2] N *
		line
		wait must be answered
		line eleven
		wait   no:
		wait [1/2]
		line 11
		wait   no:
		wait 10
		wait [1/2]
		line 7
		wait [2/2]
		line ab
		wait   no:
		wait [2/2]
		line abc
		wait Confidence
		line 7
		wait   no:
		wait Confidence
		line
		wait submit, edit N
		line draft
	STEPS
	[ "$status" -eq 0 ] || { echo "$output$stderr"; false; }
	draft_is 'd["answer"]' '{"n": 7, "mail": "abc"}'
}

@test "line form: words: help, back, clear, list, task, quit" {
	setup_form
	ID=$(task_of '{"type":"object","required":["a"],"properties":{"a":{"type":"string",
		"description":"About a."},"b":{"type":"string"}}}')
	line_form <<-'STEPS'
		wait [1/2]
		line ?
		wait | About a.
		wait !draft
		line first
		wait [2/2]
		line <
		wait | first
		line !clear
		wait [1/2]
		line !!!x
		wait [2/2]
		line !list
		wait |  1 A: !x
		line !task
		wait | A question
		line !nonsense
		wait not a word
		line !quit
		wait Throw away
		line n
		wait [2/2]
		line !quit
		wait Throw away
		line y
	STEPS
	[ "$status" -eq 0 ] || { echo "$output$stderr"; false; }
	[ "$(find "$XDG_STATE_HOME/er/drafts" -type f | wc -l)" = 0 ]
}

@test "line form: end of input, a hangup and SIGKILL keep the draft; it goes on" {
	setup_form
	ID=$(review_task)
	line_form <<-'STEPS'
		wait [1/3]
		line block
		wait [2/3]
		eof
	STEPS
	[ "$status" -eq 0 ] || { echo "$output$stderr"; false; }
	draft_is 'd["answer"]["decision"]' '"block"'
	line_form <<-'STEPS'
		wait [2/3] Severity *
		line high
		wait [3/3] Summary
		wait >
		line half a
		wait >
		line thought
		wait >
		kill
	STEPS
	[ "$status" -eq 137 ]
	draft_is 'd["answer"]["severity"]' '"high"'
	draft_is 'd["texts"]["/summary"]' '"half a\nthought"'
	line_form <<-'STEPS'
		wait [3/3] Summary
		wait | half a
		wait | thought
		line
		wait Item 1
		line one
		wait Item 2
		hangup
	STEPS
	draft_is 'd["answer"]["summary"], d["answer"]["actions"]' '["half a\nthought", ["one"]]'
}

@test "line form: ^C leaves, and the draft stays" {
	setup_form
	ID=$(review_task)
	line_form <<-'STEPS'
		wait [1/3]
		line block
		wait [2/3]
		send \x03
	STEPS
	[ "$status" -eq 0 ] || { echo "$output$stderr"; false; }
	draft_is 'd["answer"]["decision"]' '"block"'
}

@test "line form: nothing is asked without a terminal or with --no-input" {
	setup_form
	ID=$(review_task)
	run --separate-stderr erctl answer "$ID" --line </dev/null
	[ "$status" -ne 0 ]
	[[ $stderr != *"> "* ]]
	run python3 "$BATS_TEST_DIRNAME/terminal.py" -- erctl --no-input answer "$ID" --line <<<eof
	[[ $output != *Decision* ]]
}

@test "line form: a condition shows and hides its field, which keeps its text" {
	setup_form
	ID=$(task_of '{"type":"object","required":["ok"],"properties":{"ok":{"type":"boolean"}},
		"if":{"properties":{"ok":{"const":false}},"required":["ok"]},
		"then":{"required":["why"],"properties":{"why":{"type":"string"}}}}')
	line_form <<-'STEPS'
		wait [1/1] Ok *
		line n
		wait [2/2] Why *
		line Broken.
		wait Confidence
		line <
		line <
		wait [1/2] Ok
		line y
		wait Confidence
		line
		wait submit, edit N
		line edit 1
		wait [1/1] Ok
		line n
		wait [2/2] Why
		wait | Broken.
		line
		wait Confidence
		line
		wait submit, edit N
		line submit
	STEPS
	once
	[ "$(answer_of "$ID")" = '{"ok": false, "why": "Broken."}' ] ||
		{ echo "$output$stderr"; answer_of "$ID"; false; }
}

@test "line form: variants, lists of objects, removing and moving items" {
	setup_form
	ID=$(task_of '{"type":"object","required":["kind"],
		"properties":{"kind":{"oneOf":[{"title":"By card","type":"object",
		"required":["card"],"properties":{"card":{"type":"string"}}},{"title":"By bank",
		"type":"object","required":["iban"],"properties":{"iban":{"type":"string"}}}]},
		"parts":{"type":"array","items":{"type":"object","required":["name"],
		"properties":{"name":{"type":"string"}}}}}}')
	line_form <<-'STEPS'
		wait 2  By bank
		line by b
		wait Iban *
		line DE02
		wait [+]
		line y
		wait Name *
		line one
		wait one more
		line y
		wait Name *
		line two
		wait one more
		line y
		wait Name *
		line three
		line <
		wait Name *
		line !up
		wait moved
		wait Name *
		line !remove
		wait removed
		line !list
		wait submit
		line !draft
	STEPS
	draft_is 'd["answer"]["kind"]' '{"iban": "DE02"}' ||
		{ echo "$output$stderr"; cat "$(draft_file)"; false; }
	draft_is 'len(d["answer"]["parts"])' 2
}

@test "line form: hostile labels, titles and values stay text on their lines" {
	setup_form
	ID=$(task_of "$(printf '{"type":"object","required":["a"],"properties":{"a":{"title":"A\\u001b[2J\\u202e\\n> approved","description":"one\\n> forged\\u0007","enum":["x\\n> y","z"]}}}')" 'T\u001b]0;x')
	line_form <<-'STEPS'
		wait | one
		wait | > forged<U+0007>
		wait 2  z
		line 2
		wait Confidence
		eof
	STEPS
	[ "$status" -eq 0 ] || { echo "$output$stderr"; false; }
	[[ $output == *'A<U+001B>[2J<U+202E><U+000A>> approved'* ]]
	[[ $output == *'x<U+000A>> y'* ]]
	[[ $output != *$'\e'* ]]
	run ! grep -q '^> \(approved\|forged\|y\)' <<<"$output"
}

@test "line form: the editor takes one field as plain text" {
	setup_form
	ID=$(review_task)
	editor '[ -z "$(cat "$1")" ] || exit 3' 'printf "From the\neditor.\n" >"$1"'
	line_form <<-'STEPS'
		wait [1/3]
		line ship
		wait [2/3]
		line none
		wait [3/3] Summary
		line e
		wait Item 1
		line !list
		wait editor.
		line !draft
	STEPS
	draft_is 'd["answer"]["summary"]' '"From the\neditor."' || { echo "$output$stderr"; false; }
}

@test "line form: evidence is looked at once, and demanded where the task does" {
	setup_form
	printf '{"type":"object","properties":{"a":{"type":"string"}}}' >schema.json
	ID=$(erctl -q submit --lane plain --title x --schema @schema.json --set evidenceRequired=true)
	once
	echo proof >proof.txt
	line_form <<-'STEPS'
		wait [1/1] A
		line
		wait Evidence 1 *
		line nothing-here
		wait   no:
		wait Evidence 1
		line
		wait Confidence
		line
		wait lacks
		wait Evidence 1
		line proof.txt
		wait Evidence 2
		line https://example.org/log
		wait Evidence 3
		line
		wait Confidence
		line
		wait submit, edit N
		line draft
	STEPS
	draft_is 'd["evidence"]' "[\"$T/proof.txt\", \"https://example.org/log\"]" ||
		{ echo "$output$stderr"; false; }
}

# ---- the full screen ----

@test "full screen: a decision answered end to end" {
	setup_form
	ID=$(review_task)
	full_screen 80 24
	sees "Decision *"
	sees "1  ( ) ship"
	sees "| Look at the diff."
	keys 2
	sees "(o) ship_with_fixes"
	keys Tab
	keys med
	sees "(o) medium"
	keys Tab "Two findings." Enter "Neither blocks."
	sees "29/4000"
	keys Tab
	keys "Patch the guard" Enter
	sees "+ Item 2"
	keys "Run the smoke test" Enter Enter
	keys 0.8
	keys C-x
	sees "Your answer to"
	sees "Price 25.00 USD, as ana."
	keys s
	tui_ends 8
	once
	[ "$(answer_of "$ID")" = '{"actions": ["Patch the guard", "Run the smoke test"], "decision": "ship_with_fixes", "severity": "medium", "summary": "Two findings.\nNeither blocks."}' ] ||
		{ answer_of "$ID"; false; }
}

@test "full screen: kill -9 of the terminal loses no key that it showed" {
	setup_form
	ID=$(review_task)
	full_screen 80 24
	sees "Decision *"
	keys 3 Tab 2 Tab "Every letter of this"
	sees "Every letter of this"
	kill_terminal
	draft_is 'd["answer"]["decision"], d["answer"]["severity"]' '["block", "low"]'
	draft_is 'd["texts"]["/summary"]' '"Every letter of this"'
	full_screen 80 24
	sees "Every letter of this"
	keys " and more"
	sees "this and more"
	kill -9 $(form_pid)
	tui_ends 137
	draft_is 'd["texts"]["/summary"]' '"Every letter of this and more"'
}

@test "full screen: the process killed between two keys has every key before" {
	setup_form
	ID=$(review_task)
	full_screen 80 24
	sees "Decision *"
	keys Tab Tab "abc"
	sees "3/4000"
	kill -9 $(form_pid)
	draft_is 'd["texts"]["/summary"]' '"abc"'
}

@test "full screen: Esc, ^C and SIGTERM leave, and the draft stays" {
	setup_form
	ID=$(review_task)
	local text=
	for end in Escape C-c TERM; do
		full_screen 80 24
		sees "Summary *"
		[ -n "$text" ] || keys 1 Tab 1 Tab
		keys "x"
		text=x$text
		sees "$text"
		case $end in
		TERM) kill $(form_pid); tui_ends 0 ;;
		C-c) keys C-c; eventually server_gone ;; # and the shell around it
		*) keys $end; tui_ends 0 ;;
		esac
		draft_is 'd["texts"].get("/summary", d["answer"].get("summary"))' "\"$text\""
		tui_stop
		eventually server_gone
	done
}

@test "full screen: what is wrong is said, and submitting jumps to it" {
	setup_form
	ID=$(task_of '{"type":"object","required":["a","n"],"properties":{"a":{"type":"string"},
		"n":{"type":"integer","minimum":1,"maximum":10}}}')
	full_screen 80 24
	sees "A *"
	keys Tab 11 Tab
	sees "! "
	sees "10"
	keys C-x
	sees "this lacks or is wrong"
	keys "text" Tab BSpace Tab C-x
	sees "Your answer to"
	keys d
	tui_ends 0
	draft_is 'sorted(d["answer"].items())' '[["a", "text"], ["n", 1]]' ||
		{ cat "$(draft_file)"; false; }
}

@test "full screen: a condition, a variant, items added, moved and removed" {
	setup_form
	ID=$(task_of '{"type":"object","required":["ok"],"properties":{"ok":{"type":"boolean"},
		"how":{"oneOf":[{"title":"By card","type":"object","required":["card"],
		"properties":{"card":{"type":"string"}}},{"title":"By bank","type":"object",
		"required":["iban"],"properties":{"iban":{"type":"string"}}}]},
		"parts":{"type":"array","items":{"type":"string"}}},
		"if":{"properties":{"ok":{"const":false}},"required":["ok"]},
		"then":{"required":["why"],"properties":{"why":{"type":"string"}}}}')
	full_screen 80 24
	sees "1  ( ) yes"
	screen_lacks "Why *"
	keys n
	sees "Why *"
	keys y
	sees "(o) yes"
	screen_lacks "Why *"
	keys Tab 2
	sees "Iban *"
	keys Tab DE02 Tab
	sees "+ Item 1"
	keys one Enter two Enter three Enter
	sees "+ Item 4"
	keys Up C-r u
	eventually draft_is 'd["answer"].get("parts")' '["one", "three", "two"]'
	keys C-r r
	eventually draft_is 'd["answer"].get("parts")' '["one", "two"]'
	keys Escape
	tui_ends 0
	draft_is 'd["answer"]["how"]' '{"iban": "DE02"}'
}

@test "full screen: hostile labels are shown escaped" {
	setup_form
	ID=$(task_of "$(printf '{"type":"object","properties":{"a":{"title":"A\\u001b[2J\\u202eB","description":"one\\u0007","type":"string"}}}')")
	full_screen 80 24
	sees "A<U+001B>[2J<U+202E>B"
	sees "| one<U+0007>"
}

@test "full screen: resized, small, tiny, without colour" {
	setup_form
	ID=$(review_task)
	tui_start 80 24 env NO_COLOR=1 erctl answer "$ID"
	sees "Decision *"
	for size in "120 40" "60 14" "42 9"; do
		# shellcheck disable=SC2086 # two words
		resize $size
		sees "( ) ship"
		sees "^X submit"
	done
	resize 20 5
	sees "too small"
	resize 80 24
	sees "Decision *"
	keys 4
	sees "(o) needs_more_info"
}

@test "full screen: the editor takes one field; pasted text acts as no key" {
	setup_form
	ID=$(review_task)
	editor 'printf "%s and the editor" "$(cat "$1")" >"$1"'
	full_screen 80 24
	sees "Decision *"
	tmux_ set-buffer "2"
	tmux_ paste-buffer -p
	keys Tab Tab "typed"
	sees "5/4000"
	keys C-o
	sees "typed and the editor"
	screen_lacks "ship_with_fixes"
	keys Escape
	tui_ends 0
	draft_is '"decision" in d["answer"]' false
	draft_is 'd["answer"]["summary"]' '"typed and the editor"'
}

# ---- drafts ----

@test "line form: leaving without a word leaves no draft and says so" {
	setup_form
	ID=$(review_task)
	line_form <<-'STEPS'
		wait [1/3]
		eof
	STEPS
	[ "$status" -eq 0 ]
	[[ $output == *"there is no draft"* && $output != *"kept as a draft"* ]]
	[ "$(find "$XDG_STATE_HOME" -type f | wc -l)" = 0 ]
}

@test "line form: one terminal works on a draft, a second one is told" {
	setup_form
	ID=$(review_task)
	cat >second.sh <<-END2
		erctl answer $ID --line </dev/tty; echo "second: \$?"
		erctl answer $ID --draft; echo "script: \$?"
		touch "$T/seen"
	END2
	printf '%s\n' "wait [1/3]" "line block" "wait [2/3]" "until [ -e $T/seen ]" "line low" \
		"wait [3/3]" eof >steps
	python3 "$BATS_TEST_DIRNAME/terminal.py" -- erctl answer "$ID" --line <steps \
		>first.out 3>&- &
	local first=$!
	eventually draft_is 'd["answer"]["decision"]' '"block"'
	run python3 "$BATS_TEST_DIRNAME/terminal.py" -- sh second.sh <<<''
	wait "$first"
	[[ $output == *"open in another terminal"*"second: 6"*"script: 6"* ]] ||
		{ echo "$output"; false; }
	draft_is 'd["answer"]["decision"], d["answer"]["severity"]' '["block", "low"]'
	[ "$(find "$XDG_STATE_HOME" -type f | wc -l)" = 1 ]
}

@test "line form: a damaged draft is kept under another name and holds nobody up" {
	setup_form
	ID=$(review_task)
	line_form <<-'STEPS'
		wait [1/3]
		line block
		wait [2/3]
		eof
	STEPS
	local file
	file=$(draft_file)
	echo '{"schema":' >"$file"
	expect 5 erctl answer "$ID" --draft
	line_form <<-'STEPS'
		wait kept as
		wait [1/3]
		line ship
		wait [2/3]
		eof
	STEPS
	[ "$status" -eq 0 ] || { echo "$output"; false; }
	draft_is 'd["answer"]["decision"]' '"ship"'
	[ "$(cat "$file~")" = '{"schema":' ]
}

@test "line form: what was typed into a field that is hidden now is in nobody's way" {
	setup_form
	ID=$(task_of '{"type":"object","required":["ok"],"properties":{"ok":{"type":"boolean"}},
		"if":{"properties":{"ok":{"const":false}},"required":["ok"]},
		"then":{"required":["n"],"properties":{"n":{"type":"integer"}}}}')
	line_form <<-'STEPS'
		wait [1/1] Ok
		line n
		wait [2/2] N *
		line abc
		wait no:
		line <
		wait [1/2] Ok
		line y
		wait Confidence
		line !draft
	STEPS
	draft_is 'd["texts"]' '{"?/n": "abc"}'
	line_form <<-'STEPS'
		wait Ok
		line n
		wait N *
		wait | abc
		line <
		wait Ok
		line y
		wait Confidence
		line
		wait submit, edit N
		line submit
	STEPS
	[ "$status" -eq 8 ] || { echo "$output"; false; }
	once
	[ "$(answer_of "$ID")" = '{"ok": true}' ]
}

@test "line form: where no draft can be written, that is said, and an answer still goes" {
	setup_form
	ID=$(task_of '{"type":"object","properties":{"a":{"type":"string"}}}')
	printf '#!/bin/sh\nmkdir -p "%s"\nexec erctl answer %s --line\n' \
		"$XDG_STATE_HOME/er/drafts" "$ID" >go.sh
	printf '%s\n' "wait [1/1]" \
		"until rmdir $XDG_STATE_HOME/er/drafts 2>/dev/null || { rm -r $XDG_STATE_HOME/er/drafts; } ; touch $XDG_STATE_HOME/er/drafts" \
		"line text" "wait Confidence" "wait cannot be kept" "line" "wait submit, edit N" \
		"line submit" >steps
	run python3 "$BATS_TEST_DIRNAME/terminal.py" -- sh go.sh <steps
	[ "$status" -eq 8 ] || { echo "$output"; false; }
	[[ $output != *"your draft is kept"* ]]
	once
	[ "$(answer_of "$ID")" = '{"a": "text"}' ]
}

@test "line form: CI is nobody to ask" {
	setup_form
	ID=$(review_task)
	run env CI=true python3 "$BATS_TEST_DIRNAME/terminal.py" -- erctl answer "$ID" <<<''
	[ "$status" -eq 2 ]
}
