#!/usr/bin/env python3
"""Runs every code block of the documents, as written, against a real cloud.

The cloud is the one that `dev/services up` starts: Keystone with a real Placement and a real Glance. In the
code, only the address `http(s)://keystone.example:5000/v3` is replaced by that Keystone's. The blocks of a
page run in order, in one shell, one Python process and one Rust program: a page may use the results of
earlier blocks.

    dev/test_docs.py [PAGE …]
    dev/test_docs.py --static     only the checks that need neither a cloud nor a build of the library
    dev/test_docs.py --links      only checks links

Needs the program (`cargo build --package archstone-cli`) and the Python package. `docs_pages.py` lists the
pages that are run.

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

import ast
import collections
import configparser
import contextlib
import itertools
import json
import os
import pty
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import termios
import textwrap
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from docs_pages import ELSEWHERE, PAGES, REPOSITORY, Page

ADDRESS = re.compile(r"https?://keystone\.example:5000/v3")
FENCE = re.compile(r"(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<language>[\w+-]*)[^`]*")
TAG = re.compile(r"\s*<!-- not-run: (?P<reason>.+) -->")
FILE = re.compile(r"(?:#|//) (?P<name>~?[\w./-]+\.\w+)\n")
# Separates the outputs of two commands.
MARK = "\x1e"

SHELL = ("console", "sh", "bash")
CODE = ("python", "pycon", "rust")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    number: int
    language: str
    text: str
    # The reason for not running it.
    reason: str = ""

    @property
    def place(self) -> str:
        return f"{self.page}:{self.number}"

    @property
    def file(self) -> str:
        """The file name under which the reader saves it."""
        match = FILE.match(self.text)
        return match["name"] if match and self.language not in ("console", "text", "rust") else ""

    @property
    def runs(self) -> bool:
        return not self.reason and not self.file


def blocks_in(page: str, text: str) -> list[Block]:
    found: list[Block] = []
    lines = text.splitlines()
    position = 0
    while position < len(lines):
        if start := FENCE.fullmatch(lines[position]):
            after = range(position + 1, len(lines))
            end = next((at for at in after if lines[at].strip() == start["fence"]), len(lines))
            inside = textwrap.dedent("".join(f"{line}\n" for line in lines[position + 1 : end]))
            tag = TAG.fullmatch(lines[position - 1]) if position else None
            reason = tag["reason"] if tag else ""
            found.append(Block(page, position + 1, start["language"], inside, reason))
            position = end
        position += 1
    return found


@cache
def all_blocks(page: str) -> list[Block]:
    return blocks_in(page, (REPOSITORY / page).read_text())


def blocks(page: str, *languages: str) -> list[Block]:
    """The blocks that are run."""
    return [block for block in all_blocks(page) if block.language in languages and block.runs]


def is_program(block: Block) -> bool:
    return block.language == "rust" and "fn main()" in block.text


def shown_by(page: str) -> dict[Block, Block]:
    """The expected output: blocks of text, by the block that prints them."""
    return {
        before: block
        for before, block in itertools.pairwise(all_blocks(page))
        if block.language == "text"
        and block.runs
        and before.runs
        and (before.language in (*SHELL, "python") or is_program(before))
    }


# ------------------------------------------------------------------- the shell


@dataclass
class Command:
    """A command line after `$ `, and its output on the page."""

    line: str
    shown: list[str]
    is_script: bool = False


def commands(text: str) -> list[Command]:
    found: list[Command] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:], []))
        elif found and found[-1].line.endswith("\\"):
            found[-1].line += "\n" + line
        elif found:
            found[-1].shown.append(line)
    return found


def comparable(line: str) -> str:
    """A line without what differs from run to run: IDs, tokens, times, ports, and the width of columns."""
    for pattern, name in [
        (r"gAAAA[\w=…-]+", "TOKEN"),
        (r"\b[0-9a-f]{32}\b", "ID"),
        (r"\d{4}-\d\d-\d\dT[\d:]+(?:Z|\+0000)", "TIME"),
        (r"127\.0\.0\.1:\d+|keystone\.example:5000", "ADDRESS"),
    ]:
        line = re.sub(pattern, name, line)
    return re.sub(r"-{3,}", "---", " ".join(line.split()))


def matches(shown: str, printed: str) -> bool:
    """Whether a line matches the page; `…` matches anything."""
    parts = [re.escape(part.strip()) for part in comparable(shown).split("…")]
    return re.fullmatch(r".*".join(parts) + r"\s*", comparable(printed)) is not None


# Where a program of a page serves.
SERVICE = "127.0.0.1:8000"


@cache
def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return f"127.0.0.1:{found.getsockname()[1]}"


def here(text: str, address: str) -> str:
    """What is on a page, with the addresses of this machine."""
    return ADDRESS.sub(address, text).replace(SERVICE, free_address())


def is_elsewhere(line: str) -> bool:
    return any(line.startswith(start) for start in ELSEWHERE)


def in_terminal(command: list[str], environment: dict[str, str], folder: Path, typed: str) -> str:
    """Runs a command in a terminal where each password prompt is answered; returns the output."""
    ours, theirs = pty.openpty()
    modes = termios.tcgetattr(theirs)
    modes[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, modes)
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    printed, answered = b"", 0
    # Reading fails once the command has ended and closed the terminal.
    with contextlib.suppress(OSError):
        while piece := os.read(ours, 65536):
            printed += piece
            if typed and (asked := printed.count(b"assword: ")) > answered:
                os.write(ours, typed.encode())
                answered = asked
    os.close(ours)
    process.wait()
    return printed.decode()


def steps(page: str) -> list[Command | Block]:
    """The steps in the shell, in order: commands, and files that the reader saves."""
    shown = shown_by(page)
    found: list[Command | Block] = []
    for block in all_blocks(page):
        if block.file:
            found.append(block)
        if not block.runs or block.language not in SHELL:
            continue
        typed = (
            commands(block.text)
            if block.language == "console"
            else [Command(block.text.rstrip(), [], is_script=True)]
        )
        if block in shown:
            typed[-1].shown += shown[block].text.splitlines()
        found += [command for command in typed if not is_elsewhere(command.line)]
    return found


def save(block: Block, address: str) -> str:
    """A command that saves a file that only its owner can read, since it may contain a password."""
    name = block.file.replace("~", "$HOME", 1)
    text = ADDRESS.sub(address, block.text)
    return f'mkdir -p "$(dirname "{name}")" && (umask 077 && cat >"{name}") <<\'SAVED\'\n{text}SAVED'


def run_shell(page: str, about: Page, environment: dict[str, str], folder: Path) -> list[str]:
    todo = steps(page)
    typed = [step for step in todo if isinstance(step, Command)]
    address = environment["OS_AUTH_URL"]
    script = [about.shell]
    for step in todo:
        if isinstance(step, Block):
            script.append(save(step, address))
        else:
            # A script fails if one of its commands fails.
            script += [
                "failed=0; trap 'failed=$?' ERR" if step.is_script else "",
                here(step.line, address),
                f"printf '\\n{MARK}%s{MARK}' $" + ("failed; trap - ERR" if step.is_script else "?"),
            ]
    (folder / "page.sh").write_text("\n".join(script) + "\n")
    answers = in_terminal(["bash", "page.sh"], environment, folder, about.typed).split(MARK)
    problems = []
    for position, command in enumerate(typed):
        answer, status = [*answers[2 * position : 2 * position + 2], "", "missing"][:2]
        fails = any(line.startswith("error:") for line in command.shown)
        if (status == "0") == fails:
            problems.append(f"{page}: `{command.line}` ended with {status}: {answer.strip()}")
        problems += not_printed(f"{page}: `{command.line}`", command.shown, answer)
    return problems


def not_printed(what: str, shown: list[str], printed: str) -> list[str]:
    lines = printed.splitlines()
    return [
        f"{what} does not print `{line}`: {printed.strip()}"
        for line in shown
        if line.strip() and not any(matches(line, it) for it in lines)
    ]


# ------------------------------------------------------------ Python and Rust


def has_tests(block: Block) -> bool:
    return re.search(r"^(async )?def test_", block.text, re.MULTILINE) is not None


def interactive(block: Block) -> tuple[str, list[str]]:
    """Input at Python's prompt, as a program with the same output as the prompt; and the expected output."""
    code, typed, shown = ["import sys, traceback"], [], []
    for line in [*block.text.splitlines(), ">>> "]:
        if line.startswith("... "):
            typed.append(line[4:])
        elif line.startswith(">>>"):
            if typed:
                source = "\n".join(typed) + "\n"
                code += [
                    "try:",
                    f"    exec(compile({source!r}, 'prompt', 'single'), globals())",
                    "except Exception as error:",
                    "    print(*traceback.format_exception_only(error), sep='')",
                ]
            typed = [line[4:]]
        else:
            shown.append(line)
    return "\n".join(code), shown


