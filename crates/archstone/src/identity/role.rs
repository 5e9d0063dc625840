//! Roles: they are granted to users and groups, and allow operations.

use serde_json::{Map, Value};

use super::{Flag, Match};

resource! {
    /// A role: a set of allowed operations. It is granted to users and groups, on projects, domains, or the system.
    Role { member: "role", members: "roles", manager: "roles", key: id }
    fields {
        /// The id.
        id: String,
        /// The name, unique within the domain, or among those of none.
        name: String [Create Update],
        /// The domain that owns the role; most have none.
        domain_id: Option<String> [Create] as domain,
        /// The description.
        description: Option<String> [Create Update],
        /// Options, such as `immutable`.
        options: Option<Map<String, Value>> [Create Update],
    }
    operations {
        /// Lists roles: all, or those that are granted to a user or a group, on a project, a domain, or the system.
        List: list() GET "roles"
            | "projects/{project}/users/{user}/roles"
            | "projects/{project}/groups/{group}/roles"
            | "domains/{domain}/users/{user}/roles"
            | "domains/{domain}/groups/{group}/roles"
            | "system/users/{user}/roles" if system
            | "system/groups/{group}/roles" if system
            | "OS-INHERIT/domains/{domain}/users/{user}/roles/inherited_to_projects" if inherited
            | "OS-INHERIT/domains/{domain}/groups/{group}/roles/inherited_to_projects" if inherited
            => many(Role) {
            /// Only those with this name.
            name: Match,
            /// Only those that this domain owns.
            domain_id: String,
            /// Only those granted to this user.
            user: String,
            /// Only those granted to this group.
            group: String,
            /// On this project.
            project: String,
            /// On this domain.
            domain: String,
            /// On the system.
            system: Flag,
            /// For all projects of the domain.
            inherited: Flag,
        }
        /// Gets a role.
        Get: get(role: String) GET "roles/{role}" => one(Role) {}
        /// Creates a role.
        Create: create(name: String) POST "roles" [create("role")] => one(Role) {}
        /// Changes a role.
        Update: update(role: String) PATCH "roles/{role}" [update("role")] => one(Role) {}
        /// Deletes a role.
        Delete: delete(role: String) DELETE "roles/{role}" => nothing {}
        /// Grants a role to a user or a group, on a project, a domain, or the system.
        Grant: grant(role: String) PUT "projects/{project}/users/{user}/roles/{role}"
            | "projects/{project}/groups/{group}/roles/{role}"
            | "domains/{domain}/users/{user}/roles/{role}"
            | "domains/{domain}/groups/{group}/roles/{role}"
            | "system/users/{user}/roles/{role}" if system
            | "system/groups/{group}/roles/{role}" if system
            | "OS-INHERIT/projects/{project}/users/{user}/roles/{role}/inherited_to_projects" if inherited
            | "OS-INHERIT/projects/{project}/groups/{group}/roles/{role}/inherited_to_projects" if inherited
            | "OS-INHERIT/domains/{domain}/users/{user}/roles/{role}/inherited_to_projects" if inherited
            | "OS-INHERIT/domains/{domain}/groups/{group}/roles/{role}/inherited_to_projects" if inherited
            => nothing {
            /// To this user.
            user: String,
            /// To this group.
            group: String,
            /// On this project.
            project: String,
            /// On this domain.
            domain: String,
            /// On the system.
            system: Flag,
            /// Inherited: for all projects below, but not for itself.
            inherited: Flag,
        }
        /// Whether a role is granted.
        Check: check(role: String) HEAD "projects/{project}/users/{user}/roles/{role}"
            | "projects/{project}/groups/{group}/roles/{role}"
            | "domains/{domain}/users/{user}/roles/{role}"
            | "domains/{domain}/groups/{group}/roles/{role}"
            | "system/users/{user}/roles/{role}" if system
            | "system/groups/{group}/roles/{role}" if system
            | "OS-INHERIT/projects/{project}/users/{user}/roles/{role}/inherited_to_projects" if inherited
            | "OS-INHERIT/projects/{project}/groups/{group}/roles/{role}/inherited_to_projects" if inherited
            | "OS-INHERIT/domains/{domain}/users/{user}/roles/{role}/inherited_to_projects" if inherited
            | "OS-INHERIT/domains/{domain}/groups/{group}/roles/{role}/inherited_to_projects" if inherited
            => flag {
            /// To this user.
            user: String,
            /// To this group.
            group: String,
            /// On this project.
            project: String,
            /// On this domain.
            domain: String,
            /// On the system.
            system: Flag,
            /// Inherited: for all projects below, but not for itself.
            inherited: Flag,
        }
        /// Revokes a role.
        Revoke: revoke(role: String) DELETE "projects/{project}/users/{user}/roles/{role}"
            | "projects/{project}/groups/{group}/roles/{role}"
            | "domains/{domain}/users/{user}/roles/{role}"
            | "domains/{domain}/groups/{group}/roles/{role}"
            | "system/users/{user}/roles/{role}" if system
            | "system/groups/{group}/roles/{role}" if system
            | "OS-INHERIT/projects/{project}/users/{user}/roles/{role}/inherited_to_projects" if inherited
            | "OS-INHERIT/projects/{project}/groups/{group}/roles/{role}/inherited_to_projects" if inherited
            | "OS-INHERIT/domains/{domain}/users/{user}/roles/{role}/inherited_to_projects" if inherited
            | "OS-INHERIT/domains/{domain}/groups/{group}/roles/{role}/inherited_to_projects" if inherited
            => nothing {
            /// From this user.
            user: String,
            /// From this group.
            group: String,
            /// On this project.
            project: String,
            /// On this domain.
            domain: String,
            /// On the system.
            system: Flag,
            /// Inherited: for all projects below, but not for itself.
            inherited: Flag,
        }
    }
}
