#!/bin/sh
# tests/crash/order.sh -- the order of the system calls that durability rests on, read from a trace.
# Catches what no power cut on today's ext4 and xfs shows (a directory that was not synced after a
# file in it was created and synced), and what needs root to show.
set -u
# shellcheck source=tests/crash/lib.sh
. "$(dirname "$0")/lib.sh"
need_strace order
scratch
bad=0

# Each pattern must match a line behind the match of the one before.
in_order() { # TEXT TRACE PATTERN...
	text=$1 trace=$2
	shift 2
	if printf '%s\n' "$@" | awk -v trace="$trace" '
		{ want[++n] = $0 }
		END {
			i = 1
			while (i <= n && (getline line < trace) > 0)
				if (line ~ want[i]) i++
			if (i <= n) { print "not found in order: " want[i]; exit 1 }
		}' >"$W/why"; then
		echo "ok - $text"
	else
		echo "not ok - $text"
		sed 's/^/# /' "$W/why"
		bad=1
	fi
}
calls=openat,openat2,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlinkat,close
trace() { strace -f -qq -y -e trace=$calls,exit_group -o "$@" >/dev/null 2>&1 </dev/null; }

sp=$W/sp
make_spool "$sp" || exit 2
trace "$W/t1" "$er" -q -C "$sp" submit "$sp/task.json"
in_order "submit: file, sync, rename, sync of new/, then exit 0" "$W/t1" \
	'O_EXCL.*= [0-9]+<.*/tmp/' 'write.*/tmp/' 'fsync\(.*/tmp/.*= 0' 'close\(.*/tmp/' \
	'renameat2.*RENAME_NOREPLACE\) = 0' 'fsync\([0-9]+<.*/sp/new>\) += 0' 'exit_group\(0\)'
trace "$W/t2" "$er" -q -C "$sp" submit "$sp/task.json"
in_order "a replay syncs the first one's file and new/ itself" "$W/t2" \
	'fsync\([0-9]+<.*/sp/new/task_.*= 0' 'fsync\([0-9]+<.*/sp/new>\) += 0' 'exit_group\(0\)'
trace "$W/t3" "$er" -q -C "$sp" submit --batch "$sp/batch.ndjson"
in_order "batch: one sync of the file, one of new/" "$W/t3" \
	'fsync\(.*/tmp/.*= 0' 'renameat2.*RENAME_NOREPLACE\) = 0' \
	'fsync\([0-9]+<.*/sp/new>\) += 0' 'exit_group\(0\)'
trace "$W/t4" "$erd" -C "$sp" --once
in_order "journal: segment, header, sync, sync of journal/, events, commit, view, message gone" \
	"$W/t4" \
	'O_EXCL.*= [0-9]+<.*/journal/00000001.ndjson>' 'pwrite64\(.*00000001.ndjson' \
	'fsync\(.*00000001.ndjson.*= 0' \
	'fsync\([0-9]+<.*/sp/journal>\) += 0' 'pwrite64\(.*00000001.ndjson' \
	'fdatasync\(.*00000001.ndjson.*= 0' \
	'rename.*/tasks' 'unlinkat\(.*/new>'
n=$(grep -c 'fdatasync(.*00000001.ndjson' "$W/t4")
if [ "$n" -le 4 ]; then
	echo "ok - group commit: $n fdatasync for four tasks and the configuration"
else
	echo "not ok - group commit: $n fdatasync for four tasks"
	bad=1
fi
exit $bad
