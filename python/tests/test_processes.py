"""Clients with forks, threads and signals."""

from __future__ import annotations

import json
import os
import pickle
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import archstone

if TYPE_CHECKING:
    from keystone_for_tests import TaggedKeystone

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


def run(program: str, *arguments: object, timeout: float = 180) -> str:
    """Run a Python program, and return its output."""
    command = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program, *map(json.dumps, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=timeout)
    assert done.returncode == 0, done.stderr
    return done.stdout


FORK = """
import asyncio, json, os, sys, threading
import archstone

options = json.loads(sys.argv[1])
client = archstone.Client(**options)
never_used_again = archstone.Client(**options | {"username": "bob", "password": "bob-secret"})
token = client.token
never_used_again.token
stop = threading.Event()

def use():
    while not stop.is_set():
        client.token, client.url_for("compute"), client.renew()

threads = [threading.Thread(target=use) for _ in range(2)]
for thread in threads:
    thread.start()

async def asked():
    mine = archstone.AsyncClient.from_client(client)
    return await mine.url_for("image"), (await mine.renew()).user_name, (await mine.user).name

def check(client):
    global never_used_again
    before = client.token
    assert client.url_for("compute", region_name="RegionTwo")
    assert client.renew().auth_token != before
    assert client.user.name == "alice"
    assert asyncio.run(asked()) == ("http://image.public.region-one.example:9292", "alice", "alice")
    assert archstone.Client(**options | {"project_name": "db"}).auth_ref.project_name == "db"
    del never_used_again

for _ in range(2):
    child = os.fork()
    if child == 0:
        check(client)
        grandchild = os.fork()
        if grandchild == 0:
            assert client.renew().user_name == "alice"
            os._exit(0)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(grandchild, 0)[1]))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0

stop.set()
for thread in threads:
    thread.join()
assert client.renew().user_name == "alice"
print("good")
"""


@needs_fork
def test_a_client_goes_on_working_after_a_fork(keystone: TaggedKeystone) -> None:
    assert run(FORK, keystone.user()) == "good\n"


FORK_WITHOUT_LOGIN = """
import json, os, sys
import archstone

client = archstone.Client(**json.loads(sys.argv[1]))
token = client.token
children = [os.fork() or os._exit(0 if client.token == token else 1) for _ in range(3)]
codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
print(codes)
"""


@needs_fork
def test_a_forked_child_starts_from_its_parents_token(keystone: TaggedKeystone) -> None:
    assert run(FORK_WITHOUT_LOGIN, keystone.user()) == "[0, 0, 0]\n"
    assert keystone.logins() == 1


MULTIPROCESSING = """
import json, multiprocessing, sys
import archstone

client = archstone.Client(**json.loads(sys.argv[1]))
client.token

def work(number):
    return client.renew().user_name

with multiprocessing.get_context("fork").Pool(2) as pool:
    print(pool.map(work, range(4)))
"""


@needs_fork
def test_a_client_works_in_a_pool_of_forked_workers(keystone: TaggedKeystone) -> None:
    assert run(MULTIPROCESSING, keystone.user()) == "['alice', 'alice', 'alice', 'alice']\n"


# Background jobs of a shell script ignore Ctrl-C, and so do their children.
HEAR = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
"""

WAIT_SYNC = """
import sys, time
import archstone

client = archstone.Client(auth_url=sys.argv[1], username="alice", password="x")
try:
    client.token
except KeyboardInterrupt:
    print("interrupted")
"""

# As in gevent and eventlet, whose green threads all run in the main thread of the process.
WAIT_GREEN = f"""
import threading
own = threading.get_ident
threading.get_ident = lambda: 1
{WAIT_SYNC}
threading.get_ident = own
"""

WAIT_FORKED = f"""
import os, signal
child = os.fork()
if child:
    signal.signal(signal.SIGINT, lambda *_: os.kill(child, signal.SIGINT))
    os.waitpid(child, 0)
    os._exit(0)
{WAIT_SYNC}
"""

WAIT_ASYNC = """
import asyncio, sys
import archstone

async def main():
    await archstone.AsyncClient(auth_url=sys.argv[1], username="alice", password="x").token

