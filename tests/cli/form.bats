#!/usr/bin/env bats
# shellcheck disable=SC2154,SC2016 # $stderr is set by bats; a schema's "$ref" is no variable
load helper

FORMS=$BATS_TEST_DIRNAME/../forms

@test "form --schema FILE: no spool, no daemon" {
	unset ER_SPOOL
	expect 0 erctl form --schema "$FORMS/if-then-else.schema.json"
	[[ $output == *"/decision  Decision *  [choice]"* ]]
	[[ $output == *"required if: Decision is approve"* ]]
	[[ $output == *"only if: Decision is reject"* ]]
	expect 0 erctl form --schema "@$FORMS/refund.schema.json" --json
	[[ $output == *'"path": "/eligible"'* ]]
	expect 0 erctl form --schema - <"$FORMS/verification-shorthand.schema.json"
	[[ $output == *"/reached_user  Reached user *  [boolean]"* ]]
}

@test "form --schema NAME: of the spool's registry, with what it refers to" {
	echo '{"enum":["low","high"],"title":"How bad"}' >"$ER_SPOOL/etc/schemas/severity.v1.json"
	echo '{"type":"object","properties":{"s":{"$ref":"severity.v1"}}}' \
		>"$ER_SPOOL/etc/schemas/finding.v1.json"
	expect 0 erctl form --schema verdict.v1
	[[ $output == *"/decision  Decision *  [choice]"* ]]
	[[ $output == *'choice: "approve"'* ]]
	expect 0 erctl form --schema finding.v1
	[[ $output == *"/s  How bad  [choice]"* ]]
	expect 3 erctl form --schema nothing.v1
	[[ $stderr == *"no schema nothing.v1"* ]]
}

@test "form ID: of a task, waiting or not" {
	need_erd
	id=$(erctl submit --lane review --title 'Look at <this>')
	expect 8 erctl form "$id"
	once
	expect 0 erctl form "$id"
	[[ $output == *"/note  Note  [text]"* ]]
	expect 0 erctl --as ana form "$id" --html
	[[ $output == "<!DOCTYPE html>"* ]]
	[[ $output == *"<title>Look at &lt;this&gt;</title>"* ]]
	[[ $output == *"<dt>Task</dt><dd>$id</dd>"* ]]
	[[ $output == *'name="/decision" value="approve"'* ]]
	other=$(erctl submit --title 'any answer')
	once
	expect 5 erctl form "$other"
	[[ $stderr == *"no schema"* ]]
}

@test "form --html --action: sent there, and only there" {
	expect 0 erctl form --schema verdict.v1 --html --action https://answers.example/in
	[[ $output == *'action="https://answers.example/in"'* ]]
	[[ $output == *"form-action https://answers.example;"* ]]
	expect 0 erctl form --schema verdict.v1 --html --action 'javascript:alert(1)'
	[[ $output != *"javascript:"* ]]
	expect 2 erctl form --schema verdict.v1 --action https://answers.example/in
}

@test "form: usage and bad schemas" {
	expect 2 erctl form
	expect 2 erctl form task_00000000000000000000000000 --schema verdict.v1
	expect 3 erctl form task_00000000000000000000000000
	echo '{"type":"strnig"}' >bad.json
	expect 5 erctl form --schema bad.json
	echo '{"type":' >broken.json
	expect 5 erctl form --schema broken.json
	[[ $stderr == *broken.json* ]]
	expect 3 erctl form --schema ./nowhere.json
}

@test "form: titles cannot drive the terminal" {
	printf '{"properties":{"a":{"title":"\\u001b]0;x\\u0007\\u202e","description":"\\u001b[2J","enum":["\\u001b[31m"]}}}' \
		>evil.json
	expect 0 erctl form --schema evil.json
	[[ $output != *$'\033'* ]]
	[[ $output == *'<U+001B>'* ]]
	expect 0 erctl form --schema evil.json --json
	[[ $output != *$'\033'* ]]
	expect 0 erctl form --schema evil.json --html
	[[ $output != *$'\033'* ]]
}

# Two checks that need tools which may not be there.
@test "the page is well-formed for another parser" {
	command -v python3 >/dev/null || skip "no python3"
	for f in "$FORMS"/*.schema.json; do
		erctl form --schema "$f" --html >page.html
		python3 - <<-'PY' || { echo "$f"; return 1; }
			from html.parser import HTMLParser
			empty = {"meta", "input", "br", "link"}
			class P(HTMLParser):
			    def __init__(self):
			        super().__init__()
			        self.open, self.scripts = [], 0
			    def handle_starttag(self, tag, attrs):
			        self.scripts += tag == "script"
			        names = [k for k, _ in attrs]
			        assert len(names) == len(set(names)), attrs
			        assert not any(k.startswith("on") or k == "style" for k in names), attrs
			        if tag not in empty:
			            self.open.append(tag)
			    def handle_endtag(self, tag):
			        assert self.open and self.open.pop() == tag, tag
			p = P()
			p.feed(open("page.html", encoding="utf-8").read())
			p.close()
			assert not p.open and p.scripts == 2
		PY
	done
}

@test "the page's script is what lies in share/form, and is one" {
	command -v python3 >/dev/null || skip "no python3"
	python3 "$ROOT/share/form/make.py" | cmp - "$ROOT/lib/model/form/form_html_data.c"
	command -v node >/dev/null || skip "no node"
	node --check "$ROOT/share/form/form.js"
}
