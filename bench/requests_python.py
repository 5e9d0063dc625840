#!/usr/bin/env python3
"""Requests per second from Python: Archstone's clients next to other HTTP clients. Run by `bench/run`.

    bench/requests_python.py [NAME ...]          the named contenders (default: all), as a Markdown table
    bench/requests_python.py --json [NAME ...]   the same as JSON, with every run

All send the same GET with the same headers to the same server, a separate process on loopback that responds with
a short JSON document, and parse it as their users do. Each run of a contender is a separate process; the contenders
take turns in a rotating order, and the median of the runs is reported.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

RUNS = 5
SECONDS = 1.5
IN_FLIGHT = 64
WARM_UP = 300

#: The release build of `archstone.testing`: in Rust, with a thread per connection.
STUB = """
import json, sys
import archstone
from archstone.testing import FakeKeystone, Reply
with FakeKeystone() as keystone:
    servers = [{"id": str(number), "name": f"web-{number}", "status": "ACTIVE"} for number in range(3)]
    keystone.on("GET", "/compute/v2.1/servers").reply(Reply(json={"servers": servers}))
    identity = {"auth_url": keystone.auth_url, "username": "demo", "password": "secret", "project_name": "demo"}
    client = archstone.Client(**identity)
    headers = {"X-Auth-Token": client.token, "Accept": "application/json"}
    url = client.url_for("compute").rstrip("/") + "/servers"
    keystone.only_count()
    print(json.dumps({"identity": identity, "url": url, "headers": headers}), flush=True)
    sys.stdin.read()
"""

Target = dict[str, Any]
Call = Callable[[], Any]
AsyncCall = Callable[[], Awaitable[Any]]
#: The runs of the contenders, by mode (`sync` or `asyncio`) and name.
Figures = dict[str, dict[str, list[dict[str, float]]]]


def archstone_(to: Target) -> Call:
    import archstone

    service = archstone.Client(**to["identity"]).service("compute")
    return lambda: service.get("servers").json()


def keystoneauth1(to: Target) -> Call:
    from keystoneauth1 import session
    from keystoneauth1.identity import v3

    auth = v3.Password(**to["identity"], user_domain_id="default", project_domain_id="default")
    peer = session.Session(auth=auth)
    compute = {"service_type": "compute", "interface": "public"}
    return lambda: peer.get("/servers", endpoint_filter=compute).json()


def httpr(to: Target) -> Call:
    import httpr

    client, url = httpr.Client(headers=to["headers"]), to["url"]
    return lambda: client.get(url).json()


def pycurl(to: Target) -> Call:
    import pycurl

    curl = pycurl.Curl()
    curl.setopt(pycurl.URL, to["url"])
    curl.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in to["headers"].items()])

    def once() -> Any:
        body = io.BytesIO()
        curl.setopt(pycurl.WRITEDATA, body)
        curl.perform()
        assert curl.getinfo(pycurl.RESPONSE_CODE) == 200
        return json.loads(body.getvalue())

    return once


def pyreqwest(to: Target) -> Call:
    from pyreqwest.client import SyncClientBuilder

    client, url = SyncClientBuilder().default_headers(to["headers"]).build(), to["url"]
    return lambda: client.get(url).build().send().json()


def http_client(to: Target) -> Call:
    from http.client import HTTPConnection

    address, headers = urlsplit(to["url"]), to["headers"]
    connection = HTTPConnection(address.netloc)

    def once() -> Any:
        connection.request("GET", address.path, headers=headers)
        return json.loads(connection.getresponse().read())

    return once


def urllib3(to: Target) -> Call:
    import urllib3

    pool, url = urllib3.PoolManager(headers=to["headers"]), to["url"]
    return lambda: pool.request("GET", url).json()


def httpx(to: Target) -> Call:
    import httpx

    client, url = httpx.Client(headers=to["headers"]), to["url"]
    return lambda: client.get(url).json()


def requests(to: Target) -> Call:
    import requests

    session, url = requests.Session(), to["url"]
    session.headers.update(to["headers"])
    return lambda: session.get(url).json()


async def async_archstone(to: Target, _: AsyncExitStack) -> AsyncCall:
    import archstone

    service = archstone.AsyncClient(**to["identity"]).service("compute")

    async def once() -> Any:
        return (await service.get("servers")).json()

    return once


async def async_pyreqwest(to: Target, stack: AsyncExitStack) -> AsyncCall:
    from pyreqwest.client import ClientBuilder

    client, url = await stack.enter_async_context(ClientBuilder().default_headers(to["headers"]).build()), to["url"]

    async def once() -> Any:
        return await (await client.get(url).build().send()).json()

    return once


async def async_aiohttp(to: Target, stack: AsyncExitStack) -> AsyncCall:
    import aiohttp

    session, url = await stack.enter_async_context(aiohttp.ClientSession(headers=to["headers"])), to["url"]

    async def once() -> Any:
        async with session.get(url) as answer:
            return await answer.json()

    return once


async def async_httpx(to: Target, stack: AsyncExitStack) -> AsyncCall:
    import httpx

    # By default it keeps 20 connections, and would open new ones all the time.
    limits = httpx.Limits(max_connections=IN_FLIGHT, max_keepalive_connections=IN_FLIGHT)
    client = await stack.enter_async_context(httpx.AsyncClient(headers=to["headers"], limits=limits))

    async def once() -> Any:
        return (await client.get(to["url"])).json()

    return once


SYNC: dict[str, Callable[[Target], Call]] = {
    "archstone": archstone_,
    "httpr": httpr,
    "pycurl": pycurl,
    "pyreqwest": pyreqwest,
    "http.client": http_client,
    "urllib3": urllib3,
    "httpx": httpx,
    "requests": requests,
    "keystoneauth1": keystoneauth1,
}
ASYNCIO: dict[str, Callable[[Target, AsyncExitStack], Awaitable[AsyncCall]]] = {
    "archstone": async_archstone,
    "pyreqwest": async_pyreqwest,
    "aiohttp": async_aiohttp,
    "httpx": async_httpx,
}


class Meter:
    """Counts calls, until the time is up."""

    def __init__(self) -> None:
        self.calls = 0
        self.began, self.spent = time.perf_counter(), time.process_time()

    def goes_on(self) -> bool:
        return time.perf_counter() - self.began < SECONDS

    def read(self) -> dict[str, float]:
        """Calls per second, and the processor time of a call in microseconds, of all threads of this process."""
        spent, elapsed = time.process_time() - self.spent, time.perf_counter() - self.began
        return {"calls": self.calls, "rate": self.calls / elapsed, "cpu_us": spent / self.calls * 1e6}


def measure(once: Call) -> dict[str, float]:
    """Measure one call at a time."""
    for _ in range(WARM_UP):
        once()
    meter = Meter()
    while meter.goes_on():
        for _ in range(20):
            assert len(once()["servers"]) == 3
        meter.calls += 20
    return meter.read()


async def measure_asyncio(name: str, to: Target) -> dict[str, float]:
    """Measure many calls at a time."""
    async with AsyncExitStack() as stack:
        once = await ASYNCIO[name](to, stack)

        async def work(goes_on: Callable[[], bool]) -> int:
            calls = 0
            while goes_on():
                assert len((await once())["servers"]) == 3
                calls += 1
            return calls

        turns = iter(range(WARM_UP * 4))
        await asyncio.gather(*[work(lambda: next(turns, None) is not None) for _ in range(IN_FLIGHT)])
        meter = Meter()
        meter.calls = sum(await asyncio.gather(*[work(meter.goes_on) for _ in range(IN_FLIGHT)]))
        return meter.read()


def spent_by(process: int) -> float:
    """The processor time of a process in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(way: str, name: str, to: Target, server: int) -> dict[str, float]:
    """One run of a contender, in a process of its own."""
    before = spent_by(server)
    command = [sys.executable, __file__, "--one", way, name]
    done = subprocess.run(command, input=json.dumps(to), stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, float] = json.loads(done.stdout)
    warm_up = WARM_UP if way == "sync" else WARM_UP * 4
    return {**figures, "server_us": (spent_by(server) - before) / (figures["calls"] + warm_up) * 1e6}


