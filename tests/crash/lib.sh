# shellcheck shell=sh
# tests/crash/lib.sh -- what the sweeps share: spools to break, and what must hold afterwards.
#
# Sourced with $O set (the build folder).  Everything happens in $W, which goes away on exit.
# Functions with a body in ( ) have variables of their own.

O=$(realpath "${O:-build}")
here=$(realpath "$(dirname "$0")")
er=$O/erctl erd=$O/erd
export LC_ALL=C.UTF-8 TZ=UTC ASAN_OPTIONS=detect_leaks=0
unset ER_SPOOL ER_WORKER ER_FORMAT

# Some containers forbid tracing.
need_strace() {
	strace -f -o /dev/null true 2>/dev/null && return
	echo "ok - $1 # SKIP strace is not there or may not trace"
	exit 0
}

# In memory where possible: these tests kill processes, they do not cut power.
scratch() {
	base=${DISK_TMPDIR:-${TMPDIR:-/tmp}}
	if [ "${1-}" != disk ] && [ -w /dev/shm ] &&
		[ "$(df -k --output=avail /dev/shm | tail -n 1)" -gt 65536 ]; then
		base=/dev/shm
	fi
	W=$(mktemp -d "$base/er-crash.XXXXXX") || exit 2
	trap 'cleanup; rm -rf "$W"' EXIT
	trap 'exit 130' INT TERM
}
cleanup() { :; }

# One lane for people, one for a program; webhooks go nowhere (a closed port), so that each attempt
# ends at once and is journalled as a retry, an hour from now.
make_spool() ( # DIR
	"$er" -q init "$1" --from "$here/../../spool-example" >/dev/null || return
	cat >"$1/etc/endpoints/nowhere.json" <<-'END' || return
		{"match": "http://127.0.0.1:1", "allowPrivate": true}
	END
	printf '%s\n' '{"er":1,"lane":"refund_eligibility","title":"Refund?","idempotencyKey":"k1",' \
		'"payload":{"orderId":"1"},"schema":{"ok":"boolean"},' \
		'"webhook":{"url":"http://127.0.0.1:1/hook","secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw","retryPolicy":{"maxRetries":3,"backoffSeconds":3600}}}' >"$1/task.json"
	printf '{"er":1,"lane":"general","title":"Q%s","idempotencyKey":"b%s"}\n' 1 1 2 2 3 3 >"$1/batch.ndjson"
	printf '{"ok":true}\n' >"$1/answer.json"
	printf '{"ok":"perhaps"}\n' >"$1/wrong.json"
)

# Bring the spool $1 to the point where erd has the message of $2 before it.
before() ( # DIR CASE
	make_spool "$1" || return
	case $2 in
	submit | accept | decline | start | answer | evidence | reject | block | reply | cancel)
		id=$("$er" -q -C "$1" submit "$1/task.json") || return ;;
	batch)
		"$er" -q -C "$1" submit --batch "$1/batch.ndjson" >/dev/null
		return ;;
	refuse)
		"$erd" -C "$1" --once 2>/dev/null || return
		printf '{"er":1,"type":"submit"' >"$1/tmp/x"
		mv "$1/tmp/x" "$1/new/task_cut"
		touch -d '1 minute ago' "$1/new/task_cut"
		return ;;
	esac
	[ "$2" = submit ] && return
	"$erd" -C "$1" --once 2>/dev/null || return
	case $2 in
	start | answer | evidence | reject | block | reply) say "$1" accept "$id" ;;
	esac
	case $2 in
	answer | evidence | reject | block | reply) say "$1" start "$id" ;;
	esac
	case $2 in
	accept | start) drop "$1" --as bo "$2" "$id" ;;
	decline) drop "$1" --as bo decline "$id" --reason busy ;;
	answer) drop "$1" --as bo answer "$id" "$1/answer.json" ;;
	evidence) drop "$1" --as bo answer "$id" "$1/answer.json" --evidence "$1/task.json" \
		--evidence "$1/wrong.json" ;;
	reject) drop "$1" --as bo answer "$id" "$1/wrong.json" --no-check ;;
	block) drop "$1" --as bo block "$id" --ask "which order?" ;;
	reply)
		drop "$1" --as bo block "$id" --ask "which order?"
		"$erd" -C "$1" --once 2>/dev/null
		drop "$1" reply "$id" "the first" ;;
	cancel) drop "$1" cancel "$id" ;;
	esac
)
# Put a message down without an erd: 8 says that it waits.
drop() ( # DIR ARGS...
	dir=$1
	shift
	"$er" -q -C "$dir" "$@" >/dev/null 2>&1
	[ $? = 8 ]
)
say() { # DIR VERB ID
	drop "$1" --as bo "$2" "$3" && "$erd" -C "$1" --once 2>/dev/null
}

