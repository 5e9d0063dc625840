"""Shows a login page, for programs that do not show it themselves."""

from __future__ import annotations

import logging
import os
import sys
import webbrowser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from archstone._archstone import LoginPage


def show(page: LoginPage) -> None:
    """Print it on the terminal, and open a browser on this machine; without a terminal, log it."""
    if not _is_person_there():
        logging.getLogger("archstone.login").warning("%s", page)
        return
    _say(str(page).replace("to log in", "To log in", 1))
    if page.user_code is None and _has_browser() and not _opens(page.browser_url):
        _say("no browser could be started: open the URL yourself")


def _is_person_there() -> bool:
    # Notebooks have no terminal, but show printed text.
    return hasattr(sys, "ps1") or (sys.stderr is not None and not sys.stderr.closed and sys.stderr.isatty())


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201  meant for the person


def _has_browser() -> bool:
    return sys.platform in {"darwin", "win32"} or any(map(os.environ.get, ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")))


def _opens(url: str) -> bool:
    try:
        browser = webbrowser.get()
        # If no other browser is installed, it is one that would take over the program's own terminal.
        is_in_terminal = type(browser) is webbrowser.GenericBrowser and not os.environ.get("BROWSER")
        return not is_in_terminal and browser.open(url)
    except (OSError, webbrowser.Error):
        return False
