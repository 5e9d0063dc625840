"""Programs from Debian packages, unpacked into a folder, without root and without changes to the system."""

import contextlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from server import STATE, Failure, locked, run_logged, say, tail

# The search path of installed programs: a user's PATH does not contain /usr/sbin.
SYSTEM_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/bin", "/usr/sbin", "/usr/local/bin"])


@dataclass(frozen=True)
class Programs:
    """Programs that are installed, or otherwise unpacked from packages into `dev/.state/`."""

    folder: Path
    # Each program and the packages that contain its files, except libraries.
    packages: dict[str, tuple[str, ...]]

    def path(self, program: str) -> str:
        """Where a program is, after `install`."""
        # Some packages have programs in `/bin`, which is merged with `/usr/bin` on the system.
        unpacked = [self.folder / place / program for place in ("usr/bin", "bin")]
        there = next((it for it in unpacked if os.access(it, os.X_OK)), unpacked[0])
        return installed(program) or str(there)

    def variables(self) -> dict[str, str]:
        """The environment variables of unpacked programs: the paths of their libraries."""
        folders = sorted({str(file.parent) for file in self.folder.glob("**/*.so.*")})
        return {"LD_LIBRARY_PATH": os.pathsep.join(folders)} if folders else {}

    def install(self) -> None:
        """Unpack the programs that are neither installed nor unpacked."""
        if self.are_there():
            return
        missing = [packages for program, packages in self.packages.items() if not installed(program)]
        wanted = sorted({package for packages in missing for package in packages})
        with locked(STATE / f"{self.folder.name}.lock"):
            if self.are_there():
                return
            say(f"unpacking Debian's {', '.join(wanted)} into dev/.state/{self.folder.name} ...")
            names = " ".join(wanted)
            if not all(map(shutil.which, ("apt-get", "apt-cache", "dpkg", "dpkg-query"))):
                raise Failure(f"install them first, this is not a Debian: {names}")
            Download(self.folder, names).unpack(wanted)

    def are_there(self) -> bool:
        """Whether every program is executable."""
        return all(os.access(self.path(program), os.X_OK) for program in self.packages)


def installed(program: str) -> str | None:
    """The path of an installed program, if there is one."""
    return shutil.which(program, path=SYSTEM_PATH)


class Download:
    """Downloads and unpacks Debian packages into a folder."""

    def __init__(self, folder: Path, names: str) -> None:
        self.folder = folder
        self.names = names
        self.work = folder.with_suffix(".tmp")
        # Without this, root's apt downloads as a user who may not write here.
        self.options = ["-o", "APT::Sandbox::User=root"]

    def unpack(self, wanted: list[str]) -> None:
        """Fetch packages with the libraries that they need, and put their files into the folder."""
        shutil.rmtree(self.work, ignore_errors=True)
        (self.work / "root").mkdir(parents=True)
        try:
            self.fetch(wanted)
        except Failure:
            # The system has no package lists, or outdated ones.
            self.update()
            self.fetch(wanted)
        log = STATE / f"{self.folder.name}.log"
        for file in sorted(self.work.glob("*.deb")):
            run_logged(["dpkg", "-x", str(file), str(self.work / "root")], log, f"cannot unpack {file.name}")
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.work / "root").rename(self.folder)
        shutil.rmtree(self.work)

    def fetch(self, wanted: list[str]) -> None:
        """Fetch packages, and the libraries that they need."""
        for old in self.work.glob("*.deb"):
            old.unlink()
        packages = [*wanted, *self.libraries(wanted)]
        run_logged(["apt-get", *self.options, "download", *packages], STATE / f"{self.folder.name}.log",
                   f"cannot download Debian's packages; install them by hand: apt-get install {self.names}",
                   cwd=self.work)  # fmt: skip

    def ask(self, *arguments: str) -> str:
        """The output of apt-cache; empty for unknown packages."""
        command = ["apt-cache", *self.options, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    def update(self) -> None:
        """Fetch the lists of packages into a folder of our own, since those of the system are root's."""
        lists, cache, log = self.work / "lists", self.work / "cache", STATE / f"{self.folder.name}.log"
        for folder in (lists, cache):
            (folder / "partial").mkdir(parents=True)
        self.options += ["-o", f"Dir::State::Lists={lists}", "-o", f"Dir::Cache={cache}"]
        try:
            run_logged(["apt-get", *self.options, "update"], log, "apt-get update failed")
        except Failure:
            raise Failure(
                f"cannot read Debian's lists; install by hand: apt-get install {self.names}; "
                f"the end of {log}:\n{tail(log)}"
            ) from None

    def libraries(self, packages: list[str]) -> list[str]:
        """The libraries that packages need, directly or indirectly, and that are not installed."""
        found: list[str] = []
        asked = list(packages)
        while asked:
            answer = self.ask("depends", "--important", asked.pop())
            # Of alternatives, the first: each but the last has a bar before it.
            one_of_them = False
            for bar, name in re.findall(r"^ ([ |])(?:Pre)?Depends: (\S+)$", answer, re.MULTILINE):
                first, one_of_them = not one_of_them, bar == "|"
                if first and name.startswith("lib") and name not in found and not is_installed(name):
                    found.append(name)
                    asked.append(name)
        return found


def is_installed(package: str) -> bool:
    """Whether the system has a package."""
    query = ["dpkg-query", "--show", "--showformat=${db:Status-Status}", package]
    with contextlib.suppress(OSError):
        return subprocess.run(query, capture_output=True, text=True, check=False).stdout == "installed"
    return False
