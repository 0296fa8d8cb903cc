#!/bin/sh
# tests/banned.sh [CPPFLAGS...] -- each function that base/banned.h names must fail to compile.
set -u
cd "$(dirname "$0")/.." || exit 2
[ $# -gt 0 ] || set -- -std=c17 -D_GNU_SOURCE -Ilib -include base/banned.h
cc=${CC:-cc} bad=0
for f in $(sed -n 's/^#pragma GCC poison //p' lib/base/banned.h) strnlen; do
	printf 'void *f(void);\nvoid *f(void) { return (void *)%s; }\n' "$f" |
		"$cc" "$@" -fsyntax-only -xc - 2>/dev/null
	got=$?
	want=1
	[ "$f" = strnlen ] && want=0 # the control: an allowed one compiles
	if [ $((got != 0)) = $want ]; then
		echo "ok - $f"
	else
		echo "not ok - $f: compiler exit $got"
		bad=1
	fi
done
exit $bad
