#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

# Where an answer comes from: --set, files, an editor; and drafts, which outlive whatever happens.

typed_task() {
	cat >"$ER_SPOOL/etc/schemas/typed.v1.json" <<-'JSON'
		{"type":"object","additionalProperties":false,"properties":{
		 "summary":{"type":"string","maxLength":20},"count":{"type":"integer","minimum":1},
		 "share":{"type":"number"},"ok":{"type":"boolean"},"note":{"type":["string","null"]},
		 "decision":{"enum":["approve","reject","ask for more"]},
		 "level":{"oneOf":[{"const":1,"title":"low"},{"const":2,"title":"high"}]},
		 "tags":{"type":"array","items":{"enum":["new","late","lost"]},"uniqueItems":true},
		 "actions":{"type":"array","items":{"type":"object","properties":{
		   "title":{"type":"string"},"days":{"type":"integer"}}}},
		 "where":{"type":"object","properties":{"city":{"type":"string"},"zip":{"type":"string"}}},
		 "anything":true}}
	JSON
	echo '{"pools":["team"],"slaSeconds":600,"schema":"typed.v1"}' \
		>"$ER_SPOOL/etc/lanes/typed.json"
	id=$(erctl submit --lane typed --title "Typed")
	once
}

# What the message in new/ says.
sent() {
	sed -n 's/.*"body":{"answer":\(.*\)}}$/\1}/p' "$ER_SPOOL"/new/msg_* | sed 's/}$//'
	rm -f "$ER_SPOOL"/new/msg_*
}

gives() { # JSON SETTINGS...
	local want=$1 args=() s
	shift
	for s; do args+=(--set "$s"); done
	expect 8 erctl --as ana answer "$id" "${args[@]}"
	run sent
	[ "$output" = "$want" ] || { echo "$output, not $want" >&2; return 1; }
}

@test "--set is read as the schema says" {
	need_erd
	typed_task
	gives '{"summary":"5"}' summary=5
	gives '{"summary":"true"}' summary=true
	gives '{"summary":""}' summary=
	gives '{"summary":"a=b"}' summary=a=b
	gives '{"count":5,"share":0.25}' count=5 share=0.25
	gives '{"ok":true}' ok=true
	gives '{"ok":false}' ok=no
	gives '{"decision":"approve"}' decision=approve
	gives '{"decision":"ask for more"}' "decision=ask for more"
	gives '{"level":2}' level=2
	gives '{"level":1}' level=low
	gives '{"note":null}' note=null
	gives '{"note":"null and void"}' "note=null and void"
	gives '{"tags":["late","lost"]}' tags=late,lost
	gives '{"tags":["new"]}' 'tags=["new"]'
	gives '{"actions":[{"title":"7","days":7},{"title":"call"}]}' \
		actions.0.title=7 actions.0.days=7 actions.1.title=call
	gives '{"actions":[{"days":7},{"days":8}]}' /actions/-/days=7 /actions/-/days=8
	gives '{"actions":[{"days":1}]}' 'actions=[{"days":1}]'
	gives '{"where":{"city":"12","zip":"08150"}}' where.city=12 where.zip=08150
	gives '{"anything":{"a":[1]}}' 'anything={"a":[1]}'
	gives '{"anything":"hello"}' anything=hello
	gives '{"anything":{"x":5}}' anything.x=5
}

@test "--set that does not fit: all errors, near names, nothing sent" {
	need_erd
	typed_task
	expect 5 erctl --as ana answer "$id" --set sumary=x --set decision=perhaps
	[[ $stderr == *"/sumary: unknown field; did you mean summary"* ]]
	[[ $stderr == *"/decision: "*approve* ]]
	expect 5 erctl --as ana answer "$id" --set count=many
	[[ $stderr == *"--set count"* ]]
	expect 5 erctl --as ana answer "$id" --set count=0
	expect 5 erctl --as ana answer "$id" --set actions.1.title=x
	[[ $stderr == *"has 0 items"* ]]
	expect 5 erctl --as ana answer "$id" --set summary=x --set summary.y=1
	expect 2 erctl --as ana answer "$id" --set =x
	expect 2 erctl --as ana answer "$id" --set a..b=x
	expect 2 erctl --as ana answer "$id" --set summary
	[ "$(count_new)" = 0 ]
}

