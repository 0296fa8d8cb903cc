#!/bin/sh
# tests/demo.sh [O] -- the main job on real input: the request bodies of four services, unchanged,
# go in; people (scripted here) answer; results and signed webhooks come out in each service's own
# shape.
#
# Everything happens in a temporary folder and on loopback.  Each step is checked; exit 0 says that
# all of it was as it should be.  KEEP=1 leaves the folder for a look around.
set -u
O=$(realpath "${1:-build}") || exit 2
cd "$(dirname "$0")/.." || exit 2
PATH=$O:$PATH
export PATH LC_ALL=C.UTF-8 TZ=UTC ER_NO_INPUT=1
unset ER_WORKER ER_FORMAT ER_LIST_FORMAT
W=$(mktemp -d "${TMPDIR:-/tmp}/er-demo.XXXXXX") || exit 2
export ER_SPOOL="$W/spool"
try=spool-example/tasks-to-try
seeds=${SEEDS:-../shared/seeds}
pids="" checks=0

stop() {
	# shellcheck disable=SC2086
	[ -n "$pids" ] && kill $pids 2>/dev/null && wait $pids 2>/dev/null
	pids=""
	[ -n "${KEEP-}" ] && echo "left for you: $W" || rm -rf "$W"
}
trap stop EXIT
trap 'exit 130' INT TERM

if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
	b=$(printf '\033[1m') g=$(printf '\033[32m') d=$(printf '\033[2m') n=$(printf '\033[0m')
else
	b='' g='' d='' n=''
fi
title() { printf '\n%s%s%s\n' "$b" "$1" "$n"; }
did() { printf '  %s\n' "$*"; }
show() { sed 's/,"/, "/g; s/":/": /g' | fold -s -w 92 | sed "s/^/    $d/; s/\$/$n/"; }
fail() {
	printf '\nnot as it should be: %s\n' "$*" >&2
	[ -s "$W/erd.log" ] && { echo "erd said:"; tail -n 15 "$W/erd.log"; } >&2
	exit 1
}
# The checks that make this a test and not a film.
must() { # TEXT COMMAND...
	text=$1
	shift
	"$@" >"$W/out" 2>&1 || { cat "$W/out" >&2; fail "$text"; }
	checks=$((checks + 1))
}
must_say() { # TEXT PATTERN FILE
	must "$1" grep -q -e "$2" "$3"
}
# Wait for a condition, ten seconds at most.
soon() { # TEXT COMMAND...
	text=$1 tries=0
	shift
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || fail "$text: not within ten seconds"
		sleep 0.05
	done
	checks=$((checks + 1))
}

# ---- the request bodies: from the seed documents where they are, else our copies of them ----

