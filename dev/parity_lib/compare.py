"""The comparison of results, and the differences listed with a reason in `contract/commands/known.toml`."""

import ast
import difflib
import itertools
import json
import re
import shlex
import tomllib
from dataclasses import dataclass
from typing import Any

from .scenario import FOLDER, Line, Wrong

RECORDED = FOLDER / "recorded"
KNOWN = FOLDER / "known.toml"

# Messages that scripts rely on, one per resource; the text after the colon is our own.
STRICT = re.compile(
    r"^(Failed to delete .*?: |.* not (?:added to|removed from) group [^:]*: "
    r"|\d+ of \d+ .*(?:failed to delete|not added to group .*|not removed from group .*)\.$"
    r"|No password was supplied, .*|\S+ not in group \S+$|service \S+ not found$)",
    re.MULTILINE,
)
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z0-9-]*|<[a-z][a-z-]*>")
UNKNOWN = re.compile(r"is not an? \w+ command|is not a command of|unrecognized subcommand")


def stored(line: Line, result: dict[str, Any]) -> dict[str, Any]:
    """The parts of a result that are stored and compared."""
    out, err = result["out"], result["err"]
    if line.command == "help":
        # The wording differs by design, but the same names must be mentioned.
        out = " ".join(
            sorted({word for word in OPTION.findall(out) if word.startswith("--") and word[-1] != "-"})
        )
    if result["exit"] == 2 and "usage: " in err:
        err = re.sub(r"\A.*?(?=^\S[^\n]*: error: )", "", err, flags=re.DOTALL | re.MULTILINE)
    return {"line": line.text, "as": line.who, "exit": result["exit"], "out": out, "err": err}


