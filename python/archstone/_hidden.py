"""Hides values from tools that print the variables of each frame in a traceback, and would print secrets."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


class Hidden:
    """A value that may contain secrets, as a variable of a function in this package. Calling it returns the value."""

    __slots__ = ("_get",)

    def __init__(self, value: object) -> None:
        """Keep a value where no tool looks."""
        self._get: Callable[[], object] = lambda: value

    def __call__(self) -> Any:  # noqa: ANN401  any value
        """Return the value."""
        return self._get()

    def __repr__(self) -> str:
        """Show nothing."""
        return "<hidden>"
