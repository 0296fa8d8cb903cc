#!/usr/bin/env bats
# Views may be deleted: the journal makes them again, byte for byte.

setup() {
	er=${ERCTL:-erctl} erd=${ERD:-erd}
	sp=$BATS_TEST_TMPDIR/spool
	"$er" -q init "$sp" --from "$BATS_TEST_DIRNAME/../../spool-example" >/dev/null
	unset ER_SPOOL
}

queued() { # ARGS: put a message down without an erd; 8 says that it waits
	run "$er" -q -C "$sp" "$@"
	[ "$status" = 8 ]
}
pass() { timeout 30 "$erd" -C "$sp" --once; }

# A spool with tasks in every state.
live() {
	"$er" -q -C "$sp" submit "$BATS_TEST_DIRNAME"/../../spool-example/tasks-to-try/*.json \
		>/dev/null
	"$er" -q -C "$sp" submit --batch \
		"$BATS_TEST_DIRNAME/../../spool-example/tasks-to-try/batch.ndjson" >/dev/null
	done=$("$er" -q -C "$sp" submit --lane general --title done)
	blocked=$("$er" -q -C "$sp" submit --lane general --title blocked)
	gone=$("$er" -q -C "$sp" submit --lane general --title gone)
	pass
	w=$(jq -r '.assignments[-1].worker' "$sp/tasks/${done: -2}/$done.json")
	b=$(jq -r '.assignments[-1].worker' "$sp/tasks/${blocked: -2}/$blocked.json")
	queued --as "$w" accept "$done"
	queued --as "$b" accept "$blocked"
	queued cancel "$gone"
	pass
	queued --as "$w" start "$done"
	queued --as "$b" block "$blocked" --ask "which one?"
	pass
	echo '{"answer": 42}' >"$BATS_TEST_TMPDIR/a.json"
	queued --as "$w" answer "$done" "$BATS_TEST_TMPDIR/a.json"
	queued comment "$blocked" "soon"
	pass
}

@test "rm -r tasks inbox results && erctl fsck --rebuild restores them identically" {
	live
	cp -a "$sp" "$BATS_TEST_TMPDIR/before"
	rm -r "$sp/tasks" "$sp/inbox" "$sp/results"
	run "$er" -C "$sp" fsck --rebuild
	[ "$status" = 0 ]
	find "$sp/inbox" "$BATS_TEST_TMPDIR/before/inbox" -mindepth 1 -type d -empty -delete
	for d in tasks inbox results; do
		diff -r "$BATS_TEST_TMPDIR/before/$d" "$sp/$d"
	done
	"$er" -C "$sp" fsck
}

@test "index and outbox come back too" {
	live
	"$er" -C "$sp" list --json >"$BATS_TEST_TMPDIR/list"
	ls "$sp/outbox/due" >"$BATS_TEST_TMPDIR/due"
	rm -r "$sp/index" "$sp/outbox/due"
	"$er" -C "$sp" fsck --rebuild
	"$er" -C "$sp" list --json | diff "$BATS_TEST_TMPDIR/list" -
	ls "$sp/outbox/due" | diff "$BATS_TEST_TMPDIR/due" -
	"$er" -C "$sp" fsck
}

@test "a view that somebody edited is found and mended" {
	live
	f=$(find "$sp/tasks" -name 'task_*.json' | sort | head -n 1)
	cp "$f" "$BATS_TEST_TMPDIR/was"
	sed -i 's/"state":[ ]*"[a-z]*"/"state":"completed"/' "$f"
	cmp -s "$f" "$BATS_TEST_TMPDIR/was" && sed -i 's/completed/queued/' "$f"
	run "$er" -C "$sp" fsck
	[ "$status" != 0 ]
	"$er" -C "$sp" fsck --rebuild
	cmp "$f" "$BATS_TEST_TMPDIR/was"
	"$er" -C "$sp" fsck
}

@test "without snapshots the journal alone brings erd back to the same state" {
	live
	cp -a "$sp/tasks" "$BATS_TEST_TMPDIR/tasks"
	rm -f "$sp"/journal/snapshot-*
	pass
	diff -r "$BATS_TEST_TMPDIR/tasks" "$sp/tasks"
	"$er" -C "$sp" fsck
}

@test "a changed byte in the middle of the journal stops erd and is named" {
	live
	rm -f "$sp"/journal/snapshot-*
	sed -i '5s/"actor":"erd"/"actor":"eve"/' "$sp/journal/00000001.ndjson"
	run timeout 20 "$erd" -C "$sp" --once
	[ "$status" = 1 ]
	[[ "$output" == *00000001* ]]
	run "$er" -C "$sp" fsck
	[ "$status" != 0 ]
}

@test "a torn tail is cut, kept and reported" {
	live
	pass
	events=$("$er" -C "$sp" events --ndjson | wc -l)
	printf '{"seq":99999,"id":"evt_' >>"$sp/journal/00000001.ndjson"
	pass
	[ "$("$er" -C "$sp" events --ndjson | wc -l)" = "$events" ]
	ls "$sp"/journal/torn-* >/dev/null
	"$er" -C "$sp" fsck
}
