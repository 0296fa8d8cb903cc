#!/bin/sh
# tests/example.sh O -- the spool we ship is a working spool, and each of its tasks is taken.
set -u
O=$1
. tests/tap.sh
try "init from the example" "$O/erctl" init "$tmp/spool" --from spool-example
try "erd --check of the copy" "$O/erd" -C "$tmp/spool" --check
for f in spool-example/tasks-to-try/*.json; do
	try "submit ${f##*/}" "$O/erctl" -C "$tmp/spool" submit "$f"
done
try "submit --batch batch.ndjson" "$O/erctl" -C "$tmp/spool" submit \
	--batch spool-example/tasks-to-try/batch.ndjson
try "erd --once" "$O/erd" -C "$tmp/spool" --once
try "erctl fsck" "$O/erctl" -C "$tmp/spool" fsck
exit $bad
