"""Builds and runs the Rust programs of a page."""

import contextlib
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from docs_lib.blocks import blocks, is_program, shown_by
from docs_lib.pages import REPOSITORY, Page
from docs_lib.running import finished, free_address, here, not_printed, target

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
