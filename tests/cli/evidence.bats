#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

# Files that go with an answer: from the drop to where the journal's name for them stays.

proof_task() {
	echo '{"pools":["team"],"slaSeconds":600,"evidenceMaxBytes":100000}' \
		>"$ER_SPOOL/etc/lanes/proof.json"
	printf '{"er":1,"lane":"proof","title":"Was it opened?","evidenceRequired":true}' \
		>"$T/task.json"
	id=$(erctl submit "$T/task.json")
	printf 'the parcel was opened\n' >"$T/letter.pdf"
	sha=$(sha256sum <"$T/letter.pdf" | cut -c 1-64)
}

kept() {
	find "$ER_SPOOL/blobs" -path '*/waiting' -prune -o -type f -printf '%f\n'
}

waiting() {
	[ ! -d "$ER_SPOOL/blobs/waiting" ] || ls "$ER_SPOOL/blobs/waiting"
}

# The reference that an answer in the journal has.
journalled() {
	sed -n 's/.*"type":"task.submitted".*"evidence":\(\[[^]]*\]\).*/\1/p' \
		"$ER_SPOOL"/journal/*.ndjson
}

# A message by hand, as any program may write one.
drop_answer() { # ID EVIDENCE
	n=$((${n:-0} + 1))
	printf '{"er":1,"type":"answer","id":"msg_0000000000000000000000000%d","task":"%s","from":"ana","body":{"answer":{"ok":true},"evidence":%s}}\n' \
		"$n" "$1" "$2" >"$ER_SPOOL/tmp/m$n"
	mv "$ER_SPOOL/tmp/m$n" "$ER_SPOOL/new/msg_0000000000000000000000000$n"
}

why() {
	sed -n 's/.*"message": "\(.*\)".*/\1/p' "$ER_SPOOL/refused/"*.why.json
}