# From the first line that begins with a brace to its partner; what follows on that line is prose.
first_object() {
	awk '/^\{/ { on = 1 } on {
		line = $0
		depth += gsub(/\{/, "{", line) - gsub(/}/, "}", line)
		if (!depth) sub(/}[^}]*$/, "}")
		print
		if (!depth) exit }' "$1"
}
if [ -d "$seeds" ]; then
	for f in "$seeds"/*.txt; do
		if grep -q '"responseSchema"' "$f"; then
			first_object "$f" >"$W/expertrouter.json"
		elif grep -q '"target_latency_seconds"' "$f"; then
			first_object "$f" >"$W/biolayer.json"
		elif grep -q 'escalation-chains/.*/trigger' "$f"; then
			awk "/\\/trigger/ { near = 1 }
				near && sub(/^ *-d '/, \"\") { on = 1 }
				on { last = sub(/'\$/, \"\"); print }
				last { exit }" "$f" >"$W/chain-trigger.json"
		fi
	done
	where="the seed documents"
else
	where=$try
fi
# HumanRail's seed calls a library; the bodies are what the library sends.
for f in expertrouter biolayer chain-trigger humanrail humanrail-python humanrail-go; do
	[ -s "$W/$f.json" ] || cp "$try/$f.json" "$W/$f.json" || exit 2
done

# ---- a spool, receivers, erd ----

title "er: from a request to a verified answer and a signed webhook"
must "erctl init" erctl init "$ER_SPOOL" --from spool-example
did "a spool in $ER_SPOOL, request bodies from $where"

receiver() { # NAME ARGS...: listens, its port is in $port, what it receives in $W/NAME.hooks
	name=$1
	shift
	: >"$W/$name.hooks"
	hook-receiver --timeout 120 --output "$W/$name.hooks" "$@" \
		>"$W/$name.port" 2>"$W/$name.err" &
	pids="$pids $!"
	soon "the receiver for $name" test -s "$W/$name.port"
	port=$(head -n 1 "$W/$name.port")
}
# The operator's rule: where hooks for these addresses really go in this demo.
endpoint() { # NAME PATH MEMBERS: the service's webhooks go to PATH of the last receiver
	printf '{%s,"url":"http://127.0.0.1:%s%s","allowPrivate":true}\n' "$3" "$port" "$2" \
		>"$ER_SPOOL/etc/endpoints/$1.json"
}
secret() { # NAME VALUE: a file that only we can read
	(umask 077 && printf '%s\n' "$2" >"$W/$1.secret")
}
secret humanrail whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw
secret biolayer whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD
secret chain whsec_plJ3nmyCDGBKInavdOK15jsl

receiver expertrouter --secret 'whsec_***'
endpoint expertrouter /webhooks/expertrouter '"match":"https://agents.acme.dev/"'
receiver humanrail --secret "$(cat "$W/humanrail.secret")"
endpoint humanrail /hook '"dialect":"humanrail","secretFile":"'"$W"'/humanrail.secret"'
receiver biolayer --secret "$(cat "$W/biolayer.secret")" --bearer redacted
endpoint biolayer /webhooks/biolayer \
	'"match":"https://example.com/webhooks/biolayer","secretFile":"'"$W"'/biolayer.secret"'
receiver chain --secret "$(cat "$W/chain.secret")"
endpoint chain /escalations '"dialect":"chain","secretFile":"'"$W"'/chain.secret"'
must "erd --check" erd --check
erd >"$W/erd.out" 2>"$W/erd.log" &
erd_pid=$!
pids="$pids $erd_pid"
soon "erd" erctl status --check
did "four receivers on loopback, an endpoint rule each, and erd"

# ---- what requesters and workers do ----

submit() { # FILE: $id, and the reply is shown
	did "${b}erctl submit${n} $1 --ndjson"
	erctl submit "$W/$1" --ndjson >"$W/reply" 2>"$W/err" ||
		{ cat "$W/err" >&2; fail "submit $1"; }
	checks=$((checks + 1))
	show <"$W/reply"
	offer_for "$1"
}
offer_for() { # FILE: $id and $who by the reply
	id=$(sed -n 's/^{"\(task_\)\{0,1\}id": *"\([a-z]*_[0-9A-Z]*\)".*/\2/p' "$W/reply")
	[ -n "$id" ] || fail "no id in the reply"
	soon "an offer for $1" offered
}
offered() { # an escalation has the digits of its task
	who=$(erctl list --format '%(id) %(worker)' --limit 0 | sed -n "s/^task_${id#*_} //p")
	[ -n "$who" ] && [ "$who" != - ]
}
as() { # VERB ARGS...: the worker does something, erd grants it
	verb=$1
	shift
	must "$verb by $who" erctl -q --as "$who" "$verb" "$id" "$@"
}
result() {
	did "${b}erctl wait${n} $id"
	erctl wait "$id" --timeout 20s --exit-status --ndjson >"$W/result" 2>"$W/err" ||
		{ cat "$W/err" >&2; fail "wait $id"; }
	checks=$((checks + 1))
	show <"$W/result"
}
# Each event once, in this order, every signature right.
webhooks() { # NAME KEY EVENT...
	name=$1 key=$2
	shift 2
	soon "webhooks for $name ($*)" count_is "$W/$name.hooks" "$#" "$id"
	did "webhooks received:"
	for event in "$@"; do echo "$event"; done >"$W/want"
	grep -F "$id" "$W/$name.hooks" >"$W/mine"
	event_of='s/.*\\"'"$key"'\\": *\\"\(\(task\|escalation\)\.[a-z_]*\)\\".*/\1/p'
	sed -n "$event_of" "$W/mine" >"$W/got"
	while read -r line; do
		event=$(printf '%s\n' "$line" | sed -n "$event_of")
		scheme=$(printf '%s\n' "$line" | sed -n 's/.*"scheme": *"\([^"]*\)".*/\1/p')
		case $line in
		*'"verified":true'* | *'"verified": true'*)
			printf '    %-24s %ssignature verified%s (%s)\n' "$event" "$g" "$n" "$scheme"
			;;
		*) printf '%s\n' "$line" >&2; fail "webhook $event of $name is not verified" ;;
		esac
	done <"$W/mine"
	must "the webhooks of $name" diff "$W/want" "$W/got"
}
count_is() { [ "$(grep -cF "$3" "$1")" = "$2" ]; }

# ---- 1 ----
title "1  Expertrouter: review a release candidate"
submit expertrouter.json
as accept
as start
as block --ask "Which analytics environment does the candidate use?"
did "$who accepts, starts, asks: Which analytics environment does the candidate use?"
must "reply" erctl -q reply "$id" "Staging."
cat >"$W/answer" <<'END'
{"decision": "ship_with_fixes", "severity": "medium",
 "summary": "Two non-blocking issues found. Fix before enabling auto-merge.",
 "actions": ["Patch analytics env guard", "Regenerate release artifact after smoke test"]}
END
as answer "$W/answer"
did "is told: Staging. And answers."
result
must_say "the decision" '"decision": *"ship_with_fixes"' "$W/result"
webhooks expertrouter event task.accepted task.in_progress task.blocked task.completed

# ---- 2 ----
title "2  HumanRail: is this refund within policy?"
submit humanrail.json
first=$id
as accept
as start
echo '{"eligible": "yes", "reason_code": "because"}' >"$W/answer"
erctl -q --as "$who" answer "$id" "$W/answer" --no-check >"$W/out" 2>&1
[ $? = 5 ] || { cat "$W/out" >&2; fail "an answer outside the schema was not sent back"; }
did "$who answers {\"eligible\": \"yes\", …}: it is sent back, exit 5"
show <"$W/out"
echo '{"eligible": true, "reason_code": "approved"}' >"$W/answer"
as answer "$W/answer"
did "then {\"eligible\": true, \"reason_code\": \"approved\"}"
result
must_say "the verdict" '"eligible": *true' "$W/result"
webhooks humanrail type task.posted task.assigned task.submitted task.submitted task.verified
did "the same request once more, as an agent that retries:"
erctl submit "$W/humanrail.json" >"$W/again" 2>"$W/err" || fail "a replay: exit $?"
must "a replay is the same task" grep -qx "$first" "$W/again"
show <"$W/err"
for form in python go; do
	erctl submit "$W/humanrail-$form.json" >"$W/reply" 2>/dev/null ||
		fail "the $form form: exit $?"
	id=$(cat "$W/reply")
	soon "an offer for the $form form" offered
	as accept
	as start
	as answer "$W/answer"
	must "the $form form" erctl -q wait "$id" --timeout 20s --exit-status
	did "the $form library's form of it: answered, verified"
done

# ---- 3 ----
title "3  Biolayer: verify what an endpoint's owner did"
submit biolayer.json
as accept
as start
cat >"$W/answer" <<'END'
{"reached_user": true, "user_confirmed": false, "notes": "Owner was asleep at 03:42 UTC. Treat as compromise."}
END
echo "03:42 UTC, two minutes: asleep, nobody else has the laptop" >"$W/call.txt"
must "an answer without the evidence that the task demands is not sent" \
	sh -c 'erctl -q --as "$1" answer "$2" "$3" --confidence 0.95; [ $? = 5 ]' - \
	"$who" "$id" "$W/answer"
as answer "$W/answer" --confidence 0.95 --evidence "$W/call.txt"
did "$who phones, and answers with confidence 0.95 and a note of the call as evidence"
result
must_say "what the owner said" '"user_confirmed": *false' "$W/result"
must_say "the evidence" '"name": *"call.txt"' "$W/result"
webhooks biolayer event task.created task.queued task.sla_breached task.matched task.offered \
	task.accepted task.started task.submitted task.verified task.completed

# ---- 4 ----
title "4  Agent Teams: an escalation is triggered"
did "${b}erctl chain trigger${n} support-escalation chain-trigger.json --ndjson"
must "the trigger" erctl chain trigger support-escalation "$W/chain-trigger.json" --ndjson
listed() { # views are written behind the decision
	erctl escalation list --ndjson >"$W/reply" && [ -s "$W/reply" ]
}
soon "the escalation in the list" listed
show <"$W/reply"
offer_for chain-trigger.json
did "the first level is $who's; the second one's agent acknowledges: the clock stops"
echo '{ "agentId": "senior-agent" }' >"$W/acknowledge"
must "acknowledge" erctl -q escalation acknowledge "$id" "$W/acknowledge"
echo '{ "resolution": "Password reset link was expired. Regenerated and confirmed access." }' >"$W/resolve"
must "resolve" erctl -q escalation resolve "$id" "$W/resolve"
result
must_say "the resolution" 'Regenerated' "$W/result"
webhooks chain event escalation.triggered escalation.acknowledged escalation.resolved

# ---- the end ----
title "All of it again, from the journal"
kill -TERM "$erd_pid"
wait "$erd_pid" || fail "erd: exit $?"
did "$(erctl fsck 2>&1 | tail -n 1)"
must "fsck" erctl -q fsck
must "nothing waits" test -z "$(ls "$ER_SPOOL/new")"
must "every webhook left" test -z "$(ls "$ER_SPOOL/outbox/due")"
cp -a "$ER_SPOOL" "$W/before"
must "removing views" rm -r "$ER_SPOOL/tasks" "$ER_SPOOL/inbox" "$ER_SPOOL/results"
must "fsck --rebuild" erctl -q fsck --rebuild
find "$W/before/inbox" "$ER_SPOOL/inbox" -mindepth 1 -type d -empty -delete
for v in tasks inbox results; do must "the same $v" diff -r "$W/before/$v" "$ER_SPOOL/$v"; done
did "rm -r tasks inbox results; erctl fsck --rebuild: identical"
printf '\n%sdemo: %d checks, all as they should be%s\n' "$g" "$checks" "$n"
