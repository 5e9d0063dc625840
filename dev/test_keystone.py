"""A check of dev/keystone against a real server: python3 dev/test_keystone.py (about half a minute)."""

import base64
import contextlib
import hmac
import json
import shlex
import sqlite3
import ssl
import struct
import subprocess
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

DEV = Path(__file__).resolve().parent
NAME = "selfcheck"
TLS_NAME = "selfcheck-tls"
CACHE_NAME = "selfcheck-cache"
CLOUD = json.loads((DEV / "cloud.json").read_text(encoding="utf-8"))


def run(*arguments: str) -> str:
    """Run dev/keystone and return its output; progress is only shown if it fails."""
    done = subprocess.run([DEV / "keystone", *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"dev/keystone {shlex.join(arguments)} failed:\n{done.stderr}")
    return done.stdout.strip()


class Answer:
    """An HTTP response with any status."""

    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


def ask(url: str, body: Any = None, token: str | None = None, ca: Path | None = None) -> Answer:
    """Send a request and read the response."""
    headers = {"Content-Type": "application/json"} | ({"X-Auth-Token": token} if token else {})
    data = None if body is None else json.dumps(body).encode()
    trust = ssl.create_default_context(cafile=str(ca)) if ca else None
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20, context=trust) as answer:
            return Answer(answer.status, answer.headers, answer.read())
    except urllib.error.HTTPError as refused:
        with refused:
            return Answer(refused.code, refused.headers, refused.read())


def login(url: str, name: str, domain: str = "Default", scope: Any = None, passcode: str = "") -> Answer:
    """Log in as a seeded user with the password of cloud.json."""
    users = [CLOUD["admin"], *CLOUD["users"]]
    password = next(u["password"] for u in users if (u["name"], u["domain"]) == (name, domain))
    who = {"name": name, "domain": {"name": domain}}
    identity: dict[str, Any] = {"methods": ["password"], "password": {"user": who | {"password": password}}}
    if passcode:
        identity["methods"].append("totp")
        identity["totp"] = {"user": who | {"passcode": passcode}}
    auth = {"identity": identity} | ({"scope": scope} if scope else {})
    return ask(f"{url}/auth/tokens", {"auth": auth})


def project(name: str, domain: str = "Default") -> Any:
    """The scope of a project."""
    return {"project": {"name": name, "domain": {"name": domain}}}


def totp(secret: str) -> str:
    """The current passcode, by RFC 6238."""
    mac = hmac.digest(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), "sha1")
    at = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"


