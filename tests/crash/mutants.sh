#!/bin/sh
# tests/crash/mutants.sh -- a build with one safeguard taken away must be caught by the test that is
# there for it: otherwise that test proves nothing.
set -u
cd "$(dirname "$0")/../.." || exit 2
make=${MAKE:-make}
O=$(realpath "${O:-build}")
here=tests/crash
power="$here/plsweep.sh fast"
[ "$(id -u)" = 0 ] || power=$here/order.sh
bad=0

mutant() { # N WHAT-IS-GONE TEST...
	n=$1 gone=$2
	shift 2
	m=$O-mutate$n
	rm -rf "$m"
	# all but the two files with switches in them is as it was built before
	cp -a "$O/." "$m" && rm -f "$m/lib/base/publish.o" "$m/lib/spool/journal.o"
	if ! $make --no-print-directory -j"$(nproc)" O="$m" MUTATE="$n" all >"$m/log" 2>&1; then
		echo "not ok - $gone: does not build"
		tail -n 5 "$m/log" | sed 's/^/# /'
		bad=1
	elif O=$m timeout 900 "$@" >"$m/log" 2>&1; then
		echo "not ok - $gone: $* does not notice"
		bad=1
	else
		echo "ok - $gone: $* notices"
	fi
	rm -rf "$m"
}

# shellcheck disable=SC2086
{
	mutant 1 "no fsync of a published file" $power
	mutant 2 "no fsync of its directory" $power
	mutant 3 "a rename that replaces" $here/order.sh
	mutant 4 "errors of fsync ignored" $here/esweep.sh fast
	mutant 5 "no fdatasync at the commit" $power
	mutant 6 "no fsync of journal/ for a new segment" $here/order.sh
}
exit $bad
