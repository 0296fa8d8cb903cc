#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

files() {
	echo '{"type":"object","required":["a"],"properties":{"a":{"type":"integer","minimum":1},
		"d":{"format":"date"}},"additionalProperties":false}' >s.json
	echo '{"a":1}' >good.json
	echo '{"a":0,"aa":true}' >bad.json
}

no_spool() {
	unset ER_SPOOL
	export XDG_STATE_HOME=$T/nowhere
}

@test "validate needs no spool: text, JSON, exit status" {
	files
	no_spool
	expect 0 erctl schema validate s.json good.json
	[ -z "$output" ]
	[ "$stderr" = valid ]
	expect 5 erctl schema validate s.json bad.json
	[ "${lines[0]}" = "/a: must be at least 1" ]
	[ "${lines[1]}" = "/aa: unknown field; did you mean a or d?" ]
	[ -z "$stderr" ]
	expect 5 erctl -v schema validate s.json bad.json
	[ "${lines[0]}" = "/a: must be at least 1 [/properties/a/minimum]" ]
	expect 5 erctl schema validate s.json bad.json --json
	[[ $output == *'"valid": false'*'"keyword": "/properties/a/minimum"'*'"total": 2'* ]]
	expect 0 erctl schema validate s.json - <good.json
	expect 0 erctl schema validate - good.json <s.json
	expect 2 erctl schema validate - - <s.json
	expect 3 erctl schema validate s.json nowhere.json
	expect 3 erctl schema validate nowhere.v1 good.json
	echo '{"a":' >torn.json
	expect 5 erctl schema validate s.json torn.json
	[[ $stderr == *torn.json* ]]
}

@test "validate: several instances, and one a line" {
	files
	no_spool
	expect 5 erctl schema validate s.json good.json bad.json
	[ "${lines[0]}" = "bad.json: /a: must be at least 1" ]
	[ "$stderr" = "1 of 2 are valid" ]
	printf '{"a":1}\n\n{"a":2}\n{}\n' >l.ndjson
	expect 5 erctl schema validate s.json --lines l.ndjson
	[ "${lines[*]}" = 'l.ndjson:4: (the whole): needs the field "a"' ]
	expect 5 erctl -q schema validate s.json --lines l.ndjson --ndjson
	[ "${#lines[@]}" -eq 3 ]
	[[ ${lines[2]} == '{"schema":"er.validation.v1","instance":"l.ndjson:4","valid":false,'* ]]
}

@test "validate: a schema by itself, with all its errors" {
	no_spool
	echo '{"type":"strnig","minimum":"x","properties":{"a":7}}' >s.json
	expect 5 erctl schema validate s.json
	[ "${#lines[@]}" -ge 3 ]
	[[ $output == *"/type: "*"/minimum: must be a number, not a string"* ]]
	[[ $output == *"/properties/a: "* ]]
	echo '{"$ref":"#/$defs/none"}' >s.json
	expect 5 erctl schema validate s.json
	[[ $output == '/$ref: refers to a place that is not there' ]]
	echo '{"items":[{"type":"string"}]}' >s.json
	expect 5 erctl schema validate s.json
	expect 0 erctl schema validate --draft 7 s.json
	echo '[1]' >i.json
	expect 5 erctl schema validate --draft 2019-09 s.json i.json
	expect 5 erctl schema validate --draft 2020-12 s.json i.json
	[[ $stderr == *"not a schema that er can use"* ]]
	echo '{"notes":"string"}' >s.json
	echo '{"notes":1}' >i.json
	expect 5 erctl schema validate s.json i.json
}

@test "validate: formats" {
	files
	no_spool
	echo '{"a":1,"d":"soon"}' >i.json
	expect 0 erctl schema validate s.json i.json
	expect 5 erctl schema validate --format s.json i.json
	expect 0 erctl schema validate --format --no-format s.json i.json
	echo '{"x-assertFormat":true,"format":"date"}' >f.json
	echo '"soon"' >i.json
	expect 5 erctl schema validate f.json i.json
	[ "$output" = "(the whole): must be a date such as 2026-03-01" ]
	expect 0 erctl schema validate --no-format f.json i.json
}

