"""Keystone's resources as classes, and the managers that create, find, change and delete them.

>>> client.users.create("alice", domain="default", password="correct horse")
>>> for user in client.users.list(domain="default", name__startswith="a"):
...     print(user.id, user.name)

Everything here is generated from the library's own descriptions on first use; the stub next to this file, generated
from the same descriptions, lists what exists.
"""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress

from archstone._archstone import AccessInfo, AsyncCore, Error, IdentityCore, InvalidResponseError
from archstone._hidden import Hidden
from archstone._resources import MADE, RESOURCES, Issued, Resource, bind, documented, plain, resource_class, signature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Generator
    from inspect import Signature
    from typing import Any

    from archstone._archstone import Arguments, Client, IdentityItems
    from archstone._resources import Described

__all__ = ["AsyncItems", "AsyncManager", "Issued", "Items", "Manager", "Resource"]


class Items:
    """A lazy list: items are requested during iteration, and memory holds only a few of them.

    Iterating again sends new requests. `all()` returns all items in one list.
    """

    __slots__ = ("_made_by", "_pull")

    def __init__(self, pull: Callable[[], IdentityItems], made_by: type[Resource]) -> None:
        """Store the request; nothing is sent."""
        self._pull = pull
        self._made_by = made_by

    def __iter__(self) -> Iterator[Resource]:
        """Send the requests, and yield items as they arrive."""
        pulled = self._pull()
        while items := read(pulled.some()):
            yield from map(self._made_by, items)

    def all(self) -> list[Resource]:
        """Return all items in one list."""
        return list(self)

    def first(self) -> Resource | None:
        """Return the first, or None."""
        return next(iter(self), None)

    def __repr__(self) -> str:
        """Show the class of the items."""
        return f"<archstone.identity.Items of {self._made_by.__name__}>"


class AsyncItems:
    """A lazy list: items are requested during `async for`; awaiting it returns all items in one list."""

    __slots__ = ("_made_by", "_pull")

    def __init__(self, pull: Callable[[], IdentityItems], made_by: type[Resource]) -> None:
        """Store the request; nothing is sent."""
        self._pull = pull
        self._made_by = made_by

    async def __aiter__(self) -> AsyncIterator[Resource]:
        """Send the requests, and yield items as they arrive."""
        pulled = self._pull()
        while items := read(await pulled.start_some()):
            for item in items:
                yield self._made_by(item)

    def __await__(self) -> Generator[Any, None, list[Resource]]:
        """Return all items in one list."""
        return self.all().__await__()

    async def all(self) -> list[Resource]:
        """Return all items in one list."""
        return [item async for item in self]

    async def first(self) -> Resource | None:
        """Return the first, or None."""
        async for item in self:
            return item
        return None

    def __repr__(self) -> str:
        """Show the class of the items."""
        return f"<archstone.identity.AsyncItems of {self._made_by.__name__}>"


class Manager:
    """The operations on a kind of resource. See its methods."""

    __slots__ = ("_client", "_core")

    _described: Described

    def __init__(self, client: Client) -> None:
        """Use a client's token and URL."""
        self._client = client
        self._core = IdentityCore(client, self._described["manager"])

    def _perform(self, operation: Described, arguments: Arguments) -> Any:  # noqa: ANN401  each operation's own
        if operation["answer"][0] == "many":
            return self._listed(operation, lambda: self._core.items(operation["name"], arguments))
        return answered(operation, self._core.call(operation["name"], arguments))

    def _listed(self, operation: Described, pull: Callable[[], IdentityItems]) -> Any:  # noqa: ANN401  from either API
        return Items(pull, resource_class(operation["answer"][1]))

    def _find(self, filters: Arguments, name_or_id: str) -> Any:  # noqa: ANN401  the manager's own class
        return resource_class(self._described["class"])(read(self._core.find(filters, name_or_id)))

    def _exists(self, arguments: Arguments) -> bool:
        return self._core.exists(arguments)

    def __repr__(self) -> str:
        """Show the class of the resources."""
        return f"<archstone.identity.{type(self).__name__}>"


class AsyncManager(Manager):
    """The same for asyncio: its methods are coroutines."""

    __slots__ = ()

    def _perform(self, operation: Described, arguments: Arguments) -> Any:  # noqa: ANN401  each operation's own
        if operation["answer"][0] == "many":
            return self._listed(operation, lambda: self._core.items(operation["name"], arguments))
        return self._answer(operation, arguments)

    def _listed(self, operation: Described, pull: Callable[[], IdentityItems]) -> Any:  # noqa: ANN401  of either API
        return AsyncItems(pull, resource_class(operation["answer"][1]))

    async def _answer(self, operation: Described, arguments: Arguments) -> Any:  # noqa: ANN401  each operation's own
        return answered(operation, await self._core.start_call(operation["name"], arguments))

    async def _find(self, filters: Arguments, name_or_id: str) -> Any:  # noqa: ANN401  the manager's own class
        return resource_class(self._described["class"])(read(await self._core.start_find(filters, name_or_id)))

    async def _exists(self, arguments: Arguments) -> bool:  # type: ignore[override]
        return await self._core.start_exists(arguments)


