"""Kerberos: an MIT KDC with its own realm, and Keystone behind mod_auth_gssapi."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING, Any

from apache import APACHE, MODULES, Keystone

from server import Failure, free_port, run_logged

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = (
    "apache2 libapache2-mod-wsgi-py3 libapache2-mod-auth-gssapi krb5-kdc krb5-admin-server krb5-user"
    " libkrb5-dev libclang1-14 libclang-common-14-dev pkg-config"
)
KDC = "/usr/sbin/krb5kdc"
KADMIN = "/usr/sbin/kadmin.local"
NEEDED = (
    APACHE,
    f"{MODULES}/mod_auth_gssapi.so",
    f"{MODULES}/mod_wsgi.so",
    KDC,
    KADMIN,
    "/usr/sbin/kdb5_util",
    "/usr/bin/kinit",
)
PROCESSES = (("apache.pid", APACHE), ("kdc.pid", KDC))
WITH_KEYSTONE = True
WHAT = "a KDC, and Keystone behind mod_auth_gssapi"

REALM = "LAB.EXAMPLE"
QUINN_PASSWORD = "quinn-secret"

CLIENTS = """\
[libdefaults]
 default_realm = {realm}
 dns_lookup_kdc = false
 dns_lookup_realm = false
 dns_canonicalize_hostname = false
 rdns = false
 udp_preference_limit = 1
[realms]
 {realm} = {{
  kdc = 127.0.0.1:{port}
 }}
[domain_realm]
 localhost = {realm}
"""

SERVER = """\
[kdcdefaults]
 kdc_listen = ""
 kdc_tcp_listen = 127.0.0.1:{port}
[realms]
 {realm} = {{
  database_name = {folder}/principal
  key_stash_file = {folder}/stash
  acl_file = {folder}/kadm5.acl
  max_life = 10h
  supported_enctypes = aes256-cts-hmac-sha1-96:normal
 }}
[logging]
 kdc = FILE:{folder}/kdc.log
