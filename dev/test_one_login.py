#!/usr/bin/env python3
"""Our program, called `openstack`, and the real `openstack` for other commands share one login.

Runs both against the Keystone and the Glance of dev/services, and counts the logins at Keystone: with our
Python package next to the real `openstack`, and without it. Needs the built program, and an environment in
which the package can be built (dev/test). About a minute.
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from server import STATE, Environment

DEV = Path(__file__).resolve().parent
ROOT = DEV.parent
PROGRAM = ROOT / "target" / "debug" / "archstone"

IDENTITY = "project show web --domain default -f value -c name"
IMAGES = "image list -f value -c Name"
# The variables of a user who logs in with a password.
NAMES = ("OS_USERNAME", "OS_PASSWORD", "OS_PROJECT_NAME", "OS_USER_DOMAIN_ID", "OS_PROJECT_DOMAIN_ID")
CLOUDS = """\
clouds:
  mine:
    auth_type: v3applicationcredential
    auth: {{auth_url: "URL", application_credential_id: "{}", application_credential_secret: "{}"}}
    region_name: RegionOne
"""


def run(*command: str | Path, **options: object) -> str:
    """Run a command, and return its output."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    if done.returncode:
        raise AssertionError(f"{command} failed with {done.returncode}:\n{done.stdout}{done.stderr}")
    return str(done.stdout).strip()


class OneLogin(unittest.TestCase):
    """The same user in both programs."""

    interpreter: Path
    url: str

    @classmethod
    def setUpClass(cls) -> None:
        made = Environment(STATE / "one-login-venv", DEV / "requirements-parity.txt", "openstack")
        made.install()
        cls.interpreter = made.python
        cls.url = run(DEV / "services", "up")
        with tempfile.TemporaryDirectory() as folder:
            wheel = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-build-isolation", "--no-deps"]
            path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
            environment = os.environ | {"MATURIN_PEP517_ARGS": "--profile dev", "PATH": path}
            run(*wheel, "--wheel-dir", folder, ROOT / "python", env=environment)
            cls.wheel = next(Path(folder).glob("archstone-*.whl"))
            cls.pip("install", "--force-reinstall", "--no-deps", str(cls.wheel))

    @classmethod
    def pip(cls, *arguments: str) -> None:
        """Change the packages next to the real `openstack`."""
        run(cls.interpreter, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments)

    def logins(self, name: str, *lines: str, clouds: str = "", **variables: str) -> int:
        """Run command lines one after another, beginning with an empty cache, and count the logins."""
        # The server counts since its start, so earlier runs need another tag.
        tag = f"one-login-{name}-{os.getpid()}"
        counted = [
            DEV / "keystone",
            "requests",
            "--tag",
            tag,
            "--method",
            "POST",
            "--path",
            "/v3/auth/tokens",
        ]
        with tempfile.TemporaryDirectory() as home:
            link = Path(home) / "bin" / "openstack"
            link.parent.mkdir()
            link.symlink_to(PROGRAM)
            environment = {
                "HOME": home,
                "PATH": f"{link.parent}:{self.interpreter.parent}:/usr/bin:/bin",
                "OS_AUTH_URL": self.url.replace("/v3", f"/{tag}/v3"),
                "OS_USERNAME": "admin",
                "OS_PASSWORD": "admin-secret",
                "OS_PROJECT_NAME": "admin",
                "OS_USER_DOMAIN_ID": "default",
                "OS_PROJECT_DOMAIN_ID": "default",
                "OS_REGION_NAME": "RegionOne",
            } | variables
            environment = {key: value for key, value in environment.items() if value}
            if clouds:
                folder = Path(home) / ".config" / "openstack"
                folder.mkdir(parents=True)
                (folder / "clouds.yaml").write_text(clouds.replace("URL", environment.pop("OS_AUTH_URL")))
            for line in lines:
                printed = run(link, *line.split(), env=environment, cwd=home)
                if line == IDENTITY:
                    self.assertEqual(printed, "web")
        return int(run(*counted, "--count", "services"))

    def test_1_there_is_one_login_whichever_comes_first(self) -> None:
        """Our program first, then the real one; and vice versa."""
        self.assertEqual(self.logins("ours-first", IDENTITY, IMAGES, IDENTITY, IMAGES), 1)
        self.assertEqual(self.logins("real-first", IMAGES, IDENTITY, IMAGES), 1)

    def test_2_a_named_method_and_domain_make_no_difference(self) -> None:
        """Variables as in the scripts of other clouds."""
        token = {"OS_AUTH_TYPE": "password", "OS_USER_DOMAIN_ID": "", "OS_USER_DOMAIN_NAME": "Default"}
        self.assertEqual(self.logins("method", IDENTITY, IMAGES, **token), 1)

    def test_2_other_methods_are_shared_as_well(self) -> None:
        """An application credential, named by variables and by clouds.yaml."""
        words = ["application", "credential", "create", f"one-login-{os.getpid()}", "-f", "json"]
        admin = {"OS_USERNAME": "admin", "OS_PASSWORD": "admin-secret", "OS_PROJECT_NAME": "admin"}
        with tempfile.TemporaryDirectory() as home:
            environment = {"HOME": home, "OS_AUTH_URL": self.url, **admin}
            made = json.loads(run(PROGRAM, *words, "--unrestricted", env=environment))
        nobody = dict.fromkeys(NAMES, "")
        variables = {
            "OS_AUTH_TYPE": "v3applicationcredential",
            "OS_APPLICATION_CREDENTIAL_ID": made["ID"],
            "OS_APPLICATION_CREDENTIAL_SECRET": made["Secret"],
        }
        self.assertEqual(self.logins("variables", IDENTITY, IMAGES, **nobody, **variables), 1)
        clouds = CLOUDS.format(made["ID"], made["Secret"])
        self.assertEqual(self.logins("clouds", IMAGES, IDENTITY, clouds=clouds, OS_CLOUD="mine", **nobody), 1)

    def test_3_without_the_package_the_real_one_logs_in_by_itself(self) -> None:
        """Each command of the real `openstack` logs in."""
        self.pip("uninstall", "--yes", "archstone")
        self.assertEqual(self.logins("plain", IDENTITY, IMAGES, IMAGES), 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
