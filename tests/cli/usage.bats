#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

@test "erctl alone and --help speak on stdout, exit 0" {
	expect 0 erctl
	[[ $output == *submit* ]]
	[ -z "$stderr" ]
	[ "${#lines[@]}" -le 14 ]
	expect 0 erctl --help
	expect 0 erctl -h
	expect 0 erctl submit --help
	expect 0 erctl help submit
}

@test "--version: the version alone on line 1" {
	expect 0 erctl --version
	[[ ${lines[0]} =~ ^erctl\ [0-9.]+$ ]]
	expect 0 erctl submit -V
	expect 0 erctl --version --json
	[[ $output == *'"version": "'* ]]
}

@test "unknown verbs and options: exit 2, near names, nothing is guessed" {
	expect 2 erctl submti
	[[ $stderr == *"did you mean submit?"* ]]
	expect 2 erctl submit --tilte x
	[[ $stderr == *"--title"* ]]
	[[ $stderr == *"Try 'erctl submit --help'."* ]]
	expect 2 erctl submit --titl x
	expect 2 erctl list -Z
	expect 2 erctl list --limit
	expect 2 erctl list --limit many
	expect 2 erctl list --limit=
	expect 2 erctl list --count=yes
	expect 2 erctl list --state sleeping
	expect 2 erctl list --urgency huge
	expect 2 erctl list surplus
	expect 2 erctl show
	expect 2 erctl wait
	expect 2 erctl wait --timeout soon ID
	expect 2 erctl events --type nonsense
	expect 2 erctl completion tcsh
	expect 2 erctl help nonsense
}

@test "global options stand before or after the verb" {
	sp=$ER_SPOOL
	unset ER_SPOOL
	expect 0 erctl -C "$sp" list
	expect 0 erctl list -C "$sp"
	expect 0 erctl list --spool="$sp" --json
	[ "$output" = "[]" ]
}

@test "-- ends the options" {
	id=$(erctl submit --title a)
	expect 8 erctl comment -- "$id" "--help"
}

@test "programs named erctl-WORD are found, with ER_SPOOL set; built-in verbs win" {
	mkdir bin
	printf '#!/bin/sh\necho "ext $* $ER_SPOOL"\n' >bin/erctl-hello
	cp bin/erctl-hello bin/erctl-list
	chmod +x bin/*
	PATH=$PWD/bin:$PATH
	expect 0 erctl hello a --b
	[ "$output" = "ext a --b $ER_SPOOL" ]
	expect 0 erctl list
	[[ $output != ext* ]]
	expect 2 erctl ../x
	expect 2 erctl "$PWD/bin/erctl-hello"
}

@test "ER_FORMAT, --json=help and unknown fields" {
	ER_FORMAT=json expect 0 erctl list
	[ "$output" = "[]" ]
	expect 0 erctl list --json=help
	[[ $output == *title* ]]
	expect 2 erctl list --json=nonsense
	[[ $stderr == *title* ]]
	expect 2 erctl status --json=a
}

@test "help --json is one document with every verb and exit code" {
	command -v python3 >/dev/null || skip "no python3"
	erctl help --json >h.json
	python3 - <<-'PY'
		import json
		h = json.load(open("h.json"))
		verbs = [c["name"] for c in h["commands"]]
		assert verbs == sorted(verbs) and "submit" in verbs, verbs
		assert {c["code"] for c in h["exitCodes"]} == {0,1,2,3,4,5,6,7,8,75,78,130}
		codes = {c["code"] for c in h["exitCodes"]}
		for c in h["commands"]:
		    assert set(c["exitCodes"]) <= codes, c["name"]
		    names = [o["name"] for o in c["options"]]
		    letters = [o["letter"] for o in c["options"] + h["globalOptions"] if "letter" in o]
		    assert len(set(names)) == len(names), c["name"]
		    assert len(set(letters)) == len(letters), c["name"]
	PY
}

@test "golden: --help of every verb, and the topics" {
	local v bad=0
	erctl __man --list --all >verbs.txt
	while read -r v; do
		# shellcheck disable=SC2086 # "schema add" is two words
		erctl help $v >out.txt
		diff -u "$ROOT/tests/golden/help/${v// /-}.txt" out.txt || bad=1
	done <verbs.txt
	for v in states exit-codes environment; do
		erctl help "$v" >out.txt
		diff -u "$ROOT/tests/golden/help/$v.txt" out.txt || bad=1
	done
	[ "$bad" -eq 0 ]
}

@test "manual pages: mdoc without complaints, every option in them" {
	command -v mandoc >/dev/null || skip "no mandoc"
	local v
	for v in '' $(erctl __man --list); do
		erctl __man $v >page.1
		mandoc -T lint page.1 >lint.txt || true
		run ! grep -v 'referenced manual not found' lint.txt
	done
	for v in "$ROOT"/share/man/*.[578]; do
		mandoc -T lint "$v" >lint.txt || true
		run ! grep -v 'referenced manual not found' lint.txt
	done
	erctl __man submit >page.1
	mandoc -T utf8 page.1 | sed 's/.\x08//g' >page.txt
	for v in $(erctl help submit | sed -n 's/^.* --\([a-z-]*\) .*/\1/p'); do
		grep -q -- "--$v" page.txt || erctl help | grep -q -- "--$v"
	done
}

@test "colour: only when asked for in a pipe, never with NO_COLOR" {
	erctl submit --title a >/dev/null
	expect 0 erctl status --color=always
	[[ $output == *$'\033['* ]]
	expect 0 erctl status
	[[ $output != *$'\033['* ]]
	NO_COLOR=1 expect 0 erctl status
	[[ $output != *$'\033['* ]]
	CLICOLOR_FORCE=1 expect 0 erctl status
	[[ $output == *$'\033['* ]]
	CLICOLOR_FORCE=1 NO_COLOR=1 expect 0 erctl status
	[[ $output != *$'\033['* ]]
	expect 2 erctl status --color=perhaps
}
