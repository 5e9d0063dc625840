"""A check of dev/stores against real servers: python3 dev/test_stores.py (about 20 seconds)."""

import contextlib
import shlex
import socket
import subprocess
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

DEV = Path(__file__).resolve().parent
OWN = "selfcheck"
KINDS = ("plain", "tls", "sentinel", "cluster", "memcached")


def start(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run dev/stores."""
    return subprocess.run([DEV / "stores", *arguments], capture_output=True, text=True, check=False)


def run(*arguments: str) -> str:
    """Run dev/stores and return its output; progress is only shown if it fails."""
    done = start(*arguments)
    if done.returncode != 0:
        raise AssertionError(f"dev/stores {shlex.join(arguments)} failed:\n{done.stderr}")
    return done.stdout.strip()


def status(name: str) -> dict[str, str]:
    """Each process of a store with its state."""
    rows = (line.split("\t") for line in run("status").splitlines())
    return {row[1]: row[2].partition(" ")[0] for row in rows if row[0] == name}


def ask(name: str, member: str, *words: str) -> str:
    """A process's response to a command."""
    return run("ask", name, member, *words)


class SelfCheck(unittest.TestCase):
    """Everything described in the README, on a store of each kind."""

    @classmethod
    def setUpClass(cls) -> None:
        run("install")
        cls.names = {kind: f"{kind}.{OWN}" for kind in KINDS}
        run("up", *cls.names.values())

    @classmethod
    def tearDownClass(cls) -> None:
        run("down", "--delete", *cls.names.values())

    def setUp(self) -> None:
        run("up", *self.names.values())

    def test_down_and_up(self) -> None:
        """Every kind starts again on the same ports."""
        for name in self.names.values():
            url = run("url", name)
            run("down", name)
            self.assertEqual(set(status(name).values()), {"down"})
            self.assertEqual(run("up", name), url)
            self.assertEqual(set(status(name).values()), {"running"})

    def test_urls(self) -> None:
        """The URL contains the kind, and the variables are all that a client needs."""
        schemes = {kind: run("url", name).partition("://")[0] for kind, name in self.names.items()}
        self.assertEqual(
            schemes,
            {
                "plain": "redis",
                "tls": "rediss",
                "sentinel": "redis+sentinel",
                "cluster": "redis+cluster",
                "memcached": "memcached",
            },
        )
        self.assertTrue(run("url", self.names["sentinel"]).endswith("/archstone"))
        lines = run("env", self.names["tls"]).splitlines()
        variables = dict(line.removeprefix("export ").split("=", 1) for line in lines)
        self.assertEqual(variables["ARCHSTONE_TOKEN_CACHE"], run("url", self.names["tls"]))
        self.assertEqual(variables["ARCHSTONE_TOKEN_CACHE_PASSWORD"], "fleet-secret")
        self.assertTrue(Path(variables["ARCHSTONE_TOKEN_CACHE_CACERT"]).is_file())

    def test_loopback(self) -> None:
        """Only this machine can reach them."""
        elsewhere = {found[4][0] for found in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}
        for address in elsewhere - {"127.0.0.1"}:
            for line in run("status").splitlines():
                port = int(line.rpartition(":")[2])
                with contextlib.closing(socket.socket()) as probe:
                    probe.settimeout(1)
                    self.assertNotEqual(probe.connect_ex((address, port)), 0, line)

    def test_user(self) -> None:
        """With TLS, the user may only run the commands that a cache needs, on its own keys."""
        name = self.names["tls"]
        self.assertEqual(ask(name, "redis", "SET", "archstone:2:key", "value"), "OK")
        self.assertIn("NOPERM", start("ask", name, "redis", "SET", "other", "value").stderr)
        self.assertIn("NOPERM", start("ask", name, "redis", "CONFIG", "GET", "*").stderr)

    def test_stop_and_go(self) -> None:
        """A suspended server accepts connections without responding, and keeps its data when resumed."""
        name = self.names["plain"]
        ask(name, "redis", "SET", "key", "value")
        run("stop", name)
        self.assertEqual(status(name), {"redis": "stopped"})
        self.assertIn("gives no answer: timed out", start("ask", name, "redis", "GET", "key").stderr)
        run("go", name)
        self.assertEqual(ask(name, "redis", "GET", "key"), "value")

    def test_kill_and_restart(self) -> None:
        """A killed server refuses connections; started again, it is empty."""
        for kind, member, found in (
            ("plain", "redis", ["GET", "key"]),
            ("memcached", "memcached-2", ["get", "key"]),
        ):
            name = self.names[kind]
            if kind == "plain":
                ask(name, member, "SET", "key", "value")
            run("kill", name, member)
            self.assertEqual(status(name)[member], "down")
            self.assertIn("refused", start("ask", name, member, *found).stderr)
            run("restart", name, member)
            self.assertEqual(ask(name, member, *found), "END" if kind == "memcached" else "")
            self.assertEqual(set(status(name).values()), {"running"})

    def test_failover(self) -> None:
        """The sentinels promote the replica, and the data are still there."""
        name = self.names["sentinel"]
        run("restart", name)
        ask(name, "redis-1", "SET", "key", "value")
        for _ in range(2):
            master = run("failover", name)
            self.assertEqual(ask(name, master, "GET", "key"), "value")
            self.assertEqual(ask(name, master, "ROLE").splitlines()[0], "master")
        self.assertIn("no other server", start("failover", self.names["plain"]).stderr)

    def test_cluster(self) -> None:
        """Each node has a third of the keys, and names the node that has another."""
        name = self.names["cluster"]
        run("restart", name)
        ports = [
            line.rpartition(":")[2] for line in run("status").splitlines() if line.startswith(f"{name}\t")
        ]
        for key in ("a", "b", "c"):
            answers = [start("ask", name, f"redis-{at}", "SET", key, "value") for at in (1, 2, 3)]
            taken = [at for at, answer in enumerate(answers) if answer.stdout == "OK\n"]
            self.assertEqual(len(taken), 1, key)
            for at, answer in enumerate(answers):
                if at != taken[0]:
                    self.assertRegex(answer.stderr, rf"MOVED \d+ 127\.0\.0\.1:{ports[taken[0]]}")
        owner = f"redis-{taken[0] + 1}"
        run("restart", name, owner)
        self.assertEqual(ask(name, owner, "GET", key), "")

    def test_down(self) -> None:
        """It stops everything, including suspended processes and those of a partially stopped store."""
        name = self.names["sentinel"]
        lines = [line.split("\t") for line in run("status").splitlines() if line.startswith(f"{name}\t")]
        run("stop", name, "redis-1", "sentinel-2")
        run("kill", name, "redis-2")
        run("down", name)
        self.assertEqual(set(status(name).values()), {"down"})
        for line in lines:
            with contextlib.closing(socket.socket()) as probe:
                self.assertNotEqual(probe.connect_ex(("127.0.0.1", int(line[3].rpartition(":")[2]))), 0, line)

    def test_at_once(self) -> None:
        """Stores that are started and stopped at the same time do not affect each other."""

        def come_and_go(number: int) -> None:
            for _ in range(4):
                run("up", name := f"plain.{OWN}-{number}")
                run("down", "--delete", name)

        with ThreadPoolExecutor() as pool:
            list(pool.map(come_and_go, range(8)))

    def test_messages(self) -> None:
        """Errors suggest the right arguments."""
        for arguments, said in (
            (("up", "mongo"), "no kind of store: 'mongo'; there are plain, tls,"),
            (("url", "plain.nowhere"), "start it with: dev/stores up plain.nowhere"),
            (("kill", self.names["plain"], "redis-7"), "has no 'redis-7'; it has redis"),
        ):
            done = start(*arguments)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main()
