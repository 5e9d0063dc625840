"""A check of dev/services against real servers: python3 dev/test_services.py (about 40 seconds)."""

import contextlib
import http.client
import json
import os
import shlex
import signal
import subprocess
import unittest
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from test_keystone import Answer, ask, login, project

DEV = Path(__file__).resolve().parent
NAME = "selfcheck-services"
MEGABYTE = 1 << 20
IMAGE_MEGABYTES = 256


def start(command: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of this folder."""
    return subprocess.run([DEV / command, *arguments], capture_output=True, text=True, check=False)


def run(command: str, *arguments: str) -> str:
    """Run a command of this folder and return its output; progress is only shown if it fails."""
    done = start(command, *arguments)
    if done.returncode != 0:
        raise AssertionError(f"dev/{command} {shlex.join(arguments)} failed:\n{done.stderr}")
    return done.stdout.strip()


def send(method: str, url: str, token: str, body: Any = None, **headers: str) -> Answer:
    """Send a request and read the response; both may be large."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    with contextlib.closing(connection):
        names = {key.replace("_", "-"): value for key, value in headers.items()}
        connection.request(method, parts.path, body, {"X-Auth-Token": token, **names})
        answer = connection.getresponse()
        size = 0
        kept = b""
        while piece := answer.read(MEGABYTE):
            size += len(piece)
            kept = kept or piece
        return Answer(answer.status, {"size": size}, kept)


def pieces() -> Iterator[bytes]:
    """A large image in chunks, which is never completely in memory."""
    for number in range(IMAGE_MEGABYTES):
        yield number.to_bytes(2) * (MEGABYTE // 2)


def peak_memory(pid: int) -> int:
    """The peak memory of any process of a server in megabytes."""
    peaks: list[int] = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            if os.getpgid(int(status.parent.name)) == pid:
                rows = [row.split() for row in status.read_text().splitlines()]
                # A process that has just ended has no such row.
                peaks += [int(row[1]) // 1024 for row in rows if row[0] == "VmHWM:"]
    return max(peaks)


class SelfCheck(unittest.TestCase):
    """Everything described in the README, on one instance."""

    auth_url: str

    @classmethod
    def setUpClass(cls) -> None:
        cls.auth_url = run("services", "up", NAME)

    @classmethod
    def tearDownClass(cls) -> None:
        run("services", "down", NAME, "--delete")

    def token(self, user: str = "admin", place: str = "admin") -> str:
        """A new token for a project."""
        return str(login(self.auth_url, user, scope=project(place)).headers["X-Subject-Token"])

    def url(self, service: str) -> str:
        """The endpoint of a service."""
        return run("services", "url", service, NAME)

    def count(self, service: str, *options: str) -> int:
        """The number of requests that reached a service."""
        return int(run("services", "requests", service, NAME, *options, "--count"))

    def pid(self, service: str) -> int:
        """The process id of a running service."""
        prefix = f"{NAME}\t{service}\trunning (pid "
        line = next(row for row in run("services", "status").splitlines() if row.startswith(prefix))
        return int(line.removeprefix(prefix).partition(")")[0])

    def test_catalog(self) -> None:
        """The catalog names the services in the first region, and only there; other instances stay."""
        catalog = login(self.auth_url, "alice", scope=project("web")).json()["token"]["catalog"]
        for service in ("placement", "image"):
            endpoints = next(it["endpoints"] for it in catalog if it["type"] == service)
            here = {it["interface"]: it["url"] for it in endpoints if it["region"] == "RegionOne"}
            self.assertEqual(here, dict.fromkeys(("public", "internal", "admin"), self.url(service)))
            there = [it["url"] for it in endpoints if it["region"] == "RegionTwo"]
            self.assertTrue(all("region-two.example" in url for url in there), there)
        self.assertIn("no service", start("keystone", "up", NAME, "--endpoint", "tea=http://x").stderr)
        self.assertEqual(run("services", "up", NAME), self.auth_url)

    def test_placement(self) -> None:
        """An administrator creates a resource provider; a member may not even list them."""
        base = f"{self.url('placement')}/resource_providers"
        admin, version = self.token(), {"OpenStack_API_Version": "placement 1.39"}
        own = str(uuid.uuid4())
        body = json.dumps({"name": own, "uuid": own})
        made = send("POST", base, admin, body, Content_Type="application/json", **version)
        self.assertEqual((made.status, made.json()["generation"]), (200, 0))
        self.assertEqual(send("GET", f"{base}/{own}", admin, **version).json()["name"], own)
        self.assertEqual(send("DELETE", f"{base}/{own}", admin, **version).status, 204)
        self.assertEqual(send("GET", f"{base}/{own}", admin, **version).status, 404)
        self.assertEqual(send("GET", base, self.token("alice", "web")).status, 403)
        self.assertEqual(self.count("placement", "--path", f"/resource_providers/{own}"), 3)

    def test_revocation(self) -> None:
        """A token is refused immediately after its revocation."""
        for service, path in (("placement", "/resource_providers"), ("image", "/v2/images")):
            token = self.token()
            self.assertEqual([ask(self.url(service) + path, token=token).status for _ in range(2)], [200] * 2)
            headers = {"X-Auth-Token": token, "X-Subject-Token": token}
            url = f"{self.auth_url}/auth/tokens"
            urllib.request.urlopen(urllib.request.Request(url, headers=headers, method="DELETE")).close()
            self.assertEqual(ask(self.url(service) + path, token=token).status, 401)

    def test_large_image(self) -> None:
        """A member uploads, downloads and deletes an image in chunks; no process has it in memory."""
        images, token = f"{self.url('image')}/v2/images", self.token("alice", "web")
        store = DEV / ".state" / "services" / NAME / "image" / "images"
        described = {"name": "large", "disk_format": "raw", "container_format": "bare"}
        image = ask(images, described, token).json()["id"]
        sent = send("PUT", f"{images}/{image}/file", token, pieces(), Content_Type="application/octet-stream")
        self.assertEqual(sent.status, 204)
        self.assertEqual((store / image).stat().st_size, IMAGE_MEGABYTES * MEGABYTE)
        self.assertEqual(
            send("GET", f"{images}/{image}/file", token).headers["size"], IMAGE_MEGABYTES * MEGABYTE
        )
        if Path("/proc/self/status").exists():
            self.assertLess(peak_memory(self.pid("image")), IMAGE_MEGABYTES)
        self.assertEqual(send("DELETE", f"{images}/{image}", token).status, 204)
        self.assertEqual([*store.iterdir()], [])
        self.assertEqual(self.count("image", "--method", "PUT", "--path", f"/v2/images/{image}/file"), 1)

    def test_tags(self) -> None:
        """Tags are counted and misbehave like Keystone's."""
        token = self.token()
        self.assertEqual(ask(f"{self.url('placement')}/own/resource_providers", token=token).status, 200)
        self.assertEqual(ask(f"{self.url('image')}/status=503+own/v2/images", token=token).status, 503)
        self.assertEqual(self.count("placement", "--tag", "own", "--path", "/resource_providers"), 1)
        self.assertEqual(self.count("image", "--tag", "own"), 1)

    def test_up_again(self) -> None:
        """`up` starts only services that are not running, on the same ports, however they ended."""
        before = {service: (self.pid(service), self.url(service)) for service in ("placement", "image")}
        os.killpg(before["placement"][0], signal.SIGKILL)
        self.assertEqual(run("services", "up", NAME), self.auth_url)
        after = {service: (self.pid(service), self.url(service)) for service in ("placement", "image")}
        self.assertEqual(after["image"], before["image"])
        self.assertEqual(after["placement"][1], before["placement"][1])
        self.assertNotEqual(after["placement"][0], before["placement"][0])

    def test_failure(self) -> None:
        """A service that cannot start says so, with the end of its log, and works again when it can."""
        broken = DEV / ".state" / "services" / NAME / "image" / "glance.py"
        run("services", "down", NAME)
        broken.write_text("raise SystemExit('broken on purpose')\n", encoding="ascii")
        failed = start("services", "up", NAME)
        self.assertEqual((failed.returncode, failed.stdout), (1, ""))
        self.assertIn(f"dev/services: image of {NAME} ended at its start; the end of ", failed.stderr)
        self.assertIn("broken on purpose", failed.stderr)
        broken.unlink()
        self.assertEqual(run("services", "up", NAME), self.auth_url)


if __name__ == "__main__":
    unittest.main()
