//! Role assignments: who has which role where.

use serde_json::{Map, Value};

use super::Flag;

resource! {
    /// A role assignment: who has which role where. It has no id of its own; it is made by
    /// `grant` and taken back by `revoke`.
    RoleAssignment { member: "role_assignment", members: "role_assignments", manager: "role_assignments" }
    fields {
        /// The role: `id`, with names also `name` and `domain`.
        role: Map<String, Value>,
        /// Where: `project`, `domain` or `system`, and `OS-INHERIT:inherited_to`.
        scope: Map<String, Value>,
        /// The user who has the role: `id`, with names also `name` and `domain`.
        user: Option<Map<String, Value>>,
        /// The group that has the role: `id`, with names also `name` and `domain`.
        group: Option<Map<String, Value>>,
    }
    operations {
        /// Lists role assignments.
        List: list() GET "role_assignments"
            [exclusive(&[&["user", "group"], &["project", "domain", "system"], &["effective", "group"]])]
            => many(RoleAssignment) {
            /// Only those of this user.
            user as "user.id": String,
            /// Only those of this group.
            group as "group.id": String,
            /// Only those of this role.
            role as "role.id": String,
            /// Only those on this project.
            project as "scope.project.id": String,
            /// Only those on this domain.
            domain as "scope.domain.id": String,
            /// Only those on the system.
            system as "scope.system=all": Flag,
            /// Only those that are inherited by what is below: `projects`.
            inherited_to as "scope.OS-INHERIT:inherited_to": String,
            /// What follows from them: memberships, inheritance and implied roles become assignments of users.
            effective: Flag,
            /// With names, for one request in all.
            include_names: Flag,
            /// With those on the projects below the one that was asked for.
            include_subtree: Flag,
        }
    }
}

impl RoleAssignment {
    /// The role's id.
    #[must_use]
    pub fn role_id(&self) -> Option<&str> {
        text(Some(&self.role), "id")
    }

    /// The role's name, if names were requested.
    #[must_use]
    pub fn role_name(&self) -> Option<&str> {
        text(Some(&self.role), "name")
    }

    /// The user's id, unless a group has the role.
    #[must_use]
    pub fn user_id(&self) -> Option<&str> {
        text(self.user.as_ref(), "id")
    }

    /// The user's name, if names were requested.
    #[must_use]
    pub fn user_name(&self) -> Option<&str> {
        text(self.user.as_ref(), "name")
    }

    /// The group's id, unless a user has the role.
    #[must_use]
    pub fn group_id(&self) -> Option<&str> {
        text(self.group.as_ref(), "id")
    }

    /// The group's name, if names were requested.
    #[must_use]
    pub fn group_name(&self) -> Option<&str> {
        text(self.group.as_ref(), "name")
    }

    /// The project's id, if it is on a project.
    #[must_use]
    pub fn project_id(&self) -> Option<&str> {
        self.scope.get("project")?["id"].as_str()
    }

    /// The project's name, if names were requested.
    #[must_use]
    pub fn project_name(&self) -> Option<&str> {
        self.scope.get("project")?["name"].as_str()
    }

    /// The domain's id, if it is on a domain.
    #[must_use]
    pub fn domain_id(&self) -> Option<&str> {
        self.scope.get("domain")?["id"].as_str()
    }

    /// The domain's name, if names were requested.
    #[must_use]
    pub fn domain_name(&self) -> Option<&str> {
        self.scope.get("domain")?["name"].as_str()
    }

    /// Whether it is on the system.
    #[must_use]
    pub fn is_on_system(&self) -> bool {
        self.scope.contains_key("system")
    }

    /// Whether the projects below inherit it.
    #[must_use]
    pub fn is_inherited(&self) -> bool {
        self.scope.contains_key("OS-INHERIT:inherited_to")
    }
}

fn text<'a>(of: Option<&'a Map<String, Value>>, key: &str) -> Option<&'a str> {
    of?.get(key)?.as_str()
}
