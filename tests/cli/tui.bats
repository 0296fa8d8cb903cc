#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2030,SC2031 # $output and $stderr are bats'; each test is a subshell
load helper
load tmux

# The inbox on a full screen, keys in and text out.

teardown() {
	tui_stop
	stop_erd
	rm -rf "$T"
}

tasks() { # TITLE…
	for title in "$@"; do
		erctl submit --lane review --title "$title" \
			--objective $'Look\033[2J hard\nsecond line' >/dev/null
	done
}

# erd runs, TITLES wait for ana, the inbox is on the screen
inbox() { # COLS ROWS TITLE…
	local cols=$1 rows=$2
	shift 2
	need_tmux
	start_erd
	tasks "$@"
	export ER_WORKER=ana
	eventually all_wait "$#"
	tui_start "$cols" "$rows" erctl inbox
	sees "er inbox  ana"
}

all_wait() { [ "$(find "$ER_SPOOL/inbox/ana" -name '*.json' | wc -l)" -eq "$1" ]; }
id_of() { erctl list --all --format '%(id) %(title)' | sed -n "s/ $1\$//p"; }
becomes() { # TITLE STATE
	eventually has_state "$(id_of "$1")" "$2"
}

@test "the list, the text of a task, and back" {
	inbox 80 24 "Ship 1.2?" "Refund 7"
	sees "2 tasks"
	sees "offered     25.00  review            Ship 1.2?"
	sees "a accept"
	[[ $(selected) == *"Ship 1.2?"* ]]
	keys Enter
	sees "Instructions"
	sees '| Look<U+001B>[2J hard'
	sees '| second line'
	sees "25.00 USD"
	keys q
	sees "TITLE"
	keys q
	tui_ends 0
}

@test "moving: j k g G, arrows, pages" {
	inbox 80 24 One Two Three
	keys j
	eventually selected_is Two
	keys Down
	eventually selected_is Three
	keys j
	keys k
	eventually selected_is Two
	keys g
	eventually selected_is One
	keys G
	eventually selected_is Three
	keys Home
	eventually selected_is One
	keys NPage
	eventually selected_is Three
	keys C-u
	eventually selected_is One
}
selected_is() { [[ $(selected) == *"$1"* ]]; }

@test "accept and start: erd's verdict is shown, the list follows" {
	inbox 80 24 "Ship 1.2?"
	keys a
	sees "Ship 1.2?: accepted, now accepted"
	becomes "Ship 1.2?" accepted
	sees "accepted    25.00"
	sees "s start"
	keys s
	becomes "Ship 1.2?" started
	sees "started     25.00"
	keys a
	sees "it is started; accept needs a task that is offered"
	keys d
	sees "r gives it back"
	keys r
	type "not mine"
	keys Enter
	hides "started  "
	run erctl events "$(id_of "Ship 1.2?")" --ndjson
	[[ $output == *'"reason":"not mine"'* ]]
}

@test "decline with a reason" {
	inbox 80 24 "Ship 1.2?"
	keys d
	sees "reason: Ship 1.2?"
	type "on leave"
	keys Enter
	sees "declined"
	sees "nothing waits for ana"
	run erctl events "$(id_of "Ship 1.2?")" --ndjson
	[[ $output == *'"reason":"on leave"'* ]]
}

@test "ask the requester, comment, and Esc leaves the prompt" {
	inbox 80 24 "Ship 1.2?"
	keys b
	sees "question: Ship 1.2?"
	type "never mind"
	keys Escape
	hides "question: "
	has_state "$(id_of "Ship 1.2?")" offered
	keys b
	type "Which branch, grün?"
	keys Enter
	becomes "Ship 1.2?" blocked
	sees "blocked"
	keys A
	sees "the requester's reply is awaited"
	keys c
	type "I wait"
	keys Enter
	sees "commented"
	keys Enter
	sees "| Which branch, grün?"
	sees "| I wait"
	expect 0 erctl reply "$(id_of "Ship 1.2?")" "main"
	sees "started"
}

@test "search, next, previous, not found" {
	inbox 80 24 apple pear "apple tree" plum
	keys /
	type APPLE
	keys Enter
	eventually selected_is "apple tree"
	keys n
	eventually selected_is "apple"
	keys N
	eventually selected_is "apple tree"
	keys /
	keys C-u
	type quince
	keys Enter
	sees "not found: quince"
}

@test "mark some, act on all of them" {
	inbox 80 24 One Two Three
	keys t
	keys t
	sees "2 marked"
	keys a
	becomes One accepted
	becomes Two accepted
	has_state "$(id_of Three)" offered
	hides "marked"
}

@test "more than three at once are confirmed" {
	inbox 80 24 One Two Three Four
	keys t t t t
	sees "4 marked"
	keys a
	sees "accept 4 tasks?"
	keys n
	hides "accept 4 tasks?"
	has_state "$(id_of One)" offered
	keys a
	sees "accept 4 tasks?"
	keys y
	becomes Four accepted
}