"""

# One Keystone at two paths: with passwords at /v3, and with tickets at /krb/v3.
HOST = """\
 WSGIScriptAlias /krb {folder}/keystone.wsgi
 <LocationMatch "^/(krb/v3/auth/tokens|v3/OS-FEDERATION/identity_providers/kdc/protocols/mapped/auth)">
  AuthType GSSAPI
  AuthName Kerberos
  GssapiCredStore keytab:{folder}/http.keytab
  GssapiLocalName On
  Require valid-user
 </LocationMatch>"""


def start_kdc(folder: Path, port: int) -> dict[str, str]:
    """Start a KDC, and return the environment variables of its clients."""
    values = {"folder": folder, "port": port, "realm": REALM}
    (folder / "krb5.conf").write_text(CLIENTS.format(**values), encoding="ascii")
    # A configuration whose KDC does not respond.
    gone = CLIENTS.format(**{**values, "port": 9})
    (folder / "gone.conf").write_text(gone, encoding="ascii")
    (folder / "kdc.conf").write_text(SERVER.format(**values), encoding="ascii")
    variables = {"KRB5_CONFIG": str(folder / "krb5.conf")}
    environment = {**os.environ, **variables, "KRB5_KDC_PROFILE": str(folder / "kdc.conf")}
    log = folder / "kdc-start.log"
    create = ["/usr/sbin/kdb5_util", "create", "-r", REALM, "-s", "-P", "master"]
    run_logged(create, log, "kdb5_util failed", env=environment)
    for query in (
        "addprinc -pw alice-at-kdc alice",
        "addprinc -pw yuri-at-kdc yuri",
        "addprinc -pw quinn-at-kdc quinn",
        "addprinc -randkey HTTP/localhost",
        f"ktadd -k {folder}/http.keytab HTTP/localhost",
        f"ktadd -norandkey -k {folder}/alice.keytab alice",
    ):
        run_logged([KADMIN, "-r", REALM, "-q", query], log, "kadmin.local failed", env=environment)
    with (folder / "kdc.out").open("wb") as out:
        # The database is in the command line, which identifies the process by its folder.
        command = [KDC, "-n", "-r", REALM, "-d", str(folder / "principal")]
        server = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    (folder / "kdc.pid").write_text(str(server.pid), encoding="ascii")
    deadline = time.monotonic() + 20
    for user in ("alice", "yuri", "quinn"):
        while True:
            command = ["/usr/bin/kinit", "-c", f"FILE:{folder}/{user}.cc", user]
            password = f"{user}-at-kdc\n"
            login = subprocess.run(
                command, env=environment, input=password, capture_output=True, text=True, check=False
            )
            if login.returncode == 0:
                break
            if time.monotonic() > deadline:
                raise Failure(f"kinit {user}: {login.stderr.strip()}; see {folder}")
            time.sleep(0.1)
    return variables


def start(lab: Any) -> dict[str, str]:
    """Start everything, and return the addresses and the tickets."""
    folder, port = lab.FOLDER, free_port()
    url = f"https://localhost:{port}/v3"
    variables = start_kdc(folder, free_port())
    keystone = Keystone(lab, folder, url)
    keystone.write("password,token,kerberos,mapped", "")
    api = keystone.start(["auth_gssapi"], {port: HOST.format(folder=folder)}, variables)
    set_up(api)
    return {
        "auth_url": url,
        "kerberos_auth_url": f"https://localhost:{port}/krb/v3",
        "cacert": str(folder / "ca.pem"),
        "krb5_config": variables["KRB5_CONFIG"],
        "krb5_config_without_kdc": str(folder / "gone.conf"),
        # The tickets of a user of Keystone, and of one that Keystone does not know.
        "alice": f"FILE:{folder}/alice.cc",
        "yuri": f"FILE:{folder}/yuri.cc",
        # The ticket of a user who also needs the password.
        "quinn": f"FILE:{folder}/quinn.cc",
        "quinn_password": QUINN_PASSWORD,
        "identity_provider": "kdc",
        "protocol": "mapped",
        "project": "web",
    }


def set_up(api: Any) -> None:
    """Create the users with tickets, and the group of federated users."""
    roles = {role["name"]: role["id"] for role in api.send("GET", "/roles")["roles"]}
    projects = {it["name"]: it["id"] for it in api.send("GET", "/projects?domain_id=default")["projects"]}
    users = api.send("GET", "/users?domain_id=default&name=alice")["users"]
    alice = (
        users[0]
        if users
        else api.send("POST", "/users", {"user": {"name": "alice", "domain_id": "default"}})["user"]
    )
    # In Keystone, this user needs a ticket and this password.
    rules = {"multi_factor_auth_enabled": True, "multi_factor_auth_rules": [["password", "kerberos"]]}
    known = {"name": "quinn", "domain_id": "default", "password": QUINN_PASSWORD, "options": rules}
    quinn = api.send("POST", "/users", {"user": known})["user"]
    for user in (alice, quinn):
        api.send("PUT", f"/projects/{projects['web']}/users/{user['id']}/roles/{roles['member']}")
    group = api.send("POST", "/groups", {"group": {"name": "kerberos", "domain_id": "default"}})["group"][
        "id"
    ]
    for name in ("web", "db"):
        api.send("PUT", f"/projects/{projects[name]}/groups/{group}/roles/{roles['reader']}")
    provider = "/OS-FEDERATION/identity_providers/kdc"
    api.send("PUT", provider, {"identity_provider": {"enabled": True}})
    mapping = [
        {"local": [{"user": {"name": "{0}"}, "group": {"id": group}}], "remote": [{"type": "REMOTE_USER"}]}
    ]
    api.send("PUT", "/OS-FEDERATION/mappings/kerberos", {"mapping": {"rules": mapping}})
    api.send("PUT", f"{provider}/protocols/mapped", {"protocol": {"mapping_id": "kerberos"}})
