#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

# No spool is needed: none of these has one.
setup_file() {
	export CROWD=$BATS_TEST_DIRNAME/../../../shared/data/crowd
}

small() {
	rm -rf "$ER_SPOOL"
	unset ER_SPOOL
	printf 'question,worker,answer\nq1,ana,yes\nq1,bo,yes\nq1,cy,no\nq2,ana,no\nq2,bo,no\nq3,ana,yes\nq3,cy,no\n' >a.csv
	printf 'question,truth\nq1,yes\nq2,no\nq3,no\nq9,no\n' >t.csv
}

@test "aggregate: labels, ties and accuracy, without a spool" {
	small
	expect 0 erctl aggregate a.csv --method majority --truth t.csv
	[ "${lines[0]}" = "QUESTION  LABEL  POSTERIOR  ANSWERS  TIE" ]
	[ "$(awk '$1 == "q1" { print $2, $3, $4 }' <<<"$output")" = "yes 0.6667 3" ]
	[ "$(awk '$1 == "q3" { print $2, $3, $4, $5 }' <<<"$output")" = "no 0.5000 2 tie" ]
	[ "${lines[-1]}" = "accuracy 0.8333 of 3 questions" ]
	[[ $stderr == *"1 known truths are of questions that nobody answered"* ]]
	expect 0 erctl aggregate a.csv --ndjson --workers --truth t.csv
	[ "$(jq -s 'map(select(.question)) | length' <<<"$output")" = 3 ]
	[ "$(jq -s 'map(select(.worker)) | length' <<<"$output")" = 3 ]
	jq -se 'map(select(.worker))[0] | .lower < .accuracy and .accuracy < .upper and (.confusion | map(.count) | add | . > 2.99 and . < 3.01)' <<<"$output" >/dev/null
	[ "$(tail -n 1 <<<"$output" | jq -r '.schema + .method')" = er.aggregate.v1default ]
	expect 0 erctl aggregate a.csv --json
	jq -e '.questions | length == 3' <<<"$output" >/dev/null
	for m in default ds weighted majority; do
		expect 0 erctl aggregate - --method $m <a.csv
	done
}

@test "aggregate: what is known beforehand counts, and is not judged" {
	small
	printf 'question,gold\nq3,yes\n' >g.csv
	expect 0 erctl aggregate a.csv --gold g.csv --truth t.csv --json
	jq -e '.questions[2].label == "yes" and .questions[2].posterior == 1 and .judged == 2' \
		<<<"$output" >/dev/null
}

@test "aggregate: the real crowds" {
	[ -d "$CROWD" ] || skip "no ../shared/data/crowd"
	for d in dog sentiment; do
		for m in majority ds default; do
			expect 0 erctl aggregate "$CROWD/$d/answer.csv" --method $m \
				--truth "$CROWD/$d/truth.csv" --json
			echo "$d $m $(jq -r .accuracy <<<"$output")" >>figures
		done
	done
	cat figures
	awk '{ a[$1 " " $2] = $3 }
		END { exit !(int(a["dog majority"] * 1000) == 822 && int(a["sentiment majority"] * 1000) == 696 &&
			a["dog ds"] >= 0.842 && a["sentiment ds"] >= 0.712 &&
			a["dog default"] >= a["dog ds"] && a["sentiment default"] >= a["sentiment ds"]) }' figures
}

@test "aggregate: quotes, CR LF, a byte order mark, other columns, other names" {
	small
	printf '\xef\xbb\xbfTask,when,"Worker",Label\r\n"a, b",1,"x ""1""","two\nlines"\r\n\r\n"a, b",2,y,"two\nlines"' >b.csv
	expect 0 erctl aggregate b.csv --workers --json
	jq -e '.questions == [{"question":"a, b","label":"two\nlines","posterior":.questions[0].posterior,"answers":2,"tie":false}]
		and .workers[0].worker == "x \"1\""' <<<"$output" >/dev/null
	printf ' Question ,WORKER,answer\t\nq,a,x\n' >b.csv
	expect 0 erctl aggregate b.csv
	printf 'question,worker,answer\nq,a,\x1b[2J\n' >b.csv
	expect 0 erctl aggregate b.csv
	[[ $output != *$'\x1b'* ]]
}

@test "aggregate: who answers again has changed their mind" {
	small
	printf 'q3,ana,no\n' >>a.csv
	expect 0 erctl aggregate a.csv --method majority
	[ "$(awk '$1 == "q3" { print $2, $3, $4 }' <<<"$output")" = "no 1.0000 2" ]
	[[ $stderr == *"1 answers were given again"* ]]
}

@test "aggregate: nonsense is refused with its place" {
	small
	bad() { # TEXT WORDS…
		printf "$1" >b.csv
		expect 5 erctl aggregate b.csv
		[[ $stderr == *"$2"* ]] || { echo "$1: $stderr"; return 1; }
	}
	bad '' 'b.csv: empty'
	bad 'q1,ana,yes\n' 'line 1: the header has no column question'
	bad 'question,worker,answer,answer\nq1,ana,x,y\n' 'line 1: the header has more than one column answer'
	bad 'question,worker,answer\nq1,ana\n' 'line 2: 2 columns where the header has 3'
	bad 'question,worker,answer\nq1,ana,\n' 'line 2, column 3 (answer): empty'
	bad 'question,worker,answer\nq1,a\xff,yes\n' 'line 2, column 2 (worker): not UTF-8'
	bad 'question,worker,answer\nq1,"a"b,yes\n' 'line 2, column 2: text behind a closing quote'
	bad 'question,worker,answer\nq1,ana,"yes\nq2,ana,no\n' \
		'line 2, column 3: a quote that nothing closes'
	bad 'question,worker,answer\nq1,a"b,yes\n' 'line 2, column 2: a quote inside'
	bad 'question,worker,answer\nq1,ana,yes\rq2,bo,no\n' 'line 2, column 3: a carriage return'
	bad 'question,worker,answer\nq1,a\0b,yes\n' 'line 2, column 2: a NUL'
	{ printf 'question,worker,answer\nq1,ana,'; head -c 5000 /dev/zero | tr '\0' x; } >b.csv
	expect 5 erctl aggregate b.csv
	[[ $stderr == *"line 2, column 3: longer than 4096 bytes"* ]]
	head -c 200 /dev/zero | tr '\0' , >b.csv
	expect 5 erctl aggregate b.csv
	[[ $stderr == *"more than 64 columns"* ]]
	expect 3 erctl aggregate none.csv
	expect 2 erctl aggregate
	expect 2 erctl aggregate a.csv --method best
	printf 'question,worker,answer\n' >b.csv
	expect 0 erctl aggregate b.csv
	[ -z "$output" ]
}
