"""Archstone for every client that is built on keystoneauth1.

As a plugin, with `auth_type: archstone` in `clouds.yaml` or `OS_AUTH_TYPE=archstone`; or in code:

>>> from archstone import Client
>>> from archstone.keystoneauth import Session
>>> session = Session(auth=Client.from_env())
>>> keystoneclient.v3.client.Client(session=session).projects.list()

`Session` and `Adapter` are keystoneauth1's, with requests sent by Archstone; `Plugin` brings Archstone's
logins to keystoneauth1's own session. Errors are keystoneauth1's, with Archstone's as their cause.
"""

from importlib.util import find_spec

if find_spec("keystoneauth1") is None:
    message = "`archstone.keystoneauth` needs keystoneauth1: pip install 'archstone[keystoneauth]'"
    raise ImportError(message, name="keystoneauth1")

from archstone.keystoneauth._adapter import Adapter, LegacyJsonAdapter
from archstone.keystoneauth._loader import Loader
from archstone.keystoneauth._plugin import Plugin
from archstone.keystoneauth._session import Session

__all__ = ["Adapter", "LegacyJsonAdapter", "Loader", "Plugin", "Session"]
