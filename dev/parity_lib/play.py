"""Plays scenarios: runs each line of a family with a program, with a freshly seeded Keystone."""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Empty, Queue
from typing import Any, Protocol
from urllib.request import urlopen

from .normal import Names
from .scenario import ROOT, Family, Line, Wrong, filled, variables

DEV = ROOT / "dev"
STATE = DEV / ".state"
WORKERS = 2
SECONDS = 60

Result = dict[str, Any]


class Program(Protocol):
    """Something that runs command lines."""

    def run(self, words: list[str], env: dict[str, str], folder: Path, stdin: str) -> Result: ...


class Archstone:
    """Our program, under this name in a temporary folder."""

    def __init__(self, program: Path, name: str) -> None:
        if not program.is_file():
            raise Wrong(f"there is no {program}; build it: cargo build --package archstone-cli")
        self.folder = Path(tempfile.mkdtemp(prefix="archstone-parity-"))
        self.program = self.folder / name
        self.program.symlink_to(program.resolve())

    def run(self, words: list[str], env: dict[str, str], folder: Path, stdin: str) -> Result:
        env = env | {"PATH": f"{self.folder}:/usr/bin:/bin"}
        try:
            ran = subprocess.run([self.program, *words], env=env, cwd=folder, input=stdin.encode(),
                                 capture_output=True, timeout=SECONDS)  # fmt: skip
        except subprocess.TimeoutExpired:
            return {"exit": None, "out": "", "err": f"no end after {SECONDS} seconds"}
        return {
            "exit": ran.returncode,
            "out": ran.stdout.decode(errors="replace"),
            "err": ran.stderr.decode(errors="replace"),
        }

    def close(self) -> None:
        """Remove the link."""
        shutil.rmtree(self.folder)


class Stock:
    """The real `openstack`, see stock.py."""

    def __init__(self, python: Path, home: Path) -> None:
        self.python = python
        env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONHASHSEED": "0"}
        self.process = subprocess.Popen(
            [python, DEV / "parity_lib" / "stock.py"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, cwd=home, text=True, encoding="utf-8",
        )  # fmt: skip

    def ask(self, **request: Any) -> Any:
        """Send a request, and wait for its response."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        if answer := self.process.stdout.readline():
            return json.loads(answer)
        raise Wrong(f"the process that runs openstack ended with {self.process.wait()}")

    def run(self, words: list[str], env: dict[str, str], folder: Path, stdin: str) -> Result:
        env = env | {"PATH": f"{self.python.parent}:/usr/bin:/bin"}
        answer: Result = self.ask(argv=words, env=env, folder=str(folder), stdin=stdin)
        return answer

    def close(self) -> None:
        """Stop the process."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def keystone(*words: str) -> str:
    """Run dev/keystone."""
    ran = subprocess.run([DEV / "keystone", *words], capture_output=True, text=True)
    if ran.returncode:
        raise Wrong(f"dev/keystone {' '.join(words)}: {ran.stderr}")
    return ran.stdout.strip()


class Stage:
    """A Keystone and a home folder, for one family after another."""

    def __init__(self, number: int) -> None:
        self.name = f"parity-{os.getpid()}-{number}"
        self.auth_url = keystone("up", "--workers", "1", "--ordered-ids", self.name)
        self.database = STATE / "instances" / self.name / "keystone.db"
        self.folder = Path(tempfile.mkdtemp(prefix="archstone-parity-"))
        self.fresh = self.folder / "fresh.db"
        self.home = self.folder / "home"
        self.home.mkdir()
        copy(self.database, self.fresh)

    def close(self) -> None:
        """Delete everything."""
        keystone("down", "--delete", self.name)
        shutil.rmtree(self.folder, ignore_errors=True)

    def clear(self, files: dict[str, str]) -> None:
        """Reset everything, and write the files of a family."""
        copy(self.fresh, self.database)
        with urlopen(self.auth_url.replace("/v3", "/forget/v3")):
            pass  # Now Keystone has cached nothing of the database that was replaced.
        for entry in self.home.iterdir():
            if entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        for name, text in files.items():
            path = self.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(filled(text, {"AUTH_URL": self.auth_url}), encoding="utf-8")

    def play(self, family: Family, program: Program) -> Iterator[tuple[Line, Result]]:
        """Each line with its normalized result."""
        self.clear(family.files)
        names = Names(self.database)
        values = {"AUTH_URL": self.auth_url}
        for line in family.lines:
            env = {"HOME": str(self.home), "LANG": "C.UTF-8"} | variables(line.who, self.auth_url)
            env |= {name: filled(value, values) for name, value in line.env.items()}
            began = time.monotonic()
            result = program.run(line.words(values), env, self.home, line.stdin)
            seconds = time.monotonic() - began
            names.look()
            values |= captured(line, result["out"])
            for name in line.captures:
                names.keep(name, values.get(name, ""))
            out, err = (text.replace(str(self.home), "HOME") for text in (result["out"], result["err"]))
            out, err = names.normal(out, err)
            yield line, result | {"out": out, "err": err, "seconds": seconds}


def copy(source: Path, target: Path) -> None:
    """Copy a database in one transaction, even if it is open elsewhere."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target, timeout=60)) as write:
        read.backup(write)


def captured(line: Line, out: str) -> dict[str, str]:
    """The fields that a line stores for later ones; a missing one is empty."""
    found = {}
    for name, path in line.captures.items():
        value: Any = None
        try:
            value = json.loads(out)
            for step in path.split("."):
                value = value[int(step)] if isinstance(value, list) else value[step]
        except (ValueError, KeyError, IndexError, TypeError):
            value = f"no-{name}"
        found[name] = str(value)
    return found


@contextmanager
def stages(count: int) -> Iterator[list[Stage]]:
    """Several Keystones, started at the same time and stopped at the end."""
    made: list[Stage] = []
    try:
        with ThreadPoolExecutor(count) as pool:
            starting = [pool.submit(Stage, number) for number in range(1, count + 1)]
        made.extend(one.result() for one in starting)
        yield made
    finally:
        for stage in made:
            stage.close()


def play_all(
    families: list[Family],
    program: Callable[[Stage], Any],
    done: Callable[[Family, list[tuple[Line, Result]]], None],
) -> None:
    """Play families on as many Keystones as there are workers, the longest first."""
    waiting: Queue[Family] = Queue()
    for family in sorted(families, key=lambda family: -len(family.lines)):
        waiting.put(family)

    stopped = threading.Event()

    def work(stage: Stage) -> None:
        runs = program(stage)
        try:
            while family := next_of(waiting):
                results = []
                for one in stage.play(family, runs):
                    if stopped.is_set():
                        return
                    results.append(one)
                done(family, results)
        finally:
            runs.close()

    count = min(WORKERS, len(families))
    with stages(count) as made, ThreadPoolExecutor(count) as pool:
        try:
            for worker in [pool.submit(work, stage) for stage in made]:
                worker.result()
        except BaseException:
            stopped.set()
            raise


def next_of(waiting: Queue[Family]) -> Family | None:
    """The next one, if any."""
    try:
        return waiting.get_nowait()
    except Empty:
        return None


def python() -> Path:
    """The interpreter of the virtual environment that has `openstack`, made when it is needed."""
    from server import Environment

    environment = Environment(STATE / "parity-venv", DEV / "requirements-parity.txt", "openstack")
    environment.install()
    return environment.python


def prepare() -> None:
    """Stop the servers on SIGTERM; ignore the settings of the user who runs this."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for name in [name for name in os.environ if name.startswith(("OS_", "ARCHSTONE_"))]:
        del os.environ[name]
