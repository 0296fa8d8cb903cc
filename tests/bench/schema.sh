#!/bin/sh
# tests/bench/schema.sh O -- JSON Schema: er beside ajv, valijson and python fastjsonschema.
#
#   RUNS=5        runs of each, in turn
#   SECONDS_EACH=0.4  per figure and run
#   ER_DATA       where bench-schemas/ is (../shared/data)
# What is measured: validation alone, schema compiled and instance parsed before, in one process and
# one thread, on one processor; each library in its own program (schema.c, peer_*) and its own tree
# of values (jansson, JavaScript objects, rapidjson, Python objects).  A run starts a new process,
# warms up (ajv for two seconds, until V8 has compiled it to its last tier) and gives the best of
# its rounds of 1 ms.  All take turns.  The table has the lowest of the runs and, behind it, their
# median; so have the ratios.  What else a machine does only ever adds to a figure, so the lowest
# one is judged; on a quiet machine the two are close, and where they are not, measure again.
# The first failure ends a validation, as by default in all four; er's reports with sentences stand
# apart. er is built as it ships (-O2, hardened), valijson with -O3 -DNDEBUG.  The workloads are
# draft-07: ajv is its default build, not that for 2020-12.
set -u
O=$1 RUNS=${RUNS:-5} SECONDS_EACH=${SECONDS_EACH:-0.4}
here=$(dirname "$0")
data=${ER_DATA:-../shared/data}/bench-schemas
[ -f "$data/refund.schema.json" ] || { echo "schema: no $data: skipped (ER_DATA)" >&2; exit 0; }
T=$(mktemp -d) || exit 2
trap 'rm -rf "$T"' EXIT
trap 'exit 130' INT TERM
pin=
command -v taskset >/dev/null && pin="taskset -c $(($(nproc) - 1))"
export LC_ALL=C.UTF-8

absent() { echo "  absent: $1 -- $2"; }

echo
echo "JSON Schema: lowest (median) of $RUNS runs in turn"
echo "$pin $O/bench/schema $data $SECONDS_EACH" >"$T/er.cmd"
for modules in "$O/bench/npm/node_modules" /usr/share/nodejs; do
	if ! command -v node >/dev/null || [ ! -f "$modules/ajv/package.json" ]; then continue; fi
	echo "  $(node "$here/peer_ajv.js" --version - "$modules")"
	echo "$pin node $here/peer_ajv.js $data $SECONDS_EACH $modules" >"$T/ajv.cmd"
	break
done
[ -f "$T/ajv.cmd" ] || absent ajv "make deps-bench (npm install ajv, or apt-get install node-ajv)"
if [ -x "$O/bench/peer_valijson" ]; then
	echo "  valijson $(dpkg-query -W -f='${Version}' libvalijson-dev 2>/dev/null), rapidjson"
	echo "$pin $O/bench/peer_valijson $data $SECONDS_EACH" >"$T/valijson.cmd"
else
	absent valijson "make deps-bench (apt-get install libvalijson-dev rapidjson-dev g++)"
fi
for python in python3 /usr/bin/python3; do
	"$python" -c 'import fastjsonschema' 2>/dev/null || continue
	echo "  $("$python" "$here/peer_fastjsonschema.py" --version)"
	echo "$pin $python $here/peer_fastjsonschema.py $data $SECONDS_EACH" >"$T/fast.cmd"
	break
done
[ -f "$T/fast.cmd" ] ||
	absent fastjsonschema "make deps-bench (apt-get install python3-fastjsonschema)"

i=0
while [ $i -lt "$RUNS" ]; do
	for cmd in "$T"/*.cmd; do
		peer=$(basename "$cmd" .cmd)
		sh "$cmd" 2>"$T/err" | sed "s/^/$peer /" >>"$T/out"
		[ -s "$T/err" ] && sed "s/^/  $peer: /" "$T/err" >&2
	done
	i=$((i + 1))
done

# peer workload valid invalid compile [reported]
awk '
function settle(k,    i, j, t, v, n) {
	n = split(all[k], v, " ")
	for (i = 2; i <= n; i++)
		for (j = i; j > 1 && v[j - 1] + 0 > v[j] + 0; j--) { t = v[j]; v[j] = v[j - 1]; v[j - 1] = t }
	low[k] = v[1] + 0
	mid[k] = n % 2 ? v[(n + 1) / 2] + 0 : (v[n / 2] + v[n / 2 + 1]) / 2
}
function show(k, digits) { return k in all ? sprintf("%.*f (%.*f)", digits, low[k], digits, mid[k]) : "-" }
function over(a, b) {
	return a in all && b in all ? sprintf("%.3g (%.3g)", low[a] / low[b], mid[a] / mid[b]) : "-"
}
function judge(text, known, met) { return text (known ? met ? ": met" : ": MISSED" : ": not measured") }
function line(what, w, column, digits, asked) {
	e = "er " w column; a = "ajv " w column; v = "valijson " w column; f = "fast " w column
	printf form, what, show(e, digits), show(a, digits), show(v, digits), show(f, digits), over(e, a), over(v, e),
		asked
}
{
	for (c = 3; c <= NF; c++) all[$1 " " $2 " " c] = all[$1 " " $2 " " c] " " $c
	if (!($2 in known)) { known[$2] = 1; order[++n] = $2 }
}
END {
	for (k in all) settle(k)
	form = "%-24s %15s %19s %17s %17s %17s %13s   %s\n"
	printf form, "", "er", "ajv", "valijson", "fastjsonschema", "er/ajv", "valijson/er", "asked"
	for (i = 1; i <= n; i++) {
		w = order[i]
		e = "er " w " 3"; a = "ajv " w " 3"; v = "valijson " w " 3"
		asked = judge("valijson/er >= 5", v in all, low[v] >= 5 * low[e]) ", "
		if (w == "refund") asked = asked judge("< 100 ns", 1, low[e] < 100)
		else asked = asked judge("er/ajv <= 1", a in all, low[e] <= low[a])
		line(w ", valid, ns", w, " 3", 0, asked)
	}
	for (i = 1; i <= n; i++) line(order[i] ", invalid", order[i], " 4", 0, "")
	for (i = 1; i <= n; i++) {
		w = order[i]
		e = "er " w " 5"; a = "ajv " w " 5"
		line(w ", compile, us", w, " 5", 1, judge("er/ajv <= 0.05", a in all, low[a] >= 20 * low[e]))
	}
	for (i = 1; i <= n; i++) printf "%-24s %15s\n", order[i] ", report", show("er " order[i] " 6", 0)
	print "Valid, ns, where the targets were set: ajv 18, 564, 3024; valijson 602, 2305, 50884; fastjsonschema 901, 1797, 58535."
}' "$T/out"
