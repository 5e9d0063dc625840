"""Clean Debian systems, each in a folder of `dev/.state/roots`, made by debootstrap. Needs root."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server import DEV, STATE, Failure


@dataclass(frozen=True)
class Root:
    """A Debian system in a folder, with these packages."""

    release: str
    packages: tuple[str, ...] = ()
    # Another architecture whose packages can be installed.
    foreign: str | None = None
    # Tells apart two systems of one release.
    purpose: str = ""

    @property
    def folder(self) -> Path:
        """Its path."""
        return STATE / "roots" / (self.purpose or self.release)

    def make(self) -> None:
        """Create it, unless it exists."""
        made = self.folder.with_suffix(".made")
        if made.exists():
            return
        if os.geteuid() != 0 or not shutil.which("debootstrap"):
            raise Failure("clean systems need root and debootstrap: apt install debootstrap")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        print(f"making a Debian {self.release} in {self.folder.relative_to(DEV.parent)} ...", flush=True)
        log = self.folder.with_suffix(".log")
        command = ["debootstrap", "--variant=minbase", self.release, str(self.folder)]
        with log.open("w") as opened:
            ended = subprocess.run(command, stdout=opened, stderr=opened, check=False)
        if ended.returncode != 0:
            raise Failure(f"debootstrap failed, see {log}")
        if self.foreign:
            self.run("dpkg", "--add-architecture", self.foreign)
            # A mirror may be a snapshot, whose lists have expired.
            self.run("apt-get", "update", "--quiet=2", "--option=Acquire::Check-Valid-Until=false")
        if self.packages:
            self.run("apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends", *self.packages)
        self.run("apt-get", "clean")
        made.touch()

    def run(self, *command: str, variables: dict[str, str] | None = None) -> str:
        """Run a command in it, and return its output."""
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": "/tmp/home",
            "LC_ALL": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
        }
        return run("chroot", str(self.folder), *command, variables=environment | (variables or {}))

    @contextmanager
    def left_as_it_was(self, what: str) -> Iterator[None]:
        """Fail if files were added or removed, except logs, caches and package lists."""
        before = self.files()
        yield
        shutil.rmtree(self.folder / "tmp" / "home", ignore_errors=True)
        changed = sorted(before ^ self.files())
        if changed:
            raise Failure(f"{self.release}: {what} has left or removed {changed[:20]}")
        print(f"   removed: all {len(before)} files and folders are as they were", flush=True)

    def files(self) -> set[str]:
        """All files and folders."""
        passing = ("var/cache/", "var/log/", "var/lib/apt/", "var/lib/dpkg/", "dev/", "proc/", "sys/")
        found = (str(it.relative_to(self.folder)) for it in self.folder.rglob("*"))
        return {it for it in found if not it.startswith(passing)}

    @contextmanager
    def given(self, file: Path) -> Iterator[str]:
        """Copy a file of this machine into it, and return its path there."""
        copied = Path(shutil.copy2(file, self.folder / "tmp"))
        try:
            yield f"/tmp/{copied.name}"
        finally:
            copied.unlink()


def run(*command: str, variables: dict[str, str] | None = None) -> str:
    """Run a command and return its output, or fail with it."""
    ended = subprocess.run(
        command,
        env=variables or dict(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ended.returncode != 0:
        raise Failure(f"{' '.join(command)}: status {ended.returncode}\n{ended.stdout}")
    return ended.stdout.strip()
