#!/usr/bin/env python3
"""Tests the release notes from CHANGELOG.md, and the pins of the workflows."""

import re
from pathlib import Path

from release_notes import NotReady, notes

REPOSITORY = Path(__file__).resolve().parent.parent
CHANGELOG = """\
# Changelog

## 0.3.0 (unreleased)

- new

## 0.2.0

### Fixed

- a mistake, see `## not a heading`

## 0.1.0
"""


def refused(version: str, tag: str) -> str:
    """The reason for the refusal."""
    try:
        notes(CHANGELOG, f'[workspace.package]\nversion = "{version}"', tag)
    except NotReady as reason:
        return str(reason)
    raise AssertionError(f"there are notes for {tag}")


def notes_of_a_version_are_its_section() -> None:
    found = notes(CHANGELOG, '[workspace.package]\nversion = "0.2.0"', "v0.2.0")
    assert found == "### Fixed\n\n- a mistake, see `## not a heading`\n", found


def a_version_that_is_not_ready_has_no_notes() -> None:
    assert refused("0.3.0", "v0.3.0") == "CHANGELOG.md says that 0.3.0 is unreleased"
    assert refused("0.1.0", "v0.1.0") == "CHANGELOG.md says nothing of 0.1.0"
    assert refused("0.4.0", "v0.4.0") == "CHANGELOG.md has 0 sections for 0.4.0"
    assert refused("0.2.0", "v0.3.0") == "the tag is v0.3.0, and the version in Cargo.toml 0.2.0"
    assert refused("0.2.0", "0.2.0") == "the tag is 0.2.0, and the version in Cargo.toml 0.2.0"


def actions_are_pinned_by_commit() -> int:
    """Check that each has a version next to its commit, the same in all workflows; return their number."""
    pins: dict[str, str] = {}
    for file in sorted((REPOSITORY / ".github" / "workflows").glob("*.yml")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if not (used := re.search(r"\buses: *(.*)", line)) or used[1].startswith("./"):
                continue
            pinned = re.fullmatch(r"([\w.-]+/[\w./-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)", used[1])
            assert pinned, f"{file.name}: not pinned by commit and version: {used[1]}"
            action, pin = pinned.groups()
            assert pins.setdefault(action, pin) == pin, f"{file.name}: {action} is pinned to two versions"
    assert pins, "the workflows use no actions"
    return len(pins)


def main() -> None:
    notes_of_a_version_are_its_section()
    a_version_that_is_not_ready_has_no_notes()
    print(f"release notes: 2 tests; {actions_are_pinned_by_commit()} actions are pinned by commit")


if __name__ == "__main__":
    main()