@test "validate: the output formats of the specification" {
	no_spool
	echo '{"$id":"https://x.example/s","items":{"$ref":"#/$defs/p"},"$defs":{"p":{"minimum":3}}}' >s.json
	echo '[4,1]' >i.json
	expect 5 erctl schema validate s.json i.json --output flag --ndjson
	[ "$output" = '{"valid":false}' ]
	expect 5 erctl schema validate s.json i.json --output basic --ndjson
	[ "$output" = '{"valid":false,"errors":[{"valid":false,"keywordLocation":"/items/$ref/minimum","absoluteKeywordLocation":"https://x.example/s#/$defs/p/minimum","instanceLocation":"/1","error":"must be at least 3"}]}' ]
	expect 5 erctl schema validate s.json i.json --output detailed
	[[ $output == *'"keywordLocation": "/items/$ref/minimum"'* ]]
	echo '[4]' >i.json
	expect 0 erctl schema validate s.json i.json --output detailed --ndjson
	[ "$output" = '{"valid":true,"keywordLocation":"","instanceLocation":""}' ]
	echo '{"minimum":3}' >s.json
	echo 1 >i.json
	expect 5 erctl schema validate s.json i.json --output basic --ndjson
	[[ $output == *"\"absoluteKeywordLocation\":\"file://$T/s.json#/minimum\""* ]]
}

@test "validate: --base is a folder for a URI, and nothing outside of it" {
	no_spool
	mkdir -p remotes/deep secret
	echo '{"type":"integer"}' >remotes/int.json
	echo '{"type":"integer"}' >remotes/deep/int.json
	echo '{"type":"integer"}' >secret/int.json
	ln -s ../secret/int.json remotes/link.json
	ln -s ../secret remotes/folder
	mkfifo remotes/fifo
	echo 1 >i.json
	try() {
		printf '{"$ref":"%s"}' "$2" >s.json
		expect "$1" erctl schema validate s.json i.json \
			--base http://localhost:1234/=remotes
	}
	try 0 http://localhost:1234/int.json
	try 0 http://localhost:1234/deep/int.json
	try 0 http://localhost:1234/%69nt.json
	for ref in http://localhost:1234/../secret/int.json \
		http://localhost:1234/%2e%2e/secret/int.json \
		http://localhost:1234/deep/%2e%2e/int.json http://localhost:1234//etc/passwd \
		http://localhost:1234/link.json http://localhost:1234/folder/int.json \
		http://localhost:1234/fifo http://localhost:1234/ http://localhost:1234/none.json \
		http://localhost:1234/int.json%00x http://localhost:12345/int.json \
		file:///etc/passwd; do
		try 5 "$ref"
		[[ $stderr == *"neither in this document nor in the registry"* ]]
	done
	expect 2 erctl schema validate s.json i.json --base remotes
	expect 3 erctl schema validate s.json i.json --base http://x.example/=nowhere
	echo '{"$schema":"http://localhost:1234/int.json"}' >s.json
	expect 5 erctl schema validate s.json i.json --base http://localhost:1234/=remotes
}

