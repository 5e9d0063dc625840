"""Runs the suites in every way, two at a time, and compares the failures with `known.toml`.

usage: run.py [SUITE/WAY [part of a test's name …]]

Exits with 1 if a failure is new, has another cause than the known one, no longer occurs, or has a reason
whose row is in no document.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# The longest first.
WAYS = [
    "keystoneauth1/both",
    "keystoneauth1/session",
    "keystoneclient/client",
    "keystoneclient/session",
    "keystoneauth1/plugin",
]
PREFIX = {"keystoneauth1": "keystoneauth1.tests.unit.", "keystoneclient": "keystoneclient.tests.unit.v3."}


def outcomes(way, parts=()):
    """Run a suite in one way: returns each test's name, and None or the text of its failure."""
    suite, _, how = way.partition("/")
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "result.json"
        began = time.monotonic()
        run = subprocess.run(
            [sys.executable, HERE / "one.py", suite, how, result, *parts], capture_output=True, text=True
        )
        if not result.exists():
            sys.exit(f"{way} did not complete:\n{run.stdout[-2000:]}\n{run.stderr[-4000:]}")
        made = json.loads(result.read_text())
    made["of"] = {name.removeprefix(PREFIX[suite]): words for name, words in made["of"].items()}
    made["seconds"] = time.monotonic() - began
    return made


def expanded(name):
    """`test_x(a|b)` is two tests: `test_x(a)` and `test_x(b)`."""
    if found := re.fullmatch(r"(.+)\((.+)\)", name):
        return [f"{found[1]}({it})" for it in found[2].split("|")]
    return [name]


def known():
    """Return the reason of each known failure by way and test, and what is wrong with the list itself."""
    by_way = {way: {} for way in WAYS}
    problems = []
    for reason in tomllib.loads((HERE / "known.toml").read_text())["reason"]:
        if reason["class"] not in ("a", "b", "c", "d"):
            problems.append(f"`{reason['why']}` has no valid class: a, b, c or d")
        if reason["class"] == "b":
            problems += without_row(reason)
        for way in reason["ways"]:
            for name in (it for test in reason["tests"] for it in expanded(test)):
                if name in by_way[way]:
                    problems.append(f"{way} {name} is listed twice")
                by_way[way][name] = reason
    return by_way, problems


def without_row(reason):
    """Check that a document has a row or list item that begins like this."""
    document, _, row = reason.get("row", "").partition(": ")
    path = ROOT / document
    lines = path.read_text().splitlines() if path.is_file() else []
    if row and any(line.lstrip("-| ").startswith(row) for line in lines):
        return []
    return [f"`{reason['why']}` names no row of a document: {reason.get('row')!r}"]


def compared(way, made, reasons):
    """Yield the differences from the known failures."""
    failed = {name: words for name, words in made["of"].items() if words is not None}
    for name, words in failed.items():
        last = words.strip().splitlines()[-1][:200]
        if name not in reasons:
            yield f"NEW   {way} {name}: {last}"
        elif not re.search(reasons[name]["says"], words):
            yield f"OTHER {way} {name}: {last} (known: {reasons[name]['says']})"
    for name in reasons.keys() - failed.keys():
        what = "passes" if name in made["of"] else "no longer exists"
        yield f"GONE  {way} {name} {what}: remove it from dev/suite/known.toml"


def shown(way, made, reasons):
    """One line of the summary."""
    failed = [name for name, words in made["of"].items() if words is not None]
    classes = Counter(reasons[name]["class"] if name in reasons else "new" for name in failed)
    passed = len(made["of"]) - len(failed) - made["skipped"]
    by_class = ", ".join(f"{kind} {count}" for kind, count in sorted(classes.items()))
    why = f" ({by_class})" if failed else ""
    sent = f"{made['sent']} sent requests over the wire, {made['seconds']:.0f} s"
    return f"{way}: {passed} passed, {len(failed)} failed{why}, {made['skipped']} skipped; {sent}"


def main():
    way, *parts = sys.argv[1:] or [None]
    if way is not None:
        for name, words in outcomes(way, parts)["of"].items():
            if words is not None or parts:
                print(f"{'passed' if words is None else 'FAILED'} {name}\n{words or ''}")
        return 0
    reasons, problems = known()
    # Each process is busy for half of the time, and waits for the other half.
    with ThreadPoolExecutor(2) as pool:
        for way, made in zip(WAYS, pool.map(outcomes, WAYS), strict=True):
            print(shown(way, made, reasons[way]), flush=True)
            problems += compared(way, made, reasons[way])
    print("a: a bug of ours, b: a documented difference, c: their private parts, d: an artefact")
    for problem in sorted(problems):
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
