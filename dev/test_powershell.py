#!/usr/bin/env python3
"""Checks the program's output for PowerShell against PowerShell's grammar.

PowerShell itself is not available from Debian or PyPI.

Needs the built program, or another one as argument.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import tree_sitter
import tree_sitter_powershell

PROGRAM = Path(__file__).resolve().parent.parent / "target/debug/archstone"
PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))

# Each value must be unchanged when it is read from a variable.
VALUES = [
    "plain",
    "it's",
    "a`b",
    "$(exit)",
    '"',
    "a\nb",
    "\u00e9",
    "; exit",
    "#",
    "@'\n'@",
    " ",
    "\u201c\u201d\u201e",
]
# These are single quotes in PowerShell, too.
VALUES += ["\u2018", "\u2019", "\u201a", "\u201b", "'; exit #"]


def output(*arguments: str, **variables: str) -> str:
    program = sys.argv[1] if len(sys.argv) > 1 else str(PROGRAM)
    environment = {"PATH": os.environ["PATH"], "HOME": os.devnull, **variables}
    run = subprocess.run(
        [program, *arguments], env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def nodes(script: str) -> Iterator[tree_sitter.Node]:
    left = [PARSER.parse(script.encode()).root_node]
    while left:
        node = left.pop()
        yield node
        left += node.children


def mistakes(script: str) -> list[str]:
    lines = script.splitlines()
    bad = [node.start_point.row for node in nodes(script) if node.type == "ERROR" or node.is_missing]
    return [f"line {row + 1}: {lines[row]}" for row in sorted(bad)]


def is_assignment(node: tree_sitter.Node, name: bytes) -> bool:
    return node.type == "assignment_expression" and name in (node.text or b"")


def main() -> None:
    assert mistakes("$a = 'x"), "the grammar accepts anything"
    completion = output("completion", "powershell")
    assert mistakes(completion) == [], mistakes(completion)[:3]
    assert "Register-ArgumentCompleter -Native -CommandName 'archstone'" in completion

    for value in VALUES:
        variables = {"OS_AUTH_URL": "http://127.0.0.1:9/v3", "OS_USERNAME": "alice", "OS_PASSWORD": value}
        script = output("env", "--shell", "powershell", **variables)
        assert mistakes(script) == [], repr(value)
        assert script.count("OS_PASSWORD") == 1, script
        quoted = next(it.text for it in nodes(script) if is_assignment(it, b"OS_PASSWORD"))
        strings = [it for it in nodes((quoted or b"").decode()) if it.type == "verbatim_string_characters"]
        assert len(strings) == 1, f"{value!r}: {quoted!r}"
    print(f"completions and {len(VALUES)} values are PowerShell, by its grammar")


if __name__ == "__main__":
    main()
