"""Requests in the asyncio API, with bodies and responses in chunks."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Iterable

from archstone._archstone import AsyncBody as _AsyncBody
from archstone._archstone import AsyncServiceCore, Response, Upload
from archstone._hidden import Hidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import Callable, Iterator
    from datetime import timedelta
    from typing import Any, Literal, overload

    from typing_extensions import Self, Unpack

    from archstone._archstone import Headers, ServiceClient, VersionedEndpoint, VersionInfo
    from archstone.options import AsyncBody, Query, Readable, RequestOptions

_PIECE = 1 << 18


class AsyncServiceClient:
    """A client for one service, for asyncio code: see `ServiceClient`.

    >>> images = client.service("image")
    >>> (await images.get("/v2/images", params={"limit": 10})).json()
    >>> async for image in images.list("/v2/images", "images"):
    ...     print(image["name"])
    """

    __slots__ = ("__weakref__", "_core", "_service")

    def __init__(self, service: ServiceClient) -> None:
        """Wrap a synchronous one, and share everything with it."""
        self._service = service
        self._core = AsyncServiceCore(service)

    @property
    def service_type(self) -> str:
        """The service type."""
        return self._service.service_type

    if TYPE_CHECKING:

        @overload
        async def request(
            self,
            method: str,
            path: str,
            /,
            *,
            data: AsyncBody | None = None,
            stream: Literal[False] = False,
            **options: Unpack[RequestOptions],
        ) -> Response: ...
        @overload
        async def request(
            self,
            method: str,
            path: str,
            /,
            *,
            data: AsyncBody | None = None,
            stream: Literal[True],
            **options: Unpack[RequestOptions],
        ) -> AsyncResponse: ...

    async def request(
        self, method: str, path: str, /, *, data: AsyncBody | None = None, stream: bool = False, **options: object
    ) -> Response | AsyncResponse:
        """Send a request to a path below the service's endpoint, and return the response.

        The options are those of `ServiceClient.request`; `data` may also be an asynchronous iterable. With
        `stream=True` the result is an `AsyncResponse`, whose body is awaited.
        """
        given = Hidden((data, options))
        del data, options
        answer = await send(self._core.request, method, path, given, stream)
        return AsyncResponse(answer) if stream else answer

    if TYPE_CHECKING:

        @overload
        async def get(
            self,
            path: str,
            /,
            *,
            data: AsyncBody | None = None,
            stream: Literal[False] = False,
            **options: Unpack[RequestOptions],
        ) -> Response: ...
        @overload
        async def get(
            self,
            path: str,
            /,
            *,
            data: AsyncBody | None = None,
            stream: Literal[True],
            **options: Unpack[RequestOptions],
        ) -> AsyncResponse: ...

    async def get(
        self, path: str, /, *, data: AsyncBody | None = None, stream: bool = False, **options: object
    ) -> Response | AsyncResponse:
        """Send a GET request: see `request`."""
        given = Hidden((data, options))
        del data, options
        answer = await send(self._core.request, "GET", path, given, stream)
        return AsyncResponse(answer) if stream else answer

    async def head(self, path: str, /, *, data: AsyncBody | None = None, **options: Unpack[RequestOptions]) -> Response:
        """Send a HEAD request: see `request`."""
        given = Hidden((data, options))
        del data, options
        return await send(self._core.request, "HEAD", path, given, stream=False)

    async def post(self, path: str, /, *, data: AsyncBody | None = None, **options: Unpack[RequestOptions]) -> Response:
        """Send a POST request: see `request`."""
        given = Hidden((data, options))
        del data, options
        return await send(self._core.request, "POST", path, given, stream=False)

    async def put(self, path: str, /, *, data: AsyncBody | None = None, **options: Unpack[RequestOptions]) -> Response:
        """Send a PUT request: see `request`."""
        given = Hidden((data, options))
        del data, options
        return await send(self._core.request, "PUT", path, given, stream=False)

    async def patch(
        self, path: str, /, *, data: AsyncBody | None = None, **options: Unpack[RequestOptions]
    ) -> Response:
        """Send a PATCH request: see `request`."""
        given = Hidden((data, options))
        del data, options
        return await send(self._core.request, "PATCH", path, given, stream=False)

    async def delete(
        self, path: str, /, *, data: AsyncBody | None = None, **options: Unpack[RequestOptions]
    ) -> Response:
        """Send a DELETE request: see `request`."""
        given = Hidden((data, options))
        del data, options
        return await send(self._core.request, "DELETE", path, given, stream=False)

    async def list(
        self, path: str, member: str, /, *, params: Query | None = None, limit: int | None = None
    ) -> AsyncIterator[dict[str, object]]:
        """Iterate over a list of the service, page by page: see `ServiceClient.list`."""
        items = self._core.list(path, member, params, limit)
        while (page := await items.next_page()) is not None:
            for item in page:
                yield item

    async def endpoint(self) -> VersionedEndpoint:
        """Return the URL of the service, in the requested version."""
        return await self._core.endpoint()

    async def version_info(self) -> VersionInfo | None:
        """Return the service's description of the version in use; None if there is none."""
        return await self._core.version_info()

    def __repr__(self) -> str:
        """Show the service type."""
        return repr(self._service).replace("ServiceClient", "AsyncServiceClient", 1)


