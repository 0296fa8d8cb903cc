#!/bin/sh
# tests/layers.sh -- who may include whom, read from the include lines.  This table is the design.
set -u
cd "$(dirname "$0")/.." || exit 2

# LAYER: what it may include besides itself
may='
base:
json:base
model:json base
engine:model json base
sim:engine model json base
spool:model json base
out:spool model json base
cmd:out sim engine spool model json base
'
# HEADER FILES: only these may include it
only='
<curl/		lib/out/http*
<pcre2.h>	lib/json/schema/pattern.c
<openssl/	lib/base/hmac.c cmd/erd/sha256.c
<git2		lib/out/audit.c
<curses.h>	cmd/erctl/tui*
'
# In lib/engine: nothing that reads the clock, draws numbers or touches files
impure='<unistd.h> <fcntl.h> <sys/ <time.h> <poll.h> <signal.h> "base/io.h" "base/publish.h" "base/clock.h" "base/entropy.h"'
# Calls that only one writer may make
writer='journal_append\|journal_commit\|views_note\|views_flush\|views_flush_task\|views_rebuild'

{
	find lib -name '*.[ch]' | while read -r f; do
		layer=${f#lib/}
		printf '%s %s\n' "${layer%%/*}" "$f"
	done
	find cmd -name '*.[ch]' | sed 's/^/cmd /'
} >"${TMPDIR:-/tmp}/layers.$$"
trap 'rm -f "${TMPDIR:-/tmp}/layers.$$"' EXIT

n=0
say() {
	echo "not ok - $*"
}
{
	while read -r layer f; do
		allowed=" $layer $(printf %s "$may" | sed -n "s/^$layer://p") "
		sed -n 's/^[ \t]*#[ \t]*include[ \t]*"\([a-z_]*\)\/.*"$/\1/p' "$f" | sort -u | while read -r to; do
			# a folder that is no layer is part of one: cmd/erctl, json/schema
			[ -d "lib/$to" ] || continue
			case $allowed in
			*" $to "*) ;;
			*) say "$f: $layer may not include $to/" ;;
			esac
		done
		if [ "$layer" = engine ]; then
			for bad in $impure; do
				grep -n "^[ 	]*#[ 	]*include[ 	]*$bad" "$f" | while read -r hit; do
					say "$f:$hit: the engine is pure"
				done
			done
		fi
		if [ "$layer" = cmd ]; then
			case $f in
			cmd/erd/* | cmd/erctl/fsck.c) ;;
			*) grep -n "\b\($writer\)[ ]*(" "$f" | while read -r hit; do
				say "$f:$hit: only erd writes"
			done ;;
			esac
		fi
	done <"${TMPDIR:-/tmp}/layers.$$"
	printf %s "$only" | while IFS='	' read -r header files; do
		[ -n "$header" ] || continue
		files=${files##*	}
		grep -rl --include='*.[ch]' "^[ 	]*#[ 	]*include[ 	]*$header" lib cmd | while read -r f; do
			for ok in $files; do
				# shellcheck disable=SC2254
				case $f in
				$ok) continue 2 ;;
				esac
			done
			say "$f: $header belongs to $files"
		done
	done
} >"${TMPDIR:-/tmp}/layers.$$.out"
n=$(grep -c . "${TMPDIR:-/tmp}/layers.$$.out")
cat "${TMPDIR:-/tmp}/layers.$$.out"
rm -f "${TMPDIR:-/tmp}/layers.$$.out"
[ "$n" = 0 ] && echo "ok - $(wc -l <"${TMPDIR:-/tmp}/layers.$$") files include only what their layer may"
