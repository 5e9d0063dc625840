"""Ironic without an identity service: once without authentication, and once with passwords (HTTP basic)."""

from __future__ import annotations

import base64
import os
import subprocess
import time
from typing import TYPE_CHECKING, Any

from server import DEV, HOST, STATE, Environment, Failure, free_port, run_logged, tail

if TYPE_CHECKING:
    from pathlib import Path

# All of it comes from PyPI, like Keystone.
PACKAGES = ""
NEEDED = ()
WITH_KEYSTONE = False
ENVIRONMENT = Environment(STATE / "ironic-venv", DEV / "requirements-ironic.txt", "Ironic")
# Ironic's authentication strategies, which are also the names of the processes.
STRATEGIES = ("noauth", "http_basic")
PROCESSES = tuple((f"{strategy}.pid", "ironic") for strategy in STRATEGIES)
WHAT = "Ironic, with and without passwords"

USER = {"username": "ironic", "password": "ironic at basic"}

# The API and the conductor in one process, which needs no message queue, and fake hardware.
CONF = """\
[DEFAULT]
auth_strategy = {strategy}
http_basic_auth_user_file = {folder}/htpasswd
rpc_transport = none
host = {strategy}
enabled_hardware_types = fake-hardware
enabled_bios_interfaces = fake
enabled_boot_interfaces = fake
enabled_console_interfaces = no-console
enabled_deploy_interfaces = fake
enabled_inspect_interfaces = fake
enabled_management_interfaces = fake
enabled_network_interfaces = noop
enabled_power_interfaces = fake
enabled_raid_interfaces = fake
enabled_rescue_interfaces = no-rescue
enabled_storage_interfaces = noop
enabled_vendor_interfaces = no-vendor
default_deploy_interface = fake
[api]
host_ip = {host}
port = {port}
api_workers = 1
[database]
connection = sqlite:///{folder}/{strategy}.db
[oslo_messaging_notifications]
driver = noop
"""


def write_password(file: Path) -> None:
    """Write the file of users, with a hash like those of `htpasswd -B`."""
    script = "import bcrypt, sys; print(bcrypt.hashpw(sys.stdin.buffer.read(), bcrypt.gensalt(4)).decode())"
    command = [str(ENVIRONMENT.python), "-c", script]
    secret = USER["password"].encode()
    hashed = subprocess.run(command, input=secret, stdout=subprocess.PIPE, check=True).stdout.decode().strip()
    file.write_text(f"{USER['username']}:{hashed}\n", encoding="ascii")


def start_one(lab: Any, strategy: str) -> str:
    """Start an Ironic with its own database, and return its URL."""
    folder, port = lab.FOLDER, free_port()
    conf = folder / f"{strategy}.conf"
    text = CONF.format(strategy=strategy, folder=folder, host=HOST, port=port)
    conf.write_text(text, encoding="utf-8")
    programs, options = ENVIRONMENT.folder / "bin", ["--config-file", str(conf)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
    sync = [str(programs / "ironic-dbsync"), *options, "create_schema"]
    run_logged(sync, folder / f"{strategy}-db.log", "cannot make Ironic's database", env=environment)
    log = folder / f"{strategy}.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [str(programs / "ironic"), *options],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            env=environment,
        )
    (folder / f"{strategy}.pid").write_text(str(server.pid), encoding="ascii")
    url = f"http://{HOST}:{port}"
    lab.Api(url).wait("/")
    if server.poll() is not None:
        raise Failure(f"Ironic ended at its start; the end of {log}:\n{tail(log)}")
    return url


def api_of(lab: Any, url: str) -> Any:
    """Return access to the API, once its conductor knows the hardware, so that nodes can be created."""
    api = lab.Api(url)
    pair = base64.b64encode(f"{USER['username']}:{USER['password']}".encode()).decode()
    api.headers |= {"Authorization": f"Basic {pair}", "X-OpenStack-Ironic-API-Version": "1.50"}
    deadline = time.monotonic() + 60
    while not api.send("GET", "/v1/drivers")["drivers"]:
        if time.monotonic() > deadline:
            raise Failure(f"Ironic's conductor does not start: see {lab.FOLDER}")
        time.sleep(0.2)
    return api


def start(lab: Any) -> dict[str, str]:
    """Start both, and return their URLs and the credentials."""
    ENVIRONMENT.install()
    write_password(lab.FOLDER / "htpasswd")
    urls = {strategy: start_one(lab, strategy) for strategy in STRATEGIES}
    apis = {strategy: api_of(lab, url) for strategy, url in urls.items()}
    apis["noauth"].send("POST", "/v1/nodes", {"driver": "fake-hardware", "name": "bench"})
    return {**urls, **USER}