try:
    asyncio.run(main())
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.parametrize(
    "program",
    [WAIT_SYNC, WAIT_GREEN, pytest.param(WAIT_FORKED, marks=needs_fork), WAIT_ASYNC],
    ids=["Client", "in a green thread", "in a fork", "AsyncClient"],
)
def test_ctrl_c_interrupts_a_wait_at_once(program: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v3"
        process = subprocess.Popen([sys.executable, "-c", HEAR + program, url], stdout=subprocess.PIPE, text=True)
        connection, _ = silent.accept()
        connection.recv(1)  # Now it waits for a response that never arrives.
        process.send_signal(signal.SIGINT)
        # A wait ends within 50 ms; ending the program may take longer on a busy machine.
        said, _ = process.communicate(timeout=30)
        connection.close()

    assert said == "interrupted\n"


EXIT = """
import asyncio, ctypes, sys, threading
import archstone

client = archstone.Client(auth_url=sys.argv[1], username="alice", password="x")
threading.Thread(target=lambda: client.token, daemon=True).start()

async def main():
    asyncio.ensure_future(archstone.AsyncClient.from_client(client).token)
    await asyncio.to_thread(sys.stdin.readline)

asyncio.run(main())
print("end")
if sys.platform == "linux":
    # For a second, which is the exit status, the process goes on without Python.
    ctypes.CDLL(None).on_exit(ctypes.CDLL(None).sleep, None)
sys.exit(1)
"""


def test_a_program_ends_while_others_wait() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/v3"
        process = subprocess.Popen(
            [sys.executable, "-c", EXIT, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        connection, _ = silent.accept()
        connection.recv(1)
        said, complaints = process.communicate("\n", timeout=30)
        connection.close()

    assert (said, complaints, process.returncode) == ("end\n", "", 1)


SUBINTERPRETER = """
import sys, warnings
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters

REFUSED = '''
try:
    import archstone
except ImportError as refused:
    assert "main interpreter" in str(refused), refused
else:
    raise SystemExit("archstone was imported")
'''

def refused():
    # Python itself refuses to load the package in an isolated one.
    own = interpreters.create("legacy") if sys.version_info >= (3, 13) else interpreters.create(isolated=False)
    failed = interpreters.run_string(own, REFUSED)
    interpreters.destroy(own)
    return failed is None

first = refused()
import archstone
second = refused()
print(first, second, archstone.Client(auth_url="http://keystone.example:5000/v3", username="alice", password="x"))
"""


def test_a_subinterpreter_is_refused_and_the_main_one_goes_on() -> None:
    assert run(SUBINTERPRETER) == 'True True <archstone.Client auth_url="http://keystone.example:5000/v3">\n'


IMPORT = """
import sys, threading
before = set(sys.modules)
import archstone
client = archstone.Client(auth_url="http://keystone.example:5000/v3", username="alice", password="x")
new = set(sys.modules) - before
import os
print(sorted(new & {"asyncio", "typing", "json", "ssl", "socket", "datetime", "re", "inspect"}), len(os.listdir("/proc/self/task")))
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are counted as Linux shows them")
def test_importing_starts_nothing_and_imports_little() -> None:
    assert run(IMPORT) == "[] 1\n"


THREADS = """
import asyncio, json, os, sys
import archstone

async def main():
    options = json.loads(sys.argv[1])
    client = archstone.AsyncClient(**options)
    tasks = [asyncio.ensure_future(client.url_for("compute")) for _ in range(500)]
    others = [archstone.AsyncClient(**options | {"user_agent": str(n)}).renew() for n in range(20)]
    await asyncio.gather(*tasks, *others)
    print(len(os.listdir("/proc/self/task")))

asyncio.run(main())
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="threads are counted as Linux shows them")
def test_asyncio_takes_no_thread_for_a_call(keystone: TaggedKeystone) -> None:
    assert int(run(THREADS, keystone.user())) <= 4


def test_clients_and_tokens_are_not_pickled_by_accident(keystone: TaggedKeystone) -> None:
    client = archstone.Client(**keystone.user())

    with pytest.raises(TypeError, match="to_ref"):
        pickle.dumps(client.auth_ref)
    with pytest.raises(TypeError, match="cannot pickle"):
        pickle.dumps(client)
