"""The crates, as `cargo publish` would upload them."""

import shutil
import tomllib
from pathlib import Path

from dist_lib.tools import DIST, REPOSITORY, check, run, target_folder, version


def crates() -> tuple[list[str], list[str]]:
    """The published and the unpublished crates of the workspace."""
    manifests = [
        tomllib.loads(it.read_text(encoding="utf-8")) for it in REPOSITORY.glob("crates/*/Cargo.toml")
    ]
    packages = sorted((it["package"]["name"], it["package"].get("publish", True)) for it in manifests)
    return [name for name, it in packages if it], [name for name, it in packages if not it]


def deliver_crates(allow_dirty: bool) -> list[Path]:
    """Package all crates, and build each from its package: a crate that needs another gets its package."""
    published, others = crates()
    # An unpublished crate may depend on another without a version, which `cargo package` refuses. `cargo
    # publish --dry-run` would skip it, but does not keep the packages.
    options = [f"--exclude={name}" for name in others] + (["--allow-dirty"] if allow_dirty else [])
    run("cargo", "package", "--locked", "--workspace", *options)
    files = []
    for crate in published:
        file = target_folder() / "package" / f"{crate}-{version()}.crate"
        check(file.exists(), f"`cargo package` has not written {file.name}")
        shutil.copy2(file, DIST)
        files.append(DIST / file.name)
    return files
