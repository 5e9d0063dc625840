"""OpenID Connect: Glewlwyd, a provider, and Keystone behind Apache with mod_auth_openidc."""

from __future__ import annotations

import contextlib
import gzip
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from apache import APACHE, MODULES, Keystone

from server import free_port, run_logged

GLEWLWYD = "/usr/bin/glewlwyd"
OPENSSL = "/usr/bin/openssl"
PACKAGES = (
    "apache2 libapache2-mod-wsgi-py3 libapache2-mod-auth-openidc glewlwyd libjs-bootstrap4 openssl chromium"
)
NEEDED = (
    APACHE,
    f"{MODULES}/mod_auth_openidc.so",
    f"{MODULES}/mod_wsgi.so",
    GLEWLWYD,
    "/usr/share/nodejs/bootstrap",
    OPENSSL,
)
PROCESSES = (("apache.pid", APACHE), ("provider.pid", GLEWLWYD))
WITH_KEYSTONE = True
WHAT = "Glewlwyd, and Keystone behind Apache"

# The provider's only user and only client.
USER = {"username": "carol", "password": "carol at provider"}
CLIENT = {"client_id": "keystone", "client_secret": "keystone~at-provider"}

CONF = """
[openid]
remote_id_attribute = HTTP_OIDC_ISS
"""

HOST = """\
 OIDCCABundlePath {folder}/ca.pem
 OIDCClaimPrefix OIDC-
 OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
 OIDCClientID {client_id}
 OIDCClientSecret "{client_secret}"
 OIDCCryptoPassphrase archstone
 OIDCRedirectURI https://localhost:{port}/v3/redirect_uri
 OIDCScope "openid profile"
 OIDCPKCEMethod S256
 OIDCOAuthVerifyJwksUri {issuer}/jwks
 OIDCOAuthRemoteUserClaim client_id
 <Location /v3/redirect_uri>
  AuthType openid-connect
  Require valid-user
 </Location>
 <Location /v3/auth/OS-FEDERATION/identity_providers/sso/protocols/openid/websso>
  AuthType openid-connect
  Require valid-user
 </Location>
 <Location /v3/OS-FEDERATION/identity_providers/sso/protocols/openid/auth>
  AuthType oauth20
  Require valid-user
 </Location>"""


def start_provider(lab: Any, port: int, keystone_url: str) -> Any:
    """Start Glewlwyd with its own database, and configure it."""
    folder, provider = lab.FOLDER / "provider", lab.Api(f"https://localhost:{port}")
    folder.mkdir()
    # Some links to fonts may be broken: their package is only recommended.
    with contextlib.suppress(shutil.Error):
        shutil.copytree("/usr/share/glewlwyd/webapp", folder / "webapp")
    # Debian's link points to a folder, and the login page waits for the file forever.
    config = folder / "webapp" / "config.json"
    if config.is_dir():
        text = (config / "config.json").read_text(encoding="utf-8")
        shutil.rmtree(config)
        config.write_text(text, encoding="utf-8")
    script = gzip.decompress(
        Path("/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz").read_bytes()
    ).decode()
    with sqlite3.connect(folder / "db") as database:
        database.executescript(script)
    values = {
        "port": port,
        "bind_address": '"127.0.0.1"',
        # Without the trailing slash, which Glewlwyd adds.
        "external_url": f'"{provider.url}"',
        "static_files_path": f'"{folder}/webapp/"',
        "log_file": f'"{folder}/log"',
        "log_level": '"WARNING"',
        "use_secure_connection": "true",
        "secure_connection_key_file": f'"{lab.FOLDER}/server.key"',
        "secure_connection_pem_file": f'"{lab.FOLDER}/server.pem"',
        "secure_connection_ca_file": f'"{lab.FOLDER}/ca.pem"',
    }
    text = Path("/etc/glewlwyd/glewlwyd.conf").read_text(encoding="utf-8")
    for name, value in values.items():
        text = re.sub(rf"^#?{name}=.*\n", "", text, flags=re.MULTILINE)
        text += f"{name}={value}\n"
    text = re.sub(
        r"^@include.*$",
        f'database = {{ type = "sqlite3"; path = "{folder}/db"; }};',
        text,
        flags=re.MULTILINE,
    )
    (folder / "glewlwyd.conf").write_text(text, encoding="utf-8")
    with (folder / "out").open("wb") as out:
        command = [GLEWLWYD, f"--config-file={folder}/glewlwyd.conf"]
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    (lab.FOLDER / "provider.pid").write_text(str(server.pid), encoding="ascii")
    provider.wait("/api/")
    set_up_provider(lab, provider, keystone_url)
    return provider