@test "what comes and goes is seen at once, and the selection stays with its task" {
	inbox 80 24 One Two
	keys j
	eventually selected_is Two
	erctl submit --lane general --title Later >/dev/null
	sees Later
	[[ $(selected) == *Two* ]]
	erctl cancel "$(id_of One)" >/dev/null
	hides One
	[[ $(selected) == *Two* ]]
}

@test "a hostile title is shown, not obeyed" {
	inbox 100 24 $'bad\033[31m\342\200\256\302\233 title'
	sees 'bad<U+001B>[31m<U+202E><U+009B> title'
	# escapes in reverse video, which the selected row turns round
	coloured | grep -q 'bad.*U+001B'
}

@test "all keys with the reasons, footer with what is valid" {
	inbox 80 24 One
	keys '?'
	sees "all keys"
	sees "take the task"
	sees "not now: it is offered: d turns it down; release"
	keys Escape
	hides "take the task"
	screen | tail -n 1 | grep -q 'Enter read.*a accept.*d decline'
	keys Z
	sees "Z does nothing here"
	keys u
	sees "no answer is held"
}

@test "commands by name, with their text; near names" {
	inbox 80 24 One
	keys :
	type "comment by name"
	keys Enter
	sees "commented"
	keys :
	type "acept"
	keys Enter
	sees "did you mean accept"
	keys :
	type "quit"
	keys Enter
	tui_ends 0
}

@test "a pipe runs the command that was typed, with the task as JSON" {
	inbox 80 24 $'One \033[31m'
	keys '|'
	type "sed -n 's/\"title\"/seen &/p'"
	keys Enter
	sees 'seen "title": "One \u001b[31m"'
	sees "Enter goes back"
	keys Enter
	sees "er inbox"
}

@test "a link is opened by ER_OPEN only when it was chosen" {
	# shellcheck disable=SC2016 # not ours to expand: that is the point
	local link='https://example.org/x?a=$(id);b'
	# shellcheck disable=SC2016
	printf '#!/bin/sh\necho "$1" >>%s\n' "$T/opened" >"$T/opener"
	chmod +x "$T/opener"
	export ER_OPEN=$T/opener
	need_tmux
	start_erd
	erctl submit --title Linked --set "artifacts=[\"$link\"]" >/dev/null
	export ER_WORKER=ana
	eventually all_wait 1
	tui_start 80 24 erctl inbox
	sees Linked
	keys o
	sees "open which?"
	[ ! -e "$T/opened" ]
	keys 1
	eventually test -s "$T/opened"
	[ "$(cat "$T/opened")" = "$link" ]
}

@test "wide: list and text side by side" {
	inbox 140 40 One Two
	sees "Instructions"
	sees "TITLE"
	screen | grep -q '^>.*│'
	keys j
	eventually selected_is Two
	sees "task "
}

@test "resized from wide to tiny and back" {
	inbox 140 40 One
	sees "│"
	resize 80 24
	hides "│"
	sees "One"
	resize 20 5
	sees "terminal too small"
	resize 80 24
	sees "One"
	keys a
	becomes One accepted
}

@test "no colour: attributes only" {
	export NO_COLOR=1
	inbox 80 24 One
	coloured >seen
	run ! grep -q $'\033\\[[0-9;]*3[0-7]m' seen
	grep -q $'\033\\[7m' seen
}

@test "with colour there is some, and the words are the same" {
	inbox 80 24 One
	coloured | grep -q $'\033\\[[0-9;]*3[0-7]m'
	sees "offered     25.00"
}

@test "a terminal that can do little: vt100" {
	export TUI_TERM=vt100
	inbox 80 24 One
	sees "One"
	keys a
	becomes One accepted
	keys q
	tui_ends 0
}

@test "without an erd what is sent is queued, and says so" {
	need_tmux
	need_erd
	tasks One
	once
	export ER_WORKER=ana
	tui_start 80 24 erctl inbox
	sees One
	keys a
	sees "queued: no erd is running"
	[ "$(count_new)" -eq 1 ]
}

@test "SIGTERM restores the terminal" {
	need_tmux
	need_erd
	tasks One
	once
	export ER_WORKER=ana
	tui_start 80 24 sh -c "sh -c 'echo \$\$ >$T/pid; exec erctl inbox'; echo rc=\$?; stty -a"
	sees One
	kill -TERM "$(cat "$T/pid")"
	sees "rc=130"
	sees " icanon"
	sees " echo "
	type "typed"
	sees "typed"
}

@test "a terminal that goes away ends it" {
	need_tmux
	need_erd
	tasks One
	once
	export ER_WORKER=ana
	tui_start 80 24 sh -c "echo \$\$ >$T/pid; exec erctl inbox"
	sees One
	tmux_ kill-server
	eventually gone "$(cat "$T/pid")"
}
gone() { ! kill -0 "$1" 2>/dev/null; }