@test "add, list, show, rm" {
	echo '{"title":"How bad","enum":["low","high"]}' >s.json
	expect 0 erctl schema add severity.v1 s.json
	[ "$output" = severity.v1 ]
	[ "$stderr" = "etc/schemas/severity.v1.json added" ]
	printf '{\n  "title": "How bad",\n  "enum": [\n    "low",\n    "high"\n  ]\n}\n' |
		cmp - "$ER_SPOOL/etc/schemas/severity.v1.json"
	expect 0 erctl schema add severity.v1 s.json
	[[ $stderr == *"says the same already" ]]
	expect 0 erctl schema list
	[[ ${lines[1]} == severity.v1*2020-12*"How bad" ]]
	expect 0 erctl schema list --used --json=name,used --ndjson
	[ "${lines[0]}" = '{"name":"severity.v1","used":false}' ]
	expect 0 erctl schema show severity.v1
	cmp <(echo "$output") "$ER_SPOOL/etc/schemas/severity.v1.json"
	expect 0 erctl schema add -n list.v1 - <<<'{"items":{"$ref":"severity.v1"}}'
	[ ! -e "$ER_SPOOL/etc/schemas/list.v1.json" ]
	echo '{"items":{"$ref":"severity.v1"}}' | erctl -q schema add list.v1 -
	expect 0 erctl schema show list.v1 --json=refersTo --ndjson
	[ "$output" = '{"refersTo":["severity.v1"]}' ]
	expect 0 erctl schema show list.v1 --bundled --json=document --ndjson
	[ "$output" = '{"document":{"items":{"$ref":"#/$defs/severity.v1"},"$defs":{"severity.v1":{"title":"How bad","enum":["low","high"]}}}}' ]
	expect 6 erctl schema rm severity.v1
	[[ $stderr == *"the schema list.v1 needs severity.v1"* ]]
	expect 6 erctl schema rm verdict.v1
	[[ $stderr == *"the lane review needs verdict.v1"* ]]
	expect 0 erctl schema rm list.v1
	expect 0 erctl schema rm severity.v1
	expect 3 erctl schema rm severity.v1
	expect 3 erctl schema show verdct.v1
	[[ $stderr == *"did you mean verdict.v1?"* ]]
}

@test "add refuses what er could not use, and writes nothing" {
	echo '{"type":"strnig"}' >s.json
	expect 5 erctl schema add a.v1 s.json
	[[ $stderr == *"/type: "* ]]
	echo '{"$ref":"verdct.v1"}' >s.json
	expect 5 erctl schema add a.v1 s.json
	[[ $stderr == *"did you mean verdict.v1?"* ]]
	echo '{"title":"nothing"}' >s.json
	expect 5 erctl schema add a.v1 s.json
	echo '{"type":"string"}' >s.json
	expect 5 erctl schema add a s.json
	[[ $stderr == *"ends in its version: a.v1"* ]]
	expect 5 erctl schema add ../a.v1 s.json
	expect 5 erctl schema add A.v1 s.json
	[ "$(ls "$ER_SPOOL/etc/schemas")" = verdict.v1.json ]
	echo '{"$defs":{"x":{"type":"string"}},"type":"object"}' >s.json
	erctl -q schema add base.v1 s.json
	echo '{"$ref":"base.v1#/$defs/x"}' | erctl -q schema add user.v1 -
	expect 6 erctl schema add base.v1 - <<<'{"type":"object"}'
	[[ $stderr == *"the schema user.v1 needs base.v1 as it is: "* ]]
}

@test "a schema that a task used keeps its document, for erctl and for erd" {
	need_erd
	echo '{"$ref":"#/$defs/s","$defs":{"s":{"$ref":"severity.v1"}}}' >r.json
	echo '{"enum":["low","high"]}' | erctl -q schema add severity.v1 -
	erctl -q schema add report.v1 r.json
	once
	# changed while nobody used it
	expect 0 erctl schema add severity.v1 - <<<'{"enum":["low","mid","high"]}'
	[[ $stderr == *replaced* ]]
	once
	id=$(erctl -q submit --lane general --schema report.v1 --title t)
	once
	[[ $(erctl show "$id" --json=answerSchema --ndjson) == *'"severity.v1":{"enum":["low","mid","high"]}'* ]]
	expect 0 erctl schema list --used --json=name,used --ndjson
	[ "${lines[*]}" = '{"name":"report.v1","used":true} {"name":"severity.v1","used":true} {"name":"verdict.v1","used":false}' ]
	echo '{"enum":["low"]}' >s2.json
	expect 6 erctl schema add severity.v1 s2.json
	[[ $stderr == *"call this one severity.v2"* ]]
	expect 6 erctl schema add report.v1 s2.json
	[[ $stderr == *"call this one report.v2"* ]]
	# past erctl: erd keeps what it had
	cp s2.json "$ER_SPOOL/etc/schemas/severity.v1.json"
	expect 78 erd --check
	[[ $stderr == *"tasks used this name for another document"*"severity.v2"* ]]
	expect 78 erd --once
	erctl schema show severity.v1 --taken >"$T/back.json"
	cp "$T/back.json" "$ER_SPOOL/etc/schemas/severity.v1.json"
	expect 0 erd --check
	once
	# removed and come back: only as it was
	rm "$ER_SPOOL/etc/schemas/report.v1.json"
	once
	expect 6 erctl schema add report.v1 s2.json
	expect 0 erctl schema add report.v1 r.json
	once
	expect 0 erctl fsck
}

