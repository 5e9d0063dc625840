"""How keystoneauth1 makes the plugin: of `clouds.yaml`, `OS_*` and `--os-…`."""

from __future__ import annotations

import os
from typing import Any

from keystoneauth1 import loading

from archstone._archstone import option_table
from archstone.keystoneauth._plugin import Plugin

# What sessions and adapters are given, and the plugin asks them for; and what openstacksdk has read before.
_OF_OTHERS = {
    "cacert",
    "cert",
    "insecure",
    "interface",
    "key",
    "profile",
    "region_name",
    "timeout",
    "tls_min_version",
    "verify",
}

# Under their own names these mean something else: `auth_type` is what names this plugin, and the `openstack`
# command takes a plugin with a `password` or a `token` for one that always needs it.
_DESTINATIONS = {"auth_type": "archstone_auth_type", "password": "login_password", "token": "login_token"}


class Loader(loading.BaseLoader[Plugin]):
    """The options of Archstone as keystoneauth1 knows options, and the plugin that they make."""

    @property
    def plugin_class(self) -> type[Plugin]:
        """The plugin."""
        return Plugin

    def get_options(self) -> list[loading.Opt]:
        """Return every option that Archstone has, but for those of sessions and adapters."""
        return [
            loading.Opt(
                "archstone-auth-type" if name == "auth_type" else name.replace("_", "-"),
                dest=_DESTINATIONS.get(name, name),
                deprecated=[] if name == "auth_type" else [loading.Opt(it.replace("_", "-")) for it in aliases],
                secret=secret,
                required=name == "auth_url",
                help=meaning,
            )
            for name, aliases, _, secret, meaning in option_table()
            if name not in _OF_OTHERS
        ]

    def create_plugin(self, **given: Any) -> Plugin:  # noqa: ANN401
        """Make the plugin. What only Archstone knows may also be said in its own variables."""
        own_names = {destination: name for name, destination in _DESTINATIONS.items()}
        options = {own_names.get(name, name): value for name, value in given.items()}
        for name, _, variable, _, _ in option_table():
            if variable.startswith("ARCHSTONE_") and options.get(name) is None:
                options[name] = os.environ.get(variable)
        return Plugin(**options)
