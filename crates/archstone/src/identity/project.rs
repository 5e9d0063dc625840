//! Projects (formerly tenants): they own resources.

use serde_json::{Map, Value};

use super::{Body, Flag, Match};
use crate::record::project::{FIELDS, project_fields};

pub use crate::record::project::Project;

resource! {
    /// A project, which owns resources. Formerly called a tenant.
    Project { member: "project", members: "projects", manager: "projects", key: id }
    fields of project_fields
    operations {
        /// Lists projects: all, or those that a user has roles in.
        List: list() GET "projects" | "users/{user}/projects" [paged()] => many(Project) {
            /// Only those that this user has roles in.
            user: String,
            /// Only those of this domain.
            domain as "domain_id": String,
            /// Only those directly below this project.
            parent as "parent_id": String,
            /// Only those with this name.
            name: Match,
            /// Only enabled, or only disabled ones.
            enabled: bool,
            /// Only those that act, or do not act, as a domain.
            is_domain: bool,
            /// Only those with all of these tags.
            tags: Vec<String>,
            /// Only those with one of these tags.
            tags_any as "tags-any": Vec<String>,
            /// Only those that lack one of these tags.
            not_tags as "not-tags": Vec<String>,
            /// Only those with none of these tags.
            not_tags_any as "not-tags-any": Vec<String>,
        }
        /// Gets a project.
        Get: get(project: String) GET "projects/{project}"
            [exclusive(&[&["parents_as_list", "parents_as_ids"], &["subtree_as_list", "subtree_as_ids"]])]
            => one(Project) {
            /// With the projects above it that the user has a role in.
            parents_as_list: Flag,
            /// With the ids of the projects above it.
            parents_as_ids: Flag,
            /// With the projects below it that the user has a role in.
            subtree_as_list: Flag,
            /// With the ids of the projects below it.
            subtree_as_ids: Flag,
            /// With the limits of the projects that are listed along.
            include_limits: Flag,
        }
        /// Creates a project.
        Create: create(name: String) POST "projects" [create("project")] => one(Project) {}
        /// Changes a project.
        Update: update(project: String) PATCH "projects/{project}" [update("project")] => one(Project) {}
        /// Deletes a project.
        Delete: delete(project: String) DELETE "projects/{project}" => nothing {}
        /// Lists the tags of a project.
        ListTags: list_tags(project: String) GET "projects/{project}/tags" => texts("tags") {}
        /// Gives a project these tags, and no others.
        UpdateTags: update_tags(project: String, tags: Vec<String>) PUT "projects/{project}/tags" [body(Body::Bare)]
            => texts("tags") {}
        /// Removes all tags of a project.
        DeleteTags: delete_tags(project: String) DELETE "projects/{project}/tags" => nothing {}
        /// Gives a project a tag.
        AddTag: add_tag(project: String, tag: String) PUT "projects/{project}/tags/{tag}" => nothing {}
        /// Whether a project has a tag.
        CheckTag: check_tag(project: String, tag: String) HEAD "projects/{project}/tags/{tag}" => flag {}
        /// Removes a tag of a project.
        DeleteTag: delete_tag(project: String, tag: String) DELETE "projects/{project}/tags/{tag}" => nothing {}
    }
}
