"""Shared by the servers of this folder: pinned environments, processes with a port and logs, requests."""

import argparse
import contextlib
import fcntl
import glob
import hashlib
import http.client
import json
import os
import random
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

DEV = Path(__file__).resolve().parent
STATE = DEV / ".state"

HOST = "127.0.0.1"
# Below the range for clients' ephemeral ports, so that a remembered port is likely to be free later.
PORTS = range(20000, 30000)
START_SECONDS = 90
STOP_SECONDS = 5


class Failure(Exception):
    """An error for the user; printed without a traceback."""


def say(text: str) -> None:
    """Report progress. Standard output is for results only."""
    print(text, file=sys.stderr, flush=True)


def checked_name(name: str) -> str:
    """The name of an instance, which becomes the name of a folder."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise Failure(f"not a good name for an instance: {name!r}")
    return name


def tail(file: Path, lines: int = 25) -> str:
    """The end of a log, for an error message."""
    try:
        return "\n".join(file.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except OSError:
        return "(no log)"


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold a lock on a file, so that two calls at the same time do not build the same thing."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with open(file, "w", encoding="ascii") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def digest(*parts: str | Path) -> str:
    """A short hash of texts and of files' contents."""
    made = hashlib.sha256()
    for part in parts:
        made.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        made.update(b"\0")
    return made.hexdigest()[:12]


def run_logged(command: list[str], log: Path, failure: str, **options: Any) -> None:
    """Run a command with its output in a log; the log's end is shown when it fails."""
    with open(log, "wb") as out:
        try:
            code = subprocess.run(
                command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, **options
            ).returncode
        except OSError as problem:
            raise Failure(f"{failure}: {problem}") from problem
    if code != 0:
        raise Failure(f"{failure} (exit status {code}); the end of {log}:\n{tail(log)}")


# ---------------------------------------------------------------- environments


@dataclass(frozen=True)
class Environment:
    """A virtual environment in `dev/.state/` with exactly the pinned requirements of a file."""

    folder: Path
    requirements: Path
    contents: str

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def install(self) -> None:
        """Create it, unless it exists with exactly these requirements."""
        marker = self.folder / "installed"
        wanted = digest(self.requirements, sys.version)
        with locked(STATE / f"{self.folder.name}.lock"):
            if marker.is_file() and marker.read_text(encoding="ascii") == wanted:
                return
            say(f"installing {self.contents} into dev/.state/{self.folder.name} (about a minute) ...")
            shutil.rmtree(self.folder, ignore_errors=True)
            log = STATE / f"{self.folder.name}-install.log"
            venv = [sys.executable, "-m", "venv", str(self.folder)]
            run_logged(venv, log, "cannot make a virtual environment")
            pip = [str(self.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            run_logged([*pip, "-r", str(self.requirements)], log, f"pip cannot install {self.contents}")
            marker.write_text(wanted, encoding="ascii")


# ---------------------------------------------------------------- servers


@dataclass
class Settings:
    """How a server is started; remembered from one start to the next."""

    port: int = 0
    workers: int = 2


class Server:
    """One of OpenStack's applications, with its own folder for data and logs."""

    # The module that `wsgi.py` imports.
    application: str
    # A path that responds with 200 as soon as the server works.
    probe: str

    def __init__(self, title: str, folder: Path, environment: Environment, settings: Settings) -> None:
        self.title = title
        self.folder = folder
        self.environment = environment
        self.log = folder / "server.log"
        self.requests = folder / "requests.log"
        self.pid_file = folder / "pid"
        self.settings = settings
        saved = saved_settings(folder)
        for field in fields(settings):
            setattr(settings, field.name, saved.get(field.name, getattr(settings, field.name)))

    @property
    def threads(self) -> int:
        """The threads of each worker process."""
        return 1

    @property
    def exists(self) -> bool:
        """Whether it has been started before."""
        return (self.folder / "settings.json").is_file()

    def trust(self) -> ssl.SSLContext | None:
        """The CA that clients must trust, if it serves HTTPS."""
        return None

    def save(self) -> None:
        """Remember the settings."""
        save_settings(self.folder, asdict(self.settings))

    def pid(self) -> int | None:
        """The running server's process ID. A stale pid file, even of a reused id, counts as not running."""
        try:
            pid = int(self.pid_file.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None
        # If setproctitle is installed, granian renames itself.
        names = (f"{self.folder} ", f"granian wsgi {HOST}:{self.settings.port} ")
        return pid if any(name in command_line(pid) for name in names) else None

    def state(self) -> str:
        """Its state, for a list."""
        pid = self.pid()
        return f"running (pid {pid})" if pid else "stopped"

    def choose_port(self, wanted: int | None = None) -> None:
        """Use the requested port, or the remembered one, or any free one."""
        if wanted is not None:
            if not port_is_free(wanted):
                raise Failure(f"port {wanted} is in use")
            self.settings.port = wanted
        elif not self.settings.port or not port_is_free(self.settings.port):
            if self.settings.port:
                say(f"port {self.settings.port} is in use now, taking another one")
            self.settings.port = free_port()

    def serve(self, variables: dict[str, str], *options: str) -> None:
        """Start the server and wait until it responds."""
        command = [str(self.environment.python), "-m", "granian", "--interface", "wsgi", "--host", HOST,
                   "--port", str(self.settings.port), "--workers", str(self.settings.workers),
                   "--blocking-threads", str(self.threads), "--no-ws", "--no-access-log",
                   "--workers-kill-timeout", "3", "--working-dir", str(self.folder),
                   *options, "wsgi:application"]  # fmt: skip
        self.clear_requests()
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("OS_", "GRANIAN_"))
        }
        environment |= {
            "ARCHSTONE_DEV_APPLICATION": self.application,
            "ARCHSTONE_DEV_INSTANCE": str(self.folder),
            "PYTHONPATH": str(DEV),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONWARNINGS": "ignore",
        }
        environment |= variables
        with open(self.log, "wb") as log:
            # Python looks for modules in the current folder first, which may contain unrelated ones.
            server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                      env=environment, cwd=self.folder, start_new_session=True)  # fmt: skip
        self.pid_file.write_text(f"{server.pid}\n", encoding="ascii")
        self.save()
        try:
            self.wait_until_it_answers(server)
        except BaseException:
            end_group(server.pid)
            self.pid_file.unlink(missing_ok=True)
            raise
        self.clear_requests()  # Without the requests made while waiting.

    def wait_until_it_answers(self, server: "subprocess.Popen[bytes]") -> None:
        """Request the version document until the server responds."""
        say(f"starting {self.title} ...")
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if server.poll() is not None:
                raise Failure(f"{self.title} ended at its start; the end of {self.log}:\n{tail(self.log)}")
            if self.answers():
                return
            time.sleep(0.1)
        raise Failure(
            f"{self.title} gave no answer for {START_SECONDS} s; the end of {self.log}:\n{tail(self.log)}"
        )

    def answers(self) -> bool:
        """Whether the version document can be read."""
        connection: http.client.HTTPConnection
        if trust := self.trust():
            connection = http.client.HTTPSConnection(HOST, self.settings.port, timeout=10, context=trust)
        else:
            connection = http.client.HTTPConnection(HOST, self.settings.port, timeout=10)
        try:
            connection.request("GET", self.probe)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def stop(self) -> bool:
        """Stop the server; False when it was not running."""
        pid = self.pid()
        if pid is not None:
            end_group(pid)
        self.pid_file.unlink(missing_ok=True)
        return pid is not None

    def clear_requests(self) -> None:
        """Delete the recorded requests, and the counts of tags."""
        shutil.rmtree(self.folder / "tags", ignore_errors=True)
        with open(self.requests, "wb"):
            pass

    def print_log(self) -> None:
        """Print the server's log."""
        with contextlib.suppress(FileNotFoundError), open(self.log, "rb") as log:
            shutil.copyfileobj(log, sys.stdout.buffer)

    def print_requests(self, wanted: argparse.Namespace) -> None:
        """Print or count the requests since the server's start."""
        found = []
        with contextlib.suppress(FileNotFoundError):
            for line in self.requests.read_text(encoding="utf-8").splitlines():
                entry = json.loads(line)
                if (
                    (wanted.tag is None or wanted.tag in (entry["tag"], *entry["tag"].split("+")))
                    and (wanted.method is None or wanted.method.upper() == entry["method"])
                    and (wanted.path is None or wanted.path == entry["path"])
                ):
                    found.append(line)
        if wanted.count:
            print(len(found))
        else:
            sys.stdout.writelines(line + "\n" for line in found)


