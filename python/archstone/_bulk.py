"""Many operations at once: some at a time, to the end, with a report."""

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
    """How far things are."""

    done: int
    """How many are done, well or not."""
    failed: int
    """How many of these have failed."""
    total: int
    """How many there are."""


class Report(Generic[T]):
    """What came of many operations."""

    def __init__(self, outcomes: list[T | Error]) -> None:
        """Keep the outcomes."""
        self.outcomes = outcomes
        """What was answered, or why not, in the order of the operations."""

    @property
    def failures(self) -> list[tuple[int, Error]]:
        """What failed, each with its position among the operations."""
        return [(position, it) for position, it in enumerate(self.outcomes) if isinstance(it, Error)]

    @property
    def answers(self) -> list[T]:
        """What was answered, in order."""
        return [it for it in self.outcomes if not isinstance(it, Error)]

    def __repr__(self) -> str:
        """Tell how many, and how many have failed."""
        return f"<archstone.identity.Report of {len(self.outcomes)}, {len(self.failures)} failed>"


class _Many(Generic[T]):
    """An operation that is to be done many times."""

    def __init__(
        self,
        operation: Callable[..., Any],
        each: Iterable[object],
        *,
        concurrency: int = 4,
        on_progress: Callable[[Progress], object] | None = None,
    ) -> None:
        """Gather what is to be done; nothing is sent yet.

        Args:
            operation: a method of a manager, such as `client.users.delete`.
            each: for each time what the method takes: its argument, a tuple of several, or a dict of named ones.
            concurrency: how many may be on their way at the same time.
            on_progress: is told after each how far things are. What it raises ends everything.

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
        """Return what would be sent, without sending it: `DELETE users/0815`.

        Raises:
            InvalidRequestError: what could not be sent.

        """
        return [self._core.preview(self._operation["name"], it) for it in self._arguments]

    def _begin(self) -> Any:  # noqa: ANN401  of the library's
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
        """Tell how many there are."""
        return len(self._arguments)


class Bulk(_Many[T]):
    r"""Many operations of a kind. They can be looked at first; what fails does not stop the others.

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
            """Gather what is to be done."""

    def run(self) -> Report[T]:
        """Do everything."""
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
            """Gather what is to be done."""

    async def run(self) -> Report[T]:
        """Do everything."""
        arriving = self._begin()
        while (arrived := await arriving.start_next()) is not None:
            self._take(*arrived)
        return Report(self._outcomes)


def _taken(each: Any) -> tuple[tuple[object, ...], dict[str, object]]:  # noqa: ANN401
    """Return what is given by place, and what by name."""
    if isinstance(each, Mapping):
        named: dict[str, object] = {**each}
        return (), named
    if isinstance(each, tuple):
        several: tuple[object, ...] = each  # pyright: ignore[reportUnknownVariableType]
        return several, {}
    return (each,), {}
