"""EC2 credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone.keystoneclient.base import Manager, Resource

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient.base import Reference


class EC2(Resource):
    """An EC2 credential: an access key and a secret."""

    def __repr__(self) -> str:
        """Show the access key."""
        return f"<EC2 {self.access}>"


class EC2Manager(Manager[EC2]):
    """Creates, gets and deletes EC2 credentials."""

    resource_class = EC2
    _name = "ec2"

    def create(self, user_id: Reference, project_id: Reference) -> EC2:
        """Create an EC2 credential for a user and a project."""
        return self._get("create", user=user_id, project=project_id)

    def get(self, user_id: Reference, access: Any) -> EC2:
        """Get an EC2 credential by its access key."""
        return self._get("get", user=user_id, access=getattr(access, "access", access))

    def list(self, user_id: Reference) -> builtins.list[EC2]:
        """List the EC2 credentials of a user."""
        return self._list("list", user=user_id)

    def delete(self, user_id: Reference, access: Any) -> None:
        """Delete an EC2 credential."""
        return self._do("delete", user=user_id, access=getattr(access, "access", access))
