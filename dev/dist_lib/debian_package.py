"""The Debian package: the program, its man pages and completions, built with `dpkg-deb` only."""

import gzip
import os
import shutil
import time
from email.utils import formatdate
from pathlib import Path

from dist_lib import elf
from dist_lib.archive import COMPLETIONS, tree
from dist_lib.tools import (
    DIST,
    GLIBC,
    NOTICES,
    Failure,
    Target,
    changed_at,
    check,
    fresh,
    is_installed,
    run,
    version,
    work_folder,
)

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
# The libraries of the package libc6.
OF_LIBC = {"libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0", "librt.so.1", "libutil.so.1"}
# The package's revision for this version of the program.
REVISION = 1
MAINTAINER = "The Archstone developers <archstone@users.noreply.github.com>"
HOMEPAGE = "https://github.com/archstone/archstone"

CONTROL = """\
Package: archstone
Version: {version}-{revision}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {size}
Depends: {depends}
Recommends: ca-certificates
Section: net
Priority: optional
Homepage: {homepage}
Description: log in to OpenStack once, get tokens and endpoints
 The program archstone is identity for OpenStack from the shell. It logs in to
 Keystone, prints tokens, endpoints and the service catalog, and keeps the
 token for its lifetime, encrypted, so that the next command needs no login
 and no network connection.
 .
 Its options, environment variables, clouds.yaml and output formats are those
 of the openstack command.
"""

COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: archstone
Source: {homepage}
Comment: The program contains the code of Rust crates. Their licences, with
 their texts, are in {notices}.gz in this folder.

Files: *
Copyright: {year} The Archstone developers
License: Apache-2.0
 On Debian systems, the text of this licence is in
 /usr/share/common-licenses/Apache-2.0.
"""

CHANGELOG = """\
archstone ({version}-{revision}) unstable; urgency=medium

  * Version {version}; what has changed is in changelog.gz.

 -- {maintainer}  {date}
"""


def deliver_debian_package(target: Target) -> list[Path]:
    """Build the package and check it with lintian."""
    if not target.is_glibc or target.processor not in ARCHITECTURES:
        raise Failure(f"there is no Debian package for {target.triple}")
    for program, package in {"dpkg-deb": "dpkg", "lintian": "lintian"}.items():
        check(is_installed(program), f"the Debian package needs {program}: apt install {package}")
    root = fresh(work_folder(target) / "debian")
    fill(root, tree(target))
    installed = sum(it.stat().st_size for it in root.rglob("*") if it.is_file())
    (root / "DEBIAN").mkdir()
    write(root / "DEBIAN" / "control", control(target, root / "usr" / "bin" / "archstone", installed))
    for it in [root, *root.rglob("*")]:
        it.chmod(0o755 if it.is_dir() or (it.name == "archstone" and it.parent.name == "bin") else 0o644)
        os.utime(it, (changed_at(), changed_at()))
    architecture = ARCHITECTURES[target.processor]
    file = DIST / f"archstone_{version()}-{REVISION}_{architecture}.deb"
    run(
        *("dpkg-deb", "--root-owner-group", "-Zxz", "--build", root, file),
        variables={"SOURCE_DATE_EPOCH": str(changed_at())},
    )
    # This tag is about bug reports that request a package for Debian itself.
    suppressed = ("--suppress-tags", "initial-upload-closes-no-bugs")
    run("lintian", "--fail-on", "error,warning", "--tag-display-limit", "0", *suppressed, file)
    return [file]


def control(target: Target, program: Path, installed: int) -> str:
    """The control file for dpkg."""
    needed = {it for it in elf.libraries(program) if not it.startswith("ld-linux-")}
    newest = elf.newest_glibc(program)
    check(newest <= GLIBC, f"the program needs glibc {newest}")
    depends = [f"libc6 (>= {'.'.join(map(str, newest))})"]
    if "libgcc_s.so.1" in needed:
        depends.append("libgcc-s1")
    others = needed - OF_LIBC - {"libgcc_s.so.1"}
    check(not others, f"the program needs {others}, whose packages the Debian package does not depend on")
    return CONTROL.format(
        version=version(),
        revision=REVISION,
        architecture=ARCHITECTURES[target.processor],
        maintainer=MAINTAINER,
        size=installed // 1024 + 1,
        depends=", ".join(depends),
        homepage=HOMEPAGE,
    )


def fill(root: Path, packed: Path) -> None:
    """Copy the content of the archive to Debian's locations."""
    share = root / "usr" / "share"
    places = {
        "bash": share / "bash-completion" / "completions" / "archstone",
        "fish": share / "fish" / "vendor_completions.d" / "archstone.fish",
        "zsh": share / "zsh" / "vendor-completions" / "_archstone",
    }
    for shell, place in places.items():
        write(place, (packed / "completions" / COMPLETIONS[shell]).read_text(encoding="utf-8"))
    (root / "usr" / "bin").mkdir(parents=True)
    shutil.copy2(packed / "archstone", root / "usr" / "bin")
    for page in (packed / "man" / "man1").iterdir():
        compress(share / "man" / "man1" / f"{page.name}.gz", page.read_bytes())
    documents = share / "doc" / "archstone"
    year = time.gmtime(changed_at()).tm_year
    write(documents / "copyright", COPYRIGHT.format(homepage=HOMEPAGE, notices=NOTICES, year=year))
    for name in (NOTICES, "archstone.cyclonedx.json"):
        compress(documents / f"{name}.gz", (packed / name).read_bytes())
    compress(documents / "changelog.gz", (packed / "CHANGELOG.md").read_bytes())
    changelog = CHANGELOG.format(
        version=version(), revision=REVISION, maintainer=MAINTAINER, date=formatdate(changed_at())
    )
    compress(documents / "changelog.Debian.gz", changelog.encode())


def write(file: Path, text: str) -> None:
    """Write a text file, and create its folder."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def compress(file: Path, content: bytes) -> None:
    """Write a compressed file without a timestamp."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(content, 9, mtime=0))
