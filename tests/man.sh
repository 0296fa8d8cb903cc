#!/bin/sh
# tests/man.sh O -- every manual page is clean under mandoc's lint.
set -u
bad=0
if ! command -v mandoc >/dev/null; then
	echo "ok - manual pages # SKIP no mandoc"
	exit 0
fi
for f in "$1"/man/*.[1-8]; do
	# references to pages that are not installed yet are no fault of the page
	out=$(mandoc -T lint -W warning "$f" 2>&1 | grep -v 'referenced manual not found')
	if [ -n "$out" ]; then
		echo "not ok - ${f##*/}"
		echo "$out" | sed 's/^/# /'
		bad=1
	else
		echo "ok - ${f##*/}"
	fi
done
exit $bad