@test "a running erd takes what was added" {
	start_erd
	expect 0 erctl schema add plan.v1 - <<<'{"type":"object","required":["plan"]}'
	expect 0 erctl schema show plan.v1 --taken
	id=$(erctl -q submit --lane general --schema plan.v1 --title t)
	eventually has_state "$id" offered
	expect 5 erctl --as ana answer "$id" --set plna=x
}

@test "references into the registry hold from submit to answer" {
	need_erd
	echo '{"$id":"https://x.example/sev","enum":["low","high"]}' |
		erctl -q schema add severity.v1 -
	echo '{"pools":["team"],"schema":{"type":"object","required":["s"],"properties":{"s":{"$ref":"severity.v1"}}}}' \
		>"$ER_SPOOL/etc/lanes/general.json"
	expect 0 erd --check
	once
	id=$(erctl -q submit --lane general --title t)
	own=$(echo '{"er":1,"lane":"general","title":"own","schema":{"type":"array","items":{"$ref":"https://x.example/sev"}}}' |
		erctl -q submit -)
	expect 5 erctl submit - <<<'{"er":1,"lane":"general","title":"t","schema":{"$ref":"sevrity.v1"}}'
	[[ $stderr == *"did you mean severity.v1?"* ]]
	once
	expect 5 erctl --as ana answer "$id" --set s=mid
	[[ $stderr == *'/s: "mid" is not one of "low", "high"'* ]]
	expect 8 erctl -q --as ana answer "$id" --no-check --set s=mid
	expect 8 erctl -q --as ana answer "$own" - <<<'["low"]'
	once
	[ "$(state_of "$own")" = completed ]
	[ "$(state_of "$id")" = started ]
	expect 8 erctl -q --as ana answer "$id" --set s=low
	once
	[ "$(state_of "$id")" = completed ]
	expect 0 erctl fsck
	echo '{"pools":["team"],"schema":{"$ref":"gone.v1"}}' >"$ER_SPOOL/etc/lanes/general.json"
	expect 78 erd --check
	[[ $stderr == *'lanes/general.json: /schema/$ref: refers to gone.v1'* ]]
}

@test "a lane that asserts formats, and one that does not" {
	need_erd
	echo '{"pools":["team"],"assertFormat":true}' >"$ER_SPOOL/etc/lanes/strict.json"
	echo '{"type":"object","properties":{"d":{"type":"string","format":"date"}}}' |
		erctl -q schema add day.v1 -
	once
	lax=$(erctl -q submit --lane general --schema day.v1 --title t)
	id=$(erctl -q submit --lane strict --schema day.v1 --title t)
	once
	# what counts is what was asked then
	echo '{"pools":["team"]}' >"$ER_SPOOL/etc/lanes/strict.json"
	once
	expect 5 erctl --as ana answer "$id" --set d=soon
	[[ $stderr == *"/d: must be a date"* ]]
	expect 8 erctl -q --as ana answer "$id" --no-check --set d=soon
	expect 8 erctl -q --as ana answer "$lax" --set d=soon
	once
	[ "$(state_of "$lax")" = completed ]
	[ "$(state_of "$id")" = started ]
	expect 8 erctl -q --as ana answer "$id" --set d=2026-03-01
	once
	[ "$(state_of "$id")" = completed ]
}

