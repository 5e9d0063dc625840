"""STUBS of Active Directory Federation Services, and of a service provider that accepts its assertions.

A real one is not available: it is part of Windows, and Shibboleth's module for it does not decode its
messages in Debian 12. These stubs are strict instead: they check every request, and `xmlsec1` creates and
verifies the signatures.

    python lab_adfs.py PORT FOLDER AUDIENCE    runs the identity provider; FOLDER has adfs.key and adfs.crt
"""

import datetime
import html
import http.cookies
import secrets
import subprocess
import sys
import tempfile
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ISSUER = "urn:archstone:adfs"
PATH = "/adfs/services/trust/13/usernamemixed"
USER = ("frank", "frank at <provider>&")
SOAP = "http://www.w3.org/2003/05/soap-envelope"
TRUST = "http://docs.oasis-open.org/ws-sx/ws-trust/200512"
OLD_TRUST = "http://schemas.xmlsoap.org/ws/2005/02/trust"
WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss"
SAML = "urn:oasis:names:tc:SAML:1.0:assertion"
NAMES = {
    "s": SOAP,
    "a": "http://www.w3.org/2005/08/addressing",
    "u": f"{WSS}-wssecurity-utility-1.0.xsd",
    "o": f"{WSS}-wssecurity-secext-1.0.xsd",
    "t": TRUST,
    "p": "http://schemas.xmlsoap.org/ws/2004/09/policy",
    "saml": SAML,
}

FAULT = """\
<s:Envelope xmlns:s="{soap}"><s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>\
<s:Value xmlns:a="{names[o]}">a:{code}</s:Value></s:Subcode></s:Code><s:Reason>\
<s:Text xml:lang="en-US">{text}</s:Text></s:Reason></s:Fault></s:Body></s:Envelope>"""

# The prefix `x` is declared far outside the assertion, which uses it in its signed part.
ISSUED = """\
<s:Envelope xmlns:s="{soap}" xmlns:x="urn:archstone:outer" xmlns="{trust}"><s:Body>\
<RequestSecurityTokenResponseCollection><trust:RequestSecurityTokenResponse xmlns:trust="{trust}">\
<trust:Lifetime><u:Created xmlns:u="{names[u]}">{created}</u:Created></trust:Lifetime>\
<trust:RequestedSecurityToken>{assertion}</trust:RequestedSecurityToken>\
<TokenType>{saml}</TokenType></trust:RequestSecurityTokenResponse></RequestSecurityTokenResponseCollection>\
</s:Body></s:Envelope>"""

ASSERTION = """\
<saml:Assertion xmlns:saml="{saml}" xmlns:x="urn:archstone:outer" MajorVersion="1" MinorVersion="1" \
AssertionID="{id}" Issuer="{issuer}" IssueInstant="{now}">\
<saml:Conditions NotBefore="{before}" NotOnOrAfter="{after}">\
<saml:AudienceRestrictionCondition><saml:Audience>{audience}</saml:Audience></saml:AudienceRestrictionCondition>\
</saml:Conditions><saml:AttributeStatement><saml:Subject><saml:NameIdentifier>{user}</saml:NameIdentifier>\
</saml:Subject><saml:Attribute AttributeName="uid" AttributeNamespace="urn:archstone">\
<saml:AttributeValue x:kind="a">{user}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>\
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>\
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>\
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/><ds:Reference URI="#{id}">\
<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>\
<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>\
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>\
</ds:SignedInfo><ds:SignatureValue/></ds:Signature></saml:Assertion>"""


def now(seconds: int = 0) -> str:
    """A date in SAML's format."""
    date = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds)
    return date.strftime("%Y-%m-%dT%H:%M:%SZ")


