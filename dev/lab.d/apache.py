"""Keystone behind Apache, whose modules authenticate the user: shared by the labs of this folder."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from server import run_logged

if TYPE_CHECKING:
    from pathlib import Path

APACHE = "/usr/sbin/apache2"
MODULES = "/usr/lib/apache2/modules"

WSGI = """\
import os, sys
os.environ["OS_KEYSTONE_CONFIG_FILES"] = {conf!r}
sys.argv = ["keystone"]
from keystone.wsgi.api import application
"""

HEAD = """\
ServerRoot {folder}
ServerName localhost
PidFile {folder}/apache.pid
Mutex file:{folder} default
ErrorLog {folder}/apache.log
LogLevel warn
{user}
{modules}
<Directory />
 Require all granted
</Directory>
# One thread: two that write into the same file of SQLite fail.
WSGIDaemonProcess keystone processes=1 threads=1 python-path={site} display-name=archstone-lab
WSGIPassAuthorization On
{more}
"""

# The dashboard where a login in a browser may end, and Keystone's own page that sends the token there.
WEBSSO = """\
[federation]
trusted_dashboard = http://localhost:9990/auth/websso/
sso_callback_template = {page}
"""

HOST = """\
Listen 127.0.0.1:{port}
<VirtualHost 127.0.0.1:{port}>
 SSLEngine on
 SSLCertificateFile {folder}/server.pem
 SSLCertificateKeyFile {folder}/server.key
 WSGIProcessGroup keystone
 WSGIApplicationGroup %{{GLOBAL}}
{more}
 WSGIScriptAlias / {folder}/keystone.wsgi
</VirtualHost>
"""


@dataclass
class Keystone:
    """A Keystone that is configured before Apache starts it."""

    lab: Any
    folder: Path
    url: str

    def websso(self) -> str:
        """Return the configuration for logins in a browser."""
        installed = self.lab.keystone().ENVIRONMENT.folder
        return WEBSSO.format(page=installed / "etc" / "keystone" / "sso_callback_template.html")

    def write(self, methods: str, conf: str) -> None:
        """Write its data and its configuration, with its login methods."""
        dev = self.lab.keystone()
        for entry in dev.make_template().iterdir():
            copy = shutil.copytree if entry.is_dir() else shutil.copy
            copy(entry, self.folder / entry.name)
        dev.write_conf(self.folder)
        file = self.folder / "keystone.conf"
        text = re.sub(r"\[auth\]\nmethods = .*\n", "", file.read_text(encoding="utf-8"))
        file.write_text(f"{text}\n[auth]\nmethods = {methods}\n{conf}", encoding="utf-8")
        with sqlite3.connect(self.folder / "keystone.db") as database:
            database.execute(
                "UPDATE endpoint SET url = ?"
                " WHERE service_id IN (SELECT id FROM service WHERE type = 'identity')",
                (self.url,),
            )
        (self.folder / "keystone.wsgi").write_text(WSGI.format(conf=str(file)), encoding="utf-8")

    def start(
        self,
        modules: list[str],
        hosts: dict[int, str],
        variables: dict[str, str] | None = None,
        more: str = "",
    ) -> Any:
        """Start Apache with a virtual host on each port; return an administrator's access to the API."""
        names = ["mpm_event", "authz_core", "authn_core", "authz_user", "alias", "env", "setenvif", "headers"]
        names += ["ssl", "socache_shmcb", "wsgi", *modules]
        site = self.lab.keystone().ENVIRONMENT.folder / "lib" / "python3.11" / "site-packages"
        is_root = os.getuid() == 0
        text = HEAD.format(
            folder=self.folder,
            # Apache refuses to run its workers as root.
            user="User www-data\nGroup www-data" if is_root else "",
            modules="\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in names),
            site=site,
            more=more,
        )
        text += "".join(HOST.format(folder=self.folder, port=port, more=own) for port, own in hosts.items())
        (self.folder / "httpd.conf").write_text(text, encoding="utf-8")
        if is_root:
            command = ["chown", "-R", "www-data:www-data", str(self.folder)]
            run_logged(command, self.folder / "chown.log", "chown failed")
        command = [APACHE, "-f", str(self.folder / "httpd.conf"), "-k", "start"]
        environment = {**os.environ, **(variables or {})}
        log = self.folder / "apache-start.log"
        run_logged(command, log, "Apache does not start", env=environment)
        api = self.lab.Api(self.url)
        api.wait("")
        admin = {"name": "admin", "domain": {"id": "default"}, "password": "admin-secret"}
        project = {"project": {"name": "admin", "domain": {"id": "default"}}}
        login = {"identity": {"methods": ["password"], "password": {"user": admin}}, "scope": project}
        api.send("POST", "/auth/tokens", {"auth": login})
        api.headers["X-Auth-Token"] = api.headers_received["X-Subject-Token"]
        return api
