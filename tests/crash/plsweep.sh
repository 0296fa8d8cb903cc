#!/bin/sh
# tests/crash/plsweep.sh fast|all -- power cut after each system call that changes something: the
# process is killed there, then the file system drops whatever was not flushed (ext4, xfs on a loop
# device).  Acknowledged messages must be whole, erd's commits must hold, and a replay by a second
# submitter must have made the first one's file durable before it says so.
set -u
# shellcheck source=tests/crash/lib.sh
. "$(dirname "$0")/lib.sh"

[ "$(id -u)" = 0 ] || { echo "ok - power cuts # SKIP needs root"; exit 0; }
need_strace "power cuts"
scratch disk
cleanup() { umount "$W/mnt" 2>/dev/null; }
mkdir "$W/mnt"
sp=$W/mnt/spool

make_disk() { # FS: $W/$FS.before with a spool for `erctl`, or 1
	case $1 in
	ext4) truncate -s 32M "$W/img" && mkfs.ext4 -q -F "$W/img" ;;
	xfs) command -v mkfs.xfs >/dev/null && truncate -s 320M "$W/img" &&
		mkfs.xfs -q -f "$W/img" ;;
	esac >/dev/null 2>&1 && mount -o loop "$W/img" "$W/mnt" 2>/dev/null
}
keep() { # NAME
	sync -f "$W/mnt" && umount "$W/mnt" && cp --sparse=always "$W/img" "$W/$1"
}
fresh() { # NAME
	umount "$W/mnt" 2>/dev/null
	cp --sparse=always "$W/$1" "$W/img" && mount -o loop "$W/img" "$W/mnt"
}
cut() {
	"$O/crash/shutdown" "$W/mnt" && umount "$W/mnt" && mount -o loop "$W/img" "$W/mnt"
}
at() { # SYSCALL N COMMAND...: killed there; "none 0": not at all
	call=$1 nth=$2
	shift 2
	if [ "$call" = none ]; then
		"$@" >/dev/null 2>&1 </dev/null
	else
		timeout 20 strace -f -qq -o /dev/null -e trace="$call" \
			-e inject="$call:signal=KILL:when=$nth" \
			"$@" >/dev/null 2>&1 </dev/null
		rc=$?
		[ $rc = 137 ] || echo "$call" >>"$W/missed"
		return $rc
	fi
}
whole() {
	for f in "$sp"/new/*; do
		[ ! -e "$f" ] || jq -e . "$f" >/dev/null 2>&1 || { echo "torn: $f"; return 1; }
	done
}

check_submit() { # SYSCALL N
	at "$1" "$2" "$er" -q -C "$sp" submit "$sp/task.json"
	rc=$?
	cut || return 2
	whole || return 1
	[ $rc != 0 ] || [ -n "$(ls "$sp/new")" ] || { echo "acknowledged and lost"; return 1; }
	"$er" -q -C "$sp" submit "$sp/task.json" >/dev/null ||
		{ echo "the retry failed"; return 1; }
	settled "$sp" "$W/submit.history"
}
check_replay() { # the first is killed, the second succeeds, then the power goes
	at "$1" "$2" "$er" -q -C "$sp" submit "$sp/task.json"
	"$er" -q -C "$sp" submit "$sp/task.json" >/dev/null
	rc=$?
	cut || return 2
	whole || return 1
	[ $rc != 0 ] || [ -n "$(ls "$sp/new")" ] ||
		{ echo "the second submitter's task is lost"; return 1; }
}
check_batch() {
	at "$1" "$2" "$er" -q -C "$sp" submit --batch "$sp/batch.ndjson"
	rc=$?
	cut || return 2
	[ $rc != 0 ] || [ "$(cat "$sp"/new/batch_* 2>/dev/null | wc -l)" = 4 ] ||
		{ echo "acknowledged, not whole"; return 1; }
}
check_erd() {
	at "$1" "$2" "$erd" -C "$sp" --once
	cut || return 2
	settled "$sp" "$W/$case.history"
}

# A running erd has taken the message and shown the task; somebody else's submit then flushes the
# folder, so that the message is gone for good.  Only the journal's own sync can have kept the task.
check_told() { # FS
	fresh "$1.empty" || return 2
	"$erd" -C "$sp" >/dev/null 2>&1 &
	daemon=$!
	id=$("$er" -q -C "$sp" submit "$sp/task.json")
	tries=0
	until [ -z "$(ls "$sp/new")" ] &&
		[ -e "$sp/tasks/$(printf %s "$id" | tail -c 2)/$id.json" ]; do
		tries=$((tries + 1))
		[ $tries -lt 400 ] || { echo "erd did not take it"; return 1; }
		sleep 0.02
	done
	kill -STOP $daemon
	"$er" -q -C "$sp" submit --title other >/dev/null
	rc=$?
	kill -KILL $daemon
	wait $daemon
	cut || return 2
	[ $rc = 0 ] || { echo "the other submit failed"; return 1; }
	"$erd" -C "$sp" --once >/dev/null 2>&1 || { echo "erd --once: $?"; return 1; }
	history "$sp" | grep -q "^task.created.*$id" ||
		{ echo "shown to the world, and lost: $id"; return 1; }
	[ "$(history "$sp" | grep -c '^task.created')" = 2 ] || { echo "not two tasks"; return 1; }
	"$er" -q -C "$sp" fsck >/dev/null
}

sweep() { # FS CASE
	fs=$1 case=$2 n=0 bad=0
	case $2 in
	submit-replay | submit-drop | batch-drop) img=$fs.empty ;;
	*) img=$fs.$2 ;;
	esac
	fresh "$img" || return 2
	case $2 in
	submit-drop) check=check_submit; set -- "$er" -q -C "$sp" submit "$sp/task.json" ;;
	submit-replay) check=check_replay; set -- "$er" -q -C "$sp" submit "$sp/task.json" ;;
	batch-drop) check=check_batch; set -- "$er" -q -C "$sp" submit --batch "$sp/batch.ndjson" ;;
	*) check=check_erd; set -- "$erd" -C "$sp" --once ;;
	esac
	strace -f -qq -o "$W/trace" "$@" >/dev/null 2>&1 </dev/null
	{ places "$W/trace" "$sp" changes; echo none 0; } >"$W/places"
	while read -r s k; do
		fresh "$img" || return 2
		n=$((n + 1))
		if ! $check "$s" "$k" >"$W/why" 2>&1; then
			bad=$((bad + 1))
			echo "# power cut at $s #$k:"
			head -n 8 "$W/why" | sed 's/^/#   /'
		fi
	done <"$W/places"
	missed=$(cat "$W/missed" 2>/dev/null | wc -l)
	rm -f "$W/missed"
	if [ $((missed * 10)) -gt $n ]; then # counts that hang on the clock are few
		bad=$((bad + 1))
		echo "# $missed times nothing was killed"
	fi
	if [ $bad = 0 ]; then
		echo "ok - $fs, power cut at $n places: $case"
	else
		echo "not ok - $fs, power cut at $n places: $case ($bad findings)"
		return 1
	fi
}

case $1 in
all) systems='ext4 xfs' erd_cases='submit accept answer evidence cancel batch' ;;
*) systems='ext4' erd_cases='submit' ;;
esac
failed=0
for fs in $systems; do
	if ! make_disk $fs; then
		echo "ok - $fs # SKIP no loop device or no mkfs.$fs"
		continue
	fi
	make_spool "$sp" || exit 2
	keep $fs.empty
	for c in $erd_cases; do
		fresh $fs.empty && rm -rf "$sp" && before "$sp" $c ||
			{ echo "not ok - $c: cannot set up"; failed=1; continue; }
		keep $fs.$c
		fresh $fs.$c && "$erd" -C "$sp" --once 2>/dev/null &&
			history_sorted "$sp" >"$W/$c.history"
	done
	for c in submit-drop submit-replay batch-drop $erd_cases; do
		sweep $fs $c || failed=1
	done
	if check_told $fs >"$W/why" 2>&1; then
		echo "ok - $fs, power cut behind a view: the task stays"
	else
		echo "not ok - $fs, power cut behind a view"
		grep -v '^time=' "$W/why" | head -n 8 | sed 's/^/# /'
		failed=1
	fi
	umount "$W/mnt"
	rm -f "$W/$fs".*
done
exit $failed