@test "evidence: sent, taken, kept, journalled with what erd saw, shown" {
	need_erd
	proof_task
	once
	expect 8 erctl --as ana answer "$id" --set ok=true --evidence letter.pdf \
		--evidence https://example.com/x
	[ "$(find "$ER_SPOOL/new" -name "blob_$sha*" | wc -l)" = 1 ]
	once
	[ "$(kept)" = "$sha" ]
	[ -z "$(waiting)" ]
	[ "$(count_new)" = 0 ]
	[ "$(stat -c %a "$ER_SPOOL/blobs/${sha:0:2}/$sha")" = 640 ]
	[ "$(journalled)" = '[{"sha256":"'"$sha"'","bytes":22,"type":"text/plain","name":"letter.pdf"},{"url":"https://example.com/x"}]' ]
	expect 0 erctl show "$id"
	[[ $output == *"letter.pdf, text/plain, 22 bytes, blob ${sha:0:16}"* ]]
	[[ $output == *"https://example.com/x"* ]]
	expect 0 erctl show "$id" --json=result.evidence
	[[ $output == *'"name": "letter.pdf"'* ]]
	jq -e '.evidence[0].type == "text/plain"' "$ER_SPOOL"/results/*/"$id".json
	expect 0 erctl fsck
}

@test "the same file at once and twice is one blob; a blob is named by its hash, too" {
	need_erd
	proof_task
	other=$(erctl submit "$T/task.json")
	once
	expect 0 erctl blob add letter.pdf
	[ "$output" = "$sha" ]
	expect 0 erctl blob add letter.pdf
	once
	[ "$(waiting)" = "$sha" ]
	expect 8 erctl --as ana answer "$id" --set ok=true --evidence "$sha"
	once
	[ "$(kept)" = "$sha" ]
	[[ $(journalled) == *'"bytes":22,"type":"text/plain"'* ]]
	expect 8 erctl --as ana answer "$other" --set ok=true --evidence "sha256:$sha"
	once
	has_state "$other" completed
	expect 3 erctl --as ana answer "$other" --set ok=true --evidence "${sha//[0-9]/0}"
}

@test "required: nothing is sent without; what came without is rejected and costs an attempt" {
	need_erd
	proof_task
	once
	expect 5 erctl --as ana answer "$id" --set ok=true
	[[ $stderr == *"/evidence: "*evidence* ]]
	[ "$(count_new)" = 0 ]
	expect 5 erctl --as ana answer "$id" --set ok=true --json
	[[ $stderr == *'"field":"/evidence"'* ]]
	expect 8 erctl --as ana answer "$id" --set ok=true --no-check
	once
	expect 0 erctl show "$id" --json=state,attempts
	[[ $output == *'"attempts": 1'* ]]
	expect 0 erctl --as ana inbox --json=rejections,evidenceRequired
	[[ $output == *'"instance":"/evidence"'* && $output == *'"evidenceRequired":true'* ]]
	grep -q '"type":"task.check_failed".*"stage":"schema".*"/evidence"' \
		"$ER_SPOOL"/journal/*.ndjson
	# links and whatever else a program says is evidence, too
	drop_answer "$id" '[{"note":"called her"}]'
	once
	has_state "$id" completed
}

@test "an answer must not name what is not there" {
	need_erd
	proof_task
	once
	drop_answer "$id" "[{\"sha256\":\"$sha\"}]"
	once
	[[ $(why) == *"/body/evidence/0: there is no blob $sha"* ]]
	has_state "$id" offered
	drop_answer "$id" '[{"sha256":"1234"}]'
	once
	[[ $(why) == *"64 hexadecimal digits"* ]]
	start_erd
	expect 3 erctl --as ana answer "$id" --set ok=true --no-check --evidence letter.pdf \
		--evidence "$sha"
	expect 0 erctl --as ana answer "$id" --set ok=true --evidence letter.pdf
}

@test "size and type are what erd sees, not what the message says" {
	need_erd
	proof_task
	once
	cp letter.pdf "$ER_SPOOL/new/blob_$sha"
	drop_answer "$id" '[{"sha256":"'"$sha"'","bytes":1,"type":"image/png","name":"x.png","more":7}]'
	once
	[ "$(journalled)" = '[{"sha256":"'"$sha"'","bytes":22,"type":"text/plain","name":"x.png","more":7}]' ]
}

@test "hostile blobs go to refused: wrong hash, too large, no hash at all, links, holes" {
	need_erd
	proof_task
	once
	printf 'not that\n' >"$ER_SPOOL/new/blob_$sha"
	head -c 11000000 /dev/zero >"$T/big"
	big=$(sha256sum <"$T/big" | cut -c 1-64)
	cp "$T/big" "$ER_SPOOL/new/blob_$big"
	truncate -s 1T "$ER_SPOOL/new/blob_$(printf '%064d' 1)"
	echo x >"$ER_SPOOL/new/blob_x"
	ln -s /etc/passwd "$ER_SPOOL/new/blob_$(printf '%064d' 2)"
	mkfifo "$ER_SPOOL/new/blob_$(printf '%064d' 3)"
	mkdir "$ER_SPOOL/new/blob_$(printf '%064d' 4)"
	once
	[ "$(count_new)" = 0 ]
	[ "$(find "$ER_SPOOL/refused" -name '*.why.json' | wc -l)" = 7 ]
	[ -z "$(kept)$(waiting)" ]
	[ "$(cat "$ER_SPOOL/refused/blob_$sha")" = "not that" ]
	[[ $(why) == *"does not have the SHA-256"* && $(why) == *"too large"* && $(why) == *"larger than 10485760 bytes"* ]]
	# the right one still comes in
	expect 8 erctl --as ana answer "$id" --set ok=true --evidence letter.pdf
	once
	has_state "$id" completed
	expect 0 erctl fsck
}

@test "a lane's limit: erctl does not send more, erd does not take more" {
	need_erd
	proof_task
	once
	head -c 100001 /dev/zero >"$T/large"
	expect 5 erctl --as ana answer "$id" --set ok=true --evidence large
	[[ $stderr == *"at most 100000"* ]]
	[ "$(count_new)" = 0 ]
	sha=$(sha256sum <"$T/large" | cut -c 1-64)
	cp "$T/large" "$ER_SPOOL/new/blob_$sha.mine"
	drop_answer "$id" "[{\"sha256\":\"$sha\"}]"
	once
	[[ $(why) == *"this lane takes 100000"* ]]
	has_state "$id" offered
	set --
	for i in $(seq 101); do
		set -- "$@" --evidence "https://example.com/$i"
	done
	expect 5 erctl --as ana answer "$id" --set ok=true "$@"
	[[ $stderr == *"at most 100"* ]]
}

@test "files: links are followed, only regular ones are taken; a bad one sends nothing" {
	need_erd
	proof_task
	once
	expect 3 erctl --as ana answer "$id" --set ok=true --evidence nowhere
	mkfifo fifo
	expect 5 erctl --as ana answer "$id" --set ok=true --evidence fifo
	[[ $stderr == *"not a regular file"* ]]
	expect 5 erctl --as ana answer "$id" --set ok=true --evidence "$T"
	expect 0 erctl --as ana answer "$id" --set ok=true --evidence letter.pdf -n
	[ "$(count_new)" = 0 ]
	name=$(printf 'a\033[31m\xe2\x80\xaeb')
	ln -s letter.pdf "$name"
	expect 8 erctl --as ana answer "$id" --set ok=true --evidence "$name"
	once
	[[ $(journalled) == *'"name":"a<U+001B>[31m<U+202E>b"'* ]]
}

@test "a program's evidence is taken as it is; what it names must be there" {
	need_erd
	printf '#!/bin/sh\ncat >/dev/null\necho %s\n' \
		"'"'{"answer":{"ok":true},"evidence":[{"url":"https://example.com/log"},"seen it"]}'"'" >"$T/say-no"
	printf '{"er":1,"lane":"echo","title":"x","evidenceRequired":true}' >"$T/task.json"
	id=$(erctl submit "$T/task.json")
	once
	has_state "$id" completed
	[ "$(journalled)" = '[{"url":"https://example.com/log"},"seen it"]' ]
}

@test "blob cat, list, check; a blob that changed is found" {
	need_erd
	proof_task
	once
	printf '\x89PNG\r\n\x1a\n\x00\x01' >"$T/dot.txt"
	erctl blob add letter.pdf dot.txt >"$T/shas"
	expect 8 erctl blob cat "$sha"
	once
	expect 0 erctl blob cat "${sha:0:8}"
	[ "$output" = "the parcel was opened" ]
	erctl blob cat "$(tail -n 1 "$T/shas")" | cmp - dot.txt
	expect 3 erctl blob cat 0000
	expect 0 erctl blob list
	[[ $output == *"image/png"*waiting* && $output == *"$sha"* ]]
	expect 0 erctl blob list --json=sha256,bytes,state
	[[ $output == *'"bytes":10'* ]]
	expect 0 erctl blob check
	erctl --as ana answer "$id" --set ok=true --evidence "$sha" || [ $? = 8 ]
	once
	chmod u+w "$ER_SPOOL/blobs/${sha:0:2}/$sha"
	echo more >>"$ER_SPOOL/blobs/${sha:0:2}/$sha"
	expect 1 erctl blob check
	[[ $output == *"$sha"*"another SHA-256"* ]]
	expect 1 erctl fsck
	[[ $output == *"blobs/${sha:0:2}/$sha: is not what it was"* ]]
	rm "$ER_SPOOL/blobs/${sha:0:2}/$sha"
	expect 1 erctl fsck
	[[ $output == *"is missing, and an answer of $id names it"* ]]
}

@test "blob cat on a terminal: text is made safe, bytes are not printed" {
	need_erd
	printf 'one\033[2Jtwo\nthree' >"$T/evil"
	printf '\x89PNG\r\n\x1a\n\x00\x01' >"$T/dot"
	erctl blob add evil dot >"$T/shas"
	once
	script -qec "erctl blob cat $(head -n 1 "$T/shas") --no-pager" /dev/null >"$T/out"
	grep -q '^| one<U+001B>\[2Jtwo' "$T/out"
	grep -q '^| three' "$T/out"
	run script -qec "erctl blob cat $(tail -n 1 "$T/shas")" /dev/null
	[ "$status" = 5 ]
	[[ $output == *"image/png"* ]]
	run script -qec "erctl blob cat --raw $(tail -n 1 "$T/shas")" /dev/null
	[ "$status" = 2 ]
	erctl blob cat --raw "$(tail -n 1 "$T/shas")" | cmp - dot
}

@test "a full disk is exit 75 and nothing half is left" {
	proof_task
	head -c 90000 /dev/urandom >"$T/file"
	run bash -c 'trap "" XFSZ; ulimit -f 32; exec erctl blob add "$1"' - "$T/file"
	[ "$status" = 75 ]
	[ "$(find "$ER_SPOOL/tmp" "$ER_SPOOL/new" -name 'blob*' | wc -l)" = 0 ]
}

@test "evidence waits until erd has room, and so does its answer" {
	need_erd
	proof_task
	once
	# a second name elsewhere: erd waits a while for the publisher to take it away
	cp letter.pdf "$ER_SPOOL/new/blob_$sha"
	ln "$ER_SPOOL/new/blob_$sha" "$T/still"
	drop_answer "$id" "[{\"sha256\":\"$sha\"}]"
	once
	[ "$(count_new)" = 2 ]
	[ -z "$(ls "$ER_SPOOL/refused")" ]
	rm "$T/still"
	once
	has_state "$id" completed
}

@test "what was killed on the way is done by the next erd: none lost, no answer without its blob" {
	need_erd
	proof_task
	start_erd
	for i in 1 2 3 4 5 6 7 8; do
		printf '{"er":1,"lane":"proof","title":"%s","evidenceRequired":true}' "$i" \
			>"$T/task.json"
		id=$(erctl submit "$T/task.json")
		ids="${ids:-} $id"
		echo "proof $i" >"$T/p$i"
		eventually has_state "$id" offered
		erctl --as ana answer "$id" --set ok=true --evidence "$T/p$i" --no-wait >/dev/null
		kill -KILL "$ERD_PID"
		wait "$ERD_PID" 2>/dev/null || true
		start_erd
	done
	for id in $ids; do
		eventually has_state "$id" completed
	done
	stop_erd
	once
	expect 0 erctl fsck
	[ "$(kept | wc -l)" = 8 ]
	[ -z "$(waiting)" ]
}

@test "er-spool(5) tells the truth: a blob by shell" {
	need_erd
	proof_task
	once
	cd "$ER_SPOOL"
	cp "$T/letter.pdf" photo.jpg
	sed -n '/^\.Sh EXAMPLES/,$p' "$ROOT/share/man/er-spool.5" |
		awk '/^\.Bd/ {n++; next} /^\.Ed/ {on = 0; next} n == 3 && !/^\.[A-Z]/ {print} /^\.Sh SEE/ {exit}' |
		sed 's/\\e/\\/g' >"$T/blob.sh"
	expect 0 bash -e "$T/blob.sh"
	drop_answer "$id" "[{\"sha256\":\"$sha\"}]"
	once
	[ "$(kept)" = "$sha" ]
	has_state "$id" completed
}
