# fish completion for erctl: `erctl __complete` knows the verbs, this knows fish.
function __erctl_complete
	set -l words (commandline -opc)
	set -l lines ($words[1] __complete $words[2..-1] (commandline -ct) 2>/dev/null)
	set -l bits (string replace : '' -- $lines[-1])
	set -e lines[-1]
	if test (math "bitand($bits, 16)") -ne 0
		__fish_complete_directories (commandline -ct)
	else if test (count $lines) -gt 0
		printf '%s\n' $lines
	else if test (math "bitand($bits, 4)") -eq 0
		__fish_complete_path (commandline -ct)
	end
end
complete -c erctl -f -k -a '(__erctl_complete)'
