#!/bin/sh
# tests/install.sh O -- install into a temporary folder, use it from there, uninstall, nothing
# stays.
set -u
O=$1
. tests/tap.sh
d=$tmp/root
mk="${MAKE:-make} --no-print-directory O=$O CC=${CC:-cc} PREFIX=/usr DESTDIR=$d"
# shellcheck disable=SC2086
try "make install" $mk install
try "erctl runs" "$d/usr/bin/erctl" --version
try "erd runs" "$d/usr/sbin/erd" --version
if [ -x "$O/erctl-tui" ]; then
	try "installs libexec/er/erctl-tui" test -x "$d/usr/libexec/er/erctl-tui"
	try "erctl does without ncurses" sh -c "! ldd '$d/usr/bin/erctl' | grep -q curses"
fi
for f in bin/erctl sbin/erd share/man/man1/erctl.1 share/man/man1/erctl-submit.1 \
	share/er/spool-example/spool.json share/er/spool-example/etc/programs/echo \
	lib/systemd/system/erd.service lib/systemd/user/erd.service lib/sysusers.d/er.conf \
	lib/tmpfiles.d/er.conf share/bash-completion/completions/erctl; do
	try "installs $f" test -s "$d/usr/$f"
done
try "a spool from the installed example" "$d/usr/bin/erctl" init "$tmp/spool" \
	--from "$d/usr/share/er/spool-example"
try "erd --once on it" "$d/usr/sbin/erd" -C "$tmp/spool" --once
# shellcheck disable=SC2086
try "make uninstall" $mk uninstall
try "nothing stays behind" test -z "$(find "$d" -type f)"
exit $bad
