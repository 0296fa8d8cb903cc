#!/bin/sh
# tests/crash/esweep.sh fast|all [CASE...] -- every error a system call may return, at each call of
# `erctl submit` and `erd --once`: no crash, exit 0 only when the promise holds, no residue after a
# handled error; an interrupted call fails nothing.  fast: calls that change something, errors that
# disks give.  all: every call, interruptions too, and each error also staying from then on.
#
# esweep.sh -x W CASE SYSCALL N ERROR[+]: one place.
set -u
# shellcheck source=tests/crash/lib.sh
. "$(dirname "$0")/lib.sh"

errors() { # SYSCALL
	case $1 in
	openat) echo EACCES EMFILE ENOSPC EINTR ;;
	openat2) echo EMFILE EIO EINTR ;; # of a message: EACCES is its own fault, and refused
	write | pwrite64) echo EIO ENOSPC EDQUOT EFBIG EINTR ;;
	fsync | fdatasync | syncfs) echo EIO ENOSPC EINTR ;;
	close) echo EIO EINTR ;;
	renameat2 | renameat | rename) echo EXDEV ENOSPC EIO EACCES ;;
	read | pread64) echo EIO EINTR ;;
	unlinkat | mkdirat | fchmod) echo EIO EACCES ;;
	getrandom) echo EINTR ;;
	esac
}

one() { # CASE SYSCALL N ERROR[+]
	d=$W/$1-$2-$3-$4 code=${4%+} plus=${4#"${4%+}"}
	base=$1
	cp -a "$W/$base.before" "$d" || return 2
	case $1 in
	erctl) set -- "$@" "$er" -q -C "$d" submit "$d/task.json" ;;
	*) set -- "$@" "$erd" -C "$d" --once ;;
	esac
	call=$2 n=$3
	shift 4
	{
		timeout -s KILL 20 strace -f --seccomp-bpf -qq -o "$d.trace" -e trace="$call" \
			-e inject="$call:error=$code:when=$n$plus" \
			"$@" >"$d.out" 2>&1 </dev/null
		rc=$?
		bad=''
		grep -q INJECTED "$d.trace" || bad="nothing was injected"
		[ $rc -lt 126 ] || bad="exit $rc"
		[ "$code" = EINTR ] && [ $rc != 0 ] && bad="an interrupted call failed it: exit $rc"
		case $call in
		fsync | fdatasync) [ "$code" != EINTR ] && [ $rc = 0 ] && [ "$base" != refuse ] &&
			bad="a failed sync, and exit 0" ;;
		esac
		if [ "$base" = erctl ]; then
			[ -z "$(ls "$d/tmp")" ] || [ "$call" = unlinkat ] ||
				bad="residue in tmp/ after exit $rc"
			[ $rc != 0 ] || [ -n "$(ls "$d/new")" ] ||
				bad="acknowledged, and not in new/"
			"$er" -q -C "$d" submit "$d/task.json" >/dev/null || bad="the retry failed"
			settled "$d" "$W/submit.history" || bad="not settled"
		else
			settled "$d" "$W/$base.history" || bad="not settled"
		fi
		[ -z "$bad" ] || echo "$bad"
	} >"$d.why" 2>&1
	if [ -s "$d.why" ]; then
		echo "$call #$n $code$plus:"
		head -n 12 "$d.why" | sed 's/^/  /'
		tail -n 3 "$d.out" | sed 's/^/  said: /'
	fi
	rm -rf "$d" "$d".*
}

if [ "$1" = -x ]; then
	W=$2
	one "$3" "$4" "$5" "$6"
	exit 0
fi

need_strace "errors at system calls"
scratch
mode=$1
case $mode in
all) cases='erctl submit accept answer evidence cancel batch refuse' ;;
*) cases='erctl submit' ;;
esac
shift
[ $# = 0 ] || cases=$*
bad=0
for c in $cases; do
	b=$c
	[ "$c" = erctl ] && b=submit
	before "$W/$b.golden" "$b" || { echo "not ok - $c: cannot set up"; bad=1; continue; }
	if [ "$c" = erctl ]; then
		make_spool "$W/erctl.before"
	else
		cp -a "$W/$b.golden" "$W/$c.before"
	fi
	"$erd" -C "$W/$b.golden" --once 2>/dev/null &&
		history_sorted "$W/$b.golden" >"$W/$b.history"
	cp -a "$W/$c.before" "$W/ksp"
	if [ "$c" = erctl ]; then
		strace -f -qq -o "$W/trace" "$er" -q -C "$W/ksp" submit "$W/ksp/task.json" \
			>/dev/null 2>&1
	else
		strace -f -qq -o "$W/trace" "$erd" -C "$W/ksp" --once >/dev/null 2>&1
	fi
	rm -rf "$W/ksp" "$W/$b.golden"
	which=all
	[ "$mode" = all ] || which=changes
	places "$W/trace" /ksp $which | while read -r s n; do
		for e in $(errors "$s"); do
			[ "$mode" != all ] && [ "$e" = EINTR ] && continue
			echo "$c $s $n $e"
			# staying EINTR is no world to live in; staying errors are for the long run
			[ "$mode" = all ] && [ "$e" != EINTR ] && echo "$c $s $n $e+"
		done
	done >"$W/places"
	found=$(xargs -r -P "$(nproc)" -n 4 "$0" -x "$W" <"$W/places")
	n=$(grep -c . "$W/places")
	if [ "$n" -gt 0 ] && [ -z "$found" ]; then
		echo "ok - $n errors: $c"
	else
		echo "not ok - $n errors: $c"
		printf '%s\n' "$found" | head -n 60 | sed 's/^/# /'
		bad=1
	fi
	rm -rf "$W/$c.before"
done
exit $bad
