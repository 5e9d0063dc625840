"""An OpenStack identity service inside a test, which fails when told to.

>>> from archstone import Client
>>> from archstone.testing import Failure, FakeKeystone, Reply
>>> with FakeKeystone() as keystone:
...     keystone.on("GET", "/compute/v2.1/servers", with_token=True).reply(Reply(json={"servers": []}))
...     keystone.fail_next(1, Failure.RESET_BEFORE)
...     client = Client(**keystone.options())

With pytest there are fixtures, without any import: `archstone_keystone` is such a service, and
`archstone_environment` is one to which the `OS_*` variables lead.

It is a stub: it does what its makers believe Keystone to do. What Keystone does, only Keystone knows.
"""

from archstone._archstone import Failure, FakeKeystone, FakeServer, Reply, Route, SeenRequest

__all__ = ["Failure", "FakeKeystone", "FakeServer", "Reply", "Route", "SeenRequest"]
