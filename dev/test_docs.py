#!/usr/bin/env python3
"""Runs every code block of the documents, as written, against a real cloud.

The cloud is the one that `dev/services up` starts: Keystone with a real Placement and a real Glance. In the
code, only the address `http(s)://keystone.example:5000/v3` is replaced by that Keystone's. The blocks of a
page run in order, in one shell, one Python process and one Rust program: a page may use the results of
earlier blocks.

    dev/test_docs.py [PAGE …]
    dev/test_docs.py --static     only the checks that need neither a cloud nor a build of the library
    dev/test_docs.py --links      only checks links

Needs the program (`cargo build --package archstone-cli`) and the Python package. `docs_lib/pages.py` lists
the pages that are run.

The language of a block determines how it is checked:

    console, sh, bash      run in the shell; below a `$ ` line is its output, and `…` matches anything
    python, pycon, rust    run, or in pytest if there are functions `test_…`
    text                   the output of the previous block
    yaml, toml, ini, json  parsed; a clouds.yaml is checked with `archstone config check`

A block whose first line is a comment with only a file name is a file, which is saved before the commands
below it run; one of these commands must run it if it is a program. A block that cannot be run has a reason on
the line before, and is at least parsed if it is in one of the languages above:

    <!-- not-run: needs a Kubernetes cluster -->

Any other block fails. The numbers of blocks are printed at the end.
"""

import collections
import contextlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from docs_lib.blocks import all_blocks, blocks, commands
from docs_lib.pages import ELSEWHERE, PAGES, REPOSITORY
from docs_lib.python import run_python
from docs_lib.running import target
from docs_lib.rust import build_rust, run_rust, serving
from docs_lib.shell import run_shell
from docs_lib.static import is_run, print_counts, static_problems


def environment_of(user: str, folder: Path) -> dict[str, str]:
    """The environment of a user who has only started the cloud."""
    printed = subprocess.run(
        [REPOSITORY / "dev/keystone", "env", user, "services"], capture_output=True, text=True, check=True
    ).stdout
    lines = f"set -a; {printed}\nenv -0"
    clean = {
        key: value for key, value in os.environ.items() if not key.startswith(("OS_", "ARCHSTONE_", "XDG_"))
    }
    done = subprocess.run(["bash", "-c", lines], env=clean, capture_output=True, text=True, check=True)
    environment = dict(line.split("=", 1) for line in done.stdout.split("\0") if "=" in line)
    # Documents show no colors, which a terminal would get.
    more = {"HOME": str(folder), "PATH": f"{target() / 'debug'}:{environment['PATH']}", "NO_COLOR": "1"}
    return environment | more


def pages_there() -> list[str]:
    found = [REPOSITORY / "README.md", REPOSITORY / "python/README.md"]
    found += [*REPOSITORY.glob("crates/*/README.md"), *REPOSITORY.glob("docs/**/*.md")]
    return sorted(str(page.relative_to(REPOSITORY)) for page in found if not page.is_symlink())


def unlisted() -> list[str]:
    """Pages with blocks that should be run but are not listed."""
    there = pages_there()
    typed = [command for page in there for it in blocks(page, "console") for command in commands(it.text)]
    unused = [start for start in ELSEWHERE if not any(command.line.startswith(start) for command in typed)]
    problems = [f"`{start}` is in no document" for start in unused]
    return [
        *problems,
        *(f"{page} is in PAGES, and not there" for page in PAGES if page not in there),
        *(
            f"{page} has blocks that are not run: add it to PAGES"
            for page in there
            if page not in PAGES and any(is_run(block) for block in all_blocks(page))
        ),
    ]


def anchor(heading: str) -> str:
    """GitHub's anchor for a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def dead_links() -> list[str]:
    """Broken links between the documents."""
    tracked = subprocess.run(
        ["git", "ls-files", "*.md"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout.split()
    anchors = {}
    for page in tracked:
        text = re.sub(r"^```.*?^```", "", (REPOSITORY / page).read_text(), flags=re.M | re.S)
        anchors[page] = {anchor(heading) for heading in re.findall(r"^#+ (.*)$", text, re.M)}
    problems = []
    for page in tracked:
        for link in re.findall(r"\]\(([^)\s]+)\)", (REPOSITORY / page).read_text()):
            path, _, place = link.partition("#")
            if "://" in link:
                continue
            target = os.path.normpath(Path(page).parent / path) if path else page
            if not (REPOSITORY / target).exists() or (place and place not in anchors.get(target, set())):
                problems.append(f"{page}: the link `{link}` leads nowhere")
    return problems


def main() -> int:
    arguments = sys.argv[1:]
    if unknown := [it for it in arguments if it not in PAGES and it not in ("--links", "--static")]:
        print(f"dev/test_docs.py: no page {unknown[0]!r} in docs_lib/pages.py", file=sys.stderr)
        return 2
    problems = unlisted() + dead_links()
    counts: collections.Counter[tuple[str, str]] = collections.Counter()
    if arguments != ["--links"]:
        problems += static_problems(pages_there(), counts)
    if arguments not in (["--links"], ["--static"]):
        for page, found in run_pages(arguments or list(PAGES)):
            print(f"{page}: {'ok' if not found else 'FAILED'}", flush=True)
            problems += found
    for problem in problems:
        print(problem, file=sys.stderr)
    if counts:
        print_counts(counts)
    return 1 if problems else 0


def run_pages(wanted: list[str]) -> Iterator[tuple[str, list[str]]]:
    address = subprocess.run(
        [REPOSITORY / "dev/keystone", "url", "services"], capture_output=True, text=True, check=True
    ).stdout.strip()
    programs = build_rust({page: PAGES[page] for page in wanted if blocks(page, "rust")}, address)
    for page in wanted:
        about = PAGES[page]
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            environment = environment_of(about.user, folder)
            with serving(page, environment, folder, programs) if about.serves else contextlib.nullcontext():
                found = run_shell(page, about, environment, folder)
            if blocks(page, "python", "pycon"):
                found += run_python(page, about, environment, folder)
            if not about.serves:
                found += run_rust(page, about, environment, folder, programs)
        yield page, found


if __name__ == "__main__":
    sys.exit(main())
