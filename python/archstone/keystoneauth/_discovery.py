"""Discovery by keystoneauth1's own code, which remembers what it was told, and here also what it was not."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, cast

import requests
from keystoneauth1 import exceptions, session

# As long as the library itself remembers either.
_ABSENT = 600.0
_FAILED = 10.0

_MOST = 256
_LARGEST = 64 << 10

if TYPE_CHECKING:
    from typing import TypeAlias

    Outcome: TypeAlias = requests.Response | exceptions.ClientException


class Outcomes:
    """What came of asking URLs for their versions, for a while."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, object], tuple[float, Outcome]] = {}

    def seen_by(self, asking: session.Session) -> session.Session:
        """Return a session whose discovery is answered from here, where it can be."""
        return asking if isinstance(asking, Discovering) else cast("session.Session", Discovering(asking, self))

    def get(self, key: tuple[str, object]) -> Outcome | None:
        """Return what came of it, if that still holds."""
        with self._lock:
            until, outcome = self._kept.get(key, (0.0, None))
        return outcome if time.monotonic() < until else None

    def keep(self, key: tuple[str, object], outcome: Outcome) -> None:
        """Remember what came of it."""
        is_answer = isinstance(outcome, (requests.Response, exceptions.HTTPClientError))
        if isinstance(outcome, requests.Response) and len(outcome.content) > _LARGEST:
            return
        with self._lock:
            if len(self._kept) >= _MOST:
                self._kept.pop(next(iter(self._kept)))
            self._kept[key] = (time.monotonic() + (_ABSENT if is_answer else _FAILED), outcome)


class Discovering:
    """A session, as keystoneauth1's discovery uses it."""

    def __init__(self, asking: session.Session, outcomes: Outcomes) -> None:
        """Look through to this session."""
        self._asking = asking
        self._outcomes = outcomes

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        """Be that session in everything else."""
        return getattr(self._asking, name)

    def get(self, url: str, **options: Any) -> requests.Response:  # noqa: ANN401
        """Ask a URL for its versions, unless it is known what comes of it."""
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