RUN_PYTHON = """\
import ast, asyncio, inspect, pathlib, sys
source = pathlib.Path(sys.argv[1]).read_text()
code = compile(source, sys.argv[1], "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
async def main():
    outcome = eval(code, {"__name__": "__main__"})
    if inspect.iscoroutine(outcome):
        await outcome
asyncio.run(main())
"""


def run_python(page: str, about: Page, environment: dict[str, str], folder: Path) -> list[str]:
    address = environment["OS_AUTH_URL"]
    shown = {before: block.text.splitlines() for before, block in shown_by(page).items()}
    run = [block for block in blocks(page, "python", "pycon") if not has_tests(block)]
    code, problems = [about.python], []
    for block in run:
        if block.language == "pycon":
            text, shown[block] = interactive(block)
        else:
            text = block.text
        code += [f"print({MARK!r}, flush=True)", text]
    source = ADDRESS.sub(address, "\n".join(code))
    try:
        compile(source, page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        return [f"{page}: {error}"]
    (folder / "page.py").write_text(source)
    if run:
        done = finished([sys.executable, "-c", RUN_PYTHON, "page.py"], environment, folder)
        if done.returncode != 0:
            return [f"{page}: {done.stdout.replace(MARK, '')}{done.stderr}"]
        for block, printed in zip(run, done.stdout.split(MARK)[1:], strict=True):
            problems += not_printed(f"{block.place}: the block", shown.get(block, []), printed)
    if tests := [block.text for block in blocks(page, "python") if has_tests(block)]:
        (folder / "test_page.py").write_text(ADDRESS.sub(address, "\n".join(tests)))
        pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_page.py"]
        problems += outcome(page, pytest, environment, folder)
    return problems


def finished(
    command: list[str], environment: dict[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def outcome(page: str, command: list[str], environment: dict[str, str], folder: Path) -> list[str]:
    done = finished(command, environment, folder)
    return [] if done.returncode == 0 else [f"{page}: {done.stdout}{done.stderr}"]


TOKIO_TEST = re.compile(r"#\[tokio::test\]\n(async fn (\w+)\(\))")


def rust_of(page: str, about: Page, address: str) -> list[str]:
    """The programs of a page: each block with a `main`, and one of all other blocks."""
    found = blocks(page, "rust")
    programs = [block.text for block in found if is_program(block)]
    if rest := [block.text for block in found if not is_program(block)]:
        code = "\n".join(rest)
        # Tests are called as functions of a program.
        calls = "".join(f"{name}().await;\n" for _, name in TOKIO_TEST.findall(code))
        code = TOKIO_TEST.sub(r"\1", code)
        programs.append(
            "#![allow(warnings)]\n#[tokio::main]\nasync fn main() -> archstone::Result<()> {\n"
            f"{about.rust}{code}\n{calls}Ok(())\n}}\n"
        )
    return [here(program, address) for program in programs]


MANIFEST = """\
[workspace]
[package]
name = "docs"
version = "0.0.0"
edition = "2024"
[dependencies]
archstone = {{ path = "{repository}/crates/archstone" }}
archstone-testing = {{ path = "{repository}/crates/archstone-testing" }}
axum = {{ version = "0.8", default-features = false, features = ["http1", "json", "tokio"] }}
serde_json = "1"
tokio = {{ version = "1", features = ["macros", "rt-multi-thread", "net"] }}
"""


def target() -> Path:
    return Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))


def build_rust(pages: dict[str, Page], address: str) -> Path:
    """Builds a program for each page, in a separate crate with the lock file and target of the workspace."""
    if not pages:
        return target() / "debug"
    crate = target() / "docs"
    shutil.rmtree(crate, ignore_errors=True)
    (crate / "src/bin").mkdir(parents=True)
    (crate / "Cargo.toml").write_text(MANIFEST.format(repository=REPOSITORY))
    shutil.copy(REPOSITORY / "Cargo.lock", crate)
    for page, about in pages.items():
        for number, source in enumerate(rust_of(page, about, address)):
            (crate / "src/bin" / f"{program(page, number)}.rs").write_text(source)
    subprocess.run(
        ["cargo", "build", "--quiet", "--offline", "--bins", "--target-dir", target()],
        cwd=crate,
        check=True,
    )
    return target() / "debug"


def run_rust(page: str, about: Page, environment: dict[str, str], folder: Path, programs: Path) -> list[str]:
    problems = []
    with_main = [block for block in blocks(page, "rust") if is_program(block)]
    shown = shown_by(page)
    for number, _ in enumerate(rust_of(page, about, "")):
        done = finished([str(programs / program(page, number))], environment, folder)
        if done.returncode != 0:
            problems.append(f"{page}: {done.stdout}{done.stderr}")
        elif number < len(with_main) and with_main[number] in shown:
            block = with_main[number]
            problems += not_printed(
                f"{block.place}: the program", shown[block].text.splitlines(), done.stdout
            )
    return problems


@contextlib.contextmanager
def serving(page: str, environment: dict[str, str], folder: Path, programs: Path) -> Iterator[None]:
    """Runs the program of a page until its commands have run."""
    process = subprocess.Popen([programs / program(page, 0)], cwd=folder, env=environment)
    host, port = free_address().split(":")
    try:
        while process.poll() is None:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection((host, int(port))):
                break
            time.sleep(0.05)
        yield
    finally:
        process.kill()
        process.wait()


def program(page: str, number: int) -> str:
    return f"docs-{page.removesuffix('.md').replace('/', '-').lower()}-{number}"


# --------------------------------------------------------- what is only parsed


# Findings of `archstone config check` that are only due to this machine.
OF_THE_READER = re.compile(r"cannot be read|the configuration lacks")


def parse_yaml(block: Block) -> str:
    """The problem with it, if any."""
    for document in yaml.safe_load_all(block.text):
        if block.reason or not isinstance(document, dict):
            continue
        text = block.text
        if {"auth", "auth_type"} & document.keys():
            # A single entry of a file.
            text = "clouds:\n  demo:\n" + textwrap.indent(text, "    ")
        elif not {"clouds", "public-clouds", "cache"} & document.keys():
            continue
        name = "clouds-public.yaml" if "public-clouds" in document else "clouds.yaml"
        with tempfile.TemporaryDirectory() as home:
            file = Path(home) / ".config/openstack" / name
            file.parent.mkdir(parents=True)
            file.write_text(text)
            file.chmod(0o600)
            environment = {"PATH": os.environ["PATH"], "HOME": home}
            command = [str(target() / "debug/archstone"), "config", "check", "-f", "json"]
            done = finished(command, environment, Path(home))
        if done.returncode not in (0, 3):
            return done.stderr
        found = [it["Finding"] for it in json.loads(done.stdout)]
        if left := [it for it in found if not OF_THE_READER.search(it)]:
            return "; ".join(left)
    return ""


def parse_rust(block: Block) -> str:
    """Whether rustfmt can parse it, as a file or as the body of a function."""
    for source in (block.text, f"async fn page() {{\n{block.text}\n}}\n"):
        done = subprocess.run(
            ["rustfmt", "--edition", "2024", "--emit", "stdout"],
            input=source,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == 0:
            return ""
    return done.stderr


def parse_shell(block: Block) -> str:
    text = block.text
    if block.language == "console":
        text = "\n".join(command.line for command in commands(text))
    done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


def parse(block: Block) -> str | None:
    """The problem with the block, if any; `None` if its language is not supported."""
    text = block.text
    try:
        match block.language:
            case "console" | "sh" | "bash":
                return parse_shell(block)
            case "python":
                compile(text, block.place, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            case "pycon":
                compile(interactive(block)[0], block.place, "exec")
            case "rust":
                return parse_rust(block)
            case "yaml":
                return parse_yaml(block)
            case "toml":
                tomllib.loads(text)
            case "ini":
                configparser.ConfigParser(interpolation=None).read_string(text)
            case "json":
                json.loads(text)
            case _:
                return None
    except (SyntaxError, ValueError, yaml.YAMLError, configparser.Error) as error:
        return str(error)
    return ""


# Generated by `dev/reference` from the descriptions of the commands. The program's own tests parse the
# examples there, and compare the pages with the descriptions.
GENERATED = "docs/reference/"


def is_run(block: Block) -> bool:
    if not block.runs or block.page.startswith(GENERATED):
        return False
    if block.language == "console":
        return any(not is_elsewhere(command.line) for command in commands(block.text))
    return block.language in (*SHELL, *CODE)


def is_saved_and_used(block: Block) -> bool:
    """Whether one of the commands below a program contains its file name."""
    below = [
        it
        for it in all_blocks(block.page)
        if it.number > block.number and it.language in SHELL and not it.file
    ]
    name = Path(block.file).stem
    return any(name in it.text for it in below)


def static_problems(pages: list[str], counts: collections.Counter[tuple[str, str]]) -> list[str]:
    """The problems of blocks that are not run, and the number of blocks by treatment."""
    problems = []
    for block in (block for page in pages for block in all_blocks(page)):
        shown = block in shown_by(block.page).values()
        if is_run(block) or (shown and block.runs):
            counts["run", block.language] += 1
            continue
        wrong = None if block.page.startswith(GENERATED) else parse(block)
        if wrong:
            problems.append(f"{block.place}: {wrong.strip()}")
        if block.reason:
            counts["not run" + ("" if wrong is None else ", but parsed"), block.reason] += 1
        elif block.page.startswith(GENERATED):
            counts["not run", "generated from the program's help, and tested with it"] += 1
        elif block.language == "console":
            counts["not run, but parsed", "commands of ELSEWHERE"] += 1
        elif block.file and block.language in (*SHELL, *CODE):
            counts["run", f"{block.language}, saved as a file"] += 1
            if not is_saved_and_used(block):
                problems.append(f"{block.place}: no command below runs `{block.file}`")
        elif wrong is None:
            language = f"`{block.language}`" if block.language else "no language"
            problems.append(
                f"{block.place}: a block ({language}) that is not run needs a reason: <!-- not-run: … -->"
            )
        else:
            counts["parsed", block.language] += 1
    return problems


def print_counts(counts: collections.Counter[tuple[str, str]]) -> None:
    print(f"\n{counts.total()} blocks")
    for state in sorted({state for state, _ in counts}, reverse=True):
        of_state = [(number, what) for (it, what), number in counts.items() if it == state]
        print(f"  {state}: {sum(number for number, _ in of_state)}")
        for number, what in sorted(of_state, reverse=True):
            print(f"    {number:4} {what}")


# ------------------------------------------------------------------- all of it


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
