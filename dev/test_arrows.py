#!/usr/bin/env python3
"""Tests dev/arrows with small trees, and checks that it finds nothing in this repository."""

import subprocess
import sys
import tempfile
from pathlib import Path

ARROWS = Path(__file__).parent / "arrows"

TABLE = """\
In `src`:

| layer | files | knows of |
|---|---|---|
| what users hold | `client/` | all below |
| who, and where | `auth/`, `catalog.rs` | all below |
| values | `error.rs` | nothing |

After it.
"""
CLIENT = "mod inner;\nuse crate::{auth::Login, catalog::Catalog, error};\n"
TREE = {
    "ARCHITECTURE.md": TABLE,
    "src/lib.rs": "mod auth; mod catalog; mod client; mod error;\npub use client::Client;\n",
    "src/client/mod.rs": CLIENT,
    "src/client/inner.rs": "use super::super::auth::Login;\nfn f() { crate::client::g() }\n",
    "src/auth/mod.rs": "use crate::catalog::Catalog;\n",
    "src/catalog.rs": "// use crate::client::Client;\nmod system { use super::Catalog; }\n",
    "src/error.rs": "#[cfg(test)]\nmod tests {\n    use crate::client::Client;\n}\n",
}
# The changed files, and the expected message; none if the modules only use layers below them.
CASES: list[tuple[dict[str, str], str]] = [
    ({}, ""),
    ({"src/error.rs": "use crate::client::Client;\n"}, "src/error.rs:1: `error` uses `client`"),
    ({"src/error.rs": "use crate::Client;\n"}, "src/error.rs:1: `error` uses `client`"),
    ({"src/error.rs": "\nfn f() { crate::auth::log_in() }\n"}, "src/error.rs:2: `error` uses `auth`"),
    ({"src/catalog.rs": "use crate::{\n    auth::{Login, Scope},\n};\n"}, "`catalog` uses `auth`"),
    (
        {"src/auth/login.rs": "use super::super::client::Client;\n"},
        "src/auth/login.rs:1: `auth` uses `client`",
    ),
    ({"src/catalog.rs": "mod system {\n    use super::super::auth::Login;\n}\n"}, "`catalog` uses `auth`"),
    ({"ARCHITECTURE.md": "No table."}, "there is no table of layers"),
    ({"src/extra.rs": ""}, "the table of src lacks `extra`"),
    (
        {"ARCHITECTURE.md": TABLE.replace("`error.rs`", "`error.rs`, `gone.rs`")},
        "has `gone`, which does not exist",
    ),
    (
        {"ARCHITECTURE.md": TABLE.replace("`error.rs`", "`error.rs`, `auth/`")},
        "has `auth` more than once",
    ),
]


def run(*arguments: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, ARROWS, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def main() -> None:
    for changes, expected in CASES:
        with tempfile.TemporaryDirectory() as folder:
            for name, text in (TREE | changes).items():
                file = Path(folder) / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            status, said = run(folder)
            assert (status, expected in said) == (int(bool(expected)), True), (changes, status, said)
            assert bool(said) == bool(expected), (changes, said)
    assert run() == (0, ""), run()[1]
    print(f"{len(CASES)} trees checked, and this repository")


if __name__ == "__main__":
    main()
