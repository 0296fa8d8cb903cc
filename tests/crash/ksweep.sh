#!/bin/sh
# tests/crash/ksweep.sh fast|all [CASE...] -- SIGKILL at each system call of `erctl submit` and of
# `erd --once` handling each kind of message; restart; every promise must hold.  fast: only calls
# that change something, a few messages.  One TAP line per message.
#
# ksweep.sh -x CASE SYSCALL N: one place, in its own folder below $W.
set -u
# shellcheck source=tests/crash/lib.sh
. "$(dirname "$0")/lib.sh"

strike() { # DIR SYSCALL N COMMAND...: the exit status of the command
	call=$2 inject=$2:signal=KILL:when=$3 trace=$1.trace
	shift 3
	timeout 20 strace -f -qq -o "$trace" -e trace="$call" -e inject="$inject" "$@" \
		>"$trace.out" 2>&1 </dev/null
	rc=$?
	# some counts hang on the clock: a batch is taken in slices of time
	[ $rc = 137 ] || echo "$call" >>"$W/missed"
	return $rc
}

# A submit that was killed: nothing torn is visible, the retry makes it exactly one task.
after_submit() { # DIR RC
	n=$(find "$1/new" -type f | wc -l)
	[ "$n" -le 1 ] || { echo "$n files in new/"; return 1; }
	if [ "$2" = 0 ] && [ "$n" != 1 ]; then
		echo "acknowledged, and not in new/"
		return 1
	fi
	for f in "$1"/new/*; do
		[ ! -e "$f" ] || jq -e . "$f" >/dev/null 2>&1 || { echo "torn: $f"; return 1; }
	done
	"$er" -q -C "$1" submit "$1/task.json" >"$1.id" ||
		{ echo "the retry failed: $?"; return 1; }
	[ "$(find "$1/new" -type f | wc -l)" = 1 ] ||
		{ echo "not one file in new/ after the retry"; return 1; }
	settled "$1" "$W/submit.history" || return 1
	again=$("$er" -q -C "$1" submit "$1/task.json") || { echo "a replay failed: $?"; return 1; }
	[ "$again" = "$(cat "$1.id")" ] || { echo "a replay has another id"; return 1; }
	settled "$1" "$W/submit.history"
}

# An answer with evidence that was killed: what is in new/ is whole, and when the answer is there so
# is its blob; with a retry, where one is needed, the task ends, and the journal names what is
# there.
after_evidence() { # DIR RC
	sha=$(sha256sum <"$1/wrong.json" | cut -c 1-64)
	for f in "$1"/new/blob_*; do
		[ ! -e "$f" ] || cmp -s "$f" "$1/wrong.json" || { echo "torn: $f"; return 1; }
	done
	if ls "$1"/new/msg_* >/dev/null 2>&1; then
		ls "$1/new/blob_$sha"* >/dev/null 2>&1 ||
			{ echo "an answer without its blob"; return 1; }
	else
		[ "$2" != 8 ] || { echo "acknowledged, and not in new/"; return 1; }
		evidence_of "$1" >/dev/null 2>&1
		[ $? = 8 ] || { echo "the retry failed"; return 1; }
	fi
	"$erd" -C "$1" --once >"$1.log" 2>&1 || { echo "erd --once"; cat "$1.log"; return 1; }
	grep -q '"type":"task.completed"' "$1"/journal/*.ndjson ||
		{ echo "not completed"; return 1; }
	cmp -s "$1/blobs/$(printf %.2s "$sha")/$sha" "$1/wrong.json" ||
		{ echo "no blob"; return 1; }
	"$er" -C "$1" fsck >"$1.log" 2>&1 || { echo "fsck: exit $?"; cat "$1.log"; return 1; }
	same_after_rebuild "$1"
}
evidence_of() { # DIR
	"$er" -q -C "$1" --as bo answer "$(cat "$1/id")" "$1/answer.json" --evidence "$1/wrong.json"
}

one() { # CASE SYSCALL N
	d=$W/$1-$2-$3
	if [ "$1" = erctl-evidence ]; then
		cp -a "$W/$1.before" "$d" || return 2
		strike "$d" "$2" "$3" "$er" -q -C "$d" --as bo answer "$(cat "$d/id")" \
			"$d/answer.json" --evidence "$d/wrong.json"
		after_evidence "$d" $?
	elif [ "$1" = erctl ]; then
		cp -a "$W/erctl.before" "$d" || return 2
		strike "$d" "$2" "$3" "$er" -q -C "$d" submit "$d/task.json"
		after_submit "$d" $?
	else
		cp -a "$W/$1.before" "$d" || return 2
		strike "$d" "$2" "$3" "$erd" -C "$d" --once
		settled "$d" "$W/$1.history"
	fi >"$d.why" 2>&1
	rc=$?
	[ $rc = 0 ] || { echo "kill at $2 #$3:"; head -n 12 "$d.why" | sed 's/^/  /'; }
	rm -rf "$d" "$d".*
	return $rc
}

if [ "$1" = -x ]; then
	[ "$5" -gt 0 ] 2>/dev/null || exit 2
	W=$2
	one "$3" "$4" "$5"
	exit 0 # xargs goes on; what was printed counts
fi

need_strace "kills at system calls"
scratch
case $1 in
all) which=all cases='erctl submit accept decline start answer reject block reply cancel batch refuse erctl-evidence evidence' ;;
*) which=changes cases='erctl submit answer batch erctl-evidence evidence' ;;
esac
shift
[ $# = 0 ] || cases=$*
bad=0
for c in $cases; do
	if [ "$c" = erctl ]; then
		make_spool "$W/erctl.before"
		set -- "$er" -q -C "$W/ksp" submit "$W/ksp/task.json"
	elif [ "$c" = erctl-evidence ]; then
		before "$W/$c.before" submit && "$erd" -C "$W/$c.before" --once 2>/dev/null
		basename "$W/$c.before"/tasks/*/*.json .json >"$W/$c.before/id"
		set -- "$er" -q -C "$W/ksp" --as bo answer "$(cat "$W/$c.before/id")" \
			"$W/ksp/answer.json" --evidence "$W/ksp/wrong.json"
	else
		before "$W/$c.before" "$c" ||
			{ echo "not ok - $c: cannot set up"; bad=1; continue; }
		rm -rf "$W/golden"
		cp -a "$W/$c.before" "$W/golden"
		"$erd" -C "$W/golden" --once 2>/dev/null &&
			history_sorted "$W/golden" >"$W/$c.history"
		settled "$W/golden" "$W/$c.history" ||
			{ echo "not ok - $c: undisturbed"; bad=1; continue; }
		rm -rf "$W/golden" "$W"/golden.*
		set -- "$erd" -C "$W/ksp" --once
	fi
	cp -a "$W/$c.before" "$W/ksp"
	strace -f -qq -o "$W/trace" "$@" >/dev/null 2>&1 </dev/null
	rm -rf "$W/ksp"
	places "$W/trace" /ksp $which >"$W/places"
	if [ "$c" = erctl ]; then # what its retries must come to
		before "$W/submit.before" submit
		cp -a "$W/submit.before" "$W/golden"
		"$erd" -C "$W/golden" --once 2>/dev/null &&
			history_sorted "$W/golden" >"$W/submit.history"
		rm -rf "$W/golden" "$W/submit.before"
	fi
	found=$(sed "s/^/$c /" "$W/places" | xargs -r -P "$(nproc)" -n 3 "$0" -x "$W")
	n=$(grep -c . "$W/places")
	missed=$(cat "$W/missed" 2>/dev/null | wc -l)
	rm -f "$W/missed"
	[ $((missed * 10)) -le "$n" ] || found="$missed times nothing was killed
$found"
	if [ "$n" -gt 0 ] && [ -z "$found" ]; then
		echo "ok - killed at $n system calls: $c"
	else
		echo "not ok - killed at $n system calls: $c"
		printf '%s\n' "$found" | head -n 40 | sed 's/^/# /'
		bad=1
	fi
	rm -rf "$W/$c.before"
done
exit $bad
