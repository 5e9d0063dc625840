"""Create the database of the seeded cloud: schema, bootstrap, then everything in cloud.json.

Runs inside the virtual environment, once per template, in one process: importing Keystone is most of the
cost, so calling its managers directly is much faster than its command line or its API.

    python seed.py KEYSTONE_CONF CLOUD_JSON
"""

import datetime
import json
import sys
import uuid
from pathlib import Path
from typing import Any

CONF_FILE, CLOUD_FILE = sys.argv[1:3]
sys.argv = ["keystone"]  # Keystone parses this process's arguments as its own.

import ordered_ids  # noqa: E402

uuid.uuid4 = ordered_ids.growing(1)  # The same in each template: lists have the same order.

import keystone.server  # noqa: E402
from keystone.cmd.bootstrap import Bootstrapper  # noqa: E402
from keystone.common import provider_api, sql  # noqa: E402
from keystone.common.sql import core as sql_core  # noqa: E402
from keystone.common.sql import upgrades  # noqa: E402
from keystone.identity.backends import sql_model  # noqa: E402

# Replaced in every instance by its own address, see `point_identity_at` in the keystone script.
PLACEHOLDER_URL = "http://127.0.0.1:1/v3"

apis = provider_api.ProviderAPIs


def stable_id(*names: str) -> str:
    """An identifier that is the same on every machine, so that answers can be compared."""
    return uuid.uuid5(uuid.NAMESPACE_URL, "archstone:" + "/".join(names)).hex


def bootstrap(cloud: dict[str, Any]) -> Bootstrapper:
    """Do what `keystone-manage bootstrap` does."""
    made = Bootstrapper()
    made.admin_username = cloud["admin"]["name"]
    made.admin_password = cloud["admin"]["password"]
    made.project_name = "admin"
    made.admin_role_name = "admin"
    made.service_name = "keystone"
    made.public_url = made.internal_url = made.admin_url = PLACEHOLDER_URL
    made.region_id = cloud["regions"][0]
    made.immutable_roles = True
    made.bootstrap()
    return made


def seed_projects(cloud: dict[str, Any]) -> tuple[dict[str, str], dict[tuple[str, str], str]]:
    """Create domains and projects; all enabled for now, since nothing can be granted in disabled ones."""
    domains = {"Default": "default"}
    for domain in cloud["domains"]:
        if domain["name"] not in domains:
            domains[domain["name"]] = stable_id("domain", domain["name"])
            apis.resource_api.create_domain(
                domains[domain["name"]],
                {"id": domains[domain["name"]], "name": domain["name"], "enabled": True, "description": ""},
            )
    projects = {}
    for project in cloud["projects"]:
        key = (project["domain"], project["name"])
        projects[key] = stable_id("project", *key)
        apis.resource_api.create_project(
            projects[key],
            {
                "id": projects[key],
                "name": project["name"],
                "domain_id": domains[project["domain"]],
                "enabled": True,
                "description": "",
            },
        )
    return domains, projects


def seed_user(
    user: dict[str, Any], domains: dict[str, str], projects: dict[tuple[str, str], str], roles: dict[str, str]
) -> None:
    """Create one user with its role assignments, options and second factor."""
    domain = user["domain"]
    wanted: dict[str, Any] = {
        "name": user["name"],
        "domain_id": domains[domain],
        "password": user["password"],
        "enabled": user.get("enabled", True),
        "options": {},
    }
    if "default_project" in user:
        wanted["default_project_id"] = projects[domain, user["default_project"]]
    if "mfa_rules" in user:
        wanted["options"] = {"multi_factor_auth_enabled": True, "multi_factor_auth_rules": user["mfa_rules"]}
    user_id = apis.identity_api.create_user(wanted)["id"]

    for role, project in user["roles"]:
        apis.assignment_api.create_grant(roles[role], user_id=user_id, project_id=projects[domain, project])
    for role in user.get("domain_roles", []):
        apis.assignment_api.create_grant(roles[role], user_id=user_id, domain_id=domains[domain])
    if "totp_secret" in user:
        credential = {
            "id": uuid.uuid4().hex,
            "user_id": user_id,
            "project_id": None,
            "type": "totp",
            "blob": user["totp_secret"],
        }
        apis.credential_api.create_credential(credential["id"], credential)
    if user.get("password_expired"):
        # The API cannot set a password's expiry to the past, so the row is changed.
        with sql.session_for_write() as session:
            row = session.get(sql_model.User, user_id)
            row.password_ref.expires_at = datetime.datetime(2020, 1, 1)


def seed_catalog(cloud: dict[str, Any], identity_service_id: str) -> None:
    """Create the regions and the services with an endpoint for each interface and region."""
    more_regions = cloud["regions"][1:]  # The first one is made by bootstrap.
    for region in more_regions:
        apis.catalog_api.create_region({"id": region, "description": "", "parent_region_id": None})

    def endpoint(service_id: str, interface: str, region: str, url: str) -> None:
        endpoint_id = stable_id("endpoint", service_id, interface, region)
        apis.catalog_api.create_endpoint(
            endpoint_id,
            {
                "id": endpoint_id,
                "service_id": service_id,
                "interface": interface,
                "region_id": region,
                "url": url,
                "enabled": True,
            },
        )

    for interface in cloud["interfaces"]:
        for region in more_regions:
            endpoint(identity_service_id, interface, region, PLACEHOLDER_URL)
    for service in cloud["services"]:
        service_id = stable_id("service", service["type"])
        apis.catalog_api.create_service(
            service_id, {"id": service_id, "type": service["type"], "name": service["name"], "enabled": True}
        )
        for interface in cloud["interfaces"]:
            for region in cloud["regions"]:
                host_part = region.replace("Region", "region-").lower()
                url = service["url"].replace("{interface}", interface).replace("{region}", host_part)
                endpoint(service_id, interface, region, url)


def main() -> None:
    """Seed everything, and finally disable what cloud.json disables."""
    cloud = json.loads(Path(CLOUD_FILE).read_text(encoding="utf-8"))
    sql_core.enable_sqlite_foreign_key()
    keystone.server.configure(config_files=[CONF_FILE])
    upgrades.offline_sync_database_to_version()
    made = bootstrap(cloud)
    roles = {role["name"]: role["id"] for role in apis.role_api.list_roles()}
    domains, projects = seed_projects(cloud)
    apis.assignment_api.create_grant(roles["admin"], user_id=made.admin_user_id, domain_id="default")
    for user in cloud["users"]:
        seed_user(user, domains, projects, roles)
    identity = next(s for s in apis.catalog_api.list_services() if s["type"] == "identity")
    seed_catalog(cloud, identity["id"])

    for project in cloud["projects"]:
        if not project.get("enabled", True):
            apis.resource_api.update_project(projects[project["domain"], project["name"]], {"enabled": False})
    for domain in cloud["domains"]:
        if not domain.get("enabled", True):
            apis.resource_api.update_domain(domains[domain["name"]], {"enabled": False})


main()
