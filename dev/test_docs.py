#!/usr/bin/env python3
"""Runs every command and every piece of code in the documents, as written, against a real cloud.

The cloud is the one that `dev/services up` starts: Keystone with a real Placement and a real Glance. In what
is run, only the address `http(s)://keystone.example:5000/v3` is replaced by that Keystone's. The blocks of a
page run in order, in one shell, one Python process and one Rust program: a page may go on with what it made.

    dev/test_docs.py [PAGE …]
    dev/test_docs.py --links      only checks that links lead somewhere

Needs the program (`cargo build --package archstone-cli`) and the Python package. Below are the pages, with
the user who reads it and what the page takes for granted, and the few commands that other steps of `dev/test`
run.
"""

import ast
import contextlib
import os
import pty
import re
import shutil
import subprocess
import sys
import tempfile
import termios
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(r"https?://keystone\.example:5000/v3")
BLOCK = re.compile(
    r"^```(?P<language>console|python|rust)[^\n]*\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL
)
# Between the answers of two commands.
MARK = "\x1e"

ELSEWHERE = {
    "dev/try": "builds and starts everything: run by hand, from a clean clone",
    "dev/test": "is what runs this",
    "pip install -r": "is how dev/test makes the environment for tests",
    "maturin develop": "is how dev/test installs the package, with another profile",
    "pytest": "is a step of dev/test",
    "bench/": "measures, on a quiet machine",
    "dev/fleet": "takes longer than a test may",
}


@dataclass(frozen=True)
class Page:
    """A document: who reads it, and what its code takes for granted."""

    user: str = "alice"
    # What is typed at prompts.
    typed: str = ""
    shell: str = ""
    python: str = ""
    rust: str = ""


CLIENTS = """\
import archstone
client = archstone.Client.from_env()
async_client = archstone.AsyncClient.from_env()
"""
# A page can be run again.
LEFT_OVER = """\
for manager, name in [
    (client.projects, "website"), (client.users, "ada"), (client.groups, "docs"),
    *((client.users, f"docs-{number}") for number in range(4)),
]:
    for left_over in manager.list(name=name):
        manager.delete(left_over)
"""
RUST_CLIENT = "let client = archstone::Client::from_env()?;\n"

RUST_LEFT_OVER = """\
for left_over in client.identity().projects().list().name("website").all().await? {
    client.identity().projects().delete(&left_over).await?;
}
for name in ["ada", "docs-4"] {
    for left_over in client.identity().users().list().name(name).all().await? {
        client.identity().users().delete(&left_over).await?;
    }
}
"""

PAGES = {
    "README.md": Page(typed="alice-secret\n", shell="unset ${!OS_*}"),
    "crates/archstone-cli/README.md": Page(
        shell="""\
cat >clouds.yaml <<END
clouds:
  demo: {auth: {auth_url: "$OS_AUTH_URL", username: alice, password: alice-secret}}
END
unset OS_AUTH_URL OS_USERNAME OS_PASSWORD OS_USER_DOMAIN_NAME
""",
    ),
    "python/README.md": Page(python="import archstone\n"),
    "docs/command-line.md": Page(),
    "docs/configuration.md": Page(
        typed="alice-secret\n",
        shell="""\
cat >clouds.yaml <<END
clouds:
  demo: {auth: {auth_url: "$OS_AUTH_URL", username: alice}}
END
echo "export OS_AUTH_URL=$OS_AUTH_URL OS_USERNAME=bob OS_PASSWORD=bob-secret" >demo-openrc.sh
""",
        python="from archstone import Client\n",
    ),
    "docs/errors.md": Page(
        python=CLIENTS + "def retry_later(seconds): ...\n",
        rust=RUST_CLIENT + "fn retry_later(_: Option<std::time::Duration>) {}\n",
    ),
    "docs/identity.md": Page(
        user="admin",
        python=CLIENTS
        + LEFT_OVER
        + "group = client.groups.create('docs', domain='default')\n"
        + "arriving = [client.users.create('docs-0', domain='default')]\n"
        + "names = ['docs-1', 'docs-2']\n"
        + "ids = [client.users.create('docs-3', domain='default').id]\n",
        rust="use archstone::identity::{Bulk, Match};\n"
        + RUST_CLIENT
        + RUST_LEFT_OVER
        + 'let ids = vec![client.identity().users().create("docs-4").domain("default").await?.id];\n',
    ),
    "docs/insight.md": Page(
        user="admin",
        python=CLIENTS,
        shell="""\
export LC_ALL=C.UTF-8
cat >clouds.yaml <<END
clouds:
  staging: &cloud
    auth: {auth_url: "$OS_AUTH_URL", username: admin, password: admin-secret}
    project_name: admin
  production: *cloud
END
""",
        rust=RUST_CLIENT,
    ),
    "docs/keystoneauth.md": Page(user="admin", shell="export ARCHSTONE_TOKEN_CACHE=none", python=CLIENTS),
    "docs/keystoneclient.md": Page(
        user="admin",
        python=CLIENTS
        + LEFT_OVER
        + "from archstone.keystoneauth import Session\nsession = Session(auth=client)\n",
    ),
    "docs/services.md": Page(python=CLIENTS, rust="use archstone::VersionRange;\n" + RUST_CLIENT),
    "docs/token-cache.md": Page(shell="archstone token issue >/dev/null"),
}


