"""One of OpenStack's WSGI applications, wrapped: requests are recorded, and the URL can request failures.

The first path segment is a TAG unless it is one of the application's own (v3, v2.0, or none, for Keystone). A
tag is removed from the path, so the application behind it works as usual, and it is recorded with the
request: a test with its own tag only counts its own requests. A tag may also contain options, see README.md.
"""

import fcntl
import gc
import hashlib
import http
import json
import os
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import ordered_ids

INSTANCE = Path(os.environ["ARCHSTONE_DEV_INSTANCE"])
APPLICATION = os.environ["ARCHSTONE_DEV_APPLICATION"]

# The first segments of an application's own paths.
OWN_SEGMENTS = {
    "keystone": ("", "v3", "v2.0"),
    "placement": ("", "allocation_candidates", "allocations", "reshaper", "resource_classes",
                  "resource_providers", "traits", "usages"),
    "glance": ("", "v2", "versions", "healthcheck"),
}[APPLICATION]  # fmt: skip

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
StartResponse = Callable[..., Any]


def begin_as_a_writer(
    _connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any
) -> tuple[str, Any]:
    """Take SQLite's lock at the start of a transaction."""
    return ("BEGIN IMMEDIATE" if statement == "BEGIN" else statement), parameters


def load() -> Callable[[Environ, StartResponse], Iterable[bytes]]:
    """The application itself."""
    sys.argv = [APPLICATION]  # It parses this process's arguments.
    if os.environ.get("ARCHSTONE_DEV_ORDERED_IDS"):
        uuid.uuid4 = ordered_ids.growing(time.time_ns())
    if APPLICATION == "keystone":
        # MySQL and PostgreSQL always check foreign keys. Without them, SQLite keeps rows of deleted roles
        # and users, on which Keystone fails later.
        import_module("keystone.common.sql.core").enable_sqlite_foreign_key()
        # SQLite immediately refuses a transaction that starts with a read and then writes, if another one
        # has written meanwhile. One that starts with a write lock waits for its turn instead.
        sqlalchemy = import_module("sqlalchemy")
        sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", begin_as_a_writer, retval=True)
    loaded: Callable[[Environ, StartResponse], Iterable[bytes]]
    loaded = import_module(f"{APPLICATION}.wsgi.api").application
    return loaded


wrapped = load()
# Held while the application responds: Keystone's middleware keeps the token of a request in itself, where
# another thread would read it (`AuthContextMiddleware.token`).
alone = threading.Lock()

JSON = "application/json"
PAGE = "<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>It works!</h1></body></html>\n"


class BadTag(Exception):
    """A tag with an unknown option or an invalid value, which would otherwise hide a typo in a test."""


@dataclass
class Tag:
    """The options of a tag; `text` is the whole path segment."""

    text: str = ""
    delay: float = 0.0
    times: int | None = None
    status: int | None = None
    host: str | None = None
    body: str | None = None
    notoken: bool = False
    forget: bool = False
    federated: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Tag":
        """Parse a tag such as `times=2+status=503+storm`."""
        tag = cls(text=text)
        for part in text.split("+"):
            option, equals, value = part.partition("=")
            try:
                if part in ("html", "garbage", "list", "other"):
                    tag.body = part
                elif part == "notoken":
                    tag.notoken = True
                elif part == "forget":
                    tag.forget = True
                elif not equals:
                    pass  # A plain word is the name of the tag.
                elif option == "delay":
                    tag.delay = int(value) / 1000
                elif option == "times":
                    tag.times = int(value)
                elif option == "status":
                    tag.status = http.HTTPStatus(int(value)).value
                elif option == "host" and value:
                    tag.host = value
                elif option == "federated" and value:
                    tag.federated = value
                else:
                    raise BadTag(f"unknown option {part!r} in the tag {text!r}")
            except ValueError:
                raise BadTag(f"bad value in the option {part!r} of the tag {text!r}") from None
        return tag


def split_tag(environ: Environ) -> str:
    """Move the tag, if there is one, from PATH_INFO to SCRIPT_NAME, and return it."""
    path = environ.get("PATH_INFO", "")
    segment, slash, rest = path.removeprefix("/").partition("/")
    if segment in OWN_SEGMENTS:
        return ""
    environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + "/" + segment
    environ["PATH_INFO"] = slash + rest
    # WSGI passes the bytes of the path as Latin-1.
    return str(segment.encode("latin-1").decode("utf-8", "replace"))


