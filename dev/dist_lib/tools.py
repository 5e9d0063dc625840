"""Shared by all kinds of packages: paths, pinned tools, commands, targets."""

import json
import os
import platform
import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
DIST = REPOSITORY / "dist"
REQUIREMENTS = REPOSITORY / "dev" / "requirements-dist.txt"
ENVIRONMENT = REPOSITORY / "dev" / ".state" / "dist"
NOTICES = "THIRD-PARTY-NOTICES.txt"
# The oldest glibc that Rust's standard library supports.
GLIBC = (2, 17)


class Failure(Exception):
    """A package cannot be built, or is wrong."""


@dataclass(frozen=True)
class Target:
    """A platform, identified by its Rust target triple."""

    triple: str

    @property
    def processor(self) -> str:
        """The processor, which is the first part of the name."""
        return self.triple.partition("-")[0]

    @property
    def is_linux(self) -> bool:
        """Whether it is Linux, with any C library."""
        return "-linux-" in self.triple

    @property
    def is_glibc(self) -> bool:
        """Whether it is Linux with glibc, which Debian packages need."""
        return self.triple.endswith("-linux-gnu")

    @property
    def is_windows(self) -> bool:
        """Whether it is Windows, where programs end with `.exe`, and archives are zip files."""
        return "-windows-" in self.triple

    @property
    def program(self) -> str:
        """The name of the program's file."""
        return "archstone.exe" if self.is_windows else "archstone"

    @property
    def compatibility(self) -> str:
        """The platform tag of wheels, as an option of maturin."""
        return f"manylinux_{GLIBC[0]}_{GLIBC[1]}" if self.is_glibc else "musllinux_1_2"


def say(text: str) -> None:
    """Report progress."""
    print(text, flush=True)


def run(*command: str | Path, folder: Path = REPOSITORY, variables: Mapping[str, str] | None = None) -> None:
    """Run a command, and show its output."""
    say("$ " + " ".join(map(str, command)))
    ended = subprocess.run(command, cwd=folder, env=os.environ | dict(variables or {}), check=False)
    if ended.returncode != 0:
        raise Failure(f"{command[0]} failed with status {ended.returncode}")


def output(*command: str | Path, folder: Path = REPOSITORY) -> str:
    """The standard output of a command."""
    ended = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, text=True, encoding="utf-8", check=False
    )
    if ended.returncode != 0:
        raise Failure(f"{command[0]} failed with status {ended.returncode}")
    return ended.stdout


def check(holds: bool, text: str) -> None:
    """Fail with a message if a condition is false."""
    if not holds:
        raise Failure(text)


def is_installed(program: str) -> bool:
    """Whether a program is installed."""
    try:
        return subprocess.run([program, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@cache
def host() -> Target:
    """The platform of this machine."""
    lines = output("rustc", "-vV").splitlines()
    return Target(next(line.removeprefix("host: ") for line in lines if line.startswith("host: ")))


@cache
def version() -> str:
    """The version of all packages."""
    manifest = tomllib.loads((REPOSITORY / "Cargo.toml").read_text(encoding="utf-8"))
    return str(manifest["workspace"]["package"]["version"])


@cache
def target_folder() -> Path:
    """Cargo's target folder."""
    return Path(
        json.loads(output("cargo", "metadata", "--no-deps", "--format-version=1"))["target_directory"]
    )


def work_folder(target: Target) -> Path:
    """The folder where packages are assembled, before they are moved to `dist/`."""
    folder = target_folder() / "dist" / target.triple
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@cache
def changed_at() -> int:
    """The time of the last commit in seconds, which every file in a package gets."""
    return int(os.environ.get("SOURCE_DATE_EPOCH") or output("git", "log", "-1", "--format=%ct"))


def tool(name: str) -> Path:
    """A tool of `dev/requirements-dist.txt`."""
    return prepared_environment() / name


@cache
def prepared_environment() -> Path:
    """The folder of programs of an environment with the pinned tools, which is made when they change."""
    programs = ENVIRONMENT / ("Scripts" if platform.system() == "Windows" else "bin")
    made_for = ENVIRONMENT / "made-for"
    wanted = f"{sys.version}\n{REQUIREMENTS.read_text(encoding='utf-8')}"
    if not made_for.exists() or made_for.read_text(encoding="utf-8") != wanted:
        say(f"installing the tools of {REQUIREMENTS.name} into {ENVIRONMENT.relative_to(REPOSITORY)} ...")
        venv.create(ENVIRONMENT, clear=True, with_pip=True)
        pip(programs, "install", f"--requirement={REQUIREMENTS}")
        made_for.write_text(wanted, encoding="utf-8")
    # maturin looks for the module `ziglang` with the first `python` in PATH.
    os.environ["PATH"] = os.pathsep.join([str(programs), os.environ["PATH"]])
    os.environ["VIRTUAL_ENV"] = str(ENVIRONMENT)
    return programs


def pip(programs: Path, *arguments: str | Path, variables: Mapping[str, str] | None = None) -> None:
    """Run an environment's pip."""
    options: Sequence[str] = ["--quiet", "--disable-pip-version-check"]
    run(programs / "python", "-m", "pip", *options, *arguments, variables=variables)


def fresh(folder: Path) -> Path:
    """An empty folder, replacing an old one."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
