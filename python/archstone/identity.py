"""Keystone's resources as classes, and the managers that make, find, change and delete them.

>>> client.users.create("alice", domain="default", password="correct horse")
>>> for user in client.users.list(domain="default", name__startswith="a"):
...     print(user.id, user.name)

Everything here is made from the library's own descriptions when it is first needed; the stub beside this file, made
from the same descriptions, says what there is.
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
    """A list that is asked for when it is gone through, item by item: memory holds a few of them.

    Going through it again asks again. `all()` is everything in one list.
    """

    __slots__ = ("_made_by", "_pull")

    def __init__(self, pull: Callable[[], IdentityItems], made_by: type[Resource]) -> None:
        """Describe what will be asked."""
        self._pull = pull
        self._made_by = made_by

    def __iter__(self) -> Iterator[Resource]:
        """Ask, and hand out what comes while it comes."""
        pulled = self._pull()
        while items := read(pulled.some()):
            yield from map(self._made_by, items)

    def all(self) -> list[Resource]:
        """Return everything in one list."""
        return list(self)

    def first(self) -> Resource | None:
        """Return the first, or None."""
        return next(iter(self), None)

    def __repr__(self) -> str:
        """Tell what would be listed."""
        return f"<archstone.identity.Items of {self._made_by.__name__}>"


class AsyncItems:
    """A list that is asked for when it is gone through with `async for`; awaited, it is everything in one list."""

    __slots__ = ("_made_by", "_pull")

    def __init__(self, pull: Callable[[], IdentityItems], made_by: type[Resource]) -> None:
        """Describe what will be asked."""
        self._pull = pull
        self._made_by = made_by

    async def __aiter__(self) -> AsyncIterator[Resource]:
        """Ask, and hand out what comes while it comes."""
        pulled = self._pull()
        while items := read(await pulled.start_some()):
            for item in items:
                yield self._made_by(item)

    def __await__(self) -> Generator[Any, None, list[Resource]]:
        """Return everything in one list."""
        return self.all().__await__()

    async def all(self) -> list[Resource]:
        """Return everything in one list."""
        return [item async for item in self]

    async def first(self) -> Resource | None:
        """Return the first, or None."""
        async for item in self:
            return item
        return None

    def __repr__(self) -> str:
        """Tell what would be listed."""
        return f"<archstone.identity.AsyncItems of {self._made_by.__name__}>"


class Manager:
    """What can be done with resources of a kind. See its methods."""

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

    def _listed(self, operation: Described, pull: Callable[[], IdentityItems]) -> Any:  # noqa: ANN401  of either face
        return Items(pull, resource_class(operation["answer"][1]))

    def _find(self, filters: Arguments, name_or_id: str) -> Any:  # noqa: ANN401  the manager's own class
        return resource_class(self._described["class"])(read(self._core.find(filters, name_or_id)))

    def _exists(self, arguments: Arguments) -> bool:
        return self._core.exists(arguments)

    def __repr__(self) -> str:
        """Tell of what."""
        return f"<archstone.identity.{type(self).__name__}>"


class AsyncManager(Manager):
    """The same for asyncio: whatever waits is awaited."""

    __slots__ = ()

    def _perform(self, operation: Described, arguments: Arguments) -> Any:  # noqa: ANN401  each operation's own
        if operation["answer"][0] == "many":
            return self._listed(operation, lambda: self._core.items(operation["name"], arguments))
        return self._answer(operation, arguments)

    def _listed(self, operation: Described, pull: Callable[[], IdentityItems]) -> Any:  # noqa: ANN401  of either face
        return AsyncItems(pull, resource_class(operation["answer"][1]))

    async def _answer(self, operation: Described, arguments: Arguments) -> Any:  # noqa: ANN401  each operation's own
        return answered(operation, await self._core.start_call(operation["name"], arguments))

    async def _find(self, filters: Arguments, name_or_id: str) -> Any:  # noqa: ANN401  the manager's own class
        return resource_class(self._described["class"])(read(await self._core.start_find(filters, name_or_id)))

    async def _exists(self, arguments: Arguments) -> bool:  # type: ignore[override]
        return await self._core.start_exists(arguments)


def read(text: str | bytes) -> Any:  # noqa: ANN401  whatever the identity service says
    """Return what JSON says."""
    with suppress(RecursionError):
        return json.loads(text)
    # It may hold secrets, and a traceback may show variables.
    del text
    message = "the answer of the identity service is JSON that is nested too deeply"
    raise InvalidResponseError(message)


def answered(operation: Described, text: str) -> Any:  # noqa: ANN401  each operation's own
    """Return what an operation answers as what it is."""
    try:
        return _answered(operation, text)
    except (Error, ValueError) as error:
        problem = error.with_traceback(None)
    # It may hold secrets, and a traceback may show variables.
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
    """A method of managers, as it is described."""

    def __init__(self, described: Described) -> None:
        """Keep the description."""
        self._described = described
        self.__name__ = described["name"]
        self.__doc__ = documented(described)

    def __get__(self, manager: Manager | None, _: type | None = None) -> Any:  # noqa: ANN401  itself, or bound
        """Bind to a manager."""
        return self if manager is None else Bound(self._described, manager)

    def __call__(self, manager: Manager, *required: object, **more: object) -> Any:  # noqa: ANN401  each operation's own
        """Do it with a manager."""
        return Bound(self._described, manager)(*required, **more)

    @property
    def __signature__(self) -> Signature:
        """What it takes, for `help` and `inspect.signature`."""
        return signature(self._described)


class Bound:
    """A method of a manager. `archstone.identity.Bulk` does it many times."""

    __slots__ = ("_manager", "described")

    def __init__(self, described: Described, manager: Manager) -> None:
        """Bind an operation."""
        self.described = described
        self._manager = manager

    def __get__(self, _: object, __: type | None = None) -> Bound:
        """Return itself: it is bound. That there is this method tells `help` that it is one."""
        return self

    @property
    def __signature__(self) -> Signature:
        """What it takes, for `help` and `inspect.signature`."""
        return signature(self.described)

    def __call__(self, *required: object, **more: object) -> Any:  # noqa: ANN401  each operation's own
        """Do it."""
        given = Hidden((required, more))
        del required, more
        arguments = bind(self.core, self.described, given)
        return self._manager._perform(self.described, arguments)  # noqa: SLF001  of this module

    @property
    def core(self) -> IdentityCore:
        """What asks."""
        return self._manager._core  # noqa: SLF001  of this module

    @property
    def __name__(self) -> str:
        """The name."""
        return str(self.described["name"])

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        """What it does, and what it takes."""
        return documented(self.described)

    def __repr__(self) -> str:
        """Tell the name."""
        return f"<archstone.identity operation {self.__name__}>"


def manager_class(name: str, base: type[Manager]) -> type[Manager]:
    """Return the class of a manager, by what python-keystoneclient calls it."""
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
    """Return the one with this id, or else with this name, among those that the filters leave.

    Raises:
        NotFoundError: there is none; the hint names some that are near.
        AmbiguousError: there are several; the message lists them.

    """
    wanted = plain(name_or_id if name_or_id is not None else filters.pop("name", ""))
    described = next(it for it in self._described["operations"] if it["name"] == "list")
    return self._find(bind(self._core, described, Hidden(((), filters))), str(wanted))


def exists(self: Manager, identifier: object, /, **more: object) -> Any:  # noqa: ANN401  a bool, or to be awaited
    """Whether there is one with this id; one that may not be seen counts as not there.

    What it is within is said by name: `exists("mapped", identity_provider="ours")`.
    """
    described = next(it for it in self._described["operations"] if it["name"] == "get")
    given = Hidden(((), {described["itself"]: identifier, **more}))
    return self._exists(bind(self._core, described, given))


def list_named(self: Manager, **filters: object) -> Any:  # noqa: ANN401  of either face
    """List role assignments with the names of everything in them, put together here.

    For long lists, for which `include_names` would take Keystone a long time: users, groups, projects, domains and
    roles are listed once each. It takes the filters of `list`.

    Raises:
        ForbiddenError: the user may not list these.

    """
    described = next(it for it in self._described["operations"] if it["name"] == "list")
    arguments = bind(self._core, described, Hidden(((), filters)))
    return self._listed(described, lambda: self._core.named(arguments))


class PossibleProjects(Sequence[Resource]):
    """`client.projects` itself: the projects that the user could act in. Asked once, and kept."""

    __slots__ = ()

    _client: Client

    def __getitem__(self, index: Any) -> Any:  # noqa: ANN401  as sequences have it
        """Return one, or some."""
        projects: list[Any] = list(self._client.tenants)
        return projects[index]

    def __len__(self) -> int:
        """Tell how many."""
        return len(self._client.tenants)

    def __eq__(self, other: object) -> bool:
        """Compare as a list."""
        return self._client.tenants == (other._client.tenants if isinstance(other, PossibleProjects) else other)

    def __hash__(self) -> int:
        """Hash the client."""
        return hash(self._client)

    def __repr__(self) -> str:
        """Tell of what; nothing is asked for it."""
        return f"<archstone.identity.{type(self).__name__}>"


class AsyncPossibleProjects:
    """`client.projects` itself, awaited: the projects that the user could act in. Asked once, and kept."""

    __slots__ = ()

    _client: Client

    def __await__(self) -> Generator[Any, None, list[Resource]]:
        """Ask, or return what is kept."""

        async def ask() -> list[Any]:
            return [*await AsyncCore(self._client).projects()]

        return ask().__await__()


class Below:
    """Managers that python-keystoneclient has below one name, such as `client.oauth1.consumers`."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        """Keep the client."""
        self._client = client


def nested(name: str, base: type[Manager]) -> dict[str, object]:
    """Return the attributes for the managers below a name."""
    below = [it["manager"] for it in RESOURCES.values() if it["manager"].startswith(f"{name}.")]
    return {it.removeprefix(f"{name}."): attribute(it, base) for it in below}


def attribute(name: str, base: type[Manager]) -> property:
    """Return the attribute for a manager, or for what is above some."""
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
    """Return a client's manager, or what is above some."""
    make = attribute(name, AsyncManager if is_async else Manager).fget
    return make(Below(client)) if make else None


def __getattr__(name: str) -> type:
    """Make a class when it is first asked for."""
    if name in {"AsyncBulk", "Bulk", "Progress", "Report"}:
        from archstone import _bulk  # noqa: PLC0415  what most programs never need

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
