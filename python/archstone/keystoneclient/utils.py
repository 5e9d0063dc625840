"""Times in the identity service's format."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import overload


@overload
def isotime(at: None) -> None: ...
@overload
def isotime(at: datetime | str) -> str: ...


def isotime(at: datetime | str | None) -> str | None:
    """Return a time as text: one without a zone is UTC, text is returned as it is."""
    if not isinstance(at, datetime):
        return at
    in_utc = at.astimezone(timezone.utc) if at.tzinfo else at
    return in_utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
