"""One process of a store, see `store.py`: start, query, suspend and kill it."""

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from debian import Programs
from server import (
    HOST,
    STATE,
    STOP_SECONDS,
    Failure,
    command_line,
    free_port,
    port_is_free,
    save_settings,
    saved_settings,
)

# How long a busy machine may stall a process.
STALL_SECONDS = 15
PROGRAMS = Programs(
    STATE / "stores-programs",
    {
        "redis-server": ("redis-server", "redis-tools"),
        "redis-sentinel": ("redis-sentinel", "redis-tools"),
        "memcached": ("memcached",),
    },
)


@dataclass
class Process:
    """One process of a store, with its own folder and port."""

    folder: Path
    program: str
    # The text of its configuration, with placeholders for `values`.
    conf: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    # The name and password of its only user, with TLS; otherwise everyone has access, without TLS.
    user: tuple[str, str] | None = None
    programs: Programs = PROGRAMS
    # If it was started by this call, since its command line cannot be read immediately.
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def name(self) -> str:
        """Its name within the store."""
        return self.folder.name

    @property
    def port(self) -> int:
        """Its port, which is the same until the store is deleted."""
        return self.remembered("port")

    @property
    def bus(self) -> int:
        """Its port for the other nodes of a cluster."""
        return self.remembered("bus")

    def remembered(self, name: str) -> int:
        """One of its ports."""
        return int(saved_settings(self.folder)[name])

    @property
    def address(self) -> str:
        """Its host and port."""
        return f"{HOST}:{self.port}"

    def choose_ports(self) -> None:
        """Choose ports, so that others can be configured before it starts."""
        if not (self.folder / "settings.json").is_file():
            self.folder.mkdir(parents=True, exist_ok=True)
            save_settings(self.folder, {"port": free_port(), "bus": free_port()})

    def pid(self) -> int | None:
        """The process ID, if it is running. A stale one, even of a reused ID, counts as not running."""
        if self.process is not None:
            return self.process.pid if self.process.poll() is None else None
        try:
            pid = int((self.folder / "pid").read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            return None
        return pid if f"{self.folder}/" in command_line(pid) else None

    def state(self) -> str:
        """Its state, for a list."""
        if (pid := self.pid()) is None:
            return "down"
        return f"{'stopped' if self.is_suspended() else 'running'} (pid {pid})"

    def start(self) -> None:
        """Start it without data; it may not respond yet."""
        self.kill()
        # The folder in its command line identifies it as ours, even if the arguments do not contain it.
        command = [str(self.folder / self.program), *self.arguments()]
        with open(self.folder / "server.log", "wb") as log:
            self.process = subprocess.Popen(command, executable=self.programs.path(self.program),
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            cwd=self.folder, env=os.environ | self.programs.variables(),
                                            start_new_session=True)  # fmt: skip
        (self.folder / "pid").write_text(f"{self.process.pid}\n", encoding="ascii")

    def arguments(self) -> list[str]:
        """The command line. It contains the folder, which identifies the process."""
        if self.program == "memcached":
            user = ["-u", "root"] if os.getuid() == 0 else []
            return ["-l", HOST, "-p", str(self.port), "-P", str(self.folder / "memcached.pid"), *user]
        values = {"host": HOST, "port": self.port, "bus": self.bus, "folder": self.folder} | self.values
        conf = self.folder / "redis.conf"
        conf.write_text(self.conf.format(**values), encoding="ascii")
        conf.chmod(0o600)
        return [str(conf)]

    def kill(self) -> None:
        """Kill it; there is nothing to be saved."""
        if (pid := self.pid()) is not None:
            os.killpg(pid, signal.SIGKILL)
            if self.process is not None:
                self.process.wait()
                self.process = None
            # The ports stay in use for a moment after the process has disappeared.
            deadline = time.monotonic() + STOP_SECONDS
            while command_line(pid) or not all(map(port_is_free, (self.port, self.bus))):
                if time.monotonic() > deadline:
                    raise Failure(
                        f"{self.name} is killed, and its ports {self.port} and {self.bus} are still in use"
                    )
                time.sleep(0.002)
        (self.folder / "pid").unlink(missing_ok=True)

    def signal(self, number: signal.Signals) -> None:
        """Suspend or resume it."""
        if (pid := self.pid()) is None:
            raise Failure(f"{self.name} does not run")
        os.killpg(pid, number)

    def is_suspended(self) -> bool:
        """Whether it was suspended, and responds to nothing."""
        return (pid := self.pid()) is not None and process_state(pid).startswith("T")

    def ask(self, *words: object, timeout: float = STALL_SECONDS) -> Any:
        """Send a command, and read the response: Redis's, or the first line of memcached's."""
        with contextlib.ExitStack() as stack:
            connection = stack.enter_context(socket.create_connection((HOST, self.port), timeout=timeout))
            if self.user:
                trust = ssl.create_default_context(cafile=str(self.folder / "ca.pem"))
                connection = stack.enter_context(trust.wrap_socket(connection, server_hostname=HOST))
            stream = stack.enter_context(connection.makefile("rwb"))
            if self.program == "memcached":
                stream.write(b" ".join(str(word).encode() for word in words) + b"\r\n")
                stream.flush()
                return stream.readline().decode().strip()
            if self.user:
                send(stream, "AUTH", *self.user)
            return send(stream, *words)

    def answers(self, *words: object) -> Any:
        """The same; None while it does not respond."""
        try:
            return self.ask(*words, timeout=1)
        except (OSError, Failure):
            return None


def process_state(pid: int) -> str:
    """The state of a process, as `ps` prints it: T is suspended. Empty if there is none."""
    command = ["ps", "-o", "stat=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()


def send(stream: Any, *words: object) -> Any:
    """Send a command in Redis's protocol, and read its response."""
    parts = [str(word).encode() for word in words]
    stream.write(b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(it), it) for it in parts))
    stream.flush()
    return receive(stream)


def receive(stream: Any) -> Any:
    """Read one response."""
    line = stream.readline().decode().rstrip("\r\n")
    kind, rest = line[:1], line[1:]
    if kind == "+":
        return rest
    if kind == ":":
        return int(rest)
    if kind == "$":
        return None if rest == "-1" else stream.read(int(rest) + 2)[:-2].decode(errors="replace")
    if kind == "*":
        return None if rest == "-1" else [receive(stream) for _ in range(int(rest))]
    raise Failure(f"a server refused: {rest}" if kind == "-" else "a server closed the connection")
