"""The program as an archive: with completions, man pages and licences."""

import gzip
import io
import json
import shutil
import tarfile
import time
import zipfile
from functools import cache
from pathlib import Path

from dist_lib.notices import third_party_notices
from dist_lib.tools import (
    DIST,
    NOTICES,
    REPOSITORY,
    Target,
    changed_at,
    check,
    fresh,
    output,
    run,
    version,
    work_folder,
)
from dist_lib.wheels import PROGRAM, bill_of_materials, checked_program, wheel

# The file names that shells look for.
COMPLETIONS = {
    "bash": "archstone.bash",
    "elvish": "archstone.elv",
    "fish": "archstone.fish",
    "powershell": "_archstone.ps1",
    "zsh": "_archstone",
}


@cache
def man_pages(folder: Path) -> list[Path]:
    """Write the man pages, by running the test that checks them."""
    test = ["cargo", "test", "--locked", "--quiet", "--package", PROGRAM.crate, "--bin", "archstone"]
    run(*test, "command_line::reference::there_is_a_man_page", variables={"ARCHSTONE_WRITE_MAN": str(folder)})
    pages = sorted(folder.glob("*.1"))
    check(folder / "archstone.1" in pages and len(pages) > 100, f"{len(pages)} man pages")
    return pages


@cache
def tree(target: Target) -> Path:
    """The content of the archive as a folder."""
    folder = fresh(work_folder(target) / f"archstone-{version()}-{target.triple}")
    program = Path(shutil.copy2(checked_program(target), folder))
    for name in ("LICENSE", "README.md", "CHANGELOG.md"):
        shutil.copy2(REPOSITORY / name, folder)
    (folder / NOTICES).write_text(third_party_notices(PROGRAM.crate, target), encoding="utf-8")
    bill = bill_of_materials(wheel(PROGRAM, target))
    (folder / "archstone.cyclonedx.json").write_text(json.dumps(bill, indent=1) + "\n", encoding="utf-8")
    for shell, name in COMPLETIONS.items():
        script = folder / "completions" / name
        script.parent.mkdir(exist_ok=True)
        script.write_text(output(program, "completion", shell), encoding="utf-8", newline="\n")
    if not target.is_windows:
        man_pages(fresh(folder / "man" / "man1"))
    return folder


def deliver_archive(target: Target) -> list[Path]:
    """Pack the folder: the same bytes for the same commit."""
    folder = tree(target)
    files = sorted(it for it in folder.rglob("*") if it.is_file())
    file = DIST / f"{folder.name}{'.zip' if target.is_windows else '.tar.gz'}"
    if target.is_windows:
        made = time.gmtime(changed_at())[:6]
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for it in files:
                entry = zipfile.ZipInfo(it.relative_to(folder.parent).as_posix(), made)
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, it.read_bytes())
    else:
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as archive:
            for it in files:
                archive.add(it, it.relative_to(folder.parent).as_posix(), filter=plain)
        file.write_bytes(gzip.compress(packed.getvalue(), 9, mtime=0))
    return [file]


def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """An archive entry without details of this machine."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    entry.mtime = changed_at()
    entry.mode = 0o755 if entry.mode & 0o100 else 0o644
    return entry
