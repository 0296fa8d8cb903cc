#!/bin/sh
# tests/fuzz/run.sh O SECONDS [NAME...] -- each harness for SECONDS, from what our own documents
# look like and from the official test suite when it is there (ER_DATA, or ../shared/data).
# A finding stays in O/fuzz/NAME.found/ and is printed as the command that repeats it.
set -u
O=$1 seconds=$2 bad=0
shift 2
only=" $* "
cd "$(dirname "$0")/../.." || exit 2
data=${ER_DATA:-../shared/data}
one_line() { tr -d '\n' <"$1"; }

seed() { # NAME: documents to begin with
	c=$O/fuzz/$1.corpus
	mkdir -p "$c" "$O/fuzz/$1.found"
	case $1 in
	json | message)
		find spool-example tests/golden -name '*.json' -size -8k | while read -r f; do
			cp "$f" "$c/$(echo "$f" | tr / _)"
		done
		printf '{"er":1,"type":"submit","id":"task_01HV7Y7P2K3QW8J4A3M9YQ9G7Z","from":"a","body":{"title":"x"}}' >"$c/submit"
		printf '{"er":1,"type":"answer","id":"msg_01HV7Y7P2K3QW8J4A3M9YQ9G7Z","task":"task_01HV7Y7P2K3QW8J4A3M9YQ9G7Z","from":"ana","body":{"answer":{"a":1},"confidence":0.9}}' >"$c/answer"
		;;
	schema)
		for f in spool-example/etc/schemas/*.json share/schemas/*.json; do
			{ one_line "$f"; printf '\n{"decision":"ship","severity":"low","summary":"s","actions":["a"]}'; } >"$c/${f##*/}"
		done
		printf '{"a":"boolean","b":"string?"}\n{"a":true}' >"$c/shorthand"
		printf '{"type":"array","items":{"type":"number","minimum":1},"minItems":1}\n[1,2.5,1e400]' >"$c/array"
		printf '{"$id":"http://a/b","$dynamicAnchor":"t","properties":{"a":{"$dynamicRef":"#t"},"b":{"$ref":"c"}},"$defs":{"x":{"$id":"c","$anchor":"y","oneOf":[{"not":{}},{"if":{},"then":{"const":1},"else":false}]}},"unevaluatedProperties":false}\n{"a":{"b":1},"c":[]}' >"$c/refs"
		printf '{"prefixItems":[{"format":"date-time"},{"format":"idn-hostname"},{"format":"iri"}],"contains":{"pattern":"^a+$"},"maxContains":2,"unevaluatedItems":{"enum":[1,"x",null]},"uniqueItems":true}\n["2026-03-01T09:30:00Z","xn--ihqwcrb4cv8a8dqg056pqjye","http://[::1]/","aa",1]' >"$c/items"
		printf '{"patternProperties":{"^x":true},"propertyNames":{"maxLength":3},"dependentSchemas":{"a":{"required":["b"]}},"dependencies":{"c":["d"]},"anyOf":[{"minProperties":1},{"$ref":"#/$defs/e"}],"$defs":{"e":{"multipleOf":0.01}}}\n{"x1":1,"a":2,"b":3}' >"$c/members"
		printf '{"enum":[1,2.5,{"a":1},[1],"x",null,true,4,5,6,7]}\n{"a":1.0}' >"$c/enum"
		printf '{"uniqueItems":true,"multipleOf":0.01}\n[1,2,3,{"a":1},5,6,7,8,9,10,11,12,13,14,15,16,17,1.5,{"a":1.0}]' >"$c/unique"
		printf '{"items":{"multipleOf":1e-7,"exclusiveMinimum":-1e300,"maximum":9007199254740993}}\n[0.3,12345678901234567,1e-310,-4.5e15]' >"$c/numbers"
		printf '{"$schema":"mem:instance","minimum":1,"$defs":{"a":{"$id":"x:y","$schema":"http://json-schema.org/draft-04/schema#","id":"z"}}}\n{"$id":"mem:instance","$vocabulary":{"https://json-schema.org/draft/2020-12/vocab/core":true,"https://json-schema.org/draft/2020-12/vocab/validation":false,"x:z":false}}' >"$c/dialect"
		printf '{"$ref":"mem:instance#/a","properties":{"a":{"$ref":"mem:schema"}}}\n{"a":{"type":"object","$ref":"mem:schema#/properties"},"$schema":"http://json-schema.org/draft-07/schema#"}' >"$c/documents"
		printf '{"required":["aaaaaaaaXbbbbbbbb","aaaaaaaaYbbbbbbbb","aaaaaaaaZbbbbbbbb","aaaaaaaaWbbbbbbbb","aaaaaaaaVbbbbbbbb","aaaaaaaaUbbbbbbbb"]}\n{"aaaaaaaaXbbbbbbbb":1}' >"$c/alike"
		;;
	form)
		for f in tests/forms/*.schema.json; do
			{ one_line "$f"; printf '\n{"decision":"x","payment":{"kind":"card"},"actions":[{"title":1}]}'; } >"$c/${f##*/}"
		done
		printf '{"a":"string"}\n// -- A\n{\n"a": ...,\n// "b": 1\n}' >"$c/draft"
		;;
	compare)
		printf '{"type":"integer","minimum":1}\n{"type":"number"}\n1' >"$c/number"
		printf '{"required":["a"],"properties":{"a":{"enum":["x","y"]}}}\n{"properties":{"a":{"maxLength":1}}}\n{"a":"x"}' >"$c/object"
		printf '{"$defs":{"e":{"type":"array","items":{"$ref":"#/$defs/e"}}},"$ref":"#/$defs/e"}\n{"anyOf":[{"maxItems":2},{"uniqueItems":true}]}\n[[],[[]]]' >"$c/array"
		;;
	logic)
		printf '{"reduce":[{"var":"l"},{"cat":[{"var":"accumulator"},{"var":"current.t"}]},""]}\n{"l":[{"t":"a"},{"t":"b"}]}' >"$c/reduce"
		printf '{"map":[{"filter":[{"var":"l"},{">":[{"var":""},1]}]},[{"var":""},{"-":[{"var":""},"0x1f"]}]]}\n{"l":[1,2.5,"3",null]}' >"$c/map"
		printf '{"if":[{"missing":["a",{"merge":["b",["c.d"]]}]},{"substr":[{"var":["t","x"]},-2,1]},{"<":[1,{"var":"n"},"1e3"]}]}\n{"t":"\360\237\230\200y","n":7.25}' >"$c/choice"
		printf '{"reduce":[[1,2,3,4,5,6],{"merge":[[{"var":""}],{"var":"accumulator"},{"var":"accumulator"}]},1]}\nnull' >"$c/grow"
		;;
	format)
		printf 'date-time\n2026-03-01T09:30:00Z' >"$c/time"
		printf 'idn-hostname\nxn--ihqwcrb4cv8a8dqg056pqjye' >"$c/host"
		printf 'http://a/b/c/d;p?q\n../../g?y#s' >"$c/uri"
		;;
	pattern)
		printf '^[a-z]+(-[0-9]{2,4})?$\nabc-123' >"$c/one"
		printf '(a|b)*\\d\\p{L}\nab1x' >"$c/two"
		printf '^(\\w+\\s?)*$\naaaaaaaaaaaaaaaaaaaaaaaa!' >"$c/three"
		printf '^[a-c]*x?[0-9]{1,3}$\nabcax12' >"$c/plain"
		;;
	esac
	case $1 in
	schema | compare | pattern | format | logic)
		command -v python3 >/dev/null && [ -d "$data" ] &&
			tests/fuzz/seeds.py "$1" "$data" "$c"
		;;
	esac
}

