# archstone completion for fish
function __PROGRAM_completion
    set -l current (commandline -ct)
    set -l lines (command archstone complete --shell=fish -- (commandline -opc) "$current" 2>/dev/null </dev/null)
    if test "$lines[1]" = \tfile
        __fish_complete_path (string unescape -- "$current")
    else
        string join \n -- $lines
    end
end
complete -c PROGRAM -e
complete -c PROGRAM -f -a '(__PROGRAM_completion)'
