#!/bin/sh
# tests/bench/peers.sh O -- ajv into O/bench/npm, by npm and its network; without npm Debian's own
# is used.
set -u
ajv=8.20.0
to=$1/bench/npm
[ -f "$to/node_modules/ajv/package.json" ] && exit 0
if ! command -v npm >/dev/null; then
	[ -f /usr/share/nodejs/ajv/package.json ] && exit 0
	echo "missing: ajv -- install npm, or as root: apt-get install node-ajv" >&2
	exit 1
fi
mkdir -p "$to" && echo '{"private":true}' >"$to/package.json" &&
	npm install --prefix "$to" --no-audit --no-fund --no-update-notifier --silent "ajv@$ajv" >&2