def set_up_provider(lab: Any, provider: Any, keystone_url: str) -> None:
    """Create the scopes, the user, the client and the plugin for OpenID Connect, and the user's consent."""
    for command, file in (
        (["genrsa", "-out"], "signing.key"),
        (["rsa", "-in", str(lab.FOLDER / "signing.key"), "-pubout", "-out"], "signing.pub"),
    ):
        run_logged([OPENSSL, *command, str(lab.FOLDER / file)], lab.FOLDER / "openssl.log", "openssl failed")
    provider.send("POST", "/api/auth/", {"username": "admin", "password": "password"})
    scope = {"password_required": True, "password_max_age": 0, "scheme": {}}
    for name, method, path in (("profile", "POST", "/api/scope/"), ("openid", "PUT", "/api/scope/openid")):
        provider.send(method, path, {"name": name, "display_name": name, "description": name, **scope})
    scopes = ["openid", "profile"]
    user = {**USER, "name": "Carol", "email": "carol@example.org", "enabled": True, "scope": scopes}
    provider.send("POST", "/api/user/?source=database", user)
    grants = [
        "code",
        "password",
        "client_credentials",
        "refresh_token",
        "delete_token",
        "device_authorization",
    ]
    client = {
        **CLIENT,
        "name": "Keystone",
        "confidential": True,
        "enabled": True,
        "scope": scopes,
        "redirect_uri": ["http://localhost:9990/", f"{keystone_url}/redirect_uri"],
        "token_endpoint_auth_method": ["client_secret_basic"],
        "authorization_type": grants,
    }
    provider.send("POST", "/api/client/?source=database", client)
    parameters = {
        "iss": f"{provider.url}/api/oidc",
        "jwt-type": "rsa",
        "jwt-key-size": "256",
        "key": (lab.FOLDER / "signing.key").read_text(encoding="ascii"),
        "cert": (lab.FOLDER / "signing.pub").read_text(encoding="ascii"),
        "access-token-duration": 3600,
        "refresh-token-duration": 1209600,
        "code-duration": 600,
        "refresh-token-rolling": True,
        "allow-non-oidc": True,
        **{f"auth-type-{name}-enabled": True for name in ("code", "password", "client", "device", "refresh")},
        "jwks-show": True,
        "subject-type": "public",
        "pkce-allowed": True,
        "introspection-revocation-allowed": True,
        "introspection-revocation-allow-target-client": True,
        "introspection-revocation-auth-scope": [],
        "device-authorization-expiration": 600,
        "device-authorization-interval": 1,
        "name-claim": "mandatory",
        "name-claim-scope": [],
        "claims": [],
        "scope": [{"name": "openid", "refresh-token-rolling": True}],
        "additional-parameters": [
            {"user-parameter": "username", "token-parameter": "preferred_username", "token-changed": False}
        ],
    }
    plugin = {"module": "oidc", "name": "oidc", "display_name": "OIDC", "parameters": parameters}
    provider.send("POST", "/api/mod/plugin/", plugin)
    person = lab.Api(provider.url)
    person.send("POST", "/api/auth/", USER)
    person.send("PUT", f"/api/auth/grant/{CLIENT['client_id']}", {"scope": " ".join(scopes)})


def set_up_keystone(api: Any, issuer: str) -> None:
    """Trust the provider, and give its users a role in two projects."""
    group = api.send("POST", "/groups", {"group": {"name": "sso", "domain_id": "default"}})["group"]["id"]
    roles = {role["name"]: role["id"] for role in api.send("GET", "/roles")["roles"]}
    for project in api.send("GET", "/projects?domain_id=default")["projects"]:
        if project["name"] in ("web", "db"):
            api.send("PUT", f"/projects/{project['id']}/groups/{group}/roles/{roles['member']}")
    provider = "/OS-FEDERATION/identity_providers/sso"
    api.send("PUT", provider, {"identity_provider": {"enabled": True, "remote_ids": [issuer]}})
    local = [{"user": {"name": "{0}"}, "group": {"id": group}}]
    rules = [{"local": local, "remote": [{"type": "HTTP_OIDC_SUB"}]}]
    api.send("PUT", "/OS-FEDERATION/mappings/sso", {"mapping": {"rules": rules}})
    api.send("PUT", f"{provider}/protocols/openid", {"protocol": {"mapping_id": "sso"}})


def start(lab: Any) -> dict[str, str]:
    """Start everything, and return the addresses and the credentials."""
    port = free_port()
    url = f"https://localhost:{port}/v3"
    provider = start_provider(lab, free_port(), url)
    issuer = f"{provider.url}/api/oidc"
    keystone = Keystone(lab, lab.FOLDER, url)
    keystone.write("password,token,application_credential,openid", CONF + keystone.websso())
    host = HOST.format(folder=lab.FOLDER, port=port, issuer=issuer, **CLIENT)
    set_up_keystone(keystone.start(["auth_openidc"], {port: host}), issuer)
    return {
        "auth_url": url,
        "cacert": str(lab.FOLDER / "ca.pem"),
        "provider": provider.url,
        "discovery_endpoint": f"{issuer}/.well-known/openid-configuration",
        "identity_provider": "sso",
        "protocol": "openid",
        **CLIENT,
        **USER,
    }
