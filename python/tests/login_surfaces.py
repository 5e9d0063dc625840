"""The interfaces of Archstone, each as a login that can be used and inspected."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import subprocess
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import keystoneauth1.exceptions
import keystoneauth1.loading
import keystoneauth1.session

import archstone
from archstone import AsyncClient, Client

if TYPE_CHECKING:
    from login_cases import Case

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120
# The environment before tests hide this machine's configuration: Cargo needs its home.
ENVIRONMENT = dict(os.environ)

# The kinds of errors that the exit code of the program distinguishes.
EXITS = {
    3: {"invalid_config", "not_configured", "scope_conflict"},
    4: {"unauthenticated", "application_credential_refused", "token_rejected", "not_authenticated", "provider_failed"},
    8: {"connection_failed", "tls_not_trusted", "server_error", "timeout"},
    9: {"not_identity_service", "invalid_response"},
}


class LoginFailedError(Exception):
    """A login or a request failed with one of these kinds of errors, and the interface printed this output."""

    def __init__(self, kinds: set[str], text: str) -> None:
        super().__init__(f"{'/'.join(sorted(kinds))}: {text}")
        self.kinds = kinds


class Surface:
    """A login through one interface."""

    def __init__(self, case: Case, options: dict[str, Any], home: Path) -> None:
        self.case, self.options, self.home = case, options, home

    def use(self) -> str:
        """Send a request with the login, and return its token; nothing if there is none."""
        raise NotImplementedError

    def renew(self) -> str:
        """Do the same with a token that was revoked, and return the new one."""
        return self.use()

    def end(self) -> None:
        """Stop everything that was started."""


def failed(error: archstone.Error) -> LoginFailedError:
    """Convert an error of Archstone."""
    return LoginFailedError({str(error.kind)}, f"{error} {error!r} {error.hint} {getattr(error, '__notes__', '')}")


class Synchronous(Surface):
    """`archstone.Client`."""

    def use(self) -> str:
        """Send a request, and return its token."""
        try:
            if not hasattr(self, "client"):
                self.client = Client(**self.options, token_cache=str(self.home))
            self.client.service(self.case.service).get(self.case.path).json()
            token = self.client.token if self.case.has_token else ""
        except archstone.Error as error:
            raise failed(error) from error
        return token


class Asynchronous(Surface):
    """`archstone.AsyncClient`, in one event loop."""

    def __init__(self, case: Case, options: dict[str, Any], home: Path) -> None:
        super().__init__(case, options, home)
        self.loop = asyncio.new_event_loop()

    async def _use(self) -> str:
        if not hasattr(self, "client"):
            self.client = AsyncClient(**self.options, token_cache=str(self.home))
        (await self.client.service(self.case.service).get(self.case.path)).json()
        return await self.client.token if self.case.has_token else ""

    def use(self) -> str:
        """Send a request, and return its token."""
        try:
            return self.loop.run_until_complete(self._use())
        except archstone.Error as error:
            raise failed(error) from error

    def end(self) -> None:
        """Close the event loop."""
        self.loop.close()


class DropIn(Surface):
    """keystoneauth1's own session, with the plugin that its loader finds by name."""

    OWN: ClassVar = {"auth_type": "archstone_auth_type", "password": "login_password", "token": "login_token"}

    def use(self) -> str:
        """Send a request, and return its token."""
        try:
            if not hasattr(self, "session"):
                # keystoneauth1 requires an auth URL for every login.
                options = {"auth_url": "http://127.0.0.1:9/v3", **self.options}
                options = {self.OWN.get(name, name): value for name, value in options.items()}
                options.pop(f"{self.case.service}_endpoint_override", None)
                files = {name: options.pop(name, None) for name in ("cacert", "cert", "key")}
                loader: Any = keystoneauth1.loading.get_plugin_loader("archstone")
                plugin = loader.load_from_options(**options, token_cache=str(self.home))
                pair = (files["cert"], files["key"]) if files["cert"] else None
                self.session = keystoneauth1.session.Session(plugin, verify=files["cacert"] or True, cert=pair)
            url, service = f"/{self.case.path}", {"service_type": self.case.service}
            # As an adapter does.
            override = self.options.get(f"{self.case.service}_endpoint_override")
            self.session.get(url, endpoint_filter=service, endpoint_override=override)
            return self.session.get_token() or "" if self.case.has_token else ""
        except (keystoneauth1.exceptions.ClientException, archstone.Error) as error:
            text, cause = f"{error} {error!r}", error.__cause__ if not isinstance(error, archstone.Error) else error
            if isinstance(cause, archstone.Error):
                raise LoginFailedError({str(cause.kind)}, f"{text} {failed(cause)}") from error
            # The request is sent by keystoneauth1.
            kinds = {
                keystoneauth1.exceptions.Unauthorized: "unauthenticated",
                keystoneauth1.exceptions.ConnectFailure: "connection_failed",
                keystoneauth1.exceptions.SSLError: "tls_not_trusted",
            }
            raise LoginFailedError({it for kind, it in kinds.items() if isinstance(error, kind)}, text) from error

    def end(self) -> None:
        """Close connections that keystoneauth1 leaves open."""
        gc.collect()