def blocks(page: str, language: str) -> list[str]:
    text = (REPOSITORY / page).read_text()
    return [match["text"] for match in BLOCK.finditer(text) if match["language"] == language]


# ------------------------------------------------------------------- the shell


@dataclass
class Command:
    """What is typed after `$ `, and what the page shows below it."""

    line: str
    shown: list[str]


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
    """A line without what differs from run to run: ids, tokens, times, ports, and the width of columns."""
    for pattern, name in [
        (r"gAAAA[\w=…-]+", "TOKEN"),
        (r"\b[0-9a-f]{32}\b", "ID"),
        (r"\d{4}-\d\d-\d\dT[\d:]+(?:Z|\+0000)", "TIME"),
        (r"127\.0\.0\.1:\d+|keystone\.example:5000", "ADDRESS"),
    ]:
        line = re.sub(pattern, name, line)
    return re.sub(r"-{3,}", "---", " ".join(line.split()))


def matches(shown: str, printed: str) -> bool:
    """Whether a line is as shown; `…` stands for anything."""
    parts = [re.escape(part.strip()) for part in comparable(shown).split("…")]
    return re.fullmatch(r".*".join(parts) + r"\s*", comparable(printed)) is not None


def is_elsewhere(line: str) -> bool:
    return any(line.startswith(start) for start in ELSEWHERE)


def in_terminal(command: list[str], environment: dict[str, str], folder: Path, typed: str) -> str:
    """Runs a command in a terminal where each question for a password is answered; all that is printed."""
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
    # The other end is closed when the command has ended.
    with contextlib.suppress(OSError):
        while piece := os.read(ours, 65536):
            printed += piece
            if typed and (asked := printed.count(b"assword: ")) > answered:
                os.write(ours, typed.encode())
                answered = asked
    os.close(ours)
    process.wait()
    return printed.decode()


def run_shell(page: str, about: Page, environment: dict[str, str], folder: Path) -> list[str]:
    typed = [it for text in blocks(page, "console") for it in commands(text) if not is_elsewhere(it.line)]
    address = environment["OS_AUTH_URL"]
    script = [about.shell]
    for command in typed:
        script += [ADDRESS.sub(address, command.line), f"printf '\\n{MARK}%s{MARK}' $?"]
    (folder / "page.sh").write_text("\n".join(script) + "\n")
    answers = in_terminal(["bash", "page.sh"], environment, folder, about.typed).split(MARK)
    problems = []
    for position, command in enumerate(typed):
        answer, status = [*answers[2 * position : 2 * position + 2], "", "missing"][:2]
        fails = any(line.startswith("error:") for line in command.shown)
        if (status == "0") == fails:
            problems.append(f"{page}: `{command.line}` ended with {status}: {answer.strip()}")
        lines = answer.splitlines()
        problems += [
            f"{page}: `{command.line}` does not print `{shown}`: {answer.strip()}"
            for shown in command.shown
            if shown.strip() and not any(matches(shown, line) for line in lines)
        ]
    return problems


# ------------------------------------------------------------ Python and Rust


