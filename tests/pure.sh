#!/bin/sh
# tests/pure.sh O -- read from the objects: lib/engine keeps no mutable state and calls nothing of
# the outside; no library prints or leaves the program (base/mem.c may abort).
set -u
O=$1

engine() { find "$O/lib/engine" -name '*.o' | sort; }
libs() { find "$O/lib" -name '*.o' | sort; }
# Where a sanitizer is built in, each object has state that is not ours.
asan=$(engine | head -n 1 | xargs -r nm | grep -c asan)

bad=$({
	[ "$asan" != 0 ] || engine | xargs -r size -A | awk '
		/^[^ ]*\.o +:/ { object = $1 }
		/^\.(data|bss)(\.|$| )/ && $1 !~ /^\.data\.rel\.ro/ { n[object] += $2 }
		END { for (o in n) if (n[o]) print o ": " n[o] " bytes of mutable static data" }'
	engine | xargs -r nm -uA | awk '
		BEGIN {
			n = split("open openat read write pread pwrite fopen fread fwrite time clock_gettime " \
				"gettimeofday getenv rand random rand_r drand48 getrandom printf fprintf vprintf " \
				"vfprintf puts fputs putchar exit _exit socket fork execve system unlink rename", f, " ")
			while (n > 0) outside[f[n--]] = 1
		}
		{ call = $NF; if (call ~ /^__.*_chk$/) call = substr(call, 3, length(call) - 6) }
		call in outside { print $1 " calls " call }'
} | sed 's/^/not ok - /')
[ -n "$bad" ] && echo "$bad" || echo "ok - lib/engine is pure"

loud=$(libs | xargs -r nm -uA | awk '
	{ call = $NF; if (call ~ /^__.*_chk$/) call = substr(call, 3, length(call) - 6) }
	call == "abort" && $1 ~ /\/lib\/base\/mem\.o:$/ { next }
	call ~ /^(printf|vprintf|puts|putchar|perror|exit|err|errx|warn|warnx|stdout|abort)$/ {
		print "not ok - " $1 " a library that speaks or leaves: " call }')
[ -n "$loud" ] && echo "$loud" || echo "ok - no library prints or exits"
[ -z "$bad$loud" ]
