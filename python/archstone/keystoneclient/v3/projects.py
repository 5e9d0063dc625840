"""Projects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone.keystoneclient.base import CrudManager, Resource, fields, more

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterable, Mapping

    from archstone.keystoneclient.base import Reference


class Project(Resource):
    """A project."""

    manager: ProjectManager

    def _add_details(self, info: Mapping[str, Any]) -> None:
        super()._add_details({"tags": [], **info} if "tags" not in self._info else info)

    def update(self, name: str | None = None, description: str | None = None, enabled: bool | None = None) -> Project:
        """Change it; fields that are not given stay unchanged."""
        return self.manager.update(
            self,
            name=self.name if name is None else name,
            description=self.description if description is None else description,
            enabled=self.enabled if enabled is None else enabled,
        )

    def add_tag(self, tag: str) -> None:
        """Add a tag."""
        self.manager.add_tag(self, tag)

    def update_tags(self, tags: Iterable[str]) -> builtins.list[str]:
        """Replace its tags."""
        return self.manager.update_tags(self, tags)

    def delete_tag(self, tag: str) -> None:
        """Remove a tag."""
        self.manager.delete_tag(self, tag)

    def delete_all_tags(self) -> builtins.list[str]:
        """Remove all tags."""
        return self.manager.update_tags(self, [])

    def list_tags(self) -> builtins.list[str]:
        """List its tags."""
        return self.manager.list_tags(self)

    def check_tag(self, tag: str) -> bool:
        """Return whether it has a tag."""
        return self.manager.check_tag(self, tag)


class ProjectManager(CrudManager[Project]):
    """Creates, finds, changes and deletes projects, and their tags."""

    resource_class = Project
    _name = "projects"

    def create(
        self,
        name: str,
        domain: Reference,
        description: str | None = None,
        enabled: bool = True,
        parent: Reference | None = None,
        **kwargs: Any,
    ) -> Project:
        """Create a project."""
        named = kwargs.pop("parent_id", None)
        return self._make(
            "create",
            name=name,
            domain=domain,
            description=description,
            enabled=enabled,
            parent=parent or named,
            **fields(kwargs),
        )

    def list(
        self,
        domain: Reference | None = None,
        user: Reference | None = None,
        parent: Reference | None = None,
        **kwargs: Any,
    ) -> builtins.list[Project]:
        """List projects, or those that a user has roles in."""
        return self._list("list", domain=domain, user=user, parent=parent, **more(kwargs))

    def get(
        self,
        project: Reference,
        subtree_as_list: bool = False,
        parents_as_list: bool = False,
        subtree_as_ids: bool = False,
        parents_as_ids: bool = False,
    ) -> Project:
        """Get a project, optionally with its parents and children."""
        return self._get(
            "get",
            project=project,
            subtree_as_list=subtree_as_list,
            parents_as_list=parents_as_list,
            subtree_as_ids=subtree_as_ids,
            parents_as_ids=parents_as_ids,
        )

    def update(
        self,
        project: Reference,
        name: str | None = None,
        domain: Reference | None = None,
        description: str | None = None,
        enabled: bool | None = None,
        **kwargs: Any,
    ) -> Project:
        """Change a project."""
        return self._make(
            "update",
            project=project,
            name=name,
            domain=domain,
            description=description,
            enabled=enabled,
            **fields(kwargs),
        )

    def delete(self, project: Reference) -> None:
        """Delete a project."""
        return self._do("delete", project=project)

    def add_tag(self, project: Reference, tag: str) -> None:
        """Add a tag to a project."""
        return self._do("add_tag", project=project, tag=tag)

    def update_tags(self, project: Reference, tags: Iterable[str]) -> builtins.list[str]:
        """Replace the tags of a project."""
        given: builtins.list[str] = self._plain("update_tags", project=project, tags=[*tags])
        return given

    def delete_tag(self, project: Reference, tag: str) -> None:
        """Remove a tag from a project."""
        return self._do("delete_tag", project=project, tag=tag)

    def list_tags(self, project: Reference) -> builtins.list[str]:
        """List the tags of a project."""
        tags: builtins.list[str] = self._plain("list_tags", project=project)
        return tags

    def check_tag(self, project: Reference, tag: str) -> bool:
        """Return whether a project has a tag."""
        has: bool = self._plain("check_tag", project=project, tag=tag)
        return has