class SelfCheck(unittest.TestCase):
    """Everything described in the README, on one instance."""

    url: str
    base: str

    @classmethod
    def setUpClass(cls) -> None:
        cls.url = run("up", NAME, "--no-insecure-debug", "--workers", "2", "--token-lifetime", "3600")
        run("reset", NAME)
        cls.base = cls.url.removesuffix("/v3")

    @classmethod
    def tearDownClass(cls) -> None:
        run("down", NAME, "--delete")
        run("down", TLS_NAME, "--delete")
        run("down", CACHE_NAME, "--delete")

    def test_users_log_in(self) -> None:
        """Each seeded user gets a token or a refusal, as intended."""
        refused = {("erin", "Default"), ("frank", "Default"), ("grace", "Default"), ("victor", "closed")}
        for user in [CLOUD["admin"], *CLOUD["users"]]:
            key = (user["name"], user["domain"])
            with self.subTest(user=key):
                self.assertEqual(login(self.url, *key).status, 401 if key in refused else 201)

    def test_scopes(self) -> None:
        """Roles are where they should be, and nowhere else."""
        granted: list[tuple[str, str, Any]] = [
            ("admin", "Default", project("admin")),
            ("admin", "Default", {"domain": {"id": "default"}}),
            ("admin", "Default", {"system": {"all": True}}),
            ("olga", "acme", {"domain": {"name": "acme"}}),
        ]
        for user in CLOUD["users"]:
            if user["name"] not in ("erin", "frank", "grace", "victor"):
                for _, place in user["roles"]:
                    granted.append((user["name"], user["domain"], project(place, user["domain"])))
        for name, domain, scope in granted:
            with self.subTest(name=name, domain=domain, scope=scope):
                self.assertEqual(login(self.url, name, domain, scope).status, 201)
        for name, place in (("alice", "lab"), ("heidi", "lab"), ("dave", "web"), ("alice", "retired")):
            with self.subTest(name=name, refused=place):
                self.assertEqual(login(self.url, name, scope=project(place)).status, 401)

    def test_default_projects(self) -> None:
        """A default project is only used if the user has a role on it."""
        self.assertEqual(login(self.url, "alice").json()["token"]["project"]["name"], "web")
        for name in ("bob", "carol", "dave", "heidi"):
            self.assertNotIn("project", login(self.url, name).json()["token"], name)

    def test_expired_password(self) -> None:
        """Keystone says so, even without its debug mode."""
        self.assertIn("expired", login(self.url, "frank").json()["error"]["message"])

    def test_second_factor(self) -> None:
        """A password results in a receipt; together with the passcode, in a token."""
        answer = login(self.url, "grace")
        self.assertEqual(answer.status, 401)
        self.assertTrue(answer.headers["Openstack-Auth-Receipt"])
        self.assertEqual({*answer.json()["required_auth_methods"][0]}, {"password", "totp"})
        secret = next(u["totp_secret"] for u in CLOUD["users"] if "totp_secret" in u)
        self.assertEqual(login(self.url, "grace", passcode=totp(secret)).status, 201)

    def test_catalog(self) -> None:
        """Every service has an endpoint for each interface and region, all with URLs of their own."""
        catalog = {s["type"]: s for s in login(self.url, "alice").json()["token"]["catalog"]}
        self.assertEqual({*catalog}, {"identity", *(s["type"] for s in CLOUD["services"])})
        for kind, service in catalog.items():
            places = {(e["interface"], e["region"]) for e in service["endpoints"]}
            urls = {e["url"] for e in service["endpoints"]}
            self.assertEqual(len(places), 6, kind)
            self.assertTrue(urls == {self.url} if kind == "identity" else len(urls) == 6, kind)

    def test_foreign_keys(self) -> None:
        """Deleting a role deletes what refers to it, as with a production database."""
        admin = login(self.url, "admin", scope=project("admin")).headers["X-Subject-Token"]
        made = [ask(f"{self.url}/roles", {"role": {"name": name}}, admin) for name in ("r1", "r2")]
        one, two = (answer.json()["role"]["id"] for answer in made)
        for method, path in (("PUT", f"roles/{one}/implies/{two}"), ("DELETE", f"roles/{two}")):
            headers = {"X-Auth-Token": admin}
            request = urllib.request.Request(f"{self.url}/{path}", headers=headers, method=method)
            urllib.request.urlopen(request, timeout=20).close()
        self.assertEqual(ask(f"{self.url}/role_inferences", token=admin).status, 200)

    def test_tags_are_counted(self) -> None:
        """A test counts its own requests, from both workers, and no others."""
        for _ in range(6):
            ask(f"{self.base}/count-me/v3")
        login(f"{self.base}/count-me/v3", "alice")
        ask(f"{self.base}/count-me-not/v3")
        self.assertEqual(run("requests", NAME, "--tag", "count-me", "--count"), "7")
        entry = json.loads(run("requests", NAME, "--tag", "count-me", "--method", "post"))
        self.assertEqual({*entry}, {"time", "tag", "method", "path", "status", "user_agent"})
        self.assertEqual((entry["path"], entry["status"]), ("/v3/auth/tokens", 201))
        self.assertEqual(run("requests", NAME, "--tag", "count-me", "--path", "/v3", "--count"), "6")

    def test_prefix(self) -> None:
        """A tag works as the prefix of a deployment, in the links, too."""
        version = ask(f"{self.base}/identity").json()["versions"]["values"][0]
        self.assertEqual(version["links"][0]["href"], f"{self.base}/identity/v3/")
        href = ask(f"{self.base}/delay=1+word/v3").json()["version"]["links"][0]["href"]
        self.assertEqual(ask(href).status, 200)
        self.assertEqual(run("requests", NAME, "--tag", "delay=1+word", "--count"), "2")

    def test_delay(self) -> None:
        """The response is delayed."""
        began = time.monotonic()
        self.assertEqual(ask(f"{self.base}/delay=300+slow/v3").status, 200)
        self.assertGreaterEqual(time.monotonic() - began, 0.3)

    def test_status(self) -> None:
        """A status instead of Keystone's response, forever or for some requests."""
        self.assertEqual(ask(f"{self.base}/status=503+x/v3").status, 503)
        answer = login(f"{self.base}/status=429+x/v3", "alice")
        self.assertEqual((answer.status, answer.headers["Retry-After"]), (429, "7"))
        seen = [ask(f"{self.base}/times=2+status=503+x/v3").status for _ in range(4)]
        self.assertEqual(seen, [503, 503, 200, 200])
        self.assertEqual(ask(f"{self.base}/stauts=503+x/v3").status, 400)

    def test_strange_answers(self) -> None:
        """Responses of something that is not Keystone."""
        html = ask(f"{self.base}/html+x/v3")
        self.assertEqual((html.status, html.headers.get_content_type()), (200, "text/html"))
        garbage = ask(f"{self.base}/garbage+x/v3")
        self.assertEqual((garbage.status, garbage.headers.get_content_type()), (200, "application/json"))
        self.assertRaises(ValueError, garbage.json)
        self.assertEqual(ask(f"{self.base}/list+x/v3").json(), [])
        other = ask(f"{self.base}/other+x/")
        self.assertEqual((other.status, other.json()["versions"][0]["id"]), (300, "v2.9"))
        links = ask(f"{self.base}/host=keystone.internal+x/v3").json()["version"]["links"]
        self.assertTrue(links[0]["href"].startswith("http://keystone.internal/"), links)
        login_answer = login(f"{self.base}/notoken+x/v3", "alice")
        self.assertEqual(login_answer.status, 201)
        self.assertIsNone(login_answer.headers["X-Subject-Token"])

    def test_tls(self) -> None:
        """HTTPS that a client trusting the CA accepts; and the debug mode, which says why it refuses."""
        url = run("up", TLS_NAME, "--tls", "--insecure-debug", "--workers", "1")
        self.assertRegex(url, r"^https://127\.0\.0\.1:\d+/v3$")
        exports = shlex.split(run("env", "zoe", TLS_NAME))
        ca = Path(next(e for e in exports if e.startswith("OS_CACERT=")).removeprefix("OS_CACERT="))
        self.assertEqual(ask(url, ca=ca).json()["version"]["links"][0]["href"], f"{url}/")
        self.assertEqual(ask(url.replace("127.0.0.1", "localhost"), ca=ca).status, 200)
        self.assertRaises(urllib.error.URLError, ask, url)
        nobody = {"user": {"name": "nobody", "domain": {"id": "default"}, "password": "x"}}
        auth = {"auth": {"identity": {"methods": ["password"], "password": nobody}}}
        self.assertIn("nobody", ask(f"{url}/auth/tokens", auth, ca=ca).json()["error"]["message"])
        foreign = login(self.url, "admin", scope=project("admin")).headers["X-Subject-Token"]
        self.assertEqual(ask(f"{url}/projects", token=foreign, ca=ca).status, 401)
        run("down", TLS_NAME)
        self.assertRaises(urllib.error.URLError, ask, url, ca=ca)

    def test_cache(self) -> None:
        """`forget` clears the cache, and `--no-cache` makes a server without one."""
        database = DEV / ".state/instances" / CACHE_NAME / "keystone.db"
        for option, remembers in (("--cache", True), ("--no-cache", False)):
            url = run("up", CACHE_NAME, "--workers", "1", option)
            admin = login(url, "admin", scope=project("admin")).headers["X-Subject-Token"]
            found = ask(f"{url}/projects?name=web", token=admin).json()["projects"][0]

            def description(path: str, url: str = url, admin: str | None = admin, found: Any = found) -> str:
                """The description of the project, asked for with this tag."""
                answer = ask(f"{url.removesuffix('/v3')}{path}/v3/projects/{found['id']}", token=admin)
                return str(answer.json()["project"]["description"])

            before = description("")
            with contextlib.closing(sqlite3.connect(database)) as connection, connection:
                connection.execute("UPDATE project SET description = ? WHERE id = ?", (option, found["id"]))
            self.assertEqual(description(""), before if remembers else option)
            self.assertEqual(description("/forget+x"), option)
            run("down", CACHE_NAME)

    def test_env(self) -> None:
        """What `env` prints survives the shell, whatever the password contains."""
        script = f'eval "$({shlex.quote(str(DEV / "keystone"))} env zoe {NAME})"; printf "%s" "$OS_PASSWORD"'
        printed = subprocess.run(["sh", "-c", script], capture_output=True, check=True).stdout.decode()
        self.assertEqual(printed, next(u["password"] for u in CLOUD["users"] if u["name"] == "zoe"))
        self.assertIn("OS_USER_DOMAIN_NAME=acme", run("env", "acme/alice", NAME))
        # Nothing of another user or cloud is left.
        before, after = run("env", "admin", NAME), run("env", "alice", NAME)
        script = f"OS_CLOUD=x; {before}\n{after}\necho $OS_CLOUD $OS_PROJECT_NAME"
        printed = subprocess.run(["sh", "-c", script], capture_output=True, check=True).stdout.decode()
        self.assertEqual(printed, "\n")

    def test_up_again_and_reset(self) -> None:
        """`up` twice is the same server; `reset` deletes new resources, and keeps the address."""
        status = next(line for line in run("status").splitlines() if line.startswith(f"{NAME}\t"))
        self.assertIn("running", status)
        self.assertEqual(run("up", NAME), self.url)
        self.assertIn(status, run("status"))
        admin = login(self.url, "admin", scope=project("admin")).headers["X-Subject-Token"]
        self.assertEqual(ask(f"{self.url}/domains", {"domain": {"name": "made"}}, admin).status, 201)
        run("reset", NAME)
        self.assertEqual(run("url", NAME), self.url)
        self.assertEqual(ask(f"{self.url}/domains?name=made", token=admin).status, 401)
        admin = login(self.url, "admin", scope=project("admin")).headers["X-Subject-Token"]
        self.assertEqual(ask(f"{self.url}/domains?name=made", token=admin).json()["domains"], [])


if __name__ == "__main__":
    unittest.main()
