"""Under gevent and eventlet, other green threads run while one waits."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from archstone.testing import Failure, FakeKeystone, Reply

SERVERS = "/compute/v2.1/servers"

GEVENT = """
from gevent import monkey
monkey.patch_all()
import gevent
from gevent import Timeout
spawn, join, sleep = gevent.spawn, gevent.joinall, gevent.sleep
def value(thread): return thread.get()
def unpatched_thread(act): return gevent.get_hub().threadpool.apply(act)
"""
EVENTLET = """
import warnings
warnings.simplefilter("ignore")
import eventlet
eventlet.monkey_patch()
from eventlet import Timeout
from eventlet import tpool
spawn, sleep = eventlet.spawn, eventlet.sleep
def value(thread): return thread.wait()
def join(threads): return [thread.wait() for thread in threads]
def unpatched_thread(act): return tpool.execute(act)
"""

PROLOGUE = """
import json, logging, os, signal, sys, time
import archstone
options = json.loads(sys.argv[1])
ticks = []
def tick():
    while True:
        ticks.append(1)
        sleep(0.005)
def descriptors():
    return len(os.listdir("/proc/self/fd"))
client = archstone.Client(**options)
"""


@pytest.fixture(params=[GEVENT, EVENTLET], ids=["gevent", "eventlet"])
def patched(request: pytest.FixtureRequest) -> str:
    """Return the beginning of a program that is patched by one of them."""
    return str(request.param)


@pytest.fixture
def keystone(archstone_keystone: FakeKeystone) -> FakeKeystone:
    archstone_keystone.on("GET", SERVERS, with_token=True).reply(Reply(json={"servers": []}))
    archstone_keystone.on("PUT", "/compute/v2.1/image", with_token=True).reply(201)
    return archstone_keystone


def run(program: str, keystone: FakeKeystone) -> Any:  # noqa: ANN401
    """Run a program, and return its JSON output."""
    options = json.dumps(keystone.options())
    done = subprocess.run(
        [sys.executable, "-c", program, options], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_others_run_while_one_waits(patched: str, keystone: FakeKeystone) -> None:
    keystone.on("POST", "/v3/auth/tokens").fail_next(1, Failure.delay(0.5))
    program = patched + PROLOGUE + "spawn(tick); sleep(0); client.token; print(len(ticks))"

    assert run(program, keystone) > 10


def test_many_wait_at_the_same_time_for_one_login(patched: str, keystone: FakeKeystone) -> None:
    keystone.on("*", "*").fail(Failure.delay(0.4))
    program = (
        patched
        + PROLOGUE
        + """
service = client.service("compute")
began = time.monotonic()
threads = [spawn(lambda: service.get("servers").status_code) for _ in range(20)]
join(threads)
print(json.dumps([[value(it) for it in threads], time.monotonic() - began]))
"""
    )
    statuses, seconds = run(program, keystone)

    assert statuses == [200] * 20
    assert keystone.logins == 1
    assert seconds < 20 * 0.4  # One after the other, they would take longer.


def test_a_timeout_ends_a_wait_and_leaves_nothing(patched: str, keystone: FakeKeystone) -> None:
    program = (
        patched
        + PROLOGUE
        + """
service = client.service("compute")
sleep(0)
service.get("servers")
def give_up():
    try:
        with Timeout(0.05):
            service.get("silent")
    except Timeout:
        return True
give_up()
before = descriptors()
given_up = [give_up() for _ in range(10)]
until = time.monotonic() + 20
while descriptors() > before and time.monotonic() < until:
    sleep(0.01)
print(json.dumps([given_up, descriptors() <= before, service.get("servers").status_code]))
"""
    )
    keystone.on("GET", "/compute/v2.1/silent").fail(Failure.SILENCE)

    assert run(program, keystone) == [[True] * 10, True, 200]


def test_a_body_is_read_and_records_are_kept_in_the_green_thread(patched: str, keystone: FakeKeystone) -> None:
    program = (
        patched
        + PROLOGUE
        + """
service = client.service("compute")
names = []
class Handler(logging.Handler):
    def emit(self, record):
        names.append(record.name)
logging.getLogger("archstone").addHandler(Handler())
logging.getLogger("archstone").setLevel(logging.DEBUG)
def pieces():
    for _ in range(3):
        sleep(0)
        yield str(service.get("servers").status_code).encode()
put = spawn(lambda: service.put("image", data=pieces()).status_code)
print(json.dumps([value(put), sorted(set(names))]))
"""
    )
    assert run(program, keystone) == [201, ["archstone.request"]]
    assert keystone.requests[-1].body == b"200200200"


def test_threads_without_a_hub_wait_as_threads(patched: str, keystone: FakeKeystone) -> None:
    program = patched + PROLOGUE + "sleep(0); print(json.dumps(unpatched_thread(lambda: len(client.token) > 0)))"

    assert run(program, keystone) is True


def test_a_program_that_is_not_patched_waits_as_ever(keystone: FakeKeystone) -> None:
    program = "import gevent, gevent.monkey\nsleep = gevent.sleep\n" + PROLOGUE
    program += "gevent.spawn(tick); sleep(0); client.token; print(len(ticks))"
    keystone.on("POST", "/v3/auth/tokens").fail_next(1, Failure.delay(0.3))

    assert run(program, keystone) == 1
