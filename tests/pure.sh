#!/bin/sh
# tests/pure.sh O -- read from the objects: lib/engine keeps no mutable state and calls nothing of
# the outside; no library prints or leaves the program (base/mem.c may abort).
set -u
O=$1
bad=0

for o in "$O"/lib/engine/*.o "$O"/lib/engine/*/*.o; do
	[ -e "$o" ] || continue
	state=$(size -A "$o" | awk '/^\.(data|bss)(\.|$| )/ && $1 !~ /^\.data\.rel\.ro/ { n += $2 } END { print n + 0 }')
	if [ "$state" != 0 ] && ! nm "$o" | grep -q asan; then
		echo "not ok - $o: $state bytes of mutable static data"
		bad=1
	fi
	calls=$(nm -u "$o" | awk '{ print $2 }' | sed 's/^__\(.*\)_chk$/\1/' | grep -Ex \
		'open|openat|read|write|pread|pwrite|fopen|fread|fwrite|time|clock_gettime|gettimeofday|getenv|rand|random|rand_r|drand48|getrandom|printf|fprintf|vprintf|vfprintf|puts|fputs|putchar|exit|_exit|socket|fork|execve|system|unlink|rename')
	if [ -n "$calls" ]; then
		echo "not ok - $o: calls $(echo "$calls" | paste -sd' ')"
		bad=1
	fi
done
[ $bad = 0 ] && echo "ok - lib/engine is pure"

loud=0
for o in "$O"/lib/*/*.o "$O"/lib/*/*/*.o; do
	[ -e "$o" ] || continue
	calls=$(nm -u "$o" | awk '{ print $2 }' | sed 's/^__\(.*\)_chk$/\1/' | grep -Ex \
		'printf|vprintf|puts|putchar|perror|exit|err|errx|warn|warnx|stdout|abort')
	case $o in
	*/lib/base/mem.o) calls=$(echo "$calls" | grep -vx abort) ;;
	esac
	if [ -n "$calls" ]; then
		echo "not ok - $o: a library that speaks or leaves: $(echo "$calls" | paste -sd' ')"
		loud=1
	fi
done
[ $loud = 0 ] && echo "ok - no library prints or exits"
exit $((bad | loud))
