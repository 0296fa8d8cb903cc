# bash completion for erctl: `erctl __complete` knows the verbs, this knows bash.
_erctl() {
	# shellcheck disable=SC2034 # prev is set by _init_completion
	local cur prev words cword
	if declare -F _init_completion >/dev/null; then
		_init_completion -n =: || return
	else
		words=("${COMP_WORDS[@]}") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]}
	fi
	local line bits=0 values=()
	while IFS= read -r line; do
		case $line in
		:*) bits=${line#:} ;;
		*) values+=("${line%%$'\t'*}") ;;
		esac
	done < <("${words[0]}" __complete "${words[@]:1:cword-1}" "$cur" 2>/dev/null)
	COMPREPLY=("${values[@]}")
	((bits & 2)) && compopt -o nospace 2>/dev/null
	((bits & 32)) && compopt -o nosort 2>/dev/null
	if ((bits & 16)); then
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		compopt -o filenames 2>/dev/null
	elif ((!(bits & 4) && ${#COMPREPLY[@]} == 0)); then
		compopt -o default 2>/dev/null
	fi
	return 0
}
complete -F _erctl erctl
