"""The ways of python-keystoneclient's clients to send a request that no manager has a method for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import archstone
    from archstone.keystoneclient._login import Login


class Requests:
    """Sends requests below the identity service's endpoint, and returns answers together with what their JSON says."""

    _login: Login

    def request(self, url: str, method: str, **kwargs: Any) -> tuple[archstone.Response, Any]:
        """Send a request, without the token unless `authenticated=True`."""
        kwargs.setdefault("authenticated", False)
        return self._login.send(method, url, **kwargs)

    def _authenticated(self, url: str, method: str, **kwargs: Any) -> tuple[archstone.Response, Any]:
        kwargs.setdefault("authenticated", True)
        return self._login.send(method, url, **kwargs)

    def get(self, url: str, **kwargs: Any) -> tuple[archstone.Response, Any]:
        """Send a GET request with the token."""
        return self._authenticated(url, "GET", **kwargs)

    def head(self, url: str, **kwargs: Any) -> tuple[archstone.Response, Any]:
        """Send a HEAD request with the token."""
        return self._authenticated(url, "HEAD", **kwargs)

    def post(self, url: str, **kwargs: Any) -> tuple[archstone.Response, Any]:
        """Send a POST request with the token; `body` is sent as JSON."""
        return self._authenticated(url, "POST", **kwargs)

    def put(self, url: str, **kwargs: Any) -> tuple[archstone.Response, Any]:
        """Send a PUT request with the token; `body` is sent as JSON."""
        return self._authenticated(url, "PUT", **kwargs)

    def patch(self, url: str, **kwargs: Any) -> tuple[archstone.Response, Any]:
        """Send a PATCH request with the token; `body` is sent as JSON."""
        return self._authenticated(url, "PATCH", **kwargs)

    def delete(self, url: str, **kwargs: Any) -> tuple[archstone.Response, Any]:
        """Send a DELETE request with the token."""
        return self._authenticated(url, "DELETE", **kwargs)
