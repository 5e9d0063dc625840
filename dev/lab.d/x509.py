"""Client certificates: OAuth2 clients that authenticate with one, and requests without a token.

Two authorities sign client certificates. Keystone treats every request with a certificate of a
`trusted_issuer` as one without a token, and so refuses a login with it. There are also services behind
keystonemiddleware: see `dev/lab_service.py`.
"""

from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING, Any

from apache import APACHE, MODULES, Keystone

from server import DEV, free_port, run_logged

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = "apache2 libapache2-mod-wsgi-py3 openssl"
NEEDED = (APACHE, f"{MODULES}/mod_wsgi.so", "/usr/bin/openssl")
PROCESSES = (("apache.pid", APACHE),)
WITH_KEYSTONE = True
WHAT = "Keystone behind Apache, which asks for client certificates"

PASSPHRASE = "open sesame"
OPENSSL = "/usr/bin/openssl"

CONF = """
[tokenless_auth]
trusted_issuer = {issuer}
[oauth2]
oauth2_authn_methods = tls_client_auth,client_secret_basic
oauth2_cert_dn_mapping_id = oauth2_mapping
"""

WHOLE_HOST = """\
 SSLCACertificateFile {folder}/clients.pem
 SSLVerifyClient optional
 SSLOptions +StdEnvVars +ExportCertData
{services}"""

# In a separate process, which validates tokens at Keystone.
SERVICE_PROCESS = (
    "WSGIDaemonProcess service processes=1 threads=1 python-path={site}:{dev} display-name=archstone-lab"
)
SERVICE = " WSGIScriptAlias /{name} {folder}/service.wsgi process-group=service application-group=%{{GLOBAL}}"
SERVICES = ("compute", "network", "placement")
SERVICE_WSGI = "import lab_service\napplication = lab_service.application({conf!r})\n"

# As in Keystone's guide. With TLS 1.3, the certificate is requested after the handshake.
LOCATION = """\
 SSLCACertificateFile {folder}/clients.pem
 <Location /v3/OS-OAUTH2/token>
  SSLVerifyClient require
  SSLOptions +StdEnvVars +ExportCertData
 </Location>"""


class Authority:
    """A certificate authority in its own folder."""

    def __init__(self, folder: Path, name: str, subject: str) -> None:
        self.folder, self.name = folder, name
        command = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-days", "800", "-subj", subject, "-keyout", f"{name}.key", "-out", f"{name}.pem"]
        command += ["-addext", "keyUsage=critical,keyCertSign"]
        self.run(*command)

    def run(self, *command: str) -> None:
        """Run OpenSSL in the folder."""
        run_logged([OPENSSL, *command], self.folder / "openssl.log", "openssl failed", cwd=self.folder)

    def sign(self, name: str, subject: str) -> None:
        """Create a client certificate and its key."""
        command = ["req", "-newkey", "rsa:2048", "-nodes", "-subj", subject]
        self.run(*command, "-keyout", f"{name}.key", "-out", f"{name}.csr")
        (self.folder / "client.ext").write_text("extendedKeyUsage=clientAuth\n", encoding="ascii")
        command = [
            "x509",
            "-req",
            "-in",
            f"{name}.csr",
            "-CA",
            f"{self.name}.pem",
            "-CAkey",
            f"{self.name}.key",
        ]
        self.run(*command, "-CAcreateserial", "-days", "800", "-extfile", "client.ext", "-out", f"{name}.pem")
        # In the other formats that clients support.
        secret = ["-passout", f"pass:{PASSPHRASE}"]
        self.run("pkcs8", "-topk8", "-in", f"{name}.key", *secret, "-out", f"{name}.encrypted.key")
        command = ["pkcs12", "-export", "-inkey", f"{name}.key", "-in", f"{name}.pem"]
        self.run(*command, "-certfile", f"{self.name}.pem", *secret, "-out", f"{name}.p12")

    def issuer(self) -> str:
        """Its name in the format that Apache passes to Keystone."""
        command = [OPENSSL, "x509", "-noout", "-subject", "-nameopt", "rfc2253", "-in", f"{self.name}.pem"]
        shown = subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True).stdout
        return shown.strip().removeprefix("subject=")


