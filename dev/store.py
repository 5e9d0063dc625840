"""Real token stores for a fleet: Redis in its kinds of deployment, and memcached."""

import contextlib
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from server import (
    DEV,
    HOST,
    STATE,
    Environment,
    Failure,
    checked_name,
    locked,
    run_logged,
    say,
    tail,
)
from store_process import PROGRAMS, STALL_SECONDS, Process

FOLDER = STATE / "stores"
# This environment contains what creates certificates.
KEYSTONE = Environment(STATE / "venv", DEV / "requirements.txt", "Keystone")
READY_SECONDS = 60

# How long a server of a group may be silent before the others consider it down, in milliseconds.
DOWN_AFTER = STALL_SECONDS * 1000
# The same for a server that is known to be killed.
DOWN_AFTER_KILL = 500
# The name of the master for the sentinels.
MASTER = "archstone"
MASTER_ADDRESS = ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER)
# The user of the store with TLS; the default user is disabled there.
USER, PASSWORD = "fleet", "fleet-secret"
# Exactly the permissions that docs/token-cache.md lists.
PERMISSIONS = (
    "~archstone:2:* +eval +get +set +del +time +exists +pttl +pexpire +hget +hmget +hset "
    "+hstrlen +hincrby +scan"
)

REDIS = """\
bind {host}
port {port}
dir {folder}
set-proc-title no
save ""
appendonly no
enable-debug-command local
repl-diskless-sync-delay 0
"""

TLS = """\
bind {host}
port 0
tls-port {port}
tls-cert-file {folder}/server.pem
tls-key-file {folder}/server.key
tls-ca-cert-file {folder}/ca.pem
tls-auth-clients no
dir {folder}
set-proc-title no
save ""
appendonly no
user default off
user {user} on >{password} resetchannels -@all +ping {permissions}
"""

REPLICA = "replicaof {host} {master}\n"

CLUSTER = """\
cluster-enabled yes
cluster-port {bus}
cluster-config-file nodes.conf
cluster-node-timeout {down_after}
"""

SENTINEL = """\
bind {host}
port {port}
dir {folder}
set-proc-title no
sentinel myid {id}
sentinel monitor {name} {host} {master} 2
sentinel down-after-milliseconds {name} {down_after}
sentinel failover-timeout {name} 3000
sentinel parallel-syncs {name} 1
"""


