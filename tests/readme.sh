#!/bin/sh
# tests/readme.sh O -- the transcript at the top of README.md, executed: each output is as printed
# there.
set -u
O=$(realpath "$1")
cd "$(dirname "$0")/.." || exit 2
readme=$PWD/README.md
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
export PATH="$O:$PATH" LC_ALL=C.UTF-8 TZ=UTC ER_EXAMPLE="$PWD/spool-example"
unset ER_SPOOL ER_WORKER ER_FORMAT
sed -n '/^```console$/,/^```$/p' "$readme" | sed '1d;/^```$/,$d' >"$tmp/want"
# Ids and the folder are of that day.
mask() { sed 's/task_[0-9A-HJKMNP-TV-Z]\{26\}/task_ID/g; s|^/.*/sp$|/SOMEWHERE/sp|' "$1"; }
# Commands run in one shell; each is printed before its output, as on a terminal.
sed -n 's/^\$ //p' "$tmp/want" >"$tmp/commands"
cd "$tmp" || exit 2
while IFS= read -r line; do
	printf '$ %s\n' "$line"
	eval "$line"
done <"$tmp/commands" >"$tmp/got" 2>"$tmp/err"
mask "$tmp/want" >"$tmp/want.masked"
mask "$tmp/got" >"$tmp/got.masked"
if diff "$tmp/want.masked" "$tmp/got.masked" >"$tmp/diff"; then
	echo "ok - README.md: $(grep -c . "$tmp/commands") commands say what it says"
else
	echo "not ok - README.md"
	sed 's/^/# /' "$tmp/diff" "$tmp/err"
	exit 1
fi
