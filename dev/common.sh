# Shared by dev/try and dev/test. To be sourced, from the repository's root.
# shellcheck shell=bash

# The user's settings are for other clouds.
while read -r variable; do unset "$variable"; done < <(compgen -e | grep -E '^(OS|ARCHSTONE)_' || true)

# The embedded Keystone is on this machine, so never use a proxy for it.
export NO_PROXY="127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}"
export no_proxy=$NO_PROXY

step="start"

# Prints the next step, and the time since the start.
heading() {
    step=$1
    printf '\n== %s (%d:%02d)\n' "$step" $((SECONDS / 60)) $((SECONDS % 60))
}

stopped() {
    printf '\n%s stopped at: %s\n' "$0" "$step" >&2
}
trap stopped ERR

need() { # name, where to get it, a command that succeeds if it is installed
    local what=$1 source=$2
    shift 2
    if ! "$@" >/dev/null 2>&1; then
        printf '%s needs %s: %s\n' "$0" "$what" "$source" >&2
        exit 1
    fi
}
need "Rust" "see https://rustup.rs" cargo --version
need "Python 3.11 or newer as python3" "see https://www.python.org" \
    python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'
need "Python's venv" "on Debian and Ubuntu, apt install python3-venv" python3 -c 'import venv, ensurepip'

# A Python environment with these requirement files, first in PATH. Recreated when they change.
python_environment() { # name, requirement files
    local folder=$PWD/dev/.state/$1 wanted
    shift
    wanted=$(python3 --version && cat "$@")
    if [[ ! -f $folder/made-for || $(<"$folder/made-for") != "$wanted" ]]; then
        rm -rf "$folder"
        python3 -m venv "$folder"
        local files=("${@/#/--requirement=}")
        "$folder/bin/pip" install --quiet --disable-pip-version-check "${files[@]}"
        printf '%s\n' "$wanted" >"$folder/made-for"
    fi
    export PATH=$folder/bin:$PATH VIRTUAL_ENV=$folder
}

# Builds the Python package with a Cargo profile, and installs it into the environment.
install_python_package() { # profile, further options of maturin
    MATURIN_PEP517_ARGS="--profile $*" \
        pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --force-reinstall ./python
}