class Store:
    """A group of servers. The base class is a single Redis."""

    scheme = "redis"
    program = "redis-server"
    conf = REDIS
    names: tuple[str, ...] = ("redis",)

    def __init__(self, name: str) -> None:
        self.name = checked_name(name)
        self.folder = FOLDER / name
        self.processes = {it: self.process(self.folder / it) for it in self.names}

    def process(self, folder: Path) -> Process:
        """One of the processes."""
        return Process(folder, self.program, self.conf)

    @property
    def exists(self) -> bool:
        """Whether it has been started before."""
        return all((it.folder / "settings.json").is_file() for it in self.processes.values())

    def lock(self) -> contextlib.AbstractContextManager[None]:
        """Prevent other calls from changing this store."""
        return locked(FOLDER / f".{self.name}.lock")

    def up(self) -> None:
        """Start all processes, unless all are running."""
        PROGRAMS.install()
        if self.exists and all(it.state().startswith("running") for it in self.processes.values()):
            return
        for process in self.processes.values():
            process.choose_ports()
        say(f"starting {self.name} ...")
        self.start()

    def start(self) -> None:
        """Restart every process without data, and wait until they work together."""
        # A process that kept running could pass old state on to the new ones.
        self.down()
        try:
            self.prepare()
            for process in self.processes.values():
                process.start()
            for process in self.processes.values():
                self.wait_for(process, self.is_up)
            self.join()
        except BaseException:
            self.down()
            raise

    def down(self) -> None:
        """Stop every process."""
        for process in self.processes.values():
            process.kill()

    def delete(self) -> None:
        """Delete ports and logs, too."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def prepare(self) -> None:
        """Create what the processes need before they start."""

    def is_up(self, process: Process) -> bool:
        """Whether a process responds."""
        return process.answers("PING") == "PONG"

    def join(self) -> None:
        """Connect the processes with each other."""

    def restart(self, processes: list[Process]) -> None:
        """Restart processes without data."""
        if len(processes) == len(self.processes):
            self.start()
            return
        for process in processes:
            process.start()
            self.wait_for(process, self.is_up)

    def fail_over(self) -> str:
        """Kill the master, and wait until another server takes over."""
        raise Failure(f"{self.name} has no other server to fall over to; `sentinel` has")

    def wait_for(self, process: Process, condition: Callable[[Process], bool]) -> None:
        """Wait for a condition while the process is running."""
        deadline = time.monotonic() + READY_SECONDS
        while not condition(process):
            log = process.folder / "server.log"
            if process.pid() is None:
                raise Failure(f"{process.name} of {self.name} ended; the end of {log}:\n{tail(log)}")
            if time.monotonic() > deadline:
                raise Failure(
                    f"{process.name} of {self.name} is not ready after {READY_SECONDS} s; "
                    f"the end of {log}:\n{tail(log)}"
                )
            time.sleep(0.01)

    @property
    def url(self) -> str:
        """The value of the option `token_cache`."""
        return f"{self.scheme}://{','.join(it.address for it in self.processes.values())}"

    def variables(self) -> dict[str, str]:
        """The environment variables of a client."""
        return {"ARCHSTONE_TOKEN_CACHE": self.url}


class TlsStore(Store):
    """A Redis with TLS and a single user."""

    conf = TLS

    def process(self, folder: Path) -> Process:
        return Process(
            folder,
            self.program,
            self.conf,
            {"user": USER, "password": PASSWORD, "permissions": PERMISSIONS},
            (USER, PASSWORD),
        )

    def prepare(self) -> None:
        folder = self.processes["redis"].folder
        if not (folder / "server.pem").is_file():
            KEYSTONE.install()
            run_logged([str(KEYSTONE.python), str(DEV / "certificate.py"), str(folder)],
                       folder / "certificate.log", "cannot make the certificate")  # fmt: skip

    @property
    def url(self) -> str:
        return f"rediss://{USER}@{self.processes['redis'].address}"

    def variables(self) -> dict[str, str]:
        return super().variables() | {
            "ARCHSTONE_TOKEN_CACHE_PASSWORD": PASSWORD,
            "ARCHSTONE_TOKEN_CACHE_CACERT": str(self.processes["redis"].folder / "ca.pem"),
        }


class SentinelStore(Store):
    """A master and a replica, watched by three sentinels."""

    names = ("redis-1", "redis-2", "sentinel-1", "sentinel-2", "sentinel-3")

    def process(self, folder: Path) -> Process:
        if folder.name.startswith("sentinel"):
            return Process(folder, "redis-sentinel", SENTINEL, {"name": MASTER, "down_after": DOWN_AFTER})
        return Process(folder, self.program, self.conf)

    @property
    def servers(self) -> list[Process]:
        """The servers with data."""
        return [self.processes["redis-1"], self.processes["redis-2"]]

    @property
    def sentinels(self) -> list[Process]:
        """The sentinels."""
        return [it for it in self.processes.values() if it not in self.servers]

    def prepare(self) -> None:
        first, second = self.servers
        first.conf = REDIS
        self.make_replica(second, first)
        # They would discover each other and the replica, too, but that takes many seconds.
        ids = {it.name: it.name[-1] * 40 for it in self.sentinels}
        for one in self.sentinels:
            others = [it for it in self.sentinels if it is not one]
            known = [f"sentinel known-sentinel {MASTER} {HOST} {it.port} {ids[it.name]}" for it in others]
            known.append(f"sentinel known-replica {MASTER} {HOST} {second.port}")
            one.conf = "\n".join([SENTINEL.rstrip(), *known, ""])
            one.values |= {"id": ids[one.name], "master": first.port}

    def make_replica(self, process: Process, master: Process) -> None:
        """Make a server a replica of another from its next start on."""
        process.conf = REDIS + REPLICA
        process.values["master"] = master.port

    def join(self) -> None:
        self.wait_for(self.servers[1], is_copy)
        for one in self.sentinels:
            # After a stall of two seconds, a sentinel would do nothing for half a minute.
            one.ask("SENTINEL", "DEBUG", "tilt-trigger", DOWN_AFTER)
            self.wait_for(one, lambda it: "OK 3 usable" in str(it.answers("SENTINEL", "CKQUORUM", MASTER)))

    def restart(self, processes: list[Process]) -> None:
        if len(processes) < len(self.processes):
            self.prepare()
        super().restart(processes)

    def master(self) -> Process:
        """The current master, according to the sentinels."""
        for one in self.sentinels:
            if answer := one.answers(*MASTER_ADDRESS):
                return next(it for it in self.servers if str(it.port) == answer[1])
        raise Failure(f"no sentinel of {self.name} answers")

    def other(self, server: Process) -> Process:
        """The other server."""
        return next(it for it in self.servers if it is not server)

    def is_settled(self) -> bool:
        """Whether all sentinels name the same master, and the other server has all of its data."""
        if len({str(it.answers(*MASTER_ADDRESS)) for it in self.sentinels}) > 1:
            return False
        master = self.master()
        copied = replicated(self.other(master), "slave_repl_offset")
        return is_copy(self.other(master)) and copied >= replicated(master, "master_repl_offset") > 0

    def fail_over(self) -> str:
        # Writes that are not replicated yet would be lost.
        self.wait_for(self.sentinels[0], lambda _: self.is_settled())
        old = self.master()
        new = self.other(old)
        old.kill()
        self.set_down_after(DOWN_AFTER_KILL)
        for one in self.sentinels:
            self.wait_for(one, lambda it: it.answers(*MASTER_ADDRESS) == [HOST, str(new.port)])
        self.set_down_after(DOWN_AFTER)
        self.make_replica(old, new)
        old.start()
        self.wait_for(old, is_copy)
        return new.name

    def set_down_after(self, milliseconds: int) -> None:
        """Set how long the master may be silent before the sentinels replace it."""
        for one in self.sentinels:
            one.ask("SENTINEL", "SET", MASTER, "down-after-milliseconds", milliseconds)

    @property
    def url(self) -> str:
        return f"redis+sentinel://{','.join(it.address for it in self.sentinels)}/{MASTER}"


def is_copy(process: Process) -> bool:
    """Whether a replica is connected to its master."""
    return "master_link_status:up" in str(process.answers("INFO", "replication"))


def replicated(process: Process, key: str) -> int:
    """A server's replication offset in bytes; 0 while it does not respond."""
    found = re.search(rf"^{key}:(\d+)", str(process.answers("INFO", "replication")), re.MULTILINE)
    return int(found[1]) if found else 0