@test "files, standard input, both with --set over them" {
	need_erd
	typed_task
	echo '{"summary":"file","count":1}' >a.json
	expect 8 erctl --as ana answer "$id" --file a.json --set count=2
	[ "$(sent)" = '{"summary":"file","count":2}' ]
	expect 8 erctl --as ana answer "$id" a.json
	[ "$(sent)" = '{"summary":"file","count":1}' ]
	erctl --as ana answer "$id" --confidence 0.8 <a.json || [ $? = 8 ]
	[ "$(sent)" = '{"summary":"file","count":1},"confidence":0.8' ]
	erctl --as ana answer "$id" - --set ok=yes <a.json || [ $? = 8 ]
	[ "$(sent)" = '{"summary":"file","count":1,"ok":true}' ]
	expect 2 erctl --as ana answer "$id" a.json --file a.json
	expect 2 erctl --as ana answer "$id" a.json --draft
	expect 3 erctl --as ana answer "$id" --draft
	expect 0 erctl --as ana answer "$id" a.json -n
	[ "$(count_new)" = 0 ]
	expect 5 erctl --as ana answer "$id" a.json -n --set count=none
}

# ---- the editor ----

# An editor that runs the script on standard input with the file as $1; $T/rounds counts its calls.
editor() {
	{
		printf '#!/bin/sh\necho >>%s/rounds\nround=$(wc -l <%s/rounds)\n' "$T" "$T"
		cat
	} >"$T/editor"
	chmod +x "$T/editor"
	rm -f "$T/rounds"
	export ER_EDITOR="$T/editor"
}

rounds() {
	wc -l <"$T/rounds"
}

drafts() {
	ls -A "$XDG_STATE_HOME/er/drafts" 2>/dev/null
}

edit() {
	erctl --as ana answer "$id" --edit "$@" </dev/null
}

@test "edit: a commented text in a private file; what is right is sent, the draft goes" {
	need_erd
	typed_task
	editor <<-'END'
		ls -l "$1" >"$HOME/mode"
		cp "$1" "$HOME/seen"
		printf '// mine\n{"summary": "edited", // not a comment line\n' >"$1"
		sed -i 's| // not.*||' "$1"
		echo '"count": 3}' >>"$1"
	END
	expect 8 edit
	[ "$(sent)" = '{"summary":"edited","count":3}' ]
	grep -q '^-rw-------.*/er/drafts/.*\.jsonc$' mode
	grep -q '^// .*Typed' seen
	[ "$(stat -c %a "$XDG_STATE_HOME/er/drafts")" = 700 ]
	[ -z "$(drafts)" ]
	[ "$(rounds)" = 1 ]
}

@test "edit: the editor fails: the edits are left, exit 1, and used again" {
	need_erd
	typed_task
	editor <<-'END'
		echo '{"summary":"so far"}' >"$1"
		exit 3
	END
	expect 1 edit
	[[ $stderr == *"status 3"*"edits left in $XDG_STATE_HOME/er/drafts/"*.jsonc* ]]
	[ "$(count_new)" = 0 ]
	editor <<-'END'
		grep -q 'so far' "$1" && sed -i 's/so far/and on/' "$1"
	END
	expect 8 edit
	[ "$(sent)" = '{"summary":"and on"}' ]
	export ER_EDITOR=/nonexistent/editor
	expect 1 edit
	[[ $stderr == *"could not be started"* ]]
}

