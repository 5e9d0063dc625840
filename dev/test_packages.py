#!/usr/bin/env python3
"""Checks that each crate, the wheel and the source distributions contain a licence and a README.

Needs the Python package installed in this environment, and maturin.
"""

import importlib.metadata
import subprocess
import tarfile
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
# The crates and their READMEs.
CRATES = {"archstone": "README.md", "archstone-cli": "README.md", "archstone-testing": "testing.md"}
# The packages on PyPI.
PROJECTS = ("python", "crates/archstone-cli")


def output(*command: str, folder: str = ".") -> str:
    return subprocess.run(command, cwd=REPOSITORY / folder, capture_output=True, text=True, check=True).stdout


def main() -> None:
    licence = (REPOSITORY / "LICENSE").read_bytes()
    for crate, readme in CRATES.items():
        files = output("cargo", "package", "--list", "--allow-dirty", "--package", crate).splitlines()
        assert {"LICENSE", readme} <= set(files), f"{crate}: {files}"
        assert (REPOSITORY / "crates" / crate / "LICENSE").read_bytes() == licence, crate

    installed = importlib.metadata.distribution("archstone")
    [path] = [it for it in installed.files or [] if it.name == "LICENSE"]
    assert installed.locate_file(path).read_bytes() == licence
    assert "Identity for OpenStack" in (installed.metadata.get_payload() or ""), "the wheel has no README"

    for project in PROJECTS:
        with tempfile.TemporaryDirectory() as folder:
            output("maturin", "sdist", "--out", folder, folder=project)
            [archive] = Path(folder).iterdir()
            with tarfile.open(archive) as files:
                names = {name.partition("/")[2] for name in files.getnames()}
        # The lock file, so that pip builds the tested versions.
        assert {"LICENSE", "README.md", "PKG-INFO", "Cargo.lock"} <= names, (project, names)
    count = f"{len(CRATES)} crates, the wheel and {len(PROJECTS)} source distributions"
    print(f"{count} have their licence and README")


if __name__ == "__main__":
    main()