def start(lab: Any) -> dict[str, str]:
    """Start everything, and return the addresses and the certificates."""
    folder, port, other_port = lab.FOLDER, free_port(), free_port()
    url = f"https://localhost:{port}/v3"
    tokenless = Authority(folder, "tokenless-ca", "/C=DE/O=Lab/CN=Tokenless CA")
    oauth2 = Authority(folder, "oauth2-ca", "/C=DE/O=Lab/CN=OAuth CA")
    nobody = Authority(folder, "nobody-ca", "/C=DE/O=Lab/CN=Nobody")
    (folder / "clients.pem").write_bytes(
        (folder / "tokenless-ca.pem").read_bytes() + (folder / "oauth2-ca.pem").read_bytes()
    )
    tokenless.sign("admin", "/C=DE/O=Default/CN=admin")
    oauth2.sign("other", "/C=DE/O=Default/CN=other")
    nobody.sign("rogue", "/C=DE/O=Default/CN=admin")
    issuer = tokenless.issuer()
    keystone = Keystone(lab, folder, url)
    keystone.write("password,token,application_credential,x509", CONF.format(issuer=issuer))
    services = "\n".join(SERVICE.format(name=name, folder=folder) for name in SERVICES)
    hosts = {
        port: WHOLE_HOST.format(folder=folder, services=services),
        other_port: LOCATION.format(folder=folder),
    }
    conf = {
        "auth_url": url,
        "www_authenticate_uri": url,
        "cafile": str(folder / "ca.pem"),
        "auth_type": "password",
        "username": "service",
        "password": "service-secret",
        "user_domain_name": "Default",
        "project_name": "service",
        "project_domain_name": "Default",
        "service_token_roles_required": "true",
        # A revoked token is refused immediately.
        "token_cache_time": "-1",
    }
    (folder / "service.wsgi").write_text(SERVICE_WSGI.format(conf=conf), encoding="utf-8")
    site = lab.keystone().ENVIRONMENT.folder / "lib" / "python3.11" / "site-packages"
    api = keystone.start([], hosts, more=SERVICE_PROCESS.format(site=site, dev=DEV))
    client = set_up(api, issuer)
    name_services(api, url.removesuffix("/v3"))
    oauth2.sign("client", f"/DC=default/O=Default/UID={client}/CN=client/emailAddress=client@lab.example")
    return {
        "auth_url": url,
        "location_auth_url": f"https://localhost:{other_port}/v3",
        "cacert": str(folder / "ca.pem"),
        "folder": str(folder),
        "passphrase": PASSPHRASE,
        "oauth2_client_id": client,
        "project": "admin",
    }


def name_services(api: Any, root: str) -> None:
    """Write the URLs of the services into the catalog."""
    types = {it["id"]: it["type"] for it in api.send("GET", "/services")["services"]}
    for endpoint in api.send("GET", "/endpoints?interface=public&region_id=RegionOne")["endpoints"]:
        if (name := types[endpoint["service_id"]]) in SERVICES:
            changed = {"endpoint": {"url": f"{root}/{name}"}}
            api.send("PATCH", f"/endpoints/{endpoint['id']}", changed)


def set_up(api: Any, issuer: str) -> str:
    """Create the user that is the OAuth2 client, and the mapping of certificates to users."""
    roles = {role["name"]: role["id"] for role in api.send("GET", "/roles")["roles"]}
    projects = {it["name"]: it["id"] for it in api.send("GET", "/projects?domain_id=default")["projects"]}
    user = {
        "name": "client",
        "domain_id": "default",
        "email": "client@lab.example",
        "default_project_id": projects["admin"],
    }
    client: str = api.send("POST", "/users", {"user": user})["user"]["id"]
    api.send("PUT", f"/projects/{projects['admin']}/users/{client}/roles/{roles['member']}")
    of_client = {
        "name": "{0}",
        "id": "{1}",
        "email": "{2}",
        "domain": {"name": "{3}", "id": "{4}"},
    }
    remote: list[dict[str, Any]] = [
        {"type": f"SSL_CLIENT_SUBJECT_DN_{part}"} for part in ("CN", "UID", "EMAILADDRESS", "O", "DC")
    ]
    remote.append({"type": "SSL_CLIENT_ISSUER_DN_CN", "any_one_of": ["OAuth CA"]})
    rules = [{"local": [{"user": of_client}], "remote": remote}]
    api.send("PUT", "/OS-FEDERATION/mappings/oauth2_mapping", {"mapping": {"rules": rules}})
    provider = f"/OS-FEDERATION/identity_providers/{hashlib.sha256(issuer.encode()).hexdigest()}"
    api.send("PUT", provider, {"identity_provider": {"enabled": True}})
    local = [{"user": {"name": "{0}", "domain": {"name": "{1}"}, "type": "local"}}]
    rules = [{"local": local, "remote": [{"type": "SSL_CLIENT_S_DN_CN"}, {"type": "SSL_CLIENT_S_DN_O"}]}]
    api.send("PUT", "/OS-FEDERATION/mappings/x509", {"mapping": {"rules": rules}})
    api.send("PUT", f"{provider}/protocols/x509", {"protocol": {"mapping_id": "x509"}})
    return client
