"""Where gevent or eventlet run green threads: what a wait switches to their hub with."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def waiter() -> Callable[[int], object] | None:
    """Return what waits for a descriptor to be readable while other green threads run.

    None where the wait is to block: where the program has not patched the standard library, where this thread has no
    hub (nobody else could run), and in the hub itself, which cannot wait for anything.
    """
    return _of_gevent(sys.modules.get("gevent.monkey")) or _of_eventlet(sys.modules.get("eventlet.patcher"))


def _of_gevent(monkey: Any) -> Callable[[int], object] | None:  # noqa: ANN401  a module that may not be installed
    if monkey is None or not monkey.is_module_patched("socket"):
        return None
    import gevent  # noqa: PLC0415  only where it is used
    from gevent._hub_local import get_hub_if_exists  # noqa: PLC0415
    from gevent.socket import wait_read  # noqa: PLC0415

    hub = get_hub_if_exists()
    return None if hub is None or gevent.getcurrent() is hub else wait_read


def _of_eventlet(patcher: Any) -> Callable[[int], object] | None:  # noqa: ANN401  a module that may not be installed
    if patcher is None or not patcher.is_monkey_patched("socket"):
        return None
    from eventlet import hubs  # noqa: PLC0415  only where it is used
    from greenlet import getcurrent  # noqa: PLC0415

    hub = getattr(hubs._threadlocal, "hub", None)  # noqa: SLF001  `get_hub` would make one for this thread
    if hub is None or getcurrent() is hub.greenlet:
        return None
    return lambda descriptor: hubs.trampoline(descriptor, read=True)