class AsyncResponse:
    """A response whose body is still to be read, as a whole or in chunks.

    >>> async with await images.get("/v2/images/0815/file", stream=True) as answer:
    ...     async for piece in answer.iter_content():
    ...         file.write(piece)
    """

    __slots__ = ("__weakref__", "_body", "_response")

    def __init__(self, response: Response) -> None:
        """Wrap a response that has not been read yet."""
        self._response = response
        self._body = _AsyncBody(response)

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self._response.status_code

    @property
    def reason(self) -> str:
        """The reason phrase, as the service sent it."""
        return self._response.reason

    @property
    def history(self) -> list[Response]:
        """The redirects that led here, in order. Their bodies are discarded."""
        return self._response.history

    @property
    def ok(self) -> bool:
        """Whether the status is below 400."""
        return self._response.ok

    @property
    def headers(self) -> Headers:
        """The headers; names are case-insensitive."""
        return self._response.headers

    @property
    def url(self) -> str:
        """The URL of the response, after redirects."""
        return self._response.url

    @property
    def request_id(self) -> str | None:
        """The service's request id; None if there is none."""
        return self._response.request_id

    @property
    def elapsed(self) -> timedelta:
        """The time from sending the request to the headers of the response."""
        return self._response.elapsed

    async def read(self) -> bytes:
        """Return the whole body."""
        return await self._body.read()

    async def text(self) -> str:
        """Return the whole body as text."""
        await self._body.read()
        return self._response.text

    async def json(self, **options: object) -> object:
        """Return the body, parsed as JSON."""
        await self._body.read()
        return self._response.json(**options)

    async def iter_content(self, chunk_size: int | None = 65536) -> AsyncIterator[bytes]:
        """Iterate over the body, in chunks of `chunk_size` bytes; None returns them as they arrive."""
        if chunk_size == 0:
            message = "`chunk_size` must be at least 1, or None"
            raise ValueError(message)
        while piece := await self._body.piece(chunk_size):
            yield piece

    async def raise_for_status(self) -> None:
        """Raise the status's error if it is 400 or above."""
        if not self.ok:
            await self._body.read()
            self._response.raise_for_status()

    async def close(self) -> None:
        """Close the connection, if the body was not read."""
        self._response.close()

    async def __aenter__(self) -> Self:
        """Return the response itself, which is closed at the end of the block."""
        return self

    async def __aexit__(self, *exception: object) -> None:
        """Close the connection, if the body was not read."""
        await self.close()

    def __bool__(self) -> bool:
        """Return whether the status is below 400."""
        return self.ok

    def __repr__(self) -> str:
        """Show the status."""
        return f"<archstone.AsyncResponse [{self.status_code}]>"


async def send(
    begin: Callable[[str, str, Any, bool, Any], Future[Response]],
    method: str,
    where: str,
    given: Hidden,
    stream: bool,  # noqa: FBT001  there is only one caller
) -> Response:
    """Send a request, and stream its body if it is not complete."""
    if _is_whole(given()[0]):
        return await begin(method, where, given()[0], stream, given()[1])
    return await _give(lambda upload: begin(method, where, upload, stream, given()[1]), _source(given()[0]))


def _is_whole(data: object) -> bool:
    return data is None or isinstance(data, (bytes, bytearray, memoryview, str))


async def _give(begin: Callable[[object], Future[Response]], source: _Source) -> Response:
    import asyncio  # noqa: PLC0415  asyncio is imported only when needed

    upload = Upload(source.size, source.begin is not None)
    sending = begin(upload)

    async def give() -> None:
        while (again := await upload.next()) is not None:
            upload.give(await source.read(again=again))

    giving = asyncio.ensure_future(give())
    try:
        both: list[Future[Any]] = [sending, giving]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if giving.done() and not giving.cancelled() and (problem := giving.exception()) is not None:
            sending.cancel()
            raise problem
        return await sending
    finally:
        giving.cancel()
        # Wait for it to finish, so that no task is left behind.
        await asyncio.wait({giving})


class _Source:
    """A source of chunks: anything that provides bytes one after the other, synchronously or not."""

    begin: int | None = None
    size: int | None = None

    def __init__(self, pieces: Iterator[bytes] | AsyncIterator[bytes]) -> None:
        self.pieces = pieces

    async def read(self, *, again: bool) -> bytes | None:  # noqa: ARG002  only files can be read again
        """Return the next chunk; None at the end."""
        while True:
            try:
                piece = await anext(self.pieces) if isinstance(self.pieces, AsyncIterator) else next(self.pieces)
            except (StopIteration, StopAsyncIteration):
                return None
            # An empty chunk would end a chunked body.
            if piece:
                return piece


class _File(_Source):
    """A file, read from its position in a thread, since a disk may be slow."""

    def __init__(self, file: Any) -> None:  # noqa: ANN401  any file-like object
        self.file = file
        if getattr(file, "seekable", bool)():
            self.begin = file.tell()
            self.size = file.seek(0, 2) - self.begin
            file.seek(self.begin)

    async def read(self, *, again: bool) -> bytes | None:
        import asyncio  # noqa: PLC0415  asyncio is imported only when needed

        def read() -> bytes:
            if again and self.begin is not None:
                self.file.seek(self.begin)
            piece: bytes = self.file.read(_PIECE)
            return piece

        return await asyncio.to_thread(read) or None


def _source(data: Readable | Iterable[bytes] | AsyncIterable[bytes]) -> _Source:
    if hasattr(data, "read"):
        return _File(data)
    if isinstance(data, AsyncIterable):
        return _Source(aiter(data))
    if isinstance(data, Iterable):
        return _Source(iter(data))
    message = f"`data` must be bytes, text, a file or an iterable of bytes, and not `{type(data).__name__}`"
    raise TypeError(message)
