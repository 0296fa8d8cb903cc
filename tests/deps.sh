#!/bin/sh
# tests/deps.sh build|test|bench... -- install the Debian packages that are missing, and only those.
# On other systems: name what pkg-config does not find and leave the rest to the reader.
set -u

build='build-essential pkg-config libjansson-dev libpcre2-dev libmd-dev uthash-dev
       libcurl4-openssl-dev libssl-dev libncurses-dev tzdata' # tzdata: read when etc/ names a zone
tests='check bats tmux mandoc shellcheck strace python3 python3-jsonschema jq'
# What the figures are compared with; ajv comes by npm where that is.
bench='g++ nodejs libvalijson-dev rapidjson-dev python3-fastjsonschema'
command -v npm >/dev/null || bench="$bench node-ajv"

others() {
	lack=
	for p in jansson libpcre2-8 libmd libcurl libcrypto; do
		pkg-config --exists "$p" 2>/dev/null || lack="$lack $p"
	done
	[ -z "$lack" ] && exit 0
	echo "er needs these development files:$lack (and uthash; for the tests: check, bats)" >&2
	exit 1
}

command -v dpkg-query >/dev/null || others

missing=
for set in "$@"; do
	case $set in
	build) list=$build ;;
	test) list=$tests ;;
	bench) list=$bench ;;
	*) echo "usage: deps.sh build|test|bench..." >&2; exit 2 ;;
	esac
	for p in $list; do
		case $(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null) in
		installed) ;;
		*) missing="$missing $p" ;;
		esac
	done
done
[ -z "$missing" ] && exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "missing:$missing -- as root: apt-get install$missing" >&2
		exit 1
	fi
	as_root=sudo
fi
get() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq "$@" </dev/null >&2; }

echo "installing:$missing" >&2
# Old lists are the usual reason to fail: refresh them then, not each time.
# shellcheck disable=SC2086
get install -y --no-install-recommends $missing 2>/dev/null ||
	{ get update && get install -y --no-install-recommends $missing; }
