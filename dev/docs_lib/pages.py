"""The documents that `dev/test_docs.py` runs: the user of each page, and the setup that its blocks need."""

from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# Commands that another step runs, or that are not run at all: their prefix, and the reason.
ELSEWHERE = {
    "dev/try": "builds and starts everything: run by hand, from a clean clone",
    "dev/test": "is what runs this",
    "pip install -r": "is how dev/test makes the environment for tests",
    "maturin develop": "is how dev/test installs the package, with another profile",
    "pytest": "is a step of dev/test",
    "bench/": "measures, on a quiet machine",
    "dev/fleet": "takes longer than a test may",
    "archstone login mycloud": "needs a cloud of its own: is in tests/cli/login.rs",
    "archstone logout mycloud": "needs a cloud of its own: is in tests/cli/login.rs",
    "archstone --os-cloud alice application credential rotate": "is in tests/cli/rotate.rs",
}


@dataclass(frozen=True)
class Page:
    """A document: its user, and the setup that its code needs."""

    user: str = "alice"
    # The input for prompts.
    typed: str = ""
    shell: str = ""
    python: str = ""
    rust: str = ""
    # Whether its program in Rust serves while the commands are run.
    serves: bool = False


CLIENTS = """\
import archstone
client = archstone.Client.from_env()
async_client = archstone.AsyncClient.from_env()
"""
# The shell of a reader with a checkout, but without a cloud.
CHECKOUT = f"unset ${{!OS_*}}; ln -s {REPOSITORY}/dev dev"
# Lets a page run again.
LEFT_OVER = """\
for manager, name in [
    (client.projects, "website"), (client.users, "ada"), (client.groups, "docs"),
    *((client.users, f"docs-{number}") for number in range(4)),
]:
    for left_over in manager.list(name=name):
        manager.delete(left_over)
"""
RUST_CLIENT = "let client = archstone::Client::from_env()?;\n"

RUST_LEFT_OVER = """\
for left_over in client.identity().projects().list().name("website").all().await? {
    client.identity().projects().delete(&left_over).await?;
}
for name in ["ada", "docs-4"] {
    for left_over in client.identity().users().list().name(name).all().await? {
        client.identity().users().delete(&left_over).await?;
    }
}
"""

# A CA certificate, as from a company's IT department.
OFFICE = f"""\
python "{REPOSITORY}/dev/certificate.py" . && mv ca.pem ~/office-ca.pem
"""
REMOVE_USERS = """\
for name in newcomer $(archstone user list --domain default -f value -c Name | grep -E '^(guide|python)-'); do
    archstone user delete "$name" --yes 2>/dev/null
done
"""


# A cloud of the reader.
MYCLOUD = """\
cat >clouds.yaml <<END
clouds:
  mycloud: {auth: {auth_url: "$OS_AUTH_URL", username: alice, password: alice-secret}}
END
"""


def guide(name: str, user: str = "alice", shell: str = "", serves: bool = False) -> tuple[str, Page]:
    """A page of docs/guides, which starts in a shell without a cloud, and configures one."""
    shell += "unset ${!OS_*} REQUESTS_CA_BUNDLE CURL_CA_BUNDLE\n"
    return f"docs/guides/{name}.md", Page(user=user, shell=shell, serves=serves)


GUIDES = dict(
    [
        guide("ansible-terraform"),
        guide("axum", "service", MYCLOUD, serves=True),
        guide("ci-without-secrets"),
        guide("fastapi-asyncio", "service"),
        guide("fleet", "bob"),
        guide("keystoneauth-script"),
        guide("keystoneclient-script", "admin", REMOVE_USERS),
        guide("kubernetes"),
        guide("login-fails"),
        guide("many-users", "admin", REMOVE_USERS),
        guide("mfa-browser-login", "grace"),
        guide("openstacksdk-script"),
        guide("proxy-and-ca", shell=OFFICE),
        guide("secrets"),
        guide("services-oslo-config", "service"),
        guide("tests-with-the-fake"),
    ]
)

PAGES = {
    "README.md": Page(),
    "crates/archstone-cli/README.md": Page(
        shell="""\
cat >clouds.yaml <<END
clouds:
  demo: {auth: {auth_url: "$OS_AUTH_URL", username: alice, password: alice-secret}}
END
unset OS_AUTH_URL OS_USERNAME OS_PASSWORD OS_USER_DOMAIN_NAME
""",
    ),
    "python/README.md": Page(python="import archstone\n"),
    "docs/command-line.md": Page(),
    "docs/configuration.md": Page(
        typed="alice-secret\n",
        shell="""\
cat >clouds.yaml <<END
clouds:
  demo: {auth: {auth_url: "$OS_AUTH_URL", username: alice}}
  sso: {auth_type: v3websso, auth: {auth_url: "$OS_AUTH_URL", identity_provider: sso, protocol: openid}}
END
echo "export OS_AUTH_URL=$OS_AUTH_URL OS_USERNAME=bob OS_PASSWORD=bob-secret" >demo-openrc.sh
""",
        # The login of grace needs a second factor.
        python="""\
import os
import archstone
from archstone import Client
auth_url, password = os.environ["OS_AUTH_URL"], "grace-secret"
""",
    ),
    "docs/errors.md": Page(
        python=CLIENTS + "def retry_later(seconds): ...\n",
        rust=RUST_CLIENT + "fn retry_later(_: Option<std::time::Duration>) {}\n",
    ),
    "docs/identity.md": Page(
        user="admin",
        python=CLIENTS
        + LEFT_OVER
        + "group = client.groups.create('docs', domain='default')\n"
        + "arriving = [client.users.create('docs-0', domain='default')]\n"
        + "names = ['docs-1', 'docs-2']\n"
        + "ids = [client.users.create('docs-3', domain='default').id]\n",
        rust="use archstone::identity::{Bulk, Match};\n"
        + RUST_CLIENT
        + RUST_LEFT_OVER
        + 'let ids = vec![client.identity().users().create("docs-4").domain("default").await?.id];\n',
    ),
    "docs/insight.md": Page(
        user="admin",
        python=CLIENTS,
        shell="""\
export LC_ALL=C.UTF-8
cat >clouds.yaml <<END
clouds:
  staging: &cloud
    auth: {auth_url: "$OS_AUTH_URL", username: admin, password: admin-secret}
    project_name: admin
  production: *cloud
END
""",
        rust=RUST_CLIENT,
    ),
    "docs/keystoneauth.md": Page(user="admin", shell="export ARCHSTONE_TOKEN_CACHE=none", python=CLIENTS),
    "docs/keystoneclient.md": Page(
        user="admin",
        python=CLIENTS
        + LEFT_OVER
        + "from archstone.keystoneauth import Session\nsession = Session(auth=client)\n",
    ),
    "docs/testing.md": Page(),
    "docs/services.md": Page(python=CLIENTS, rust="use archstone::VersionRange;\n" + RUST_CLIENT),
    "docs/start/commands.md": Page(typed="alice-secret\n", shell=CHECKOUT),
    "docs/start/install.md": Page(shell=CHECKOUT),
    "docs/start/python.md": Page(shell=CHECKOUT),
    "docs/start/rust.md": Page(),
    "docs/troubleshooting.md": Page(shell="archstone token issue >/dev/null"),
    "docs/token-cache.md": Page(shell="archstone token issue >/dev/null"),
    **GUIDES,
}