def save_settings(folder: Path, settings: dict[str, Any]) -> None:
    """Save a server's settings; written to another file and renamed, for readers that do not lock."""
    aside = folder / "settings.json.tmp"
    aside.write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    aside.rename(folder / "settings.json")


def saved_settings(folder: Path) -> dict[str, Any]:
    """A server's settings; empty if it was never started, or is being deleted."""
    try:
        saved: dict[str, Any] = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return saved


def command_line(pid: int) -> str:
    """The command line of a process; empty if there is none, or if it is a zombie."""
    if Path("/proc/self/cmdline").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            return ""
    found = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return found.stdout


def end_group(pid: int) -> None:
    """Stop a server and its workers: with SIGTERM, then with SIGKILL."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)  # When this very process started it, it has to collect it.
        if not command_line(pid):
            break
        time.sleep(0.05)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def port_is_free(port: int) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A free port that no other server has saved."""
    # Not with pathlib: its glob fails if a folder is deleted meanwhile.
    remembered = {
        saved_settings((STATE / file).parent).get(port)
        for pattern in ("instances/*/settings.json", "services/*/*/settings.json", "stores/*/*/settings.json")
        for file in glob.iglob(pattern, root_dir=STATE)
        for port in ("port", "bus")
    }
    for _ in range(200):
        port = random.choice(PORTS)
        if port not in remembered and port_is_free(port):
            return port
    raise Failure("no free port found")


# ---------------------------------------------------------------- command lines


def add_request_options(parser: argparse.ArgumentParser) -> None:
    """The options of `requests`, as `print_requests` reads them."""
    parser.add_argument("--tag", help="with this tag, or with this word in the tag")
    parser.add_argument("--method", metavar="M", help="with this method")
    parser.add_argument("--path", metavar="P", help="with this path (without the tag)")
    parser.add_argument("--count", action="store_true", help="print just their number")


def run_command(program: str, run: Callable[[], None]) -> int:
    """Run one command, and give the exit status."""
    try:
        run()
    except Failure as problem:
        say(f"{program}: {problem}")
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0
    return 0
