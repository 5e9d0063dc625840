"""The document docs/openstack-commands.md, and what makes it complete: each command and option has a line."""

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
    """Store which commands and options there are, as the real program says."""
    stock = [python, ROOT / "dev" / "parity_lib" / "stock.py"]
    asked = '{"describe": true}\n'
    found = subprocess.run(stock, input=asked, capture_output=True, text=True, check=True).stdout
    lines = [f"{json.dumps(name)}: {json.dumps(options)}" for name, options in json.loads(found).items()]
    OPTIONS.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def uncovered() -> list[str]:
    """Which commands have no line that succeeds, which options no line at all, and which reasons none."""
    succeeded, used = set(), defaultdict(set)
    failing = [reason for reason in compare.reasons() if reason.kind == "defect" and "exit" in reason.differs]
    for family in families([]):
        for line, result in zip(family.lines, compare.recorded(family.name, family.lines), strict=True):
            # What never succeeds in the real program is a defect that has its reason.
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

Every identity command of `openstack` (python-openstackclient {version}), compared with ours. `dev/parity
check` runs the {lines} command lines in `contract/commands` through `archstone`, under the name `openstack`,
against a real Keystone, and compares each with a recording of the real `openstack` against a Keystone seeded
alike. `dev/parity table` writes this page.

A line is *alike* when

- the exit status is the same;
- standard output is the same, letter by letter, except for new ids, times and tokens. The order of rows
  counts where the command line asks for one, because the identity service promises none;
- both write to standard error, or neither does. Archstone words its messages differently, but names whatever
  of the command line `openstack` names. Messages about one of several things
  (`Failed to delete user with name or ID 'x': …`, `1 of 2 users failed to delete.`) and warnings are the
  same, letter by letter, up to the reason.

| command | lines | alike | differences |
|---|---|---|---|
"""

EVERYWHERE = """
## Differences

Each number in the table is a row here. A *defect* is one of `openstack` that is not copied.

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
            title = f"`{name}`" if name else "no command, or one that is unknown"
            rows.append(f"| {title} | {len(tried)} | {sum(not listed for listed in tried)} | {links} |\n")
    total = sum(map(len, by_command.values()))
    why = [
        f"| {number} | {about[number - 1]} | {reason.kind} | {reason.why} |\n"
        for number, reason in enumerate(reasons, 1)
    ]
    return HEAD.format(version=version(), lines=total) + "".join(rows) + EVERYWHERE + "".join(why)


def version() -> str:
    """The release of `openstack` that is compared with."""
    pinned = (ROOT / "dev" / "requirements-parity.txt").read_text(encoding="utf-8")
    return pinned.partition("python-openstackclient==")[2].split()[0]


def outdated() -> list[str]:
    """That the document is another one, if it is."""
    if DOCUMENT.is_file() and DOCUMENT.read_text(encoding="utf-8") == document():
        return []
    return [f"{DOCUMENT.relative_to(ROOT)} is not up to date: dev/parity table"]