def compare(wanted: list[str]) -> Figures:
    """Run all contenders."""
    contenders = [(way, name) for way, all_ in (("sync", SYNC), ("asyncio", ASYNCIO)) for name in all_]
    contenders = [it for it in contenders if not wanted or it[1] in wanted]
    figures: Figures = {"sync": {}, "asyncio": {}}
    with subprocess.Popen(
        [sys.executable, "-c", STUB], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as stub:
        assert stub.stdout is not None
        assert stub.stdin is not None
        to = json.loads(stub.stdout.readline())
        for turn in range(RUNS):
            first = turn * len(contenders) // RUNS
            for way, name in contenders[first:] + contenders[:first]:
                figures[way].setdefault(name, []).append(run(way, name, to, stub.pid))
        stub.stdin.close()
    return figures


def median(runs: list[dict[str, float]], figure: str) -> float:
    """The median of a figure."""
    return statistics.median(it[figure] for it in runs)


def tables(figures: Figures) -> str:
    """Tables of the results, the fastest first."""
    lines = []
    for way, title in (("sync", "one at a time"), ("asyncio", f"asyncio, {IN_FLIGHT} in flight")):
        lines += [
            f"| {title} | requests per second | slowest to fastest run | Archstone is | processor time | the server's |",
            "|---|---|---|---|---|---|",
        ]
        rates = {name: median(runs, "rate") for name, runs in figures[way].items()}
        for name in sorted(rates, key=rates.__getitem__, reverse=True):
            runs = figures[way][name]
            every = sorted(it["rate"] for it in runs)
            ratio = f"{rates['archstone'] / rates[name]:.2f} ×" if "archstone" in rates and name != "archstone" else ""
            label = f"**{name}**" if name == "archstone" else name
            lines.append(
                f"| {label} | {rates[name]:,.0f} | {every[0]:,.0f} to {every[-1]:,.0f} | {ratio} "
                f"| {median(runs, 'cpu_us'):.0f} µs | {median(runs, 'server_us'):.0f} µs |"
            )
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="print JSON, with every run")
    parser.add_argument("--one", choices=["sync", "asyncio"], help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"{', '.join({**SYNC, **ASYNCIO})} (default: all)")
    options = parser.parse_args()
    if options.one:
        to, name = json.load(sys.stdin), options.names[0]
        done = measure(SYNC[name](to)) if options.one == "sync" else asyncio.run(measure_asyncio(name, to))
        print(json.dumps(done), flush=True)
        # Skips the shutdown of the interpreter, in which some libraries abort.
        os._exit(0)
    figures = compare(options.names)
    print(json.dumps(figures) if options.json else tables(figures))


if __name__ == "__main__":
    main()
