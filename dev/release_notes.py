#!/usr/bin/env python3
"""Prints the release notes of a version from CHANGELOG.md.

    dev/release_notes.py v0.2.0

Fails if the tag is not the version in Cargo.toml, or if CHANGELOG.md does not describe that version or says
that it is unreleased.
"""

import re
import sys
import tomllib
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


class NotReady(Exception):
    """The version cannot be released."""


def notes(changelog: str, manifest: str, tag: str) -> str:
    """The section of a version, without its heading."""
    version = tomllib.loads(manifest)["workspace"]["package"]["version"]
    if tag != f"v{version}":
        raise NotReady(f"the tag is {tag}, and the version in Cargo.toml {version}")
    sections = re.split(r"(?m)^## ", changelog)[1:]
    found = [it.partition("\n") for it in sections if it.split(maxsplit=1)[0] == version]
    if len(found) != 1:
        raise NotReady(f"CHANGELOG.md has {len(found)} sections for {version}")
    heading, _, text = found[0]
    if "unreleased" in heading.lower():
        raise NotReady(f"CHANGELOG.md says that {version} is unreleased")
    if not text.strip():
        raise NotReady(f"CHANGELOG.md says nothing of {version}")
    return text.strip() + "\n"


def main() -> None:
    """Print the notes for the tag on the command line."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    files = [(REPOSITORY / name).read_text(encoding="utf-8") for name in ("CHANGELOG.md", "Cargo.toml")]
    try:
        sys.stdout.write(notes(*files, sys.argv[1]))
    except NotReady as reason:
        sys.exit(f"dev/release_notes.py: {reason}")


if __name__ == "__main__":
    main()
