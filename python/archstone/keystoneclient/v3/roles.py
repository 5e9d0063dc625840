"""Roles, and the rules by which they imply each other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from archstone.keystoneclient.base import CrudManager, Manager, Resource, fields, more, not_supported, wrong

if TYPE_CHECKING:
    import builtins

    from archstone.keystoneclient.base import Reference


class Role(Resource):
    """A role."""


class InferenceRule(Resource):
    """A rule by which a role implies others."""


class RoleManager(CrudManager[Role]):
    """Creates, finds, changes and deletes roles, and grants them."""

    resource_class = Role
    _name = "roles"

    def create(self, name: str, domain: Reference | None = None, **kwargs: Any) -> Role:
        """Create a role."""
        return self._make("create", name=name, domain=domain, **fields(kwargs))

    def get(self, role: Reference) -> Role:
        """Get a role."""
        return self._get("get", role=role)

    def list(
        self,
        user: Reference | None = None,
        group: Reference | None = None,
        system: str | None = None,
        domain: Reference | None = None,
        project: Reference | None = None,
        os_inherit_extension_inherited: bool = False,
        **kwargs: Any,
    ) -> builtins.list[Role]:
        """List roles: all, those specific to a domain, or those granted to a user or a group at a place."""
        if not (user or group):
            return self._list("list", domain_id=domain, **more(kwargs))
        where = _grant(user, group, system, domain, project, os_inherit_extension_inherited)
        return self._list("list", **where, **more(kwargs))

    def update(self, role: Reference, name: str | None = None, **kwargs: Any) -> Role:
        """Change a role."""
        return self._make("update", role=role, name=name, **fields(kwargs))

    def delete(self, role: Reference) -> None:
        """Delete a role."""
        return self._do("delete", role=role)

    def grant(
        self,
        role: Reference,
        user: Reference | None = None,
        group: Reference | None = None,
        system: str | None = None,
        domain: Reference | None = None,
        project: Reference | None = None,
        os_inherit_extension_inherited: bool = False,
        **kwargs: Any,
    ) -> None:
        """Grant a role to a user or a group, on a project, a domain, or the system (`"all"`)."""
        where = _grant(user, group, system, domain, project, os_inherit_extension_inherited)
        return self._do("grant", role=role, **where, **fields(kwargs))

    def check(
        self,
        role: Reference,
        user: Reference | None = None,
        group: Reference | None = None,
        system: str | None = None,
        domain: Reference | None = None,
        project: Reference | None = None,
        os_inherit_extension_inherited: bool = False,
        **kwargs: Any,
    ) -> bool:
        """Return True if a role is granted.

        Raises:
            NotFound: it is not.

        """
        where = _grant(user, group, system, domain, project, os_inherit_extension_inherited)
        return self._check("check", role=role, **where, **fields(kwargs))

    def revoke(
        self,
        role: Reference,
        user: Reference | None = None,
        group: Reference | None = None,
        system: str | None = None,
        domain: Reference | None = None,
        project: Reference | None = None,
        os_inherit_extension_inherited: bool = False,
        **kwargs: Any,
    ) -> None:
        """Revoke a role."""
        where = _grant(user, group, system, domain, project, os_inherit_extension_inherited)
        return self._do("revoke", role=role, **where, **fields(kwargs))

    def create_implied(self, prior_role: Reference, implied_role: Reference, **kwargs: Any) -> InferenceRule:
        """Make a role imply another: the older form of `inference_rules.create`."""
        return InferenceRuleManager(self.client).create(prior_role, implied_role)

    def delete_implied(self, prior_role: Reference, implied_role: Reference, **kwargs: Any) -> None:
        """Delete the rule: the older form of `inference_rules.delete`."""
        return InferenceRuleManager(self.client).delete(prior_role, implied_role)

    def get_implied(self, prior_role: Reference, implied_role: Reference, **kwargs: Any) -> InferenceRule:
        """Get the rule: the older form of `inference_rules.get`."""
        return InferenceRuleManager(self.client).get(prior_role, implied_role)

    def check_implied(self, prior_role: Reference, implied_role: Reference, **kwargs: Any) -> bool:
        """Return True if there is such a rule: the older form of `inference_rules.check`."""
        return InferenceRuleManager(self.client).check(prior_role, implied_role)

    def list_role_inferences(self, **kwargs: Any) -> builtins.list[InferenceRule]:
        """List all rules: the older form of `inference_rules.list_inference_roles`."""
        return InferenceRuleManager(self.client).list_inference_roles()


class InferenceRuleManager(Manager[InferenceRule]):
    """Creates, gets and deletes the rules by which roles imply each other."""

    resource_class = InferenceRule
    _name = "inference_rules"

    def create(self, prior_role: Reference, implied_role: Reference) -> InferenceRule:
        """Make a role imply another."""
        return self._get("create", prior_role=prior_role, implied_role=implied_role)

    def delete(self, prior_role: Reference, implied_role: Reference) -> None:
        """Delete a rule."""
        return self._do("delete", prior_role=prior_role, implied_role=implied_role)

    def get(self, prior_role: Reference, implied_role: Reference) -> InferenceRule:
        """Get a rule."""
        return self._get("get", prior_role=prior_role, implied_role=implied_role)

    def list(self, prior_role: Reference) -> InferenceRule:
        """Get all roles that a role implies, as one rule."""
        return self._get("list", prior_role=prior_role)

    def check(self, prior_role: Reference, implied_role: Reference) -> bool:
        """Return True if a role implies another.

        Raises:
            NotFound: it does not.

        """
        return self._check("check", prior_role=prior_role, implied_role=implied_role)

    def list_inference_roles(self) -> builtins.list[InferenceRule]:
        """List all rules."""
        return self._list("list_inference_roles")

    def update(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise not_supported("Update not supported for rule inferences")

    def find(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise not_supported("Find not supported for rule inferences")

    def put(self, **kwargs: Any) -> NoReturn:
        """Refuse."""
        raise not_supported("Put not supported for rule inferences")


def _grant(
    user: Reference | None,
    group: Reference | None,
    system: str | None,
    domain: Reference | None,
    project: Reference | None,
    inherited: bool,
) -> dict[str, Any]:
    """Return the user or group and the place, exactly one of each."""
    if bool(user) == bool(group):
        raise wrong("Specify either a user or group, not both" if user else "Must specify either a user or group")
    places = [name for name, value in (("system", system), ("domain", domain), ("project", project)) if value]
    if len(places) != 1:
        got = f", not {' and '.join(places)}" if places else ""
        raise wrong(f"Must specify either system, domain, or project{got}")
    if system and system != "all":
        raise wrong("Only a system scope of 'all' is currently supported")
    who = {"user": user, "group": group, "domain": domain, "project": project}
    return {**who, "system": bool(system) or None, "inherited": inherited or None}
