"""Print whose token this is, and where the compute service is. Credentials come from the environment."""

from archstone import Client

with Client.from_env() as client:
    access = client.auth_ref
    print(f"{access.user_name} in {access.project_name}, for {access.remaining}")
    print(f"roles: {', '.join(access.role_names)}")
    print(f"compute: {client.url_for('compute')}")
    print(f"compute inside the cloud: {client.url_for('compute', interface='internal')}")
