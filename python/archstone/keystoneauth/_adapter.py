"""keystoneauth1's adapters: a session with the defaults of one service."""

# pyright: reportPrivateUsage=false

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import keystoneauth1.adapter

from archstone._hidden import Hidden
from archstone.keystoneauth._signature import named, signed_as

if TYPE_CHECKING:
    import requests
    from keystoneauth1 import plugin as plugins
    from keystoneauth1.discover import VersionData
    from keystoneauth1.session import Session

_Base = keystoneauth1.adapter._BaseAdapter


class _Limits:
    """A rate limit: at most this many requests at once, and this many started per second, without bursts."""

    def __init__(self, at_once: int | None, per_second: float | None) -> None:
        self._places = threading.BoundedSemaphore(at_once) if at_once else None
        self._pause = 1 / per_second if per_second else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def __enter__(self) -> None:
        if self._places:
            self._places.acquire()
        with self._lock:
            now = time.monotonic()
            begin = max(now, self._next)
            self._next = begin + self._pause
        time.sleep(begin - now)

    def __exit__(self, *_: object) -> None:
        if self._places:
            self._places.release()


class _Bound(_Base):
    """The behavior of both kinds that differs from keystoneauth1's."""

    @signed_as(_Base.__init__)
    def __init__(self, session: Session, *arguments: Any, **options: Any) -> None:  # noqa: ANN401
        """Create an adapter: see keystoneauth1's."""
        options.update(named(_Base.__init__, arguments, 2))
        given = Hidden(options)
        del arguments, options
        super().__init__(session, **given())
        at_once, per_second = given().get("concurrency"), given().get("rate_limit")
        # Without limits of its own, the session's apply.
        limits: Any = _Limits(at_once, per_second) if at_once or per_second else None
        self._rate_semaphore = limits

    def _request(self, url: str, method: str, **options: Any) -> requests.Response:  # noqa: ANN401
        # The caller's own dict is not modified.
        options["endpoint_filter"] = dict(options.get("endpoint_filter") or {})
        given = Hidden(options)
        del options
        return super()._request(url, method, **given())

    @signed_as(_Base.get_endpoint)
    def get_endpoint(self, auth: plugins.BaseAuthPlugin | None = None, **wanted: Any) -> str | None:  # noqa: ANN401
        """Return the service's URL, or None; `endpoint_override` with its placeholders filled in."""
        if self.endpoint_override:
            wanted["endpoint_override"] = self.endpoint_override
        else:
            self._set_endpoint_filter_kwargs(wanted)
        return self.session.get_endpoint(auth or self.auth, **wanted)

    @signed_as(_Base.get_all_version_data)
    def get_all_version_data(
        self,
        interface: str | list[str] | None = "public",
        region_name: str | None = None,
    ) -> dict[str, dict[str, dict[str, list[VersionData]]]]:
        """Return the service's versions, by region and interface."""
        return self.session.get_all_version_data(
            self.auth,
            interface=interface,
            region_name=region_name or self.region_name,
            service_type=self.service_type,
        )


class Adapter(_Bound, keystoneauth1.adapter.Adapter):
    """keystoneauth1's adapter, for any session."""


class LegacyJsonAdapter(_Bound, keystoneauth1.adapter.LegacyJsonAdapter):
    """keystoneauth1's adapter that returns responses together with their JSON."""
