"""A fake OpenStack identity service for tests, which can be made to fail.

>>> from archstone import Client
>>> from archstone.testing import Failure, FakeKeystone, Reply
>>> with FakeKeystone() as keystone:
...     keystone.on("GET", "/compute/v2.1/servers", with_token=True).reply(Reply(json={"servers": []}))
...     keystone.fail_next(1, Failure.RESET_BEFORE)
...     client = Client(**keystone.options())

With pytest there are fixtures, without any import: `archstone_keystone` is such a service, and
`archstone_environment` also sets the `OS_*` variables for it.

It is a stub: it behaves as its authors understand Keystone. Only a real Keystone is authoritative.
"""

from archstone._archstone import (
    Failure,
    FakeKeystone,
    FakePlatform,
    FakeProvider,
    FakeServer,
    Reply,
    Route,
    SeenRequest,
)

__all__ = [
    "Failure",
    "FakeKeystone",
    "FakePlatform",
    "FakeProvider",
    "FakeServer",
    "Reply",
    "Route",
    "SeenRequest",
]