def read(text: str | bytes) -> Any:  # noqa: ANN401  any value from the identity service
    """Parse JSON."""
    with suppress(RecursionError):
        return json.loads(text)
    # It may contain secrets, and a traceback may show variables.
    del text
    message = "the answer of the identity service is JSON that is nested too deeply"
    raise InvalidResponseError(message)


def answered(operation: Described, text: str) -> Any:  # noqa: ANN401  each operation's own
    """Convert the response of an operation to its result."""
    try:
        return _answered(operation, text)
    except (Error, ValueError) as error:
        problem = error.with_traceback(None)
    # It may contain secrets, and a traceback may show variables.
    del text
    raise problem


def _answered(operation: Described, text: str) -> Any:  # noqa: ANN401  each operation's own
    kind, name = operation["answer"]
    answer = read(text)
    if kind == "one":
        return resource_class(name)(answer)
    if kind == "token":
        return Issued(answer.get("id"), answer["token"])
    if kind == "access":
        return AccessInfo.from_ref(answer)
    return None if kind == "nothing" else answer


class Operation:
    """A method of managers, made from its description."""

    def __init__(self, described: Described) -> None:
        """Store the description."""
        self._described = described
        self.__name__ = described["name"]
        self.__doc__ = documented(described)

    def __get__(self, manager: Manager | None, _: type | None = None) -> Any:  # noqa: ANN401  itself, or bound
        """Bind to a manager."""
        return self if manager is None else Bound(self._described, manager)

    def __call__(self, manager: Manager, *required: object, **more: object) -> Any:  # noqa: ANN401  each operation's own
        """Perform the operation with a manager."""
        return Bound(self._described, manager)(*required, **more)

    @property
    def __signature__(self) -> Signature:
        """Its signature, for `help` and `inspect.signature`."""
        return signature(self._described)


class Bound:
    """A bound method of a manager. `archstone.identity.Bulk` performs it many times."""

    __slots__ = ("_manager", "described")

    def __init__(self, described: Described, manager: Manager) -> None:
        """Bind an operation."""
        self.described = described
        self._manager = manager

    def __get__(self, _: object, __: type | None = None) -> Bound:
        """Return itself, since it is bound already. `help` recognizes a method by the presence of this one."""
        return self

    @property
    def __signature__(self) -> Signature:
        """Its signature, for `help` and `inspect.signature`."""
        return signature(self.described)

    def __call__(self, *required: object, **more: object) -> Any:  # noqa: ANN401  each operation's own
        """Perform the operation."""
        given = Hidden((required, more))
        del required, more
        arguments = bind(self.core, self.described, given)
        return self._manager._perform(self.described, arguments)  # noqa: SLF001  of this module

    @property
    def core(self) -> IdentityCore:
        """The object that sends the requests."""
        return self._manager._core  # noqa: SLF001  of this module

    @property
    def __name__(self) -> str:
        """The name."""
        return str(self.described["name"])

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        """Its description and arguments."""
        return documented(self.described)

    def __repr__(self) -> str:
        """Show the name."""
        return f"<archstone.identity operation {self.__name__}>"


def manager_class(name: str, base: type[Manager]) -> type[Manager]:
    """Return the class of a manager, by python-keystoneclient's name."""
    described = next(it for it in RESOURCES.values() if it["manager"] == name)
    prefix = "Async" if base is AsyncManager else ""
    class_name = f"{prefix}{described['class']}Manager"
    if class_name in MADE:
        return MADE[class_name]
    members: dict[str, object] = {
        "__doc__": described["doc"],
        "__module__": __name__,
        "__slots__": (),
        "_described": described,
    }
    members |= {operation["name"]: Operation(operation) for operation in described["operations"]}
    if described["key"] and any(it["name"] == "list" for it in described["operations"]):
        members["find"] = find
        members["exists"] = exists
    if name == "role_assignments":
        members["list_named"] = list_named
    members |= nested(name, base)
    bases = (base,)
    if name == "projects":
        bases = (base, AsyncPossibleProjects if prefix else PossibleProjects)
    MADE[class_name] = type(class_name, bases, members)
    return MADE[class_name]


