"""The real servers of `dev/keystone` and `dev/services`, and helpers for them."""

from __future__ import annotations

import json
import secrets
import subprocess
import urllib.request
from functools import cache
from pathlib import Path
from typing import Any

DEV = Path(__file__).parents[2] / "dev"
SEEDED: dict[str, Any] = json.loads((DEV / "cloud.json").read_text())


def run(*arguments: str, command: str = "keystone") -> str:
    """Run `dev/keystone`, or another command in that folder, and return its output."""
    return subprocess.run([DEV / command, *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()


@cache
def password_of(name: str, domain: str = "Default") -> str:
    """Return the password of a seeded user."""
    users = [SEEDED["admin"], *SEEDED["users"]]
    return next(str(user["password"]) for user in users if (user["name"], user["domain"]) == (name, domain))


class Keystone:
    """An instance, which is started if it is not running."""

    def __init__(self, name: str, *options: str) -> None:
        self.name = name
        self.auth_url = run("up", name, *options)
        self.root = self.auth_url.removesuffix("/v3")

    def tagged(self) -> TaggedKeystone:
        """Return the same Keystone under a separate path."""
        return TaggedKeystone(self)

    def stop(self) -> None:
        """Stop the instance, and delete its data."""
        run("down", self.name, "--delete")

    def ca(self) -> Path:
        """Return the certificate authority of an instance with `--tls`."""
        return DEV / ".state" / "instances" / self.name / "ca.pem"


class TaggedKeystone:
    """Keystone under a separate path, where requests can be counted and made to fail."""

    def __init__(self, keystone: Keystone) -> None:
        self.keystone = keystone
        self.word = f"py-{secrets.token_hex(6)}"
        self.auth_url = self.url()

    def url(self, *options: str) -> str:
        """Return the auth URL of a path where Keystone misbehaves in these ways."""
        return f"{self.keystone.root}/{'+'.join([*options, self.word])}/v3"

    def requests(self) -> list[dict[str, Any]]:
        """Return the requests that were received."""
        lines = run("requests", self.keystone.name, "--tag", self.word).splitlines()
        return [json.loads(line) for line in lines]

    def logins(self) -> int:
        """Return the number of login attempts."""
        return sum(1 for it in self.requests() if (it["method"], it["path"]) == ("POST", "/v3/auth/tokens"))

    def user(self, name: str = "alice", *options: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the options of a client for a seeded user of the domain Default."""
        return {"auth_url": self.url(*options), "username": name, "password": password_of(name), **more}

    def ask(self, method: str, path: str, token: str, body: object = None, subject: str | None = None) -> Any:  # noqa: ANN401
        """Send a request of the test itself, which is not counted."""
        headers = {"X-Auth-Token": token, "Content-Type": "application/json"}
        if subject:
            headers["X-Subject-Token"] = subject
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.keystone.auth_url + path, data, headers, method=method)
        with urllib.request.urlopen(request) as answer:
            text = answer.read()
        return json.loads(text) if text else None


class Services:
    """A Keystone whose catalog contains a real Placement and Glance, with the types `placement` and `image`."""

    def __init__(self) -> None:
        run("up", command="services")
        self.keystone = Keystone("services")

    def url(self, service: str) -> str:
        """Return the endpoint of a service."""
        return run("url", service, command="services")

    def requests(self, service: str, *filters: str) -> list[dict[str, Any]]:
        """Return the requests that reached a service, filtered by options such as `--path`."""
        return [json.loads(line) for line in run("requests", service, *filters, command="services").splitlines()]
