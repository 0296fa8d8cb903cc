# shellcheck shell=sh disable=SC2034
# tests/tap.sh -- sourced: try NAME COMMAND... says "ok" or "not ok", with what the command wrote.
# Makes the folder $tmp and takes it away again; $bad is 1 when something failed.
bad=0
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
try() {
	name=$1
	shift
	if "$@" >"$tmp/out" 2>&1; then
		echo "ok - $name"
	else
		echo "not ok - $name (exit $?)"
		tail -n 20 "$tmp/out" | sed 's/^/# /'
		bad=1
	fi
}