def find(self: Manager, name_or_id: object = None, /, **filters: object) -> Any:  # noqa: ANN401  the manager's own class
    """Return the one with this id, or else with this name, among those that match the filters.

    Raises:
        NotFoundError: there is none; the hint lists similar names.
        AmbiguousError: there are several; the message lists them.

    """
    wanted = plain(name_or_id if name_or_id is not None else filters.pop("name", ""))
    described = next(it for it in self._described["operations"] if it["name"] == "list")
    return self._find(bind(self._core, described, Hidden(((), filters))), str(wanted))


def exists(self: Manager, identifier: object, /, **more: object) -> Any:  # noqa: ANN401  a bool, or an awaitable
    """Return whether a resource with this id exists; one that is not visible counts as missing.

    Its parents are given by name: `exists("mapped", identity_provider="ours")`.
    """
    described = next(it for it in self._described["operations"] if it["name"] == "get")
    given = Hidden(((), {described["itself"]: identifier, **more}))
    return self._exists(bind(self._core, described, given))


def list_named(self: Manager, **filters: object) -> Any:  # noqa: ANN401  from either API
    """List role assignments with the names of everything in them, added on the client.

    For long lists, for which `include_names` would take Keystone a long time: users, groups, projects, domains and
    roles are listed once each. It takes the filters of `list`.

    Raises:
        ForbiddenError: the user may not list these.

    """
    described = next(it for it in self._described["operations"] if it["name"] == "list")
    arguments = bind(self._core, described, Hidden(((), filters)))
    return self._listed(described, lambda: self._core.named(arguments))


class PossibleProjects(Sequence[Resource]):
    """`client.projects` itself: the projects that the user can act in. Requested once, and cached."""

    __slots__ = ()

    _client: Client

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401  as in sequences
        """Return one, or a slice."""
        projects: list[Any] = list(self._client.tenants)
        return projects[index]

    def __len__(self) -> int:
        """Return the number of projects."""
        return len(self._client.tenants)

    def __eq__(self, other: object) -> bool:
        """Compare as a list."""
        return self._client.tenants == (other._client.tenants if isinstance(other, PossibleProjects) else other)

    def __hash__(self) -> int:
        """Hash the client."""
        return hash(self._client)

    def __repr__(self) -> str:
        """Show a description, without a request."""
        return f"<archstone.identity.{type(self).__name__}>"


class AsyncPossibleProjects:
    """`client.projects` itself, awaited: the projects that the user can act in. Requested once, and cached."""

    __slots__ = ()

    _client: Client

    def __await__(self) -> Generator[Any, None, list[Resource]]:
        """Request them, or return the cached ones."""

        async def ask() -> list[Any]:
            return [*await AsyncCore(self._client).projects()]

        return ask().__await__()


class Below:
    """Managers that python-keystoneclient groups below one name, such as `client.oauth1.consumers`."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        """Store the client."""
        self._client = client


def nested(name: str, base: type[Manager]) -> dict[str, object]:
    """Return the attributes for the managers below a name."""
    below = [it["manager"] for it in RESOURCES.values() if it["manager"].startswith(f"{name}.")]
    return {it.removeprefix(f"{name}."): attribute(it, base) for it in below}


def attribute(name: str, base: type[Manager]) -> property:
    """Return the attribute for a manager, or for a group of managers."""
    described = next((it for it in RESOURCES.values() if it["manager"] == name), None)
    if described is not None:
        doc = described["doc"].splitlines()[0]
        return property(lambda self: manager_class(name, base)(self._client), doc=doc)

    def make(self: Below) -> Below:
        key = f"{base.__name__}.{name}"
        if key not in MADE:
            members = {"__slots__": (), "__module__": __name__, "__doc__": Below.__doc__, **nested(name, base)}
            MADE[key] = type(f"{name.capitalize()}Managers", (Below,), members)
        made: Below = MADE[key](self._client)
        return made

    return property(make, doc=f"What belongs to {name}.")


def top(name: str, client: Client, *, is_async: bool) -> Any:  # noqa: ANN401  each manager's own class
    """Return a client's manager, or a group of managers."""
    make = attribute(name, AsyncManager if is_async else Manager).fget
    return make(Below(client)) if make else None


def __getattr__(name: str) -> type:
    """Create a class on first use."""
    if name in {"AsyncBulk", "Bulk", "Progress", "Report"}:
        from archstone import _bulk  # noqa: PLC0415  most programs never need it

        made: type = getattr(_bulk, name)
        return made
    for described in RESOURCES.values():
        if name == described["class"] and described["fields"]:
            return resource_class(name)
        if name == f"{described['class']}Manager":
            return manager_class(described["manager"], Manager)
        if name == f"Async{described['class']}Manager":
            return manager_class(described["manager"], AsyncManager)
    message = f"module {__name__!r} has no attribute {name!r}"
    raise AttributeError(message)
