"""How keystoneauth1 makes the plugin: of `clouds.yaml`, `OS_*` and `--os-…`."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from keystoneauth1 import loading

from archstone._archstone import option_table
from archstone._hidden import Hidden
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


if TYPE_CHECKING:
    from oslo_config import cfg


class _Opt(loading.Opt):
    """An option that is known by its own name in services' files, too, whatever keystoneauth1 calls it inside."""

    def _to_oslo_opt(self) -> cfg.Opt:
        usual = super()._to_oslo_opt()
        own_name = self.name.replace("-", "_")
        return usual if own_name == self.dest else _by_own_name(usual, own_name)


def _by_own_name(usual: cfg.Opt, own_name: str) -> cfg.Opt:
    """Return the option so that `password = …` sets it, as with keystoneauth1's own plugins.

    To oslo.config `password` is an old name of `login_password`, and it would say so in the log of each service.
    """
    from oslo_config import cfg  # noqa: PLC0415 (only services have it)

    class ByOwnName(cfg.Opt):
        def _get_from_namespace(self, namespace: Any, group_name: str | None) -> Any:  # noqa: ANN401
            with contextlib.suppress(KeyError, AttributeError, TypeError):
                name = (group_name, own_name)
                return namespace._get_value([name], current_name=name)
            return super()._get_from_namespace(namespace, group_name)

    return ByOwnName(
        name=usual.name,
        type=usual.type,
        help=usual.help,
        secret=usual.secret,
        required=usual.required,
        dest=usual.dest,
        deprecated_opts=[*usual.deprecated_opts, cfg.DeprecatedOpt(own_name)],
        metavar=usual.metavar,
    )


class Loader(loading.BaseLoader[Plugin]):
    """The options of Archstone as keystoneauth1 knows options, and the plugin that they make."""

    @property
    def plugin_class(self) -> type[Plugin]:
        """The plugin."""
        return Plugin

    def get_options(self) -> list[loading.Opt]:
        """Return every option that Archstone has, but for those of sessions and adapters."""
        return [
            _Opt(
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
        options = Hidden({own_names.get(name, name): value for name, value in given.items()})
        del given
        for name, _, variable, _, _ in option_table():
            if variable.startswith("ARCHSTONE_") and options().get(name) is None:
                options()[name] = os.environ.get(variable)
        return Plugin(**options())
