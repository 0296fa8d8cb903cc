#!/bin/sh
# tests/systemd.sh -- the units parse, and the service keeps its exposure score.
set -u
bad=0
for f in share/systemd/erd.service share/systemd/user/erd.service; do
	if grep -q '^ExecStart=/usr/sbin/erd' "$f" && grep -q '^Type=notify$' "$f"; then
		echo "ok - $f"
	else
		echo "not ok - $f"
		bad=1
	fi
done
if command -v systemd-analyze >/dev/null; then
	if systemd-analyze security --offline=true --threshold=20 share/systemd/erd.service \
		>/dev/null 2>&1; then
		echo "ok - exposure of erd.service is at most 2.0"
	else
		echo "not ok - exposure of erd.service"
		bad=1
	fi
else
	echo "ok - exposure of erd.service # SKIP no systemd-analyze"
fi
exit $bad
