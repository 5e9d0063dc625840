"""Bulk operations: several at a time, continuing after failures, with a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from archstone import identity
from archstone._archstone import Error
from archstone._hidden import Hidden
from archstone._resources import bind

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from archstone._archstone import Arguments

T = TypeVar("T")


class Progress(NamedTuple):
    """The progress of the operations."""

    done: int
    """The number of operations that are done, successful or not."""
    failed: int
    """The number of these that have failed."""
    total: int
    """The total number of operations."""


class Report(Generic[T]):
    """The results of many operations."""

    def __init__(self, outcomes: list[T | Error]) -> None:
        """Keep the outcomes."""
        self.outcomes = outcomes
        """The result or the error of each operation, in order."""

    @property
    def failures(self) -> list[tuple[int, Error]]:
        """The errors, each with its position among the operations."""
        return [(position, it) for position, it in enumerate(self.outcomes) if isinstance(it, Error)]

    @property
    def answers(self) -> list[T]:
        """The results, in order."""
        return [it for it in self.outcomes if not isinstance(it, Error)]

    def __repr__(self) -> str:
        """Show the number of operations and of failures."""
        return f"<archstone.identity.Report of {len(self.outcomes)}, {len(self.failures)} failed>"


class _Many(Generic[T]):
    """An operation that is performed many times."""

    def __init__(
        self,
        operation: Callable[..., Any],
        each: Iterable[object],
        *,
        concurrency: int = 4,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> None:
        """Collect the operations; nothing is sent yet.

        Args:
            operation: a method of a manager, such as `client.users.delete`.
            each: the arguments of each call: a single argument, a tuple of several, or a dict of named ones.
            concurrency: the maximum number of operations at a time.
            on_progress: is called with the progress after each operation. If it raises, everything is cancelled.

        """
        made: Any = operation
        if not isinstance(made, identity.Bound) or made.described["answer"][0] == "many":
            message = "give a method of a manager that is no list, such as `client.users.delete`"
            raise TypeError(message)
        self._operation = made.described
        self._core = made.core
        given = Hidden(each)
        del each
        self._arguments = list(map(self._bind, given()))
        self._concurrency = concurrency
        self._on_progress = on_progress
        self._outcomes: list[Any] = []

    def _bind(self, it: object) -> Arguments:
        given = Hidden(_taken(it))
        del it
        return bind(self._core, self._operation, given)

    def preview(self) -> list[str]:
        """Return the requests that would be sent, without sending them: `DELETE users/0815`.

        Raises:
            InvalidRequestError: a request could not be sent.

        """
        return [self._core.preview(self._operation["name"], it) for it in self._arguments]

    def _begin(self) -> Any:  # noqa: ANN401  an object of the library
        self._outcomes = [None] * len(self._arguments)
        self._progress = Progress(0, 0, len(self._arguments))
        return self._core.many(self._operation["name"], self._arguments, self._concurrency)

    def _take(self, position: int, outcome: str | Error) -> None:
        done, failed, total = self._progress
        if isinstance(outcome, Error):
            self._outcomes[position] = outcome
            failed += 1
        else:
            self._outcomes[position] = identity.answered(self._operation, outcome)
        self._progress = Progress(done + 1, failed, total)
        if self._on_progress is not None:
            self._on_progress(self._progress)

    def __len__(self) -> int:
        """Return the number of operations."""
        return len(self._arguments)


class Bulk(_Many[T]):
    r"""Many operations of one kind. They can be previewed; a failure does not stop the others.

    >>> leaving = client.users.list(domain="default", enabled=False)
    >>> bulk = Bulk(client.users.delete, leaving, concurrency=8)
    >>> print(*bulk.preview(), sep="\n")
    >>> for position, error in bulk.run().failures:
    ...     print(position, error)
    """

    if TYPE_CHECKING:

        def __init__(
            self,
            operation: Callable[..., T],
            each: Iterable[object],
            *,
            concurrency: int = 4,
            on_progress: Callable[[Progress], object] | None = None,
        ) -> None:
            """Collect the operations."""

    def run(self) -> Report[T]:
        """Run all operations."""
        arriving = self._begin()
        while (arrived := arriving.next()) is not None:
            self._take(*arrived)
        return Report(self._outcomes)


class AsyncBulk(_Many[T]):
    """The same for asyncio, with methods of an AsyncClient's managers: `await AsyncBulk(…).run()`."""

    if TYPE_CHECKING:

        def __init__(
            self,
            operation: Callable[..., Awaitable[T]],
            each: Iterable[object],
            *,
            concurrency: int = 4,
            on_progress: Callable[[Progress], object] | None = None,
        ) -> None:
            """Collect the operations."""

    async def run(self) -> Report[T]:
        """Run all operations."""
        arriving = self._begin()
        while (arrived := await arriving.start_next()) is not None:
            self._take(*arrived)
        return Report(self._outcomes)


def _taken(each: Any) -> tuple[tuple[object, ...], dict[str, object]]:  # noqa: ANN401
    """Return positional and keyword arguments."""
    if isinstance(each, Mapping):
        named: dict[str, object] = {**each}
        return (), named
    if isinstance(each, tuple):
        several: tuple[object, ...] = each  # pyright: ignore[reportUnknownVariableType]
        return several, {}
    return (each,), {}