def write(name: str, results: list[tuple[Line, dict[str, Any]]]) -> None:
    """Store the results of `openstack`: a line of JSON for each command line, so that diffs are readable."""
    RECORDED.mkdir(exist_ok=True)
    lines = [json.dumps(stored(line, result), ensure_ascii=False) for line, result in results]
    (RECORDED / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def read(name: str) -> list[dict[str, Any]]:
    """The stored results of a family."""
    try:
        text = (RECORDED / f"{name}.jsonl").read_text(encoding="utf-8")
    except FileNotFoundError as problem:
        raise Wrong(f"{name} is not recorded: dev/parity record {name}") from problem
    return [json.loads(line) for line in text.splitlines()]


def recorded(name: str, lines: list[Line]) -> list[dict[str, Any]]:
    """The same, for exactly these lines."""
    found = read(name)
    if [(one["line"], one["as"]) for one in found] != [(line.text, line.who) for line in lines]:
        raise Wrong(f"{name} has other lines than its recording: dev/parity record {name}")
    return found


def differences(line: Line, theirs: dict[str, Any], ours: dict[str, Any]) -> list[str]:
    """The parts in which the results of a line differ: `exit`, `stdout`, `stderr`."""
    found = []
    if theirs["exit"] != ours["exit"]:
        found.append("exit")
    if not same_output(line, theirs["out"], ours["out"]):
        found.append("stdout")
    if not same_messages(line, theirs, ours):
        found.append("stderr")
    return found


def same_output(line: Line, theirs: str, ours: str) -> bool:
    """Whether the output is identical, except for an order that servers do not guarantee.

    That is the order of rows if the line does not sort them, and the order within a value that is a list.
    The members of an object are in the order in which the server sent them.
    """
    if theirs == ours:
        return True
    if line.command == "help":
        return set(theirs.split()) <= set(ours.split())
    return ordered(line, theirs) == ordered(line, ours)


def ordered(line: Line, text: str) -> Any:
    """The output with everything unordered sorted, so that it is the same for each run."""
    try:
        read = json.loads(text)
    except ValueError:
        rows = re.split(r"\n(?=- )" if text.startswith("- ") else r"\n", text.removesuffix("\n"))
        if "yaml" in shlex.split(line.text):
            # The keys of the object keep their order; the lines below each are sorted.
            keys = [row for row in rows if not row.startswith(("-", " "))]
            rows = [*keys, *sorted("\n".join(sorted(row.splitlines())) for row in rows)]
        rows = [literals(row) for row in rows]
        return rows if line.sorts else sorted(rows)
    objects = read if isinstance(read, list) else [read]
    rows = [[(name, inner(value)) for name, value in row.items()] for row in objects]
    return rows if line.sorts else sorted(map(json.dumps, rows))


def inner(value: Any) -> Any:
    """A value with sorted lists."""
    if isinstance(value, dict):
        return {name: inner(member) for name, member in value.items()}
    if isinstance(value, list):
        return sorted(map(inner, value), key=repr)
    return value


def literals(text: str) -> str:
    """The text with its Python lists sorted."""

    def one(found: re.Match[str]) -> str:
        try:
            return repr(inner(ast.literal_eval(found[0].replace('""', '"'))))
        except (ValueError, SyntaxError):
            return found[0]

    return re.sub(r"(\[.*\]|\{.*\})", one, text)


def same_messages(line: Line, theirs: dict[str, Any], ours: dict[str, Any]) -> bool:
    """Whether the messages mean the same to a person and to a script.

    Ours are worded differently. So both programs must print a message or neither (an error always has one),
    and ours must name the same parts of the command line; messages in STRICT are identical.
    """
    expected = bool(theirs["err"].strip()) or bool(theirs["exit"] and not theirs["out"].strip())
    if expected != bool(ours["err"].strip()):
        return False
    mine = plain(ours["err"])
    if not all(found in ours["err"] for found in STRICT.findall(theirs["err"])):
        return False
    return all(plain(name) in mine for name in named(line, theirs["err"]))


def plain(text: str) -> str:
    """The text without differences in style: `<NAME_OF_IT>` becomes `<name-of-it>`."""
    return text.casefold().replace("_", "-")


def named(line: Line, message: str) -> set[str]:
    """The parts of the command line that a message mentions, except in a URL."""
    message = re.sub(r"https?://\S+", "", message)
    given = shlex.split(line.text)
    after = {
        word for option, word in itertools.pairwise(given) if option in ("-c", "-f", "--column", "--format")
    }
    words = {word for word in given if not word.startswith(("-", "$"))} - after - set(line.command.split())
    quoted = {word for word in words if re.search(rf"(?<![\w.-]){re.escape(word)}(?![\w-])", message)}
    return (quoted | set(OPTION.findall(message))) - {"--help"}


def unknown(ours: dict[str, Any]) -> bool:
    """Whether our program reports an unknown command."""
    return ours["exit"] not in (0, 1) and bool(UNKNOWN.search(ours["out"] + ours["err"]))


def shown(line: Line, theirs: dict[str, Any], ours: dict[str, Any], found: list[str]) -> str:
    """The differences of a line, for people."""
    who = "" if line.who == "admin" else f"  (as {line.who})"
    text = [f"{line.family}:{line.number}: openstack {line.text}{who}"]
    if "exit" in found:
        text.append(f"    exit status {ours['exit']}, of openstack {theirs['exit']}")
    for key, name in (("out", "stdout"), ("err", "stderr")):
        if name in found:
            sides = theirs[key].splitlines(), ours[key].splitlines()
            titles = f"openstack {name}", f"our {name}"
            diff = [f"    {one}" for one in difflib.unified_diff(*sides, *titles, n=2, lineterm="")]
            text += diff or [f"    {name} ends otherwise: {theirs[key][-20:]!r}, ours {ours[key][-20:]!r}"]
    if "stderr" not in found and "exit" in found and ours["err"]:
        text += ["    our stderr: " + one for one in ours["err"].splitlines()]
    return "\n".join(text)


@dataclass(frozen=True)
class Reason:
    """A listed difference: its lines, the parts that differ, and the reason."""

    why: str
    kind: str
    lines: re.Pattern[str]
    families: list[str]
    differs: list[str]
    says: re.Pattern[str] | None

    def about(self, line: Line) -> bool:
        """Whether it is about this line."""
        return bool((not self.families or line.family in self.families) and self.lines.search(line.text))


KINDS = {
    "defect": "a defect of `openstack` that is not copied",
    "design": "on purpose",
    "server": "Keystone answers the two programs differently",
}


def reasons() -> list[Reason]:
    """All listed differences."""
    found = []
    for one in tomllib.loads(KNOWN.read_text(encoding="utf-8")).get("difference", []):
        if one["kind"] not in KINDS:
            raise Wrong(f"known.toml: {one['why']!r} is of no kind: {', '.join(KINDS)}")
        if unknown := one.keys() - {"why", "kind", "lines", "families", "differs", "says"}:
            raise Wrong(f"known.toml: {one['why']!r} has unknown keys: {', '.join(unknown)}")
        lines = "|".join(f"(?:{pattern})" for pattern in one["lines"])
        says = re.compile(one["says"], re.MULTILINE) if "says" in one else None
        found.append(
            Reason(one["why"], one["kind"], re.compile(lines), one.get("families", []), one["differs"], says)
        )
    return found