class Program(Surface):
    """A program with a `clouds.yaml`."""

    def environment(self) -> dict[str, str]:
        """Write the `clouds.yaml`, and return an environment with nothing else from this machine."""
        first = {"auth_type", "cacert", "cert", "key", "proxy"}
        first |= {name for name in self.options if name.endswith("_endpoint_override")}
        cloud = {name: self.options[name] for name in self.options if name in first}
        cloud["auth"] = {name: self.options[name] for name in self.options if name not in first}
        # Commands in a `clouds.yaml` in the working folder would not be trusted.
        place = self.home / ".config" / "openstack" / "clouds.yaml"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps({"clouds": {"it": cloud}}))
        place.chmod(0o600)
        own = {"PATH": os.environ["PATH"], "HOME": str(self.home), "OS_CLOUD": "it", "BROWSER": "true"}
        return {**own, **self.case.environment}

    def start(self, *command: str | Path) -> subprocess.Popen[str]:
        """Start it, with a person who follows the instructions in its output."""
        pipe = subprocess.PIPE
        program = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=self.environment(), cwd=self.home
        )
        self.said: list[str] = []
        self.reader = threading.Thread(target=self._read, args=(program.stderr,))
        self.reader.start()
        return program

    def _read(self, lines: Any) -> None:  # noqa: ANN401
        for line in lines:
            self.said.append(line)
            if self.case.person:
                self.case.person.read(line)


class CommandLine(Program):
    """The program `archstone`, whose runs share their token cache."""

    def run(self, *words: str) -> str:
        """Run it to completion."""
        with self.start(built("--bin", "archstone"), "--debug", *words) as program:
            assert program.stdin
            program.stdin.close()
            assert program.stdout
            shown = program.stdout.read()
            code = program.wait(SECONDS)
            self.reader.join()
        if code:
            raise LoginFailedError(EXITS.get(code, {f"exit {code}"}), f"{shown} {''.join(self.said)}")
        return shown

    def use(self) -> str:
        """Send a request, and return its token."""
        self.run(*self.case.command.split())
        return self.run("token", "issue", "-f", "value", "-c", "id").strip() if self.case.has_token else ""

    def renew(self) -> str:
        """Do the same with a token that was revoked, or renew it if no command would meet a refusal."""
        if self.case.renew_command:
            self.run(*self.case.renew_command.split())
        return self.use()


class Rust(Program):
    """A program in Rust: the example `coprocess` of the library."""

    def use(self) -> str:
        """Send a request, and return its token."""
        if not hasattr(self, "program"):
            self.program = self.start(built("--example", "coprocess"), self.case.service, self.case.path)
        assert self.program.stdin
        assert self.program.stdout
        try:
            self.program.stdin.write("\n")
            self.program.stdin.flush()
        except BrokenPipeError:
            pass
        answer = self.program.stdout.readline()
        if not answer:
            self.reader.join(SECONDS)
            answer = "".join(self.said)
        if found := re.search(r"kind: (\w+)|^(\w+): ", answer):
            kind = re.sub(r"(?<=[a-z])([A-Z])", r"_\1", found[1] or found[2]).lower()
            raise LoginFailedError({kind}, answer + "".join(self.said))
        return answer.strip() if self.case.has_token else ""

    def end(self) -> None:
        """Stop the program by closing its input."""
        if hasattr(self, "program"):
            with self.program as program:
                assert program.stdin
                program.stdin.close()
                program.wait(SECONDS)
            self.reader.join(SECONDS)


SURFACES: dict[str, type[Surface]] = {
    "Rust": Rust,
    "Python": Synchronous,
    "asyncio": Asynchronous,
    "command line": CommandLine,
    "keystoneauth1": DropIn,
}


@cache
def built(*target: str) -> Path:
    """Build a program, and return its path; with Kerberos if the extension has it."""
    # The same features as in `dev/test`, so that nothing is built twice.
    features = "archstone/opentelemetry,archstone/kerberos,archstone-cli/kerberos" if has_kerberos() else ""
    command = ["cargo", "build", "--locked", "--quiet", "--message-format=json", *target, f"--features={features}"]
    told = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, check=True, stdout=subprocess.PIPE, text=True).stdout
    executables = [json.loads(line).get("executable") for line in told.splitlines()]
    return Path(next(it for it in reversed(executables) if it))


@cache
def has_kerberos() -> bool:
    """Whether the extension is built with Kerberos."""
    try:
        Client(auth_type="v3kerberos", auth_url="http://127.0.0.1:9/v3")
    except archstone.InvalidConfigError:
        return False
    return True
