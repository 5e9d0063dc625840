"""A simulated person who logs in at the provider of `dev/lab oidc`."""

from __future__ import annotations

import http.cookiejar
import json
import logging
import re
import ssl
import threading
import urllib.parse
import urllib.request


class GoesOn(urllib.request.BaseHandler):
    """Confirms the provider's page where it asks to continue, also after redirects."""

    def https_request(self, request: urllib.request.Request) -> urllib.request.Request:
        """Change a request before it is sent."""
        if "/api/oidc/auth?" in request.full_url and "g_continue" not in request.full_url:
            request.full_url += "&g_continue"
        return request


class Person(logging.Handler):
    """A person who opens a login page found in the log, and confirms it."""

    def __init__(self, lab: dict[str, str]) -> None:
        """Store the credentials for the provider."""
        super().__init__(logging.WARNING)
        self.lab = lab
        self.pages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Look for a page in a log record; the login continues meanwhile."""
        self.read(record.getMessage())

    def read(self, line: str) -> None:
        """Look for a page in a line of output."""
        if found := re.search(r"[tT]o log in, open (\S+) in a browser", line):
            threading.Thread(target=self.confirm, args=found.groups()).start()

    def confirm(self, page: str) -> None:
        """Log in at the provider, and continue to the page; follow a redirect to this machine."""
        self.pages.append(page)
        opener = self.opener()
        login = json.dumps({"username": self.lab["username"], "password": self.lab["password"]}).encode()
        headers = {"Content-Type": "application/json"}
        opener.open(urllib.request.Request(f"{self.lab['provider']}/api/auth/", login, headers)).close()
        if "/websso?" in page:
            self.return_to_this_machine(opener, page)
        else:
            opener.open(f"{page}&g_continue").close()

    def return_to_this_machine(self, opener: urllib.request.OpenerDirector, page: str) -> None:
        """Submit the form in the page of the identity service, as a browser does."""
        with opener.open(page) as answer:
            token = re.search(r'name="token"[^>]*value="([^"]+)"', answer.read().decode())
        assert token
        back = urllib.parse.parse_qs(urllib.parse.urlsplit(page).query)["origin"][0]
        fetch = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "cross-site"}
        form = urllib.parse.urlencode({"token": token[1]}).encode()
        opener.open(urllib.request.Request(back, form, {**fetch, "Origin": "null"})).close()

    def opener(self) -> urllib.request.OpenerDirector:
        """Create a browser from the standard library."""
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=self.lab["cacert"])),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
            GoesOn(),
        )
        # The identity service's web server redirects only browsers to the provider.
        opener.addheaders = [("Accept", "text/html")]
        return opener