def still_counts(tag: Tag) -> bool:
    """Whether `times=N` still applies. The count is in a file, which all worker processes share."""
    if tag.times is None:
        return True
    folder = INSTANCE / "tags"
    folder.mkdir(exist_ok=True)
    with open(folder / hashlib.sha256(tag.text.encode()).hexdigest(), "a+", encoding="ascii") as counter:
        fcntl.flock(counter, fcntl.LOCK_EX)
        counter.seek(0)
        seen = int(counter.read() or 0) + 1
        counter.truncate(0)
        counter.write(str(seen))
    return seen <= tag.times


def record(environ: Environ, tag: str, path: str, began: float, status: int) -> None:
    """Append a line. A single write in append mode is not mixed with those of other workers."""
    line = json.dumps(
        {
            "time": round(began, 3),
            "tag": tag,
            "method": environ.get("REQUEST_METHOD", ""),
            "path": path,
            "status": status,
            "user_agent": environ.get("HTTP_USER_AGENT", ""),
        }
    )
    log = os.open(INSTANCE / "requests.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(log, (line + "\n").encode())
    finally:
        os.close(log)


def made_up(environ: Environ, status: int, kind: str, text: str, start: StartResponse) -> Iterable[bytes]:
    """Respond without the application. Reads the body first, so that a keep-alive connection stays usable."""
    while environ["wsgi.input"].read(1 << 16):
        pass
    body = text.encode()
    headers: Headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
    if status == 429:
        headers.append(("Retry-After", "7"))
    start(f"{status} {http.HTTPStatus(status).phrase}", headers)
    return [body]


def error_text(status: int, message: str) -> str:
    """An error body in Keystone's format."""
    error = {"code": status, "title": http.HTTPStatus(status).phrase, "message": message}
    return json.dumps({"error": error})


def passed_on(environ: Environ, start: StartResponse) -> Iterable[bytes]:
    """Let the application respond."""
    with alone:
        return wrapped(environ, start)


def forget() -> None:
    """Clear the application's caches in memory."""
    memory = import_module("dogpile.cache.backends.memory").MemoryBackend
    for found in gc.get_objects():
        if issubclass(type(found), memory):
            found._cache.clear()


def answer(environ: Environ, tag: Tag, start: StartResponse) -> Iterable[bytes]:
    """Respond as the tag requires, or pass the request on."""
    if tag.delay:
        time.sleep(tag.delay)
    if tag.forget:
        forget()
    if tag.body == "html":
        return made_up(environ, tag.status or 200, "text/html; charset=utf-8", PAGE, start)
    if tag.body == "garbage":
        return made_up(environ, tag.status or 200, JSON, '{"version": {"id": "v3.14", "links": [{"hr', start)
    if tag.body == "list":
        return made_up(environ, tag.status or 200, JSON, "[]", start)
    if tag.body == "other":
        base = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}{environ['SCRIPT_NAME']}"
        links = [{"rel": "self", "href": f"{base}/v2/"}]
        document = {"versions": [{"id": "v2.9", "status": "CURRENT", "links": links}]}
        return made_up(environ, tag.status or 300, JSON, json.dumps(document), start)
    if tag.status is not None:
        text = error_text(tag.status, f"The tag {tag.text!r} asked for this answer.")
        return made_up(environ, tag.status, JSON, text, start)
    if tag.host:
        environ["HTTP_HOST"] = tag.host  # The application builds its links from it.
    if tag.federated:
        # Variables that a web server sets when an identity provider has authenticated a user.
        environ |= {"REMOTE_USER": tag.federated, "REMOTE_IDP": f"idp-of-{tag.federated}"}
    login = environ.get("REQUEST_METHOD") == "POST" and environ.get("PATH_INFO") == "/v3/auth/tokens"
    if tag.notoken and login:

        def without_token(status: str, headers: Headers, *more: Any) -> Any:
            return start(status, [h for h in headers if h[0].lower() != "x-subject-token"], *more)

        return passed_on(environ, without_token)
    return passed_on(environ, start)


def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """The entry point of the server."""
    began = time.time()
    text = split_tag(environ)
    path = environ.get("PATH_INFO", "")  # Glance's router moves parts of it.
    recorded = False

    def start(status: str, headers: Headers, *more: Any) -> Any:
        # Recorded before the client receives the response, so that it can count immediately afterwards.
        nonlocal recorded
        if not recorded:
            recorded = True
            record(environ, text, path, began, int(status.split()[0]))
        return start_response(status, headers, *more)

    try:
        tag = Tag.parse(text)
    except BadTag as problem:
        return made_up(environ, 400, JSON, error_text(400, str(problem)), start)
    return answer(environ, tag if still_counts(tag) else Tag(text), start)
