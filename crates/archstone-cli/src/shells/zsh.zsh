#compdef PROGRAM
# archstone completion for zsh
_PROGRAM() {
    local line
    local -a lines texts shown
    lines=("${(@f)$(command archstone complete --shell=zsh -- "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null </dev/null)}")
    for line in "${lines[@]}"; do
        if [[ $line == $'\t'file ]]; then
            _files
            return
        elif [[ -n $line ]]; then
            texts+=("${line%%$'\t'*}")
            shown+=("${line/$'\t'/  -- }")
        fi
    done
    (( $#texts )) || return 1
    if [[ $lines == *$'\t'* ]]; then
        compadd -l -d shown -a texts
    else
        compadd -a texts
    fi
}
if [[ $funcstack[1] == _PROGRAM ]]; then
    _PROGRAM "$@"
else
    compdef _PROGRAM PROGRAM
fi