class ClusterStore(Store):
    """Three nodes with a third of the keys each, without replicas."""

    scheme = "redis+cluster"
    conf = REDIS + CLUSTER
    names = ("redis-1", "redis-2", "redis-3")

    def process(self, folder: Path) -> Process:
        return Process(folder, self.program, self.conf, {"down_after": DOWN_AFTER})

    def prepare(self) -> None:
        for process in self.processes.values():
            (process.folder / "nodes.conf").unlink(missing_ok=True)

    def join(self) -> None:
        first, *others = nodes = list(self.processes.values())
        for number, node in enumerate(nodes):
            begin, end = (16384 * at // len(nodes) for at in (number, number + 1))
            node.ask("CLUSTER", "ADDSLOTSRANGE", begin, end - 1)
            node.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
        for node in others:
            first.ask("CLUSTER", "MEET", HOST, node.port, node.bus)
        for node in nodes:
            self.wait_for(node, is_of_cluster)

    def restart(self, processes: list[Process]) -> None:
        super().restart(processes)
        for node in processes:
            self.wait_for(node, is_of_cluster)


def is_of_cluster(process: Process) -> bool:
    """Whether a node sees its whole cluster."""
    return "cluster_state:ok" in str(process.answers("CLUSTER", "INFO"))


class MemcachedStore(Store):
    """Two independent servers."""

    scheme = "memcached"
    program = "memcached"
    names = ("memcached-1", "memcached-2")

    def is_up(self, process: Process) -> bool:
        return str(process.answers("version")).startswith("VERSION ")


KINDS: dict[str, type[Store]] = {
    "plain": Store,
    "tls": TlsStore,
    "sentinel": SentinelStore,
    "cluster": ClusterStore,
    "memcached": MemcachedStore,
}


def store(name: str) -> Store:
    """The store of a name: its kind, and optionally a dot and any suffix."""
    kind = name.partition(".")[0]
    if kind not in KINDS:
        raise Failure(
            f"no kind of store: {kind!r}; there are {', '.join(KINDS)}, each also as plain.ANYTHING"
        )
    return KINDS[kind](name)