for h in "$O"/fuzz/*; do
	[ -f "$h" ] && [ -x "$h" ] || continue
	name=${h##*/}
	case $only in "  " | *" $name "*) ;; *) continue ;; esac
	seed "$name"
	set -- -max_total_time="$seconds" -max_len=8192 -timeout=5 -rss_limit_mb=1024 \
		-malloc_limit_mb=64 \
		-print_final_stats=1 -artifact_prefix="$O/fuzz/$name.found/"
	dict=tests/fuzz/$name.dict
	[ "$name" = compare ] && dict=tests/fuzz/schema.dict
	[ -f "$dict" ] && set -- "$@" -dict="$dict"
	if "$h" "$@" "$O/fuzz/$name.corpus" >"$O/fuzz/$name.log" 2>&1; then
		echo "ok - fuzz $name for $seconds s, $(sed -n 's/^stat::number_of_executed_units: *//p' \
			"$O/fuzz/$name.log") runs, $(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' \
			"$O/fuzz/$name.log" | tail -n 1) edges, $(find "$O/fuzz/$name.corpus" -type f | wc -l) inputs kept"
	else
		echo "not ok - fuzz $name"
		tail -n 40 "$O/fuzz/$name.log" | sed 's/^/# /'
		echo "# repeat with: $h $(find "$O/fuzz/$name.found" -type f | head -n 1)"
		bad=1
	fi
done
rm -rf /dev/shm/er-fuzz.* /tmp/er-fuzz.*
exit $bad
