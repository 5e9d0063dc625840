"""Requests without a manager's method, as in python-keystoneclient's clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone._hidden import Hidden

if TYPE_CHECKING:
    import archstone
    from archstone.keystoneclient._login import Login


class Requests:
    """Sends requests below the identity service's endpoint, and returns responses together with their JSON."""

    _login: Login

    def request(self, url: str, method: str, **kwargs: Any) -> tuple[archstone.Response, Any]:
        """Send a request, without the token unless `authenticated=True`."""
        given = Hidden({"authenticated": False, **kwargs})
        del kwargs
        return self._login.send(method, url, given)

    def get(self, url: str, **kwargs: Any) -> tuple[archstone.Response, Any]:
        """Send a GET request with the token."""
        given = Hidden({"authenticated": True, **kwargs})
        del kwargs
        return self._login.send("GET", url, given)

    def head(self, url: str, **kwargs: Any) -> tuple[archstone.Response, Any]:
        """Send a HEAD request with the token."""
        given = Hidden({"authenticated": True, **kwargs})
        del kwargs
        return self._login.send("HEAD", url, given)

    def post(self, url: str, **kwargs: Any) -> tuple[archstone.Response, Any]:
        """Send a POST request with the token; `body` is sent as JSON."""
        given = Hidden({"authenticated": True, **kwargs})
        del kwargs
        return self._login.send("POST", url, given)

    def put(self, url: str, **kwargs: Any) -> tuple[archstone.Response, Any]:
        """Send a PUT request with the token; `body` is sent as JSON."""
        given = Hidden({"authenticated": True, **kwargs})
        del kwargs
        return self._login.send("PUT", url, given)

    def patch(self, url: str, **kwargs: Any) -> tuple[archstone.Response, Any]:
        """Send a PATCH request with the token; `body` is sent as JSON."""
        given = Hidden({"authenticated": True, **kwargs})
        del kwargs
        return self._login.send("PATCH", url, given)

    def delete(self, url: str, **kwargs: Any) -> tuple[archstone.Response, Any]:
        """Send a DELETE request with the token."""
        given = Hidden({"authenticated": True, **kwargs})
        del kwargs
        return self._login.send("DELETE", url, given)
