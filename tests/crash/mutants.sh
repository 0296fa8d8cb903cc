#!/bin/sh
# tests/crash/mutants.sh -- each build with one safeguard taken away must be caught by a test.
#   1 no fsync of the file  2 none of the directory  3 a rename that replaces  4 fsync errors ignored
#   5 no fdatasync at the commit  6 no fsync of journal/ for a new segment
set -u
cd "$(dirname "$0")/../.." || exit 2
make=${MAKE:-make}
O=$(realpath "${O:-build}")
bad=0
for t in "$O"/unit/base_* "$O"/unit/spool_*; do # what fails anyway catches nobody
	case $t in *.[od]) continue ;; esac
	timeout 120 "$t" >/dev/null 2>&1 && good="${good-} ${t##*/}"
done
for n in 1 2 3 4 5 6; do
	m=$O-mutate$n
	rm -rf "$m"
	# all but the two files with switches in them is as it was built before
	cp -a "$O/." "$m" && rm -f "$m/lib/base/publish.o" "$m/lib/spool/journal.o"
	if ! $make --no-print-directory -j"$(nproc)" O="$m" MUTATE=$n all units probes >"$m.log" 2>&1; then
		echo "not ok - mutant $n does not build"
		bad=1
		continue
	fi
	caught=''
	for t in $good; do
		[ -z "$caught" ] && ! timeout 120 "$m/unit/$t" >/dev/null 2>&1 && caught=" unit/$t"
	done
	for s in tests/crash/order.sh 'tests/crash/plsweep.sh fast' 'tests/crash/esweep.sh fast'; do
		[ -n "$caught" ] && break
		# shellcheck disable=SC2086
		O=$m timeout 600 $s >"$m.log" 2>&1 || caught=" ${s##*/}"
	done
	if [ -n "$caught" ]; then
		echo "ok - mutant $n is caught by$caught"
	else
		echo "not ok - mutant $n lives"
		bad=1
	fi
	rm -rf "$m" "$m.log"
done
exit $bad
