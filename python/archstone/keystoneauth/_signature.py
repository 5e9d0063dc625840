"""Methods with the signatures of the installed release of keystoneauth1."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    _Function = TypeVar("_Function", bound=Callable[..., object])


def signed_as(original: Callable[..., object]) -> Callable[[_Function], _Function]:
    """Give a method the signature of another, to which it passes its arguments."""

    def sign(method: _Function) -> _Function:
        method.__dict__["__signature__"] = inspect.signature(original)
        return method

    return sign


def named(original: Callable[..., object], arguments: tuple[Any, ...], after: int) -> dict[str, Any]:
    """Return positional arguments by their names, after those that have been consumed."""
    if not arguments:
        return {}
    names = list(inspect.signature(original).parameters)[after:]
    if len(arguments) > len(names):
        message = f"too many arguments: {len(arguments) + after}"
        raise TypeError(message)
    return dict(zip(names, arguments, strict=False))
