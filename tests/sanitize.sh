#!/bin/sh
# tests/sanitize.sh O [all] -- build beside O with address, leak and undefined-behaviour sanitizers;
# run the unit tests in one process each.  With all: the long ones too, the demo, and what hostile
# input and lost views do to the programs.
set -u
O=$1 rc=0
here=$(dirname "$0")
# Not optimized, and lines but no variables: half the time to build, and each access is still there to be
# looked at.
build() {
	${MAKE:-make} --no-print-directory CC="${CC:-cc}" -j2 O="$O-asan" SANITIZE=address,undefined CFLAGS="-O0 -g1" "$@"
}
# What reads hostile bytes is always looked at.  The engine's arithmetic is by its random histories;
# its long and statistical tests say nothing about memory that these do not.
long="json_bombs json_products json_compare_random model_form_same"
for t in "$here"/unit/engine_*.c "$here"/unit/sim_*.c; do
	t=${t##*/}
	case $t in
	engine_replay*.c | engine_limits.c) ;;
	*) long="$long ${t%.c}" ;;
	esac
done
if [ "${2-}" != all ]; then
	export PAIRS=300 ER_ROUNDS=2
	build check-units SKIP="$long"
	exit
fi
build check-units || rc=1
build all || exit 1
export ER_BIN="$O-asan" ERCTL="$O-asan/erctl" ERD="$O-asan/erd"
if "$here/demo.sh" "$O-asan"; then echo "ok - demo"; else echo "not ok - demo" && rc=1; fi
bats --tap "$here/crash/hostile.bats" "$here/crash/rebuild.bats" || rc=1
exit $rc
