#!/bin/sh
# tests/lint.sh O [shell | CPPFLAGS...] -- the linters that are there; what is absent is skipped
# with a word.
# Only shellcheck and mandoc decide the exit status: the others are read by people.
set -u
O=$1 bad=0
scripts=$(grep -lE '^#!/(usr/)?bin/(env )?(sh|bash)' -r tests .ci share spool-example completions 2>/dev/null)

if command -v shellcheck >/dev/null; then
	for f in $scripts; do
		if out=$(shellcheck -x -S warning "$f"); then
			echo "ok - $f"
		else
			echo "not ok - $f"
			echo "$out" | sed 's/^/# /'
			bad=1
		fi
	done
else
	echo "ok - shellcheck # SKIP not installed"
fi
[ "${2-}" = shell ] && exit $bad
shift

tests/man.sh "$O" || bad=1
if command -v cppcheck >/dev/null; then
	cppcheck -q --std=c11 --enable=warning,portability --suppress=varFuncNullUB -Ilib \
		--inline-suppr lib cmd
else
	echo "ok - cppcheck # SKIP not installed"
fi
if command -v clang-tidy >/dev/null; then
	find lib cmd -name '*.c' -print0 | xargs -0 -P "$(nproc)" -I '{}' clang-tidy --quiet \
		--checks='-*,bugprone-*,-bugprone-easily-swappable-parameters,clang-analyzer-*' \
		'{}' -- "$@" 2>/dev/null
else
	echo "ok - clang-tidy # SKIP not installed"
fi
exit $bad
