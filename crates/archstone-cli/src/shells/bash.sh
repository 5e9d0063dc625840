# archstone completion for bash
_PROGRAM_completion() {
    local line
    COMPREPLY=()
    while IFS= read -r line; do
        if [[ $line == $'\tfile' ]]; then
            compopt -o default 2>/dev/null
        else
            COMPREPLY+=("$line")
        fi
    done < <(command archstone complete --shell=bash -- "${COMP_LINE:0:COMP_POINT}" "$2" 2>/dev/null </dev/null)
}
complete -F _PROGRAM_completion PROGRAM