def xmlsec(*arguments: str, text: str) -> str:
    """Sign or verify a document; returns the output."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        file.write(text.encode())
        file.flush()
        command = ["xmlsec1", *arguments, "--id-attr:AssertionID", f"{SAML}:Assertion", file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(f"xmlsec1: {done.stderr[:300]}")
    return done.stdout


def assertion(folder: Path, user: str, audience: str) -> str:
    """Create a signed assertion for a user."""
    text = ASSERTION.format(
        saml=SAML, id=f"_{secrets.token_hex(16)}", issuer=ISSUER, now=now(), before=now(-60), after=now(600),
        audience=html.escape(audience), user=html.escape(user),
    )  # fmt: skip
    signed = xmlsec("--sign", "--privkey-pem", f"{folder}/adfs.key,{folder}/adfs.crt", text=text)
    signed = signed.split("?>", 1)[-1].strip()
    # The declaration is inherited from the outer document.
    return signed.replace(' xmlns:x="urn:archstone:outer"', "", 1)


def check(document: ElementTree.Element, url: str, audience: str) -> None:
    """Refuse a request that violates WS-Trust."""

    def text(path: str) -> str:
        return document.findtext(path, "", NAMES)

    created = text("s:Header/o:Security/u:Timestamp/u:Created")
    expires = text("s:Header/o:Security/u:Timestamp/u:Expires")
    password = document.find("s:Header/o:Security/o:UsernameToken/o:Password", NAMES)
    body = "s:Body/t:RequestSecurityToken/"
    wrong = {
        "the action": text("s:Header/a:Action") != f"{TRUST}/RST/Issue",
        "the receiver": text("s:Header/a:To") != url,
        "the message's id": not text("s:Header/a:MessageID").startswith("urn:uuid:"),
        # Dates in this format can be compared as text.
        "the time": not (created[:19] <= now()[:19] < expires[:19] <= now(300)),
        "the kind of password": password is None or not password.get("Type", "").endswith("#PasswordText"),
        "the audience": text(f"{body}p:AppliesTo/a:EndpointReference/a:Address") != audience,
        "the kind of key": text(f"{body}t:KeyType") != f"{TRUST}/Bearer",
        "the kind of request": text(f"{body}t:RequestType") != f"{TRUST}/Issue",
        "the kind of token": text(f"{body}t:TokenType") != SAML,
    }
    reasons = [what for what, is_wrong in wrong.items() if is_wrong]
    if reasons:
        raise ValueError(", ".join(reasons))


def provider(port: int, folder: Path, audience: str) -> None:
    """Run the identity provider."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

        def answer(self, status: int, text: str) -> None:
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/soap+xml; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            try:
                length = int(self.headers["Content-Length"])
                if self.path != PATH or not self.headers["Content-Type"].startswith("application/soap+xml"):
                    raise ValueError("the path, or the media type")
                document = ElementTree.fromstring(self.rfile.read(length))
                check(document, f"http://localhost:{port}{PATH}", audience)
            except (ValueError, TypeError, ElementTree.ParseError) as error:
                text = FAULT.format(
                    soap=SOAP, names=NAMES, code="InvalidRequest", text=html.escape(str(error))
                )
                self.answer(500, text)
                return
            token = "s:Header/o:Security/o:UsernameToken/o:"
            user = tuple(document.findtext(f"{token}{it}", "", NAMES) for it in ("Username", "Password"))
            if user != USER:
                text = "ID3242: The security token could not be authenticated or authorized."
                self.answer(500, FAULT.format(soap=SOAP, names=NAMES, code="FailedAuthentication", text=text))
                return
            vouched = assertion(folder, user[0], audience)
            text = ISSUED.format(
                soap=SOAP, trust=TRUST, names=NAMES, saml=SAML, created=now(), assertion=vouched
            )
            self.answer(200, text)

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


class ServiceProvider:
    """The service provider: Keystone's WSGI application, with a session for each assertion."""

    def __init__(self, application: Any, certificate: str, audience: str, path: str, federated: str) -> None:
        self.application = application
        self.certificate = certificate
        self.audience = audience
        self.path = path
        self.federated = federated
        self.sessions: dict[str, str] = {}
        self.used: set[str] = set()

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        """Handle a request."""
        if environ["PATH_INFO"] == self.path:
            try:
                user = self.vouched(environ)
            except (ValueError, KeyError, TypeError, AssertionError, ElementTree.ParseError) as error:
                start("500 Internal Server Error", [("Content-Type", "text/plain")])
                return [f"not accepted: {error}".encode()]
            session = secrets.token_hex(16)
            self.sessions[session] = user
            cookie = ("Set-Cookie", f"_session={session}; path=/; secure; HttpOnly")
            start("302 Found", [("Location", "https://elsewhere.example/"), cookie])
            return [b""]
        if environ["PATH_INFO"] == self.federated:
            cookie = http.cookies.SimpleCookie(environ.get("HTTP_COOKIE", "")).get("_session")
            user = self.sessions.get(cookie.value) if cookie else None
            if user is None:
                start("401 Unauthorized", [("Content-Type", "text/plain")])
                return [b"there is no session"]
            environ["uid"], environ["groups"], environ["Shib-Identity-Provider"] = user, "staff", ISSUER
        return self.application(environ, start)

    def vouched(self, environ: dict[str, Any]) -> str:
        """The user of an assertion."""
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
        form = urllib.parse.parse_qs(body, strict_parsing=True)
        if environ["REQUEST_METHOD"] != "POST" or form["wa"] != ["wsignin1.0"]:
            raise ValueError("this is no login")
        (text,) = form["wresult"]
        document = ElementTree.fromstring(text)
        if document.tag != f"{{{OLD_TRUST}}}RequestSecurityTokenResponse":
            raise ValueError(f"{document.tag} is not known")
        found = document.find(f"{{{OLD_TRUST}}}RequestedSecurityToken/{{{SAML}}}Assertion")
        if found is None:
            raise ValueError("there is no assertion")
        # A changed namespace within it, or a missing prefix, would break the signature.
        xmlsec("--verify", "--pubkey-cert-pem", self.certificate, text=text)
        identifier, reference = (
            found.get("AssertionID"),
            found.find(".//{http://www.w3.org/2000/09/xmldsig#}Reference"),
        )
        if identifier is None or reference is None or reference.get("URI") != f"#{identifier}":
            raise ValueError("something else is signed")
        if identifier in self.used:
            raise ValueError("the assertion was used")
        self.used.add(identifier)
        conditions = found.find(f"{{{SAML}}}Conditions")
        if conditions is None or not conditions.get("NotBefore", "~") <= now() < conditions.get(
            "NotOnOrAfter", ""
        ):
            raise ValueError("it is not valid now")
        if conditions.findtext(f".//{{{SAML}}}Audience") != self.audience:
            raise ValueError("it is for somebody else")
        return found.findtext(f".//{{{SAML}}}AttributeValue", "")


if __name__ == "__main__":
    provider(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
