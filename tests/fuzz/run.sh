#!/bin/sh
# tests/fuzz/run.sh O SECONDS -- each harness for SECONDS, from what our own documents look like.
# A finding stays in O/fuzz/NAME.found/ and is printed as the command that repeats it.
set -u
O=$1 seconds=$2 bad=0
cd "$(dirname "$0")/../.." || exit 2
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
		;;
	pattern)
		printf '^[a-z]+(-[0-9]{2,4})?$\nabc-123' >"$c/one"
		printf '(a|b)*\\d\\p{L}\nab1x' >"$c/two"
		printf '^(\\w+\\s?)*$\naaaaaaaaaaaaaaaaaaaaaaaa!' >"$c/three"
		;;
	esac
}

for h in "$O"/fuzz/*; do
	[ -f "$h" ] && [ -x "$h" ] || continue
	name=${h##*/}
	seed "$name"
	if "$h" -max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=2048 -verbosity=0 \
		-artifact_prefix="$O/fuzz/$name.found/" "$O/fuzz/$name.corpus" >"$O/fuzz/$name.log" 2>&1; then
		echo "ok - fuzz $name for $seconds s, $(find "$O/fuzz/$name.corpus" -type f | wc -l) inputs kept"
	else
		echo "not ok - fuzz $name"
		tail -n 40 "$O/fuzz/$name.log" | sed 's/^/# /'
		echo "# repeat with: $h $(find "$O/fuzz/$name.found" -type f | head -n 1)"
		bad=1
	fi
done
rm -rf /dev/shm/er-fuzz.* /tmp/er-fuzz.*
exit $bad
