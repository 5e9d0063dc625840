"""The document docs/openstack-commands.md, and the check that each command and option has a line."""

import json
import shlex
import subprocess
from collections import defaultdict
from pathlib import Path

from . import compare
from .scenario import FOLDER, GENERAL, ROOT, commands, families

DOCUMENT = ROOT / "docs" / "openstack-commands.md"
OPTIONS = FOLDER / "options.json"


def store_options(python: Path) -> None:
    """Store the commands and options of the real program."""
    stock = [python, ROOT / "dev" / "parity_lib" / "stock.py"]
    asked = '{"describe": true}\n'
    found = subprocess.run(stock, input=asked, capture_output=True, text=True, check=True).stdout
    lines = [f"{json.dumps(name)}: {json.dumps(options)}" for name, options in json.loads(found).items()]
    OPTIONS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def uncovered() -> list[str]:
    """The commands without a line that succeeds, and the options and the reasons without a line."""
    succeeded, used = set(), defaultdict(set)
    failing = [reason for reason in compare.reasons() if reason.kind == "defect" and "exit" in reason.differs]
    for family in families([]):
        for line, result in zip(family.lines, compare.recorded(family.name, family.lines), strict=True):
            # A command that never succeeds in the real program is a defect with a reason.
            if result["exit"] == 0 or any(reason.about(line) for reason in failing):
                succeeded.add(line.command)
            words = shlex.split(line.text)
            used[line.command] |= {word.split("=")[0] for word in words if word.startswith("-")}
    problems = [f"`{name}` succeeds in no line" for name in [*commands(), *GENERAL] if name not in succeeded]
    for name, options in commands().items():
        if missing := set(options) - used[name]:
            problems.append(f"no line has `{name}` with {', '.join(sorted(missing))}")
    lines = [line for family in families([]) for line in family.lines]
    return problems + [
        f"known.toml: no line has to do with {reason.why!r}"
        for reason in compare.reasons()
        if not any(map(reason.about, lines))
    ]


HEAD = """\
# `openstack` commands

This page compares every identity command of `openstack` (python-openstackclient {version}) with Archstone's.
`dev/parity check` runs the {lines} command lines in `contract/commands` with `archstone`, under the name
`openstack`, against a real Keystone. It compares each result with a recording of the real `openstack`,
against a Keystone with the same data. `dev/parity table` generates this page.

A line is *alike* if

- the exit status is the same;
- standard output is identical, except for new IDs, times and tokens. The order of rows only matters if the
  command line sorts them, because the identity service does not guarantee an order;
- both write to standard error, or neither does. Archstone words its messages differently, but names the same
  parts of the command line as `openstack`. Messages about one of several resources
  (`Failed to delete user with name or ID 'x': …`, `1 of 2 users failed to delete.`) and warnings are
  identical up to the reason.

| command | lines | alike | differences |
|---|---|---|---|
"""

EVERYWHERE = """
## Differences

The numbers in the table above refer to these rows. A *defect* is a defect of `openstack` that Archstone does
not copy.

| | lines | | reason |
|---|---|---|---|
"""


def document() -> str:
    """The whole page: a row for each command, then the reasons."""
    reasons = compare.reasons()
    by_command: dict[str, list[set[int]]] = defaultdict(list)
    about = [0] * len(reasons)
    for family in families([]):
        for line in family.lines:
            listed = {number for number, reason in enumerate(reasons) if reason.about(line)}
            for number in listed:
                about[number] += 1
            by_command[line.command].append(listed)
    rows = []
    for name in [*commands(), *GENERAL, ""]:
        if tried := by_command[name]:
            numbers = sorted(set().union(*tried))
            links = ", ".join(f"[{number + 1}](#differences)" for number in numbers)
            title = f"`{name}`" if name else "no command, or an unknown one"
            rows.append(f"| {title} | {len(tried)} | {sum(not listed for listed in tried)} | {links} |\n")
    total = sum(map(len, by_command.values()))
    why = [
        f"| {number} | {about[number - 1]} | {reason.kind} | {reason.why} |\n"
        for number, reason in enumerate(reasons, 1)
    ]
    return HEAD.format(version=version(), lines=total) + "".join(rows) + EVERYWHERE + "".join(why)


def version() -> str:
    """The release of `openstack` used for comparison."""
    pinned = (ROOT / "dev" / "requirements-parity.txt").read_text(encoding="utf-8")
    return pinned.partition("python-openstackclient==")[2].split()[0]


def outdated() -> list[str]:
    """A problem if the document is not up to date."""
    if DOCUMENT.is_file() and DOCUMENT.read_text(encoding="utf-8") == document():
        return []
    return [f"{DOCUMENT.relative_to(ROOT)} is not up to date: dev/parity table"]
