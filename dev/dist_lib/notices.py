"""The licences of the crates that are linked into a package, with their texts."""

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dist_lib.tools import Failure, Target, output

# The names of files with a crate's licence and other notices that must be included.
FILES = re.compile(r"(?i)^(licen[cs]e|copying|copyright|notice|unlicense)")
# For crates without such a file.
MIT = """\
Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
associated documentation files (the "Software"), to deal in the Software without restriction,
including without limitation the rights to use, copy, modify, merge, publish, distribute,
sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial
portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES
OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""
HEAD = """\
{package} contains the code of these Rust crates. Each is listed with its licence; where that is a
choice of licences, one of them is enough. The texts follow, each with the crates that it is from.

"""
RULE = "-" * 100


@dataclass(frozen=True, order=True)
class Crate:
    """A crate that is linked into a package."""

    name: str
    version: str
    licence: str
    authors: str
    folder: Path

    def texts(self) -> list[str]:
        """The texts of its licences."""
        files = sorted(it for it in self.folder.iterdir() if it.is_file() and FILES.match(it.name))
        if files:
            return [it.read_text(encoding="utf-8", errors="replace") for it in files]
        if "MIT" not in re.split(r"[^A-Za-z0-9.-]+", self.licence):
            raise Failure(
                f"the package of {self.name} {self.version} has no text of its licence, {self.licence}"
            )
        return [f"Copyright (c) {self.authors or f'the authors of {self.name}'}\n\n{MIT}"]


@cache
def linked_crates(package: str, target: Target) -> list[Crate]:
    """The third-party crates that are linked into a package, without those for its tests and its build."""
    options = ["--locked", "--package", package, "--target", target.triple]
    tree = output("cargo", "tree", *options, "--edges=normal,no-proc-macro", "--prefix=none", "--format={p}")
    linked = {tuple(line.split()[:2]) for line in tree.splitlines() if line}
    described = json.loads(output("cargo", "metadata", "--locked", "--format-version=1"))
    return sorted(
        Crate(
            name=it["name"],
            version=it["version"],
            licence=it["license"] or it["license_file"],
            authors=", ".join(re.sub(r" *<.*?>", "", author) for author in it["authors"]),
            folder=Path(it["manifest_path"]).parent,
        )
        for it in described["packages"]
        if it["source"] is not None and (it["name"], f"v{it['version']}") in linked
    )


def third_party_notices(package: str, target: Target) -> str:
    """The text of the file with all licences."""
    crates = linked_crates(package, target)
    # Most crates have the same texts, except for white space and line breaks.
    origins: dict[str, list[Crate]] = defaultdict(list)
    spelled: dict[str, str] = {}
    for crate in crates:
        for text in crate.texts():
            words = " ".join(text.split())
            spelled.setdefault(words, text.strip("\r\n").replace("\r\n", "\n"))
            if crate not in origins[words]:
                origins[words].append(crate)
    lines = [f"{it.name} {it.version}: {it.licence}" for it in crates]
    parts = [HEAD.format(package=package) + "\n".join(lines)]
    for words, found in origins.items():
        names = ", ".join(f"{it.name} {it.version}" for it in found)
        parts.append(f"{RULE}\n{names}\n{RULE}\n\n{spelled[words]}")
    return "\n\n".join(parts) + "\n"
