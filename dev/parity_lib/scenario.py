"""Scenarios: the command lines in `contract/commands/*.toml`.

A file is a family: its parts run in their order with a freshly seeded Keystone, so that families are
independent of each other.

    [files]                     # files in the folder where the commands run
    "rules.json" = '''…'''

    [[part]]
    about = "what this part is about"
    as = "alice"                # a user of dev/cloud.json, `admin/system`, or `nobody` (default: admin)
    env = { OS_CLOUD = "x" }    # more variables
    stdin = "y"                 # standard input, empty by default
    lines = '''
    user create anna -f json => ANNA=id
    user show $ANNA
    '''

A line is a command line, without the program. `=> NAME=field` stores a field of its JSON output for later
lines (`0.ID` is a field of the first row). `$AUTH_URL` is Keystone's URL. Lines that begin with `#` are
comments.
"""

import json
import re
import shlex
import tomllib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "contract" / "commands"
CLOUD = json.loads((ROOT / "dev" / "cloud.json").read_text(encoding="utf-8"))
VARIABLE = re.compile(r"\$(\w+)")


class Wrong(Exception):
    """A mistake that the user has to fix; printed without a traceback."""


@dataclass(frozen=True)
class Line:
    """A command line of a scenario."""

    family: str
    number: int
    text: str
    captures: dict[str, str]
    who: str
    env: dict[str, str] = field(default_factory=dict)
    stdin: str = ""

    def words(self, values: dict[str, str]) -> list[str]:
        """The arguments, with the values that earlier lines have stored."""
        return [filled(word, values) for word in shlex.split(self.text)]

    @cached_property
    def command(self) -> str:
        """The words of the command."""
        return command_of(shlex.split(self.text))

    @property
    def sorts(self) -> bool:
        """Whether it sorts the rows."""
        if not self.command.endswith("list") or self.command == "catalog list":
            return True
        return bool({"--sort", "--sort-column"} & set(shlex.split(self.text)))


def filled(text: str, values: dict[str, str]) -> str:
    """The text with variables replaced by their values."""
    return VARIABLE.sub(lambda found: values.get(found[1], found[0]), text)


def command_of(words: list[str]) -> str:
    """The longest known command that the words begin with, ignoring global options before it."""
    if "help" in words[:1] or {"-h", "--help"} & set(words):
        return "help"
    for start in range(len(words)):
        for end in range(len(words), start, -1):
            if (found := " ".join(words[start:end])) in commands() or found in GENERAL:
                return found
    return ""


GENERAL = ["configuration show", "versions show", "module list", "command list", "cloud cache delete", "help"]


def commands() -> dict[str, list[str]]:
    """Every command with its options, as recorded from the real program."""
    if not COMMANDS:
        COMMANDS.update(json.loads((FOLDER / "options.json").read_text(encoding="utf-8")))
    return COMMANDS


COMMANDS: dict[str, list[str]] = {}


@dataclass(frozen=True)
class Family:
    """A file of scenarios."""

    name: str
    title: str
    files: dict[str, str]
    lines: list[Line]


def family(path: Path) -> Family:
    """Read one file."""
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
        lines: list[Line] = []
        for part in read["part"]:
            if unknown := part.keys() - {"about", "as", "env", "stdin", "lines"}:
                raise Wrong(f"{path}: unknown keys in a part: {', '.join(sorted(unknown))}")
            for text in part["lines"].splitlines():
                if not text.strip() or text.lstrip().startswith("#"):
                    continue
                text, _, kept = text.partition(" => ")
                captures = dict(one.strip().split("=", 1) for one in kept.split(",") if kept)
                who = part.get("as", "admin"), part.get("env", {}), part.get("stdin", "")
                lines.append(Line(path.stem, len(lines) + 1, text.strip(), captures, *who))
        return Family(path.stem, read["title"], read.get("files", {}), lines)
    except (tomllib.TOMLDecodeError, KeyError, ValueError) as problem:
        raise Wrong(f"{path}: {problem!r}") from problem


def families(wanted: list[str]) -> list[Family]:
    """The families with these names, or all."""
    paths = {path.stem: path for path in sorted(FOLDER.glob("*.toml")) if path.stem != "known"}
    if missing := set(wanted) - paths.keys():
        raise Wrong(f"no family {', '.join(sorted(missing))}; there are {', '.join(paths)}")
    return [family(path) for name, path in paths.items() if name in wanted or not wanted]


def variables(who: str, auth_url: str) -> dict[str, str]:
    """The variables for logging in as a seeded user: `alice`, `acme/olga`, `admin/system`."""
    if who == "nobody":
        return {}
    system = who.endswith("/system")
    domain, _, name = who.removesuffix("/system").rpartition("/")
    for user in [CLOUD["admin"], *CLOUD["users"]]:
        if user["name"] == name and user["domain"] == (domain or "Default"):
            break
    else:
        raise Wrong(f"dev/cloud.json has no user {who!r}")
    found = {
        "OS_AUTH_URL": auth_url,
        "OS_IDENTITY_API_VERSION": "3",
        "OS_USERNAME": user["name"],
        "OS_PASSWORD": user["password"],
        "OS_USER_DOMAIN_NAME": user["domain"],
        "OS_REGION_NAME": "RegionOne",
    }
    project = user.get("env_project") or next((project for _, project in user.get("roles", [])), None)
    if system:
        found["OS_SYSTEM_SCOPE"] = "all"
    elif project:
        found |= {"OS_PROJECT_NAME": project, "OS_PROJECT_DOMAIN_NAME": user["domain"]}
    return found
