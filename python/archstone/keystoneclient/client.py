"""A client of the requested version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import archstone
from archstone.keystoneclient import exceptions
from archstone.keystoneclient._errors import both
from archstone.keystoneclient.v3 import client as v3

if TYPE_CHECKING:
    from collections.abc import Sequence

_MAJOR = 3


def Client(  # noqa: N802
    version: Sequence[int] | str | float | None = None,
    unstable: bool = False,  # noqa: ARG001  there is one version, and it is stable
    session: Any = None,
    **kwargs: Any,
) -> v3.Client:
    """Create a client of version 3, the only one: see `archstone.keystoneclient.v3.client.Client`.

    Raises:
        VersionNotAvailable: another version was requested.

    """
    if version is not None:
        asked = version if isinstance(version, (int, float, str)) else next(iter(version), _MAJOR)
        major = str(asked).lstrip("v").partition(".")[0]
        if major != str(_MAJOR):
            message = f"version {major} of the Identity API is not supported: Keystone has dropped it; ask for 3"
            raise both(exceptions.VersionNotAvailable, archstone.InvalidRequestError)(message)
    return v3.Client(session=session, **kwargs)
