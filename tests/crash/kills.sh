#!/bin/sh
# tests/crash/kills.sh SUBMITS KILLS -- many submitters against an erd that is killed and started
# again meanwhile: each acknowledged id comes to its end exactly once, and the spool is in order.
set -u
# shellcheck source=tests/crash/lib.sh
. "$(dirname "$0")/lib.sh"
scratch disk
submits=$1 kills=$2 bad=0
sp=$W/spool
seed=${SEED:-$$}
echo "# SEED=$seed"

check() { # TEXT COMMAND...
	text=$1
	shift
	if "$@" >"$W/out" 2>&1; then
		echo "ok - $text"
	else
		echo "not ok - $text"
		tail -n 20 "$W/out" | sed 's/^/# /'
		bad=1
	fi
}
make_spool "$sp" || exit 2

# Killed after 50 to 450 ms, $kills times; then it stays.
{
	awk -v seed="$seed" -v n="$kills" \
		'BEGIN { srand(seed); while (n-- > 0) printf "%.3f\n", 0.05 + rand() * 0.4 }' |
		while read -r t; do
			timeout -s KILL "$t" "$erd" -C "$sp" --log-format text
		done
	touch "$W/stays"
	exec "$erd" -C "$sp" --log-format text
} >"$W/erd.log" 2>&1 &
daemon=$!
cleanup() { kill -KILL "$daemon" 2>/dev/null; }

# Spread over the time that the kills take, so that each of them has somebody to hurt.
gap=$(awk -v k="$kills" -v n="$submits" 'BEGIN { printf "%.3f", k * 0.3 / (n / 8) }')
export er sp gap W
seq "$submits" | xargs -P 8 -n 1 sh -c '
	id=$("$er" -q -C "$sp" submit --lane example.echo --title "Job $0" --key "job-$0" 2>>"$W/submit.err")
	echo "$? $0 $id"
	sleep "$gap"' >"$W/acks"
sed -n 's/^0 [0-9]* //p' "$W/acks" | sort >"$W/acked"
check "$submits of $submits submits were acknowledged" test "$(wc -l <"$W/acked")" = "$submits"
check "under ids of their own" test "$(sort -u "$W/acked" | wc -l)" = "$submits"

# shellcheck disable=SC2046
check "each reaches its end" "$er" -C "$sp" wait --timeout 60s --exit-status $(cat "$W/acked")
tries=0
until [ -e "$W/stays" ] && "$er" -q -C "$sp" status --check >/dev/null 2>&1 || [ $tries = 600 ]; do
	tries=$((tries + 1))
	sleep 0.05
done
check "erd was killed $kills times and runs again" test $tries -lt 600
kill -TERM "$daemon" && wait "$daemon"
check "and ends in good order at last" test $? = 0

sed -n 's/.*"type":"task.completed".*"task":"\([^"]*\)".*/\1/p' "$sp"/journal/*.ndjson |
	sort >"$W/completed"
check "completed exactly once" cmp "$W/acked" "$W/completed"
sed -n 's/.*"type":"task.created".*"task":"\([^"]*\)".*/\1/p' "$sp"/journal/*.ndjson |
	sort >"$W/created"
check "created exactly once" cmp "$W/acked" "$W/created"
find "$sp/results" -name 'task_*.json' -printf '%f\n' | sed 's/\.json$//' | sort >"$W/results"
check "one result each" cmp "$W/acked" "$W/results"
check "new/ is empty" test -z "$(ls "$sp/new")"
check "nothing was refused" test -z "$(find "$sp/refused" -type f -name 'task_*')"
check "erctl fsck" "$er" -C "$sp" fsck
check "views are what the journal says" same_after_rebuild "$sp"
[ $bad = 0 ] || { echo "# erd said:"; tail -n 20 "$W/erd.log" | sed 's/^/# /'; }
exit $bad
