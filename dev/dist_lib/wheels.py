"""The Python packages: wheels of the library and of the program, and source distributions."""

import json
import re
import shutil
import subprocess
import tarfile
import tempfile
import venv
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dist_lib import elf
from dist_lib.notices import linked_crates, third_party_notices
from dist_lib.tools import (
    DIST,
    GLIBC,
    NOTICES,
    REPOSITORY,
    Failure,
    Target,
    changed_at,
    check,
    fresh,
    pip,
    prepared_environment,
    run,
    say,
    target_folder,
    tool,
    version,
    work_folder,
)


@dataclass(frozen=True)
class Project:
    """A package on PyPI, and the crate that it is built from."""

    name: str
    crate: str
    folder: Path

    @property
    def file_name(self) -> str:
        """The prefix of its file names."""
        return self.name.replace("-", "_")


LIBRARY = Project("archstone", "archstone-python", REPOSITORY / "python")
PROGRAM = Project("archstone-cli", "archstone-cli", REPOSITORY / "crates" / "archstone-cli")


@cache
def wheel(project: Project, target: Target) -> Path:
    """Build a wheel and check it."""
    folder = fresh(work_folder(target) / f"{project.name}-wheel")
    prepared_environment()
    options = ["--locked", f"--target={target.triple}", f"--out={folder}"]
    if target.is_linux:
        options += ["--zig", f"--compatibility={target.compatibility}"]
    # maturin includes the license files that are in the folder at build time.
    notices = project.folder / NOTICES
    notices.write_text(third_party_notices(project.crate, target), encoding="utf-8")
    try:
        run(
            tool("maturin"),
            "build",
            *options,
            folder=project.folder,
            variables={"SOURCE_DATE_EPOCH": str(changed_at())},
        )
    finally:
        notices.unlink()
    [built] = folder.glob("*.whl")
    check_wheel(project, target, built)
    return built


def check_wheel(project: Project, target: Target, file: Path) -> None:
    """Check the tags in a wheel's name, and that it contains its licences and its SBOM."""
    tag = "cp310-abi3" if project == LIBRARY else "py3-none"
    check(
        file.name.startswith(f"{project.file_name}-{version()}-{tag}-"),
        f"not the name of this wheel: {file.name}",
    )
    information = f"{project.file_name}-{version()}.dist-info"
    with zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        licences = {f"{information}/licenses/{name}" for name in ("LICENSE", NOTICES)}
        check(licences <= names, f"{file.name} has no {licences - names}")
        # It is a symbolic link, which git may check out as a text file with the target's path.
        licence = archive.read(f"{information}/licenses/LICENSE")
        check(licence == (REPOSITORY / "LICENSE").read_bytes(), f"{file.name} has another LICENSE")
    components = {it["name"] for it in bill_of_materials(file)["components"]}
    missing = {it.name for it in linked_crates(project.crate, target)} - components
    check(not missing, f"the SBOM of {file.name} does not list {sorted(missing)}")
    if target.is_linux:
        check(target.compatibility in file.name, f"{file.name} is not for {target.compatibility}")
    if target.is_glibc:
        shown = subprocess.run(
            [tool("auditwheel"), "show", file], capture_output=True, text=True, check=False
        )
        # The output is reflowed.
        said = " ".join(f"{shown.stdout} {shown.stderr}".split())
        if project == LIBRARY:
            check(f'"{target.compatibility}_{target.processor}"' in said, f"auditwheel: {said}")
        with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(file) as archive:
            [binary] = [it for it in names if it.endswith((".so", "/archstone"))]
            newest = elf.newest_glibc(Path(archive.extract(binary, folder)))
        check(newest <= GLIBC, f"{file.name} needs glibc {newest}")
        say(f"{file.name} needs glibc {'.'.join(map(str, newest))}")
    if project == LIBRARY:
        run(tool("abi3audit"), "--strict", file)


def bill_of_materials(file: Path) -> dict:
    """The SBOM that maturin has put into a wheel."""
    with zipfile.ZipFile(file) as archive:
        [name] = [
            it for it in archive.namelist() if re.search(r"\.dist-info/sboms/[^/]+\.cyclonedx\.json$", it)
        ]
        found = json.loads(archive.read(name))
    check(found["bomFormat"] == "CycloneDX", f"{file.name}: not a CycloneDX SBOM")
    return found


def deliver_wheel(project: Project, target: Target) -> list[Path]:
    """Put a wheel and its SBOM into `dist/`."""
    file = wheel(project, target)
    shutil.copy2(file, DIST)
    bill = DIST / f"{file.name.removesuffix('.whl')}.cyclonedx.json"
    bill.write_text(json.dumps(bill_of_materials(file), indent=1) + "\n", encoding="utf-8")
    return [DIST / file.name, bill]


def program(target: Target) -> Path:
    """The program from the wheel, which is used in all packages."""
    name = f"archstone_cli-{version()}.data/scripts/{target.program}"
    folder = fresh(work_folder(target) / "program")
    with zipfile.ZipFile(wheel(PROGRAM, target)) as archive:
        file = Path(archive.extract(name, folder))
    file.chmod(0o755)
    return file


def deliver_sdist() -> list[Path]:
    """Build source distributions, and a wheel of each in an empty folder."""
    programs = prepared_environment()
    files = []
    for project in (LIBRARY, PROGRAM):
        folder = fresh(target_folder() / "dist" / f"{project.name}-sdist")
        run(tool("maturin"), "sdist", "--out", folder, folder=project.folder)
        [file] = folder.glob("*.tar.gz")
        with tarfile.open(file) as archive:
            names = {name.partition("/")[2] for name in archive.getnames()}
        needed = {"PKG-INFO", "pyproject.toml", "Cargo.lock", "Cargo.toml", "LICENSE"}
        check(needed <= names, f"{file.name} has no {needed - names}")
        # The test is for missing files only, so the fastest profile to build is used.
        built = fresh(target_folder() / "dist" / f"{project.name}-from-sdist")
        with tempfile.TemporaryDirectory() as empty:
            run(
                programs / "python",
                *("-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"),
                *("--no-build-isolation", "--no-deps", "--no-cache-dir", "--wheel-dir", built, file),
                folder=Path(empty),
                variables={
                    # Not `--locked`: the lock file is that of the workspace, which has more members.
                    "MATURIN_PEP517_ARGS": "--profile dev",
                    "CARGO_TARGET_DIR": str(target_folder()),
                },
            )
            venv.create(Path(empty) / "venv", with_pip=True)
            own = Path(empty) / "venv" / programs.name
            pip(own, "install", "--no-index", *built.glob("*.whl"))
            if project == LIBRARY:
                run(
                    own / "python", "-c", "import archstone; print(archstone.__version__)", folder=Path(empty)
                )
            else:
                run(own / "archstone", "--version", folder=Path(empty))
        shutil.copy2(file, DIST)
        files.append(DIST / file.name)
    return files


def deliver_library_wheel(target: Target) -> list[Path]:
    """The wheel `archstone`."""
    return deliver_wheel(LIBRARY, target)


def deliver_program_wheel(target: Target) -> list[Path]:
    """The wheel `archstone-cli`."""
    return deliver_wheel(PROGRAM, target)


def checked_program(target: Target) -> Path:
    """The program, after it has been started once."""
    file = program(target)
    try:
        ended = subprocess.run([file, "--version"], capture_output=True, text=True, check=False)
    except OSError as error:
        raise Failure(f"a program for {target.triple} does not start on this machine: {error}") from error
    said = ended.stdout.strip()
    check(said == f"archstone {version()}", f"`archstone --version` of {target.triple}: {said!r}")
    return file
