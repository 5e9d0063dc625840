"""Keystone's resources as classes, generated from the library's descriptions, and the arguments of their operations."""

# pyright: reportPrivateUsage=false
from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from archstone._archstone import resources
from archstone._hidden import Hidden

if TYPE_CHECKING:
    from collections.abc import Sequence
    from inspect import Signature

    from typing_extensions import Self

    from archstone._archstone import Arguments, IdentityCore

Described = dict[str, Any]

RESOURCES: dict[str, Described] = {described["class"]: described for described in json.loads(resources())}
for _resource in RESOURCES.values():
    for _operation in _resource["operations"]:
        _operation["of"] = _resource["class"]
MADE: dict[str, type] = {}


class Resource:
    """A resource of the identity service: its fields as attributes, and all of its data in `to_dict()`.

    Two are equal if all of their data is. They are immutable; `update` of their manager changes them in the
    service, and returns the new state.
    """

    __slots__ = ("__weakref__", "_fields")

    _described: Described = {"class": "Resource", "fields": [], "key": ""}  # noqa: RUF012  never changed
    _fields: dict[str, Any]

    def __init__(self, fields: Mapping[str, Any], /) -> None:
        """Create one from the identity service's data."""
        for field in self._described["fields"]:
            if field["required"] and fields.get(field["name"]) is None:
                message = f"there is no {field['name']} in this {self._described['class']}"
                raise ValueError(message)
        object.__setattr__(self, "_fields", dict(fields))

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any], /) -> Self:
        """Create one from a dict, as the identity service and `to_dict()` return it.

        Raises:
            ValueError: a required field is missing.

        """
        return cls(fields)

    def to_dict(self) -> dict[str, Any]:
        """Return all data as a dict, as the identity service returned it, including secrets."""
        copy: dict[str, Any] = json.loads(json.dumps(self._fields))
        return copy

    @property
    def extra(self) -> dict[str, Any]:
        """All data without an attribute of its own."""
        known = {field["name"] for field in self._described["fields"]}
        return {name: value for name, value in self._fields.items() if name not in known}

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  any value from the identity service
        """Return a field without a description."""
        if name.startswith("_") or name not in self._fields:
            message = f"{self._described['class']} has no attribute {name!r}"
            raise AttributeError(message)
        return self._fields[name]

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: resources are immutable."""
        message = f"{self._described['class']} cannot be changed here: use update() of its manager"
        raise AttributeError(message)

    def __dir__(self) -> Iterable[str]:
        """Include the fields."""
        return sorted({*super().__dir__(), *(name for name in self._fields if name.isidentifier())})

    def __eq__(self, other: object) -> bool:
        """Compare all data."""
        return isinstance(other, Resource) and type(self) is type(other) and self._fields == other._fields

    def __hash__(self) -> int:
        """Hash the id, or all data if there is none."""
        key = self._fields.get(self._described["key"])
        return hash(key if isinstance(key, str) else json.dumps(self._fields, sort_keys=True))

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle the data."""
        return (type(self), (self._fields,))

    def __repr__(self) -> str:
        """Show name and id; if it has neither, everything that is not secret."""
        names = ["name", self._described["key"]]
        if not any(name in self._fields for name in names):
            names = [field["name"] for field in self._described["fields"] if field["kind"] != "secret"]
        shown = (f"{name}={json.dumps(self._fields[name])}" for name in names if self._fields.get(name) is not None)
        return f"<archstone.{' '.join([self._described['class'], *shown])}>"


class Issued:
    """A token that was issued in an exchange, with what the identity service returned about it."""

    __slots__ = ("facts", "token")

    def __init__(self, token: str | None, facts: dict[str, Any]) -> None:
        """Store both."""
        self.token = token
        """The token; None if the identity service only validates."""
        self.facts = facts
        """User, project, roles, catalog, and expiry."""

    def __repr__(self) -> str:
        """Show the user, but not the token."""
        return f"<archstone.identity.Issued user={json.dumps(self.facts.get('user', {}).get('name'))}>"


def documented(operation: Described) -> str:
    """Return the docstring of an operation: its description and its arguments."""
    optional = [it for it in operation["parameters"] if not it["required"]]
    lines = [operation["doc"]]
    required = [it["name"] for it in operation["parameters"] if it["required"]]
    if required:
        lines += ["", f"Must be given: {', '.join(required)}."]
    described = [(it["name"], it["doc"]) for it in optional]
    described += [(it["setter"], it["doc"]) for it in settable(operation)]
    if operation["paged"]:
        described.append(("limit", "The page size. All pages are read."))
    if operation["extra"]:
        described.append(("extra", EXTRA_DOC[bool(operation["sets"])]))
    if described:
        lines += ["", "Args:", *(f"    {name}: {' '.join(doc.split())}" for name, doc in described)]
    return "\n".join(lines)


