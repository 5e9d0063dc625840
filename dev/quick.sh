# The quick lane of dev/test: the tests of what changed. To be sourced by it.
# shellcheck shell=bash

# Changes since the branch left main; on main itself, those of the last commit.
base=$(git merge-base HEAD main 2>/dev/null || git rev-parse HEAD)
if [[ $base == "$(git rev-parse HEAD)" ]] && git diff --quiet HEAD; then
    base=$(git rev-parse --verify --quiet HEAD~1 || git rev-parse HEAD)
fi
changed=$(git diff --name-only "$base" && git ls-files --others --exclude-standard)

# Whether the path of a changed file begins like this, as an extended regular expression.
changes() {
    grep -qE "^($1)" <<<"$changed"
}
library='crates/archstone/|Cargo|contract/'
program='crates/archstone-cli/|Cargo'
package="python/|crates/archstone-python/|crates/archstone-testing/|$library"

if changes "crates/archstone-testing/"; then
    heading "Rust: the identity service for tests"
    cargo test --locked --package archstone-testing
fi
if changes "$library"; then
    heading "Rust: the library without servers"
    cargo test --locked --package archstone --lib --test contract --test documents --test fake --test resources
fi
if changes "$library|dev/(keystone|wsgi|seed|server|cloud)"; then
    heading "Rust: the requirements, against Keystone"
    cargo test --locked --package archstone --test live -- promise:: authentication:: failures::
fi
if changes "$program"; then
    heading "Rust: the program"
    cargo test --locked --package archstone-cli
elif changes "$library"; then
    heading "Rust: the program's use of the library"
    cargo test --locked --package archstone-cli --bin archstone --test cli -- command_line kept_tokens:: failures::
fi
if changes "$package"; then
    heading "Python: build, lints, types, and the requirements"
    install_python_package dev
    # The tests that changed, in addition to those that always run.
    mapfile -t tests < <(grep -oE '^python/tests/test_[a-z_]+\.py' <<<"$changed" | while read -r file; do
        [[ ! -e $file ]] || basename "$file"
    done)
    (
        cd python || exit
        ruff format --check .
        ruff check .
        mypy
        cd tests || exit
        pytest --quiet test_promise.py test_api.py test_errors.py "${tests[@]}"
    )
    python dev/stubs --check
fi
if changes '.*\.md$'; then
    heading "Links between the documents"
    python dev/test_docs.py --links
fi
printf '\nThe quick lane has passed (%d:%02d). Before a change lands: dev/test\n' $((SECONDS / 60)) $((SECONDS % 60))
