/* erctl completion: the shims of completions/, for those who did not install them.  A test
 * compares both. */
#include "base/err.h"
#include "cmd.h"
#include "verbs.h"

static const char bash[] =
	"# bash completion for erctl: `erctl __complete` knows the verbs, this knows bash.\n"
	"_erctl() {\n"
	"\t# shellcheck disable=SC2034 # prev is set by _init_completion\n"
	"\tlocal cur prev words cword\n"
	"\tif declare -F _init_completion >/dev/null; then\n"
	"\t\t_init_completion -n =: || return\n"
	"\telse\n"
	"\t\twords=(\"${COMP_WORDS[@]}\") cword=$COMP_CWORD cur=${COMP_WORDS[COMP_CWORD]}\n"
	"\tfi\n"
	"\tlocal line bits=0 values=()\n"
	"\twhile IFS= read -r line; do\n"
	"\t\tcase $line in\n"
	"\t\t:*) bits=${line#:} ;;\n"
	"\t\t*) values+=(\"${line%%$'\\t'*}\") ;;\n"
	"\t\tesac\n"
	"\tdone < <(\"${words[0]}\" __complete \"${words[@]:1:cword-1}\" \"$cur\" 2>/dev/null)\n"
	"\tCOMPREPLY=(\"${values[@]}\")\n"
	"\t((bits & 2)) && compopt -o nospace 2>/dev/null\n"
	"\t((bits & 32)) && compopt -o nosort 2>/dev/null\n"
	"\tif ((bits & 16)); then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$cur\")\n"
	"\t\tcompopt -o filenames 2>/dev/null\n"
	"\telif ((!(bits & 4) && ${#COMPREPLY[@]} == 0)); then\n"
	"\t\tcompopt -o default 2>/dev/null\n"
	"\tfi\n"
	"\treturn 0\n"
	"}\n"
	"complete -F _erctl erctl\n";

static const char zsh[] =
	"#compdef erctl\n"
	"# zsh completion for erctl: `erctl __complete` knows the verbs, this knows zsh.\n"
	"_erctl() {\n"
	"\tlocal line value text bits=0\n"
	"\tlocal -a values opts\n"
	"\twhile IFS= read -r line; do\n"
	"\t\tif [[ $line == :<-> ]]; then\n"
	"\t\t\tbits=${line#:}\n"
	"\t\telse\n"
	"\t\t\tvalue=${line%%$'\\t'*} text=${line#*$'\\t'}\n"
	"\t\t\t[[ $value == $line ]] && text=\n"
	"\t\t\tvalues+=(\"${value//:/\\\\:}${text:+:$text}\")\n"
	"\t\tfi\n"
	"\tdone < <(\"${words[1]}\" __complete \"${(@Q)words[2,CURRENT-1]}\" "
	"\"${(Q)words[CURRENT]}\" 2>/dev/null)\n"
	"\t((bits & 2)) && opts+=(-S '')\n"
	"\t((bits & 32)) && opts+=(-V)\n"
	"\tif ((bits & 16)); then\n"
	"\t\t_files -/\n"
	"\telif ((${#values})); then\n"
	"\t\t_describe ${opts[(r)-V]:+-V} erctl values ${opts:#-V}\n"
	"\telif ((!(bits & 4))); then\n"
	"\t\t_files\n"
	"\tfi\n"
	"}\n"
	"[[ ${funcstack[1]} == _erctl ]] && _erctl \"$@\" || compdef _erctl erctl\n";

static const char fish[] =
	"# fish completion for erctl: `erctl __complete` knows the verbs, this knows fish.\n"
	"function __erctl_complete\n"
	"\tset -l words (commandline -opc)\n"
	"\tset -l lines ($words[1] __complete $words[2..-1] (commandline -ct) 2>/dev/null)\n"
	"\tset -l bits (string replace : '' -- $lines[-1])\n"
	"\tset -e lines[-1]\n"
	"\tif test (math \"bitand($bits, 16)\") -ne 0\n"
	"\t\t__fish_complete_directories (commandline -ct)\n"
	"\telse if test (count $lines) -gt 0\n"
	"\t\tprintf '%s\\n' $lines\n"
	"\telse if test (math \"bitand($bits, 4)\") -eq 0\n"
	"\t\t__fish_complete_path (commandline -ct)\n"
	"\tend\n"
	"end\n"
	"complete -c erctl -f -k -a '(__erctl_complete)'\n";

static int run(struct run *r, struct err *err)
{
	const char *shell = r->argv[0];
	if (strcmp(shell, "bash") == 0)
		out_plain(&r->out, bash);
	else if (strcmp(shell, "zsh") == 0)
		out_plain(&r->out, zsh);
	else if (strcmp(shell, "fish") == 0)
		out_plain(&r->out, fish);
	else
		return err_set(err, FAIL_USAGE, "completion: there are bash, zsh and fish");
	return 0;
}

const struct cmd cmd_completion = {
	.name = "completion",
	.args = "bash|zsh|fish",
	.summary = "print the completion of a shell",
	.about = "The script asks erctl itself what could come next, so it never grows old: verbs, "
	         "options, lanes, workers, and the ids of tasks that the verb accepts.",
	.group = GROUP_SPOOL,
	.first = ARG_SHELL,
	.min_args = 1,
	.max_args = 1,
	.exits = "0 2",
	.examples = "eval \"$(erctl completion bash)\"",
	.run = run,
};
