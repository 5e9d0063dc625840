"""Base classes of all managers and resources."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeAlias, TypeVar

from archstone._archstone import AmbiguousError, InvalidRequestError, NotFoundError
from archstone._hidden import Hidden
from archstone.keystoneclient import exceptions
from archstone.keystoneclient._errors import both

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Mapping

    import archstone.identity
    from archstone.keystoneclient._login import Login

Reference: TypeAlias = "str | Resource | archstone.identity.Resource"
"""An id, or an object with one."""


class Response:
    """The result of a manager's method if the client was created with `include_metadata=True`."""

    def __init__(self, data: Any, request_ids: builtins.list[str]) -> None:
        """Store both."""
        self.data = data
        """The result of the method without `include_metadata`."""
        self.request_ids = request_ids
        """The ids of the requests that it took."""


def getid(obj: Any) -> Any:
    """Return the id of a resource, and any other value as it is."""
    if isinstance(obj, Resource):
        # No request is sent for it.
        return obj.uuid if "uuid" in vars(obj) else obj.id
    return getattr(obj, "uuid", None) or getattr(obj, "id", obj)


class Resource:
    """A resource: all of its data as attributes."""

    HUMAN_ID = False
    NAME_ATTR = "name"

    def __init__(self, manager: Manager[Any], info: Mapping[str, Any], loaded: bool = False) -> None:
        """Create one from the identity service's data."""
        self.manager = manager
        self._info: dict[str, Any] = {}
        self._loaded = loaded
        self._add_details(info)

    def _add_details(self, info: Mapping[str, Any]) -> None:
        self._info.update(info)
        for name, value in info.items():
            # Properties and methods of the class are not overridden.
            if not hasattr(type(self), name):
                self.__dict__[name] = value

    def __getattr__(self, name: str) -> Any:
        """Request missing data, once: `create` and `update` may not return everything."""
        if name.startswith("_") or self.is_loaded():
            raise AttributeError(name)
        self.get()
        return getattr(self, name)

    @property
    def human_id(self) -> str | None:
        """None: no resource of the identity service has one."""
        return None

    def is_loaded(self) -> bool:
        """Return whether all data has been loaded."""
        return self._loaded

    def set_loaded(self, val: bool) -> None:
        """Set whether all data has been loaded."""
        self._loaded = val

    def to_dict(self) -> dict[str, Any]:
        """Return all data as a dict."""
        return copy.deepcopy(self._info)

    def get(self) -> None:
        """Load all data again."""
        self.set_loaded(True)
        get: Callable[[str], Any] | None = getattr(self.manager, "get", None)
        if get is not None:
            new = get(self.id)
            self._add_details((new.data if isinstance(new, Response) else new).to_dict())

    def delete(self) -> Any:
        """Delete it with its manager."""
        manager: Any = self.manager
        return manager.delete(self)

    def __eq__(self, other: object) -> bool:
        """Compare all data."""
        if not isinstance(other, Resource):
            return NotImplemented
        return isinstance(other, type(self)) and self._info == other._info

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Show everything that is not secret."""
        shown = (f"{name}={value}" for name, value in sorted(self._info.items()) if name not in _SECRETS)
        return f"<{type(self).__name__} {', '.join(shown)}>"


_SECRETS = frozenset({"blob", "password", "secret"})

R = TypeVar("R", bound=Resource)
S = TypeVar("S", bound=Resource)


class Manager(Generic[R]):
    """The operations on a kind of resource."""

    resource_class: type[R]
    _name: ClassVar[str]
    """Archstone's name of the manager."""

    def __init__(self, client: Login) -> None:
        """Use the login for requests."""
        self.client = client

    def _ask(self, operation: str, given: Hidden, make: Callable[[Any], Any]) -> Any:
        """Perform an operation of Archstone's with arguments, and convert the result."""
        known = Hidden({name: getid(value) for name, value in given().items() if value is not None})
        asked = Hidden(self.client.ask(self._name, operation, known))
        made = Hidden(make(asked()[0]))
        return Response(made(), asked()[1]) if self.client.include_metadata else made()

    def _plain(self, operation: str, /, **given: object) -> Any:
        hidden = Hidden(given)
        del given
        return self._ask(operation, hidden, lambda answer: answer)

    def _do(self, operation: str, /, **given: object) -> None:
        hidden = Hidden(given)
        del given
        done: None = self._ask(operation, hidden, lambda answer: answer)
        return done

    def _get(self, operation: str, /, **given: object) -> R:
        hidden = Hidden(given)
        del given
        made: R = self._ask(operation, hidden, lambda answer: self.resource_class(self, answer, loaded=True))
        return made

    def _make(self, operation: str, /, **given: object) -> R:
        hidden = Hidden(given)
        del given
        made: R = self._ask(operation, hidden, lambda answer: self.resource_class(self, answer))
        return made

    def _list(self, operation: str, /, **given: object) -> builtins.list[R]:
        return self._list_of(self.resource_class, operation, **given)

    def _list_of(self, kind: type[S], operation: str, /, **given: object) -> builtins.list[S]:
        hidden = Hidden(given)
        del given
        made: builtins.list[S] = self._ask(
            operation, hidden, lambda answer: [kind(self, it, loaded=True) for it in answer]
        )
        return made

    def _check(self, operation: str, /, **given: object) -> bool:
        """Return True, or raise if it is false: that is how python-keystoneclient reports it."""

        def so(answer: Any) -> bool:
            if not answer:
                raise both(exceptions.NotFound, NotFoundError)("there is none")
            return True

        hidden = Hidden(given)
        del given
        checked: bool = self._ask(operation, hidden, so)
        return checked


class CrudManager(Manager[R]):
    """A manager that can find resources by their fields."""

    def find(self, **kwargs: Any) -> R:
        """Return the one that matches the filters.

        Raises:
            NotFound: there is none.
            NoUniqueMatch: there are several.

        """
        return self._only("list", **more(kwargs))

    def _only(self, operation: str, /, **given: object) -> R:
        def only(answer: builtins.list[Any]) -> R:
            found = [self.resource_class(self, it, loaded=True) for it in answer]
            del answer
            if not found:
                message = f"No {self.resource_class.__name__} matching {given}."
                raise both(exceptions.NotFound, NotFoundError)(message)
            if len(found) > 1:
                filters = ", ".join(f"{name}={value!r}" for name, value in given.items())
                message = f"{len(found)} {self.resource_class.__name__} resources match {filters}."
                raise both(exceptions.NoUniqueMatch, AmbiguousError)(message)
            return found[0]

        one: R = self._ask(operation, Hidden(given), only)
        return one


def more(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return additional arguments: resources become ids, under the longer name."""
    if "id" in kwargs:
        message = "list() got an unexpected keyword argument 'id'. To retrieve a single object, use get() instead."
        raise TypeError(message)
    return fields(kwargs)


def fields(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return additional fields: resources become ids, under the longer name."""
    given = {name: value for name, value in kwargs.items() if value is not None}
    return {name if getid(value) is value else f"{name}_id": getid(value) for name, value in given.items()}


def not_supported(what: str) -> exceptions.MethodNotImplemented:
    """Return the exception for an operation that the Identity API does not have."""
    return both(exceptions.MethodNotImplemented, InvalidRequestError)(what)  # type: ignore[return-value]


def wrong(what: str) -> exceptions.ValidationError:
    """Return the exception for an invalid request."""
    return both(exceptions.ValidationError, InvalidRequestError)(what)  # type: ignore[return-value]
