#!/usr/bin/env python3
"""Installs the packages in `dist/` into clean Debian systems, logs in with each, and removes it again.

    dev/test_dist.py                       everything
    dev/test_dist.py --only deb            one part: wheels, deb or archive
    dev/test_dist.py --python PYTHON       also the wheels with a Python of this machine; can be repeated

Each system is a folder in `dev/.state/roots` in which debootstrap has installed a Debian release: that needs
root, and a few minutes the first time. All of them log in to `dev/keystone`.
"""

import argparse
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from debian_root import Root, run
from server import DEV, Failure

DIST = DEV.parent / "dist"
# Releases of Debian, with the Pythons that are tested there: the oldest supported one, and the newest.
PYTHONS = {"bookworm": ["python3.11"], "sid": ["python3.14", "python3.15"]}
# The releases in which apt installs and removes the package.
DEB_RELEASES = ["bookworm", "sid"]
# The release with the oldest glibc, 2.31.
ARCHIVE_RELEASE = "bullseye"
# A user of dev/cloud.json.
LOGIN = {"OS_USERNAME": "alice", "OS_PASSWORD": "alice-secret", "OS_USER_DOMAIN_ID": "default"}
SCRIPT = """\
import sys, archstone
with archstone.Client(auth_url=sys.argv[1], username="alice", password="alice-secret") as client:
    assert client.token
    print("archstone", archstone.__version__, "on Python", sys.version.split()[0])
    print("logged in as", client.auth_ref.user_name, "to", client.auth_ref.project_name)
"""


def say(text: str) -> None:
    """Report progress."""
    print(text, flush=True)


def clean(release: str) -> Root:
    """A clean system with the Pythons that are tested there."""
    return Root(release, tuple(name for it in PYTHONS.get(release, []) for name in (it, f"{it}-venv")))


def package(pattern: str) -> Path:
    """A file in `dist/`, for this machine."""
    found = sorted(DIST.glob(pattern))
    if len(found) != 1:
        raise Failure(f"dist/ has {len(found)} files {pattern}: build them with dev/dist")
    return found[0]


def wheels() -> list[Path]:
    """Both wheels."""
    machine = platform.machine()
    return [package(f"{name}-*manylinux*_{machine}*.whl") for name in ("archstone", "archstone_cli")]


def shown(text: str) -> None:
    """Print output as part of a check."""
    for line in text.splitlines():
        say(f"   {line}")


def wheels_in(root: Root, python: str, auth_url: str) -> None:
    """Install both wheels into a virtual environment, log in with each, and delete it."""
    root.make()
    say(f"\n== wheels, {python} of Debian {root.release}")
    with root.left_as_it_was("the wheels"):
        own = "/tmp/venv/bin"
        root.run(python, "-m", "venv", "/tmp/venv")
        for file in wheels():
            with root.given(file) as there:
                root.run(f"{own}/pip", "install", "--quiet", "--no-index", "--no-compile", there)
        shown(root.run(f"{own}/python", "-c", SCRIPT, auth_url))
        shown(login(lambda *command, **more: root.run(f"{own}/archstone", *command, **more), auth_url))
        root.run(f"{own}/pip", "uninstall", "--quiet", "--yes", "archstone", "archstone-cli")
        gone = root.run("sh", "-c", f"ls {own} | grep -c archstone || true")
        if gone != "0":
            raise Failure("pip uninstall has left programs")
        shutil.rmtree(root.folder / "tmp" / "venv")


def wheels_of_this_machine(python: str, auth_url: str) -> None:
    """The same with a Python of this machine."""
    say(f"\n== wheels, {python} of this machine")
    with tempfile.TemporaryDirectory() as folder:
        run(python, "-m", "venv", folder)
        install = ["install", "--quiet", "--disable-pip-version-check", "--no-index"]
        run(f"{folder}/bin/pip", *install, *map(str, wheels()))
        shown(run(f"{folder}/bin/python", "-c", SCRIPT, auth_url))

        def archstone(*command: str, variables: dict[str, str]) -> str:
            return run(
                f"{folder}/bin/archstone", *command, variables={**os.environ, **variables, "HOME": folder}
            )

        shown(login(archstone, auth_url))


