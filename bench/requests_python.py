"""Requests per second from Python: keystoneauth1's session, and Archstone's clients. Run by `bench/run`.

The service is a stub of its own process on loopback. The contenders take turns; the best of their rounds
counts, since all else on the machine only slows them down. Prints one JSON object.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable

import archstone
from keystoneauth1 import session
from keystoneauth1.identity import v3

ROUNDS = 5
SECONDS = 1.5
IN_FLIGHT = 64

STUB = """
import sys
from archstone.testing import FakeKeystone, Reply
with FakeKeystone() as keystone:
    servers = [{"id": str(number), "name": f"web-{number}", "status": "ACTIVE"} for number in range(3)]
    keystone.on("GET", "/compute/v2.1/servers").reply(Reply(json={"servers": servers}))
    print(keystone.auth_url, flush=True)
    sys.stdin.read()
"""


def rate(once: Callable[[], object]) -> float:
    """Calls in a second."""
    began, calls = time.perf_counter(), 0
    while time.perf_counter() - began < SECONDS:
        for _ in range(20):
            once()
        calls += 20
    return calls / (time.perf_counter() - began)


async def asyncio_rate(service: archstone.AsyncServiceClient) -> float:
    """Calls in a second, so many of them at a time."""
    began, calls = time.perf_counter(), 0

    async def work() -> None:
        nonlocal calls
        while time.perf_counter() - began < SECONDS:
            answer = await service.get("servers")
            assert len(answer.json()["servers"]) == 3
            calls += 1

    await asyncio.gather(*[work() for _ in range(IN_FLIGHT)])
    return calls / (time.perf_counter() - began)


def main() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STUB], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as stub:
        assert stub.stdout is not None
        assert stub.stdin is not None
        auth_url = stub.stdout.readline().strip()
        identity = {"auth_url": auth_url, "username": "demo", "password": "secret", "project_name": "demo"}
        auth = v3.Password(**identity, user_domain_id="default", project_domain_id="default")
        peer = session.Session(auth=auth)
        compute = {"service_type": "compute", "interface": "public"}
        client = archstone.Client(**identity)
        service = client.service("compute")
        later = archstone.AsyncClient(**identity).service("compute")

        def ask_peer() -> None:
            assert len(peer.get("/servers", endpoint_filter=compute).json()["servers"]) == 3

        def ask() -> None:
            assert len(service.get("servers").json()["servers"]) == 3

        best = {"keystoneauth1": 0.0, "sync": 0.0, "asyncio": 0.0}
        for _ in range(ROUNDS):
            best["keystoneauth1"] = max(best["keystoneauth1"], rate(ask_peer))
            best["sync"] = max(best["sync"], rate(ask))
            best["asyncio"] = max(best["asyncio"], asyncio.run(asyncio_rate(later)))
        stub.stdin.close()
    print(json.dumps(best))


if __name__ == "__main__":
    main()
