#!/bin/sh
# tests/example.sh O -- the spool we ship is a working spool, and each of its tasks is taken.
set -u
O=$1 bad=0
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
try() {
	name=$1
	shift
	if "$@" >"$tmp/out" 2>&1; then
		echo "ok - $name"
	else
		echo "not ok - $name (exit $?)"
		sed 's/^/# /' "$tmp/out"
		bad=1
	fi
}
try "init from the example" "$O/erctl" init "$tmp/spool" --from spool-example
try "erd --check of the copy" "$O/erd" -C "$tmp/spool" --check
for f in spool-example/tasks-to-try/*.json; do
	try "submit ${f##*/}" "$O/erctl" -C "$tmp/spool" submit "$f"
done
try "submit --batch batch.ndjson" "$O/erctl" -C "$tmp/spool" submit --batch spool-example/tasks-to-try/batch.ndjson
try "erd --once" "$O/erd" -C "$tmp/spool" --once
try "erctl fsck" "$O/erctl" -C "$tmp/spool" fsck
exit $bad
