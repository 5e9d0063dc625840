"""The managers of clients, as attributes. They are created on first use: most programs never need them."""

from __future__ import annotations

from archstone._archstone import Client, managers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from archstone.identity import AsyncManagers as AsyncManagers  # noqa: PLC0414  for type checkers
else:

    class AsyncManagers:
        """The managers of an AsyncClient. A Client has them, too."""

        __slots__ = ()


def manager(name: str, doc: str, *, is_async: bool) -> property:
    """Return the attribute for a manager."""

    def get(client: Any) -> object:  # noqa: ANN401  from either API
        from archstone.identity import top  # noqa: PLC0415  most programs never need it

        return top(name, client._client if is_async else client, is_async=is_async)  # noqa: SLF001  its other API

    return property(get, doc=doc)


for _name, _doc in managers():
    setattr(Client, _name, manager(_name, _doc, is_async=False))
    setattr(AsyncManagers, _name, manager(_name, _doc, is_async=True))