def login(archstone: Callable[..., str], auth_url: str) -> str:
    """Log in with the program, show the user, and revoke the token."""
    variables = LOGIN | {"OS_AUTH_URL": auth_url}
    lines = [
        archstone("--version", variables=variables),
        archstone("token", "issue", "-f", "value", "-c", "expires", variables=variables),
        archstone("whoami", "-f", "value", "-c", "user_name", "-c", "project_name", variables=variables),
        archstone("cache", "clear", variables=variables),
    ]
    if lines[2].split() != ["alice", "web"]:
        raise Failure(f"not a login as alice: {lines}")
    return "\n".join(lines)


def deb_in(root: Root, auth_url: str) -> None:
    """Install the Debian package with apt, check its files, log in, and purge it."""
    root.make()
    say(f"\n== Debian package, Debian {root.release}")
    machine = run("dpkg", "--print-architecture")
    with root.left_as_it_was("the Debian package"):
        with root.given(package(f"archstone_*_{machine}.deb")) as there:
            root.run("apt-get", "install", "--quiet=2", "--yes", "--no-install-recommends", there)
        installed = root.run("dpkg", "-L", "archstone").splitlines()
        pages = [it for it in installed if it.endswith(".1.gz")]
        shown(root.run("dpkg-query", "-W", "archstone"))
        say(f"   {len(installed)} files and folders, {len(pages)} of them man pages")
        shown(login(lambda *command, **more: root.run("archstone", *command, **more), auth_url))
        # With the bash of that system.
        root.run(
            "bash", "-euc", "source /usr/share/bash-completion/completions/archstone && complete -p archstone"
        )
        root.run("apt-get", "purge", "--quiet=2", "--yes", "archstone")


def archive_in(root: Root, auth_url: str) -> None:
    """Unpack the archive, and log in with its program."""
    root.make()
    say(f"\n== archive, Debian {root.release}")
    with root.left_as_it_was("the archive"):
        with root.given(package(f"archstone-*-{platform.machine()}-unknown-linux-gnu.tar.gz")) as there:
            root.run("tar", "--extract", "--gzip", "--file", there, "--directory", "/opt", "--no-same-owner")
        [unpacked] = (root.folder / "opt").iterdir()
        program = f"/opt/{unpacked.name}/archstone"
        shown(root.run("sh", "-c", "ldd --version | head -n 1"))
        shown(login(lambda *command, **more: root.run(program, *command, **more), auth_url))
        shutil.rmtree(unpacked)


def main() -> None:
    """Test what the command line selects."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", choices=("wheels", "deb", "archive"))
    parser.add_argument("--python", action="append", default=[], metavar="PYTHON")
    options = parser.parse_args()
    for name in [it for it in os.environ if it.startswith(("OS_", "ARCHSTONE_"))]:
        del os.environ[name]
    say(run("env", "--chdir", str(DIST), "sha256sum", "--check", "--strict", "SHA256SUMS"))
    auth_url = run(str(DEV / "keystone"), "up").splitlines()[-1]
    parts = [options.only] if options.only else ["archive", "deb", "wheels"]
    if "archive" in parts:
        archive_in(clean(ARCHIVE_RELEASE), auth_url)
    if "deb" in parts:
        for release in DEB_RELEASES:
            deb_in(clean(release), auth_url)
    if "wheels" in parts:
        for release, pythons in PYTHONS.items():
            for python in pythons:
                wheels_in(clean(release), python, auth_url)
        for python in options.python:
            wheels_of_this_machine(python, auth_url)
    say("\neverything that was installed has logged in, and is removed again")


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"dev/test_dist.py: {failure}")
