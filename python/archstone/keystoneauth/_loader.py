"""How keystoneauth1 creates the plugin: from `clouds.yaml`, `OS_*` and `--os-…`."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

from keystoneauth1 import exceptions, loading

from archstone._archstone import option_table
from archstone._hidden import Hidden
from archstone.keystoneauth._plugin import Plugin

# Options of sessions and adapters, which the plugin gets from them; and those that openstacksdk has read before.
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

# Under their own names these have another meaning: `auth_type` selects this plugin, and the `openstack` command
# assumes that a plugin with a `password` or a `token` always needs it.
_DESTINATIONS = {"auth_type": "archstone_auth_type", "password": "login_password", "token": "login_token"}

# On the command line of `openstack` these are its own: it continues to the other cloud by itself. In `clouds.yaml`
# and in services' files they keep their names.
_ONWARD = {
    "service_provider",
    "remote_project_id",
    "remote_project_name",
    "remote_project_domain_id",
    "remote_project_domain_name",
}

# The URL of all services, under each of its names.
_SERVICES = ("mgmt_url", "endpoint", "url")

if TYPE_CHECKING:
    from oslo_config import cfg


class _Opt(loading.Opt):
    """An option that services' files also know by its own name, whatever keystoneauth1 calls it internally."""

    def _to_oslo_opt(self) -> cfg.Opt:
        usual = super()._to_oslo_opt()
        own_name = self.name.replace("-", "_")
        return usual if own_name == self.dest else _by_own_name(usual, own_name)


def _by_own_name(usual: cfg.Opt, own_name: str) -> cfg.Opt:
    """Return the option so that `password = …` sets it, as with keystoneauth1's own plugins.

    oslo.config treats `password` as a deprecated name of `login_password`, and would log that in each service.
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


def _further_names(name: str, aliases: list[str]) -> list[str]:
    if name == "auth_type":
        return []
    return [name, *aliases] if name in _ONWARD else aliases


class Loader(loading.BaseLoader[Plugin]):
    """Archstone's options in keystoneauth1's form, and the plugin that is made from them."""

    @property
    def plugin_class(self) -> type[Plugin]:
        """The plugin."""
        return Plugin

    def get_options(self) -> list[loading.Opt]:
        """Return all of Archstone's options, except those of sessions and adapters."""
        return [
            _Opt(
                f"archstone-{name}".replace("_", "-") if name in {"auth_type", *_ONWARD} else name.replace("_", "-"),
                dest=_DESTINATIONS.get(name, name),
                deprecated=[loading.Opt(it.replace("_", "-")) for it in _further_names(name, aliases)],
                secret=secret,
                help=meaning,
            )
            for name, aliases, _, secret, meaning in option_table()
            if name not in _OF_OTHERS
        ]

    def load_from_options(self, **given: Any) -> Plugin:  # noqa: ANN401
        """Create the plugin, if it is configured which servers to use.

        No option is marked as required: with `mgmt_url`, the methods `none`, `http_basic` and `admin_token` need no
        identity service.

        Raises:
            MissingRequiredOptions: there is neither `auth_url` nor `mgmt_url`.

        """
        options = Hidden(given)
        del given
        if not any(options().get(name) for name in ("auth_url", *_SERVICES)):
            raise exceptions.MissingRequiredOptions([it for it in self.get_options() if it.dest == "auth_url"])
        return super().load_from_options(**options())

    def create_plugin(self, **given: Any) -> Plugin:  # noqa: ANN401
        """Create the plugin. Options that only Archstone has may also be set in its own variables."""
        own_names = {destination: name for name, destination in _DESTINATIONS.items()}
        options = Hidden({own_names.get(name, name): value for name, value in given.items()})
        del given
        for name, _, variable, _, _ in option_table():
            if variable.startswith("ARCHSTONE_") and options().get(name) is None:
                options()[name] = os.environ.get(variable)
        # `archstone exec --refresh` sets both: the token is for programs that do not read the file.
        if options().get("token_id_file") and options().get("token") == os.environ.get("OS_TOKEN"):
            options()["token"] = None
        return Plugin(**options())
