"""Discovery by keystoneauth1's own code, which caches documents, with failures cached here, too."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, cast

import requests
from keystoneauth1 import exceptions, session

# As long as the library itself caches them.
_ABSENT = 600.0
_FAILED = 10.0

_MOST = 256
_LARGEST = 64 << 10

if TYPE_CHECKING:
    from typing import TypeAlias

    Outcome: TypeAlias = requests.Response | exceptions.ClientException


class Outcomes:
    """The outcomes of version discovery by URL, cached for a while."""

    def __init__(self) -> None:
        """Start with an empty cache."""
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, object], tuple[float, Outcome]] = {}

    def seen_by(self, asking: session.Session) -> session.Session:
        """Return a session whose discovery is answered from this cache, if possible."""
        return asking if isinstance(asking, Discovering) else cast("session.Session", Discovering(asking, self))

    def get(self, key: tuple[str, object]) -> Outcome | None:
        """Return the outcome, if it is still valid."""
        with self._lock:
            until, outcome = self._kept.get(key, (0.0, None))
        return outcome if time.monotonic() < until else None

    def keep(self, key: tuple[str, object], outcome: Outcome) -> None:
        """Store an outcome."""
        is_answer = isinstance(outcome, (requests.Response, exceptions.HTTPClientError))
        if isinstance(outcome, requests.Response) and len(outcome.content) > _LARGEST:
            return
        with self._lock:
            if len(self._kept) >= _MOST:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = (time.monotonic() + (_ABSENT if is_answer else _FAILED), outcome)


class Discovering:
    """A session for keystoneauth1's discovery."""

    def __init__(self, asking: session.Session, outcomes: Outcomes) -> None:
        """Wrap this session."""
        self._asking = asking
        self._outcomes = outcomes

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """Pass everything else to that session."""
        return getattr(self._asking, name)

    def get(self, url: str, **options: Any) -> requests.Response:  # noqa: ANN401
        """Request a URL's versions, unless the outcome is cached."""
        key = url, options.get("authenticated")
        outcome = self._outcomes.get(key)
        if outcome is None:
            try:
                outcome = self._asking.get(url, **options)
            except exceptions.ClientException as failure:
                outcome = failure
            self._outcomes.keep(key, outcome)
        if isinstance(outcome, requests.Response):
            return outcome
        raise outcome.with_traceback(None)
