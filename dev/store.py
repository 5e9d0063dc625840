"""Servers that keep tokens for a fleet, real ones: Redis in its ways of being deployed, and memcached."""

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
from store_process import PROGRAMS, Process

FOLDER = STATE / "stores"
# Has what makes certificates.
KEYSTONE = Environment(STATE / "venv", DEV / "requirements.txt", "Keystone")
READY_SECONDS = 20

# The name under which the sentinels watch their master.
MASTER = "archstone"
MASTER_ADDRESS = ("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER)
# The user of the store with TLS; the default user may do nothing there.
USER, PASSWORD = "fleet", "fleet-secret"
# Just what docs/token-cache.md says that a user needs.
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
cluster-node-timeout 1000
"""

SENTINEL = """\
bind {host}
port {port}
dir {folder}
set-proc-title no
sentinel myid {id}
sentinel monitor {name} {host} {master} 2
sentinel down-after-milliseconds {name} 500
sentinel failover-timeout {name} 3000
sentinel parallel-syncs {name} 1
"""


class Store:
    """Servers that belong together. The base is one Redis alone."""

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
        """Whether it was ever started."""
        return all((it.folder / "settings.json").is_file() for it in self.processes.values())

    def lock(self) -> contextlib.AbstractContextManager[None]:
        """Keep other calls from changing this store meanwhile."""
        return locked(FOLDER / f".{self.name}.lock")

    def up(self) -> None:
        """Start all of it, unless all of it runs."""
        PROGRAMS.install()
        if self.exists and all(it.state().startswith("running") for it in self.processes.values()):
            return
        for process in self.processes.values():
            process.choose_ports()
        say(f"starting {self.name} ...")
        self.start()

    def start(self) -> None:
        """Start every process anew, with nothing in it, and wait until they work together."""
        # One that went on could tell the new ones of the old times.
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
        """End every process."""
        for process in self.processes.values():
            process.kill()

    def delete(self) -> None:
        """Forget ports and logs, too."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def prepare(self) -> None:
        """Make what the processes need before they start."""

    def is_up(self, process: Process) -> bool:
        """Whether a process answers."""
        return process.answers("PING") == "PONG"

    def join(self) -> None:
        """Make the processes know each other."""

    def restart(self, processes: list[Process]) -> None:
        """Start processes again, with nothing in them."""
        if len(processes) == len(self.processes):
            self.start()
            return
        for process in processes:
            process.start()
            self.wait_for(process, self.is_up)

    def fail_over(self) -> str:
        """End the server that is written to, and wait until another is."""
        raise Failure(f"{self.name} has no other server to fall over to; `sentinel` has")

    def wait_for(self, process: Process, condition: Callable[[Process], bool]) -> None:
        """Wait until a process is so, as long as it lives."""
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
        """What `token_cache` is set to."""
        return f"{self.scheme}://{','.join(it.address for it in self.processes.values())}"

    def variables(self) -> dict[str, str]:
        """What a client's environment has to say."""
        return {"ARCHSTONE_TOKEN_CACHE": self.url}


class TlsStore(Store):
    """A Redis behind TLS, which knows one user only."""

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
            return Process(folder, "redis-sentinel", SENTINEL, {"name": MASTER})
        return Process(folder, self.program, self.conf)

    @property
    def servers(self) -> list[Process]:
        """Those that keep something."""
        return [self.processes["redis-1"], self.processes["redis-2"]]

    @property
    def sentinels(self) -> list[Process]:
        """Those that watch."""
        return [it for it in self.processes.values() if it not in self.servers]

    def prepare(self) -> None:
        first, second = self.servers
        first.conf = REDIS
        self.make_replica(second, first)
        # They would find each other and the replica, too, but that takes them many seconds.
        ids = {it.name: it.name[-1] * 40 for it in self.sentinels}
        for one in self.sentinels:
            others = [it for it in self.sentinels if it is not one]
            known = [f"sentinel known-sentinel {MASTER} {HOST} {it.port} {ids[it.name]}" for it in others]
            known.append(f"sentinel known-replica {MASTER} {HOST} {second.port}")
            one.conf = "\n".join([SENTINEL.rstrip(), *known, ""])
            one.values |= {"id": ids[one.name], "master": first.port}

    def make_replica(self, process: Process, master: Process) -> None:
        """Let a server copy another from its next start on."""
        process.conf = REDIS + REPLICA
        process.values["master"] = master.port

    def join(self) -> None:
        self.wait_for(self.servers[1], is_copy)
        for one in self.sentinels:
            self.wait_for(one, lambda it: "OK 3 usable" in str(it.answers("SENTINEL", "CKQUORUM", MASTER)))

    def restart(self, processes: list[Process]) -> None:
        if len(processes) < len(self.processes):
            self.prepare()
        super().restart(processes)

    def master(self) -> Process:
        """Where the sentinels say that is written to."""
        for one in self.sentinels:
            if answer := one.answers(*MASTER_ADDRESS):
                return next(it for it in self.servers if str(it.port) == answer[1])
        raise Failure(f"no sentinel of {self.name} answers")

    def fail_over(self) -> str:
        old = self.master()
        new = next(it for it in self.servers if it is not old)
        # What was written just now may still be on its way, and would be lost.
        written = replicated(old, "master_repl_offset")
        self.wait_for(new, lambda it: replicated(it, "slave_repl_offset") >= written)
        old.kill()
        for one in self.sentinels:
            self.wait_for(one, lambda it: it.answers(*MASTER_ADDRESS) == [HOST, str(new.port)])
        self.make_replica(old, new)
        old.start()
        self.wait_for(old, is_copy)
        return new.name

    @property
    def url(self) -> str:
        return f"redis+sentinel://{','.join(it.address for it in self.sentinels)}/{MASTER}"


def is_copy(process: Process) -> bool:
    """Whether a replica has all that its master has."""
    return "master_link_status:up" in str(process.answers("INFO", "replication"))


def replicated(process: Process, key: str) -> int:
    """How far a server's replication is, in bytes; 0 while it gives no answer."""
    found = re.search(rf"^{key}:(\d+)", str(process.answers("INFO", "replication")), re.MULTILINE)
    return int(found[1]) if found else 0


class ClusterStore(Store):
    """Three nodes with a third of the keys each, and no copies."""

    scheme = "redis+cluster"
    conf = REDIS + CLUSTER
    names = ("redis-1", "redis-2", "redis-3")

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
    """Whether a node sees all of its cluster."""
    return "cluster_state:ok" in str(process.answers("CLUSTER", "INFO"))


class MemcachedStore(Store):
    """Two servers that know nothing of each other."""

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
    """The store of a name: its kind, and after a dot whatever tells it from others of the kind."""
    kind = name.partition(".")[0]
    if kind not in KINDS:
        raise Failure(
            f"no kind of store: {kind!r}; there are {', '.join(KINDS)}, each also as plain.ANYTHING"
        )
    return KINDS[kind](name)
