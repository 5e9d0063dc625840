"""The scopes that the current token can be exchanged for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone.keystoneclient.base import Manager
from archstone.keystoneclient.v3.domains import Domain
from archstone.keystoneclient.v3.projects import Project
from archstone.keystoneclient.v3.system import System

if TYPE_CHECKING:
    import builtins


class AuthManager(Manager[Any]):
    """Lists the projects, domains and systems of the user."""

    _name = "auth"

    def projects(self) -> builtins.list[Project]:
        """List the projects that the user can act in."""
        return self._list_of(Project, "projects")

    def domains(self) -> builtins.list[Domain]:
        """List the domains that the user can act on."""
        return self._list_of(Domain, "domains")

    def systems(self) -> builtins.list[System]:
        """List the systems that the user can act on: one, or none."""
        return self._list_of(System, "systems")