def python_of(page: str, about: Page, address: str) -> str:
    return ADDRESS.sub(address, about.python + "\n".join(blocks(page, "python")))


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
    source = python_of(page, about, environment["OS_AUTH_URL"])
    try:
        compile(source, page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        return [f"{page}: {error}"]
    (folder / "page.py").write_text(source)
    return outcome(page, [sys.executable, "-c", RUN_PYTHON, "page.py"], environment, folder)


def outcome(page: str, command: list[str], environment: dict[str, str], folder: Path) -> list[str]:
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return [] if done.returncode == 0 else [f"{page}: {done.stdout}{done.stderr}"]


def rust_of(page: str, about: Page, address: str) -> str:
    """A program of the page's blocks: one with a `main` is a program already."""
    code = "\n".join(blocks(page, "rust"))
    if "fn main()" not in code:
        code = (
            "#![allow(warnings)]\n#[tokio::main]\nasync fn main() -> archstone::Result<()> {\n"
            f"{about.rust}{code}\nOk(())\n}}\n"
        )
    return ADDRESS.sub(address, code)


MANIFEST = """\
[workspace]
[package]
name = "docs"
version = "0.0.0"
edition = "2024"
[dependencies]
archstone = {{ path = "{repository}/crates/archstone" }}
serde_json = "1"
tokio = {{ version = "1", features = ["macros", "rt-multi-thread"] }}
"""


def build_rust(pages: dict[str, Page], address: str) -> Path:
    """A program for each page, in a crate of its own with the lock file and target of the workspace."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    crate = target / "docs"
    shutil.rmtree(crate, ignore_errors=True)
    (crate / "src/bin").mkdir(parents=True)
    (crate / "Cargo.toml").write_text(MANIFEST.format(repository=REPOSITORY))
    shutil.copy(REPOSITORY / "Cargo.lock", crate)
    for page, about in pages.items():
        (crate / "src/bin" / f"{program(page)}.rs").write_text(rust_of(page, about, address))
    subprocess.run(
        ["cargo", "build", "--quiet", "--offline", "--bins", "--target-dir", target],
        cwd=crate,
        check=True,
    )
    return target / "debug"


def program(page: str) -> str:
    return "docs-" + page.removesuffix(".md").replace("/", "-").lower()


# ------------------------------------------------------------------- all of it


def environment_of(user: str, folder: Path) -> dict[str, str]:
    """The shell of somebody who has started the cloud, and nothing else."""
    printed = subprocess.run(
        [REPOSITORY / "dev/keystone", "env", user, "services"], capture_output=True, text=True, check=True
    ).stdout
    lines = f"set -a; {printed}\nenv -0"
    clean = {
        key: value for key, value in os.environ.items() if not key.startswith(("OS_", "ARCHSTONE_", "XDG_"))
    }
    done = subprocess.run(["bash", "-c", lines], env=clean, capture_output=True, text=True, check=True)
    environment = dict(line.split("=", 1) for line in done.stdout.split("\0") if "=" in line)
    target = Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))
    # Documents show no colors, which a terminal would get.
    more = {"HOME": str(folder), "PATH": f"{target / 'debug'}:{environment['PATH']}", "NO_COLOR": "1"}
    return environment | more


def unlisted() -> list[str]:
    """Pages with something to run that nobody runs."""
    there = [
        "README.md",
        "python/README.md",
        *(f"docs/{it.name}" for it in sorted((REPOSITORY / "docs").glob("*.md"))),
    ]
    run = [command for page in there for text in blocks(page, "console") for command in commands(text)]
    unused = [start for start in ELSEWHERE if not any(command.line.startswith(start) for command in run)]
    problems = [f"`{start}` is in no document" for start in unused]
    for page in set(there) - PAGES.keys() - {"docs/testing.md"}:
        if any(
            not is_elsewhere(command.line) for text in blocks(page, "console") for command in commands(text)
        ):
            problems.append(f"{page} has commands that are not run: add it to PAGES")
        if blocks(page, "python") or blocks(page, "rust"):
            problems.append(f"{page} has code that is not run: add it to PAGES")
    return problems


def anchor(heading: str) -> str:
    """What GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def dead_links() -> list[str]:
    """Links between the documents that lead nowhere."""
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
    problems = unlisted() + dead_links()
    if sys.argv[1:] == ["--links"]:
        print(*problems, sep="\n", file=sys.stderr, end="")
        return 1 if problems else 0
    wanted = sys.argv[1:] or list(PAGES)
    address = subprocess.run(
        [REPOSITORY / "dev/keystone", "url", "services"], capture_output=True, text=True, check=True
    ).stdout.strip()
    with_rust = {page: PAGES[page] for page in wanted if blocks(page, "rust")}
    programs = build_rust(with_rust, address)
    for page in wanted:
        about = PAGES[page]
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            environment = environment_of(about.user, folder)
            found = run_shell(page, about, environment, folder)
            if blocks(page, "python"):
                found += run_python(page, about, environment, folder)
            if page in with_rust:
                found += outcome(page, [str(programs / program(page))], environment, folder)
        print(f"{page}: {'ok' if not found else 'FAILED'}")
        problems += found
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
