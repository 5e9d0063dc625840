"""Support for green threads of gevent and eventlet: finds the function that switches to their hub while waiting."""

from __future__ import annotations

import sys
from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def waiter() -> Callable[[int], object] | None:
    """Return a function that waits until a descriptor is readable while other green threads run.

    None if the wait is to block: if the program has not patched the standard library, if this thread has no
    hub (nobody else could run), and in the hub itself, which cannot wait for anything.
    """
    return _of_gevent(sys.modules.get("gevent.monkey")) or _of_eventlet(sys.modules.get("eventlet.patcher"))


def _of_gevent(monkey: Any) -> Callable[[int], object] | None:  # noqa: ANN401  a module that may not be installed
    if monkey is None or not monkey.is_module_patched("socket"):
        return None
    hub = import_module("gevent._hub_local").get_hub_if_exists()
    if hub is None or import_module("greenlet").getcurrent() is hub:
        return None
    waits: Callable[[int], object] = import_module("gevent.socket").wait_read
    return waits


def _of_eventlet(patcher: Any) -> Callable[[int], object] | None:  # noqa: ANN401  a module that may not be installed
    if patcher is None or not patcher.is_monkey_patched("socket"):
        return None
    hubs = import_module("eventlet.hubs")
    # `get_hub` would create one for this thread.
    hub = getattr(hubs._threadlocal, "hub", None)  # noqa: SLF001
    if hub is None or import_module("greenlet").getcurrent() is hub.greenlet:
        return None
    return lambda descriptor: hubs.trampoline(descriptor, read=True)
