#!/bin/sh
# tests/bench/run.sh O -- figures of er, each beside its baseline of the same run where there is
# one.
#
#   N=100000      tasks of the large spool (targets are stated for 100,000)
#   BENCH_DIR     where the spools go: a folder on the disk that is to be judged.  Without it: a new
#                 ext4 on a loop device (as root; a file system that has just deleted a million
#                 files makes new ones slowly for a while, and that is not what is measured), else
#                 TMPDIR or /tmp
#   ONLY="a b"    some parts: submit batch latency messages events large inbox simulate route verify
#                 schema anomaly crowd worlds (SEEDS=1000 worlds in each row of anomaly and crowd; of
#                 worlds, which are rehearsed with the whole engine, a hundredth of that, or
#                 WORLDS=1000: two hours)
#   ANSWERS=150000 of the year behind "verify" (of that desk 1000000, which take six
#                 minutes)
# Absolute figures move from machine to machine; quote the ratios.
set -u
O=$(realpath "$1") || exit 2
here=$(dirname "$0")
N=${N:-100000}
ONLY=${ONLY:-submit batch latency messages events large inbox simulate route verify schema anomaly crowd worlds}
er=$O/erctl erd=$O/erd probe=$O/bench/probe runs=$O/bench/runs
T=$(mktemp -d "${BENCH_DIR:-${TMPDIR:-/tmp}}/er-bench.XXXXXX") || exit 2
W=$T/w pids=''
finish() {
	for p in $pids; do
		kill -KILL "$p" 2>/dev/null &&
			while kill -0 "$p" 2>/dev/null; do wait "$p" 2>/dev/null || sleep 0.01; done
	done
	cd / && umount "$W" 2>/dev/null
	rm -rf "$T"
}
trap finish EXIT
trap 'exit 130' INT TERM
mkdir "$W"
if [ -z "${BENCH_DIR-}" ] && [ "$(id -u)" = 0 ]; then
	truncate -s 8G "$T/img" &&
		mkfs.ext4 -q -F -E lazy_itable_init=0,lazy_journal_init=0 "$T/img" &&
		mount -o loop "$T/img" "$W" || echo "no loop device: measuring on ${T%/*}" >&2
fi
export LC_ALL=C.UTF-8 TZ=UTC
unset ER_SPOOL ER_WORKER ER_FORMAT