@test "check runs the cases beside a schema and tells all errors" {
	d=$ER_SPOOL/etc/schemas
	mkdir -p "$d/verdict.v1/valid" "$d/verdict.v1/invalid"
	echo '{"decision":"approve"}' >"$d/verdict.v1/valid/a.json"
	echo '{"decision":"maybe"}' >"$d/verdict.v1/invalid/a.json"
	expect 0 erctl schema check
	[ "$stderr" = "1 schema and 2 cases, 0 bad" ]
	echo '{"decision":"maybe"}' >"$d/verdict.v1/valid/b.json"
	echo '{"decision":"reject"}' >"$d/verdict.v1/invalid/b.json"
	echo '{' >"$d/verdict.v1/invalid/c.json"
	echo '{"type":"x"}' >"$d/other.v1.json"
	echo '{"$ref":"none.v1"}' >"$d/third.v1.json"
	expect 5 erctl schema check
	[[ $output == *'schemas/verdict.v1/valid/b.json: /decision: "maybe" is not one of'* ]]
	[[ $output == *'schemas/verdict.v1/invalid/b.json: (the whole): is valid, and should not be'* ]]
	[[ $output == *schemas/verdict.v1/invalid/c.json:* ]]
	[[ $output == *'schemas/other.v1.json: '*'/type'* ]]
	[[ $output == *'schemas/third.v1.json: /$ref: refers to none.v1'* ]]
	[ "$stderr" = "3 schemas and 5 cases, 5 bad" ]
	expect 5 erctl schema check verdict.v1 --json
	[[ $output == *'"good": false'* ]]
	expect 3 erctl schema check nowhere.v1
	rm "$d"/other.v1.json "$d"/third.v1.json
	expect 0 erd --check
}

@test "diff: compatible, breaking with an example, unknown" {
	no_spool
	echo '{"type":"object","required":["d"],"properties":{"d":{"enum":["a","b"]}},"additionalProperties":false}' >a.json
	echo '{"type":"object","required":["d"],"properties":{"d":{"enum":["a","b","c"]}},"additionalProperties":false}' >b.json
	expect 0 erctl schema diff a.json b.json
	[[ ${lines[0]} == compatible*'/properties/d/enum  no longer refused: /d: "c" is not one of "a", "b"' ]]
	[ "$stderr" = "compatible: B accepts all that A accepts" ]
	expect 7 erctl schema diff b.json a.json --json
	[[ $output == *'"verdict": "breaking"'*'"in": "B"'*'"keyword": "/properties/d/enum"'*'"d": "c"'* ]]
	expect 0 erctl schema diff a.json a.json
	[ -z "$output" ]
	[ "$stderr" = "equal: each accepts what the other one accepts" ]
	echo '{"type":"string","pattern":"^(?=x)[a-z]+$"}' >a.json
	echo '{"type":"string","pattern":"^[a-z]+$"}' >b.json
	expect 1 erctl schema diff a.json b.json
	[[ $output == unknown*"/pattern  not decided: (the whole): another pattern" ]]
	expect 2 erctl schema diff a.json
	echo '{"type":"x"}' >b.json
	expect 5 erctl schema diff a.json b.json
}

@test "nouns: help, unknown verbs, completion, options in between" {
	expect 0 erctl schema
	[[ $output == *validate* ]]
	expect 0 erctl schema --help
	expect 0 erctl schema add --help
	[[ ${lines[0]} == "usage: erctl schema add [options] NAME FILE|-" ]]
	expect 0 erctl help schema add
	expect 2 erctl help schema nonsense
	expect 2 erctl schema vlaidate
	[[ $stderr == *"schema: unknown verb vlaidate; did you mean validate?"* ]]
	expect 2 erctl schema add
	[[ $stderr == *"schema add: needs NAME FILE"*"Try 'erctl schema add --help'."* ]]
	sp=$ER_SPOOL
	unset ER_SPOOL
	expect 0 erctl schema -C "$sp" list
	expect 0 erctl -C "$sp" schema list --json
	export ER_SPOOL=$sp
	expect 0 erctl __complete schema sh
	[ "${lines[0]}" = $'show\tprint a registered schema' ]
	expect 0 erctl __complete schema show ""
	[ "${lines[*]}" = "verdict.v1 :4" ]
	expect 0 erctl __complete schema diff ver
	[ "${lines[*]}" = "verdict.v1 :0" ]
	expect 0 erctl __complete schema validate --outp
	[[ ${lines[0]} == --output* ]]
}
