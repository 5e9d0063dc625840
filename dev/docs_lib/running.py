"""What running the blocks of each language needs."""

import os
import re
import socket
import subprocess
from functools import cache
from pathlib import Path

from docs_lib.blocks import ADDRESS
from docs_lib.pages import REPOSITORY

# Separates the outputs of two commands.
MARK = "\x1e"


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


def not_printed(what: str, shown: list[str], printed: str) -> list[str]:
    lines = printed.splitlines()
    return [
        f"{what} does not print `{line}`: {printed.strip()}"
        for line in shown
        if line.strip() and not any(matches(line, it) for it in lines)
    ]


# Where a program of a page serves.
SERVICE = "127.0.0.1:8000"


@cache
def free_address() -> str:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return f"127.0.0.1:{found.getsockname()[1]}"


def here(text: str, address: str) -> str:
    """What is on a page, with the addresses of this machine."""
    return ADDRESS.sub(address, text).replace(SERVICE, free_address())


def target() -> Path:
    return Path(os.environ.get("CARGO_TARGET_DIR", REPOSITORY / "target"))


def finished(
    command: list[str], environment: dict[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def outcome(page: str, command: list[str], environment: dict[str, str], folder: Path) -> list[str]:
    done = finished(command, environment, folder)
    return [] if done.returncode == 0 else [f"{page}: {done.stdout}{done.stderr}"]
