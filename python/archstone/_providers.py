"""Token providers in Python: the base class, the registry, and those of installed packages."""

from __future__ import annotations

import asyncio
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from archstone._archstone import register_method

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from datetime import datetime
    from importlib.metadata import EntryPoint

    from archstone._archstone import TokenRequest

_GROUP = "archstone.auth_methods"


@dataclass(frozen=True, slots=True)
class ProvidedToken:
    """A token that a provider returned, and its expiry, if that is known.

    A time in the past is an error. How long the token is used depends only on Keystone.
    """

    token: str = field(repr=False)
    # Not an attribute of the class, which would need documentation.
    expires_at: datetime | None = field(default_factory=lambda: None)


@dataclass(frozen=True)
class AuthOption:
    """An option of an auth method, as it is written in `clouds.yaml`.

    Args:
        name: in lower case, with underscores. It may be one of Archstone's options, such as `username`.
        help: a description.
        required: whether the login needs it.
        secret: whether it is never shown. If so, `NAME_file`, `NAME_command` and `NAME_keyring` are options, too.

    """

    name: str
    help: str = ""
    required: bool = False
    secret: bool = False


class TokenProvider:
    """A way to log in that Archstone does not have: it gets a Keystone token from anywhere.

    >>> class Vault(TokenProvider):
    ...     options = (AuthOption("vault_url", required=True), AuthOption("vault_key", required=True, secret=True))
    ...
    ...     def __init__(self, vault_url: str, vault_key: str) -> None:
    ...         self.url, self.key = vault_url, vault_key
    ...
    ...     def identity(self) -> str:
    ...         return self.url
    ...
    ...     def secret(self) -> str:
    ...         return self.key
    ...
    ...     def token(self, request: TokenRequest) -> str:
    ...         status, headers, body = request.send(self.url, headers={"X-Key": self.key})
    ...         return json.loads(body)["token"]
    >>> Client(auth_url=…, project_name="web", token_provider=Vault("https://vault.example", "a key"))

    Everything else stays the same: the token is looked up at Keystone, exchanged if another scope is wanted, cached
    for its lifetime, shared by the clients of the process, and renewed by calling the provider again, one call at a
    time.

    An exception of a provider becomes the `__cause__` of a `ProviderFailedError`.
    """

    options: ClassVar[Sequence[AuthOption]] = ()
    """The options, if it is chosen by `auth_type`: see `register_auth_method`."""

    def name(self) -> str:
        """Return the name to show, such as in errors."""
        return type(self).__name__

    def identity(self) -> str:
        """Return the owner of the tokens: everything except the secret that distinguishes them from another provider's.

        Clients with the same name, identity, secret, `auth_url` and scope share one token.
        """
        raise NotImplementedError

    def secret(self) -> str | None:
        """Return the proof of that identity, if this program knows it.

        A token on disk is encrypted with it; without one, tokens are stored only if the store has its own key.
        """
        return None

    def token(self, request: TokenRequest) -> str | ProvidedToken | Awaitable[str | ProvidedToken]:
        """Get a token: for the first login, and for each renewal. It may be a coroutine.

        It is called in its own thread, where it may block, also on another client; a coroutine runs
        there in its own event loop. A token for a scope other than the requested one is fine: it is exchanged.
        """
        raise NotImplementedError


def register_auth_method(
    name: str,
    make: Callable[..., TokenProvider],
    *,
    options: Sequence[AuthOption] | None = None,
    help: str = "",  # noqa: A002  as in argparse
) -> None:
    """Register an auth method under a name, so that `auth_type` can select it in `clouds.yaml` and in variables.

    An installed package registers its own with an entry point of the group `archstone.auth_methods`, which names a
    class with `options`.

    Args:
        name: the value of `auth_type`. A method registered earlier under the same name is replaced.
        make: creates the provider, such as its class; it is called with the options that are set.
        options: its options (default: the `options` of the class).
        help: a description, in one line.

    Raises:
        InvalidConfigError: the name is one of Archstone's own, or an option is misspelled.

    """
    declared = getattr(make, "options", ()) if options is None else options
    register_method(name, make, [(it.name, it.help, it.required, it.secret) for it in declared], help)


def register_installed() -> bool:
    """Register the methods of installed packages; return whether there are any."""
    from importlib.metadata import entry_points  # noqa: PLC0415  few programs need it

    registered = [_registers(entry_point) for entry_point in entry_points(group=_GROUP)]
    return any(registered)


def _registers(entry_point: EntryPoint) -> bool:
    try:
        register_auth_method(entry_point.name, entry_point.load())
    except Exception as error:  # noqa: BLE001  a broken package must not break the others
        message = f"the auth method `{entry_point.name}` of an installed package cannot be used: {error}"
        warnings.warn(message, RuntimeWarning, stacklevel=2)
        return False
    return True


def run(awaitable: Awaitable[Any]) -> Any:  # noqa: ANN401  the caller checks the provider's result
    """Wait for a provider's awaitable, in an event loop of this thread."""

    async def outcome() -> Any:  # noqa: ANN401
        return await awaitable

    return asyncio.run(outcome())
