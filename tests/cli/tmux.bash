# Drive a full screen in tmux: a server of its own per test, keys in, text out, no fixed sleeps.
#   tui_start COLS ROWS COMMAND…  start it on a terminal of that size (TUI_TERM: its TERM)
#   keys KEY…    as tmux send-keys names them        type TEXT   literally
#   sees TEXT    within thirty seconds               hides TEXT  it goes away within thirty seconds
#   screen       what is there now                   tui_ends N  it ends with that status, and what
#                                                   it left is on the screen
#   teardown     must call tui_stop
need_tmux() {
	command -v tmux >/dev/null || skip "there is no tmux"
	[ -x "$ER_BIN/erctl-tui" ] || skip "built without the full screen (WITH_TUI=no)"
}

tmux_() { tmux -S "$T/tmux.sock" "$@"; }

tui_start() {
	local cols=$1 rows=$2
	shift 2
	need_tmux
	rm -f "$T/ended"
	printf '%s\n' "set -g default-terminal ${TUI_TERM:-tmux-256color}" 'set -g status off' \
		'set -g escape-time 10' >"$T/tmux.conf"
	# shellcheck disable=SC2016 # the inner shell's own
	env -u CI -u ER_NO_INPUT -u TMUX tmux -S "$T/tmux.sock" -f "$T/tmux.conf" new-session -d \
		-x "$cols" -y "$rows" \
		sh -c '"$@"; echo $? >"$0.part"; mv "$0.part" "$0"; exec cat' "$T/ended" "$@" 3>&-
}

tui_stop() {
	[ ! -S "$T/tmux.sock" ] || tmux_ kill-server 2>/dev/null || true
}

screen() { tmux_ capture-pane -p; }
coloured() { tmux_ capture-pane -e -p; }
keys() { tmux_ send-keys "$@"; }
type() { tmux_ send-keys -l "$1"; }

screen_has() { screen | grep -qF -- "$1"; }
screen_lacks() { ! screen_has "$1"; }
sees() {
	eventually screen_has "$1" || { screen >&2; return 1; }
}
hides() {
	eventually screen_lacks "$1" || { screen >&2; return 1; }
}

tui_ends() {
	eventually test -s "$T/ended" || { screen >&2; return 1; }
	[ "$(cat "$T/ended")" = "$1" ] || { cat "$T/ended" >&2; screen >&2; return 1; }
}
resize() { tmux_ resize-window -x "$1" -y "$2"; }
# The row of the selected task.
selected() { screen | grep '^>'; }