@test "stopped and continued" {
	need_tmux
	need_erd
	tasks One
	once
	export ER_WORKER=ana PS1='sh> ' HISTFILE=/dev/null
	tui_start 80 24 bash --norc --noprofile -i
	sees 'sh>'
	type "erctl inbox"
	keys Enter
	sees "1 task"
	keys C-z
	sees "Stopped"
	type "fg"
	keys Enter
	sees "1 task"
	keys j
	keys q
	hides "er inbox"
}

@test "pasted text does not act" {
	inbox 80 24 One
	tmux_ set-buffer "aqa"
	tmux_ paste-buffer -p
	sees "pasted text is not taken as keys"
	has_state "$(id_of One)" offered
	keys c
	sees "comment: One"
	tmux_ set-buffer $'two\nlines'
	tmux_ paste-buffer -p
	sees "two lines"
}

@test "nobody is asked where nobody is: table, JSON, lines" {
	need_erd
	tasks One
	once
	export ER_WORKER=ana
	expect 0 erctl inbox
	[[ ${lines[0]} == "ID "* ]]
	plain=$output
	expect 0 erctl inbox --plain
	[ "$output" = "$plain" ]
	expect 2 erctl inbox --plain --line
	expect 0 erctl inbox --json
	[[ $output == *'"createdAt"'* ]]
	run --separate-stderr -0 bash -c "printf '1\naccept\nquit\n' | erctl inbox --line"
	[[ $output == *"1  "*"offered, 25.00 USD, review: One"* ]]
	[[ $output == *"| Look<U+001B>[2J hard"* ]]
	[[ $stderr == *"queued: no erd is running"* ]]
	[ "$(count_new)" -eq 1 ]
}

@test "on a terminal without a full screen: lines" {
	need_tmux
	need_erd
	tasks One
	once
	export ER_WORKER=ana
	export TUI_TERM=dumb
	tui_start 80 24 erctl inbox
	sees "a number, list, more, help or quit>"
	type 1
	keys Enter
	sees "| second line"
	type "release"
	keys Enter
	sees "d turns it down"
	type "quit"
	keys Enter
	tui_ends 0
}

@test "--plain on a terminal is the table" {
	need_tmux
	need_erd
	tasks One
	once
	export ER_WORKER=ana
	tui_start 80 24 erctl inbox --plain
	tui_ends 0
	sees "ID  "
	sees "review  25.00  One"
}

# the form is filled in with what the lane's schema wants
answer() {
	keys A
	sees "Decision"
	keys 1
	sees "(o) approve"
	keys C-x
	sees "submit"
	keys s
}

@test "an answer is held, taken back, and sent after ER_UNDO seconds" {
	export ER_UNDO=600
	inbox 80 24 One Two
	answer
	sees "u takes it back"
	keys r
	sees "your answer is about to be sent"
	[ "$(state_of "$(id_of One)")" = offered ]
	keys u
	sees "taken back, the draft is kept"
	keys q
	tui_ends 0
	tui_stop
	export ER_UNDO=1
	tui_start 80 24 erctl inbox
	sees "1 draft is kept"
	keys j D
	eventually selected_is One
	keys A
	sees "(o) approve"
	keys C-x
	sees "submit"
	keys s
	becomes One completed
	sees "One: answered, now completed"
	hides "1 draft"
}

@test "leaving sends what is held" {
	export ER_UNDO=600
	inbox 80 24 One
	answer
	sees "u takes it back"
	keys q
	tui_ends 0
	sees "answered, now completed"
	has_state "$(id_of One)" completed
}

@test "a crash while an answer is held leaves the draft, and sends nothing" {
	export ER_UNDO=600
	need_tmux
	start_erd
	tasks One
	export ER_WORKER=ana
	eventually all_wait 1
	tui_start 80 24 sh -c "echo \$\$ >$T/pid; exec erctl inbox"
	sees "1 task"
	answer
	sees "u takes it back"
	kill -KILL "$(cat "$T/pid")"
	tui_ends 137
	has_state "$(id_of One)" offered
	tui_stop
	tui_start 80 24 erctl inbox
	sees "1 draft is kept"
	keys A
	sees "(o) approve"
}

@test "80 % of the time: the row says so, and the bell rings once" {
	need_tmux
	start_erd
	export ER_WORKER=ana
	tui_start 80 24 erctl inbox
	sees "nothing waits for ana"
	erctl submit --title Hurry --set sla.seconds=6 >/dev/null
	sees Hurry
	sees "Hurry: "
	screen | grep -q 'Hurry: .*LEFT'
	[ "$(tmux_ display -p '#{window_bell_flag}')" = 1 ]
}