# What happened: type, task, state, actor and message of each event, without times and ids that
# differ from run to run.  A refused file is put aside before it is journalled (nothing may be lost
# in between), so a kill there leaves no event of it: where it lies is what counts.
history() { # DIR
	sed -n '/"type":"message.refused"/d; s/^{"seq":[0-9]*,"id":"[^"]*","type":"\([^"]*\)","at":"[^"]*",\(.*\)"data":.*/\1 \2/p' "$1"/journal/*.ndjson
}
# The same as a set: across tasks a restart may order differently.  With what lies in refused/.
history_sorted() {
	{
		history "$1"
		ls "$1/refused"
	} | sort
}

# Views are what the journal says: throw them away, make them again, compare.  An empty inbox folder
# is no view: it is made with its first entry and stays.
same_after_rebuild() ( # DIR
	rm -rf "$1.again"
	cp -a "$1" "$1.again" || return
	rm -rf "$1.again/tasks" "$1.again/inbox" "$1.again/results"
	"$er" -q -C "$1.again" fsck --rebuild >"$1.log" 2>&1 || { cat "$1.log"; return 1; }
	find "$1/inbox" "$1.again/inbox" -mindepth 1 -type d -empty -delete
	for d in tasks inbox results; do
		diff -r "$1/$d" "$1.again/$d" || { echo "$d differs after a rebuild"; return 1; }
	done
	rm -rf "$1.again"
)

# After a restart: same history as the run that nobody disturbed, nothing left undone, nothing done
# twice, a clean bill from fsck, and every view what the journal says (I1-I6, I8, I9).
settled() ( # DIR WANTED-HISTORY
	"$erd" -C "$1" --once >"$1.log" 2>&1 || { echo "erd --once: exit $?"; cat "$1.log"; return 1; }
	cksum "$1"/journal/*.ndjson >"$1.sum"
	"$erd" -C "$1" --once >"$1.log" 2>&1 || { echo "erd --once again: exit $?"; cat "$1.log"; return 1; }
	cksum "$1"/journal/*.ndjson | cmp -s - "$1.sum" || { echo "a second restart wrote events"; return 1; }
	history_sorted "$1" >"$1.got"
	diff "$2" "$1.got" || { echo "another history"; return 1; }
	for f in "$1"/new/*; do
		[ -e "$f" ] && { echo "left in new/: $f"; return 1; }
	done
	"$er" -C "$1" fsck >"$1.log" 2>&1 || { echo "fsck: exit $?"; cat "$1.log"; return 1; }
	same_after_rebuild "$1"
)

# From a trace to places to strike, one "syscall ordinal" a line; strace counts per syscall and
# process.  "changes" keeps the calls that change something outside the process: a kill before any
# other call leaves the same disk as a kill before the next one that does.  Dynamic loading (before
# the first mention of MARK) is left out.
places() { # TRACE MARK all|changes
	awk -v mark="$2" -v which="$3" '
		{ sub(/^[0-9]+ +/, "") }
		match($0, /^[a-z_0-9]+\(/) {
			s = substr($0, 1, RLENGTH - 1); c[s]++
			if (s != "execve" && index($0, mark)) on = 1
			if (!on || s == "ioctl") next
			if (which == "changes") {
				if (s == "openat" || s == "openat2") { if (!index($0, "O_CREAT")) next }
				else if (s !~ /^(write|pwrite64|writev|fsync|fdatasync|syncfs|rename|renameat|renameat2|unlink|unlinkat|mkdirat|mkdir|linkat|link|ftruncate|fallocate|mknodat|mkfifo|exit_group)$/) next
			}
			print s, c[s]
		}' "$1"
}
