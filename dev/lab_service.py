"""A service behind keystonemiddleware, for `dev/lab x509`: it responds with the caller's identity.

Apache serves it at three paths, each with another protection.
"""

from __future__ import annotations

import json
import ssl
from typing import TYPE_CHECKING, Any

from keystonemiddleware.auth_token import AuthProtocol
from keystonemiddleware.oauth2_mtls_token import OAuth2mTlsProtocol
from keystonemiddleware.oauth2_token import OAuth2Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# By the service's type, which is also its path.
PROTECTED_BY = {"compute": AuthProtocol, "network": OAuth2Protocol, "placement": OAuth2mTlsProtocol}


def service(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Respond with the headers that the middleware has set."""
    names = ("USER_NAME", "PROJECT_NAME", "ROLES")
    caller = {name.lower(): environ.get(f"HTTP_X_{name}") for name in names}
    body = json.dumps({**caller, "path": environ["SCRIPT_NAME"] + environ["PATH_INFO"]}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


class Connection:
    """A connection like that of eventlet's server, in which the middleware looks for the certificate."""

    def __init__(self, body: Any, certificate: str) -> None:
        self.body, self.certificate = body, certificate

    def __getattr__(self, name: str) -> Any:
        return getattr(self.body, name)

    def get_socket(self) -> Connection:
        """Return the object with the certificate."""
        return self

    def getpeercert(self, binary_form: bool) -> bytes | None:
        """Return the certificate of the TLS connection, which Apache has verified."""
        assert binary_form
        return ssl.PEM_cert_to_DER_cert(self.certificate) if self.certificate else None


def application(conf: dict[str, Any]) -> Callable[..., Iterable[bytes]]:
    """Create the application, with the options of `[keystone_authtoken]`."""
    protected = {
        f"/{name}": middleware(service, {**conf, "service_type": name})
        for name, middleware in PROTECTED_BY.items()
    }

    def dispatch(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        environ["wsgi.input"] = Connection(environ["wsgi.input"], environ.get("SSL_CLIENT_CERT", ""))
        answer: Iterable[bytes] = protected[environ["SCRIPT_NAME"]](environ, start_response)
        return answer

    return dispatch
