"""An OpenID Connect provider whose client authenticates with a TLS client certificate (RFC 8705)."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CLIENT = "keystone"
DISCOVERY = "/.well-known/openid-configuration"


class Authority:
    """Signs certificates."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("authority of tests")
        own = _certificate(self._name, self._name, self._key)
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.pem = _pem(own.sign(self._key, hashes.SHA256()))

    def issue(self, name: str) -> tuple[str, bytes]:
        """Return a key with its certificate as text, and the certificate alone."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        made = _certificate(_name(name), self._name, key).add_extension(alternative, critical=False)
        certificate = made.sign(self._key, hashes.SHA256())
        of_key = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return of_key.decode() + _pem(certificate), certificate.public_bytes(serialization.Encoding.DER)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _certificate(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.timezone.utc)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
    return made.not_valid_after(now + dt.timedelta(days=1))


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


class MutualProvider:
    """A strict fake: only the client with the newest certificate gets a token, if it sends no other credentials."""

    def __init__(self, folder: Path, issue: Callable[[], str]) -> None:
        self._authority, self._issue, self._known = Authority(), issue, b""
        self.cacert = folder / "authority.pem"
        self.cacert.write_text(self._authority.pem)
        own = folder / "server.pem"
        own.write_text(self._authority.issue("provider")[0])
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(self.cacert))
        context.load_cert_chain(own)
        # A client without a certificate gets an error from the endpoint.
        context.verify_mode = ssl.CERT_OPTIONAL
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"https://127.0.0.1:{self._server.server_port}"
        self.discovery_endpoint = f"{self.url}{DISCOVERY}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def new_client(self) -> str:
        """Give the client another certificate, and return it with its key in PEM format."""
        text, self._known = self._authority.issue("client")
        return text

    def other_client(self) -> str:
        """Return a certificate of the same authority that is not the client's, with its key."""
        return self._authority.issue("other")[0]

    def stop(self) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()

    def _document(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "token_endpoint": f"{self.url}/not-with-a-certificate",
            "mtls_endpoint_aliases": {"token_endpoint": f"{self.url}/mtls/token"},
        }

    def _token(self, shown: bytes | None, form: dict[str, list[str]], headers: Any) -> tuple[int, dict[str, Any]]:  # noqa: ANN401
        is_named = form.get("client_id") == [CLIENT] and "Authorization" not in headers
        if shown != self._known or not is_named or form.keys() & {"client_secret", "client_assertion"}:
            return 401, {"error": "invalid_client", "error_description": "not the client's certificate"}
        if form.get("grant_type") != ["client_credentials"] or "openid" not in form.get("scope", [""])[0].split():
            return 400, {"error": "invalid_request"}
        return 200, {"access_token": self._issue(), "token_type": "Bearer", "expires_in": 3600}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply(*((200, provider._document()) if self.path == DISCOVERY else (404, {})))

            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                shown = self.connection.getpeercert(binary_form=True)
                is_it = self.path == "/mtls/token"
                self._reply(*(provider._token(shown, form, self.headers) if is_it else (404, {})))

            def _reply(self, status: int, document: dict[str, Any]) -> None:
                body = json.dumps(document).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