EXTRA_DOC = {
    True: "Custom attributes, by name: Keystone keeps them for users, projects and some others.",
    False: "Query parameters that Archstone does not know, by name.",
}


def settable(operation: Described) -> list[Described]:
    """Return the fields that an operation sets, except those that are parameters."""
    if not operation["sets"]:
        return []
    parameters = {name for it in operation["parameters"] for name in (it["name"], it["wire"])}
    fields = RESOURCES[operation["of"]]["fields"]
    return [it for it in fields if it[operation["sets"]] and not {it["name"], it["setter"]} & parameters]


def signature(operation: Described) -> Signature:
    """Return the signature of an operation, as `inspect` describes it."""
    from inspect import Parameter, Signature  # noqa: PLC0415  most programs never need it

    required = [it["name"] for it in operation["parameters"] if it["required"]]
    optional = [it["name"] for it in operation["parameters"] if not it["required"]]
    optional += [it["setter"] for it in settable(operation)]
    optional += [name for name, is_so in (("limit", operation["paged"]), ("extra", operation["extra"])) if is_so]
    parameters = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in required]
    parameters += [Parameter(name, Parameter.KEYWORD_ONLY, default=None) for name in optional]
    return Signature(parameters)


def bind(core: IdentityCore, operation: Described, given: Hidden) -> Arguments:
    """Return positional and keyword arguments as the arguments of an operation.

    Raises:
        TypeError: a name is unknown, or a value was given twice.

    """
    named = _named(core, operation, *given())
    if isinstance(named, str):
        raise TypeError(named)
    return core.arguments(named)


def _named(
    core: IdentityCore, operation: Described, required: Sequence[object], more: Mapping[str, object]
) -> Hidden | str:
    """Return the arguments by name, or an error message: an exception raised here would show its variables."""
    parameters = {it["name"]: it for it in operation["parameters"]}
    names = [it["name"] for it in operation["parameters"] if it["required"]]
    if len(required) > len(names):
        return f"{operation['name']}() takes {len(names)} positional arguments, and {len(required)} were given"
    given: dict[str, object] = dict(zip(names, required, strict=False))
    if more and "known" not in operation:
        operation["known"] = frozenset(core.names(operation["name"]))
    for name, value in more.items():
        # An alias with the longer name: `user_id` for `user`.
        short = name.removesuffix("_id")
        known = short if name not in parameters and parameters.get(short, {}).get("path") else name
        if known not in operation["known"]:
            return core.refusal(operation["name"], name)
        if known in given:
            return f"{operation['name']}() got two values for {known!r}"
        given[known] = value
    may_be_none = operation["sets"] == "update"
    return Hidden(
        {name: value for name, value in given.items() if value is not None or (may_be_none and name not in parameters)}
    )


def plain(value: Any) -> Any:  # noqa: ANN401  any value
    """Return a value that can be encoded as JSON: for a resource its id."""
    if isinstance(value, Resource):
        return getattr(value, value._described["key"])  # noqa: SLF001  of this module
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    isoformat = getattr(value, "isoformat", None)
    if isoformat is not None:
        return isoformat()
    if isinstance(value, Mapping):
        pairs: dict[str, Any] = {**value}
        return {name: plain(inner) for name, inner in pairs.items()}
    if isinstance(value, Iterable):
        members: Iterable[Any] = value  # pyright: ignore[reportUnknownVariableType]
        # Roles are passed by their ids, each in an object.
        return [{"id": plain(it)} if isinstance(it, Resource) else plain(it) for it in members]
    return value


def resource_class(name: str) -> type[Resource]:
    """Return the class of a kind of resource."""
    if name not in MADE:
        described = RESOURCES[name]
        members: dict[str, object] = {
            "__doc__": described["doc"],
            "__module__": "archstone.identity",
            "__slots__": (),
            "_described": described,
        }
        members |= {field["name"]: described_field(field) for field in described["fields"]}
        MADE[name] = type(name, (Resource,), members)
    return MADE[name]


def described_field(field: Described) -> property:
    """Return the attribute for a field. If it is missing, its value is None, False, or an empty list."""
    name = field["name"]
    defaults = {"enabled": True, "is_domain": False} if field["kind"] == "boolean" else {}

    def get(self: Resource) -> Any:  # noqa: ANN401  any value from the identity service
        value = self._fields.get(name)
        if value is None and field["kind"] == "texts":
            return list[str]()
        return defaults.get(name) if value is None else value

    return property(get, doc=field["doc"])
