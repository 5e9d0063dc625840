"""Connection settings, converted from those of `requests` and keystoneauth1 to Archstone's."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Connection:
    """CA bundle, certificates and proxies of a request."""

    verify: bool | str = True
    cert: str | tuple[str, ...] | None = None
    # A proxy's URL may contain a password.
    proxies: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    tls_min_version: str | None = None

    @classmethod
    def of(cls, session: object, said: Mapping[str, Any]) -> Connection:
        """Return the settings of a request, with those of its session as defaults."""
        verify, cert = said.get("verify"), said.get("cert")
        below: object = getattr(session, "session", None)  # the `requests.Session` of keystoneauth1's
        proxies: dict[str, str | None] = {**(getattr(below, "proxies", None) or {}), **(said.get("proxies") or {})}
        verify = getattr(session, "verify", None) if verify is None else verify
        cert = cert or getattr(session, "cert", None)
        return cls(
            True if verify is None else verify,
            cert if cert is None or isinstance(cert, str) else tuple(cert),
            tuple(sorted((key, value or "") for key, value in proxies.items())),
            getattr(session, "tls_min_version", None),
        )

    def options(self) -> dict[str, Any]:
        """Return the options of a client with these settings."""
        options: dict[str, Any] = {"tls_min_version": self.tls_min_version}
        # The variables that `requests` reads if no CA bundle is set.
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE")
        trust = bundle if self.verify is True and bundle else self.verify
        if isinstance(trust, str):
            options["cacert"] = trust
        elif not trust:
            options["insecure"] = True
        if isinstance(self.cert, str):
            options["cert"] = self.cert
        elif self.cert:
            options["cert"], options["key"] = self.cert
        proxies = dict(self.proxies)
        options["proxy"] = " ".join(f"{key}={_url(it)}" for key, it in proxies.items() if _is_looked_for(key)) or None
        options["no_proxy"] = proxies.get("no_proxy")
        return {name: value for name, value in options.items() if value is not None}


def _is_looked_for(key: str) -> bool:
    """Return whether `requests` ever looks up a key in a dictionary of proxies. It silently skips others."""
    scheme, separator, host = key.partition("://")
    if scheme not in {"http", "https", "all"}:
        return False
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return not separator or re.fullmatch(r"[\w.-]+", host) is not None
    return True


def _url(proxy: str) -> str:
    """Return the URL of a proxy in a list of them. An empty one means no proxy."""
    if not proxy:
        return "none"
    return re.sub(r"\s", "%20", proxy if "://" in proxy else f"http://{proxy}")