@test "edit: unchanged or emptied: cancelled, exit 0, nothing left" {
	need_erd
	typed_task
	export ER_EDITOR=true
	expect 0 edit
	[[ $stderr == *"Answer cancelled, no changes made."* ]]
	[ -z "$(drafts)" ]
	editor <<-'END'
		: >"$1"
	END
	expect 0 edit
	[[ $stderr == *"Answer cancelled"* ]]
	[ -z "$(drafts)" ]
	editor <<-'END'
		rm "$1"
	END
	expect 0 edit
	[ "$(count_new)" = 0 ]
}

@test "edit: wrong, then right: errors on top, the text below untouched" {
	need_erd
	typed_task
	editor <<-'END'
		case $round in
		1) printf '// my own remark\n{"summary":"x",\n "decision":"aprove"}\n' >"$1" ;;
		2) cp "$1" "$HOME/seen2"; sed -i 's/"aprove"/approve/' "$1" ;;
		3) cp "$1" "$HOME/seen3"; sed -i 's/:approve/:"approve"/' "$1" ;;
		esac
	END
	expect 8 edit
	[ "$(sent)" = '{"summary":"x","decision":"approve"}' ]
	[ "$(rounds)" = 3 ]
	head -n 1 seen2 | grep -q '^// error: .*/decision: '
	[ "$(grep -v '^// error:' seen2)" \
		= "$(printf '// my own remark\n{"summary":"x",\n "decision":"aprove"}')" ]
	head -n 1 seen3 | grep -q '^// error: '
	[ "$(grep -c '^// error: .*/decision' seen3)" = 0 ]
}

