#!/bin/sh
# tests/completions.sh O -- the three completion scripts are well-formed for their shells.
set -u
O=$1 bad=0
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
for sh in bash zsh fish; do
	if ! "$O/erctl" completion $sh >"$tmp/$sh"; then
		echo "not ok - erctl completion $sh"
		bad=1
	elif ! command -v $sh >/dev/null; then
		echo "ok - $sh # SKIP no $sh to check it with"
	elif $sh -n "$tmp/$sh"; then
		echo "ok - $sh"
	else
		echo "not ok - $sh"
		bad=1
	fi
done
exit $bad