does() { case " $ONLY " in *" $1 "*) return 0 ;; esac; return 1; }
row() { printf '%-44s %14s %18s %8s   %s\n' "$@"; }
per_s() { awk -v n="$1" -v us="$2" 'BEGIN { printf "%.0f/s", n * 1e6 / us }'; }
ms() { awk -v us="$1" 'BEGIN { printf "%.2f ms", us / 1000 }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (b > 0) printf "%.2f", a / b; else print "-" }'; }
now_us() { echo $(($(date +%s%N) / 1000)); }
# One lane for the crowd of open tasks, one to measure on; nobody's capacity or patience ends.
spool() { # DIR
	"$er" -q init "$1" --empty --organisation bench >/dev/null || exit 1
	for who in crowd probe; do
		echo '{"kind":"human","capacity":0}' >"$1/etc/workers/$who.json"
		echo '{"members":["'$who'"]}' >"$1/etc/pools/$who.json"
		echo '{"pools":["'$who'"],"slaSeconds":2592000,"offerSeconds":604800}' \
			>"$1/etc/lanes/$who.json"
	done
	"$erd" -C "$1" --once || exit 1
}
lines_of() { # COUNT LANE: tasks of about 1 KB
	awk -v n="$1" -v lane="$2" 'BEGIN {
		for (i = 0; i < 86; i++) x = x "0123456789"
		for (i = 1; i <= n; i++) printf "{\"er\":1,\"lane\":\"%s\",\"title\":\"Task %d\",\"payload\":{\"x\":\"%s\"}}\n", lane, i, x
	}'
}
fill() { # DIR COUNT: that many open tasks
	lines_of "$2" crowd >"$W/fill"
	"$er" -q -C "$1" submit --batch "$W/fill" >/dev/null && "$erd" -C "$1" --once || exit 1
	rm -f "$W/fill"
}
start() { # DIR: $pid, and $ready_ms
	"$probe" ready "$erd" -C "$1" >"$W/ready" 2>"$W/erd.log" ||
		{ cat "$W/erd.log" >&2; exit 1; }
	read -r ready_ms pid <"$W/ready"
	pids="$pids $pid"
}
stop() { # SIGNAL
	kill "-$1" "$pid" && while kill -0 "$pid" 2>/dev/null; do sleep 0.01; done
}
rss_kb() { sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$1/status"; }
journal_lines() { cat "$1"/journal/*.ndjson | wc -l; }

echo "er $("$er" --version | sed -n '1s/^erctl //p') on $(uname -sr), $(nproc) processors, $(df --output=fstype "$W" | tail -n 1) on $(df --output=source "$W" | tail -n 1)"
row figure er baseline ratio target
echo

if does submit; then
	spool "$W/a"
	mkdir -p "$W/b/tmp" "$W/b/new"
	lines_of 1 probe >"$W/task.json"
	set -- "$er" -q -C "$W/a" submit "$W/task.json" -- "$O/bench/minimal" "$W/b" "$W/task.json"
	others=''
	if command -v redis-server >/dev/null && command -v redis-cli >/dev/null; then
		redis-server --port 0 --unixsocket "$W/redis" --dir "$W" --appendonly yes \
			--appendfsync always \
			--save '' --daemonize no >/dev/null 2>&1 &
		pids="$pids $!"
		until redis-cli -s "$W/redis" ping >/dev/null 2>&1; do sleep 0.05; done
		set -- "$@" -- redis-cli -s "$W/redis" XADD q '*' t "$(cat "$W/task.json")"
		others="$others redis-cli"
	fi
	if [ "$(id -u)" = 0 ] && command -v postdrop >/dev/null &&
		command -v sendmail >/dev/null; then
		# a queue of its own, never delivered
		mkdir -p "$W/mail/maildrop" "$W/mail/public" "$W/mail/pid" "$W/mailconf" \
			"$W/maildata"
		chown -R postfix "$W/mail" "$W/maildata" 2>/dev/null
		chmod 755 "$W" && chmod 1730 "$W/mail/maildrop" &&
			chgrp postdrop "$W/mail/maildrop" 2>/dev/null
		printf 'compatibility_level = 3.6\nqueue_directory = %s\ndata_directory = %s\n' \
			"$W/mail" "$W/maildata" >"$W/mailconf/main.cf"
		: >"$W/mailconf/master.cf"
		printf '#!/bin/sh\nexec sendmail -C %s -oi nobody@localhost <%s\n' "$W/mailconf" \
			"$W/task.json" >"$W/mail.sh"
		chmod +x "$W/mail.sh"
		if "$W/mail.sh" >/dev/null 2>&1; then
			set -- "$@" -- "$W/mail.sh"
			others="$others sendmail"
		fi
	fi
	"$runs" 300 "$@" 2>/dev/null >"$W/out" || { echo "submit: failed" >&2; exit 1; }
	{ read -r e50 e99 _; read -r m50 m99 _; } <"$W/out"
	row "erctl submit, durable, one process: p50" "$(ms "$e50")" "$(ms "$m50") minimal" \
		"$(ratio "$e50" "$m50")" "<= 1.5"
	row "  p99" "$(ms "$e99")" "$(ms "$m99") minimal" "$(ratio "$e99" "$m99")" ""
	i=2
	for o in $others; do
		i=$((i + 1))
		read -r o50 _ <<-END
			$(sed -n "${i}p" "$W/out")
		END
		row "  against $o" "$(ms "$e50")" "$(ms "$o50") $o" "$(ratio "$e50" "$o50")" "< 1"
	done
	rm -rf "$W/a" "$W/b"
fi

if does batch; then
	spool "$W/a"
	lines_of "$N" crowd >"$W/batch"
	for _ in 1 2 3; do
		t0=$(now_us)
		dd if="$W/batch" of="$W/copy" bs=1M conv=fsync 2>/dev/null
		t1=$(now_us)
		"$er" -q -C "$W/a" submit --batch "$W/batch" >/dev/null || exit 1
		t2=$(now_us)
		echo "$((t2 - t1)) $((t1 - t0))"
		rm -f "$W/copy" "$W/a/new/"*
	done >"$W/out"
	read -r us dd_us <<-END
		$(sort -n "$W/out" | sed -n 2p)
	END
	row "submit --batch, $N tasks of 1 KB" "$(per_s "$N" "$us")" \
		"$(per_s "$N" "$dd_us") dd,fsync" "$(ratio "$us" "$dd_us")" ">= 40000/s"
	rm -rf "$W/a" "$W/batch"
fi

if does latency; then
	spool "$W/a"
	fill "$W/a" 10000
	mkdir -p "$W/a/inbox/probe"
	start "$W/a"
	"$probe" latency "$W/a" probe probe 600 >"$W/out" || exit 1
	read -r _ p50 p99 max <"$W/out"
	read -r _ a50 a99 _ <<-END
		$(sed -n 2p "$W/out")
	END
	row "submit to offer in the inbox, 10,000 open: p50" "$(ms "$p50")" "" "" ""
	row "  p99" "$(ms "$p99")" "" "" "< 5 ms"
	row "  of this behind the acknowledgement: p50, p99" "$(ms "$a50")" "$(ms "$a99") p99" "" ""
	row "  slowest of 600" "$(ms "$max")" "" "" ""
	stop TERM
	rm -rf "$W/a"
fi

if does messages; then
	spool "$W/a"
	n=20000
	"$probe" drop "$W/a" probe $n
	before=$(journal_lines "$W/a")
	cpu="taskset -c 0"
	command -v taskset >/dev/null || cpu=''
	# shellcheck disable=SC2086
	"$probe" lines "$W/a" $((before + 4 * n)) >"$W/lines" &
	counter=$!
	# shellcheck disable=SC2086
	"$probe" run $cpu "$erd" -C "$W/a" --once >"$W/out" || exit 1
	read -r us cpu_us <"$W/out"
	wait $counter
	read -r journal_us lines <"$W/lines"
	events=$((lines - before))
	row "erd, single files, one core, in the journal" \
		"$(per_s $n "$journal_us")" "" "" ">= 5000/s"
	row "  and all views written, files removed" "$(per_s $n "$us")" "" "" ""
	row "  the same by processor time alone" "$(per_s $n "$cpu_us")" "" "" ""
	row "  events" "$(per_s $events "$journal_us")" "" "" ""
	rm -rf "$W/a"
	spool "$W/a"
	n=4000
	"$probe" drop "$W/a" probe $n
	t0=$(now_us)
	strace -f -qq -c -e trace=fdatasync -o "$W/strace" "$erd" -C "$W/a" --once
	us=$(($(now_us) - t0))
	syncs=$(awk '$NF == "fdatasync" { print $4 }' "$W/strace")
	row "  fdatasync for $n messages" "${syncs:-0}" "$(per_s "${syncs:-0}" $us)" "" "<= 300/s"
	rm -rf "$W/a"
fi

if does events || does large; then
	spool "$W/big"
	start "$W/big"
	rss0=$(rss_kb "$pid") ready0=$ready_ms
	stop TERM
	before=$(journal_lines "$W/big")
	lines_of "$N" crowd >"$W/batch"
	"$er" -q -C "$W/big" submit --batch "$W/batch" >/dev/null || exit 1
	rm -f "$W/batch"
	"$probe" lines "$W/big" $((before + 4 * N)) >"$W/out" &
	counter=$!
	"$probe" run "$erd" -C "$W/big" --once >"$W/run" || exit 1
	read -r total_us cpu_us <"$W/run"
	wait $counter
	read -r journal_us lines <"$W/out"
	row "erd, events from a batch of $N, in the journal" \
		"$(per_s $((lines - before)) "$journal_us")" "" "" ">= 50000/s"
	row "  and all views written" "$(per_s $((lines - before)) "$total_us")" "" "" ""
	row "  the same by processor time alone" "$(per_s $((lines - before)) "$cpu_us")" "" "" ""
fi

if does large; then
	start "$W/big"
	rss1=$(rss_kb "$pid")
	row "memory per open task, $N open" "$(((rss1 - rss0) * 1024 / N)) B" \
		"$((rss0 / 1024)) MB base" "" "< 600 B"
	row "restart, $N open" "$ready_ms ms" "$ready0 ms empty" "" "< 2000 ms"
	stop KILL
	start "$W/big"
	row "  after kill -9" "$ready_ms ms" "" "" ""
	"$runs" 20 "$er" -C "$W/big" list --lane crowd -- "$er" -C "$W/big" list --lane probe -- \
		sh -c "grep -c crowd $W/big/index/open.tsv | cat" >"$W/out" 2>/dev/null
	{ read -r l50 _; read -r n50 _; read -r g50 _; } <"$W/out"
	row "erctl list --lane, $N open, all match" "$(ms "$l50")" "$(ms "$g50") grep" \
		"$(ratio "$l50" "$g50")" "< 150 ms"
	row "  none matches" "$(ms "$n50")" "$(ms "$g50") grep" "$(ratio "$n50" "$g50")" ""
	n=3000
	"$probe" drain "$W/big" "$pid" probe 500 >/dev/null # warm
	"$probe" drain "$W/big" "$pid" probe $n >"$W/out"
	read -r _ big_ns <"$W/out"
	stop TERM
	rm -rf "$W/big"
	spool "$W/small"
	fill "$W/small" 1000
	start "$W/small"
	"$probe" drain "$W/small" "$pid" probe 500 >/dev/null
	"$probe" drain "$W/small" "$pid" probe $n >"$W/out"
	read -r _ small_ns <"$W/out"
	stop TERM
	row "processor time per message, $N open" "$((big_ns / n / 1000)) us" \
		"$((small_ns / n / 1000)) us at 1,000" "$(ratio "$big_ns" "$small_ns")" "<= 1.3"
	rm -rf "$W/small"
fi

if does inbox && [ -x "$O/erctl-tui" ]; then
	spool "$W/a"
	fill "$W/a" 10000
	"$O/bench/inbox" 20 50 "$er" -C "$W/a" --as crowd inbox >"$W/out" || exit 1
	{ read -r f50 f99 _; read -r k50 k99 kmax; } <"$W/out"
	row "erctl inbox, 10,000 entries, first screen: p50" "$(ms "$f50")" "" "" "< 50 ms"
	row "  p99" "$(ms "$f99")" "" "" "< 50 ms"
	row "  key to screen: p50" "$(ms "$k50")" "" "" "< 16 ms"
	row "  p99" "$(ms "$k99")" "" "" "< 16 ms"
	row "  slowest of 50" "$(ms "$kmax")" "" "" "< 16 ms"
	rm -rf "$W/a"
fi

if does simulate; then
	for s in "a year of a desk of 24:$here/year.json:>= 200000/s" \
		"200 workers, overloaded:$here/../../spool-example/scenarios/mixed-quality.json:"; do
		file=${s#*:}
		file=${file%:*}
		cpu_us= # the same work each time: the least of five is the one that was disturbed least
		for _ in 1 2 3 4 5; do
			# shellcheck disable=SC2016
			"$probe" run sh -c 'exec "$0" simulate "$1" --json >"$2"' "$er" "$file" \
				"$W/report" >"$W/out" || exit 1
			read -r _ us <"$W/out"
			[ -n "$cpu_us" ] && [ "$cpu_us" -le "$us" ] || cpu_us=$us
		done
		n=$(tr -d ' \n' <"$W/report" | sed 's/.*"all":{[^}]*"submitted":\([0-9]*\).*/\1/')
		row "simulate, ${s%%:*}: lives, one core" "$(per_s "$n" "$cpu_us")" "" "" "${s##*:}"
	done
fi

if does route; then
	"$O/bench/route" >"$W/out" || exit 1
	us_of() { # NAME WORKERS FIELD
		sed -n "s/^route\.$1 workers=$2 .* $3=\([0-9.]*\).*/\1/p" "$W/out"
	}
	for size in 500:20 10000:100; do
		set -- "${size%:*}" "${size#*:}"
		lanes=$(sed -n "s/^route\.decide workers=$1 lanes=\([0-9]*\).*/\1/p" "$W/out")
		d50=$(us_of decide "$1" p50) d99=$(us_of decide "$1" p99) \
			s50=$(us_of scan "$1" p50) s99=$(us_of scan "$1" p99)
		row "one routing decision, $1 workers, $lanes lanes: p50" "$d50 us" "$s50 us scan" \
			"$(ratio "$d50" "$s50")" ""
		row "  p99" "$d99 us" "$s99 us scan" "$(ratio "$d99" "$s99")" "< $2 us"
		row "  submitted and routed, first of its kind: p50" "$(us_of first "$1" p50) us" \
			"$(us_of again "$1" p50) us later" \
			"$(ratio "$(us_of first "$1" p50)" "$(us_of again "$1" p50)")" ""
		row "  p99" "$(us_of first "$1" p99) us" "$(us_of again "$1" p99) us later" \
			"$(ratio "$(us_of first "$1" p99)" "$(us_of again "$1" p99)")" ""
	done
	row "one of 1,000,000 timers: add" \
		"$(sed -n 's/^route\.timers .*add=\([0-9.]*\).*/\1/p' "$W/out") us" "" "" "< 2 us"
	row "  fire" "$(sed -n 's/^route\.timers .*fire=\([0-9.]*\).*/\1/p' "$W/out") us" "" "" \
		"< 2 us"
fi

if does verify; then
	answers=${ANSWERS:-150000}
	"$O/bench/verify" "$answers" >"$W/out" || exit 1
	of_verify() { # NAME HISTORY FIELD
		sed -n "s/^verify\.$1 history=$2 .* $3=\([0-9.]*\).*/\1/p" "$W/out"
	}
	for part in "decide:one answer verified, $answers before it" \
		"encode:its events as lines of the journal" "evolve:what is learned of it"; do
		v=${part%%:*}
		for p in p50 p99 max; do
			label="  $p" target=
			[ $p = p50 ] && label="${part#*:}: p50"
			[ "$v $p" = "decide p99" ] && target="< 200 us"
			now=$(of_verify "$v" late $p) then=$(of_verify "$v" early $p)
			row "$label" "$now us" "$then us after 10,000" "$(ratio "$now" "$then")" \
				"$target"
		done
	done
	of_memory() { # FIELD, at the end
		sed -n "s/^verify\.memory .* $1=\([0-9.]*\).*/\1/p" "$W/out" | tail -1
	}
	row "reputation: of a worker in a lane" "$(of_memory pair) B" "" "" ""
	row "  of a lane" "$(of_memory lane) B" "" "" ""
	row "  of all, by answer" "$(of_memory answer) B" "" "" ""
fi

if does schema; then
	"$here/schema.sh" "$O" || exit 1
fi

if does anomaly; then
	"$O/bench/anomaly" "${SEEDS:-1000}" || exit 1
fi

if does crowd; then
	"$O/bench/crowd" "${SEEDS:-1000}" || exit 1
fi

if does worlds; then
	"$O/bench/worlds" "${WORLDS:-$(((${SEEDS:-1000} + 99) / 100))}" || exit 1
fi
