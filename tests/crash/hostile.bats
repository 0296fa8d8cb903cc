#!/usr/bin/env bats
# What anybody may leave in new/: each is refused with a reason or never opened, everything else
# goes on, and no byte of it reaches a terminal.

# `! command` does not fail a bats test; this does.
no() {
	if "$@"; then return 1; fi
}
# Bytes that drive a terminal, in a file of what was said to one.
control_bytes() { LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" "$1"; }

setup() {
	er=${ERCTL:-erctl} erd=${ERD:-erd}
	sp=$BATS_TEST_TMPDIR/spool
	"$er" -q init "$sp" --from "$BATS_TEST_DIRNAME/../../spool-example" >/dev/null
	unset ER_SPOOL
	good=$("$er" -q -C "$sp" submit --title "An honest question" --key good)
}

# One pass of erd: it ends by itself and the honest task was taken.
pass() {
	timeout 20 "$erd" -C "$sp" --once
	[ "$("$er" -C "$sp" show "$good" --json=state)" != "" ]
	"$er" -C "$sp" list --json | grep -q "$good"
	"$er" -C "$sp" fsck >/dev/null
}

# The file is out of new/ and the reason for NAME (a glob in refused/) contains TEXT.
refused() {
	[ -n "$(find "$sp/refused" -name "$1.why.json")" ]
	jq -r .message "$sp"/refused/$1.why.json | grep -i "$2"
	[ -z "$(ls -A "$sp/new")" ]
}

@test "not JSON" {
	echo "hello, world" >"$sp/new/task_notjson"
	pass
	refused task_notjson .
	[ -f "$sp/refused/task_notjson" ] # kept for a person to read
}

@test "too deep" {
	{
		printf '{"er":1,"type":"submit","body":'
		printf '[%.0s' $(seq 40)
		printf ']%.0s' $(seq 40)
		echo '}'
	} >"$sp/new/task_deep"
	pass
	refused task_deep "depth\|deep"
}

@test "a hundred thousand brackets" {
	head -c 100000 /dev/zero | tr '\0' '[' >"$sp/new/task_brackets"
	echo >>"$sp/new/task_brackets"
	pass
	refused task_brackets .
}

@test "too large" {
	{
		printf '{"er":1,"x":"'
		head -c 1200000 /dev/zero | tr '\0' x
		echo '"}'
	} >"$sp/new/task_large"
	pass
	refused task_large "large\|byte\|MiB\|long"
}

@test "a sparse giant" {
	truncate -s 1G "$sp/new/task_giant"
	pass
	refused task_giant .
}

@test "a key twice" {
	echo '{"er":1,"er":1,"type":"submit"}' >"$sp/new/task_twice"
	pass
	refused task_twice "duplicate\|twice"
}

@test "no bytes at all" {
	: >"$sp/new/task_empty"
	touch -d '1 minute ago' "$sp/new/task_empty"
	pass
	refused task_empty .
}

@test "cut off in the middle: waited for, then refused" {
	printf '{"er":1,"type":"sub' >"$sp/new/task_cut"
	timeout 20 "$erd" -C "$sp" --once
	[ -e "$sp/new/task_cut" ]
	touch -d '1 minute ago' "$sp/new/task_cut"
	pass
	refused task_cut .
}

@test "a FIFO is never opened" {
	mkfifo "$sp/new/task_fifo"
	pass
	[ ! -p "$sp/new/task_fifo" ]
}

@test "a symbolic link is not followed" {
	echo '{"secret":"do not read"}' >"$BATS_TEST_TMPDIR/secret"
	ln -s "$BATS_TEST_TMPDIR/secret" "$sp/new/task_link"
	pass
	[ ! -L "$sp/new/task_link" ]
	no grep -r "do not read" "$sp"
	[ -f "$BATS_TEST_TMPDIR/secret" ]
}

@test "a hard link: its other name may still be written to, so it is never acted on" {
	id=task_7ZZZZZZZZZZZZZZZZZZZZZZZZZ
	printf '{"er":1,"type":"submit","id":"%s","from":"x","body":{"title":"x"}}\n' $id \
		>"$BATS_TEST_TMPDIR/theirs"
	ln "$BATS_TEST_TMPDIR/theirs" "$sp/new/$id"
	timeout 20 "$erd" -C "$sp" --once
	no grep -q $id "$sp/journal/00000001.ndjson"
	rm "$BATS_TEST_TMPDIR/theirs" # publishing by link and unlink: now it is whole
	pass
	grep -q $id "$sp/journal/00000001.ndjson"
}

@test "a directory" {
	mkdir -p "$sp/new/task_dir/inside"
	pass
}

@test "names with escapes, line ends, bad UTF-8, dots and 255 bytes" {
	esc=$(printf 'task_\033[31m\007red')
	lf=$(printf 'task_a\nb')
	bad=$(printf 'task_\377\376')
	long=$(printf 'x%.0s' $(seq 255))
	for name in "$esc" "$lf" "$bad" "$long" "..task" "-rf" "task_ space" 'task_$(id)'; do
		echo "not json" >"$sp/new/$name"
	done
	pass
	# dot files are left alone by rule; all others are out
	[ "$(ls -A "$sp/new" | grep -cv '^\.')" = 0 ]
	# nothing of it comes out raw anywhere, and names in refused/ are harmless
	{
		"$er" -C "$sp" status
		"$er" -C "$sp" list
		"$er" -C "$sp" events
		"$er" -C "$sp" fsck
	} >"$BATS_TEST_TMPDIR/said" 2>&1
	no control_bytes "$BATS_TEST_TMPDIR/said"
	find "$sp/refused" -print0 | tr '\0\n' '\n\001' >"$BATS_TEST_TMPDIR/names"
	no env LC_ALL=C grep -q "$(printf '[\001-\037\177-\377]')" "$BATS_TEST_TMPDIR/names"
	[ "$(find "$sp/refused" -name '*.why.json' | wc -l)" -ge 7 ]
}

@test "text that drives terminals is shown, not sent" {
	evil=$(printf 'a\033]0;owned\007b\xe2\x80\xaec\xc2\x9b31m')
	id=$("$er" -q -C "$sp" submit --title "$evil" --objective "$evil")
	timeout 20 "$erd" -C "$sp" --once
	{
		"$er" -C "$sp" list
		"$er" -C "$sp" show "$id"
		"$er" -C "$sp" events "$id"
		for w in ana bo cora; do "$er" -C "$sp" --as $w inbox; done
	} >"$BATS_TEST_TMPDIR/said" 2>&1
	no control_bytes "$BATS_TEST_TMPDIR/said"
	no grep -q "$(printf '\xe2\x80\xae')" "$BATS_TEST_TMPDIR/said"
	no env LC_ALL=C grep -q "$(printf '\xc2\x9b')" "$BATS_TEST_TMPDIR/said"
}

@test "a message in another's name for a task that is not theirs changes nothing" {
	timeout 20 "$erd" -C "$sp" --once
	before=$("$er" -C "$sp" show "$good" --json=state)
	printf '{"er":1,"type":"answer","id":"msg_01ARZ3NDEKTSV4RRFFQ69G5FAV","task":"%s","from":"nobody","at":"2026-11-22T18:44:38Z","body":{"answer":{"x":1}}}\n' "$good" >"$sp/new/msg_01ARZ3NDEKTSV4RRFFQ69G5FAV"
	pass
	[ "$("$er" -C "$sp" show "$good" --json=state)" = "$before" ]
	refused msg_01ARZ3NDEKTSV4RRFFQ69G5FAV .
}

# A batch that some other program wrote: NAME, LINES on stdin.
foreign_batch() {
	{ printf '{"er":1,"type":"batch","id":"%s","count":9}\n' "$1"; cat; } >"$sp/tmp/foreign"
	mv "$sp/tmp/foreign" "$sp/new/$1"
}
line() { # ID-DIGIT
	printf '{"er":1,"type":"submit","id":"task_01J8ZZZZZZZZZZZZZZZZZZZZZ%s","from":"x","body":{"er":1,"lane":"general","title":"t"}}\n' "$1"
}

@test "a batch with lines that are no messages: the others are taken" {
	{ line 1; echo "not JSON"; echo '{"a":1}'; line 2; } |
		foreign_batch batch_01J8ZZZZZZZZZZZZZZZZZZZZZ1
	pass
	refused batch_01J8ZZZZZZZZZZZZZZZZZZZZZ1.line2 object
	refused batch_01J8ZZZZZZZZZZZZZZZZZZZZZ1.line3 version
	"$er" -C "$sp" list --json | grep -q ZZZZZ1
	"$er" -C "$sp" list --json | grep -q ZZZZZ2
}

@test "a batch with a line of ten megabytes: the others are taken, it is kept" {
	{ line 1; head -c 10000000 /dev/zero | tr '\0' x; echo; line 2; } |
		foreign_batch batch_01J8ZZZZZZZZZZZZZZZZZZZZZ1
	pass
	refused batch_01J8ZZZZZZZZZZZZZZZZZZZZZ1 longer
	"$er" -C "$sp" list --json | grep -q ZZZZZ2
	[ "$(wc -c <"$sp/refused/batch_01J8ZZZZZZZZZZZZZZZZZZZZZ1")" -gt 10000000 ]
}

@test "a batch that cannot be read is not taken for one that ends" {
	strace -o /dev/null true || skip "strace is not there or may not trace"
	export ASAN_OPTIONS=detect_leaks=0 # not under a tracer
	for i in 1 2 3 4; do line $i; done | foreign_batch batch_01J8ZZZZZZZZZZZZZZZZZZZZZ1
	cp -a "$sp" "$sp.trace"
	strace -f -qq -y -o "$BATS_TEST_TMPDIR/t" -e trace=read "$erd" -C "$sp.trace" --once
	n=$(grep -n new/batch_ "$BATS_TEST_TMPDIR/t" | head -n 1 | cut -d: -f1)
	run strace -f -qq -o /dev/null -e inject=read:error=EIO:when="$n" "$erd" -C "$sp" --once
	[ "$status" = 75 ]
	[ -e "$sp/new/batch_01J8ZZZZZZZZZZZZZZZZZZZZZ1" ]
	pass
	[ "$("$er" -C "$sp" list --ndjson | grep -c ZZZZZ)" = 4 ]
}

@test "one pass takes all batches, and a cancel behind them" {
	for i in 1 2 3; do line $i | foreign_batch batch_01J8ZZZZZZZZZZZZZZZZZZZZZ$i; done
	run "$er" -q -C "$sp" cancel task_01J8ZZZZZZZZZZZZZZZZZZZZZ3
	[ "$status" = 8 ]
	pass
	[ -z "$(ls -A "$sp/new" "$sp/refused" | grep -v :)" ]
	"$er" -C "$sp" show task_01J8ZZZZZZZZZZZZZZZZZZZZZ3 | grep -q cancelled
}

@test "a program that answers nonsense gives its task back" {
	printf '#!/bin/sh\nprintf "{\\"answer\\":1,\\"confidence\\":\\"high\\"}"\n' \
		>"$sp/etc/programs/echo"
	id=$("$er" -q -C "$sp" submit --lane example.echo --title t)
	pass
	[ "$("$er" -C "$sp" show "$id" --json=state | tr -d '"')" != started ]
	[ -z "$(ls -A "$sp/refused")" ]
}

@test "programs go on after a restart though views were deleted" {
	printf '#!/bin/sh\nsleep 60\n' >"$sp/etc/programs/echo"
	id=$("$er" -q -C "$sp" submit --lane example.echo --title t)
	"$erd" -C "$sp" 2>/dev/null 3>&- &
	timeout 10 sh -c "until grep -qs started '$sp/index/open.tsv'; do sleep 0.05; done"
	kill -TERM $!
	wait $! || true
	ls "$sp"/journal/snapshot-*
	rm -r "$sp/tasks"
	printf '#!/bin/sh\nprintf "{\\"answer\\":1}"\n' >"$sp/etc/programs/echo"
	timeout 20 "$erd" -C "$sp" --once
	"$er" -C "$sp" fsck --rebuild >/dev/null
	"$er" -C "$sp" show "$id" | grep -q '^closed' # its schema refuses the answer three times
}
