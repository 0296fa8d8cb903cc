#!/usr/bin/env bats
# shellcheck disable=SC2154 # $stderr is set by bats
load helper

@test "the protocol: values, descriptions, bits" {
	expect 0 erctl __complete sub
	[ "${lines[0]}" = $'submit\tdrop tasks into the spool and print their ids' ]
	[ "${lines[-1]}" = ":4" ]
	expect 0 erctl __complete submit --ti
	[[ ${lines[0]} == --title$'\t'* ]]
	expect 0 erctl __complete submit --urgency ""
	[ "${lines[*]}" = "low medium high critical :4" ]
	expect 0 erctl __complete submit --lane ""
	[ "${lines[*]}" = "echo general review :4" ]
	expect 0 erctl __complete --as ""
	[ "${lines[*]}" = "ana bo bot :4" ]
	expect 0 erctl __complete submit --schema ""
	[ "${lines[*]}" = "verdict.v1 :4" ]
	expect 0 erctl __complete list --state co
	[ "${lines[*]}" = "completed :4" ]
	expect 0 erctl __complete help exi
	[ "${lines[0]}" = $'exit-codes\ttopic' ]
	expect 0 erctl __complete completion z
	[ "${lines[0]}" = zsh ]
	expect 0 erctl __complete submit ""
	[ "${lines[*]}" = ":0" ]
	expect 0 erctl __complete init ""
	[ "${lines[*]}" = ":16" ]
	expect 0 erctl __complete show ""
	[ "${lines[*]}" = ":36" ]
}

@test "completion without a spool is quiet" {
	ER_SPOOL=$T/nowhere expect 0 erctl __complete show ""
	[ "${lines[*]}" = ":36" ]
	[ -z "$stderr" ]
}

@test "a name that a shell could trip over is not offered" {
	echo '{}' >"$ER_SPOOL/etc/lanes/\$(touch x).json"
	expect 0 erctl __complete submit --lane ""
	[ "${lines[*]}" = "echo general review :4" ]
}

@test "erctl completion prints the files in completions/" {
	for f in bash:erctl.bash zsh:_erctl fish:erctl.fish; do
		erctl completion "${f%%:*}" >shim
		diff "$ROOT/completions/${f#*:}" shim
	done
}

@test "the bash shim completes verbs, options and lanes" {
	cat >try.sh <<-'SH'
		source "$1"
		try() {
			COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
			COMPREPLY=()
			_erctl 2>/dev/null
			echo "${COMPREPLY[*]}"
		}
		try erctl subm
		try erctl submit --lane rev
		try erctl submit --urgency hi
	SH
	expect 0 bash try.sh "$ROOT/completions/erctl.bash"
	[ "${lines[0]}" = submit ]
	[ "${lines[1]}" = review ]
	[ "${lines[2]}" = high ]
}

@test "the shims parse" {
	bash -n "$ROOT/completions/erctl.bash"
	if command -v zsh >/dev/null; then zsh -n "$ROOT/completions/_erctl"; fi
	if command -v fish >/dev/null; then fish -n "$ROOT/completions/erctl.fish"; fi
}
