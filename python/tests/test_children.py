"""Child processes of `archstone exec --refresh`, which keeps their token up to date in a file."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from login_surfaces import SECONDS, built

from archstone.testing import FakeKeystone, Reply

if TYPE_CHECKING:
    from pathlib import Path

# Each has a keystoneauth1 session, and no credentials except those of its parent.
SESSIONS = {
    "our session": "from archstone.keystoneauth import Session; session = Session(auth=archstone.Client.from_env())",
    "our plugin": (
        "from archstone.keystoneauth import Plugin; import keystoneauth1.session; "
        "session = keystoneauth1.session.Session(auth=Plugin.from_client(archstone.Client.from_env()))"
    ),
    "the plugin by its name": (
        "from openstack.config import OpenStackConfig; os.environ['OS_AUTH_TYPE'] = 'archstone'; "
        "session = OpenStackConfig().get_one().get_session()"
    ),
}

# It ends when a request was sent with another token than the first one. It does not fail if the parent is late.
CHILD = """
import contextlib, os, sys, time, warnings
warnings.simplefilter("ignore")
import archstone
from keystoneauth1.exceptions import Unauthorized
exec(sys.argv[1])
def used():
    while True:
        with contextlib.suppress(Unauthorized):
            answer = session.get("/servers", endpoint_filter={"service_type": "compute"})
            return answer.request.headers["X-Auth-Token"]
        time.sleep(0.05)
first = used()
while (now := used()) == first:
    time.sleep(0.05)
print(first, now)
"""


@pytest.mark.parametrize("session", SESSIONS)
def test_a_child_on_our_plugin_uses_the_token_that_is_kept_fresh(session: str, tmp_path: Path) -> None:
    with FakeKeystone() as keystone:
        keystone.set_token_lifetime(9)
        keystone.on("GET", "/compute/v2.1/servers", with_token=True).reply(Reply(200, json={"servers": []}))
        child = [sys.executable, "-c", CHILD, SESSIONS[session]]
        environment = {**os.environ, **keystone.environment(), "HOME": str(tmp_path)}

        done = subprocess.run(
            [built("--bin", "archstone"), "exec", "--refresh", "--", *child],
            env=environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

        assert (done.returncode, done.stderr) == (0, "")
        first, now = done.stdout.split()
        logins = [it.json() for it in keystone.requests if (it.method, it.path) == ("POST", "/v3/auth/tokens")]
        sent = [it.headers.get("x-auth-token") for it in keystone.requests if it.path == "/compute/v2.1/servers"]
    # The parent logs in; the child has its tokens, and no password.
    assert len(logins) > 1
    assert all(it["auth"]["identity"]["methods"] == ["password"] for it in logins)
    assert first != now
    assert {first, now} <= set(sent)
