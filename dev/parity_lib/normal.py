"""Makes two runs comparable: new IDs are replaced by names of the same length, to keep tables aligned."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

# The ID and a name for each kind of resource, in the order of creation.
TABLES = {
    "domain": "SELECT id, name FROM project WHERE is_domain",
    "project": "SELECT project.id, COALESCE(domain.name || '.', '') || project.name FROM project"
    " LEFT JOIN project AS domain ON domain.id = project.domain_id AND domain.id != 'default'"
    " WHERE NOT project.is_domain ORDER BY project.rowid",
    "user": "SELECT user_id, COALESCE(domain.name || '.', '') || local_user.name FROM local_user"
    " LEFT JOIN project AS domain ON domain.id = local_user.domain_id AND domain.id != 'default'"
    " ORDER BY local_user.id",
    "group": 'SELECT id, name FROM "group" ORDER BY rowid',
    "role": "SELECT id, name FROM role ORDER BY rowid",
    "service": "SELECT id, COALESCE(json_extract(extra, '$.name'), '') || '.' || type FROM service"
    " ORDER BY rowid",
    "endpoint": "SELECT endpoint.id, interface || '.' || COALESCE(region_id, '') || '.' || service.type"
    " FROM endpoint JOIN service ON service.id = service_id ORDER BY endpoint.rowid",
    "endpointgroup": "SELECT id, name FROM endpoint_group ORDER BY rowid",
    "limit": 'SELECT id, "" FROM "limit" ORDER BY internal_id',
    "registeredlimit": "SELECT id, resource_name FROM registered_limit ORDER BY internal_id",
    "policy": "SELECT id, type FROM policy ORDER BY rowid",
    "trust": "SELECT id, '' FROM trust ORDER BY rowid",
    "appcred": "SELECT id, name FROM application_credential ORDER BY internal_id",
    "accessrule": "SELECT external_id, service || path FROM access_rule ORDER BY id",
    "credential": "SELECT id, type FROM credential ORDER BY rowid",
    "consumer": "SELECT id, description FROM consumer ORDER BY rowid",
    "requesttoken": "SELECT id, '' FROM request_token ORDER BY rowid",
    "accesstoken": "SELECT id, '' FROM access_token ORDER BY rowid",
}

ID = re.compile(r"(?<![0-9a-zA-Z])(?:[0-9a-f]{64}|[0-9a-f]{32})(?![0-9a-zA-Z])")
QUOTED = re.compile(r"(?<=: )'([a-z][\w.-]{31})'$", re.MULTILINE)
REQUEST = re.compile(r"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TIME = re.compile(r"(\d{4}-\d\d-\d\d)([T ])\d\d:\d\d:\d\d(\.\d+)?")
TOKEN = re.compile(r"gAAAAA[A-Za-z0-9_-]{60,}={0,2}")
SECRET = re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{86}(?![A-Za-z0-9_-])")
PORT = re.compile(r"127\.0\.0\.1:\d+")


class Names:
    """The names of all IDs seen so far in a family."""

    def __init__(self, database: Path) -> None:
        self.database = database
        self.ids: dict[str, str] = {}
        self.taken: set[str] = set()
        self.secrets: dict[str, str] = {}
        self.look()

    def look(self) -> None:
        """Name the new IDs in Keystone's database."""
        with closing(sqlite3.connect(self.database, timeout=60)) as database:
            for kind, query in TABLES.items():
                for value, name in database.execute(query):
                    if value not in self.ids and len(value) >= 32:
                        # Keystone names the domain of an identity provider with a new ID.
                        named = name and not ID.fullmatch(name)
                        self.ids[value] = self.label(f"{kind}.{name}" if named else kind, len(value))

    def label(self, text: str, length: int) -> str:
        """A unique text of this length."""
        text = re.sub(r"[^0-9A-Za-z.]", "-", text)
        for number in range(1, 10_000):
            label = (text if number == 1 else f"{text[: length - 5]}.{number}")[:length].ljust(length, "_")
            if label not in self.taken:
                break
        self.taken.add(label)
        return label

    def keep(self, name: str, value: str) -> None:
        """Name a value that a line has stored, unless it is in the database."""
        if value not in self.ids and len(value) >= 8:
            self.secrets[value] = self.label(name, len(value))

    def normal(self, *texts: str) -> list[str]:
        """The texts of a line, with new values replaced by names."""
        unknown: dict[str, str] = {}

        def identified(found: re.Match[str]) -> str:
            value = found[0]
            return self.ids.get(value) or unknown.setdefault(
                value, f"unknown.{len(unknown) + 1}".ljust(len(value), "_")
            )

        made = []
        for text in texts:
            for value, label in sorted(self.secrets.items(), key=lambda pair: -len(pair[0])):
                text = text.replace(value, label)
            text = TOKEN.sub(lambda found: "gAAAAA".ljust(len(found[0]), "t"), text)
            text = SECRET.sub("secret".ljust(86, "_"), text)
            text = REQUEST.sub("req-00000000-0000-0000-0000-000000000000", text)
            # YAML quotes IDs that could be numbers, which varies from run to run.
            text = QUOTED.sub(r"\1", ID.sub(identified, text))
            text = TIME.sub(near, text)
            made.append(PORT.sub("127.0.0.1:PORT_", text))
        return made


def near(found: re.Match[str]) -> str:
    """Replace a time of this run by zeros; times in the scenario are kept."""
    day = datetime.strptime(found[1], "%Y-%m-%d").replace(tzinfo=UTC)
    if abs(datetime.now(UTC) - day) > timedelta(days=3):
        return found[0]
    return re.sub(r"\d", "0", found[0])
