"""Role assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from archstone.keystoneclient.base import Manager, Resource, not_supported, wrong

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient.base import Reference


class RoleAssignment(Resource):
    """A role assignment: who has which role where."""


class RoleAssignmentManager(Manager[RoleAssignment]):
    """Lists role assignments."""

    resource_class = RoleAssignment
    _name = "role_assignments"

    def list(
        self,
        user: Reference | None = None,
        group: Reference | None = None,
        project: Reference | None = None,
        domain: Reference | None = None,
        system: str | bool = False,
        role: Reference | None = None,
        effective: bool = False,
        os_inherit_extension_inherited_to: str | None = None,
        include_subtree: bool = False,
        include_names: bool = False,
    ) -> builtins.list[RoleAssignment]:
        """List role assignments: of a user or a group, on a project, a domain, or the system (`"all"`)."""
        if system and system != "all":
            raise wrong("Only a system scope of 'all' is currently supported")
        return self._list(
            "list",
            user=user,
            group=group,
            project=project,
            domain=domain,
            system=bool(system),
            role=role,
            effective=effective,
            inherited_to=os_inherit_extension_inherited_to,
            include_subtree=include_subtree,
            include_names=include_names,
        )

    def create(self, **kwargs: Any) -> NoReturn:
        """Refuse: `roles.grant` creates one."""
        raise not_supported("Create not supported for role assignments")

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise not_supported("Update not supported for role assignments")

    def get(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise not_supported("Get not supported for role assignments")

    def find(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise not_supported("Find not supported for role assignments")

    def put(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise not_supported("Put not supported for role assignments")

    def delete(self, **kwargs: Any) -> NoReturn:
        """Refuse: `roles.revoke` removes one."""
        raise not_supported("Delete not supported for role assignments")
