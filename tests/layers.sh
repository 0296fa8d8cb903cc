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
# HEADER FILES: only these may include it; * stands for any text
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

found=$({
	# a folder that is no layer is part of one: cmd/erctl, json/schema
	grep -rn --include='*.[ch]' '^[ 	]*#[ 	]*include[ 	]*["<]' lib cmd | awk -v may="$may" -v only="$only" \
		-v impure="$impure" -v folders="$(ls lib)" '
		BEGIN {
			n = split(may, row, "\n")
			while (n > 0) {
				split(row[n--], part, ":")
				allowed[part[1]] = " " part[1] " " part[2] " "
			}
			n = split(folders, name, "\n")
			while (n > 0) isfolder[name[n--]] = 1
			owned = split(only, row, "\n")
			for (i = 1; i <= owned; i++) {
				split(row[i], part, /\t+/)
				header[i] = part[1]
				owners[i] = part[2]
			}
			impures = split(impure, bad, " ")
		}
		function mine(file, list,	n, ok) {
			n = split(list, ok, " ")
			for (; n > 0; n--)
				if (ok[n] ~ /\*$/ ? index(file, substr(ok[n], 1, length(ok[n]) - 1)) == 1 : ok[n] == file)
					return 1
			return 0
		}
		{
			file = $0; sub(/:.*/, "", file)
			what = $0; sub(/^[^"<]*/, "", what)
			split(file, part, "/")
			layer = part[1] == "cmd" ? "cmd" : part[2]
			if (what ~ /^"[a-z_]*\/[^"]*"/) {
				to = substr(what, 2, index(what, "/") - 2)
				if (isfolder[to] && !index(allowed[layer], " " to " "))
					print file ": " layer " may not include " to "/"
			}
			for (i = 1; layer == "engine" && i <= impures; i++)
				if (index(what, bad[i]) == 1)
					print $0 ": the engine is pure"
			for (i = 1; i <= owned; i++)
				if (header[i] != "" && index(what, header[i]) == 1 && !mine(file, owners[i]))
					print file ": " header[i] " belongs to " owners[i]
		}'
	find cmd -name '*.[ch]' ! -path 'cmd/erd/*' ! -path cmd/erctl/fsck.c -exec \
		grep -Hn "\b\($writer\)[ ]*(" {} + | sed 's/$/: only erd writes/'
} | sed 's/^/not ok - /')
if [ -n "$found" ]; then
	echo "$found"
	exit 1
fi
echo "ok - $(find lib cmd -name '*.[ch]' | wc -l) files include only what their layer may"
