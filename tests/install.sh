#!/bin/sh
# tests/install.sh O -- install into a temporary folder, use it from there, uninstall, nothing stays.
set -u
O=$1 bad=0
tmp=$(mktemp -d) || exit 2
trap 'rm -rf "$tmp"' EXIT
ok() {
	name=$1
	shift
	if "$@" >"$tmp/out" 2>&1; then
		echo "ok - $name"
	else
		echo "not ok - $name (exit $?)"
		sed 's/^/# /' "$tmp/out" | tail -n 20
		bad=1
	fi
}
d=$tmp/root
mk="${MAKE:-make} --no-print-directory O=$O CC=${CC:-cc} PREFIX=/usr DESTDIR=$d"
# shellcheck disable=SC2086
ok "make install" $mk install
ok "erctl runs" "$d/usr/bin/erctl" --version
ok "erd runs" "$d/usr/sbin/erd" --version
if [ -x "$O/erctl-tui" ]; then
	ok "installs libexec/er/erctl-tui" test -x "$d/usr/libexec/er/erctl-tui"
	ok "erctl does without ncurses" sh -c "! ldd '$d/usr/bin/erctl' | grep -q curses"
fi
for f in bin/erctl sbin/erd share/man/man1/erctl.1 share/man/man1/erctl-submit.1 \
	share/er/spool-example/spool.json share/er/spool-example/etc/programs/echo \
	lib/systemd/system/erd.service lib/systemd/user/erd.service lib/sysusers.d/er.conf \
	lib/tmpfiles.d/er.conf share/bash-completion/completions/erctl; do
	ok "installs $f" test -s "$d/usr/$f"
done
ok "a spool from the installed example" "$d/usr/bin/erctl" init "$tmp/spool" --from "$d/usr/share/er/spool-example"
ok "erd --once on it" "$d/usr/sbin/erd" -C "$tmp/spool" --once
# shellcheck disable=SC2086
ok "make uninstall" $mk uninstall
ok "nothing stays behind" test -z "$(find "$d" -type f)"
exit $bad