@test "edit: the same wrong text twice: stop and keep it, exit 5" {
	need_erd
	typed_task
	editor <<-'END'
		[ $round = 1 ] && echo '{"count":0}' >"$1"
		[ $round = 2 ] && sed -i '/^.. error/d' "$1"
		true
	END
	expect 5 edit
	[ "$(rounds)" = 2 ]
	[[ $stderr == *"edits left in "* && $stderr == *"/count: "* ]]
	grep -q '{"count":0}' "$XDG_STATE_HOME"/er/drafts/*.jsonc
	expect 5 erctl --as ana answer "$id" --draft
	expect 8 erctl --as ana answer "$id" --draft --set count=4
	[ "$(sent)" = '{"count":4}' ]
	[ -z "$(drafts)" ]
}

@test "edit: the assignment is lost meanwhile: exit 6, the draft is kept, the command named" {
	typed_task
	echo '{"kind":"human"}' >"$ER_SPOOL/etc/workers/bo.json"
	start_erd
	editor <<-'END'
		erctl --as ana decline "$TASK" --reason busy
		until erctl --as bo inbox --json=task | grep -q "$TASK"; do sleep 0.05; done
		echo '{"summary":"mine"}' >"$1"
	END
	export TASK=$id
	eventually has_state "$id" offered
	expect 6 edit
	[[ $stderr == *"erctl --as ana answer $id --draft"* ]]
	expect 0 erctl drafts
	[[ $output == *"$id"*ana*Typed* ]]
	expect 6 erctl --as ana answer "$id" --draft
	grep -q mine "$XDG_STATE_HOME"/er/drafts/*.json
	# it comes back: the very command that was named
	erctl --as bo decline "$id"
	echo '{"members":["ana"]}' >"$ER_SPOOL/etc/pools/team.json"
	id2=$(erctl submit --lane typed --title "Other")
	stop_erd
	once
	expect 6 erctl --as ana answer "$id" --edit </dev/null
	has_state "$id2" offered
}

@test "edit: erctl is killed while the editor runs: nothing typed is lost" {
	need_erd
	typed_task
	editor <<-'END'
		echo '{"summary":"typed in time"}' >"$1"
		touch "$HOME/typing"
		until [ -e "$HOME/end" ]; do sleep 0.05; done
	END
	erctl --as ana answer "$id" --edit </dev/null >/dev/null 2>&1 3>&- &
	pid=$!
	eventually test -e typing
	kill -KILL "$pid"
	wait "$pid" || true
	touch end
	expect 0 erctl drafts --json
	[[ $output == *"\"task\":\"$id\""* && $output == *'"title":"Typed"'* ]]
	[[ $output == *"\"next\":\"erctl --as ana answer $id\""* ]]
	expect 0 erctl drafts show "$id"
	[[ $output == *"typed in time"* ]]
	export ER_EDITOR=true
	expect 0 edit
	[[ $stderr == *"going on with"* && $stderr == *"the draft stays"* ]]
	expect 8 erctl --as ana answer "$id" --draft
	[ "$(sent)" = '{"summary":"typed in time"}' ]
	[ -z "$(drafts)" ]
}

@test "edit: without a schema any JSON; --set and a file fill the text in" {
	need_erd
	id=$(erctl submit --title "Free")
	once
	editor <<-'END'
		cp "$1" "$HOME/seen"
		sed -i 's/first/second/' "$1"
	END
	expect 8 edit --set a.b=first
	[ "$(sent)" = '{"a":{"b":"second"}}' ]
	grep -q '"first"' seen
	echo '["first", 2]' >list.json
	expect 8 edit --file list.json
	[ "$(sent)" = '["second",2]' ]
}

@test "edit: evidence and confidence stay with the draft" {
	need_erd
	typed_task
	echo proof >proof.txt
	editor <<-'END'
		echo '{"count":0}' >"$1"
	END
	expect 5 edit --evidence proof.txt --confidence 0.5
	expect 8 erctl --as ana answer "$id" --draft --set count=1
	[[ $(sent) == '{"count":1},"confidence":0.5,"evidence":[{"sha256":"'*'"name":"proof.txt"'* ]]
}

@test "which editor: ER_EDITOR, VISUAL but not on a dumb terminal, EDITOR" {
	need_erd
	typed_task
	for name in er visual plain; do
		printf '#!/bin/sh\necho %s $# >>%s/which\n' "$name" "$T" >"$T/$name"
		chmod +x "$T/$name"
	done
	unset ER_EDITOR
	export VISUAL="$T/visual -x" EDITOR=$T/plain
	TERM=xterm expect 0 edit
	TERM=dumb expect 0 edit
	ER_EDITOR=$T/er TERM=xterm expect 0 edit
	[ "$(cat which)" = "$(printf 'visual 2\nplain 1\ner 1')" ]
}

# ---- drafts ----

@test "drafts: list, show, rm, clear" {
	need_erd
	typed_task
	export ER_EDITOR=false
	expect 0 erctl drafts
	[ -z "$output" ]
	expect 1 edit
	first=$id
	id=$(erctl submit --lane typed --title "Second")
	once
	expect 1 edit
	expect 0 erctl drafts list
	[ "$(grep -c ana <<<"$output")" = 2 ]
	[[ $stderr == *"erctl --as ana answer task_"* ]]
	expect 0 erctl drafts --as bo
	[ -z "$output" ]
	expect 3 erctl drafts show 0000
	expect 3 erctl drafts rm 000000
	expect 3 erctl drafts rm "$first" # whose?
	[[ $stderr == *--all* ]]
	expect 3 erctl --as bo drafts rm "$first" # not his
	expect 0 erctl drafts rm "$first" --all -n
	[ "$output" = "$first" ]
	USER=ana-unix expect 0 erctl drafts rm "$first"
	[ "$output" = "$first" ]
	expect 2 erctl drafts clear
	[[ $stderr == *"needs -y"* ]]
	expect 0 erctl drafts clear -y
	[ "$output" = "$id" ]
	[ -z "$(drafts)" ]
	expect 2 erctl drafts burn
}

@test "drafts: of this spool only, and one that cannot be read is named" {
	need_erd
	typed_task
	export ER_EDITOR=false
	expect 1 edit
	f=$(ls "$XDG_STATE_HOME"/er/drafts/*.jsonc)
	mv "$f" "${f%.jsonc}.json"
	expect 0 erctl drafts
	[[ $output == *"$id"* ]]
	expect 5 erctl --as ana answer "$id" --draft
	[[ $stderr == *draft* ]]
	expect 0 erctl init "$T/other" --empty
	expect 0 erctl -C "$T/other" drafts
	[ -z "$output" ]
}

# ---- a terminal ----

@test "on a terminal, without a source: a form; what may not be answered is said first" {
	need_erd
	typed_task
	run script -qec "erctl --as bo answer $id --line" /dev/null
	[ "$status" = 6 ]
	[[ $output == *"not with bo"* ]]
	run script -qec "erctl --as ana answer $id --no-input </dev/null" /dev/null
	[ "$status" = 5 ]
}

@test "on a terminal: filled in line by line, kept, gone on with, handed in" {
	need_erd
	typed_task
	export TERM=dumb
	printf 'first words\n!draft\n' | script -qec "erctl --as ana answer $id" out1 >/dev/null
	[ "$(count_new)" = 0 ]
	expect 0 erctl drafts
	[[ $output == *"$id"* ]]
	grep -q 'first words' "$XDG_STATE_HOME"/er/drafts/*.json
	expect 8 erctl --as ana answer "$id" --draft --set count=2
	[ "$(sent)" = '{"summary":"first words","count":2}' ]
	[ -z "$(drafts)" ]
}

@test "edit on a terminal: wrong text asks: save keeps it, quit throws it away" {
	need_erd
	typed_task
	editor <<-'END'
		echo '{"count":0}' >"$1"
	END
	printf 's\n' | script -qec "erctl --as ana answer $id --edit" out1 >/dev/null || [ $? = 1 ]
	grep -q 'dit again.*ave the draft.*uit' out1
	grep -q 'edits left in' out1
	grep -q '{"count":0}' "$XDG_STATE_HOME"/er/drafts/*.jsonc
	erctl drafts clear -y
	printf 'what\nq\n' | script -qec "erctl --as ana answer $id --edit" out2 >/dev/null
	[ -z "$(drafts)" ]
	[ "$(count_new)" = 0 ]
}

# ---- what must not be lost ----

@test "edit: a zero byte ends it at once, and the text stays whole" {
	need_erd
	typed_task
	editor <<-'END2'
		printf '{"summary":"a\0b"}' >"$1"
	END2
	expect 5 timeout 20 erctl --as ana answer "$id" --edit </dev/null
	[ "$(rounds)" = 1 ]
	[[ $stderr == *"zero byte"*"edits left in "* ]]
	[ "$(tr -d '\0' <"$(echo "$XDG_STATE_HOME"/er/drafts/*.jsonc)")" = '{"summary":"ab"}' ]
}

@test "edit: a text that is no regular file, or too long, is left and named" {
	need_erd
	typed_task
	editor <<-'END2'
		head -c 4200000 /dev/zero | tr '\0' x >"$1"
	END2
	expect 5 edit
	[[ $stderr == *"longer than"*"edits left in "*"--edit goes on"* ]]
	rm -rf "$XDG_STATE_HOME/er"
	editor <<-'END2'
		rm "$1"
		ln -s /etc/passwd "$1"
	END2
	expect 5 edit
	[[ $stderr == *"not a regular file"*"edits left in "* ]]
}

@test "drafts: the command to go on names the spool of -C, for a shell" {
	need_erd
	typed_task
	export ER_EDITOR=false
	run edit
	expect 0 erctl drafts
	[[ $stderr == *"erctl --as ana answer $id goes on"* ]]
	ln -s "$ER_SPOOL" "$T/it's"
	expect 0 erctl -C "$T/it's" drafts
	[[ $stderr == *"erctl -C '$T/it'\\''s' --as ana answer $id goes on"* ]]
}

@test "--evidence: a link has a scheme, and no spaces" {
	need_erd
	typed_task
	expect 8 erctl --as ana answer "$id" --set ok=yes --evidence https://example.org/x
	expect 3 erctl --as ana answer "$id" --set ok=yes --evidence "notes://of today"
	expect 3 erctl --as ana answer "$id" --set ok=yes --evidence /nowhere/x://y
}
